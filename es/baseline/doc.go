// Package baseline holds the algorithms that an optimizer of pents is to be compared
// with, small and as they are: random search, and the prototype that this project
// started from, with the two faults for which it never moved a weight.
//
// The third baseline, the evolution strategy of OpenAI (arXiv 1703.03864) with noise
// of full rank, is package es with Options.Rank = lowrank.FullRank: it differs in the
// noise alone.
//
// The algorithms here train matrices in place, by an Objective that scores their
// present content. They compute in integers, so that a seed stands for one run as it
// does elsewhere.
package baseline

// Package baseline has algorithms to compare an optimizer of pents with: random search, and
// the prototype that this project started from, with the two faults for which it never moved
// a weight.
//
// The third baseline, the evolution strategy of OpenAI (arXiv 1703.03864) with noise
// of full rank, is package es with Options.Rank = lowrank.FullRank: it differs in the
// noise alone.
// The algorithms here train matrices in place, with an Objective that scores their present
// content. They compute in integers, so a seed determines the run.
package baseline

// Package baseline implements algorithms to compare package es with: random search, and the
// prototype of this project, with the two faults that kept it from moving any weight.
//
// A third baseline, the evolution strategy of OpenAI (arXiv 1703.03864) with noise of full
// rank, is package es with Options.Rank = lowrank.FullRank.
//
// The algorithms train matrices in place, with an Objective that scores their current
// content. They compute in integers, so a seed determines the run.
package baseline

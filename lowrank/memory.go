package lowrank

import (
	"fmt"
	"math"
	"math/bits"

	"github.com/Kaleaon/pentary-go/internal/fixed"
	"github.com/Kaleaon/pentary-go/internal/parallel"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
)

// Storage compares, in pents, two representations of an m×n matrix and a population
// of perturbed copies: every copy in full, or the matrix and the members' factors.
// Footprint is the memory that this package allocates.
type Storage struct {
	Dense    int // (members+1)·m·n
	Factored int // m·n + members·rank·(m+n) + members: a sign or seed for each member
}

// PopulationStorage returns the storage of a matrix of m×n and its members.
func PopulationStorage(m, n, members, rank int) Storage {
	return Storage{
		Dense:    (members + 1) * m * n,
		Factored: m*n + members*rank*(m+n) + members,
	}
}

// Saved returns the share of Dense that Factored saves, in tenths of a percent, rounded.
func (s Storage) Saved() int {
	return int(fixed.RoundDiv(1000*int64(s.Dense-s.Factored), int64(s.Dense)))
}

// Ratio returns Dense/Factored in tenths, rounded.
func (s Storage) Ratio() int {
	return int(fixed.RoundDiv(10*int64(s.Dense), int64(s.Factored)))
}

// String returns the comparison in words.
func (s Storage) String() string {
	saved, ratio := s.Saved(), s.Ratio()
	return fmt.Sprintf("%d of %d pents, %d.%d %% saved, %d.%d×",
		s.Factored, s.Dense, saved/10, saved%10, ratio/10, ratio%10)
}

// Footprint is the memory, in bytes, that training one tensor takes, without a Workspace for
// each goroutine that evaluates, see Workspace.Bytes, and the evaluator's own activations. A
// number that does not fit an int is math.MaxInt.
type Footprint struct {
	Weights  int // three bits a pent, rows padded to blocks
	Residual int // a byte a pent, rows padded; none under a rule without state
	Updater  int // both factors of all pairs, in quads of terms, and of a few as drawn for each processor that Go may use
}

// TrainingFootprint returns the footprint of training a matrix of m×k with a number of
// antithetic pairs at a rank. No part is proportional to population times matrix. The
// tensors of a model share one Updater, of the size that the largest needs.
//
// columns is the number of columns of the matrix in a generation with noise in activations, 0
// with noise in weights. With noise in activations the updater also holds the terms, two for
// each column, D, and factor A of all pairs, as drawn and packed, with the codes. With
// FullRank it holds a panel of rows of every pair's noise, twice, for each processor that Go
// may use.
func TrainingFootprint(m, k, pairs, rank, columns int) Footprint {
	mp, kp := packed.PaddedLen(m), packed.PaddedLen(k)
	f := Footprint{
		Weights:  product(m, packed.RowBytes(k)),
		Residual: product(m, kp),
	}
	if columns > 0 {
		terms, sums := kernels.Quads(columns*kernels.UpdateTermsPerInput)*4, kernels.Quads(pairs*rank)*4
		f.Updater = add(product(terms, m+kp), product(4, m, columns), product(pairs, rank, mp),
			product(m, packed.RowBytes(pairs*rank)), product(sums, columns))
		return f
	}
	if rank == FullRank {
		inQuads := kernels.Quads(pairs) * 4
		f.Updater = add(product(inQuads, m), product(parallel.Workers(), panelRows(m), kp, pairs+inQuads))
		return f
	}
	chunk := pairChunk(rank)
	workers := min(parallel.Workers(), (pairs+chunk-1)/chunk)
	f.Updater = add(product(workers, min(chunk, pairs), rank, mp+kp), product(kernels.Quads(pairs*rank), 4, m+kp))
	return f
}

// product returns the product of sizes, or math.MaxInt if that does not fit an int.
func product(sizes ...int) int {
	n := 1
	for _, size := range sizes {
		high, low := bits.Mul(uint(n), uint(size))
		if n = int(low); high != 0 || low > math.MaxInt {
			n = math.MaxInt
		}
	}
	return n
}

// add returns the sum of sizes, or math.MaxInt if that does not fit an int.
func add(sizes ...int) int {
	n := 0
	for _, size := range sizes {
		n += min(size, math.MaxInt-n)
	}
	return n
}

// Total returns the sum of all parts.
func (f Footprint) Total() int { return add(f.Weights, f.Residual, f.Updater) }

// Bytes returns the memory that the workspace holds. A product takes a byte for every
// element of the factors in use, rows padded, and four bytes for every projection; with
// FullRank it takes E of one pair, a panel of it in codes, and the inputs and projections
// of the pair.
func (ws *Workspace) Bytes() int {
	return ws.draw.Bytes() + cap(ws.a) + 4*(cap(ws.t)+cap(ws.y)) + cap(ws.x) + cap(ws.e.Bytes())
}

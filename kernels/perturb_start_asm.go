//go:build !purego && (amd64 || arm64)

package kernels

import (
	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/packed"
)

// A population of rank 1 whose pairs have whole groups of eight columns is
// perturbed where its tiles start: the accumulators begin with the perturbation,
// looked up for each row's code, and no pass over Y adds it. Other populations are
// perturbed panel by panel, when the sums of a panel are whole.

// levelGroup is the columns that share a row's code, and levelCount the entries of
// their table, one for each code of three bits.
const (
	levelGroup = 8
	levelCount = 8
)

// originRows is the rows whose starts are looked up at once: some tiles of a strip,
// to pay for the calls, in 3 KiB at most.
const originRows = 16

// perturbsStart reports whether the perturbation is what tiles start from.
func (p *product) perturbsStart() bool {
	return p.perturbed && p.pert.pop.Rank == 1 && 2*p.pert.pop.Columns%levelGroup == 0
}

// tabulate makes the tables of cols packed columns from j on, where a pair begins.
func (p *part) tabulate(j, cols int) {
	streams := p.pert.pop.Columns
	p.levels = reuse.Slice(p.levels, cols*levelCount)
	p.signs = reuse.Slice(p.signs, cols)
	for c := range cols {
		p.signs[c] = -int32(c / streams & 1)
	}
	levels(&p.levels[0], &p.start[0], &p.pert.t[j], &p.signs[0], cols/levelGroup, p.pert.shift)
}

// startTiles looks up the start of a strip, span columns wide: rows from i on, cols
// columns from j+c on.
func (p *part) startTiles(i, rows, j, c, cols, span int) {
	own, mp := 2*p.pert.pop.Columns, packed.PaddedLen(p.pert.m)
	if own == levelGroup { // a group is a pair
		p.lookUp(i, rows, (j+c)/levelGroup, mp, c, 0, cols, span)
		return
	}
	for at := 0; at < cols; {
		pair := (j + c + at) / own
		wide := min((pair+1)*own-j-c, cols) - at
		p.lookUp(i, rows, pair, 0, c, at, wide, span)
		at += wide
	}
}

// lookUp looks up wide columns of the start from at on: the first group of a pair,
// each further one of the pair whose codes are step on.
func (p *part) lookUp(i, rows, pair, step, c, at, wide, span int) {
	dst, levels := &p.origin[at], &p.levels[(c+at)*levelCount]
	a := &p.pert.a[pair*packed.PaddedLen(p.pert.m)+i]
	p.tier.lookUp(dst, span, rows, wide/levelGroup, a, step, levels)
}

// Contracts of the assembly, whose names end in the instruction set.
//
// levels makes the table of each group:
//
//	levels[(levelCount*g+code)*levelGroup+c] = start[at] ± RoundShift((code-2)·t[at], shift)
//
// for at = levelGroup*g + c: minus where signs[at] is -1 and not 0, and the start alone
// for codes 5 to 7. groups is at least 1.

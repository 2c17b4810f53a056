//go:build !purego && (amd64 || arm64)

package kernels

import "github.com/Kaleaon/pentary-go/packed"

// perturbRows is the rows that the assembly perturbs before it turns to the next
// pair: enough to pay for the multiples of t, few enough to leave the lines that
// neighbouring pairs share in the cache.
const perturbRows = 16

// perturbSteps are strides in bytes.
type perturbSteps struct {
	y, a, t       int // from one pair to the next
	yRow, baseRow int // from one row to the next
	yMinus        int // from the columns of the plus member to those of the minus
	aRank, tRank  int // from one rank of a pair to the next
}

func perturb(y []int32, a []uint8, t []int32, l Layout, m int, shift uint) {
	if !useAssembly() {
		perturbGeneric(y, a, t, l, m, shift)
		return
	}
	p := perturbation{a, t, l, m, shift}
	p.add(y, 0, m, 0, l.Pairs)
}

// perturbation is what a population adds to Y, m rows of l.Cols() columns.
type perturbation struct {
	a     []uint8
	t     []int32
	l     Layout
	m     int
	shift uint
}

// add perturbs rows i0 to i1 of the columns of pairs p0 to p1. i0 is a multiple of
// perturbRows.
func (p *perturbation) add(y []int32, i0, i1, p0, p1 int) {
	l := p.l
	n, own, mp := l.Cols(), 2*l.Streams, packed.PaddedLen(p.m)
	steps := perturbSteps{
		y: 4 * own, a: l.Rank * mp, t: 4 * l.Rank * own,
		yRow: 4 * n, aRank: mp, tRank: 4 * own,
	}
	pairs := 1
	if l.Rank == 1 {
		pairs = pairsAtOnce(p1-p0, own)
	}
	var table multiples
	var sum sums
	for i := i0; i < i1; i += perturbRows {
		rows := min(perturbRows, i1-i)
		for pair := p0; pair < p1; pair += pairs {
			ap := &p.a[pair*l.Rank*mp+i]
			for c, cols := 0, 0; c < own; c += cols {
				cols = blockCols(own - c)
				plus := min(max(l.Streams-c, 0), cols)
				yc, tc := &y[i*n+pair*own+c], &p.t[pair*l.Rank*own+c]
				perturbBlock(yc, ap, tc, l.Rank, pairs, rows, cols, plus, p.shift, &table, &sum, &steps)
			}
		}
	}
}

func perturbShared(y, base []int32, a []uint8, t []int32, l Layout, m int, shift uint) {
	if !useAssembly() {
		perturbSharedGeneric(y, base, a, t, l, m, shift)
		return
	}
	n, own, mp := l.Cols(), l.Streams, packed.PaddedLen(m)
	steps := perturbSteps{
		y: 8 * own, a: l.Rank * mp, t: 4 * l.Rank * own,
		yRow: 4 * n, baseRow: 4 * own, yMinus: 4 * own,
		aRank: mp, tRank: 4 * own,
	}
	pairs := 1
	if l.Rank == 1 {
		pairs = pairsAtOnce(l.Pairs, own)
	}
	var table multiples
	var sum sums
	for i := 0; i < m; i += perturbRows {
		rows := min(perturbRows, m-i)
		for p := 0; p < l.Pairs; p += pairs {
			ap := &a[p*l.Rank*mp+i]
			for c, cols := 0, 0; c < own; c += cols {
				cols = blockCols(own - c)
				yc, basec, tc := &y[i*n+2*p*own+c], &base[i*own+c], &t[p*l.Rank*own+c]
				spreadBlock(yc, basec, ap, tc, l.Rank, pairs, rows, cols, shift, &table, &sum, &steps)
			}
		}
	}
}

//go:build !purego

package kernels

import "github.com/Kaleaon/pentary-go/packed"

// Scratch of a call, on its stack: for each code its multiple of t in a block of
// columns, and the sums over ranks of a block of rows.
type (
	multiples [8 * narrowCols]int32
	sums      [perturbRows * narrowCols]int32
)

// add perturbs rows i0 to i1 of the columns of pairs p0 to p1. i0 is a multiple of
// perturbRows.
func (p *perturbation) add(y []int32, i0, i1, p0, p1 int) {
	pop := p.pop
	n, own, mp := pop.TotalColumns(), 2*pop.Columns, packed.PaddedLen(p.m)
	pairs := 1
	if pop.Rank == 1 {
		pairs = pairsAtOnce(p1-p0, own)
	}
	var table multiples
	var sum sums
	o := perturbArgs{
		sums: &sum, multiples: &table, pairs: pairs, ranks: pop.Rank, shift: p.shift,
		yPair: 4 * own, aPair: pop.Rank * mp, tPair: 4 * pop.Rank * own,
		yRow: 4 * n, aRank: mp, tRank: 4 * own,
	}
	for i := i0; i < i1; i += perturbRows {
		o.rows = min(perturbRows, i1-i)
		for pair := p0; pair < p1; pair += pairs {
			ap := &p.a[pair*pop.Rank*mp+i]
			for c, cols := 0, 0; c < own; c += cols {
				cols = blockCols(own - c)
				o.cols, o.plus = cols, min(max(pop.Columns-c, 0), cols)
				o.y, o.a, o.t = &y[i*n+pair*own+c], ap, &p.t[pair*pop.Rank*own+c]
				if pop.Rank == 1 {
					perturb1NEON(&o)
				} else {
					combineNEON(&o)
					addRoundedNEON(&o)
				}
			}
		}
	}
}

func perturbShared(y, base []int32, a []uint8, t []int32, pop Population, m int, shift uint) {
	if level == generic {
		perturbSharedGeneric(y, base, a, t, pop, m, shift)
		return
	}
	n, own, mp := pop.TotalColumns(), pop.Columns, packed.PaddedLen(m)
	pairs := 1
	if pop.Rank == 1 {
		pairs = pairsAtOnce(pop.Pairs, own)
	}
	var table multiples
	var sum sums
	o := perturbArgs{
		sums: &sum, multiples: &table, pairs: pairs, ranks: pop.Rank, shift: shift,
		yPair: 8 * own, aPair: pop.Rank * mp, tPair: 4 * pop.Rank * own,
		yRow: 4 * n, baseRow: 4 * own, yMinus: 4 * own, aRank: mp, tRank: 4 * own,
	}
	for i := 0; i < m; i += perturbRows {
		o.rows = min(perturbRows, m-i)
		for p := 0; p < pop.Pairs; p += pairs {
			ap := &a[p*pop.Rank*mp+i]
			for c, cols := 0, 0; c < own; c += cols {
				cols = blockCols(own - c)
				o.cols, o.y, o.base = cols, &y[i*n+2*p*own+c], &base[i*own+c]
				o.a, o.t = ap, &t[p*pop.Rank*own+c]
				if pop.Rank == 1 {
					spread1NEON(&o)
				} else {
					combineNEON(&o)
					spreadRoundedNEON(&o)
				}
			}
		}
	}
}

// perturb1NEON perturbs rows of a block of eight, four, two or one columns, the
// first plus of them of plus members, for pairs of rank 1:
//
//	for range pairs {
//		for i := range rows {
//			for c := range cols {
//				d := RoundShift((a[i]-2)·t[c], shift)
//				y[i*yRow+c] += d // or -= d where c >= plus
//			}
//		}
//		y, a, t = y+yPair, a+aPair, t+tPair
//	}
//
// Codes 5 to 7 are zero weights. pairs and rows are at least 1, rows at most
// perturbRows. 10 instructions for a row of 8 columns.
//
//go:noescape
func perturb1NEON(args *perturbArgs)

// spread1NEON has the contract of spread1 in perturb_asm.go. 13 instructions for a row
// of twice 8 columns.
//
//go:noescape
func spread1NEON(args *perturbArgs)

// combineNEON adds the products of a block of rows and of columns over the ranks of
// a pair:
//
//	for ρ := range ranks {
//		for i := range rows {
//			for c := range cols {
//				sums[8i+c] += (a[ρ*aRank+i]-2) · t[ρ*tRank+c] // from 0
//			}
//		}
//	}
//
// It takes rows in eights and reads the codes, which are padded, of whole ones. What
// it writes beyond cols means nothing. 24 instructions for 8 rows of 8 columns and a
// rank, 12 for 32 multiply-adds, at least 8.
//
//go:noescape
func combineNEON(args *perturbArgs)

// addRoundedNEON has the contract of addRounded in perturb_asm.go. 15 instructions for a
// row of 8 columns.
//
//go:noescape
func addRoundedNEON(args *perturbArgs)

// spreadRoundedNEON has the contract of spreadRounded in perturb_asm.go. 14 instructions
// for a row of twice 8 columns.
//
//go:noescape
func spreadRoundedNEON(args *perturbArgs)

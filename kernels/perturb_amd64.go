//go:build !purego

package kernels

import "github.com/Kaleaon/pentary-go/packed"

// Scratch of a call, on its stack: for each code its multiple of t in a block of
// columns, and the sums over ranks of a block of rows.
type (
	multiples [8*lanesAVX512 + slack]int32
	sums      [perturbRows*lanesAVX512 + slack]int32
)

// slack lets the assembly align its scratch to cache lines, which saves PerturbShared
// of rank 2 a tenth of its time. Each call aligns for itself, and yet finds the sums
// where the call before has left them: the stack may move in between, but only by
// whole lines, since both ends of every stack are multiples of 2 KiB and what it
// holds keeps its distance from the upper.
const slack = 16

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
				switch wide := cols > lanesAVX2; {
				case wide && pop.Rank == 1:
					perturb1AVX512(&o)
				case wide:
					combineAVX512(&o)
					addRoundedAVX512(&o)
				case pop.Rank == 1:
					perturb1AVX2(&o)
				default:
					combineAVX2(&o)
					addRoundedAVX2(&o)
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
				switch wide := cols > lanesAVX2; {
				case wide && pop.Rank == 1:
					spread1AVX512(&o)
				case wide:
					combineAVX512(&o)
					spreadRoundedAVX512(&o)
				case pop.Rank == 1:
					spread1AVX2(&o)
				default:
					combineAVX2(&o)
					spreadRoundedAVX2(&o)
				}
			}
		}
	}
}

// perturb1AVX2 perturbs rows of a block of at most eight columns, the first plus
// of them of plus members, for pairs of rank 1:
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
// Codes 5 to 7 are zero weights. pairs, rows and cols are at least 1, rows at most
// perturbRows. 2.5 cycles a row of eight columns, of 1.5 that the front end needs.
// Beyond the caches y bounds it, 8 bytes a column.
//
//go:noescape
func perturb1AVX2(args *perturbArgs)

// spread1AVX2 has the contract of spread1 in perturb_asm.go. 9 cycles a row of twice
// eight columns, the stores to L2.
//
//go:noescape
func spread1AVX2(args *perturbArgs)

// combineAVX2 adds the products of a block of rows and at most eight columns over
// the ranks of a pair:
//
//	for ρ := range ranks {
//		for i := range rows {
//			for c := range 8 {
//				sums[8i+c] += (a[ρ*aRank+i]-2) · t[ρ*tRank+c] // from 0
//			}
//		}
//	}
//
// where t is zero beyond cols. It takes rows in eights and reads the codes, which
// are padded, of whole ones. 1.4 cycles a row and rank, of 0.9 that the front end
// needs.
//
//go:noescape
func combineAVX2(args *perturbArgs)

// addRoundedAVX2 has the contract of addRounded in perturb_asm.go.
//
//go:noescape
func addRoundedAVX2(args *perturbArgs)

// spreadRoundedAVX2 has the contract of spreadRounded in perturb_asm.go.
//
//go:noescape
func spreadRoundedAVX2(args *perturbArgs)

// The kernels for blocks of nine to sixteen columns are their namesakes for eight.

// perturb1AVX512 is perturb1AVX2 for wide blocks: 5.7 cycles a row of sixteen
// columns, y in L2.
//
//go:noescape
func perturb1AVX512(args *perturbArgs)

// spread1AVX512 is spread1AVX2 for wide blocks: 16 cycles a row of twice sixteen
// columns, the stores to L2.
//
//go:noescape
func spread1AVX512(args *perturbArgs)

// combineAVX512 is combineAVX2 for wide blocks. sums has sixteen lanes to a row; it
// always takes sixteen rows. 1.5 cycles a row and rank.
//
//go:noescape
func combineAVX512(args *perturbArgs)

// addRoundedAVX512 is addRoundedAVX2 for wide blocks.
//
//go:noescape
func addRoundedAVX512(args *perturbArgs)

// spreadRoundedAVX512 is spreadRoundedAVX2 for wide blocks.
//
//go:noescape
func spreadRoundedAVX512(args *perturbArgs)

//go:build !purego

package kernels

import "math/bits"

// blockCols returns the columns of the next block: eight, or what fits of four, two
// and one.
func blockCols(cols int) int {
	return min(1<<(bits.Len(uint(cols))-1), narrowCols)
}

// projectGroups adds a run of quads, for all columns of the groups, to t.
func projectGroups(t []int32, b []uint8, x []int8, vectors, groups, quads, cols int, steps *projectSteps) {
	for c, block := 0, 0; c < cols; c += block {
		block = blockCols(cols - c)
		switch tc, xc := &t[c], &x[4*c]; {
		case useDotProd && vectors == 4:
			project4DotProd(tc, &b[0], xc, groups, quads, block, steps)
		case useDotProd:
			project1DotProd(tc, &b[0], xc, groups, quads, block, steps)
		case vectors == 4:
			project4NEON(tc, &b[0], xc, groups, quads, block, steps)
		default:
			project1NEON(tc, &b[0], xc, groups, quads, block, steps)
		}
	}
}

// project1NEON adds the products of a run of quads to t, for groups of one vector
// and a block of eight, four, two or one columns:
//
//	for range groups {
//		for c := range cols {
//			for q := range quads {
//				t[c] += Σ_u (b[4q+u]-2) · x[q*xRow+4c+u]
//			}
//		}
//		t, b, x = t+steps.t, b+steps.b, x+steps.x
//	}
//
// groups and quads are at least 1, quads at most projectRun. 10 instructions for 32
// multiply-adds, at least 4.
//
//go:noescape
func project1NEON(t *int32, b *uint8, x *int8, groups, quads, cols int, steps *projectSteps)

// project4NEON is project1NEON for groups of four vectors, tRow and bRow apart. 6.3
// instructions for 32 multiply-adds, at least 4.
//
//go:noescape
func project4NEON(t *int32, b *uint8, x *int8, groups, quads, cols int, steps *projectSteps)

// project1DotProd is project1NEON by SDOT, for any number of quads. 4 instructions
// for 32 multiply-adds, at least 2.
//
//go:noescape
func project1DotProd(t *int32, b *uint8, x *int8, groups, quads, cols int, steps *projectSteps)

// project4DotProd is project4NEON by SDOT, for any number of quads. 2.9 instructions
// for 32 multiply-adds, at least 2.
//
//go:noescape
func project4DotProd(t *int32, b *uint8, x *int8, groups, quads, cols int, steps *projectSteps)

// Scratch of a call, on its stack: for each code its multiple of t in a block of
// columns, and the sums over ranks of a block of rows.
type (
	multiples [8 * narrowCols]int32
	sums      [perturbRows * narrowCols]int32
)

// perturbBlock adds the perturbation of a block of rows and columns, for pairs of
// rank 1 or one pair.
func perturbBlock(y *int32, a *uint8, t *int32, rank, pairs, rows, cols, plus int, shift uint, table *multiples, sum *sums, steps *perturbSteps) {
	if rank == 1 {
		perturb1NEON(y, a, t, pairs, rows, cols, plus, shift, table, steps)
		return
	}
	combineNEON(sum, a, t, rank, rows, cols, steps)
	addRoundedNEON(y, sum, rows, cols, plus, shift, steps)
}

// spreadBlock is perturbBlock for pairs that share a base.
func spreadBlock(y, base *int32, a *uint8, t *int32, rank, pairs, rows, cols int, shift uint, table *multiples, sum *sums, steps *perturbSteps) {
	if rank == 1 {
		spread1NEON(y, base, a, t, pairs, rows, cols, shift, table, steps)
		return
	}
	combineNEON(sum, a, t, rank, rows, cols, steps)
	spreadRoundedNEON(y, base, sum, rows, cols, shift, steps)
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
//		y, a, t = y+steps.y, a+steps.a, t+steps.t
//	}
//
// Codes 5 to 7 are zero weights. pairs and rows are at least 1, rows at most
// perturbRows. 10 instructions for a row of 8 columns.
//
//go:noescape
func perturb1NEON(y *int32, a *uint8, t *int32, pairs, rows, cols, plus int, shift uint, multiples *multiples, steps *perturbSteps)

// spread1NEON is perturb1NEON for pairs that share a base:
//
//	y[i*yRow+c], y[i*yRow+yMinus+c] = base[i*baseRow+c] + d, base[i*baseRow+c] - d
//
// 13 instructions for a row of twice 8 columns.
//
//go:noescape
func spread1NEON(y, base *int32, a *uint8, t *int32, pairs, rows, cols int, shift uint, multiples *multiples, steps *perturbSteps)

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
func combineNEON(sums *sums, a *uint8, t *int32, ranks, rows, cols int, steps *perturbSteps)

// addRoundedNEON adds what combineNEON has summed up:
//
//	y[i*yRow+c] += RoundShift(sums[8i+c], shift) // or -= where c >= plus
//
// 15 instructions for a row of 8 columns.
//
//go:noescape
func addRoundedNEON(y *int32, sums *sums, rows, cols, plus int, shift uint, steps *perturbSteps)

// spreadRoundedNEON is addRoundedNEON for a pair that shares a base, with d the
// rounded sum:
//
//	y[i*yRow+c], y[i*yRow+yMinus+c] = base[i*baseRow+c] + d, base[i*baseRow+c] - d
//
// 14 instructions for a row of twice 8 columns.
//
//go:noescape
func spreadRoundedNEON(y, base *int32, sums *sums, rows, cols int, shift uint, steps *perturbSteps)

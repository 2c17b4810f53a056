//go:build !purego

package kernels

import "math/bits"

// blockCols returns the columns of the next block: eight, or what fits of four, two
// and one.
func blockCols(cols int) int {
	return min(1<<(bits.Len(uint(cols))-1), narrowCols)
}

func projectNarrow(_ []int32, _ []uint8, _ []int8, _ Population, _, _ int) (done int) { return 0 }

// projectWide takes nothing here: groups of one vector are as fast for any number of
// columns.
func projectWide([]int32, []uint8, []int8, Population, int, int) bool { return false }

// projectMany takes nothing here.
func projectMany([]int32, []uint8, []int8, Population, int, int) (done int) { return 0 }

// projectGroups adds a run of quads, for all columns of the groups, to t.
func projectGroups(o *projectArgs, t []int32, b []uint8, x []int8, vectors, cols int) {
	for c, block := 0, 0; c < cols; c += block {
		block = blockCols(cols - c)
		o.t, o.b, o.x, o.cols = &t[c], &b[0], &x[4*c], block
		switch {
		case level >= dotprod && vectors == 4:
			project4DotProd(o)
		case level >= dotprod:
			project1DotProd(o)
		case vectors == 4:
			project4NEON(o)
		default:
			project1NEON(o)
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
//		t, b, x = t+tGroup, b+bGroup, x+xGroup
//	}
//
// groups and quads are at least 1, quads at most projectRun. 10 instructions for 32
// multiply-adds, at least 4.
//
//go:noescape
func project1NEON(args *projectArgs)

// project4NEON is project1NEON for groups of four vectors, tRow and bRow apart. 6.3
// instructions for 32 multiply-adds, at least 4.
//
//go:noescape
func project4NEON(args *projectArgs)

// project1DotProd is project1NEON by SDOT, for any number of quads. 4 instructions
// for 32 multiply-adds, at least 2.
//
//go:noescape
func project1DotProd(args *projectArgs)

// project4DotProd is project4NEON by SDOT, for any number of quads. 2.9 instructions
// for 32 multiply-adds, at least 2.
//
//go:noescape
func project4DotProd(args *projectArgs)

//go:build !purego

package kernels

import "github.com/Kaleaon/pentary-go/packed"

// Columns that one vector holds.
const (
	lanesAVX2   = 8
	lanesAVX512 = 16
)

// blockCols returns the columns of the next block: sixteen at a time on AVX-512
// while more than eight are left, else eight. The last block has what is left.
func blockCols(cols int) int {
	if level >= avx512bw && cols > lanesAVX2 {
		return min(cols, lanesAVX512)
	}
	return min(cols, lanesAVX2)
}

// projectGroups adds a run of quads, for all columns of the groups, to t.
func projectGroups(o *projectArgs, t []int32, b []uint8, x []int8, vectors, cols int) {
	for c, block := 0, 0; c < cols; c += block {
		block = blockCols(cols - c)
		o.t, o.b, o.x, o.cols = &t[c], &b[0], &x[4*c], block
		switch {
		case block > lanesAVX2 && level >= avx512vnni && vectors == 4:
			project4VNNI512(o)
		case block > lanesAVX2 && vectors == 4:
			project4AVX512(o)
		case block > lanesAVX2:
			project1AVX512(o)
		case vectors == 4:
			project4AVX2(o)
		default:
			project1AVX2(o)
		}
	}
}

// project1AVX2 adds the products of a run of quads to t, for groups of one vector
// and a block of at most eight columns:
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
// groups, quads and cols are at least 1, quads at most projectRun. 15 of 24
// MAC/cycle, four vector instructions a quad.
//
//go:noescape
func project1AVX2(args *projectArgs)

// project4AVX2 is project1AVX2 for groups of four vectors, tRow and bRow apart. 33
// of 38 MAC/cycle, ten vector instructions a quad.
//
//go:noescape
func project4AVX2(args *projectArgs)

// projectMany projects by the first vectors of each pair, a multiple of eight, and returns
// how many it took.
func projectMany(t []int32, b []uint8, x []int8, pop Population, k, n int) (done int) {
	if level < avx512vnni || pop.Rank < 8 || k == 0 {
		return 0
	}
	own, kp := 2*pop.Columns, packed.PaddedLen(k)
	o := projectArgs{
		tGroup: 4 * pop.Rank * own, bGroup: pop.Rank * kp, xGroup: 4 * own,
		tRow: 4 * own, bRow: kp, xRow: 4 * n, quads: Quads(k),
	}
	done = pop.Rank &^ 7
	for c := 0; c < own; c += lanesAVX2 {
		for rho := 0; rho < done; {
			o.t, o.b, o.x, o.cols, o.groups = &t[rho*own+c], &b[rho*kp], &x[4*c], min(own-c, lanesAVX2), pop.Pairs
			if done-rho >= 16 {
				project16VNNI512(&o)
				rho += 16
			} else {
				project8VNNI512(&o)
				rho += 8
			}
		}
	}
	return done
}

// projectNarrow projects pairs of eight columns and one vector, two pairs at a time, and returns
// how many pairs it took.
func projectNarrow(t []int32, b []uint8, x []int8, pop Population, k, n int) (done int) {
	done = pop.Pairs &^ 1
	if level < avx512vnni || pop.Rank != 1 || 2*pop.Columns != lanesAVX2 || k == 0 || done == 0 {
		return 0
	}
	projectPairsVNNI512(&projectArgs{
		t: &t[0], b: &b[0], bRow: packed.PaddedLen(k), x: &x[0], xRow: 4 * n, quads: Quads(k), cols: done * lanesAVX2,
	})
	return done
}

// projectPairsVNNI512 multiplies one vector of each pair with its eight columns, for an even
// number of pairs:
//
//	t[c] = Σ_q Σ_u (b[c/8*bRow+4q+u]-2) · x[q*xRow+4c+u]
//
// quads is at least 1.
//
//go:noescape
func projectPairsVNNI512(args *projectArgs)

// project16VNNI512 multiplies sixteen vectors of each group with at most eight columns:
//
//	for range groups {
//		t[ρ*tRow+c] = Σ_q Σ_u (b[ρ*bRow+4q+u]-2) · x[q*xRow+4c+u]
//		t, b, x = t+tGroup, b+bGroup, x+xGroup
//	}
//
// groups, which it counts down, quads and cols are at least 1; vectors of b are padded to whole eights.
//
//go:noescape
func project16VNNI512(args *projectArgs)

// project8VNNI512 is project16VNNI512 for eight vectors.
//
//go:noescape
func project8VNNI512(args *projectArgs)

// projectCols is the columns that projectWideVNNI512 takes at once.
const projectCols = 64

// projectWide is project for pairs of many columns and fewer vectors than a group
// of four, and reports whether this is such a case.
func projectWide(t []int32, b []uint8, x []int8, pop Population, k, n int) bool {
	own, kp := 2*pop.Columns, packed.PaddedLen(k)
	if level < avx512vnni || pop.Rank >= 4 || own <= lanesAVX512 || k == 0 {
		return false
	}
	for v := range pop.Pairs * pop.Rank {
		p := v / pop.Rank
		for c := 0; c < own; c += projectCols {
			projectWideVNNI512(&t[v*own+c], &b[v*kp], &x[4*(p*own+c)], n, Quads(k), min(projectCols, own-c))
		}
	}
	return true
}

// projectWideVNNI512 multiplies one vector with 1 to projectCols columns of a batch
// of n, of which x is the first:
//
//	t[c] = Σ_q Σ_u (b[4q+u]-2) · x[(q*n+c)*4+u]
//
// quads is at least 1. 41 of 64 MAC/cycle: the sums wait for each other.
//
//go:noescape
func projectWideVNNI512(t *int32, b *uint8, x *int8, n, quads, cols int)

// The kernels for blocks of nine to sixteen columns are their namesakes for eight.

// project1AVX512 is project1AVX2 for wide blocks: 18 of 32 MAC/cycle. VPDPBUSD gains
// a single vector nothing.
//
//go:noescape
func project1AVX512(args *projectArgs)

// project4AVX512 is project4AVX2 for wide blocks: 44 of 51 MAC/cycle.
//
//go:noescape
func project4AVX512(args *projectArgs)

// project4VNNI512 is project4AVX512 by VPDPBUSD: 72 of 102 MAC/cycle.
//
//go:noescape
func project4VNNI512(args *projectArgs)

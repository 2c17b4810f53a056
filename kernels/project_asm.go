//go:build !purego && (amd64 || arm64)

package kernels

import "github.com/Kaleaon/pentary-go/packed"

// narrowCols is the most columns of a narrow block. A tier may have wider ones; see
// blockCols.
const narrowCols = 8

// projectRun is the quads that the assembly multiplies between two additions to
// t. |(c-2)·x| ≤ 256, two products share an int16 lane: 32 quads stay within
// ±16384. Short runs over all pairs, not long ones over each, also take the
// columns of neighbouring pairs from cache lines just read.
const projectRun = 32

// projectArgs are the operands of the assembly, of which each function reads its own. A group
// is the vectors that one pass over x multiplies.
type projectArgs struct {
	t *int32
	b *uint8
	x *int8

	groups, quads, cols int

	// Strides in bytes.
	tGroup, bGroup, xGroup int // from one group to the next
	tRow, bRow             int // from one vector of a group to the next
	xRow                   int // from one quad of x to the next
}

func project(t []int32, b []uint8, x []int8, pop Population, k, n int) {
	if level == generic {
		projectGeneric(t, b, x, pop, k, n)
		return
	}
	if projectWide(t, b, x, pop, k, n) {
		return
	}
	own, kp := 2*pop.Columns, packed.PaddedLen(k)
	if pairs := projectNarrow(t, b, x, pop, k, n); pairs == pop.Pairs {
		return
	} else if pairs > 0 {
		t, b, x = t[pairs*own:], b[pairs*kp:], x[4*pairs*own:] // of rank 1
		pop.Pairs -= pairs
	}
	done := projectMany(t, b, x, pop, k, n)
	if done == pop.Rank {
		return
	}
	pairs := pairsAtOnce(pop.Pairs, own)
	o := projectArgs{
		groups: pairs, tGroup: 4 * pop.Rank * own, bGroup: pop.Rank * kp, xGroup: 4 * own,
		tRow: 4 * own, bRow: kp, xRow: 4 * n,
	}
	if done == 0 {
		clear(t)
	}
	for p := 0; p < pop.Pairs && done > 0; p++ {
		clear(t[(p*pop.Rank+done)*own : (p+1)*pop.Rank*own])
	}
	for q := 0; q < Quads(k); q += projectRun {
		o.quads = min(projectRun, Quads(k)-q)
		for p := 0; p < pop.Pairs; p += pairs {
			for rho, vectors := done, 0; rho < pop.Rank; rho += vectors {
				vectors = groupVectors(pop.Rank - rho)
				v := p*pop.Rank + rho
				projectGroups(&o, t[v*own:], b[v*kp+4*q:], x[4*(q*n+p*own):], vectors, own)
			}
		}
	}
}

func projectShared(t []int32, b []uint8, x []int8, pop Population, k int) {
	if level == generic {
		projectSharedGeneric(t, b, x, pop, k)
		return
	}
	all, own, kp := pop.Pairs*pop.Rank, pop.Columns, packed.PaddedLen(k)
	clear(t)
	for q := 0; q < Quads(k); q += projectRun {
		for v := 0; v < all; {
			vectors := groupVectors(all - v)
			o := projectArgs{
				groups: (all - v) / vectors, quads: min(projectRun, Quads(k)-q),
				tGroup: 4 * vectors * own, bGroup: vectors * kp,
				tRow: 4 * own, bRow: kp, xRow: 4 * own,
			}
			projectGroups(&o, t[v*own:], b[v*kp+4*q:], x[4*q*own:], vectors, own)
			v += o.groups * vectors
		}
	}
}

// pairsAtOnce returns how many pairs one call of the assembly goes through: all
// where a pair is a narrow block, else one, so that the blocks of a cache
// line follow each other.
func pairsAtOnce(pairs, own int) int {
	if own > narrowCols {
		return 1
	}
	return pairs
}

// groupVectors returns how many of the vectors the next group takes.
func groupVectors(vectors int) int {
	if vectors >= 4 {
		return 4
	}
	return 1
}

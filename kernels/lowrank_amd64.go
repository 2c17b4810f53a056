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
	if useAVX512 && cols > lanesAVX2 {
		return min(cols, lanesAVX512)
	}
	return min(cols, lanesAVX2)
}

// projectRun is the quads that the assembly multiplies between two additions to
// t. |(c-2)·x| ≤ 256, two products share an int16 lane: 32 quads stay within
// ±16384. Short runs over all pairs, not long ones over each, also take the
// columns of neighbouring pairs from cache lines just read.
const projectRun = 32

// projectSteps are strides in bytes. A group is the vectors that one pass over x
// multiplies.
type projectSteps struct {
	t, b, x    int // from one group to the next
	tRow, bRow int // from one vector of a group to the next
	xRow       int // from one quad of x to the next
}

func project(t []int32, b []uint8, x []int8, l Layout, k int) {
	if !useAVX2 {
		projectGeneric(t, b, x, l, k)
		return
	}
	n, own, kp := l.Cols(), 2*l.Streams, packed.PaddedLen(k)
	if useVNNI512 && l.Rank < 4 && own > lanesAVX512 && k > 0 {
		projectWide(t, b, x, l, k)
		return
	}
	steps := projectSteps{
		t: 4 * l.Rank * own, b: l.Rank * kp, x: 4 * own,
		tRow: 4 * own, bRow: kp, xRow: 4 * n,
	}
	pairs := pairsAtOnce(l.Pairs, own)
	clear(t)
	for q := 0; q < Quads(k); q += projectRun {
		quads := min(projectRun, Quads(k)-q)
		for p := 0; p < l.Pairs; p += pairs {
			for ρ, vectors := 0, 0; ρ < l.Rank; ρ += vectors {
				vectors = groupVectors(l.Rank - ρ)
				v := p*l.Rank + ρ
				projectGroups(t[v*own:], b[v*kp+4*q:], x[4*(q*n+p*own):], vectors, pairs, quads, own, &steps)
			}
		}
	}
}

func projectShared(t []int32, b []uint8, x []int8, l Layout, k int) {
	if !useAVX2 {
		projectSharedGeneric(t, b, x, l, k)
		return
	}
	all, own, kp := l.Pairs*l.Rank, l.Streams, packed.PaddedLen(k)
	clear(t)
	for q := 0; q < Quads(k); q += projectRun {
		quads := min(projectRun, Quads(k)-q)
		for v := 0; v < all; {
			vectors := groupVectors(all - v)
			groups := (all - v) / vectors
			steps := projectSteps{
				t: 4 * vectors * own, b: vectors * kp,
				tRow: 4 * own, bRow: kp, xRow: 4 * own,
			}
			projectGroups(t[v*own:], b[v*kp+4*q:], x[4*q*own:], vectors, groups, quads, own, &steps)
			v += groups * vectors
		}
	}
}

// pairsAtOnce returns how many pairs one call of the assembly goes through: all
// where a pair has at most eight columns, else one, so that the blocks of a cache
// line follow each other.
func pairsAtOnce(pairs, own int) int {
	if own > lanesAVX2 {
		return 1
	}
	return pairs
}

// groupVectors returns how many of so many vectors the next group takes.
func groupVectors(vectors int) int {
	if vectors >= 4 {
		return 4
	}
	return 1
}

// projectGroups adds a run of quads, for all columns of the groups, to t.
func projectGroups(t []int32, b []uint8, x []int8, vectors, groups, quads, cols int, steps *projectSteps) {
	for c, block := 0, 0; c < cols; c += block {
		block = blockCols(cols - c)
		switch tc, xc := &t[c], &x[4*c]; {
		case block > lanesAVX2 && useVNNI512 && vectors == 4:
			project4VNNI512(tc, &b[0], xc, groups, quads, block, steps)
		case block > lanesAVX2 && vectors == 4:
			project4AVX512(tc, &b[0], xc, groups, quads, block, steps)
		case block > lanesAVX2:
			project1AVX512(tc, &b[0], xc, groups, quads, block, steps)
		case vectors == 4:
			project4AVX2(tc, &b[0], xc, groups, quads, block, steps)
		default:
			project1AVX2(tc, &b[0], xc, groups, quads, block, steps)
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
//		t, b, x = t+steps.t, b+steps.b, x+steps.x
//	}
//
// groups, quads and cols are at least 1, quads at most projectRun. 15 of 24
// MAC/cycle, four vector instructions a quad.
//
//go:noescape
func project1AVX2(t *int32, b *uint8, x *int8, groups, quads, cols int, steps *projectSteps)

// project4AVX2 is project1AVX2 for groups of four vectors, tRow and bRow apart. 33
// of 38 MAC/cycle, ten vector instructions a quad.
//
//go:noescape
func project4AVX2(t *int32, b *uint8, x *int8, groups, quads, cols int, steps *projectSteps)

// projectCols is the columns that projectWideVNNI512 takes at once.
const projectCols = 64

// projectWide is project for pairs of many columns and fewer vectors than a group
// of four.
func projectWide(t []int32, b []uint8, x []int8, l Layout, k int) {
	n, own, kp := l.Cols(), 2*l.Streams, packed.PaddedLen(k)
	for v := range l.Pairs * l.Rank {
		p := v / l.Rank
		for c := 0; c < own; c += projectCols {
			projectWideVNNI512(&t[v*own+c], &b[v*kp], &x[4*(p*own+c)], n, Quads(k), min(projectCols, own-c))
		}
	}
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

// perturbRows is the rows that the assembly perturbs before it turns to the next
// pair: enough to pay for the multiples of t, few enough to leave the lines that
// neighbouring pairs share in the cache.
const perturbRows = 16

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

// perturbSteps are strides in bytes.
type perturbSteps struct {
	y, a, t       int // from one pair to the next
	yRow, baseRow int // from one row to the next
	yMinus        int // from the columns of the plus member to those of the minus
	aRank, tRank  int // from one rank of a pair to the next
}

func perturb(y []int32, a []uint8, t []int32, l Layout, m int, shift uint) {
	if !useAVX2 {
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
				switch wide := cols > lanesAVX2; {
				case wide && l.Rank == 1:
					perturb1AVX512(yc, ap, tc, pairs, rows, cols, plus, p.shift, &table, &steps)
				case wide:
					combineAVX512(&sum, ap, tc, l.Rank, cols, &table, &steps)
					addRoundedAVX512(yc, &sum, rows, cols, plus, p.shift, &steps)
				case l.Rank == 1:
					perturb1AVX2(yc, ap, tc, pairs, rows, cols, plus, p.shift, &table, &steps)
				default:
					combineAVX2(&sum, ap, tc, l.Rank, rows, cols, &table, &steps)
					addRoundedAVX2(yc, &sum, rows, cols, plus, p.shift, &steps)
				}
			}
		}
	}
}

func perturbShared(y, base []int32, a []uint8, t []int32, l Layout, m int, shift uint) {
	if !useAVX2 {
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
				switch wide := cols > lanesAVX2; {
				case wide && l.Rank == 1:
					spread1AVX512(yc, basec, ap, tc, pairs, rows, cols, shift, &table, &steps)
				case wide:
					combineAVX512(&sum, ap, tc, l.Rank, cols, &table, &steps)
					spreadRoundedAVX512(yc, basec, &sum, rows, cols, shift, &steps)
				case l.Rank == 1:
					spread1AVX2(yc, basec, ap, tc, pairs, rows, cols, shift, &table, &steps)
				default:
					combineAVX2(&sum, ap, tc, l.Rank, rows, cols, &table, &steps)
					spreadRoundedAVX2(yc, basec, &sum, rows, cols, shift, &steps)
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
//		y, a, t = y+steps.y, a+steps.a, t+steps.t
//	}
//
// Codes 5 to 7 are zero weights. pairs, rows and cols are at least 1, rows at most
// perturbRows. 2.5 cycles a row of eight columns, of 1.5 that the front end needs.
// Beyond the caches y bounds it, 8 bytes a column.
//
//go:noescape
func perturb1AVX2(y *int32, a *uint8, t *int32, pairs, rows, cols, plus int, shift uint, multiples *multiples, steps *perturbSteps)

// spread1AVX2 is perturb1AVX2 for pairs that share a base:
//
//	y[i*yRow+c], y[i*yRow+yMinus+c] = base[i*baseRow+c] + d, base[i*baseRow+c] - d
//
// 9 cycles a row of twice eight columns, the stores to L2.
//
//go:noescape
func spread1AVX2(y, base *int32, a *uint8, t *int32, pairs, rows, cols int, shift uint, multiples *multiples, steps *perturbSteps)

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
func combineAVX2(sums *sums, a *uint8, t *int32, ranks, rows, cols int, multiples *multiples, steps *perturbSteps)

// addRoundedAVX2 adds what combineAVX2 has summed up:
//
//	y[i*yRow+c] += RoundShift(sums[8i+c], shift) // or -= where c >= plus
//
//go:noescape
func addRoundedAVX2(y *int32, sums *sums, rows, cols, plus int, shift uint, steps *perturbSteps)

// spreadRoundedAVX2 is addRoundedAVX2 for a pair that shares a base, with d the
// rounded sum:
//
//	y[i*yRow+c], y[i*yRow+yMinus+c] = base[i*baseRow+c] + d, base[i*baseRow+c] - d
//
//go:noescape
func spreadRoundedAVX2(y, base *int32, sums *sums, rows, cols int, shift uint, steps *perturbSteps)

// The kernels for blocks of nine to sixteen columns are their namesakes for eight.

// project1AVX512 is project1AVX2 for wide blocks: 18 of 32 MAC/cycle. VPDPBUSD gains
// a single vector nothing.
//
//go:noescape
func project1AVX512(t *int32, b *uint8, x *int8, groups, quads, cols int, steps *projectSteps)

// project4AVX512 is project4AVX2 for wide blocks: 44 of 51 MAC/cycle.
//
//go:noescape
func project4AVX512(t *int32, b *uint8, x *int8, groups, quads, cols int, steps *projectSteps)

// project4VNNI512 is project4AVX512 by VPDPBUSD: 72 of 102 MAC/cycle.
//
//go:noescape
func project4VNNI512(t *int32, b *uint8, x *int8, groups, quads, cols int, steps *projectSteps)

// perturb1AVX512 is perturb1AVX2 for wide blocks: 5.7 cycles a row of sixteen
// columns, y in L2.
//
//go:noescape
func perturb1AVX512(y *int32, a *uint8, t *int32, pairs, rows, cols, plus int, shift uint, multiples *multiples, steps *perturbSteps)

// spread1AVX512 is spread1AVX2 for wide blocks: 16 cycles a row of twice sixteen
// columns, the stores to L2.
//
//go:noescape
func spread1AVX512(y, base *int32, a *uint8, t *int32, pairs, rows, cols int, shift uint, multiples *multiples, steps *perturbSteps)

// combineAVX512 is combineAVX2 for wide blocks. sums has sixteen lanes to a row; it
// always takes sixteen rows. 1.5 cycles a row and rank.
//
//go:noescape
func combineAVX512(sums *sums, a *uint8, t *int32, ranks, cols int, multiples *multiples, steps *perturbSteps)

// addRoundedAVX512 is addRoundedAVX2 for wide blocks.
//
//go:noescape
func addRoundedAVX512(y *int32, sums *sums, rows, cols, plus int, shift uint, steps *perturbSteps)

// spreadRoundedAVX512 is spreadRoundedAVX2 for wide blocks.
//
//go:noescape
func spreadRoundedAVX512(y, base *int32, sums *sums, rows, cols int, shift uint, steps *perturbSteps)

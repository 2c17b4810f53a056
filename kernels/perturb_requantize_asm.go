//go:build !purego && (amd64 || arm64)

package kernels

import (
	"math"
	"sync"

	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/packed"
)

// The activations of members that share a base, without accumulators in between. A
// block of base meets all pairs.
//
// For rank 1 the block is held in words, the rows of a quad side by side as in the
// batch, and clipped to a range from which no perturbation brings them back. Four
// codes, scaled, times t is then one rounding product for a vector of activations,
// and packing the words to bytes clips them. What does not fit words goes through
// int32 sums, which wrap around as they do in the two kernels: higher ranks, a block of
// a pair with large t, a block with base so far out that a sum might, unusual shifts.

// The shape of a block. Few rows, whose lines are neighbours: tall blocks would
// write lines a power of two apart, which the cache holds few of.
const (
	fusedRows = perturbRows
	fusedCols = 256
	fusedStep = 16 // columns whose words are set at once, at most
)

// fusedScratch is the memory of one call. Its slices grow to the largest block, and
// begin at cache lines.
type fusedScratch struct {
	words   []int16          // base of the block, see baseWordsAVX2
	edge    []int32          // base of a block that hangs over the edge
	offsets [fusedRows]int32 // bias and rounding constant of each row
	weights [fusedRows]int16 // a of a pair, scaled
	sumScratch
}

var fusedPool = sync.Pool{New: func() any { return new(fusedScratch) }}

// fused is one call of perturbSharedRequantize.
type fused struct {
	*fusedScratch
	dst          []int8
	base         []int32
	a            []uint8
	t            []int32
	pop          Population
	m            int
	perturbShift uint
	output       Output
	combine      perturbArgs // for the sums
	args         fusedArgs
}

// fusedArgs are the operands of the assembly, of which each function reads its own.
type fusedArgs struct {
	dst     *int8
	words   *int16
	base    *int32
	offsets *[fusedRows]int32
	a       *uint8
	t       *int32
	sums    *sums
	weights *[fusedRows]int16 // scratch

	quads, cols int

	quad, minus int   // bytes of dst from quad to quad, from plus member to minus
	baseRow     int   // bytes of base from row to row
	low         int32 // least activation
	shift       int32 // of the accumulators
	round       int32 // shift of the perturbation
	limit       int32 // of |t| for words, or -1
	clip        int32 // of |base| for words
	tShift      int32 // scale of t
	aShift      int32 // and of a, which add up to 15-round
	scale       int32 // 2^(16-shift): the high half of a product with it is the shifted word
}

func perturbSharedRequantize(dst []int8, base []int32, a []uint8, t []int32, pop Population, m int, perturbShift uint, o Output) {
	if level == generic || len(dst) == 0 {
		perturbSharedRequantizeGeneric(dst, base, a, t, pop, m, perturbShift, o)
		return
	}
	mp := packed.PaddedLen(m)
	f := fused{
		fusedPool.Get().(*fusedScratch), dst, base, a, t, pop, m, perturbShift, o,
		perturbArgs{ranks: pop.Rank, aRank: mp, tRank: 4 * pop.Columns},
		fusedArgs{
			quad: 4 * pop.TotalColumns(), minus: 4 * pop.Columns,
			low: o.low(), shift: int32(o.Shift), round: int32(perturbShift), limit: -1,
		},
	}
	f.args.offsets, f.args.weights = &f.offsets, &f.weights
	if pop.Rank == 1 {
		f.args.fitWords()
	}
	for i := 0; i < m; i += fusedRows {
		f.offset(i, min(fusedRows, m-i))
		for c := 0; c < pop.Columns; c += fusedCols {
			f.block(i, min(fusedRows, m-i), c, min(fusedCols, pop.Columns-c))
		}
	}
	fusedPool.Put(f.fusedScratch)
}

// fitWords sets the scales and the limit of t for words, if the shifts allow them.
//
// Clipped base stays beyond the range of an activation if it was there, and fits a
// word with the perturbation, if |d| takes half of what the range leaves of a word
// and the clip the other half. VPMULHRSW, as SQRDMULH, rounds off 15 bits, of which the
// perturbation's shift accounts for some; scaled by the rest, a takes up to 2^14 and
// t up to 2^15-1.
func (q *fusedArgs) fitWords() {
	if q.shift < 2 || q.shift > 7 || q.round > 15 {
		return
	}
	q.aShift = min(13, 15-q.round)
	q.tShift = 15 - q.round - q.aShift
	q.scale = 1 << (16 - q.shift)
	largest := (math.MaxInt16 - int32(127)<<q.shift) / 2
	q.clip = math.MaxInt16 - largest
	q.limit = min(math.MaxInt16>>q.tShift, largest<<q.round/2)
}

// offset sets the offsets of rows from i on, zero for those beyond m, whose sums
// then are zero as well.
func (f *fused) offset(i, rows int) {
	clear(f.offsets[:])
	for r := range rows {
		f.offsets[r] = 1 << f.output.Shift >> 1
		f.offsets[r] += f.output.bias(i + r)
	}
}

// block sets the rows from i on, in the columns of all members from c on.
func (f *fused) block(i, rows, c, cols int) {
	own, mp := f.pop.Columns, packed.PaddedLen(f.m)
	base, ld := f.base[i*own+c:], own
	if rows%4 != 0 || cols%fusedLanes != 0 {
		base, ld = f.copyEdge(base, rows, cols), fusedCols
	}
	f.args.baseRow = 4 * ld
	f.words = reuse.Slice(f.words, (cols+fusedStep-1)/fusedStep*fusedStep*fusedRows)
	words := f.args.limit >= 0 && f.baseWords(base, Quads(rows), cols)
	for p := range f.pop.Pairs {
		dst := f.dst[(i/4*f.pop.TotalColumns()+2*p*own+c)*4:]
		a, t := f.a[p*f.pop.Rank*mp+i:], f.t[p*f.pop.Rank*own+c:]
		done := 0
		if words {
			done = f.spreadWords(dst, a, t, Quads(rows), cols)
		}
		if done < cols {
			f.spreadSums(dst[4*done:], base[done:], a, t[done:], rows, cols-done)
		}
	}
}

// copyEdge copies base into the scratch, with zeros to whole quads of rows and
// whole vectors of columns.
func (f *fused) copyEdge(base []int32, rows, cols int) []int32 {
	f.edge = reuse.Slice(f.edge, fusedRows*fusedCols)
	for r := range Quads(rows) * 4 {
		row := f.edge[r*fusedCols:][:fusedCols]
		done := 0
		if r < rows {
			done = copy(row, base[r*f.pop.Columns:][:cols])
		}
		clear(row[done:])
	}
	return f.edge
}

package interchange

import (
	"math"
	"slices"

	"github.com/Kaleaon/pentary-go/internal/parallel"
)

// Second derivatives are means over at least this number of tokens, fewer for keys, where they cost
// most.
const (
	curvedTokens = 2048
	curvedKeys   = 512
)

// every returns the distance between the tokens of which second derivatives are computed.
func every(tokens, curved int) int { return max(1, tokens/curved) }

// A rowFit is the error of a branch's outputs as a function of changes d of a row: a constant
// - 2·pull·d + d·h·d.
type rowFit struct {
	pull []float64
	h    [][]float64 // its lower half
}

func newRowFit(n int) *rowFit {
	return &rowFit{pull: make([]float64, n), h: squareOf(n)}
}

// Tokens are worked on in parts of whole texts, side by side. Sums over parts are in one order.
const tokenParts = 16

// inParts calls do for each part, with its number and its tokens from lo to below hi.
func (q *llamaQuantizer) inParts(do func(part, lo, hi int)) {
	texts := q.b.lengths
	bounds := []int{0}
	for i, n := range texts {
		at := i * tokenParts / len(texts)
		for len(bounds) < at+2 {
			bounds = append(bounds, bounds[len(bounds)-1])
		}
		bounds[at+1] += n
	}
	parallel.For(parallel.Workers(), len(bounds)-1, func(_, i int) { do(i, bounds[i], bounds[i+1]) })
}

// sumParts returns the sum of what do returns for the parts.
func (q *llamaQuantizer) sumParts(do func(lo, hi int) float64) float64 {
	var parts [tokenParts]float64
	q.inParts(func(part, lo, hi int) { parts[part] = do(lo, hi) })
	sum := 0.0
	for _, v := range parts {
		sum += v
	}
	return sum
}

// fitParts returns the sum of the fits of the parts.
func (q *llamaQuantizer) fitParts(do func(f *rowFit, lo, hi int)) *rowFit {
	n := q.exact.Width
	q.inParts(func(part, lo, hi int) {
		if q.fits[part] == nil {
			q.fits[part] = newRowFit(n)
		}
		f := q.fits[part]
		clear(f.pull)
		for _, row := range f.h {
			clear(row)
		}
		do(f, lo, hi)
	})
	sum := newRowFit(n)
	for _, f := range q.fits {
		if f == nil {
			continue
		}
		for j, row := range f.h {
			sum.pull[j] += f.pull[j]
			for k, v := range row[:j+1] {
				sum.h[j][k] += v
			}
		}
	}
	return sum
}

// pulled adds weight·x to pull.
func (f *rowFit) pulled(weight float64, x []float64) {
	for j, v := range x {
		f.pull[j] += weight * v
	}
}

// curve adds weight·x·x to h.
func (f *rowFit) curve(weight float64, x []float64) {
	for j, v := range x {
		v *= weight
		row := f.h[j][:j+1]
		for k, u := range x[:len(row)] {
			row[k] += v * u
		}
	}
}

// curveBy adds x·y to h, whose upper half is not used: sums of such products have to be symmetric.
func (f *rowFit) curveBy(x, y []float64) {
	for j, v := range x {
		row := f.h[j][:j+1]
		for k, u := range y[:len(row)] {
			row[k] += v * u
		}
	}
}

// A rowMove is a change of a row of a matrix of pents.
type rowMove struct {
	now, to       []float32 // the row in the matrix, and what it becomes
	scales, fresh []float64 // of its weights
}

// take makes the change.
func (m *rowMove) take() {
	copy(m.now, m.to)
	copy(m.scales, m.fresh)
}

// move returns the best change of a row of block i by a fit, which it alters, or nil if the row is
// best as it is.
func (q *llamaQuantizer) move(f *rowFit, i int, part string, row int) *rowMove {
	n := q.exact.Width
	exact := q.exact.Blocks[i].matrix(part)[row*n:][:n]
	m := &rowMove{now: q.result.Blocks[i].matrix(part)[row*n:][:n], to: make([]float32, n), scales: q.scales[llamaTensor(i, part)][row*n:][:n]}
	m.fresh = slices.Clone(m.scales)
	s := &search{
		m: &moments{h: f.h}, pents: make([]int8, n), scales: m.fresh,
		group: q.group(n), powers: q.o.Sharing != RowScales, off: make([]float64, n), pull: f.pull,
	}
	damping := dampingOf(f.h, dampingShare)
	for j := range n {
		f.h[j][j] += damping
		for k := range j {
			f.h[k][j] = f.h[j][k]
		}
		s.pents[j] = pentOf(m.now[j], m.scales[j])
		f.pull[j] += damping * (float64(exact[j]) - float64(m.now[j]))
	}
	s.improve()
	if !s.powers {
		roundScales(m.fresh)
	}
	changed := false
	for j, p := range s.pents {
		m.to[j] = float32(float64(p) * m.fresh[j])
		changed = changed || m.to[j] != m.now[j]
	}
	if !changed {
		return nil
	}
	return m
}

// pentOf returns the pent of a weight that is a pent times a scale.
func pentOf(v float32, scale float64) int8 {
	if scale == 0 {
		return 0
	}
	return int8(math.Round(float64(v) / scale))
}

func dot(w []float32, x []float64) float64 {
	sum := 0.0
	for j, v := range w {
		sum += float64(v) * x[j]
	}
	return sum
}

func silu(v float64) float64 { return v / (1 + math.Exp(-v)) }

// A gatedLayer is the gated layer of a block in the network of pents.
type gatedLayer struct {
	*llamaQuantizer
	block         int
	x             [][]float64 // inputs
	gate, up, out [][]float64 // by token; out are the hidden activations
	left          [][]float64 // by token: of the target of the last matrix, by the branch's metric

	column []float64 // of the last matrix, of the unit that is refined
	white  []float64 // column by the branch's metric
	size   float64   // square of its length
	toward []float64 // by token: left by the metric, times white
}

var gatedParts = []string{"ffn_gate", "ffn_up"}

// refineGated refines the matrices of a gate and of what it multiplies, of block i, so that the
// last matrix of the branch returns target. It returns the hidden activations.
func (q *llamaQuantizer) refineGated(i int, target [][]float64) [][]float64 {
	l := q.gatedLayer(i, target)
	for unit := 0; unit < q.exact.Hidden && q.o.ctx.Err() == nil; unit++ {
		for _, part := range gatedParts {
			l.refine(part, unit)
			q.sweep()
		}
	}
	return l.out
}

func (q *llamaQuantizer) gatedLayer(i int, target [][]float64) *gatedLayer {
	b, x := &q.result.Blocks[i], q.b.normed()
	l := &gatedLayer{llamaQuantizer: q, block: i, x: x, gate: products(b.Gate, x), up: products(b.Up, x), toward: make([]float64, len(x)), column: make([]float64, q.exact.Width)}
	l.out = make([][]float64, len(x))
	for t := range x {
		l.out[t] = make([]float64, q.exact.Hidden)
		for j := range l.out[t] {
			l.out[t][j] = silu(l.gate[t][j]) * l.up[t][j]
		}
	}
	l.left = missed(target, products(b.Down, l.out))
	for t, left := range l.left {
		l.left[t] = q.metric(i, "ffn_down").white(left)
	}
	return l
}

// missed returns target less y.
func missed(target, y [][]float64) [][]float64 {
	for t := range y {
		for k, v := range y[t] {
			y[t][k] = target[t][k] - v
		}
	}
	return y
}

// fit returns the fit of a row of one of the matrices.
func (l *gatedLayer) fit(part string, unit int) *rowFit {
	l.size = 0
	for k := range l.column {
		l.column[k] = float64(l.result.Blocks[l.block].Down[k*l.exact.Hidden+unit])
	}
	l.white = l.metric(l.block, "ffn_down").white(l.column)
	for _, v := range l.white {
		l.size += v * v
	}
	step := every(len(l.x), curvedTokens)
	return l.fitParts(func(f *rowFit, lo, hi int) {
		for t := lo; t < hi; t++ {
			toward, g := 0.0, l.gate[t][unit]
			for k, v := range l.left[t] {
				toward += v * l.white[k]
			}
			l.toward[t] = toward
			slope := silu(g)
			if part == "ffn_gate" {
				open := 1 / (1 + math.Exp(-g))
				slope = l.up[t][unit] * open * (1 + g*(1-open))
			}
			f.pulled(toward*slope, l.x[t])
			if t%step == 0 {
				f.curve(float64(step)*l.size*slope*slope, l.x[t])
			}
		}
	})
}

// refine refines a row of one of the matrices.
func (l *gatedLayer) refine(part string, unit int) {
	m := l.move(l.fit(part, unit), l.block, part, unit)
	if m == nil {
		return
	}
	changed, other := l.gate, l.up
	if part == "ffn_up" {
		changed, other = other, changed
	}
	out := func(t int) (product, out float64) {
		product = dot(m.to, l.x[t])
		if part == "ffn_gate" {
			return product, silu(product) * other[t][unit]
		}
		return product, silu(other[t][unit]) * product
	}
	gain := l.sumParts(func(lo, hi int) (gain float64) {
		for t := lo; t < hi; t++ {
			_, v := out(t)
			by := v - l.out[t][unit]
			gain += (2*l.toward[t] - l.size*by) * by
		}
		return gain
	})
	if !(gain > 0) {
		return
	}
	m.take()
	l.inParts(func(_, lo, hi int) {
		for t := lo; t < hi; t++ {
			product, v := out(t)
			for k, c := range l.white {
				l.left[t][k] -= (v - l.out[t][unit]) * c
			}
			changed[t][unit], l.out[t][unit] = product, v
		}
	})
}

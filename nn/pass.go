package nn

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

// A Pass takes a batch of columns through the layers of a model, step by step: columns of
// plain samples, or samples of a population. It holds the states of the layers and the
// memory of batches. One goroutine uses it at a time. Layers get it from the Runner,
// MemberRunner or Evaluator that steps them.
type Pass struct {
	placed // of the next product, see ProductAt
	model  *Model
	n      int // columns
	time   int // steps done since the sequence began
	first  int // step that the pass begins with
	step   int // steps of the pass done
	tensor int // of the next product within the step
	memory int // of the next state within the step

	states [][]int8
	start  [][]int8 // states that the members of a population begin with, of streams columns; nil for zero
	pool   [][]int8
	y      []int32
	wide   []int64 // by column, of norms and logits

	constants []int8    // all alike
	rowInputs []int8    // of the columns, see rowProduct
	codes     [][]uint8 // by tensor, for kernels.MatVecCodes; nil for none, see Runner.Freeze

	population *members   // nil for plain samples
	record     *recording // of a plain pass, or nil
	multiplier Multiplier // nil for the kernels
}

// A Multiplier computes the products of a model's matrices with batches instead of package
// kernels, for example as modelled hardware does. One goroutine uses it at a time.
type Multiplier interface {
	// Multiply sets y to its result for W·x, where W is the model's tensor number i and x a
	// batch of n columns, with the layouts of kernels.MatMul. column is the number of the
	// first column among all columns of the tensor in a generation, or since the sequence
	// began.
	Multiply(y []int32, i int, d *Dense, x []int8, n, column int)
}

// members are the pairs of a population that a pass evaluates.
type members struct {
	noise      lowrank.Noise
	parameters []lowrank.Parameter
	lo, hi     int // pairs that are drawn
	from       int // and those that are stepped
	to         int
	streams    int // columns of a member
	samples    int // of a member in all steps
	all        int // columns of all members of the generation

	work  lowrank.Workspace
	draws []lowrank.Draw // by tensor
	drawn []bool

	// With a Multiplier, which W·x comes from:
	zeros []*packed.Matrix // by tensor, instead of W
	y     []int32          // perturbation
}

// newPass returns a pass of a model, for begin or beginMembers.
func newPass(m *Model) Pass { return Pass{model: m} }

// begin readies the pass for a sequence of n columns.
func (p *Pass) begin(n int) {
	p.n, p.placed, p.time, p.first, p.step, p.start, p.record, p.population = n, placed{0, 1}, 0, 0, 0, nil, nil, nil
}

// beginMembers readies the pass for pairs lo to hi of a generation, each member with
// streams columns of its own, for as many samples as streams times steps.
func (p *Pass) beginMembers(m *members, noise lowrank.Noise, parameters []lowrank.Parameter, pairs, lo, hi, streams, steps int) {
	p.begin(2 * (hi - lo) * streams)
	p.population = m
	m.noise, m.parameters, m.lo, m.hi, m.from, m.to = noise, parameters, lo, hi, lo, hi
	m.streams, m.samples, m.all = streams, streams*steps, 2*pairs*streams
	if m.draws == nil {
		m.draws, m.drawn = make([]lowrank.Draw, len(parameters)), make([]bool, len(parameters))
	}
	clear(m.drawn)
	if p.multiplier != nil && m.zeros == nil {
		for _, t := range p.model.matrices {
			m.zeros = append(m.zeros, packed.NewMatrix(t.W.Rows(), t.W.Cols()))
		}
	}
}

// draw returns the noise of a tensor for the pairs that are stepped.
func (m *members) draw(p *Pass, i int) *lowrank.Draw {
	d := &m.draws[i]
	if !m.drawn[i] {
		m.drawn[i] = true
		t := m.parameters[i]
		if p.multiplier != nil && i < len(m.zeros) {
			t.W = m.zeros[i]
		}
		m.noise.Draw(d, t, m.lo, m.hi, m.samples*p.places)
	}
	return d
}

// column returns the number of a member's first column at the present step and place, which
// noise in activations asks for: in weights all of them have the same noise.
func (m *members) column(p *Pass) int { return p.place*m.samples + p.step*m.streams }

// keep leaves pairs from to to of those that are stepped.
func (p *Pass) keep(from, to int) {
	m := p.population
	own := 2 * m.streams
	n := (to - from) * own
	if n == p.n {
		return
	}
	if p.time == p.first { // nothing is remembered yet
		p.memory = 0
	}
	for i, s := range p.states[:p.memory] {
		quads := len(s) / (4 * p.n)
		for q := range quads {
			copy(s[q*n*4:(q+1)*n*4], s[(q*p.n+(from-m.from)*own)*4:])
		}
		p.states[i] = s[:quads*n*4]
	}
	m.from, m.to, p.n = from, to, n
}

// nextStep begins a step, and endStep ends it.
func (p *Pass) nextStep() { p.tensor, p.memory = 0, 0 }
func (p *Pass) endStep()  { p.time, p.step = p.time+1, p.step+1 }

// Columns returns the number of columns of the batches within the step.
func (p *Pass) Columns() int { return p.n }

// Time returns the number of steps since the sequence began.
func (p *Pass) Time() int { return p.time }

// Alloc returns a batch of k rows with arbitrary contents. Free it, or return it from Step.
func (p *Pass) Alloc(k int) []int8 {
	size := kernels.Quads(k) * 4 * p.n
	last := len(p.pool) - 1
	if last < 0 {
		return make([]int8, size)
	}
	// The smallest that is large enough, or else the largest: sizes settle in one step.
	best := 0
	for i, b := range p.pool {
		if c, most := cap(b), cap(p.pool[best]); (c >= size && (c < most || most < size)) || (most < size && c > most) {
			best = i
		}
	}
	b := p.pool[best]
	p.pool[best] = p.pool[last]
	p.pool = p.pool[:last]
	return reuse.Slice(b, size)
}

// Free releases a batch of Alloc or Product.
func (p *Pass) Free(b []int8) { p.pool = append(p.pool, b) }

// State returns a layer's state from step to step, a batch of k rows: zeros at the first step.
// Layers call it for their states in the same order at every step.
func (p *Pass) State(k int) []int8 {
	i := p.memory
	p.memory++
	if i == len(p.states) {
		p.states = append(p.states, nil)
	}
	if p.time > p.first {
		return p.states[i]
	}
	s := reuse.Slice(p.states[i], kernels.Quads(k)*4*p.n)
	if p.start == nil {
		clear(s)
	} else {
		spread(s, p.start[i], kernels.Quads(k), p.n, p.population.streams)
	}
	p.states[i] = s
	return s
}

// constant returns n activations of one value, the same in all of a pass.
func (p *Pass) constant(n int, v int8) []int8 {
	for len(p.constants) < n {
		p.constants = append(p.constants, v)
	}
	return p.constants[:n]
}

// spread repeats a batch of quads × streams over n columns.
func spread(dst, src []int8, quads, n, streams int) {
	for q := range quads {
		row := dst[q*n*4 : (q+1)*n*4]
		copy(row, src[q*streams*4:(q+1)*streams*4])
		for done := streams * 4; done < len(row); done *= 2 {
			copy(row[done:], row[:done])
		}
	}
}

// Product returns the activations of a matrix for the batch x, the noise of each member
// included. Free the result, or return it from Step.
func (p *Pass) Product(d *Dense, x []int8) []int8 {
	dst := p.Alloc(d.Outputs())
	p.ProductTo(dst, d, x)
	return dst
}

// ProductTo is Product with memory of the caller's, for example a state.
func (p *Pass) ProductTo(dst []int8, d *Dense, x []int8) {
	if d.Bias != 0 {
		operand := d.operand(p, x, 0)
		defer p.Free(operand)
		x = operand
	}
	p.productOf(dst, d, x)
}

// ProductAt is ProductTo for a layer that multiplies by the same matrix at several places of a
// sample within a step, as a convolution does: at place 0, then at the places after it up to
// places-1, with no other product in between. A layer has as many places at every step. Noise
// in activations draws signs for each.
func (p *Pass) ProductAt(dst []int8, d *Dense, x []int8, place, places int) {
	outer := p.begins(place, places)
	p.ProductTo(dst, d, x)
	p.placed = outer
}

// placed is a place of the present step, and how many there are.
type placed struct{ place, places int }

// begins makes place, of places within the present one, the place of the next product, and
// returns the present one. After the first place the product is with the same matrix again.
func (p *Pass) begins(place, places int) (outer placed) {
	outer = p.placed
	p.placed = placed{outer.place*places + place, outer.places * places}
	if place > 0 {
		p.tensor--
	}
	return outer
}

// productOf is ProductTo of what the matrix is multiplied by.
func (p *Pass) productOf(dst []int8, d *Dense, x []int8) {
	gains, offsets := p.rowProduct(d.gains), p.rowProduct(d.offsets)
	i := p.next(d)
	p.y = reuse.Slice(p.y, d.W.Rows()*p.n)
	if p.population != nil {
		p.multiplyMembers(i, d, x)
	} else {
		p.multiply(p.y, i, d, x)
	}
	d.addOffsets(p.y, offsets, p.n)
	d.requantize(dst, p.y, gains, p.n)
	for _, numbers := range [][]int8{gains, offsets} {
		if numbers != nil {
			p.Free(numbers)
		}
	}
	if p.record != nil {
		p.record.add(i, p, d, x, dst)
	}
}

// multiply sets y to W·x.
func (p *Pass) multiply(y []int32, i int, d *Dense, x []int8) {
	switch {
	case p.multiplier != nil:
		p.multiplier.Multiply(y, i, d, x, p.n, (p.step*p.places+p.place)*p.n)
	case p.codes != nil && p.n <= kernels.MaxVecs:
		kernels.MatVecCodes(y, p.codes[i], x, d.W.Rows(), d.W.Cols(), p.n)
	default:
		kernels.MatMul(y, d.W, x, p.n)
	}
}

// multiplyMembers sets y to the perturbed products of the members.
func (p *Pass) multiplyMembers(i int, d *Dense, x []int8) {
	m := p.population
	draw := m.draw(p, i)
	if m.from != m.lo || m.to != m.hi {
		part := draw.Part(m.from, m.to)
		draw = &part
	}
	from := m.column(p)
	if p.multiplier == nil {
		draw.Product(&m.work, p.y, x, m.streams, from)
		return
	}
	column := (p.step*p.places+p.place)*m.all + 2*m.from*m.streams
	p.multiplier.Multiply(p.y, i, d, x, p.n, column)
	m.y = reuse.Slice(m.y, len(p.y))
	draw.Product(&m.work, m.y, x, m.streams, from)
	for i, v := range m.y {
		p.y[i] += v
	}
}

// stepShared is Step of a first layer whose operands are the same for all members, one for each
// stream and place; base holds their products with offsets
// (docs/decisions.md#first-convolution-shared-by-members).
func (p *Pass) stepShared(l firstLayer, operands []int8, base []int32) []int8 {
	y := p.Alloc(l.Outputs())
	m, d, places := p.population, l.matrix(), l.places()
	size, k, rows := len(y)/places, len(operands)/places, len(base)/places
	for place := range places {
		outer := p.begins(place, places)
		draw, base, x, out := m.draw(p, p.next(d)), base[place*rows:][:rows], operands[place*k:][:k], y[place*size:][:size]
		if d.isPlain() {
			draw.ActivationsShared(&m.work, out, base, x, m.streams, m.column(p), d.output())
		} else {
			p.y = reuse.Slice(p.y, d.W.Rows()*p.n)
			draw.ProductShared(&m.work, p.y, base, x, m.streams, m.column(p))
			d.requantize(out, p.y, nil, p.n)
		}
		p.placed = outer
	}
	return y
}

// next returns the number of the tensor of the step's next product.
func (p *Pass) next(d *Dense) int {
	i := p.tensor
	p.tensor++
	if i >= len(p.model.matrices) || p.model.matrices[i] != d {
		panic(fmt.Sprintf("nn: product %d of a step is with %v, which is not matrix %d of Weights", i, d, i))
	}
	return i
}

// A recording keeps what the matrices of a model see, and the first one's product, in a
// plain pass over all steps of a batch.
type recording struct {
	from  int // step that it begins with
	steps int
	seen  []lowrank.LayerBatch // by tensor, all places and steps side by side; empty unless wanted
	first [][]int8             // by step, the operands of the first product, one for each place
	base  [][]int32            // by step, the first products
	want  bool                 // to fill seen
}

func (r *recording) reset(tensors, from, steps int, want bool) {
	r.from, r.steps, r.want = from, steps, want
	r.seen = grow(r.seen, tensors)
	r.first, r.base = grow(r.first, steps), grow(r.base, steps)
}

// addFirst keeps the operands and the products of a first layer alone, for the input x of
// the present step, which it may share.
func (r *recording) addFirst(first firstLayer, p *Pass, x []int8) {
	t, d, places := p.step-r.from, first.matrix(), first.places()
	size := d.W.Rows() * p.n
	r.base[t] = reuse.Slice(r.base[t], places*size)
	for place := range places {
		p.placed = placed{place, places}
		operand := first.operand(p, x, place)
		base := r.base[t][place*size:][:size]
		p.multiply(base, 0, d, operand)
		d.addOffsets(base, nil, p.n)
		if &operand[0] == &x[0] {
			r.first[t] = x
			break
		}
		if place == 0 {
			r.first[t] = r.first[t][:0]
		}
		r.first[t] = append(r.first[t], operand...)
		p.Free(operand)
	}
	p.placed = placed{0, 1}
}

// add keeps the operand x of tensor i at the present step, and its activations y.
func (r *recording) add(i int, p *Pass, d *Dense, x, y []int8) {
	t := p.step - r.from
	if i == 0 {
		if p.place == 0 {
			r.first[t], r.base[t] = r.first[t][:0], r.base[t][:0]
		}
		r.first[t], r.base[t] = append(r.first[t], x...), append(r.base[t], p.y...)
	}
	if !r.want {
		return
	}
	b, at, of := &r.seen[i], p.place*r.steps+t, p.places*r.steps
	b.X, b.ReLU = keepColumns(b.X, x, at, of, p.n), d.ReLU
	if d.Outputs() == d.W.Rows() { // wide outputs are cut off too seldom to matter
		b.Y = keepColumns(b.Y, y, at, of, p.n)
	}
}

// keepColumns writes a batch of n columns into a batch of n columns times of, from column
// n times at on, and returns that batch.
func keepColumns(all, x []int8, at, of, n int) []int8 {
	all = reuse.Slice(all, len(x)*of)
	for row := n * 4; len(x) > 0; x = x[row:] {
		copy(all[at*row:], x[:row])
		at += of
	}
	return all
}

// grow returns s with length n and what it held.
func grow[T any](s []T, n int) []T {
	if n <= cap(s) {
		return s[:n]
	}
	return append(s[:cap(s)], make([]T, n-cap(s))...)
}

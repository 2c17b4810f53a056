package nn

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
)

// A pass takes a batch of columns through the layers of a model, step by step: the
// columns of plain samples, or those of a population. It keeps what the layers remember
// and lends them memory. One goroutine uses it at a time.
type pass struct {
	n      int // columns
	wide   int // that each sample has, see widen
	time   int // steps done since the sequence began
	first  int // step that the pass begins with
	tensor int // of the next product within the step
	memory int // of the next state within the step

	states [][]int8
	start  [][]int8 // states that a population's members begin with, of Streams columns; nil for zero
	pool   [][]int8
	y      []int32

	constants []int8 // all alike

	population *population // nil for plain samples
	record     *recording  // of a plain pass, or nil

	// also adds to a product what weights of more bits than a pent's have beside it, for
	// the test that compares them; nil for nothing.
	also func(y []int32, d *Dense, x []int8, n int)
}

// A population is the pairs that a pass evaluates.
type population struct {
	noise   lowrank.Workspace
	draws   []lowrank.Draw // by tensor
	tensors []lowrank.Tensor
	streams int // columns of a member
}

// begin readies the pass for a sequence of n columns.
func (p *pass) begin(n int) { p.n, p.wide, p.time, p.first, p.start, p.record = n, 1, 0, 0, nil, nil }

// beginPopulation readies the pass for pairs lo to hi of a generation, each member with
// the streams of a sequence, after its lead.
func (p *pass) beginPopulation(noise lowrank.Noise, tensors []lowrank.Tensor, lo, hi int, s *sharedSequence) {
	streams, steps := s.Streams, s.Steps
	p.begin(2 * (hi - lo) * streams)
	p.time, p.first = s.Lead, s.Lead
	if s.Lead > 0 {
		p.start = s.states
	}
	if p.population == nil {
		p.population = &population{draws: make([]lowrank.Draw, len(tensors))}
	}
	m := p.population
	m.tensors, m.streams = tensors, streams
	for i := range tensors {
		noise.Draw(&m.draws[i], tensors[i], lo, hi, streams*steps)
	}
}

// nextStep begins a step.
func (p *pass) nextStep() { p.tensor, p.memory = 0, 0 }

// endStep ends it.
func (p *pass) endStep() { p.time++ }

// alloc lends a batch of k rows.
func (p *pass) alloc(k int) []int8 {
	size := kernels.Quads(k) * 4 * p.n
	if last := len(p.pool) - 1; last >= 0 {
		b := p.pool[last]
		p.pool = p.pool[:last]
		return reuse.Slice(b, size)
	}
	return make([]int8, size)
}

// free takes a batch back.
func (p *pass) free(b []int8) { p.pool = append(p.pool, b) }

// widen makes every column so many columns, which lie side by side, for what a layer does
// within a step; widen(1) takes it back.
func (p *pass) widen(columns int) {
	p.n = p.n / p.wide * columns
	p.wide = columns
}

// constant returns so many activations of one value, the same in all of a pass.
func (p *pass) constant(n int, v int8) []int8 {
	for len(p.constants) < n {
		p.constants = append(p.constants, v)
	}
	return p.constants[:n]
}

// state returns what a layer remembers, a batch of k rows: at the first step zeros, or
// what the members of a population begin with. Layers ask for their states in the same
// order at every step.
func (p *pass) state(k int) []int8 {
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

// spread repeats a batch of so many quads and streams over n columns.
func spread(dst, src []int8, quads, n, streams int) {
	for q := range quads {
		row := dst[q*n*4 : (q+1)*n*4]
		copy(row, src[q*streams*4:(q+1)*streams*4])
		for done := streams * 4; done < len(row); done *= 2 {
			copy(row[done:], row[:done])
		}
	}
}

// linear returns the activations that a matrix yields for x.
func (p *pass) linear(d *Dense, x []int8) []int8 {
	dst := p.alloc(d.W.Rows())
	p.linearTo(dst, d, x)
	return dst
}

// linearTo is linear with memory of the caller's.
func (p *pass) linearTo(dst []int8, d *Dense, x []int8) {
	p.y = reuse.Slice(p.y, d.W.Rows()*p.n)
	i := p.next(d)
	switch {
	case p.population != nil:
		m := p.population
		streams := m.streams * p.wide
		from := (p.time - p.first) * streams
		if p.wide > 1 { // steps share the noise, which is in weights
			from = 0
		}
		m.draws[i].Product(&m.noise, p.y, x, streams, from)
	case p.n <= kernels.MaxVecs:
		kernels.MatVec(p.y, d.W, x, p.n)
	default:
		kernels.MatMul(p.y, d.W, x, p.n)
	}
	if p.also != nil {
		p.also(p.y, d, x, p.n)
	}
	if p.record != nil {
		p.record.add(i, p, d, x)
	}
	d.requantize(dst, p.y, p.n)
}

// linearShared is linear where all members see the same batch x of their streams, of
// which base is the product.
func (p *pass) linearShared(d *Dense, x []int8, base []int32) []int8 {
	dst := p.alloc(d.W.Rows())
	m := p.population
	m.draws[p.next(d)].ActivationsShared(&m.noise, dst, base, x, m.streams, (p.time-p.first)*m.streams, nil, d.Shift, d.ReLU)
	return dst
}

// next returns the number of the tensor that a product of the step is with.
func (p *pass) next(d *Dense) int {
	i := p.tensor
	p.tensor++
	if p.population != nil && p.population.tensors[i].W != d.W {
		panic(fmt.Sprintf("nn: product %d of a step is with another matrix than tensor %d: %v", i, i, d))
	}
	return i
}

// A recording keeps what the matrices of a model see and what the first of them yields,
// in a plain pass over all steps of a sequence.
type recording struct {
	from  int // step that it begins with
	steps int
	seen  [][]int8  // by tensor, k × steps·n in quads, step after step; empty unless wanted
	first [][]int8  // by step, the operand of the first product
	base  [][]int32 // and what it yields
	want  bool      // to fill seen
}

func (r *recording) reset(tensors, from, steps int, want bool) {
	r.from, r.steps, r.want = from, steps, want
	r.seen = grow(r.seen, tensors)
	r.first, r.base = grow(r.first, steps), grow(r.base, steps)
}

// add keeps the operand x of tensor i at the present step.
func (r *recording) add(i int, p *pass, d *Dense, x []int8) {
	t := p.time - r.from
	if i == 0 {
		r.first[t] = append(r.first[t][:0], x...)
		r.base[t] = append(r.base[t][:0], p.y...)
	}
	if !r.want {
		return
	}
	quads, row := kernels.Quads(d.W.Cols()), p.n*4
	r.seen[i] = reuse.Slice(r.seen[i], quads*r.steps*row)
	for q := range quads {
		copy(r.seen[i][(q*r.steps+t)*row:], x[q*row:(q+1)*row])
	}
}

// grow returns s with length n and what it held.
func grow[T any](s []T, n int) []T {
	if n <= cap(s) {
		return s[:n]
	}
	return append(s[:cap(s)], make([]T, n-cap(s))...)
}

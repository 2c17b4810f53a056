package interchange

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/nn"
)

// A program is a step of a model for one sample, as operations on vectors of activations.
// Writers of formats that hold computations translate it one operation at a time.
type program struct {
	ops     []op
	widths  []int // of values, by their number
	states  []state
	carried []int // within a scan, the states after the part before; empty at the first part
	scans   int   // around the layer that is compiled
	input   int   // value
	output  int   // value
	tokens  int   // size of the vocabulary, where the input is tokens
}

// A state is a vector that a model remembers from step to step, zeros at the first.
type state struct {
	before, after int // values
}

type opKind int

const (
	opLinear opKind = iota // requantized product with a matrix
	opConv                 // Conv2D
	opPool                 // MaxPool
	opEmbed                // Embedding
	opNGrams               // NGrams
	opNorm                 // LayerNorm, see kernels.Normalize
	opConcat               // a, then b
	opSlice                // from the given element of a
	opAdd                  // a + b, see kernels.Add
	opOffset               // a + constant, saturated likewise
	opGate                 // b through gate a, see kernels.Gate
	opBlend                // c moved towards b by gate a, see kernels.Blend
	opZero                 // zeros
)

// An op computes a value of others, which come before it.
type op struct {
	kind    opKind
	dst     int
	a, b, c int

	name   string // of the matrix, in the model's file
	dense  *nn.Dense
	conv   *nn.Conv2D
	pool   *nn.MaxPool
	embed  *nn.Embedding
	ngrams *nn.NGrams
	number int // the offset, the target of a norm, where a slice begins
}

// compile returns the program of a model. The error names a layer that is none of nn's,
// or that no exchange format here has.
func compile(m *nn.Model) (*program, error) {
	p := &program{}
	p.input = p.value(m.Inputs())
	switch l := m.Layers[0].(type) {
	case *nn.Embedding:
		p.tokens = l.Vocabulary
	case *nn.NGrams:
		p.tokens = nn.VocabSize
	}
	for i, d := range m.Matrices() {
		if d.Digits > 1 || d.Scale != nil || d.Offset != nil || d.Wide {
			return nil, fmt.Errorf("interchange: matrix %d, %v, cannot be exported: it has digits, multipliers, offsets or wide outputs", i, d)
		}
	}
	out, err := p.chain(m.Layers, p.input, "")
	p.output = out
	return p, err
}

// value returns the number of a new value.
func (p *program) value(width int) int {
	p.widths = append(p.widths, width)
	return len(p.widths) - 1
}

// add appends an operation and returns the value that it computes.
func (p *program) add(width int, o op) int {
	o.dst = p.value(width)
	p.ops = append(p.ops, o)
	return o.dst
}

// remember returns the number of a new state, and its value before the step, or before the part
// of a scan.
func (p *program) remember(width int) (number, before int) {
	number = len(p.states)
	switch {
	case p.scans == 0:
		before = p.value(width)
	case len(p.carried) == 0:
		before = p.add(width, op{kind: opZero})
	default:
		before = p.carried[number]
	}
	p.states = append(p.states, state{before: before})
	return number, before
}

// maxOps bounds the operations of a program with scans.
const maxOps = 1 << 13

// scan compiles the layers once for each part.
func (p *program) scan(l *nn.Scan, x int, prefix string) (y int, err error) {
	states, carried, size := p.states, p.carried, l.Inputs()/l.Parts
	p.scans, p.carried = p.scans+1, nil
	var all int
	for part := range l.Parts {
		p.states = nil
		if y, err = p.chain(l.Layers, p.slice(x, part*size, size), prefix); err != nil {
			return 0, err
		}
		if len(p.ops) > maxOps {
			return 0, fmt.Errorf("interchange: layer %q: %v cannot be exported: it takes more than %d operations", prefix, l, maxOps)
		}
		p.carried = nil
		for _, s := range p.states {
			p.carried = append(p.carried, s.after)
		}
		if part == 0 {
			all = y
		} else if l.All {
			all = p.concat(all, y)
		}
	}
	p.states, p.carried, p.scans = states, carried, p.scans-1
	if l.All {
		y = all
	}
	return y, nil
}

func (p *program) linear(d *nn.Dense, name string, x int) int {
	return p.add(d.Outputs(), op{kind: opLinear, a: x, dense: d, name: name})
}

func (p *program) concat(a, b int) int {
	return p.add(p.widths[a]+p.widths[b], op{kind: opConcat, a: a, b: b})
}

func (p *program) slice(a, from, n int) int {
	return p.add(n, op{kind: opSlice, a: a, number: from})
}

func (p *program) sum(a, b int) int { return p.add(p.widths[a], op{kind: opAdd, a: a, b: b}) }

func (p *program) gate(g, x int) int { return p.add(p.widths[x], op{kind: opGate, a: g, b: x}) }

func (p *program) blend(h, g, x int) int {
	return p.add(p.widths[h], op{kind: opBlend, a: g, b: x, c: h})
}

// chain compiles layers one after another; names begin with prefix.
func (p *program) chain(layers []nn.Layer, x int, prefix string) (y int, err error) {
	y = x
	for i, l := range layers {
		if y, err = p.layer(l, y, fmt.Sprintf("%s%d.", prefix, i)); err != nil {
			return 0, err
		}
	}
	return y, nil
}

// forgetOffset opens the forget gate of an LSTM, see nn.LSTM: four, of four fraction bits.
const forgetOffset = 4 << 4

func (p *program) layer(l nn.Layer, x int, prefix string) (int, error) {
	switch l := l.(type) {
	case *nn.Dense:
		return p.linear(l, prefix+"weights", x), nil
	case *nn.Conv2D:
		return p.add(l.Outputs(), op{kind: opConv, a: x, conv: l, dense: l.Kernel, name: prefix + "kernel"}), nil
	case *nn.MaxPool:
		return p.add(l.Outputs(), op{kind: opPool, a: x, pool: l, name: prefix + "pool"}), nil
	case *nn.Embedding:
		if x != p.input {
			return 0, fmt.Errorf("interchange: layer %q: %v takes tokens, which only the first layer does", prefix, l)
		}
		return p.add(l.Outputs(), op{kind: opEmbed, a: x, embed: l, dense: l.Rows, name: prefix + "rows"}), nil
	case *nn.NGrams:
		if x != p.input {
			return 0, fmt.Errorf("interchange: layer %q: %v takes tokens, which only the first layer does", prefix, l)
		}
		return p.add(l.Outputs(), op{kind: opNGrams, a: x, ngrams: l, dense: l.Rows, name: prefix + "rows"}), nil
	case *nn.LayerNorm:
		if l.Gains != nil || l.RMS {
			return 0, fmt.Errorf("interchange: layer %q: %v cannot be exported; a layernorm without gains can", prefix, l)
		}
		return p.add(l.Width, op{kind: opNorm, a: x, number: l.Target}), nil
	case *nn.Residual:
		y, err := p.chain(l.Layers, x, prefix)
		if err != nil {
			return 0, err
		}
		return p.sum(y, x), nil
	case *nn.Scan:
		return p.scan(l, x, prefix)
	}
	if y, ok := p.cell(l, x, prefix); ok {
		return y, nil
	}
	return 0, fmt.Errorf("interchange: layer %q: %v cannot be exported; dense, convolution, maxpool, embedding, norm, residual and recurrent layers, and scans of them, can", prefix, l)
}

// cell adds a layer with a state and returns its output.
func (p *program) cell(l nn.Layer, x int, prefix string) (y int, ok bool) {
	switch l := l.(type) {
	case *nn.Conv1D:
		s, window := p.remember(l.Inputs() * l.Width)
		if l.Width > 1 {
			x = p.concat(x, p.slice(window, 0, l.Inputs()*(l.Width-1)))
		}
		p.states[s].after = x
		return p.linear(l.Kernel, prefix+"kernel", x), true
	case *nn.RNN:
		s, h := p.remember(l.Outputs())
		h = p.linear(l.State, prefix+"state", p.concat(x, h))
		p.states[s].after = h
		return h, true
	case *nn.MinGRU:
		s, h := p.remember(l.Outputs())
		f := p.linear(l.Forget, prefix+"forget", p.concat(x, h))
		c := p.linear(l.Candidate, prefix+"candidate", p.concat(x, p.gate(f, h)))
		h = p.blend(h, f, c)
		p.states[s].after = h
		return h, true
	case *nn.GRU:
		n := l.Outputs()
		s, h := p.remember(n)
		gates := p.linear(l.Gates, prefix+"gates", p.concat(x, h))
		r, z := p.slice(gates, 0, n), p.slice(gates, n, n)
		var c int
		if l.State == nil {
			c = p.linear(l.Candidate, prefix+"candidate", p.concat(x, p.gate(r, h)))
		} else {
			past := p.gate(r, p.linear(l.State, prefix+"state", h))
			c = p.sum(p.linear(l.Candidate, prefix+"candidate", x), past)
			for range l.Shift {
				c = p.sum(c, c)
			}
		}
		h = p.blend(h, z, c)
		p.states[s].after = h
		return h, true
	case *nn.LSTM:
		n := l.Outputs()
		s, h := p.remember(n)
		t, c := p.remember(n)
		gates := p.linear(l.Gates, prefix+"gates", p.concat(x, h))
		i, f, o, g := p.slice(gates, 0, n), p.slice(gates, n, n), p.slice(gates, 2*n, n), p.slice(gates, 3*n, n)
		f = p.add(n, op{kind: opOffset, a: f, number: forgetOffset})
		c = p.sum(p.gate(f, c), p.gate(i, g))
		h = p.gate(o, c)
		p.states[s].after, p.states[t].after = h, c
		return h, true
	}
	return 0, false
}

package nn

import (
	"errors"
	"fmt"

	"github.com/Kaleaon/pentary-go/kernels"
)

// The recurrent layers multiply by [x; h], what comes in and what they remember, in one
// batch. There is no exponential in them: a gate in ±127 stands for (g+127)/256, see
// kernels.Gate, and the clipping of activations takes the place of tanh.

// cell is what the recurrent layers have in common.
type cell struct {
	in, out int
}

// Inputs returns the width of the input.
func (c cell) Inputs() int { return c.in }

// Outputs returns the width of the output and of the state.
func (c cell) Outputs() int { return c.out }

// newCell checks the widths.
func newCell(layer string, in, out int) (cell, error) {
	return cell{in, out}, checkWidths(layer, 4, in, out)
}

// dense returns a matrix of the given outputs that sees [x; h].
func (c cell) dense(name string, outputs int, from Source, err *error) *Dense {
	return c.matrix(name, outputs, c.in+c.out, 0, from, err)
}

// matrix returns a matrix of the given outputs and inputs.
func (c cell) matrix(name string, outputs, inputs, bias int, from Source, err *error) *Dense {
	if *err != nil {
		return nil
	}
	d, e := buildBiased("recurrent layer", name, outputs, inputs, Spec{Bias: bias}, from)
	*err = e
	return d
}

// sizes describes the layer.
func (c cell) sizes(kind string) Spec { return Spec{Kind: kind, Sizes: []int{c.in, c.out}} }

// join allocates the batch [x; h].
func (c cell) join(p *Pass, x, h []int8) []int8 {
	xh := p.Alloc(c.in + c.out)
	copy(xh[copy(xh, x):], h)
	return xh
}

// result allocates a copy of the state.
func (c cell) result(p *Pass, h []int8) []int8 {
	y := p.Alloc(c.out)
	copy(y, h)
	return y
}

// RNN is Elman's recurrent layer:
//
//	h = clip(W·[x; h])
type RNN struct {
	cell
	State *Dense // outputs × (inputs + outputs)
}

// NewRNN returns a layer of zero weights. Both widths are multiples of 4.
func NewRNN(in, out int) *RNN { return must(buildRNN(in, out, Zeros)) }

func buildRNN(in, out int, from Source) (*RNN, error) {
	c, err := newCell("RNN", in, out)
	l := &RNN{c, c.dense("state", out, from, &err)}
	return l, err
}

// Spec implements Layer.
func (l *RNN) Spec() Spec { return l.sizes("rnn") }

func (l *RNN) String() string { return fmt.Sprintf("rnn %d→%d >>%d", l.in, l.out, l.State.Shift) }

// Weights implements Layer.
func (l *RNN) Weights(add func(string, *Dense)) { add("state", l.State) }

// Step implements Layer.
func (l *RNN) Step(p *Pass, x []int8) []int8 {
	h := p.State(l.out)
	xh := l.join(p, x, h)
	p.ProductTo(h, l.State, xh)
	p.Free(xh)
	return l.result(p, h)
}

// MinGRU is the recurrent layer of the paper's language models (arXiv 2511.16652, App.
// D), with one gate f:
//
//	f = clip(W_f·[x; h])
//	c = clip(W_c·[x; f∘h])
//	h = h + f∘(c − h)
type MinGRU struct {
	cell
	Forget, Candidate *Dense // outputs × (inputs + outputs)
}

// NewMinGRU returns a layer of zero weights. Both widths are multiples of 4.
func NewMinGRU(in, out int) *MinGRU { return must(buildMinGRU(in, out, Zeros)) }

func buildMinGRU(in, out int, from Source) (*MinGRU, error) {
	c, err := newCell("MinGRU", in, out)
	l := &MinGRU{c, c.dense("forget", out, from, &err), c.dense("candidate", out, from, &err)}
	return l, err
}

// Spec implements Layer.
func (l *MinGRU) Spec() Spec { return l.sizes("mingru") }

func (l *MinGRU) String() string {
	return fmt.Sprintf("mingru %d→%d >>%d,%d", l.in, l.out, l.Forget.Shift, l.Candidate.Shift)
}

// Weights implements Layer.
func (l *MinGRU) Weights(add func(string, *Dense)) {
	add("forget", l.Forget)
	add("candidate", l.Candidate)
}

// Step implements Layer.
func (l *MinGRU) Step(p *Pass, x []int8) []int8 {
	h := p.State(l.out)
	xh := l.join(p, x, h)
	f := p.Product(l.Forget, xh)
	kernels.Gate(xh[len(x):], f, h)
	c := p.Product(l.Candidate, xh)
	kernels.Blend(h, f, c)
	p.Free(xh)
	p.Free(f)
	p.Free(c)
	return l.result(p, h)
}

// GRU is the gated recurrent unit (Cho et al., arXiv 1406.1078), with gates for reset
// and update:
//
//	[r; z] = clip(W_g·[x; h])
//	c = clip(W_c·[x; r∘h])
//	h = h + z∘(c − h)
//
// With State the reset gate comes after the matrix, as in the GRU of PyTorch and Keras:
//
//	c = clip(2^Shift·clip(clip(W_c·x) + r∘clip(W_s·h)))
type GRU struct {
	cell
	Gates     *Dense // 2·outputs × (inputs + outputs)
	State     *Dense // outputs × outputs, one more with a bias; nil: the reset gate comes first
	Candidate *Dense // outputs × (inputs + outputs), with State outputs × inputs
	Shift     int    // with State, 0 to 7
}

// NewGRU returns a layer of zero weights. Both widths are multiples of 4.
func NewGRU(in, out int) *GRU { return must(buildGRU(Spec{Sizes: []int{in, out}}, Zeros)) }

// NewResetAfterGRU is NewGRU with State.
func NewResetAfterGRU(in, out int) *GRU {
	return must(buildGRU(Spec{Sizes: []int{in, out}, ResetAfter: true}, Zeros))
}

// buildGRU builds the layer of a Spec.
func buildGRU(s Spec, from Source) (*GRU, error) {
	c, err := newCell("GRU", s.Sizes[0], s.Sizes[1])
	l := &GRU{cell: c, Gates: c.dense("gates", 2*c.out, from, &err)}
	if !s.ResetAfter {
		l.Candidate = c.dense("candidate", c.out, from, &err)
		return l, err
	}
	if l.Shift = s.Shift; l.Shift < 0 || l.Shift > 7 {
		err = errors.Join(err, fmt.Errorf("nn: GRU of shift %d, want 0 to 7", l.Shift))
	}
	l.State = c.matrix("state", c.out, c.out, s.Bias, from, &err)
	l.Candidate = c.matrix("candidate", c.out, c.in, 0, from, &err)
	return l, err
}

// Spec implements Layer.
func (l *GRU) Spec() Spec {
	s := l.sizes("gru")
	if l.State != nil {
		s.ResetAfter, s.Shift, s.Bias = true, l.Shift, int(l.State.Bias)
	}
	return s
}

func (l *GRU) String() string {
	if l.State != nil {
		return fmt.Sprintf("gru %d→%d reset after %v >>%d,%d <<%d", l.in, l.out, l.State, l.Gates.Shift, l.Candidate.Shift, l.Shift)
	}
	return fmt.Sprintf("gru %d→%d >>%d,%d", l.in, l.out, l.Gates.Shift, l.Candidate.Shift)
}

// Weights implements Layer.
func (l *GRU) Weights(add func(string, *Dense)) {
	add("gates", l.Gates)
	if l.State != nil {
		add("state", l.State)
	}
	add("candidate", l.Candidate)
}

// Step implements Layer.
func (l *GRU) Step(p *Pass, x []int8) []int8 {
	h := p.State(l.out)
	xh := l.join(p, x, h)
	gates := p.Product(l.Gates, xh)
	r, z := gates[:len(h)], gates[len(h):]
	past := xh[len(x):]
	var c []int8
	if l.State == nil {
		kernels.Gate(past, r, h)
		c = p.Product(l.Candidate, xh)
	} else {
		p.ProductTo(past, l.State, h)
		kernels.Gate(past, r, past)
		c = p.Product(l.Candidate, x)
		kernels.Add(c, past)
		for range l.Shift {
			kernels.Add(c, c)
		}
	}
	kernels.Blend(h, z, c)
	p.Free(xh)
	p.Free(gates)
	p.Free(c)
	return l.result(p, h)
}

// LSTM is long short-term memory (Hochreiter, Schmidhuber 1997; with the forget gate of
// Gers et al. 2000):
//
//	[i; f; o; g] = clip(W·[x; h]), and then f = clip(f + 4)
//	c = clip(f∘c + i∘g)
//	h = o∘c
//
// The bias of the forget gate lets a new layer keep three quarters of its state from
// step to step (Jozefowicz, Zaremba, Sutskever 2015; docs/decisions.md#forget-gate-of-the-lstm).
type LSTM struct {
	cell
	Gates *Dense // 4·outputs × (inputs + outputs)
}

// NewLSTM returns a layer of zero weights. Both widths are multiples of 4.
func NewLSTM(in, out int) *LSTM { return must(buildLSTM(in, out, Zeros)) }

func buildLSTM(in, out int, from Source) (*LSTM, error) {
	c, err := newCell("LSTM", in, out)
	l := &LSTM{c, c.dense("gates", 4*out, from, &err)}
	return l, err
}

// Spec implements Layer.
func (l *LSTM) Spec() Spec { return l.sizes("lstm") }

func (l *LSTM) String() string { return fmt.Sprintf("lstm %d→%d >>%d", l.in, l.out, l.Gates.Shift) }

// forgetBias is 4 with the fraction bits of activations.
const forgetBias = 4 << activationBits

// Weights implements Layer.
func (l *LSTM) Weights(add func(string, *Dense)) { add("gates", l.Gates) }

// Step implements Layer.
func (l *LSTM) Step(p *Pass, x []int8) []int8 {
	h, c := p.State(l.out), p.State(l.out)
	xh := l.join(p, x, h)
	gates := p.Product(l.Gates, xh)
	size := len(h)
	i, f, o, g := gates[:size], gates[size:2*size], gates[2*size:3*size], gates[3*size:]
	kernels.Add(f, p.constant(size, forgetBias))
	kernels.Gate(c, f, c)
	kernels.Gate(g, i, g)
	kernels.Add(c, g)
	kernels.Gate(h, o, c)
	p.Free(xh)
	p.Free(gates)
	return l.result(p, h)
}

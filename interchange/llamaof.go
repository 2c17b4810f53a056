package interchange

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/Kaleaon/pentary-go/nn"
)

// What activations of one stand for in the network that LlamaOf returns: any units would do.
const (
	unitOfResidual = 1. / (16 << 7)
	unitOfKey      = 1. / (16 << 7)
	unitOfValue    = 1. / 16
	unitOfHidden   = 1. / 16
)

// errNoLlama is of models that are not as Llama.Model makes them.
var errNoLlama = errors.New("interchange: no network of the llama architecture")

// LlamaOf returns the float network that a model computes but for the rounding of activations,
// of a model such as Llama.Model and nn.NewLlama return. Its norms have gains of one, and a matrix
// of one pent a weight has rows of pents times a scale.
func LlamaOf(m *nn.Model) (*Llama, error) {
	last := len(m.Layers) - 1
	if last < 5 || last%2 == 0 {
		return nil, errNoLlama
	}
	e, ok := m.Layers[0].(*nn.Embedding)
	_, logits := m.Layers[last].(*nn.Logits)
	head, dense := m.Layers[last-1].(*nn.Dense)
	final, norm := m.Layers[last-2].(*nn.LayerNorm)
	if !ok || !logits || !dense || !norm || !isRMS(final) {
		return nil, errNoLlama
	}
	for _, d := range []*nn.Dense{e.Rows, head} {
		if d.Offset != nil {
			return nil, fmt.Errorf("interchange: %v cannot be exported: a network of the llama architecture has no biases there", d)
		}
	}
	l := &Llama{Width: final.Width, Vocab: e.Vocabulary, Epsilon: 1e-5, Norm: ones(final.Width)}
	l.Embedding = transposed(realWeights(e.Rows, 1./16, unitOfResidual), l.Width, l.Vocab)
	l.Output = realWeights(head, 1/float64(final.Target), math.Ln2/16)
	for i := 1; i < last-2; i += 2 {
		one, ok := m.Layers[i].(*nn.Residual)
		two, also := m.Layers[i+1].(*nn.Residual)
		if !ok || !also || len(one.Layers) != 3 || len(two.Layers) != 3 {
			return nil, errNoLlama
		}
		norms, attention := one.Layers[0].(*nn.LayerNorm)
		a, project := one.Layers[1].(*nn.Attention)
		out, dense := one.Layers[2].(*nn.Dense)
		if !attention || !project || !dense || !isRMS(norms) || !a.Project.Wide || a.Rotary == 0 || i > 1 && (a.Heads != l.Heads || a.KVHeads != l.KVHeads || a.Rotary != l.RotaryBase) {
			return nil, errNoLlama
		}
		gatedNorm, gated := two.Layers[0].(*nn.LayerNorm)
		g, project := two.Layers[1].(*nn.SwiGLU)
		down, dense := two.Layers[2].(*nn.Dense)
		if !gated || !project || !dense || !isRMS(gatedNorm) || i > 1 && g.Outputs() != l.Hidden {
			return nil, errNoLlama
		}
		l.Heads, l.KVHeads, l.RotaryBase, l.Context, l.Hidden = a.Heads, a.KVHeads, a.Rotary, a.Window, g.Outputs()
		keys := l.kvWidth()
		// See Llama.Model for the unit of a query.
		score := 16 / math.Ln2 / math.Sqrt(float64(l.Width/l.Heads))
		query := 1 / (unitOfKey * score * math.Exp2(float64(a.Shift)))
		units := slices.Concat(repeated(query, l.Width), repeated(unitOfKey, keys), repeated(unitOfValue/128, keys))
		w := realWeights(a.Project, 1/float64(norms.Target), units...)
		biases := realOffsets(a.Project, units...)
		b := LlamaBlock{AttentionNorm: ones(l.Width), FeedForwardNorm: ones(l.Width)}
		b.Query, b.Key, b.Value = w[:l.Width*l.Width], w[l.Width*l.Width:][:keys*l.Width], w[(l.Width+keys)*l.Width:]
		if biases != nil {
			b.QueryBias, b.KeyBias, b.ValueBias = biases[:l.Width], biases[l.Width:][:keys], biases[l.Width+keys:]
		}
		b.Out, b.OutBias = realWeights(out, unitOfValue, unitOfResidual), realOffsets(out, unitOfResidual)
		units = slices.Concat(repeated(1./16, l.Hidden), repeated(math.Ldexp(unitOfHidden, -g.GateShift), l.Hidden))
		w, biases = realWeights(g.Project, 1/float64(gatedNorm.Target), units...), realOffsets(g.Project, units...)
		b.Gate, b.Up = w[:l.Hidden*l.Width], w[l.Hidden*l.Width:]
		if biases != nil {
			b.GateBias, b.UpBias = biases[:l.Hidden], biases[l.Hidden:]
		}
		b.Down, b.DownBias = realWeights(down, unitOfHidden, unitOfResidual), realOffsets(down, unitOfResidual)
		l.Blocks = append(l.Blocks, b)
	}
	return l, l.Check()
}

func isRMS(n *nn.LayerNorm) bool { return n.RMS && n.Wide && n.Gains == nil }

func ones(n int) []float32 { return slices.Repeat([]float32{1}, n) }

func repeated(v float64, n int) []float64 { return slices.Repeat([]float64{v}, n) }

// rowScale returns what one in a row's accumulator stands for, from the unit of the output.
func rowScale(d *nn.Dense, row int, out float64) float64 {
	scale := math.Ldexp(out, -int(d.Shift))
	if d.Scale != nil {
		scale *= float64(d.Scale[row])
	}
	return scale
}

// realOffsets returns the biases of a matrix from units of its outputs, one for all or one each, or nil.
func realOffsets(d *nn.Dense, out ...float64) []float32 {
	if d.Offset == nil {
		return nil
	}
	b := make([]float32, len(d.Offset))
	for i, v := range d.Offset {
		b[i] = float32(float64(v) * rowScale(d, i, out[i%len(out)]))
	}
	return b
}

// realWeights returns the weights of a matrix, rows outermost, from units of its inputs, and of
// its outputs, one for all or one each.
func realWeights(d *nn.Dense, in float64, out ...float64) []float32 {
	digits := max(1, d.Digits)
	rows, cols := d.W.Rows()/digits, d.W.Cols()
	w := make([]float32, rows*cols)
	for i := range rows {
		scale := rowScale(d, i, out[i%len(out)]/in)
		for j := range cols {
			value := 0
			for digit := digits - 1; digit >= 0; digit-- {
				value = 5*value + int(d.W.At(digit*rows+i, j))
			}
			w[i*cols+j] = float32(float64(value) * scale)
		}
	}
	return w
}

package nn

import (
	"errors"
	"fmt"
)

// LlamaConfig is the shape of a network of the llama architecture (arXiv 2302.13971, with
// grouped keys and values).
type LlamaConfig struct {
	Width, Hidden, Layers int // multiples of 4
	Heads, KVHeads        int // heads of a multiple of 4
	Vocabulary            int // a multiple of 4
	Window                int // steps that attention sees, up to MaxWindow
	Rotary                int // base of rotary positions
}

// wideScale is the multiplier of wide outputs that are not pretrained: an activation of one
// is 16, and 2,048 if it is wide.
const wideScale = 1 << wideBits

// NewLlama returns a network with random weights from the seed: an embedding into a wide
// residual stream, Layers times x + W·attention(rmsnorm(x)) and x + W·swiglu(rmsnorm(x)),
// and a norm, a dense layer and Logits. A token is one byte, or two of a vocabulary above
// 256.
func NewLlama(seed uint64, l LlamaConfig) (*Model, error) {
	if l.Layers < 1 || l.Layers > 1<<10 || l.Vocabulary > MaxVocabulary {
		return nil, fmt.Errorf("nn: llama of %d layers and %d tokens, want 1 to %d and up to %d", l.Layers, l.Vocabulary, 1<<10, MaxVocabulary)
	}
	if err := checkWidths("llama", 4, l.Width, l.Hidden, l.Vocabulary); err != nil {
		return nil, err
	}
	wide := func(d *Dense) *Dense {
		d.Wide, d.Scale = true, make([]int32, d.values())
		for i := range d.Scale {
			d.Scale[i] = wideScale
		}
		return d
	}
	e, err := buildEmbedding(l.Vocabulary, 1, l.Width, false, Zeros)
	if err != nil {
		return nil, err
	}
	e.Rows.Shift = rootShift(1)
	wide(e.Rows)
	layers := []Layer{e}
	for range l.Layers {
		norms := [2]*LayerNorm{}
		for i := range norms {
			norm, err := buildLayerNorm(l.Width, 1<<activationBits, true, true)
			if err != nil {
				return nil, err
			}
			norms[i] = norm
		}
		a, err := buildAttention(Spec{Sizes: []int{l.Width, l.Heads, l.Window}, KVHeads: l.KVHeads, Rotary: l.Rotary}, Zeros)
		if err != nil {
			return nil, err
		}
		g, err := buildSwiGLU(l.Width, l.Hidden, 0, Zeros)
		if err != nil {
			return nil, err
		}
		layers = append(layers,
			&Residual{[]Layer{norms[0], a, wide(NewDense(l.Width, l.Width, false))}, true},
			&Residual{[]Layer{norms[1], g, wide(NewDense(l.Hidden, l.Width, false))}, true})
	}
	norm, err := buildLayerNorm(l.Width, 1<<activationBits, true, true)
	head := NewDense(l.Width, l.Vocabulary, false)
	head.Wide = true // logits in 1/16 bit, as accumulators shifted are
	logits, more := buildLogits(l.Vocabulary)
	if err := errors.Join(err, more); err != nil {
		return nil, err
	}
	m, err := buildModel(append(layers, norm, head, logits))
	if err == nil {
		m.Randomize(seed)
	}
	return m, err
}

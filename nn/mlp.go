package nn

import "fmt"

// NewMLP returns a multilayer perceptron: dense layers of the given widths, inputs first,
// with ReLU between them and random weights from the seed, see Randomize. The last layer
// returns logits in 1/16 bit; it is scaled down by one extra bit, so that initial logits
// are small (docs/decisions.md#scale-of-the-last-layer). It panics unless there are two or more
// widths, each at least 1.
func NewMLP(seed uint64, widths ...int) *Model { return newMLP(seed, NewDense, widths) }

// NewBiasedMLP is NewMLP with a bias in every layer.
func NewBiasedMLP(seed uint64, widths ...int) *Model { return newMLP(seed, NewBiasedDense, widths) }

func newMLP(seed uint64, newLayer func(in, out int, relu bool) *Dense, widths []int) *Model {
	if len(widths) < 2 {
		panic(fmt.Sprintf("nn: NewMLP: widths %v, want at least inputs and outputs", widths))
	}
	layers := make([]Layer, len(widths)-1)
	for i, in := range widths[:len(layers)] {
		last := i == len(layers)-1
		d := newLayer(in, widths[i+1], !last)
		if last {
			d.Shift++
		}
		layers[i] = d
	}
	m := NewModel(layers...)
	m.Randomize(seed)
	return m
}

// activationBits counts the fraction bits of activations, of which ±127 is almost 8:
// where the paper's integer network has them (arXiv 2511.16652, App. C).
const activationBits = 4

package nn

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/kernels"
)

// A Layer turns a batch of activations into another, one column for each sample, a step
// of time after another. What it remembers from step to step is the pass's: a Layer
// itself holds weights alone, and any number of passes may use it at once.
//
// The layers of this package are all there are.
type Layer interface {
	fmt.Stringer

	Inputs() int  // activations of a column that come in
	Outputs() int // and that go out

	// spec describes the layer as a file does.
	spec() spec

	// parts calls add for every matrix of the layer, in the order in which step
	// multiplies by them, with a name that no other part of the layer has.
	parts(add func(name string, d *Dense))

	// step takes the layer one step on. The batch that it returns is the pass's, to be
	// given back with free; x is left as it was.
	step(p *pass, x []int8) []int8
}

// A firstLayer multiplies what comes in before it does anything else, so that the
// members of a population which see the same batch share the product.
type firstLayer interface {
	Layer

	// matrix returns the layer's only matrix, whose activations are the layer's outputs.
	matrix() *Dense
}

// checkWidths returns an error unless a layer's widths can be those of a matrix, and are
// multiples of step: layers that take batches apart or put them together do so by quads.
func checkWidths(layer string, step int, widths ...int) error {
	for _, n := range widths {
		if n < 1 || n > kernels.MaxK || n%step != 0 {
			return fmt.Errorf("nn: %s of widths %v, want %d to %d, in steps of %[3]d", layer, widths, step, kernels.MaxK)
		}
	}
	return nil
}

// A source is where the matrices of a layer come from that is built: zeros, for a new
// one, or a file.
type source func(name string, out, in int, relu bool) (*Dense, error)

// zeros is the source of new layers.
func zeros(_ string, out, in int, relu bool) (*Dense, error) { return NewDense(in, out, relu), nil }

// must returns a layer that has been built of arguments of the caller's, or panics.
func must[L Layer](l L, err error) L {
	if err != nil {
		panic(err.Error())
	}
	return l
}

package nn

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/kernels"
)

// A Layer turns a batch of activations, one column for each sample, into another, one
// time step after another. A Layer holds weights alone: its state from step to step is in the
// Pass, so that any number of passes may use it at once.
//
// Layers can be implemented outside this package; Register lets Load read them. Training is
// exact and deterministic if a layer follows these rules:
//
//   - Step is a function of x, the weights and the states of the pass alone. It uses no clock,
//     no globals and no random numbers of its own, and computes in integers.
//   - Activations lie within ±127, and lanes beyond the last row of a batch are 0.
//   - Columns do not mix: column c of what Step returns depends on column c of x and of
//     the states.
//   - Step multiplies by every matrix once, or at each place once (Pass.ProductAt), in the
//     order of Weights, which is the order in which noise is drawn.
type Layer interface {
	fmt.Stringer

	Inputs() int  // rows of x
	Outputs() int // rows of what Step returns

	// Spec describes the layer as a file does.
	Spec() Spec

	// Weights calls add for every matrix of the layer, in the order in which Step
	// multiplies by them, with a name that no other matrix of the layer has.
	Weights(add func(name string, d *Dense))

	// Step computes the layer's next time step. It returns a batch from p.Alloc or p.Product,
	// which the caller frees, and does not change x.
	Step(p *Pass, x []int8) []int8
}

// A firstLayer multiplies the input before anything else, so that the members of a
// population that see the same batch share the product.
type firstLayer interface {
	Layer

	// matrix returns the layer's only matrix.
	matrix() *Dense

	// places returns at how many places Step multiplies by it. It returns their products
	// one after another.
	places() int

	// operand returns what Step multiplies by the matrix at a place. It is x, or a batch to
	// free.
	operand(p *Pass, x []int8, place int) []int8
}

// asFirst returns a layer as a firstLayer, if it is one of this package's: a user's layer
// that embeds one may do something else in Step.
func asFirst(l Layer) (first firstLayer, ok bool) {
	switch l := l.(type) {
	case *Dense:
		return l, true
	case *Embedding:
		return l, true
	case *NGrams:
		return l, true
	case *Conv2D:
		return l, true
	}
	return nil, false
}

// stepFirst is Step of a first layer.
func stepFirst(l firstLayer, p *Pass, x []int8) []int8 {
	y := p.Alloc(l.Outputs())
	places := l.places()
	size := len(y) / places
	for place := range places {
		operand := l.operand(p, x, place)
		outer := p.begins(place, places)
		p.productOf(y[place*size:][:size], l.matrix(), operand)
		p.placed = outer
		if &operand[0] != &x[0] {
			p.Free(operand)
		}
	}
	return y
}

// checkWidths returns an error unless a layer's widths can be a matrix's, and are
// multiples of step: layers that take batches apart or put them together do so by quads.
func checkWidths(layer string, step int, widths ...int) error {
	for _, n := range widths {
		if n < 1 || n > kernels.MaxK || n%step != 0 {
			return fmt.Errorf("nn: %s of widths %v, want %d to %d, in steps of %[3]d", layer, widths, step, kernels.MaxK)
		}
	}
	return nil
}

// A Source returns the matrices for a new layer: zeros, or the tensors of a file. It returns
// an error if the file has none of that name and shape.
type Source func(name string, out, in int, relu bool) (*Dense, error)

// Zeros is the Source of new layers.
func Zeros(_ string, out, in int, relu bool) (*Dense, error) {
	if err := checkWidths("Dense", 1, in, out); err != nil {
		return nil, err
	}
	return NewDense(in, out, relu), nil
}

// must returns a layer built from a caller's arguments, or panics.
func must[L Layer](l L, err error) L {
	if err != nil {
		panic(err.Error())
	}
	return l
}

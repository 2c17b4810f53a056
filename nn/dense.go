package nn

import (
	"fmt"
	"math/bits"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
)

// Dense is a fully connected layer:
//
//	out = clip127(RoundShift(W·x, Shift)), then max(0, out) if ReLU
//
// so that a pent of W weighs w·2^-Shift.
type Dense struct {
	W     *packed.Matrix // outputs × inputs
	Shift uint
	ReLU  bool
}

// NewDense returns a layer of zero weights whose Shift keeps the spread of the
// activations: inputs of unit-variance weights add up to √in times the spread of
// one, which the shift takes back, to the nearest power of two.
func NewDense(in, out int, relu bool) *Dense {
	if err := checkWidths("Dense", 1, in, out); err != nil {
		panic(err.Error())
	}
	return &Dense{W: packed.NewMatrix(out, in), Shift: rootShift(in), ReLU: relu}
}

// rootShift returns log2(√n) rounded to nearest.
func rootShift(n int) uint {
	return uint(bits.Len(uint(n))) / 2
}

// requantize turns the layer's accumulators into its activations.
func (d *Dense) requantize(dst []int8, y []int32, n int) {
	kernels.Requantize(dst, y, d.W.Rows(), n, kernels.Output{Shift: d.Shift, ReLU: d.ReLU})
}

// Inputs returns the width of the input.
func (d *Dense) Inputs() int { return d.W.Cols() }

// Outputs returns the width of the output.
func (d *Dense) Outputs() int { return d.W.Rows() }

// Spec implements Layer.
func (d *Dense) Spec() Spec {
	return Spec{Kind: "dense", Sizes: []int{d.Inputs(), d.Outputs()}, ReLU: d.ReLU}
}

// Weights implements Layer.
func (d *Dense) Weights(add func(string, *Dense)) { add("weights", d) }

// Step implements Layer.
func (d *Dense) Step(p *Pass, x []int8) []int8 { return p.Product(d, x) }

func (d *Dense) matrix() *Dense { return d }

func (d *Dense) operand(_ *Pass, x []int8) []int8 { return x }

func (d *Dense) finish(_ *Pass, y []int8) []int8 { return y }

func (d *Dense) String() string {
	act := "linear"
	if d.ReLU {
		act = "relu"
	}
	return fmt.Sprintf("dense %d→%d %s >>%d", d.W.Cols(), d.W.Rows(), act, d.Shift)
}

package nn

import (
	"errors"
	"fmt"
	"math/bits"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
)

// Dense is a fully connected layer:
//
//	out = clip127(RoundShift(W·x, Shift)), then max(0, out) if ReLU
//
// so that a pent of W weighs w·2^-Shift. With a bias, x has one more row, a constant, and
// the biases are the last column of W: they are stored, perturbed and trained as weights
// are, with either estimator (docs/decisions.md#biases-as-a-column-of-w).
// Networks that were trained elsewhere can have weights of several digits, an offset and a multiplier
// for each output, and outputs of 15 bits, see requantizeScaled.
type Dense struct {
	W     *packed.Matrix // outputs × inputs, one more with a bias
	Shift uint
	ReLU  bool
	Bias  int8 // the constant, 1 to 127; 0: none

	Digits int     // pents of a weight, up to MaxDigits; 0: one
	Scale  []int32 // multiplier of each output, 0 to MaxScale; nil: all are one
	Offset []int32 // added to the accumulator of each output before the multiplier, ±MaxScale at most; nil: none
	Wide   bool    // outputs are wide

	Sigma int // added to Sigma of the noise, see lowrank.Parameter; not stored in files

	zeros  bool // Model.Randomize sets zero weights
	logits bool // outputs go to Logits
	sparse bool // x is one-hot codes, see lowrank.Parameter

	gains   *Dense // of Scale, while it is trained, see Model.SetTrained
	offsets *Dense // of Offset, likewise
	one     uint   // of a matrix of newRows; 0: it is none
	frozen  bool   // not trained

	normalized bool // see lowrank.Parameter
}

// NewDense returns a layer of zero weights whose Shift keeps the spread of the activations:
// a sum over inputs with weights of unit variance has √in times the spread of one input, and
// the shift divides by the nearest power of two.
func NewDense(in, out int, relu bool) *Dense {
	if err := checkWidths("Dense", 1, in, out); err != nil {
		panic(err.Error())
	}
	return &Dense{W: packed.NewMatrix(out, in), Shift: rootShift(in), ReLU: relu}
}

// biasInput is the constant input of NewBiasedDense: four, as large as inputs usually are.
const biasInput = 4 << activationBits

// NewBiasedDense is NewDense with a bias.
func NewBiasedDense(in, out int, relu bool) *Dense {
	d := NewDense(in, out, relu)
	d.W, d.Bias = packed.NewMatrix(out, in+1), biasInput
	return d
}

// buildDense builds the layer of a Spec.
func buildDense(s Spec, from Source) (*Dense, error) {
	d, err := buildBiased("Dense", "weights", s.Sizes[1], s.Sizes[0], s, from)
	if err != nil {
		return nil, err
	}
	return d, errors.Join(checkWidths("Dense", 1, s.Sizes...), d.widen(s.Wide))
}

// buildBiased builds the matrix of a layer, with a column for the bias if the Spec has one.
func buildBiased(layer, name string, out, in int, s Spec, from Source) (*Dense, error) {
	switch {
	case s.Bias < 0 || s.Bias > 127:
		return nil, fmt.Errorf("nn: %s with a bias of %d, want 1 to 127, or 0 for none", layer, s.Bias)
	case s.Bias > 0:
		in++
	}
	d, err := from(name, out, in, s.ReLU)
	if err == nil {
		d.Bias = int8(s.Bias)
	}
	return d, err
}

// rootShift returns log2(√n) rounded to nearest.
func rootShift(n int) uint {
	return uint(bits.Len(uint(n))) / 2
}

// requantize turns the layer's accumulators into its activations. gains are a
// batch of gains of the multipliers, or nil.
func (d *Dense) requantize(dst []int8, y []int32, gains []int8, n int) {
	if d.isPlain() {
		kernels.Requantize(dst, y, d.W.Rows(), n, d.output())
		return
	}
	d.requantizeScaled(dst, y, gains, n)
}

// Inputs returns the width of the input.
func (d *Dense) Inputs() int {
	if d.Bias != 0 {
		return d.W.Cols() - 1
	}
	return d.W.Cols()
}

// Outputs returns the width of the output.
func (d *Dense) Outputs() int {
	if d.Wide {
		return 2 * d.values()
	}
	return d.values()
}

// Spec implements Layer.
func (d *Dense) Spec() Spec {
	return Spec{Kind: "dense", Sizes: []int{d.Inputs(), d.values()}, ReLU: d.ReLU, Bias: int(d.Bias), Wide: d.Wide}
}

// Weights implements Layer.
func (d *Dense) Weights(add func(string, *Dense)) { add("weights", d) }

// Step implements Layer.
func (d *Dense) Step(p *Pass, x []int8) []int8 { return p.Product(d, x) }

func (d *Dense) matrix() *Dense { return d }

func (d *Dense) places() int { return 1 }

// operand adds the row of the bias to x.
func (d *Dense) operand(p *Pass, x []int8, _ int) []int8 {
	if d.Bias == 0 {
		return x
	}
	y := p.Alloc(d.W.Cols())
	if d.Inputs()%4 == 0 {
		clear(y[len(x):])
	}
	copy(y, x)
	d.setBias(y, p.n)
	return y
}

// setBias writes the row of the bias of an operand of n columns.
func (d *Dense) setBias(x []int8, n int) {
	k := d.Inputs()
	for c := range n {
		x[(k/4*n+c)*4+k%4] = d.Bias
	}
}

func (d *Dense) String() string {
	act := "linear"
	if d.ReLU {
		act = "relu"
	}
	if d.Bias != 0 {
		act += biasName
	}
	return fmt.Sprintf("dense %d→%d %s%s >>%d", d.Inputs(), d.values(), act, d.scaleName(), d.Shift)
}

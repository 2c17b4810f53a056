package nn

import (
	"errors"
	"fmt"
	"math/bits"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/trit5"
)

// MaxDigits bounds the pents of a weight. Three hold ±62, and four every int8.
const MaxDigits = kernels.MaxDigits

// numberWidth is the number of pents that hold a multiplier or an offset.
const numberWidth = 6

// MaxScale bounds the multiplier and the offset of an output: six pents of 2.
const MaxScale = kernels.MaxScale

// The names of tensors of a matrix's multipliers and offsets end so.
const (
	scaleSuffix  = ".scale"
	offsetSuffix = ".offset"
)

// A wide batch of k values is a batch of 2·k rows, k high digits and then as many low ones:
// value = 128·high + low, low from -64 to 63. k is a multiple of 4, so that rows are quads.
// A residual stream is wide: the sum of many layers needs more than eight bits.
const (
	wideBits = 7
	wideTop  = 127<<wideBits + 63
)

// isPlain reports whether the matrix has one pent a weight, no multipliers, and outputs of
// eight bits.
func (d *Dense) isPlain() bool { return d.Digits <= 1 && d.Scale == nil && !d.Wide }

// checkScale returns an error unless digits, multipliers and offsets are of the matrix.
func (d *Dense) checkScale() error {
	if d.Digits < 0 || d.Digits > MaxDigits || d.W.Rows()%d.digits() != 0 {
		return fmt.Errorf("%d digits of %d rows, want up to %d", d.Digits, d.W.Rows(), MaxDigits)
	}
	check := func(what string, numbers []int32, least int32) error {
		if numbers != nil && len(numbers) != d.values() {
			return fmt.Errorf("%d %ss for %d outputs", len(numbers), what, d.values())
		}
		for i, v := range numbers {
			if v < least || v > MaxScale {
				return fmt.Errorf("%s %d is %d, want %d to %d", what, i, v, least, MaxScale)
			}
		}
		return nil
	}
	return errors.Join(check("multiplier", d.Scale, 0), check("offset", d.Offset, -MaxScale))
}

// digits returns the pents of a weight.
func (d *Dense) digits() int { return max(1, d.Digits) }

// values returns the number of outputs, each of which takes two activations if it is wide.
func (d *Dense) values() int { return d.W.Rows() / d.digits() }

func (d *Dense) output() kernels.Output { return kernels.Output{Shift: d.Shift, ReLU: d.ReLU} }

// widen makes the outputs wide, or returns an error.
func (d *Dense) widen(wide bool) error {
	if d.Wide = wide; wide && d.values()%4 != 0 {
		return fmt.Errorf("nn: %d wide outputs, want a multiple of 4", d.values())
	}
	return nil
}

// log2Scale returns the binary logarithm of what an accumulator is for an activation of one.
func (d *Dense) log2Scale() uint {
	scale := d.Shift + activationBits
	if d.Wide && !d.logits { // logits are in 1/16 bit, wide or not
		scale += wideBits
	}
	most := int32(1)
	for _, m := range d.Scale {
		most = max(most, m)
	}
	return scale - min(scale, uint(bits.Len32(uint32(most))-1))
}

func (d *Dense) scaleName() string {
	s := ""
	if d.Digits > 1 {
		s = fmt.Sprintf(" of %d digits", d.Digits)
	}
	if d.Scale != nil {
		s += " scaled"
	}
	if d.Offset != nil {
		s += " with offsets"
	}
	if d.Wide {
		s += " wide"
	}
	return s
}

// requantizeScaled turns accumulators into activations, see kernels.RequantizeScaled. gains
// are a batch of gains of the multipliers, or nil.
func (d *Dense) requantizeScaled(dst []int8, y []int32, gains []int8, n int) {
	kernels.RequantizeScaled(dst, y, d.values(), n, kernels.Scaled{
		Digits: d.digits(), Scale: d.Scale, Gains: gains, Shift: d.Shift, Wide: d.Wide, ReLU: d.ReLU,
	})
}

func joinWide(high, low int8) int32 { return int32(high)<<wideBits + int32(low) }

// addWide adds a wide batch to another one with saturation.
func addWide(y, x []int8) {
	half := len(y) / 2
	kernels.AddWide(y[:half], y[half:], x[:half], x[half:])
}

// Weights5 returns matrices of outputs × inputs integers as pents in balanced base 5, for a
// Dense of that many Digits. It panics if a weight does not fit.
func Weights5(weights []int32, outputs, inputs, digits int) *packed.Matrix {
	w := packed.NewMatrix(digits*outputs, inputs)
	row := make([]int8, inputs)
	left := append([]int32(nil), weights...)
	for d := range digits {
		for i := range outputs {
			for j := range row {
				row[j] = takeDigit(&left[i*inputs+j])
			}
			w.Row(d*outputs + i).Pack(row)
		}
	}
	for i, v := range left {
		if v != 0 {
			panic(fmt.Sprintf("nn: Weights5: weight %d is %d, too large for %d digits", i, weights[i], digits))
		}
	}
	return w
}

// takeDigit takes the lowest digit of a number in balanced base 5.
func takeDigit(v *int32) int8 {
	digit := (*v%5+7)%5 - 2
	*v = (*v - digit) / 5
	return int8(digit)
}

// Weight returns an integer weight, of all its digits.
func (d *Dense) Weight(output, input int) int32 {
	sum := int32(0)
	for digit := d.digits() - 1; digit >= 0; digit-- {
		sum = 5*sum + int32(d.W.At(digit*d.values()+output, input))
	}
	return sum
}

// rowDigits returns a number for each output, ±MaxScale at most, as a matrix of 6 × outputs pents:
// column i holds the balanced base-5 digits of number i, lowest first.
func rowDigits(numbers []int32) *packed.Matrix {
	w := packed.NewMatrix(numberWidth, len(numbers))
	for i, v := range numbers {
		for digit := range numberWidth {
			w.Set(digit, i, trit5.Pent(takeDigit(&v)))
		}
	}
	return w
}

// numbers returns the numbers of a tensor of rowDigits, or nil if there is none of that name.
func (l loader) numbers(name string, outputs int, least int32) ([]int32, error) {
	t, ok := l[name]
	if !ok {
		return nil, nil
	}
	delete(l, name)
	if w := t.Matrix; w.Rows() != numberWidth || w.Cols() != outputs || t.Scale != 0 {
		return nil, fmt.Errorf("nn: tensor %q: shape %d×%d and scale %d, want %d×%d and 0", t.Name, w.Rows(), w.Cols(), t.Scale, numberWidth, outputs)
	}
	v := make([]int32, outputs)
	for i := range v {
		for digit := numberWidth - 1; digit >= 0; digit-- {
			v[i] = 5*v[i] + int32(t.Matrix.At(digit, i))
		}
		if v[i] < least {
			return nil, fmt.Errorf("nn: tensor %q: number %d is %d, want %d to %d", t.Name, i, v[i], least, MaxScale)
		}
	}
	return v, nil
}

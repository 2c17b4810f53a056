package interchange

import (
	"fmt"
	"math"
	"slices"

	"github.com/Kaleaon/pentary-go/nn"
)

// Recurrent layers add constants that they see beside their inputs, for want of biases.

// maxCopy bounds the weights of a dense layer that copies activations.
const maxCopy = 1 << 24

// copies returns a layer whose output i is input from[i], zero where from[i] is -1, and
// a multiple of a constant where it is less: -2 is the constant, -3 is twice the constant.
func copies(in int, from []int, constant int) (*nn.Dense, error) {
	if in+1 > maxCopy/len(from) {
		return nil, fmt.Errorf("copying %d activations to %d takes a matrix of more than %d weights", in, len(from), maxCopy)
	}
	d, cols := nn.NewDense(in, len(from), false), in
	if constant > 0 {
		d, cols = nn.NewBiasedDense(in, len(from), false), in+1
		d.Bias = int8(constant)
	}
	d.Shift = 0
	row := make([]int8, cols)
	for i, at := range from {
		clear(row)
		switch {
		case at >= 0:
			row[at] = 1
		case at < -1:
			row[in] = int8(-1 - at)
		}
		d.W.Row(i).Pack(row)
	}
	return d, nil
}

// addends returns weights of constants, each within ±most, that add about offset, and what they do add.
func addends(offset float64, constants []int, most int) (weights []int, sum int) {
	weights = make([]int, len(constants))
	order := make([]int, len(constants))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return constants[b] - constants[a] })
	for _, i := range order {
		if c := constants[i]; c > 0 {
			weights[i] = int(max(-float64(most), min(float64(most), math.Round((offset-float64(sum))/float64(c)))))
			sum += weights[i] * c
		}
	}
	return weights, sum
}

// constantFor returns the constant of which multiples add up to the offsets best, 0 if none is needed.
func (q *quantizer) constantFor(offsets []float64, multiples ...int) int {
	best, least := 0, math.Inf(1)
	for c := range 127/slices.Max(multiples) + 1 {
		sum := 0.0
		for _, v := range offsets {
			_, added := addends(v, scaled(multiples, c), q.most)
			sum += (v - float64(added)) * (v - float64(added))
		}
		if sum < least {
			best, least = c, sum
		}
	}
	return best
}

func scaled(multiples []int, c int) []int {
	v := make([]int, len(multiples))
	for i, m := range multiples {
		v[i] = m * c
	}
	return v
}

// quads returns n rounded up to a multiple of four.
func quads(n int) int { return (n + 3) / 4 * 4 }

// selectOutputs leaves the network's outputs alone in the model's.
func (q *quantizer) selectOutputs() error {
	if q.width == len(q.index) {
		return nil
	}
	d, err := copies(q.width, q.index, 0)
	if err != nil {
		return fmt.Errorf("the last layer returns %d activations for %d: %w", q.width, len(q.index), err)
	}
	q.add(len(q.index), d)
	return nil
}

package interchange

import (
	"fmt"
	"math"
	"slices"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/nn"
)

// Layers without biases add constants that they see: pixels of constant channels, or constant
// activations beside the inputs of a recurrent layer.

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

// An addend is weights of constants: how often each is added in all.
type addend []int

// addends returns the weights of constants that add about offset, each at a number of places and
// at most most times there, and what they do add.
func addends(offset float64, constants []int, places, most int) (weights addend, sum int) {
	weights = make(addend, len(constants))
	order := make([]int, len(constants))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return constants[b] - constants[a] })
	for _, i := range order {
		if c := constants[i]; c > 0 {
			limit := float64(places * most)
			weights[i] = int(max(-limit, min(limit, math.Round((offset-float64(sum))/float64(c)))))
			sum += weights[i] * c
		}
	}
	return weights, sum
}

// constantFor returns the constant of which multiples, at places, add up to the offsets best.
func (q *quantizer) constantFor(offsets []float64, multiples []int, places int) int {
	best, least := 1, math.Inf(1)
	for c := 1; c <= 127/slices.Max(multiples); c++ {
		sum := 0.0
		for _, v := range offsets {
			_, added := addends(v, scaled(multiples, c), places, q.most)
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

// pictureConstants are the multiples of a constant that the first convolution sees, and
// laterConstants about what those after it do.
var (
	pictureConstants = []int{1, 2}
	laterConstants   = []int{127, 24, 5, 1}
)

// quads returns n rounded up to a multiple of four.
func quads(n int) int { return (n + 3) / 4 * 4 }

// convolution quantizes a convolution and moves on to its outputs.
func (q *quantizer) convolution(l *Convolution, first bool) error {
	channels := l.Channels
	if !first {
		channels = q.channels
	}
	places, area := l.places(), l.area()
	gains := make([]float64, area*l.Channels)
	for i := range gains {
		gains[i] = q.gains[i%l.Channels]
	}
	f := q.fit(l.Name, l.W, l.Bias, gains, q.biased, q.last, q.rows()*places, func(i int, exact, seen []float64) {
		l.patch(exact, q.exact[i/places*l.Inputs():][:l.Inputs()], i%places, l.Channels)
		l.patch(seen, q.seen[i/places*q.width:][:q.width], i%places, channels)
	})
	var layers []nn.Layer
	rows, columns := l.Rows, l.Columns
	if first && (q.biased || l.padded()) {
		rows, columns = l.Top+rows+l.Bottom, l.Left+columns+l.Right
		constant := 0
		if q.constants = nil; q.biased {
			constant = q.constantFor(f.offsets, pictureConstants, area)
			q.constants = scaled(pictureConstants, constant)
		}
		channels = l.Channels + len(q.constants)
		if rows*columns > maxCopy/channels {
			return fmt.Errorf("convolution %q: a padded picture of %d×%d×%d is too large to copy", l.Name, rows, columns, channels)
		}
		lift, err := copies(l.Inputs(), l.from(channels), constant)
		if err != nil {
			return fmt.Errorf("convolution %q: %w", l.Name, err)
		}
		layers = append(layers, lift)
	}
	out := quads(l.Out)
	if q.biased && !q.last && out-l.Out < 2 {
		out += 4
	}
	if rows > kernels.MaxK/max(channels, out)/columns {
		return fmt.Errorf("convolution %q of a picture of %d×%d×%d and %d channels is too large", l.Name, rows, columns, channels, out)
	}
	c := nn.NewConv2D(rows, columns, channels, out, l.Height, l.Width, l.Stride, l.ReLU)
	added := make([]addend, out)
	for i, v := range f.offsets {
		sum := 0
		added[i], sum = addends(v, q.constants, area, q.most)
		for k := range f.multiplicands {
			f.sums[k*l.Out+i] += float64(sum)
		}
	}
	c.Kernel.Shift = q.shift(c.Kernel, f)
	next := make([]int, out-l.Out) // the constants that the next convolution sees
	for i := range next {
		want := laterConstants[i%len(laterConstants)]
		if !q.biased || q.last {
			continue
		}
		sum := 0
		added[l.Out+i], sum = addends(math.Ldexp(float64(want), int(c.Kernel.Shift)), q.constants, area, q.most)
		next[i] = int(max(0, min(127, math.Floor(math.Ldexp(float64(sum), -int(c.Kernel.Shift))+rounding(c.Kernel.Shift)))))
	}
	all := make([]int32, out*area*channels)
	for i := range out {
		for pixel := range area {
			row := all[(i*area+pixel)*channels:][:channels]
			if i < l.Out {
				for j, v := range f.weights[(i*area+pixel)*l.Channels:][:l.Channels] {
					row[j] = int32(v)
				}
			}
			for j := range added[i] {
				w := max(-q.most, min(q.most, added[i][j]))
				row[l.Channels+j] = int32(w)
				added[i][j] -= w
			}
		}
	}
	q.set(c.Kernel, all, area*channels)
	q.gains = make([]float64, l.Outputs())
	for i := range q.gains {
		q.gains[i] = math.Ldexp(1/f.scales[i%l.Out], -int(c.Kernel.Shift))
	}
	if q.exact = f.exact; l.ReLU {
		rectify(q.exact)
	}
	q.add(l.Outputs(), append(layers, c)...)
	q.index, q.channels, q.constants = sequence(l.Outputs(), l.Out, out), out, next
	return nil
}

// pool moves on to the outputs of a maximum, which has no weights to quantize. The maximum of a channel
// of constants is the constant.
func (q *quantizer) pool(l *MaxPool) {
	each := func(l MaxPool, x []float64) (y []float64) {
		for in := l.Inputs(); len(x) > 0; x = x[in:] {
			y = append(y, l.step(x[:in], nil, true)...)
		}
		return y
	}
	own := *l
	own.Channels = q.channels
	q.exact, q.seen = each(*l, q.exact), each(own, q.seen)
	q.layers = append(q.layers, nn.NewMaxPool(l.Rows, l.Columns, q.channels, l.Height, l.Width, l.Stride))
	q.width, q.index, q.gains = own.Outputs(), sequence(l.Outputs(), l.Channels, q.channels), q.gains[:l.Outputs()]
}

// rounding is what a shift adds before it rounds down.
func rounding(shift uint) float64 {
	if shift == 0 {
		return 0
	}
	return 0.5
}

// from returns where the activations of a padded picture with constants come from, see copies.
func (l *Convolution) from(channels int) []int {
	rows, columns := l.Top+l.Rows+l.Bottom, l.Left+l.Columns+l.Right
	from := make([]int, 0, rows*columns*channels)
	for y := range rows {
		for x := range columns {
			for c := range channels {
				y, x := y-l.Top, x-l.Left
				switch {
				case c >= l.Channels:
					from = append(from, -1-pictureConstants[c-l.Channels])
				case y < 0 || y >= l.Rows || x < 0 || x >= l.Columns:
					from = append(from, -1)
				default:
					from = append(from, (y*l.Columns+x)*l.Channels+c)
				}
			}
		}
	}
	return from
}

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

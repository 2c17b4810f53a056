package interchange

import (
	"fmt"
	"math"
	"slices"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/nn"
)

// window returns a window over the model's picture, of a layer that returns out channels.
func (q *quantizer) window(l Window, name string, out int) (nn.Window, error) {
	if q.channels == 0 {
		q.channels = l.Channels
	}
	w := nn.Window{
		Rows: l.Rows, Columns: l.Columns, Channels: q.channels, Height: l.Height, Width: l.Width, Stride: l.Stride,
		Top: l.Top, Left: l.Left, Bottom: l.Bottom, Right: l.Right,
	}
	rows, columns := l.Top+l.Rows+l.Bottom, l.Left+l.Columns+l.Right
	switch {
	case l.padded() && (max(l.Top, l.Bottom) >= l.Height || max(l.Left, l.Right) >= l.Width):
		return w, fmt.Errorf("layer %q is padded by %d, want less than its kernel of %d×%d", name, []int{l.Top, l.Left, l.Bottom, l.Right}, l.Height, l.Width)
	case q.width != w.Inputs():
		return w, fmt.Errorf("layer %q takes a picture of %d activations, and the layer before returns %d", name, w.Inputs(), q.width)
	case rows > kernels.MaxK/max(q.channels, out)/columns:
		return w, fmt.Errorf("layer %q of a padded picture of %d×%d×%d and %d channels is too large", name, rows, columns, q.channels, out)
	}
	return w, nil
}

// convolution quantizes a convolution and moves on to its outputs.
func (q *quantizer) convolution(l *Convolution) error {
	out := quads(l.Out)
	window, err := q.window(l.Window, l.Name, out)
	if err != nil {
		return err
	}
	places, area, channels := l.places(), l.area(), q.channels
	gains := make([]float64, area*l.Channels)
	for i := range gains {
		gains[i] = q.gains[i%l.Channels]
	}
	f := q.fit(l.Name, l.W, l.Bias, gains, true, q.last, q.rows()*places, func(i int, exact, seen []float64) {
		l.patch(exact, q.exact[i/places*l.Inputs():][:l.Inputs()], i%places, l.Channels, 0)
		l.patch(seen, q.seen[i/places*q.width:][:q.width], i%places, channels, 0)
	})
	c := nn.NewPaddedConv2D(window, out, l.ReLU)
	q.biasedWeights(c.Kernel, f, l.Out, sequence(area*l.Channels, l.Channels, channels))
	c.Kernel.Shift = q.shift(c.Kernel, f)
	q.gains = make([]float64, l.Outputs())
	for i := range q.gains {
		q.gains[i] = math.Ldexp(1/f.scales[i%l.Out], -int(c.Kernel.Shift))
	}
	if q.exact = f.exact; l.ReLU {
		rectify(q.exact)
	}
	q.channels = out
	q.add(l.Outputs(), c)
	q.index = sequence(l.Outputs(), l.Out, out)
	return nil
}

// pool moves on to the outputs of a maximum, which has no weights to quantize.
func (q *quantizer) pool(l *MaxPool) error {
	window, err := q.window(l.Window, l.Name, q.channels)
	if err != nil {
		return err
	}
	each := func(l MaxPool, x []float64) (y []float64) {
		for in := l.Inputs(); len(x) > 0; x = x[in:] {
			y = append(y, l.step(x[:in], nil, true)...)
		}
		return y
	}
	own := *l
	own.Channels = q.channels
	q.exact, q.seen = each(*l, q.exact), each(own, q.seen)
	q.layers = append(q.layers, nn.NewPaddedMaxPool(window))
	q.width, q.index, q.gains = own.Outputs(), sequence(l.Outputs(), l.Channels, q.channels), slices.Repeat(q.gains[:l.Channels], l.places())
	return nil
}

package nn

import "github.com/Kaleaon/pentary-go/kernels"

// MaxPool returns the largest activation of each channel in a window, at one place of a
// picture after another. It has no weights.
type MaxPool struct{ Window }

// NewMaxPool returns a layer for a picture of the given sizes and windows of height × width
// pixels. A signal is a picture of one row.
func NewMaxPool(rows, columns, channels, height, width, stride int) *MaxPool {
	return must(buildMaxPool(Spec{Sizes: []int{rows, columns, channels, height, stride}}, width))
}

// buildMaxPool builds the layer of a Spec, with windows of a width.
func buildMaxPool(s Spec, width int) (*MaxPool, error) {
	l := &MaxPool{Window{s.Sizes[0], s.Sizes[1], s.Sizes[2], s.Sizes[3], width, s.Sizes[4]}}
	return l, l.check("MaxPool", l.Channels)
}

// Outputs returns the activations of the picture that goes out.
func (l *MaxPool) Outputs() int { return l.places() * l.Channels }

func (l *MaxPool) String() string { return l.describe("maxpool", l.Channels) }

// Spec implements Layer.
func (l *MaxPool) Spec() Spec {
	return Spec{Kind: "maxpool", Sizes: []int{l.Rows, l.Columns, l.Channels, l.Height, l.Stride}, Width: l.specWidth()}
}

// Weights implements Layer.
func (*MaxPool) Weights(func(string, *Dense)) {}

// Step implements Layer.
func (l *MaxPool) Step(p *Pass, x []int8) []int8 {
	y := p.Alloc(l.Outputs())
	clear(y[l.Outputs()/4*4*p.n:]) // lanes beyond the last row
	for place := range l.places() {
		for i := range l.Height {
			for j := range l.Width {
				l.larger(p.n, y, x, place, l.pixel(place)+i*l.Columns+j, i+j == 0)
			}
		}
	}
	return y
}

// larger makes a pixel of y the larger of itself and a pixel of x, or with first that pixel.
func (l *MaxPool) larger(n int, y, x []int8, to, from int, first bool) {
	to, from = to*l.Channels, from*l.Channels
	if l.Channels%4 == 0 {
		dst, src := y[to*n:][:l.Channels*n], x[from*n:]
		if first {
			copy(dst, src)
		} else {
			kernels.Max(dst, src[:len(dst)])
		}
		return
	}
	for c := range l.Channels {
		dst, src := y[(to+c)/4*4*n+(to+c)%4:], x[(from+c)/4*4*n+(from+c)%4:]
		for i := 0; i < 4*n; i += 4 {
			if first || src[i] > dst[i] {
				dst[i] = src[i]
			}
		}
	}
}

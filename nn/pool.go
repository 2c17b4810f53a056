package nn

import "github.com/Kaleaon/pentary-go/kernels"

// MaxPool returns the largest activation of each channel in a window, at one place of a
// picture after another, without its padding. It has no weights.
type MaxPool struct{ Window }

// NewMaxPool returns a layer for a picture of the given sizes and windows of height × width
// pixels. A signal is a picture of one row.
func NewMaxPool(rows, columns, channels, height, width, stride int) *MaxPool {
	return NewPaddedMaxPool(Window{Rows: rows, Columns: columns, Channels: channels, Height: height, Width: width, Stride: stride})
}

// NewPaddedMaxPool is NewMaxPool for any window.
func NewPaddedMaxPool(w Window) *MaxPool { return must(buildMaxPool(w)) }

func buildMaxPool(w Window) (*MaxPool, error) { return &MaxPool{w}, w.check("MaxPool", w.Channels) }

// Outputs returns the activations of the picture that goes out.
func (l *MaxPool) Outputs() int { return l.places() * l.Channels }

func (l *MaxPool) String() string { return l.describe("maxpool", l.Channels) }

// Spec implements Layer.
func (l *MaxPool) Spec() Spec {
	return l.spec(Spec{Kind: "maxpool", Sizes: []int{l.Rows, l.Columns, l.Channels, l.Height, l.Stride}})
}

// Weights implements Layer.
func (*MaxPool) Weights(func(string, *Dense)) {}

// Step implements Layer.
func (l *MaxPool) Step(p *Pass, x []int8) []int8 {
	y := p.Alloc(l.Outputs())
	clear(y[l.Outputs()/4*4*p.n:]) // lanes beyond the last row
	for place := range l.places() {
		v := l.at(place)
		for i := v.top; i < v.bottom; i++ {
			for j := v.left; j < v.right; j++ {
				l.larger(p.n, y, x, place, v.first+i*l.Columns+j, i == v.top && j == v.left)
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

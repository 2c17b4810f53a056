package nn

import (
	"errors"
	"fmt"
)

// Conv1D is a causal convolution over time: a column sees the present step and those
// before it, zeros before the first.
//
//	out_t = clip127(RoundShift(Σ_j W_j·x_{t-j}, Shift)), then max(0, out) if ReLU
type Conv1D struct {
	Width  int    // steps that the kernel covers
	Kernel *Dense // outputs × Width·inputs, of the present step first
	in     int
}

// NewConv1D returns a layer of zero weights. The width of the input is a multiple of 4.
func NewConv1D(in, out, width int, relu bool) *Conv1D {
	return must(buildConv1D(in, out, width, relu, Zeros))
}

func buildConv1D(in, out, width int, relu bool, from Source) (*Conv1D, error) {
	if err := errors.Join(checkWidths("Conv1D", 4, in), checkWidths("Conv1D", 1, out, width)); err != nil {
		return nil, err
	}
	kernel, err := from("kernel", out, in*width, relu)
	return &Conv1D{width, kernel, in}, err
}

// Inputs returns the width of the input.
func (l *Conv1D) Inputs() int { return l.in }

// Outputs returns the width of the output.
func (l *Conv1D) Outputs() int { return l.Kernel.Outputs() }

func (l *Conv1D) String() string {
	return fmt.Sprintf("conv1d %d→%d over %d steps%s >>%d", l.in, l.Outputs(), l.Width, reluName(l.Kernel.ReLU), l.Kernel.Shift)
}

// Spec implements Layer.
func (l *Conv1D) Spec() Spec {
	return Spec{Kind: "conv1d", Sizes: []int{l.in, l.Outputs(), l.Width}, ReLU: l.Kernel.ReLU}
}

// Weights implements Layer.
func (l *Conv1D) Weights(add func(string, *Dense)) { add("kernel", l.Kernel) }

// Step implements Layer.
func (l *Conv1D) Step(p *Pass, x []int8) []int8 {
	window := p.State(l.in * l.Width)
	copy(window[len(x):], window)
	copy(window, x)
	return p.Product(l.Kernel, window)
}

// Conv2D is a convolution over a picture, within a step: the product of its kernel with the
// patches that it covers, one position after another
// (docs/decisions.md#convolutions-by-position). The output is a picture of as many channels as the
// kernel has outputs. Padding is zeros.
//
//	out[y, x] = clip127(RoundShift(W·patch(y·Stride, x·Stride), Shift)), then max(0, out) if ReLU
//
// Noise in activations is drawn for each position. A Kernel of NewBiasedDense adds a bias to each
// output channel.
type Conv2D struct {
	Window
	Kernel *Dense // outputs × Height·Width·Channels, one more with a bias
}

// NewConv2D returns a layer of zero weights that returns out channels, a multiple of 4, by a
// kernel of height × width pixels. A signal is a picture of one row.
func NewConv2D(rows, columns, channels, out, height, width, stride int, relu bool) *Conv2D {
	return NewPaddedConv2D(Window{Rows: rows, Columns: columns, Channels: channels, Height: height, Width: width, Stride: stride}, out, relu)
}

// NewPaddedConv2D is NewConv2D for any window.
func NewPaddedConv2D(w Window, out int, relu bool) *Conv2D {
	return must(buildConv2D(w, out, Spec{ReLU: relu}, Zeros))
}

func buildConv2D(w Window, out int, s Spec, from Source) (*Conv2D, error) {
	if err := errors.Join(checkWidths("Conv2D", 4, out), w.check("Conv2D", out)); err != nil {
		return nil, err
	}
	kernel, err := buildBiased("Conv2D", "kernel", out, w.Height*w.Width*w.Channels, s, from)
	return &Conv2D{w, kernel}, err
}

// Outputs returns the activations of the picture that goes out.
func (l *Conv2D) Outputs() int { return l.places() * l.Kernel.Outputs() }

func (l *Conv2D) String() string {
	bias := ""
	if l.Kernel.Bias != 0 {
		bias = biasName
	}
	return fmt.Sprintf("%s%s%s >>%d", l.describe("conv2d", l.Kernel.Outputs()), reluName(l.Kernel.ReLU), bias, l.Kernel.Shift)
}

// Spec implements Layer.
func (l *Conv2D) Spec() Spec {
	return l.spec(Spec{
		Kind:  "conv2d",
		Sizes: []int{l.Rows, l.Columns, l.Channels, l.Kernel.Outputs(), l.Height, l.Stride}, ReLU: l.Kernel.ReLU, Bias: int(l.Kernel.Bias),
	})
}

// Weights implements Layer.
func (l *Conv2D) Weights(add func(string, *Dense)) { add("kernel", l.Kernel) }

// Step implements Layer.
func (l *Conv2D) Step(p *Pass, x []int8) []int8 { return stepFirst(l, p, x) }

func (l *Conv2D) matrix() *Dense { return l.Kernel }

// operand returns the patch of a position, and the row of the bias.
func (l *Conv2D) operand(p *Pass, x []int8, place int) []int8 {
	patch, v := p.Alloc(l.Kernel.W.Cols()), l.at(place)
	if l.whole(v) {
		clear(patch[l.Kernel.Inputs()/4*4*p.n:]) // lanes beyond the last row
	} else {
		clear(patch)
	}
	if l.Kernel.Bias != 0 {
		l.Kernel.setBias(patch, p.n)
	}
	width := (v.right - v.left) * l.Channels
	for i := v.top; i < v.bottom; i++ {
		to, from := (i*l.Width+v.left)*l.Channels, (v.first+i*l.Columns+v.left)*l.Channels
		if l.Channels%4 == 0 {
			copy(patch[to*p.n:(to+width)*p.n], x[from*p.n:])
			continue
		}
		for j := range width {
			copyLane(patch, x, to+j, from+j, p.n)
		}
	}
	return patch
}

// biasName says in a layer's description that it has biases.
const biasName = " with bias"

// copyLane sets row to of a batch of n columns to row from of another.
func copyLane(dst, src []int8, to, from, n int) {
	dst, src = dst[to/4*4*n+to%4:], src[from/4*4*n+from%4:]
	for c := 0; c < 4*n; c += 4 {
		dst[c] = src[c]
	}
}

// reluName names a layer's activation function.
func reluName(relu bool) string {
	if relu {
		return " relu"
	}
	return ""
}

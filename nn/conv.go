package nn

import (
	"errors"
	"fmt"

	"github.com/Kaleaon/pentary-go/kernels"
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
// (docs/decisions.md#convolutions-by-position). Activation c of the pixel at (y, x) is number
// (y·Columns + x)·Channels + c of the input, and likewise of the output.
//
//	out[y, x] = clip127(RoundShift(W·patch(y·Stride, x·Stride), Shift)), then max(0, out) if ReLU
//
// Patches lie within the picture. Noise in activations is drawn for each position. A Kernel of
// NewBiasedDense adds a bias to each output channel.
type Conv2D struct {
	Rows, Columns, Channels int    // of the input
	Height, Width, Stride   int    // of the kernel
	Kernel                  *Dense // outputs × Height·Width·Channels, one more with a bias
}

// NewConv2D returns a layer of zero weights that returns out channels, a multiple of 4, by a
// kernel of height × width pixels. A signal is a picture of one row.
func NewConv2D(rows, columns, channels, out, height, width, stride int, relu bool) *Conv2D {
	return must(buildConv2D(Spec{Sizes: []int{rows, columns, channels, out, height, stride}, Width: width, ReLU: relu}, width, Zeros))
}

// buildConv2D builds the layer of a Spec, with kernels of a width.
func buildConv2D(s Spec, width int, from Source) (*Conv2D, error) {
	rows, columns, channels, out, height, stride := s.Sizes[0], s.Sizes[1], s.Sizes[2], s.Sizes[3], s.Sizes[4], s.Sizes[5]
	if err := errors.Join(checkWidths("Conv2D", 4, out), checkWidths("Conv2D", 1, channels, rows, columns)); err != nil {
		return nil, err
	}
	if min(height, width, stride) < 1 || height > rows || width > columns || rows > kernels.MaxK/max(channels, out)/columns {
		return nil, fmt.Errorf("nn: Conv2D of kernel %d×%d, stride %d, for a picture of %d×%d×%d and %d channels out", height, width, stride, rows, columns, channels, out)
	}
	kernel, err := buildBiased("Conv2D", "kernel", out, height*width*channels, s, from)
	return &Conv2D{rows, columns, channels, height, width, stride, kernel}, err
}

// outRows and outColumns are the sizes of the output.
func (l *Conv2D) outRows() int    { return (l.Rows-l.Height)/l.Stride + 1 }
func (l *Conv2D) outColumns() int { return (l.Columns-l.Width)/l.Stride + 1 }

// Inputs returns the activations of the picture.
func (l *Conv2D) Inputs() int { return l.Rows * l.Columns * l.Channels }

// Outputs returns the activations of the picture that goes out.
func (l *Conv2D) Outputs() int { return l.outRows() * l.outColumns() * l.Kernel.Outputs() }

func (l *Conv2D) String() string {
	bias := ""
	if l.Kernel.Bias != 0 {
		bias = biasName
	}
	return fmt.Sprintf("conv2d %d×%d×%d→%d×%d×%d by %d×%d/%d%s%s >>%d", l.Rows, l.Columns, l.Channels,
		l.outRows(), l.outColumns(), l.Kernel.Outputs(), l.Height, l.Width, l.Stride, reluName(l.Kernel.ReLU), bias, l.Kernel.Shift)
}

// Spec implements Layer.
func (l *Conv2D) Spec() Spec {
	s := Spec{
		Kind:  "conv2d",
		Sizes: []int{l.Rows, l.Columns, l.Channels, l.Kernel.Outputs(), l.Height, l.Stride}, ReLU: l.Kernel.ReLU, Bias: int(l.Kernel.Bias),
	}
	if l.Width != l.Height {
		s.Width = l.Width
	}
	return s
}

// Weights implements Layer.
func (l *Conv2D) Weights(add func(string, *Dense)) { add("kernel", l.Kernel) }

// Step implements Layer.
func (l *Conv2D) Step(p *Pass, x []int8) []int8 { return stepFirst(l, p, x) }

func (l *Conv2D) matrix() *Dense { return l.Kernel }

func (l *Conv2D) places() int { return l.outRows() * l.outColumns() }

// operand returns the patch of a position, and the row of the bias.
func (l *Conv2D) operand(p *Pass, x []int8, place int) []int8 {
	patch := p.Alloc(l.Kernel.W.Cols())
	if l.Kernel.Bias != 0 {
		clear(patch[l.Kernel.Inputs()/4*4*p.n:]) // lanes beyond it
		defer l.Kernel.setBias(patch, p.n)
	}
	at := (place/l.outColumns()*l.Columns + place%l.outColumns()) * l.Stride * l.Channels
	width, row := l.Width*l.Channels, l.Columns*l.Channels
	if l.Channels%4 == 0 {
		for i := range l.Height {
			copy(patch[i*width*p.n:(i+1)*width*p.n], x[(at+i*row)*p.n:])
		}
		return patch
	}
	clear(patch[l.Kernel.Inputs()/4*4*p.n:]) // lanes beyond the last row
	for i := range l.Height {
		for j := range width {
			copyLane(patch, x, i*width+j, at+i*row+j, p.n)
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

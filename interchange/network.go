package interchange

import (
	"fmt"
	"math"
	"slices"
)

// A Network is a float network of another tool: a chain of layers.
type Network struct {
	Layers  []FloatLayer
	Softmax bool // whether the outputs went through a softmax: they are logits in nats

	// ChannelsFirst is set if inputs are channels × rows × columns. Convolutions of this package,
	// and the models made from a Network, take rows × columns × channels.
	ChannelsFirst bool
}

// A FloatLayer is a *Linear, a *Convolution, a *MaxPool or a *Recurrent.
type FloatLayer interface {
	Inputs() int  // activations of a step
	Outputs() int // likewise

	check() error
	size() int // of the matrix, rows × columns
	// step returns the activations after a step. state holds what the layer remembers; exact
	// means sigmoids and hyperbolic tangents, otherwise gates are as package nn's.
	step(x []float64, state *[]float64, exact bool) []float64
}

// A Linear is a fully connected layer: max(0, W·x + Bias) with ReLU, W·x + Bias without.
type Linear struct {
	Name    string
	In, Out int
	W       []float32 // Out × In
	Bias    []float32 // of Out, or nil
	ReLU    bool
}

// A Window moves over a picture of rows × columns × channels; channels vary fastest.
type Window struct {
	Rows, Columns, Channels int // of the picture
	Height, Width, Stride   int // of the window
	Top, Left               int // padding around the picture
	Bottom, Right           int // likewise
}

// A Convolution is a convolution of pictures.
type Convolution struct {
	Name string
	Window
	Out  int
	W    []float32 // Out × Height × Width × Channels
	Bias []float32 // of Out, or nil
	ReLU bool
}

// A MaxPool takes the largest activation of each channel in a window, of pixels of the picture alone.
type MaxPool struct {
	Name string
	Window
}

// A Cell is a kind of Recurrent.
type Cell string

// The cells.
const (
	CellRNN  Cell = "RNN"  // h = tanh(W·[x; h] + Bias)
	CellGRU  Cell = "GRU"  // see nn.GRU, with ResetAfter with its State
	CellLSTM Cell = "LSTM" // see nn.LSTM, whose states are tanh(c) on the way to h
)

// A Recurrent is a recurrent layer. Its rows are the gates one after another, in the order of
// package nn: reset, update and candidate for a GRU; input, forget, output and candidate for an
// LSTM. With the update gate open, the new state is the candidate.
type Recurrent struct {
	Name    string
	Cell    Cell
	In, Out int
	W       []float32 // gates·Out × (In + Out)
	Bias    []float32 // of gates·Out, or nil

	// The reset gate of a GRU multiplies the product of h with the candidate's matrix, and of it
	// StateBias, which is of Out, or nil.
	ResetAfter bool
	StateBias  []float32

	// Gates are clip(Slope·v + Offset, 0, 1) where Slope is not 0, else sigmoids.
	Slope, Offset float64
}

// Inputs implements FloatLayer.
func (l *Linear) Inputs() int { return l.In }

// Outputs implements FloatLayer.
func (l *Linear) Outputs() int { return l.Out }

func (l *Linear) size() int { return len(l.W) }

// Inputs returns the activations of the picture.
func (l *Window) Inputs() int { return l.Rows * l.Columns * l.Channels }

// Outputs implements FloatLayer.
func (l *Convolution) Outputs() int { return l.places() * l.Out }

func (l *Convolution) size() int { return len(l.W) }

// outRows and outColumns are the sizes of the output.
func (l *Window) outRows() int    { return (l.Top+l.Rows+l.Bottom-l.Height)/l.Stride + 1 }
func (l *Window) outColumns() int { return (l.Left+l.Columns+l.Right-l.Width)/l.Stride + 1 }
func (l *Window) places() int     { return l.outRows() * l.outColumns() }
func (l *Window) area() int       { return l.Height * l.Width }

// padded reports whether there is padding.
func (l *Window) padded() bool { return l.Top > 0 || l.Left > 0 || l.Bottom > 0 || l.Right > 0 }

// Outputs implements FloatLayer.
func (l *MaxPool) Outputs() int { return l.places() * l.Channels }

func (l *MaxPool) size() int { return 0 }

// Inputs implements FloatLayer.
func (l *Recurrent) Inputs() int { return l.In }

// Outputs implements FloatLayer.
func (l *Recurrent) Outputs() int { return l.Out }

func (l *Recurrent) size() int { return len(l.W) }

// gates returns the number of matrices of Out rows.
func (l *Recurrent) gates() int { return map[Cell]int{CellRNN: 1, CellGRU: 3, CellLSTM: 4}[l.Cell] }

func (l *Linear) check() error {
	if l.In < 1 || l.Out < 1 || len(l.W) != l.In*l.Out || l.Bias != nil && len(l.Bias) != l.Out {
		return fmt.Errorf("matrix %q: %d×%d of %d weights and %d biases", l.Name, l.Out, l.In, len(l.W), len(l.Bias))
	}
	return nil
}

// maxPicture bounds the activations of a picture, its padding included.
const maxPicture = 1 << 22

// checkWindow returns an error unless the window is within the padded picture, and activations of out
// channels are not too many.
func (l *Window) checkWindow(layer string, out int) error {
	for _, n := range []int{l.Rows, l.Columns, l.Channels, out, l.Height, l.Width, l.Stride} {
		if n < 1 || n > maxPicture {
			return fmt.Errorf("%s of a picture of %d×%d×%d by %d kernels of %d×%d, stride %d", layer, l.Rows, l.Columns, l.Channels, out, l.Height, l.Width, l.Stride)
		}
	}
	for _, n := range []int{l.Top, l.Left, l.Bottom, l.Right} {
		if n < 0 || n > maxPicture {
			return fmt.Errorf("%s: padding by %d", layer, n)
		}
	}
	rows, columns := l.Top+l.Rows+l.Bottom, l.Left+l.Columns+l.Right
	switch {
	case rows > maxPicture/max(l.Channels, out)/columns:
		return fmt.Errorf("%s of a padded picture of %d×%d×%d to %d channels, want at most %d activations", layer, rows, columns, l.Channels, out, maxPicture)
	case l.Height > rows || l.Width > columns:
		return fmt.Errorf("%s of a padded picture of %d×%d by a kernel of %d×%d", layer, rows, columns, l.Height, l.Width)
	}
	return nil
}

func (l *MaxPool) check() error {
	return l.checkWindow(fmt.Sprintf("maximum %q", l.Name), l.Channels)
}

func (l *Convolution) check() error {
	if err := l.checkWindow(fmt.Sprintf("convolution %q", l.Name), l.Out); err != nil {
		return err
	}
	if len(l.W)%l.Out != 0 || len(l.W)/l.Out != l.area()*l.Channels || l.Bias != nil && len(l.Bias) != l.Out {
		return fmt.Errorf("convolution %q: %d weights and %d biases for %d×%d×%d×%d", l.Name, len(l.W), len(l.Bias), l.Out, l.Height, l.Width, l.Channels)
	}
	return nil
}

func (l *Recurrent) check() error {
	rows := l.gates() * l.Out
	state := l.ResetAfter && l.Cell != CellGRU || l.StateBias != nil && (!l.ResetAfter || len(l.StateBias) != l.Out)
	if rows < 1 || l.In < 1 || len(l.W)%rows != 0 || len(l.W)/rows != l.In+l.Out || l.Bias != nil && len(l.Bias) != rows || state {
		return fmt.Errorf("%s %q %d→%d of %d weights and %d + %d biases", l.Cell, l.Name, l.In, l.Out, len(l.W), len(l.Bias), len(l.StateBias))
	}
	return nil
}

// check returns an error unless each layer takes what the one before returns.
func (n *Network) check() error {
	if len(n.Layers) == 0 {
		return fmt.Errorf("no matrices")
	}
	for i, l := range n.Layers {
		if err := l.check(); err != nil {
			return err
		}
		if i > 0 && n.Layers[i-1].Outputs() != l.Inputs() {
			return fmt.Errorf("matrix %q takes %d activations, and %q returns %d", nameOf(l), l.Inputs(), nameOf(n.Layers[i-1]), n.Layers[i-1].Outputs())
		}
	}
	return nil
}

// nameOf returns the name of a layer's matrix.
func nameOf(l FloatLayer) string {
	switch l := l.(type) {
	case *Linear:
		return l.Name
	case *Convolution:
		return l.Name
	case *MaxPool:
		return l.Name
	case *Recurrent:
		return l.Name
	}
	return ""
}

// channels returns the channels of the pictures that the network takes, 0 if it takes none.
func (n *Network) channels() int {
	switch l := n.Layers[0].(type) {
	case *Convolution:
		return l.Channels
	case *MaxPool:
		return l.Channels
	}
	return 0
}

// Inputs returns the activations that the network takes at a step.
func (n *Network) Inputs() int { return n.Layers[0].Inputs() }

// Outputs returns the activations that the network returns at a step, before the softmax.
func (n *Network) Outputs() int { return n.Layers[len(n.Layers)-1].Outputs() }

// Sequences reports whether the network has recurrent layers, so that its inputs are sequences.
func (n *Network) Sequences() bool {
	for _, l := range n.Layers {
		if _, ok := l.(*Recurrent); ok {
			return true
		}
	}
	return false
}

// Forward returns the outputs, in float64 and before the softmax, after each step of a sequence.
// States begin as zeros. Pictures are rows × columns × channels. Forward panics if the number of
// activations of a step is not Inputs.
func (n *Network) Forward(steps [][]float64) [][]float64 { return n.forward(steps, true) }

func (n *Network) forward(steps [][]float64, exact bool) [][]float64 {
	states := make([][]float64, len(n.Layers))
	var outputs [][]float64
	for _, x := range steps {
		if len(x) != n.Inputs() {
			panic(fmt.Sprintf("interchange: Forward: %d activations, want %d", len(x), n.Inputs()))
		}
		for i, l := range n.Layers {
			x = l.step(x, &states[i], exact)
		}
		outputs = append(outputs, x)
	}
	return outputs
}

func (l *Linear) step(x []float64, _ *[]float64, _ bool) []float64 {
	y := times(l.W, x)
	addBias(y, l.Bias)
	if l.ReLU {
		rectify(y)
	}
	return y
}

func addBias(y []float64, bias []float32) {
	for i, b := range bias {
		y[i] += float64(b)
	}
}

func rectify(y []float64) {
	for i, v := range y {
		y[i] = max(v, 0)
	}
}

// patch writes what the window covers at a place, outside where that is not the picture, whose pixels
// have channels activations of which the first Channels are used.
func (l *Window) patch(dst, x []float64, place, channels int, outside float64) {
	for i := range dst {
		dst[i] = outside
	}
	top, left := place/l.outColumns()*l.Stride-l.Top, place%l.outColumns()*l.Stride-l.Left
	for i := range l.Height {
		for j := range l.Width {
			if y, c := top+i, left+j; y >= 0 && y < l.Rows && c >= 0 && c < l.Columns {
				copy(dst[(i*l.Width+j)*l.Channels:][:l.Channels], x[(y*l.Columns+c)*channels:])
			}
		}
	}
}

func (l *Convolution) step(x []float64, _ *[]float64, _ bool) []float64 {
	patch := make([]float64, l.area()*l.Channels)
	y := make([]float64, 0, l.Outputs())
	for place := range l.places() {
		l.patch(patch, x, place, l.Channels, 0)
		v := times(l.W, patch)
		addBias(v, l.Bias)
		y = append(y, v...)
	}
	if l.ReLU {
		rectify(y)
	}
	return y
}

func (l *MaxPool) step(x []float64, _ *[]float64, _ bool) []float64 {
	patch, y := make([]float64, l.area()*l.Channels), slices.Repeat([]float64{math.Inf(-1)}, l.Outputs())
	for i := range y {
		if i%l.Channels == 0 {
			l.patch(patch, x, i/l.Channels, l.Channels, math.Inf(-1))
		}
		for j := i % l.Channels; j < len(patch); j += l.Channels {
			y[i] = max(y[i], patch[j])
		}
	}
	return y
}

// gate returns how far gates are open.
func (l *Recurrent) gate(v float64, exact bool) float64 {
	switch {
	case l.Slope != 0:
		return max(0, min(1, l.Slope*v+l.Offset))
	case exact:
		return 1 / (1 + math.Exp(-v))
	}
	return max(0, min(1, v/4+0.5))
}

// bounded is the hyperbolic tangent, or the clipping that takes its place in package nn.
func bounded(v float64, exact bool) float64 {
	if exact {
		return math.Tanh(v)
	}
	return max(-1, min(1, v))
}

// candidate returns the parts of a GRU's candidate sums of x and, with ResetAfter, of h, which
// the reset gate multiplies.
func (l *Recurrent) candidate(xh []float64) (x, h []float64) {
	h = slices.Clone(xh)
	clear(h[:l.In])
	h = times(l.W[2*l.Out*len(xh):], h)
	addBias(h, l.StateBias)
	x = slices.Clone(xh)
	clear(x[l.In:])
	return l.sums(2*l.Out, l.Out, x), h
}

// sums returns the products of a range of rows with [x; h], biases included.
func (l *Recurrent) sums(from, n int, xh []float64) []float64 {
	y := times(l.W[from*len(xh):(from+n)*len(xh)], xh)
	if l.Bias != nil {
		addBias(y, l.Bias[from:from+n])
	}
	return y
}

// step keeps h in the state, of an LSTM followed by c.
func (l *Recurrent) step(x []float64, state *[]float64, exact bool) []float64 {
	n := l.Out
	if *state == nil {
		*state = make([]float64, 2*n)
	}
	h, c := (*state)[:n], (*state)[n:]
	xh := append(append(make([]float64, 0, l.In+n), x...), h...)
	switch l.Cell {
	case CellRNN:
		for i, v := range l.sums(0, n, xh) {
			h[i] = bounded(v, exact)
		}
	case CellGRU:
		gates := l.sums(0, 2*n, xh)
		var c []float64
		if l.ResetAfter {
			var past []float64
			c, past = l.candidate(xh)
			for i, v := range past {
				c[i] += l.gate(gates[i], exact) * v
			}
		} else {
			for i := range n {
				xh[l.In+i] *= l.gate(gates[i], exact)
			}
			c = l.sums(2*n, n, xh)
		}
		for i, v := range c {
			h[i] += l.gate(gates[n+i], exact) * (bounded(v, exact) - h[i])
		}
	case CellLSTM:
		gates := l.sums(0, 4*n, xh)
		for i := range n {
			forget := l.gate(gates[n+i], exact)
			if !exact { // nn.LSTM clips before it adds its constant
				forget = max(forget, (4*16.)/256)
			}
			c[i] = forget*c[i] + l.gate(gates[i], exact)*bounded(gates[3*n+i], exact)
			if !exact {
				c[i] = bounded(c[i], exact)
			}
			h[i] = l.gate(gates[2*n+i], exact) * bounded(c[i], exact)
		}
	}
	return append([]float64(nil), h...)
}

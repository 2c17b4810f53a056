package interchange

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/nn"
)

// numpyModels are the models of testdata/onnx/write.py.
var numpyModels = []string{"conv", "convlast", "lstm", "gru", "gruhard", "gruafter", "maxpool", "padding", "mean"}

// A numpyModel is a network that was read, and what numpy computes for inputs of it.
type numpyModel struct {
	*Network
	steps int
	x, y  []float32
}

func (m *numpyModel) samples() int { return len(m.y) / m.Outputs() }

// sample returns the steps of a sample, in the order that the network takes.
func (m *numpyModel) sample(i int) [][]float64 {
	return stepsOf(m.Network, m.x[i*m.steps*m.Inputs():][:m.steps*m.Inputs()])
}

// stepsOf returns the steps of a sample of an ONNX model.
func stepsOf(n *Network, x []float32) (steps [][]float64) {
	for in := n.Inputs(); len(x) > 0; x = x[in:] {
		row := x[:in]
		if channels := n.channels(); n.ChannelsFirst && channels > 0 {
			row = transposed(row, channels, in/channels)
		}
		step := make([]float64, in)
		for i, v := range row {
			step[i] = float64(v)
		}
		steps = append(steps, step)
	}
	return steps
}

func readNumpyModel(t testing.TB, name string) *numpyModel {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata/onnx", name+".onnx"))
	if err != nil {
		t.Fatal(err)
	}
	n, err := ReadONNX(b)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	a, err := Open(filepath.Join("testdata/onnx", name+".npz"), FormatNPZ)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	m := &numpyModel{Network: n, steps: 1}
	for i := range a.Tensors {
		v, err := a.Tensors[i].values()
		if err != nil {
			t.Fatal(err)
		}
		if a.Tensors[i].Name == "x" {
			m.x = v
			continue
		}
		m.y = v
	}
	m.steps = len(m.x) / m.samples() / n.Inputs()
	return m
}

// Networks of convolutions and recurrent layers compute what numpy does.
func TestForward(t *testing.T) {
	for _, name := range numpyModels {
		m := readNumpyModel(t, name)
		if m.samples() != 60 || m.Sequences() != (m.steps > 1) {
			t.Fatalf("%s: %d samples of %d steps", name, m.samples(), m.steps)
		}
		for i := range m.samples() {
			outputs := m.Forward(m.sample(i))
			for j, v := range outputs[len(outputs)-1] {
				if want := float64(m.y[i*m.Outputs()+j]); math.Abs(v-want) > 1e-5 {
					t.Fatalf("%s: output %d of sample %d is %v, want %v", name, j, i, v, want)
				}
			}
		}
	}
}

// predict returns the outputs of the last step of a model.
func predict(m *nn.Model, steps [][]float64, unit float64) []float64 {
	r := m.NewRunner(1)
	x := make([]int8, kernels.Quads(m.Inputs())*4)
	out := make([]float64, m.Outputs())
	for _, step := range steps {
		for i, v := range step {
			x[i] = int8(max(-127, min(127, math.Round(v*unit))))
		}
		y := r.Step(x)
		for i := range out {
			out[i] = float64(y[i])
		}
	}
	return out
}

// errorOf returns the RMS distance between the outputs of an integer model and the outputs of a
// network, with the gates of package nn or exact ones, over the RMS of the latter, from sample first on.
func (m *numpyModel) errorOf(model *nn.Model, unit float64, r *NetworkReport, first int, exact bool) float64 {
	off, all, n := 0.0, 0.0, m.Outputs()
	for i := first; i < m.samples(); i++ {
		outputs := m.forward(m.sample(i), exact)
		want, got := outputs[len(outputs)-1], predict(model, m.sample(i), unit)
		means := [2]float64{}
		for j := range want {
			means[0] += want[j] / float64(n)
			means[1] += got[j] * r.Unit / float64(n)
		}
		if !m.Softmax {
			means = [2]float64{}
		}
		for j := range want {
			d := want[j] - means[0] - (got[j]*r.Unit - means[1])
			off += d * d
			all += (want[j] - means[0]) * (want[j] - means[0])
		}
	}
	return math.Sqrt(off / all)
}

// Integer models come as close to the float64 networks as eight bits and pents allow; with eight
// bits the distance to a network with the gates of package nn is rounding alone.
func TestNetworkModels(t *testing.T) {
	const calibrated, unit = 40, 32
	// The mean error over the spread of the outputs on 20 other samples, at most.
	for name, most := range map[string][3]float64{ // int8 to nn's gates, int8, error feedback to sigmoids
		"conv":     {0.05, 0.05, 0.6},
		"convlast": {0.03, 0.03, 0.55},
		"lstm":     {0.05, 0.2, 0.4},
		"gru":      {0.05, 0.3, 0.6},
		"gruhard":  {0.06, 0.2, 0.4},
		"gruafter": {0.05, 0.4, 0.5},
		"padding":  {0.05, 0.05, 0.6},
		"mean":     {0.05, 0.05, 0.6},
		"maxpool":  {0.05, 0.05, 0.6},
	} {
		m := readNumpyModel(t, name)
		x := m.x[:calibrated*m.steps*m.Inputs()]
		var found [3]float64
		for i, method := range []Method{Int8, ErrorFeedback} {
			model, r, err := m.Model(NetworkOptions{Method: method, Unit: unit, Calibration: x, Steps: m.steps})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			agree := 0
			for i := range calibrated {
				outputs := m.Forward(m.sample(i))
				if largest(outputs[len(outputs)-1]) == largest(predict(model, m.sample(i), unit)) {
					agree++
				}
			}
			if r.Samples != calibrated || r.Agree != agree {
				t.Errorf("%s: %d samples agree, the report says %d of %d", name, agree, r.Agree, r.Samples)
			}
			if i == 0 {
				hard, r, err := m.Model(NetworkOptions{Method: method, Unit: unit, Calibration: x, Steps: m.steps, hard: true})
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				found[0] = m.errorOf(hard, unit, r, calibrated, false)
			}
			found[1+i] = m.errorOf(model, unit, r, calibrated, true)
			f := model.File(nil)
			if back, err := nn.Load(f); err != nil || back.String() != model.String() {
				t.Errorf("%s: the model does not come back from its file: %v", name, err)
			}
		}
		t.Logf("%s: int8 to nn's gates %.4f, int8 %.4f, pents %.4f", name, found[0], found[1], found[2])
		for i := range found {
			if found[i] > most[i] {
				t.Errorf("%s: errors %.4f, want at most %v", name, found, most)
				break
			}
		}
		// Without calibration the model is a model still.
		if _, _, err := m.Model(NetworkOptions{Method: LeastSquares}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Channels whose maxima are the outputs have one scale.
func TestMaxPoolLast(t *testing.T) {
	n := &Network{Layers: []FloatLayer{
		&Convolution{Name: "c", Window: Window{Rows: 4, Columns: 4, Channels: 1, Height: 1, Width: 1, Stride: 1}, Out: 2, W: []float32{2, 0.5}},
		&MaxPool{Name: "m", Window: Window{Rows: 4, Columns: 4, Channels: 2, Height: 2, Width: 2, Stride: 2}},
	}}
	x := make([]float32, 16)
	for i := range x {
		x[i] = float32(i) / 16
	}
	m, r, err := n.Model(NetworkOptions{Method: Int8, Unit: 64, Calibration: x})
	if err != nil {
		t.Fatal(err)
	}
	sample := stepsOf(n, x)
	got := predict(m, sample, 64)
	for i, want := range n.Forward(sample)[0] {
		if v := got[i] * r.Unit; math.Abs(v-want) > 0.02 {
			t.Errorf("output %d is %.3f, want %.3f", i, v, want)
		}
	}
}

// The weights of constants add up to the sum that addends returns.
func TestAddends(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		constants := []int{1 + rng.IntN(60), rng.IntN(3), 1 + rng.IntN(127)}
		offset := 2000 * (rng.Float64() - 0.5)
		weights, sum := addends(offset, constants, 18)
		want := 0
		for i, w := range weights {
			want += w * constants[i]
			if w < -18 || w > 18 {
				t.Fatalf("weight %d", w)
			}
		}
		if sum != want || math.Abs(offset) < 18*float64(constants[0]) && math.Abs(offset-float64(sum)) > float64(constants[0])/2+1 {
			t.Fatalf("%v of %v for %v add %d, said %d", weights, constants, offset, want, sum)
		}
	}
}

// Operators with what no layer here computes are errors that name the node.
func TestUnsupportedONNX(t *testing.T) {
	build := func(shape []int, f func(b *onnxBuilder) string) []byte {
		b := newBuilder()
		b.shape = shape
		return b.model(f(b))
	}
	picture, sequence := []int{-1, 2, 6, 6}, []int{-1, -1, 3}
	kernel := func(b *onnxBuilder) string { return b.floats("k", make([]float32, 4*2*3*3), 4, 2, 3, 3) }
	conv := func(a ...message) func(*onnxBuilder) string {
		return func(b *onnxBuilder) string { return b.nodeWith("Conv", "", a, "x", kernel(b)) }
	}
	pooled := func(a ...message) func(*onnxBuilder) string {
		return func(b *onnxBuilder) string { return b.nodeWith("MaxPool", "", a, "x") }
	}
	lstm := func(op string, gates int, more []string, a ...message) func(*onnxBuilder) string {
		return func(b *onnxBuilder) string {
			w := b.floats("w", make([]float32, gates*2*3), 1, gates*2, 3)
			r := b.floats("r", make([]float32, gates*2*2), 1, gates*2, 2)
			b.floats("one", []float32{1, 1}, 1, 1, 2)
			return b.nodeWith(op, "", a, append([]string{"x", w, r}, more...)...)
		}
	}
	for _, c := range []struct {
		want  string
		shape []int
		f     func(*onnxBuilder) string
	}{
		{`node "" (LRN): the operator is not supported; Gemm, `, picture, func(b *onnxBuilder) string { return b.node("LRN", "", "x") }},
		{"has ceil_mode", picture, pooled(attributes("kernel_shape", 2, 2), attribute("ceil_mode", 1))},
		{"pads are [0 1], want 4 numbers", picture, pooled(attributes("kernel_shape", 2, 2), attributes("pads", 0, 1))},
		{"want two sizes and one stride", picture, pooled(attributes("kernel_shape", 2, 2), attributes("strides", 1, 2))},
		{"padded picture of 6×6 by a kernel of 7×2", picture, pooled(attributes("kernel_shape", 7, 2))},
		{"comes before the first matrix", picture, func(b *onnxBuilder) string {
			return b.node("Relu", "", b.nodeWith("MaxPool", "", []message{attributes("kernel_shape", 2, 2)}, "x"))
		}},
		{"strides are [1 2], want one", picture, conv(attributes("strides", 1, 2))},
		{"auto_pad is \"SAME\"", picture, conv(textAttribute("auto_pad", "SAME"))},
		{"in 3 groups for 2 channels", picture, conv(attribute("group", 3))},
		{"padded picture of 6×6 by a kernel of 9×9", picture, conv(attributes("dilations", 4, 4))},
		{"pads are [1 1 -1 1]", picture, conv(attributes("pads", 1, 1, -1, 1))},
		{`takes "x" of -1×6×6`, []int{-1, -1, 6, 6}, conv()},
		{"want a convolution of pictures, NCHW", sequence, conv()},
		{"makes 4×141×141×2 weights, want at most 5248", picture, conv(attributes("dilations", 70, 70), attributes("pads", 80, 80, 80, 80))},
		{"to 4 channels, want at most 4194304 activations", []int{-1, 2, 1 << 20, 1 << 20}, conv()},
		{"direction is \"bidirectional\"", sequence, lstm("LSTM", 4, nil, textAttribute("direction", "bidirectional"))},
		{`has lengths of sequences ("one")`, sequence, lstm("GRU", 3, []string{"", "one"})},
		{`initial state "one" is not zero`, sequence, lstm("LSTM", 4, []string{"", "", "one"})},
		{`has peepholes ("one")`, sequence, lstm("LSTM", 4, []string{"", "", "", "", "one"})},
		{`activations are ["Relu"], want ["Tanh"]`, sequence, lstm("RNN", 1, nil, textAttribute("activations", "Relu"))},
		{"hidden_size is 5", sequence, lstm("RNN", 1, nil, attribute("hidden_size", 5))},
		{"dimensions NK, want sequences", nil, lstm("RNN", 1, nil)},
		{"perm is [0 1]", sequence, func(b *onnxBuilder) string {
			return b.nodeWith("Transpose", "", []message{attributes("perm", 0, 1)}, "x")
		}},
		{"want -1, the last of the steps", sequence, func(b *onnxBuilder) string { return b.node("Gather", "", "x", b.ints(0)) }},
		{"axis 1 of dimensions ??K", sequence, func(b *onnxBuilder) string { return b.node("Squeeze", "", "x", b.ints(1)) }},
		{"from dimensions ??K to shape [7]", sequence, func(b *onnxBuilder) string { return b.node("Reshape", "", "x", b.ints(7)) }},
		{"want a Flatten before", picture, func(b *onnxBuilder) string { return b.node("MatMul", "", "x", b.floats("m", make([]float32, 4), 2, 2)) }},
		{"is made by more than 16 nodes", nil, func(b *onnxBuilder) string {
			w := b.floats("m", make([]float32, 4), 2, 2)
			for range 17 {
				w = b.node("Transpose", "", w)
			}
			return b.node("MatMul", "", "x", w)
		}},
		{"does not come after a matrix", picture, func(b *onnxBuilder) string { return b.node("BatchNormalization", "", "x", "x", "x", "x", "x") }},
	} {
		if _, err := ReadONNX(build(c.shape, c.f)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
	// Padding is less than a kernel.
	m := readNumpyModel(t, "conv")
	m.Layers = m.Layers[:1]
	m.Layers[0].(*Convolution).Left, m.Layers[0].(*Convolution).Right = 3, 0
	if _, _, err := m.Model(NetworkOptions{Method: LeastSquares}); err == nil || !strings.Contains(err.Error(), "is padded by [1 3 1 0], want less than its kernel of 3×3") {
		t.Error(err)
	}
}

// textAttribute is an attribute of one text.
func textAttribute(name, s string) message {
	var a message
	a.text(1, name)
	a.text(9, s)
	return a
}

// Of an odd padding the larger half comes last with SAME_UPPER, first with SAME_LOWER.
func TestAutoPad(t *testing.T) {
	for auto, want := range map[string][4]int{"SAME_UPPER": {0, 0, 1, 1}, "SAME_LOWER": {1, 1, 0, 0}, "VALID": {}} {
		b := newBuilder()
		b.shape = []int{-1, 1, 3, 3}
		n, err := ReadONNX(b.model(b.nodeWith("Conv", "", []message{textAttribute("auto_pad", auto)}, "x", b.floats("k", make([]float32, 4), 1, 1, 2, 2))))
		if err != nil {
			t.Fatal(err)
		}
		if c := n.Layers[0].(*Convolution); [4]int{c.Top, c.Left, c.Bottom, c.Right} != want {
			t.Errorf("%s: padding %d, %d, %d, %d, want %d", auto, c.Top, c.Left, c.Bottom, c.Right, want)
		}
	}
}

// One scale is of all elements, whatever the axis.
func TestDequantizeAxis(t *testing.T) {
	for _, axis := range []int64{-9, 9, math.MaxInt64, math.MinInt64} {
		b := newBuilder()
		b.shape = []int{-1, 2}
		w := b.nodeWith("DequantizeLinear", "", []message{attribute("axis", axis)}, b.floats("q", []float32{1, 2, 3, 4}, 2, 2), b.floats("s", []float32{2}))
		n, err := ReadONNX(b.model(b.node("MatMul", "", "x", w)))
		if err != nil {
			t.Fatal(err)
		}
		if got := n.Layers[0].(*Linear).W; !slices.Equal(got, []float32{2, 6, 4, 8}) {
			t.Errorf("axis %d: weights %v", axis, got)
		}
	}
}

// A matrix of a mean takes the picture itself; means of windows, or before Relu, are convolutions.
func TestMeanOfMatrix(t *testing.T) {
	if m := readNumpyModel(t, "mean"); len(m.Layers) != 2 || m.Layers[1].Inputs() != m.Layers[0].Outputs() {
		t.Errorf("%d layers", len(m.Layers))
	}
	b := newBuilder()
	b.shape = []int{-1, 2, 4, 4}
	v := b.node("Conv", "", "x", b.floats("k", make([]float32, 4), 2, 2, 1, 1))
	n, err := ReadONNX(b.model(b.node("Relu", "", b.node("GlobalAveragePool", "", v))))
	if err != nil {
		t.Fatal(err)
	}
	if c, ok := n.Layers[len(n.Layers)-1].(*Convolution); !ok || !c.ReLU || c.area() != 16 {
		t.Errorf("the last of %d layers is %v", len(n.Layers), n.Layers[len(n.Layers)-1])
	}
	// Of the input, whose channels come first.
	b = newBuilder()
	b.shape = []int{-1, 2, 4, 4}
	v = b.node("Flatten", "", b.node("GlobalAveragePool", "", "x"))
	n, err = ReadONNX(b.model(b.node("MatMul", "", v, b.floats("m", make([]float32, 2), 2, 1))))
	if err != nil || len(n.Layers) != 2 || n.channels() != 2 {
		t.Errorf("%v, %v", n, err)
	}
	// Of a signal, as PyTorch's squeeze(-1) has it.
	b = newBuilder()
	b.shape = []int{-1, 2, 4}
	v = b.node("GlobalAveragePool", "", b.node("Conv", "", "x", b.floats("k", make([]float32, 4), 2, 2, 1)))
	v = b.node("MatMul", "", b.node("Squeeze", "", v, b.ints(-1)), b.floats("m", make([]float32, 2), 2, 1))
	if n, err := ReadONNX(b.model(v)); err != nil || n.Layers[1].Inputs() != 8 {
		t.Error(err)
	}
	// A file of a few bytes makes no large network.
	b = newBuilder()
	b.shape = []int{-1, 2, 400, 400}
	v = b.node("GlobalAveragePool", "", b.node("Conv", "", "x", b.floats("k", make([]float32, 4), 2, 2, 1, 1)))
	v = b.node("MatMul", "", b.node("Flatten", "", v), b.floats("m", make([]float32, 2), 2, 1))
	if _, err := ReadONNX(b.model(v)); err == nil || !strings.Contains(err.Error(), "the mean of 400×400 pixels of 2 channels, for 1 outputs, makes a network of more than") {
		t.Error(err)
	}
}

// What a matrix returns may be a picture; what a recurrent layer returns may be too wide for one.
func TestPictureAfterMatrix(t *testing.T) {
	picture := Window{Rows: 1, Columns: 2, Channels: 3, Height: 1, Width: 2, Stride: 1}
	after := []FloatLayer{&MaxPool{Name: "m", Window: picture}, &Linear{Name: "l", In: 3, Out: 2, W: make([]float32, 6)}}
	matrix := &Linear{Name: "k", In: 4, Out: 6, W: make([]float32, 24)}
	n := &Network{Layers: append([]FloatLayer{
		&Convolution{Name: "c", Window: Window{Rows: 1, Columns: 4, Channels: 1, Height: 1, Width: 1, Stride: 1}, Out: 1, W: []float32{1}}, matrix,
	}, after...)}
	if m, _, err := n.Model(NetworkOptions{Method: LeastSquares}); err != nil || m.Outputs() != 2 {
		t.Error(err)
	}
	n.Layers = append([]FloatLayer{&Recurrent{Name: "r", Cell: CellRNN, In: 4, Out: 6, W: make([]float32, 60)}}, after...)
	if _, _, err := n.Model(NetworkOptions{Method: LeastSquares}); err == nil || !strings.Contains(err.Error(), `layer "m" takes a picture of 6 activations, and the layer before returns 8`) {
		t.Error(err)
	}
}

// Error feedback bounds the columns of a matrix, and a maximum has none.
func TestMaxPoolLarge(t *testing.T) {
	n := &Network{Layers: []FloatLayer{
		&Convolution{Name: "c", Window: Window{Rows: 1, Columns: 5000, Channels: 1, Height: 1, Width: 1, Stride: 1}, Out: 2, W: []float32{1, -1}},
		&MaxPool{Name: "m", Window: Window{Rows: 1, Columns: 5000, Channels: 2, Height: 1, Width: 5000, Stride: 1}},
	}}
	if _, _, err := n.Model(NetworkOptions{Method: ErrorFeedback, Calibration: make([]float32, 5000)}); err != nil {
		t.Error(err)
	}
}

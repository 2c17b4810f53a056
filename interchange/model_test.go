package interchange

import (
	"bytes"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/nn"
)

// An onnxBuilder makes float graphs, as PyTorch and Keras export them.
type onnxBuilder struct {
	onnxGraph
	shape []int // of "x", -1 for any size; nil for any rank
}

func (b *onnxBuilder) floats(name string, v []float32, dims ...int) string {
	return b.tensor(name, onnxFloat, float32Bytes(v), dims...)
}

// model returns the encoded model of the nodes so far, from "x" to a value.
func (b *onnxBuilder) model(output string) []byte {
	var g, m message
	for _, n := range b.nodes {
		g.message(1, n)
	}
	for _, t := range b.initializers {
		g.message(5, t)
	}
	var dims, shape, kind, x message
	for _, d := range b.shape {
		var dim message
		if d >= 0 {
			dim.number(1, int64(d))
		}
		dims.message(1, dim)
	}
	shape.number(1, onnxFloat)
	if b.shape != nil {
		shape.message(2, dims)
	}
	kind.message(1, shape)
	x.text(1, "x")
	x.message(2, kind)
	g.message(11, x)
	g.message(12, valueInfo(output, onnxFloat, 3))
	m.number(1, onnxIR)
	m.message(7, g)
	return m
}

func newBuilder() *onnxBuilder {
	return &onnxBuilder{onnxGraph: onnxGraph{constants: map[string]bool{}}}
}

// sampleMLP returns an MLP with random weights and its ONNX model: Gemm with the weights
// transposed or not, MatMul with Add.
func sampleMLP(widths ...int) (*Network, []byte) {
	rng := rand.New(rand.NewPCG(11, 12))
	m, b, value := &Network{Softmax: true}, newBuilder(), "x"
	value = b.node("Flatten", "", value)
	for i, in := range widths[:len(widths)-1] {
		l := &Linear{Name: "w" + string(rune('0'+i)), In: in, Out: widths[i+1], ReLU: i < len(widths)-2}
		for range l.In * l.Out {
			l.W = append(l.W, float32(rng.NormFloat64()/math.Sqrt(float64(in)/2)))
		}
		for range l.Out {
			l.Bias = append(l.Bias, float32(rng.NormFloat64()/4))
		}
		transposed := make([]float32, len(l.W))
		for r := range l.Out {
			for c := range l.In {
				transposed[c*l.Out+r] = l.W[r*l.In+c]
			}
		}
		bias := b.floats(l.Name+".bias", l.Bias, l.Out)
		switch i % 3 {
		case 0:
			value = b.nodeWith("Gemm", "", []message{attribute("transB", 1)}, value, b.floats(l.Name, l.W, l.Out, l.In), bias)
		case 1:
			value = b.node("Add", "", bias, b.node("MatMul", "", value, b.floats(l.Name, transposed, l.In, l.Out)))
		case 2:
			value = b.node("Gemm", "", value, b.floats(l.Name, transposed, l.In, l.Out), bias)
		}
		if l.ReLU {
			value = b.node("Relu", "", value)
		}
		m.Layers = append(m.Layers, l)
	}
	return m, b.model(b.node("Softmax", "", value))
}

// correlated returns samples whose features depend on each other, as features of real data do.
func correlated(n, features int) []float32 {
	rng := rand.New(rand.NewPCG(13, 14))
	mix := make([]float64, features*features/4)
	for i := range mix {
		mix[i] = rng.NormFloat64()
	}
	var x []float32
	for range n {
		hidden := make([]float64, features/4)
		for i := range hidden {
			hidden[i] = rng.NormFloat64()
		}
		for i := range features {
			v := 0.3 * rng.NormFloat64()
			for j, h := range hidden {
				v += h * mix[i*len(hidden)+j] / math.Sqrt(float64(len(hidden)))
			}
			x = append(x, float32(v))
		}
	}
	return x
}

// agree returns of how many samples the largest output of a model is where the MLP has it.
func (m *Network) agree(model *nn.Model, x []float32, unit float64) (n int) {
	inputs, outputs := model.Inputs(), model.Outputs()
	for ; len(x) > 0; x = x[inputs:] {
		sample, want, got := make([]int8, inputs), make([]float64, outputs), make([]float64, outputs)
		for i, v := range x[:inputs] {
			sample[i] = int8(max(-127, min(127, math.Round(float64(v)*unit))))
		}
		copy(want, m.Forward(stepsOf(m, x[:inputs]))[0])
		for i, v := range model.Predict(sample) {
			got[i] = float64(v)
		}
		if largest(got) == largest(want) {
			n++
		}
	}
	return n
}

// An ONNX model is read, whichever way it is written.
func TestReadONNX(t *testing.T) {
	want, model := sampleMLP(12, 9, 7, 8, 5)
	got, err := ReadONNX(model)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Layers) != 4 || !got.Softmax {
		t.Fatalf("%d layers, softmax %v", len(got.Layers), got.Softmax)
	}
	for i, l := range want.Layers {
		l, g := l.(*Linear), got.Layers[i].(*Linear)
		if g.Name != l.Name || g.In != l.In || g.Out != l.Out || g.ReLU != l.ReLU ||
			!bytes.Equal(float32Bytes(g.W), float32Bytes(l.W)) || !bytes.Equal(float32Bytes(g.Bias), float32Bytes(l.Bias)) {
			t.Errorf("layer %d is %+v, want %+v", i, g, l)
		}
	}
}

// The command's test reads testdata/mlp.onnx, a model of sampleMLP.
func TestSampleONNX(t *testing.T) {
	_, want := sampleMLP(8, 12, 6, 4)
	got, err := os.ReadFile("testdata/mlp.onnx")
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("testdata/mlp.onnx is another model: %v", err)
		if os.Getenv("PENTARY_UPDATE") != "" {
			os.WriteFile("testdata/mlp.onnx", want, 0o666)
		}
	}
}

// Better methods agree more often with the MLP on samples they have not seen, and the
// report counts what the model really does.
func TestMLPMethods(t *testing.T) {
	m, _ := sampleMLP(64, 48, 48, 10)
	x := correlated(1500, 64)
	calibration, test := x[:1000*64], x[1000*64:]
	agreed := map[Method]int{}
	for _, method := range Methods {
		model, r, err := m.Model(NetworkOptions{Method: method, Calibration: calibration, Unit: 24})
		if err != nil {
			t.Fatal(err)
		}
		if r.Samples != 1000 || len(r.Tensors) != 3 {
			t.Fatalf("%s: report %+v", method, r)
		}
		if n := m.agree(model, calibration, 24); n != r.Agree {
			t.Errorf("%s: %d samples of the calibration agree, the report says %d", method, n, r.Agree)
		}
		agreed[method] = m.agree(model, test, 24)
		t.Logf("%s: %d of 500 agree; SNR %.1f, %.1f, %.1f dB", method, agreed[method], r.Tensors[0].SNR, r.Tensors[1].SNR, r.Tensors[2].SNR)
	}
	if agreed[Nearest] >= agreed[LeastSquares] || agreed[LeastSquares] >= agreed[ErrorFeedback] {
		t.Errorf("samples that agree: %v", agreed)
	}
	for want, o := range map[string]NetworkOptions{
		"needs calibration": {Method: ErrorFeedback},
		"unknown method":    {Method: "best"},
		"samples of 64":     {Method: Nearest, Calibration: x[:65]},
		"unit 128":          {Method: Nearest, Unit: 128},
	} {
		if _, _, err := m.Model(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// A softmax ignores what all outputs have in common, so it is not quantized.
func TestCentred(t *testing.T) {
	m, _ := sampleMLP(16, 12, 8)
	plain, _, err := m.Model(NetworkOptions{Method: LeastSquares})
	if err != nil {
		t.Fatal(err)
	}
	last := m.Layers[1].(*Linear)
	for i := range last.W {
		last.W[i] += float32(1 + i%last.In)
	}
	for i := range last.Bias {
		last.Bias[i] += 3
	}
	moved, _, err := m.Model(NetworkOptions{Method: LeastSquares})
	if err != nil {
		t.Fatal(err)
	}
	if !moved.Matrices()[1].W.Equal(plain.Matrices()[1].W) {
		t.Errorf("other weights: %v and %v", moved.Matrices()[1].W.Histogram(), plain.Matrices()[1].W.Histogram())
	}
}

// Activations use their range, and few saturate. Without calibration, biases are the biases of
// the MLP in units of the sums.
func TestActivations(t *testing.T) {
	m, _ := sampleMLP(64, 48, 10)
	x := correlated(1000, 64)
	model, _, err := m.Model(NetworkOptions{Method: LeastSquares, Calibration: x})
	if err != nil {
		t.Fatal(err)
	}
	first := nn.NewModel(model.Layers[0])
	saturated, most := 0, int8(0)
	for at := 0; at < len(x); at += 64 {
		sample := make([]int8, 64)
		for i, v := range x[at : at+64] {
			sample[i] = int8(max(-127, min(127, math.Round(float64(v)*16))))
		}
		for _, v := range first.Predict(sample) {
			if most = max(most, v); v == 127 {
				saturated++
			}
		}
	}
	if most < 64 || saturated > 100 {
		t.Errorf("the largest activation is %d, %d of 48,000 are saturated", most, saturated)
	}
	for i := range m.Layers {
		bias := m.Layers[i].(*Linear).Bias
		for j := range bias {
			bias[j] *= 4
		}
	}
	if model, _, err = m.Model(NetworkOptions{Method: LeastSquares}); err != nil {
		t.Fatal(err)
	}
	if n := m.agree(model, x, 16); n < 780 {
		t.Errorf("without calibration %d of 1,000 agree", n)
	} else {
		t.Logf("without calibration %d of 1,000 agree; the largest activation is %d, %d saturated", n, most, saturated)
	}
}

// The factor of error feedback is the inverse's: UᵀU·H is one.
func TestInverseFactor(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 16))
	const n = 20
	h := make([][]float64, n)
	for i := range h {
		h[i] = make([]float64, n)
	}
	for range 3 * n {
		x := make([]float64, n)
		for i := range x {
			x[i] = rng.NormFloat64()
			for j := range i + 1 {
				h[i][j] += x[i] * x[j]
			}
		}
	}
	u := inverseFactor(h)
	for i := range n {
		for j := range n {
			sum := 0.0
			for k := range n {
				for l := range n {
					sum += u[l][i] * u[l][k] * h[max(k, j)][min(k, j)]
				}
			}
			want := 0.0
			if i == j {
				want = 1
			}
			if math.Abs(sum-want) > 1e-9 {
				t.Fatalf("element %d, %d is %v, want %v", i, j, sum, want)
			}
			if i > j && u[i][j] != 0 {
				t.Fatalf("element %d, %d below the diagonal is %v", i, j, u[i][j])
			}
		}
	}
}

// Errors name the operator or the tensor and its offset.
func TestHostileONNX(t *testing.T) {
	build := func(f func(b *onnxBuilder) string) []byte {
		b := newBuilder()
		return b.model(f(b))
	}
	w := func(b *onnxBuilder) string { return b.floats("w", make([]float32, 9), 3, 3) }
	for want, data := range map[string][]byte{
		"no graph":                        nil,
		`shape [3 3] for "x" of dimensio`: build(func(b *onnxBuilder) string { return b.node("Conv", "", "x", w(b)) }),
		`"x" is multiplied from the left`: build(func(b *onnxBuilder) string { return b.node("MatMul", "", w(b), "x") }),
		`"missing" is no initializer`:     build(func(b *onnxBuilder) string { return b.node("MatMul", "", "x", "missing") }),
		`alpha is 2`:                      build(func(b *onnxBuilder) string { return b.nodeWith("Gemm", "", []message{alpha(2)}, "x", w(b)) }),
		`no matrices`:                     build(func(b *onnxBuilder) string { return b.node("Identity", "", "x") }),
		`before the first matrix`:         build(func(b *onnxBuilder) string { return b.node("Relu", "", "x") }),
		`shape [9], want a matrix`:        build(func(b *onnxBuilder) string { return b.node("MatMul", "", "x", b.floats("v", make([]float32, 9), 9)) }),
		`want a bias of 3`: build(func(b *onnxBuilder) string {
			return b.node("Add", "", b.node("MatMul", "", "x", w(b)), b.floats("v", make([]float32, 2), 2))
		}),
		`takes 36 bytes, and there are 32`: build(func(b *onnxBuilder) string {
			return b.node("MatMul", "", "x", b.tensor("w", onnxFloat, make([]byte, 32), 3, 3))
		}),
		`is out of range`: build(func(b *onnxBuilder) string {
			return b.node("MatMul", "", "x", b.tensor("w", onnxFloat, nil, math.MaxInt, 4))
		}),
		`takes 2 activations, and "w" returns 3`: build(func(b *onnxBuilder) string {
			return b.node("MatMul", "", b.node("MatMul", "", "x", w(b)), b.floats("v", make([]float32, 4), 2, 2))
		}),
		`"w" at offset 58: is used twice`: build(func(b *onnxBuilder) string {
			return b.node("MatMul", "", b.node("MatMul", "", "x", w(b)), w(b))
		}),
		`comes after a softmax`: build(func(b *onnxBuilder) string {
			return b.node("MatMul", "", b.node("Softmax", "", b.node("MatMul", "", "x", w(b))), w(b))
		}),
		`does not take "t0"`: build(func(b *onnxBuilder) string {
			b.node("MatMul", "", "x", w(b))
			return b.node("MatMul", "", "x", w(b))
		}),
		`element 0 of row 0 is NaN`: build(func(b *onnxBuilder) string {
			return b.node("MatMul", "", "x", b.floats("w", []float32{float32(math.NaN())}, 1, 1))
		}),
		"at offset": {0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
	} {
		if _, err := ReadONNX(data); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	_, model := sampleMLP(12, 9, 7, 8, 5)
	for n := range model {
		if _, err := ReadONNX(model[:n]); err == nil {
			t.Errorf("%d of %d bytes are read", n, len(model))
		}
	}
}

// alpha is an attribute of a float.
func alpha(v float32) message {
	var a message
	a.text(1, "alpha")
	a = append(a, 2<<3|5)
	return le.AppendUint32(a, math.Float32bits(v))
}

func FuzzONNX(f *testing.F) {
	_, model := sampleMLP(12, 9, 7, 8, 5)
	f.Add(model)
	for _, name := range numpyModels {
		b, err := os.ReadFile("testdata/onnx/" + name + ".onnx")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := ReadONNX(b)
		if err != nil {
			return
		}
		weights := 0
		for _, l := range m.Layers {
			weights += l.size()
		}
		if weights > maxKernel*(len(b)+1<<8) {
			t.Fatalf("%d weights of %d bytes", weights, len(b))
		}
		if _, _, err := m.Model(NetworkOptions{Method: LeastSquares}); err != nil && !strings.Contains(err.Error(), "interchange: ") {
			t.Fatal(err)
		}
	})
}

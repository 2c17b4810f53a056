package interchange

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/nn"
)

// vectors returns the folder of the ONNX project's published models and vectors, which Debian's
// libonnx-testdata installs.
func vectors(t *testing.T) string {
	t.Helper()
	const dir = "/usr/share/libonnx-testdata/data"
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("PENTARY_REQUIRE_ONNX") != "" {
			t.Fatal(err)
		}
		t.Skipf("libonnx-testdata is not installed: %v", err)
	}
	return dir
}

// A vector is a published model, its inputs and its outputs.
type vector struct {
	reader  *onnxReader
	inputs  []Tensor
	outputs []Tensor
}

// array returns the shape and the elements of a file of one tensor.
func readVector(t *testing.T, dir string) vector {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "model.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := parseONNX(b)
	if err != nil {
		t.Fatal(err)
	}
	v := vector{reader: r}
	read := func(kind string) (all []Tensor) {
		for i := 0; ; i++ {
			b, err := os.ReadFile(filepath.Join(dir, "test_data_set_0", fmt.Sprintf("%s_%d.pb", kind, i)))
			if err != nil {
				return all
			}
			b = b[:len(b):len(b)]
			one := onnxReader{data: b, tensors: map[string]Tensor{}}
			name := ""
			if err := one.fields(b, func(n protowire.Number, v []byte, _ uint64) error {
				if n == 8 {
					name = string(v)
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			if err := one.tensor(b, ""); err != nil {
				t.Fatal(err)
			}
			all = append(all, one.tensors[name])
		}
	}
	v.inputs, v.outputs = read("input"), read("output")
	if len(v.inputs) == 0 || len(v.outputs) == 0 {
		t.Fatalf("%s: %d inputs and %d outputs", dir, len(v.inputs), len(v.outputs))
	}
	return v
}

func elements(t *testing.T, v Tensor) []float32 {
	t.Helper()
	x, err := v.values()
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// network reads the model with all inputs but the first as initializers.
func (v *vector) network() (*Network, error) {
	var names []string
	for _, in := range v.reader.inputs {
		if _, ok := v.reader.tensors[in.name]; !ok {
			names = append(names, in.name)
		}
	}
	for i, in := range v.inputs[1:] {
		in.Name = names[1+i]
		v.reader.tensors[in.Name] = in
	}
	for i := range v.reader.inputs { // with the shape of the data
		if v.reader.inputs[i].name == names[0] {
			v.reader.inputs[i].shape = v.inputs[0].Shape
		}
	}
	v.reader.outputs = v.reader.outputs[len(v.reader.outputs)-1:]
	return v.reader.network()
}

// Networks that are read compute the published outputs, and integer models come close to them.
func TestONNXVectors(t *testing.T) {
	dir := vectors(t)
	const none = "no matrices"
	for _, c := range []struct {
		name string
		// How far an integer model with weights of eight bits is from the network, as a share of
		// the largest output; with the gates of package nn, if it has gates.
		most  float64
		err   string // or why it is not read
		model string // or why no model is made of it
	}{
		{name: "node/test_basic_conv_with_padding", most: 0.02},
		{name: "node/test_basic_conv_without_padding", most: 0.02},
		{name: "node/test_conv_with_autopad_same", most: 0.02},
		{name: "node/test_conv_with_strides_and_asymmetric_padding", most: 0.02},
		{name: "node/test_conv_with_strides_no_padding", most: 0.02},
		{name: "node/test_conv_with_strides_padding", most: 0.02},
		{name: "node/test_gemm_default_no_bias", most: 0.02},
		{name: "node/test_gemm_default_scalar_bias", most: 0.02},
		{name: "node/test_gemm_default_single_elem_vector_bias", most: 0.02},
		{name: "node/test_gemm_default_vector_bias", most: 0.02},
		{name: "node/test_gemm_transposeB", most: 0.02},
		{name: "node/test_gemm_default_matrix_bias", err: "want a bias of 4"},
		{name: "node/test_gemm_all_attributes", err: "alpha is 0.25, want 1"},
		{name: "node/test_gemm_transposeA", err: "transA is 1, want 0"},
		{name: "node/test_simple_rnn_defaults", most: 0.05},
		{name: "node/test_simple_rnn_with_initial_bias", most: 0.05},
		{name: "node/test_simple_rnn_batchwise", most: 0.05},
		{name: "node/test_rnn_seq_length", most: 0.05},
		{name: "node/test_gru_defaults", most: 0.05},
		{name: "node/test_gru_with_initial_bias", most: 0.05},
		{name: "node/test_gru_seq_length", most: 0.05},
		{name: "node/test_gru_batchwise", most: 0.05},
		{name: "node/test_lstm_defaults", most: 0.05},
		{name: "node/test_lstm_with_initial_bias", most: 0.05},
		{name: "node/test_lstm_batchwise", most: 0.05},
		{name: "node/test_lstm_with_peepholes", err: "lengths of sequences"},
		{name: "pytorch-converted/test_Linear", most: 0.02},
		{name: "pytorch-converted/test_Linear_no_bias", most: 0.02},
		{name: "pytorch-converted/test_Conv2d", most: 0.02},
		{name: "pytorch-converted/test_Conv2d_no_bias", most: 0.02},
		{name: "pytorch-converted/test_Conv2d_padding", most: 0.02},
		{name: "pytorch-converted/test_Conv2d_strided", most: 0.02},
		{name: "pytorch-converted/test_Conv2d_dilated", most: 0.02},
		{name: "pytorch-converted/test_Conv2d_groups", most: 0.02},
		{name: "pytorch-converted/test_Conv2d_groups_thnn", most: 0.02},
		{name: "pytorch-converted/test_Conv2d_depthwise", most: 0.02},
		{name: "pytorch-converted/test_Conv2d_depthwise_padded", most: 0.02},
		{name: "pytorch-converted/test_Conv2d_depthwise_strided", most: 0.02},
		{name: "pytorch-converted/test_Conv2d_depthwise_with_multiplier", most: 0.02},
		{name: "pytorch-converted/test_Conv1d", most: 0.02},
		{name: "pytorch-converted/test_Conv1d_dilated", most: 0.02},
		{name: "pytorch-converted/test_Conv1d_groups", most: 0.02},
		{name: "pytorch-converted/test_Conv1d_pad2", most: 0.02},
		{name: "pytorch-converted/test_Conv1d_stride", most: 0.02},
		{name: "node/test_averagepool_1d_default", most: 0.02},
		{name: "node/test_averagepool_2d_strides", most: 0.02},
		{name: "node/test_averagepool_2d_precomputed_strides", most: 0.02},
		{name: "node/test_globalaveragepool_precomputed", most: 0.02},
		{name: "pytorch-converted/test_AvgPool2d_stride", most: 0.02},
		{name: "node/test_averagepool_2d_pads", err: "has padding"},
		{name: "node/test_averagepool_2d_ceil", err: "ceil_mode"},
		{name: "node/test_averagepool_3d_default", err: "want pictures"},
		{name: "pytorch-converted/test_Conv3d", err: "want a convolution of pictures"},
		{name: "node/test_maxpool_1d_default", model: none},
		{name: "node/test_maxpool_2d_default", model: none},
		{name: "node/test_maxpool_2d_strides", model: none},
		{name: "node/test_maxpool_2d_precomputed_strides", model: none},
		{name: "node/test_globalmaxpool", model: none},
		{name: "node/test_globalmaxpool_precomputed", model: none},
		{name: "pytorch-converted/test_MaxPool1d", model: none},
		{name: "pytorch-converted/test_MaxPool1d_stride", model: none},
		{name: "pytorch-converted/test_MaxPool2d", model: none},
		{name: "pytorch-converted/test_MaxPool2d_stride_padding_dilation", err: "dilations"},
		{name: "node/test_maxpool_2d_pads", model: none},
		{name: "node/test_maxpool_2d_precomputed_pads", model: none},
		{name: "node/test_maxpool_2d_precomputed_same_upper", model: none},
		{name: "node/test_maxpool_2d_same_lower", model: none},
		{name: "node/test_maxpool_2d_same_upper", model: none},
		{name: "node/test_averagepool_2d_pads_count_include_pad", most: 0.02},
		{name: "node/test_averagepool_2d_precomputed_pads_count_include_pad", most: 0.02},
		{name: "node/test_maxpool_2d_ceil", err: "ceil_mode"},
		{name: "node/test_maxpool_with_argmax_2d_precomputed_strides", err: "the places of its maxima"},
		{name: "pytorch-operator/test_operator_addmm", err: "is multiplied from the left"},
		{name: "pytorch-operator/test_operator_conv", model: "takes a matrix of more than"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := readVector(t, filepath.Join(dir, c.name))
			n, err := v.network()
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Errorf("error %v, want %q in it", err, c.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			compareVector(t, n, v, c.most, c.model)
		})
	}
}

// compareVector compares a network and its integer model with a vector.
func compareVector(t *testing.T, n *Network, v vector, most float64, refused string) {
	x, want := elements(t, v.inputs[0]), elements(t, v.outputs[len(v.outputs)-1])
	// Samples × steps.
	samples, steps := len(x)/n.Inputs(), 1
	if n.Sequences() {
		shape := v.inputs[0].Shape
		samples, steps = shape[1], shape[0]
		for _, node := range v.reader.nodes {
			if node.numbers["layout"] != 0 {
				samples, steps = steps, samples
			}
		}
		if samples > 1 && samples == shape[1] { // steps come first
			ordered := make([]float32, 0, len(x))
			for s := range samples {
				for i := range steps {
					ordered = append(ordered, x[(i*samples+s)*n.Inputs():][:n.Inputs()]...)
				}
			}
			x = ordered
		}
	}
	if out := samples * n.Outputs(); len(want) > out { // all steps; the last ones are compared
		want = want[len(want)-out:]
	}
	if len(want) != samples*n.Outputs() {
		t.Fatalf("%d outputs of %d samples, want %d each", len(want), samples, n.Outputs())
	}
	unit := 0.0
	for _, v := range x {
		unit = max(unit, math.Abs(float64(v)))
	}
	unit = max(1, min(127, math.Floor(127/unit)))
	m, r, err := n.Model(NetworkOptions{Method: Int8, Unit: int(unit), Calibration: x, Steps: steps})
	if refused != "" && (err == nil || !strings.Contains(err.Error(), refused)) || refused == "" && err != nil {
		t.Fatalf("error %v, want %q in it", err, refused)
	}
	largestOutput, off, distance := 0.0, 0.0, 0.0
	for s := range samples {
		sample := stepsOf(n, x[s*steps*n.Inputs():][:steps*n.Inputs()])
		outputs := n.Forward(sample)
		exact := outputs[steps-1]
		outputs = n.forward(sample, false)
		own := outputs[steps-1]
		got := own
		if m != nil {
			got = predict(m, sample, unit)
		} else {
			r = &NetworkReport{Unit: 1}
		}
		published := want[s*n.Outputs():][:n.Outputs()]
		switch l := n.Layers[len(n.Layers)-1].(type) {
		case *Convolution:
			published = transposed(published, l.Out, l.places())
		case *MaxPool:
			published = transposed(published, l.Channels, l.places())
		}
		for i, p := range published {
			if math.Abs(exact[i]-float64(p)) > 1e-7+1e-3*math.Abs(float64(p)) {
				t.Fatalf("output %d of sample %d is %v, published is %v", i, s, exact[i], p)
			}
			largestOutput = max(largestOutput, math.Abs(own[i]))
			off = max(off, math.Abs(got[i]*r.Unit-own[i]))
			distance = max(distance, math.Abs(got[i]*r.Unit-float64(p)))
		}
	}
	t.Logf("%d outputs; integers are %.4f from nn's gates and %.4f from the published ones, of %.4f", len(want), off, distance, largestOutput)
	if off > most*largestOutput {
		t.Errorf("integers are %.4f from the network, of %.4f, want %.4f at most", off, largestOutput, most*largestOutput)
	}
}

// signed returns integers less their zero point.
func signed(x, zero []float32) []int32 {
	y := make([]int32, len(x))
	for i, v := range x {
		y[i] = int32(v)
		if len(zero) > 0 {
			y[i] -= int32(zero[0])
		}
	}
	return y
}

// product returns a layer of integer weights, rows × cols, with wide outputs.
func product(w []int32, rows, cols int) *nn.Dense {
	padded := append(slices.Clone(w), make([]int32, (quads(rows)-rows)*cols)...)
	d := nn.NewDense(cols, quads(rows), false)
	d.Shift, d.Wide, d.Digits = 0, true, eightBitsDigits
	d.W = nn.Weights5(padded, quads(rows), cols, eightBitsDigits)
	return d
}

// wide returns the first outputs of a layer for a sample.
func wide(l nn.Layer, x []int32, n int) []int32 {
	m := nn.NewModel(l)
	in := make([]int8, kernels.Quads(m.Inputs())*4)
	for i, v := range x {
		in[i] = int8(v)
	}
	y := m.NewRunner(1).Step(in)
	out := make([]int32, n)
	for i := range out {
		out[i] = int32(y[i])<<7 + int32(y[len(y)/2+i])
	}
	return out
}

// Products of integers are the published ones of MatMulInteger, exactly: weights of eight bits
// are four pents.
func TestMatMulIntegerVector(t *testing.T) {
	v := readVector(t, filepath.Join(vectors(t), "node/test_matmulinteger"))
	a, b := signed(elements(t, v.inputs[0]), elements(t, v.inputs[2])), signed(elements(t, v.inputs[1]), elements(t, v.inputs[3]))
	k, n := v.inputs[1].Shape[0], v.inputs[1].Shape[1]
	w := make([]int32, len(b))
	for i := range k {
		for j := range n {
			w[j*k+i] = b[i*n+j]
		}
	}
	d := product(w, n, k)
	for i, want := range elements(t, v.outputs[0]) {
		if got := wide(d, a[i/n*k:][:k], n)[i%n]; got != int32(want) {
			t.Errorf("element %d is %d, want %v", i, got, want)
		}
	}
}

// Convolutions are the published ones of ConvInteger, exactly.
func TestConvIntegerVector(t *testing.T) {
	for _, name := range []string{"node/test_basic_convinteger", "node/test_convinteger_without_padding", "node/test_convinteger_with_padding"} {
		dir := filepath.Join(vectors(t), name)
		if _, err := os.Stat(dir); err != nil {
			t.Log(err)
			continue
		}
		v := readVector(t, dir)
		pad := 0
		if p := v.reader.nodes[0].lists["pads"]; len(p) > 0 {
			pad = int(p[0])
		}
		x, w := signed(elements(t, v.inputs[0]), elements(t, v.inputs[2])), signed(elements(t, v.inputs[1]), nil)
		shape, size := v.inputs[0].Shape, v.inputs[1].Shape[2]
		if shape[0] != 1 || shape[1] != 1 || v.inputs[1].Shape[0] != 1 {
			t.Fatalf("%s: shapes %v and %v", name, shape, v.inputs[1].Shape)
		}
		rows, columns := shape[2]+2*pad, shape[3]+2*pad
		picture := make([]int32, rows*columns)
		for i, p := range x {
			picture[(i/shape[3]+pad)*columns+i%shape[3]+pad] = p
		}
		c := nn.NewConv2D(rows, columns, 1, 4, size, size, 1, false)
		kernel := make([]int8, 4*size*size)
		for i, p := range w {
			kernel[i] = int8(p)
		}
		c.Kernel.W.Pack(kernel)
		c.Kernel.Shift = 0
		m := nn.NewModel(c)
		in := make([]int8, len(picture))
		for i, p := range picture {
			in[i] = int8(p)
		}
		got := m.Predict(in)
		for i, want := range elements(t, v.outputs[0]) {
			if float32(got[4*i]) != want {
				t.Errorf("%s: element %d is %d, want %v", name, i, got[4*i], want)
			}
		}
	}
}

// A multiplier of 13 bits and a shift requantize as QLinearMatMul's scales do on the published
// vectors, whose rows with numbers beyond ±127 are left out.
func TestQLinearMatMulVector(t *testing.T) {
	for _, name := range []string{"node/test_qlinearmatmul_2D", "node/test_qlinearmatmul_3D"} {
		v := readVector(t, filepath.Join(vectors(t), name))
		number := func(i int) float64 { return float64(elements(t, v.inputs[i])[0]) }
		a, b := signed(elements(t, v.inputs[0]), elements(t, v.inputs[2])), signed(elements(t, v.inputs[3]), elements(t, v.inputs[5]))
		shape := v.inputs[3].Shape
		k, n := shape[len(shape)-2], shape[len(shape)-1]
		m := v.inputs[0].Shape[len(shape)-2]
		compared := 0
		for i, want := range elements(t, v.outputs[0]) {
			x := a[i/n*k:][:k]
			if slices.Max(x) > 127 || slices.Min(x) < -127 {
				continue // no activations here
			}
			compared++
			matrix := i / (m * n)
			w := make([]int32, k*n)
			for r := range k {
				for c := range n {
					w[c*k+r] = b[(matrix*k+r)*n+c]
				}
			}
			d := product(w, n, k)
			setScale(d, slices.Repeat([]float64{number(1) * number(4) / number(6)}, quads(n)))
			got := wide(d, x, n)[i%n] + int32(number(7))
			if got = max(0, min(255, got)); got != int32(want) {
				t.Errorf("%s: element %d is %d, want %v", name, i, got, want)
			}
		}
		if t.Logf("%s: %d elements", name, compared); compared == 0 {
			t.Error("nothing is compared")
		}
	}
}

// Weights are read through DequantizeLinear as published.
func TestDequantizeLinearVector(t *testing.T) {
	for _, name := range []string{"node/test_dequantizelinear", "node/test_dequantizelinear_axis"} {
		v := readVector(t, filepath.Join(vectors(t), name))
		r := v.reader
		for i, in := range v.inputs {
			in.Name = r.inputs[i].name
			r.tensors[in.Name] = in
		}
		if !r.aside(&r.nodes[0]) {
			t.Fatalf("%s: %v is not read", name, &r.nodes[0])
		}
		_, got, err := r.take(r.outputs[0])
		if err != nil {
			t.Fatal(err)
		}
		if want := elements(t, v.outputs[0]); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

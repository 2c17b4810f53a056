package interchange

import (
	"fmt"
	"slices"
	"strings"
)

// An onnxValue is what a node takes or returns. axes has a letter for each dimension:
//
//	N samples, T steps, ? one of both, K activations, C channels, H rows, W columns, 1 one
type onnxValue struct {
	name    string
	axes    string
	sizes   map[byte]int // of C, H and W
	flat    bool         // K is C × H × W
	swapped bool         // the input was transposed before it had a meaning
}

// onnxPassed are operators that leave activations as they are. QuantizeLinear and
// DequantizeLinear round them, as a model here does, too.
var onnxPassed = []string{"Identity", "Dropout", "Cast", "QuantizeLinear", "DequantizeLinear"}

// onnxOperators are the operators on activations that ReadONNX takes.
var onnxOperators = append([]string{
	"Gemm", "MatMul", "Add", "Relu", "Conv", "BatchNormalization", "AveragePool", "GlobalAveragePool", "MaxPool", "GlobalMaxPool", "RNN", "GRU", "LSTM", "Softmax", "LogSoftmax",
	"Flatten", "Reshape", "Squeeze", "Transpose", "Gather",
}, onnxPassed...)

// An onnxWalk follows the chain of nodes.
type onnxWalk struct {
	*onnxReader
	network *Network
	values  []onnxValue // which the last node has returned
	mean    *MaxPool    // what the last layer's activations are the mean of, nil if it is no mean
}

// network follows the chain of nodes from the input to the output.
func (r *onnxReader) network() (*Network, error) {
	var inputs []onnxInput
	var names []string
	for _, in := range r.inputs {
		if _, ok := r.tensors[in.name]; !ok {
			inputs, names = append(inputs, in), append(names, in.name)
		}
	}
	if len(inputs) != 1 || len(r.outputs) != 1 {
		return nil, fmt.Errorf("a graph from %q to %q, want one input and one output", names, r.outputs)
	}
	w := onnxWalk{onnxReader: r, network: &Network{}, values: []onnxValue{inputOf(inputs[0])}}
	for i := range r.nodes {
		n := &r.nodes[i]
		at := slices.IndexFunc(w.values, func(v onnxValue) bool {
			return len(n.inputs) > 0 && n.op != "Shape" && slices.Contains(n.inputs, v.name)
		})
		var err error
		switch {
		case at >= 0:
			err = w.node(n, w.values[at])
		case !r.aside(n):
			return nil, fmt.Errorf("%v does not take %q: want a chain of layers", n, w.values[0].name)
		}
		if err != nil {
			return nil, fmt.Errorf("%v: %w", n, err)
		}
	}
	if w.mean != nil {
		if err := w.average(w.mean); err != nil {
			return nil, err
		}
	}
	if !slices.ContainsFunc(w.values, func(v onnxValue) bool { return v.name == r.outputs[0] }) {
		return nil, fmt.Errorf("the layers end with %q, want %q", w.values[0].name, r.outputs[0])
	}
	return w.network, w.network.check()
}

// inputOf returns the value of an input.
func inputOf(in onnxInput) onnxValue {
	v := onnxValue{name: in.name, axes: "NK"}
	switch len(in.shape) {
	case 3: // or, if a convolution takes it, a signal of channels × steps
		v.axes, v.sizes = "??K", map[byte]int{'C': in.shape[1], 'H': 1, 'W': in.shape[2]}
	case 4:
		v.axes, v.sizes = "NCHW", map[byte]int{'C': in.shape[1], 'H': in.shape[2], 'W': in.shape[3]}
	}
	return v
}

// aside takes a node that does not take the activations: of shapes and constants, of which
// exporters make initial states.
func (r *onnxReader) aside(n *onnxNode) bool {
	constant := func(name string) bool {
		_, tensor := r.tensors[name]
		_, side := r.side[name]
		return tensor || side || r.made[name] != nil || name == ""
	}
	zeros := false
	switch n.op {
	case "Shape":
		r.side[n.outputs[0]] = false
		return true
	case "DequantizeLinear", "Transpose":
		_, known := r.tensors[n.outputs[0]]
		if len(n.inputs) == 0 || n.inputs[0] == "" || !constant(n.inputs[0]) || known || r.made[n.outputs[0]] != nil {
			return false
		}
		r.made[n.outputs[0]] = n
		return true
	case "ConstantOfShape":
		zeros = n.value == "" || r.zeros(n.value)
	case "Expand":
		zeros = len(n.inputs) > 0 && r.zeros(n.inputs[0])
	case "Gather", "Unsqueeze", "Squeeze", "Concat", "Cast", "Slice":
	default:
		return false
	}
	for _, name := range n.inputs {
		if !constant(name) {
			return false
		}
	}
	r.side[n.outputs[0]] = zeros
	return true
}

// zeros reports whether all elements of a constant are zero.
func (r *onnxReader) zeros(name string) bool {
	if zeros, ok := r.side[name]; ok {
		return zeros
	}
	t, ok := r.tensors[name]
	if !ok || t.open == nil {
		return false
	}
	zeros := true
	err := t.Read(func(_ int, row []float32) error {
		zeros = zeros && allZero(row)
		return nil
	})
	return err == nil && zeros
}

// maxMade bounds the nodes that make a constant of another one, one after another.
const maxMade = 16

// take returns a constant of the chain, once: what is returned then takes no more memory than
// the model.
func (r *onnxReader) take(name string) (t Tensor, v []float32, err error) {
	if n := r.made[name]; n != nil { // nodes come after what they take, so that this ends
		if r.nested == maxMade {
			return t, nil, fmt.Errorf("%q is made by more than %d nodes", name, maxMade)
		}
		r.nested++
		t, v, err = r.take(n.inputs[0])
		r.nested--
		if err != nil {
			return t, nil, err
		}
		if n.op == "DequantizeLinear" {
			return t, v, r.dequantize(n, t, v)
		}
		if len(t.Shape) != 2 || !slices.Equal(n.lists["perm"], []int64{1, 0}) && len(n.lists["perm"]) > 0 {
			return t, nil, fmt.Errorf("%v: perm is %v for shape %v, want a matrix", n, n.lists["perm"], t.Shape)
		}
		v = transposed(v, t.Shape[0], t.Shape[1])
		t.Shape = []int{t.Shape[1], t.Shape[0]}
		return t, v, nil
	}
	t, ok := r.tensors[name]
	if !ok {
		return t, nil, fmt.Errorf("%q is no initializer or constant", name)
	}
	if t.open == nil {
		return t, nil, t.errorf(0, "its elements cannot be read")
	}
	if r.used[name] {
		return t, nil, t.errorf(0, "is used twice")
	}
	r.used[name] = true
	v, err = t.values()
	return t, v, err
}

// values returns all elements.
func (t *Tensor) values() ([]float32, error) {
	v := make([]float32, 0, t.Rows()*t.Cols())
	return v, t.Read(func(_ int, row []float32) error {
		v = append(v, row...)
		return nil
	})
}

// dequantize makes the elements of a tensor (v - zero point)·scale.
func (r *onnxReader) dequantize(n *onnxNode, t Tensor, v []float32) error {
	if len(n.inputs) < 2 {
		return fmt.Errorf("%v: no scale", n)
	}
	scale, ok := r.tensors[n.inputs[1]]
	if !ok || scale.open == nil {
		return fmt.Errorf("%v: the scale %q is no initializer or constant", n, n.inputs[1])
	}
	scales, err := scale.values()
	if err != nil {
		return err
	}
	zeros := make([]float32, len(scales))
	if len(n.inputs) > 2 && n.inputs[2] != "" {
		zero, ok := r.tensors[n.inputs[2]]
		if !ok || zero.open == nil {
			return fmt.Errorf("%v: the zero point %q is no initializer or constant", n, n.inputs[2])
		}
		if zeros, err = zero.values(); err != nil {
			return err
		}
	}
	axis, inner := 1, 1
	if a, ok := n.numbers["axis"]; ok {
		axis = int(a)
	}
	if axis < 0 {
		axis += len(t.Shape)
	}
	if len(scales) == 1 { // of all axes
		axis = 0
	}
	if len(scales) > 1 && (axis < 0 || axis >= len(t.Shape) || t.Shape[axis] != len(scales)) || len(scales) == 0 || len(zeros) != len(scales) || n.numbers["block_size"] != 0 {
		return fmt.Errorf("%v: %d scales and %d zero points for axis %d of shape %v", n, len(scales), len(zeros), axis, t.Shape)
	}
	for i := axis + 1; i < len(t.Shape); i++ {
		inner *= t.Shape[i]
	}
	for i := range v {
		s := i / inner % len(scales)
		v[i] = (v[i] - zeros[s]) * scales[s]
	}
	return nil
}

// integers returns an input of integers that is a constant, nil if there is none.
func (r *onnxReader) integers(n *onnxNode, input int) []int64 {
	if input >= len(n.inputs) {
		return nil
	}
	t, ok := r.tensors[n.inputs[input]]
	if !ok || t.open == nil || t.Rows()*t.Cols() > maxDims {
		return nil
	}
	v, err := t.values()
	if err != nil {
		return nil
	}
	list := make([]int64, len(v))
	for i, x := range v {
		list[i] = int64(x)
	}
	return list
}

// node follows a node that takes a value.
func (w *onnxWalk) node(n *onnxNode, in onnxValue) error {
	if !slices.Contains(onnxOperators, n.op) {
		return fmt.Errorf("the operator is not supported; %s are", strings.Join(onnxOperators, ", "))
	}
	moves := slices.Contains(onnxPassed, n.op) || slices.Contains([]string{"Flatten", "Reshape", "Squeeze", "Transpose", "Gather"}, n.op)
	if w.network.Softmax && !moves {
		return fmt.Errorf("comes after a softmax")
	}
	if w.mean != nil && !moves && n.op != "Gemm" && n.op != "MatMul" {
		if err := w.average(w.mean); err != nil {
			return err
		}
	}
	out := in
	w.values = nil
	var err error
	switch n.op {
	case "Gemm", "MatMul":
		err = w.matrix(n, in)
		out.flat = false
	case "Add":
		err = w.add(n, in)
	case "Relu":
		err = w.relu()
	case "Softmax", "LogSoftmax":
		w.network.Softmax = true
	case "Conv":
		out, err = w.conv(n, in)
	case "AveragePool", "GlobalAveragePool", "MaxPool", "GlobalMaxPool":
		out, err = w.pool(n, in)
	case "BatchNormalization":
		err = w.batchNorm(n, in)
	case "RNN", "GRU", "LSTM":
		return w.recurrent(n, in)
	case "Flatten":
		err = w.flatten(n, &out)
	case "Reshape":
		err = w.reshape(n, &out)
	case "Squeeze":
		err = w.squeeze(n, &out)
	case "Transpose":
		err = w.transpose(n, &out)
	case "Gather":
		err = w.gather(n, &out)
	}
	out.name = n.outputs[0]
	w.values = []onnxValue{out}
	return err
}

// layer returns the last layer, nil if there is none.
func (w *onnxWalk) layer() FloatLayer {
	if len(w.network.Layers) == 0 {
		return nil
	}
	return w.network.Layers[len(w.network.Layers)-1]
}

// bias returns where the biases of the last layer are, if it can have more.
func (w *onnxWalk) bias() (bias *[]float32, out int) {
	switch l := w.layer().(type) {
	case *Linear:
		if !l.ReLU {
			return &l.Bias, l.Out
		}
	case *Convolution:
		if !l.ReLU {
			return &l.Bias, l.Out
		}
	}
	return nil, 0
}

func (w *onnxWalk) relu() error {
	layers := w.network.Layers
	for len(layers) > 0 && layers[len(layers)-1].size() == 0 { // the maximum of ReLU is ReLU of the maximum
		layers = layers[:len(layers)-1]
	}
	if len(layers) == 0 {
		return fmt.Errorf("comes before the first matrix")
	}
	switch l := layers[len(layers)-1].(type) {
	case *Linear:
		l.ReLU = true
	case *Convolution:
		l.ReLU = true
	default:
		return fmt.Errorf("comes after a recurrent layer")
	}
	return nil
}

// matrix adds the layer of a Gemm or MatMul.
func (w *onnxWalk) matrix(n *onnxNode, in onnxValue) error {
	if len(n.inputs) < 2 {
		return fmt.Errorf("%d inputs, want 2", len(n.inputs))
	}
	if n.inputs[0] != in.name {
		return fmt.Errorf("%q is multiplied from the left", in.name)
	}
	if in.axes == "" || in.axes[len(in.axes)-1] != 'K' {
		return fmt.Errorf("takes a picture, want a Flatten before")
	}
	t, m, err := w.take(n.inputs[1])
	if err != nil {
		return err
	}
	if len(t.Shape) != 2 || len(m) == 0 {
		return t.errorf(0, "shape %v, want a matrix", t.Shape)
	}
	for _, a := range []struct {
		name string
		want float64
	}{{"alpha", 1}, {"beta", 1}, {"transA", 0}} {
		if v, ok := n.numbers[a.name]; ok && v != a.want {
			return fmt.Errorf("%s is %v, want %v", a.name, v, a.want)
		}
	}
	l := &Linear{Name: t.Name, In: t.Cols(), Out: t.Rows(), W: m}
	if n.numbers["transB"] == 0 {
		l.In, l.Out = l.Out, l.In
		l.W = transposed(m, l.In, l.Out)
	}
	if in.flat { // columns of channels × rows × columns
		channels, pixels := in.sizes['C'], in.sizes['H']*in.sizes['W']
		if l.In != channels*pixels {
			return t.errorf(0, "%d inputs, and the picture has %d×%d", l.In, channels, pixels)
		}
		for i := range l.Out {
			row := l.W[i*l.In:][:l.In]
			copy(row, transposed(row, channels, pixels))
		}
	}
	if w.mean != nil {
		if err := w.ofMean(l); err != nil {
			return err
		}
	}
	w.network.Layers = append(w.network.Layers, l)
	if n.op == "Gemm" && len(n.inputs) > 2 && n.inputs[2] != "" {
		return w.addBias(n.inputs[2])
	}
	return nil
}

func (w *onnxWalk) add(n *onnxNode, in onnxValue) error {
	if len(n.inputs) != 2 {
		return fmt.Errorf("%d inputs, want 2", len(n.inputs))
	}
	if bias, _ := w.bias(); bias == nil || *bias != nil {
		return fmt.Errorf("is no bias of a matrix")
	}
	other := n.inputs[0]
	if other == in.name {
		other = n.inputs[1]
	}
	return w.addBias(other)
}

// addBias gives the last layer biases.
func (w *onnxWalk) addBias(name string) error {
	bias, out := w.bias()
	t, b, err := w.take(name)
	if err != nil {
		return err
	}
	if len(b) == 1 && out > 1 {
		b = slices.Repeat(b, out)
	}
	channels := 0 // the dimension of the channels, or of the activations
	for i, d := range t.Shape {
		if d > 1 {
			channels = i
		}
	}
	_, picture := w.layer().(*Convolution)
	if len(b) != out || len(t.Shape) > 1 && out > 1 && !picture && channels != len(t.Shape)-1 || picture && len(t.Shape) > 1 && len(t.Shape)-channels != 3 && out > 1 {
		return t.errorf(0, "shape %v, want a bias of %d", t.Shape, out)
	}
	*bias = b
	return nil
}

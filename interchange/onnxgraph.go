package interchange

import (
	"fmt"
	"math"
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
	"Gemm", "MatMul", "Add", "Relu", "Conv", "BatchNormalization", "RNN", "GRU", "LSTM", "Softmax", "LogSoftmax",
	"Flatten", "Reshape", "Squeeze", "Transpose", "Gather",
}, onnxPassed...)

// An onnxWalk follows the chain of nodes.
type onnxWalk struct {
	*onnxReader
	network *Network
	values  []onnxValue // which the last node has returned
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
	if !slices.ContainsFunc(w.values, func(v onnxValue) bool { return v.name == r.outputs[0] }) {
		return nil, fmt.Errorf("the layers end with %q, want %q", w.values[0].name, r.outputs[0])
	}
	return w.network, w.network.check()
}

// inputOf returns the value of an input.
func inputOf(in onnxInput) onnxValue {
	v := onnxValue{name: in.name, axes: "NK"}
	switch len(in.shape) {
	case 3:
		v.axes = "??K"
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
	switch l := w.layer().(type) {
	case nil:
		return fmt.Errorf("comes before the first matrix")
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

// pictureOf returns an error unless the sizes of a picture are known.
func pictureOf(in onnxValue) error {
	for _, axis := range []byte("CHW") {
		if in.sizes[axis] < 1 || in.sizes[axis] > maxPicture {
			return fmt.Errorf("takes %q of %d×%d×%d, want sizes from 1 to %d", in.name, in.sizes['C'], in.sizes['H'], in.sizes['W'], maxPicture)
		}
	}
	return nil
}

// maxKernel bounds the weights of a kernel over those that the model holds, where groups and
// dilations put zeros between them.
const maxKernel = 16

// conv adds a convolution. Dilations and groups are zeros in the kernel.
func (w *onnxWalk) conv(n *onnxNode, in onnxValue) (out onnxValue, err error) {
	if len(n.inputs) < 2 || n.inputs[0] != in.name {
		return out, fmt.Errorf("does not take %q and a kernel", in.name)
	}
	t, k, err := w.take(n.inputs[1])
	if err != nil {
		return out, err
	}
	if in.axes != "NCHW" || len(t.Shape) != 4 || len(k) == 0 {
		return out, t.errorf(0, "shape %v for %q of dimensions %s, want a convolution of pictures, NCHW", t.Shape, in.name, in.axes)
	}
	if err := pictureOf(in); err != nil {
		return out, err
	}
	l := &Convolution{Name: t.Name, Rows: in.sizes['H'], Columns: in.sizes['W'], Channels: in.sizes['C'], Out: t.Shape[0]}
	group := 1
	if g, ok := n.numbers["group"]; ok {
		group = int(max(0, min(g, math.MaxInt32)))
	}
	if group < 1 || l.Out%group != 0 || t.Shape[1]*group != l.Channels {
		return out, t.errorf(0, "shape %v in %d groups for %d channels", t.Shape, group, l.Channels)
	}
	pair := func(name string, otherwise int64) [2]int {
		list := n.lists[name]
		if len(list) == 0 {
			list = []int64{otherwise, otherwise}
		}
		if len(list) != 2 || min(list[0], list[1]) < 1 || max(list[0], list[1]) > math.MaxInt16 {
			err = fmt.Errorf("%s is %v, want 2 numbers from 1 to %d", name, list, math.MaxInt16)
			return [2]int{1, 1}
		}
		return [2]int{int(list[0]), int(list[1])}
	}
	strides, dilations := pair("strides", 1), pair("dilations", 1)
	if err == nil && strides[0] != strides[1] {
		err = fmt.Errorf("strides are %v, want one for both directions", strides)
	}
	if err != nil {
		return out, err
	}
	l.Stride = strides[0]
	covered := [2]int{(t.Shape[2]-1)*dilations[0] + 1, (t.Shape[3]-1)*dilations[1] + 1}
	if max(covered[0], covered[1]) > math.MaxInt16 {
		return out, t.errorf(0, "a kernel of %d×%d", covered[0], covered[1])
	}
	if err := l.pad(n, covered); err != nil {
		return out, err
	}
	l.Height, l.Width = covered[0], covered[1]
	if most := maxKernel * (len(k) + 1<<8); int64(l.Height)*int64(l.Width)*int64(l.Channels) > int64(most/l.Out) {
		return out, t.errorf(0, "shape %v in %d groups with dilations %v makes %d×%d×%d×%d weights, want at most %d", t.Shape, group, dilations, l.Out, l.Height, l.Width, l.Channels, most)
	}
	l.W = make([]float32, l.Out*l.area()*l.Channels)
	perGroup := t.Shape[1]
	for i := range l.Out {
		first := i / (l.Out / group) * perGroup
		for c := range perGroup {
			for y := range t.Shape[2] {
				for x := range t.Shape[3] {
					pixel := y*dilations[0]*l.Width + x*dilations[1]
					l.W[(i*l.area()+pixel)*l.Channels+first+c] = k[((i*perGroup+c)*t.Shape[2]+y)*t.Shape[3]+x]
				}
			}
		}
	}
	if err := l.check(); err != nil {
		return out, err
	}
	if len(w.network.Layers) == 0 {
		w.network.ChannelsFirst = !in.swapped
	}
	w.network.Layers = append(w.network.Layers, l)
	if len(n.inputs) > 2 && n.inputs[2] != "" {
		if err := w.addBias(n.inputs[2]); err != nil {
			return out, err
		}
	}
	return onnxValue{axes: "NCHW", sizes: map[byte]int{'C': l.Out, 'H': l.outRows(), 'W': l.outColumns()}}, nil
}

// pad sets the padding of a convolution.
func (l *Convolution) pad(n *onnxNode, covered [2]int) error {
	auto := "NOTSET"
	if t := n.texts["auto_pad"]; len(t) > 0 {
		auto = t[0]
	}
	switch auto {
	case "NOTSET":
		pads := n.lists["pads"]
		if len(pads) == 0 {
			return nil
		}
		if len(pads) != 4 || slices.Min(pads) < 0 || slices.Max(pads) > maxPicture {
			return fmt.Errorf("pads are %v, want 4 numbers from 0 to %d", pads, maxPicture)
		}
		l.Top, l.Left, l.Bottom, l.Right = int(pads[0]), int(pads[1]), int(pads[2]), int(pads[3])
	case "VALID":
	case "SAME_UPPER", "SAME_LOWER":
		around := func(size, covered int) (before, after int) {
			all := max(0, ((size+l.Stride-1)/l.Stride-1)*l.Stride+covered-size)
			before, after = all/2, all-all/2
			if auto == "SAME_LOWER" {
				before, after = after, before
			}
			return before, after
		}
		l.Top, l.Bottom = around(l.Rows, covered[0])
		l.Left, l.Right = around(l.Columns, covered[1])
	default:
		return fmt.Errorf("auto_pad is %q, want NOTSET, VALID, SAME_UPPER or SAME_LOWER", auto)
	}
	return nil
}

// batchNorm makes a normalization by stored means and variances part of the layer before it.
func (w *onnxWalk) batchNorm(n *onnxNode, in onnxValue) error {
	bias, out := w.bias()
	if bias == nil || len(n.inputs) != 5 || n.inputs[0] != in.name {
		return fmt.Errorf("does not come after a matrix or convolution without Relu")
	}
	var p [4][]float32 // scale, bias, mean, variance
	for i := range p {
		t, v, err := w.take(n.inputs[1+i])
		if err != nil {
			return err
		}
		if len(v) != out {
			return t.errorf(0, "shape %v, want %d numbers", t.Shape, out)
		}
		p[i] = v
	}
	epsilon, ok := n.numbers["epsilon"]
	if !ok {
		epsilon = 1e-5
	}
	var weights []float32
	switch l := w.layer().(type) {
	case *Linear:
		weights = l.W
	case *Convolution:
		weights = l.W
	}
	if *bias == nil {
		*bias = make([]float32, out)
	}
	cols := len(weights) / out
	for i := range out {
		root := math.Sqrt(float64(p[3][i]) + epsilon)
		if !(root > 0) {
			return fmt.Errorf("variance %d is %v with epsilon %v", i, p[3][i], epsilon)
		}
		factor := float64(p[0][i]) / root
		for j := range cols {
			weights[i*cols+j] = float32(float64(weights[i*cols+j]) * factor)
		}
		(*bias)[i] = float32((float64((*bias)[i])-float64(p[2][i]))*factor + float64(p[1][i]))
		if v := (*bias)[i]; v != v || math.IsInf(float64(v), 0) {
			return fmt.Errorf("number %d becomes %v", i, v)
		}
	}
	return nil
}

// cells are what a recurrent operator has: how many gates, in which order package nn has them,
// and which sign.
var cells = map[string]struct {
	cell  Cell
	from  []int // gates of the operator, in the order of Recurrent
	minus int   // the gate that is open where the operator's is closed, -1 for none
}{
	"RNN":  {CellRNN, []int{0}, -1},
	"GRU":  {CellGRU, []int{1, 0, 2}, 1},
	"LSTM": {CellLSTM, []int{0, 2, 1, 3}, -1},
}

// recurrent adds a recurrent layer.
func (w *onnxWalk) recurrent(n *onnxNode, in onnxValue) error {
	if len(n.inputs) < 3 || n.inputs[0] != in.name {
		return fmt.Errorf("does not take %q and two matrices", in.name)
	}
	input := func(i int) string {
		if i < len(n.inputs) {
			return n.inputs[i]
		}
		return ""
	}
	layout := n.numbers["layout"]
	time := 0
	if layout != 0 {
		time = 1
	}
	if len(in.axes) != 3 || in.axes[2] != 'K' || in.axes[time] != 'T' && in.axes[:2] != "??" {
		return fmt.Errorf("takes %q of dimensions %s, want sequences, with steps in dimension %d", in.name, in.axes, time)
	}
	if d := n.texts["direction"]; len(d) > 0 && d[0] != "forward" {
		return fmt.Errorf("direction is %q, want forward", d[0])
	}
	for _, name := range []string{"clip", "input_forget", "linear_before_reset"} {
		if v := n.numbers[name]; v != 0 {
			return fmt.Errorf("%s is %v, want 0: no layer here computes that", name, v)
		}
	}
	if input(4) != "" {
		return fmt.Errorf("has lengths of sequences (%q)", input(4))
	}
	if input(7) != "" && !w.zeros(input(7)) {
		return fmt.Errorf("has peepholes (%q)", input(7))
	}
	for _, name := range []string{input(5), input(6)} {
		if name != "" && !w.zeros(name) {
			return fmt.Errorf("the initial state %q is not zero", name)
		}
	}
	c := cells[n.op]
	l := &Recurrent{Cell: c.cell}
	if err := l.activations(n); err != nil {
		return err
	}
	gates := len(c.from)
	t, x, err := w.take(n.inputs[1])
	if err != nil {
		return err
	}
	u, h, err := w.take(n.inputs[2])
	if err != nil {
		return err
	}
	l.Name = t.Name
	if len(t.Shape) != 3 || t.Shape[0] != 1 || len(x) == 0 || t.Shape[1]%gates != 0 {
		return t.errorf(0, "shape %v, want 1 × %d·n × inputs", t.Shape, gates)
	}
	l.Out, l.In = t.Shape[1]/gates, t.Shape[2]
	if want := []int{1, gates * l.Out, l.Out}; !slices.Equal(u.Shape, want) {
		return u.errorf(0, "shape %v, want %v", u.Shape, want)
	}
	if size, ok := n.numbers["hidden_size"]; ok && size != float64(l.Out) {
		return fmt.Errorf("hidden_size is %v, and %q has %d", size, t.Name, l.Out)
	}
	var b []float32
	if input(3) != "" {
		var tb Tensor
		if tb, b, err = w.take(input(3)); err != nil {
			return err
		}
		if len(b) != 2*gates*l.Out {
			return tb.errorf(0, "shape %v, want 1 × %d", tb.Shape, 2*gates*l.Out)
		}
		l.Bias = make([]float32, gates*l.Out)
	}
	l.W = make([]float32, 0, len(x)+len(h))
	for gate, from := range c.from {
		sign := float32(1)
		if gate == c.minus {
			sign = -1
		}
		for i := range l.Out {
			row := from*l.Out + i
			for _, v := range x[row*l.In:][:l.In] {
				l.W = append(l.W, sign*v)
			}
			for _, v := range h[row*l.Out:][:l.Out] {
				l.W = append(l.W, sign*v)
			}
			if b != nil {
				l.Bias[gate*l.Out+i] = sign * (b[row] + b[gates*l.Out+row])
			}
		}
	}
	if err := l.check(); err != nil {
		return err
	}
	w.network.Layers = append(w.network.Layers, l)
	w.values = nil
	forms := []string{"T1NK", "1NK", "1NK"}
	if layout != 0 {
		forms = []string{"NT1K", "N1K", "N1K"}
	}
	for i, name := range n.outputs {
		if i < 2 && name != "" { // the cells of an LSTM are no outputs here
			w.values = append(w.values, onnxValue{name: name, axes: forms[i]})
		}
	}
	if len(w.values) == 0 {
		return fmt.Errorf("returns neither Y nor Y_h")
	}
	return nil
}

// activations sets the functions of the gates.
func (l *Recurrent) activations(n *onnxNode) error {
	names := n.texts["activations"]
	if len(names) == 0 {
		return nil
	}
	want := map[Cell][]string{CellRNN: {"Tanh"}, CellGRU: {"Sigmoid", "Tanh"}, CellLSTM: {"Sigmoid", "Tanh", "Tanh"}}[l.Cell]
	hard := slices.Clone(want)
	hard[0] = "HardSigmoid"
	same := func(a []string) bool {
		return slices.EqualFunc(names, a, strings.EqualFold)
	}
	switch {
	case same(want):
	case l.Cell != CellRNN && same(hard):
		l.Slope, l.Offset = 0.2, 0.5
		if alpha := n.floats("activation_alpha"); len(alpha) > 0 {
			l.Slope = alpha[0]
		}
		if beta := n.floats("activation_beta"); len(beta) > 0 {
			l.Offset = beta[0]
		}
		if l.Cell == CellGRU { // 1 - HardSigmoid(v) = clip(Slope·(-v) + 1 - Offset, 0, 1)
			if l.Offset != 0.5 {
				return fmt.Errorf("HardSigmoid has beta %v, want 0.5", l.Offset)
			}
		}
		if !(l.Slope > 0 && l.Slope <= 16 && l.Offset >= 0 && l.Offset <= 1) {
			return fmt.Errorf("HardSigmoid with alpha %v and beta %v", l.Slope, l.Offset)
		}
	default:
		return fmt.Errorf("activations are %q, want %q or %q", names, want, hard)
	}
	return nil
}

// flatten makes a picture a vector.
func (w *onnxWalk) flatten(n *onnxNode, v *onnxValue) error {
	if axis, ok := n.numbers["axis"]; ok && axis != 1 && axis != float64(1-len(v.axes)) {
		return fmt.Errorf("axis is %v, want 1", axis)
	}
	return v.vector(len(w.network.Layers))
}

// vector makes all dimensions after the first one of activations. Of a picture that layers have
// returned, columns of the next matrix are in another order here.
func (v *onnxValue) vector(layers int) error {
	switch v.axes {
	case "NK", "NHWC":
		v.axes = "NK"
	case "NCHW":
		v.axes, v.flat = "NK", layers > 0
	case "N1K", "NK1":
		v.axes = "NK"
	default:
		return fmt.Errorf("%q has dimensions %s, want samples and activations or pictures", v.name, v.axes)
	}
	return nil
}

// reshape takes a constant shape of which the last dimension, or all after the first, stay.
func (w *onnxWalk) reshape(n *onnxNode, v *onnxValue) error {
	shape := w.integers(n, 1)
	if list := n.lists["shape"]; len(list) > 0 {
		shape = list
	}
	first := len(w.network.Layers) == 0
	switch {
	case v.axes == "NK" && len(shape) == 4 && first: // a picture
		v.axes, v.flat = "NCHW", false
		v.sizes = map[byte]int{}
		for i, axis := range []byte("CHW") {
			v.sizes[axis] = int(max(-1, min(shape[i+1], math.MaxInt32)))
		}
		return nil
	case v.axes == "NK" && len(shape) == 3 && first: // a sequence
		v.axes = "NTK"
		return nil
	case v.axes == "NK" && len(shape) != 1 && len(shape) < 3:
		return nil
	case v.axes == "1NK" && len(shape) == 2, v.axes == "N1K" && len(shape) == 2:
		v.axes = "NK"
		return nil
	case len(shape) == 2 && !strings.ContainsAny(v.axes, "T?"):
		return v.vector(len(w.network.Layers))
	}
	return fmt.Errorf("from dimensions %s to shape %v", v.axes, shape)
}

func (w *onnxWalk) squeeze(n *onnxNode, v *onnxValue) error {
	axes := n.lists["axes"]
	if len(axes) == 0 {
		axes = w.integers(n, 1)
	}
	b := []byte(v.axes)
	for _, a := range axes {
		if a < 0 {
			a += int64(len(b))
		}
		if a < 0 || a >= int64(len(b)) || b[a] != '1' {
			return fmt.Errorf("axis %d of dimensions %s", a, v.axes)
		}
		b[a] = ' '
	}
	if len(axes) == 0 {
		return fmt.Errorf("axes are missing")
	}
	v.axes = strings.ReplaceAll(string(b), " ", "")
	return nil
}

func (w *onnxWalk) transpose(n *onnxNode, v *onnxValue) error {
	perm := n.lists["perm"]
	if v.axes == "NCHW" && len(w.network.Layers) == 0 && slices.Equal(perm, []int64{0, 3, 1, 2}) && !v.swapped {
		// The input has channels last.
		v.sizes = map[byte]int{'C': v.sizes['W'], 'H': v.sizes['C'], 'W': v.sizes['H']}
		v.swapped = true
		return nil
	}
	b := make([]byte, 0, len(v.axes))
	seen := map[int64]bool{}
	for _, p := range perm {
		if p < 0 || p >= int64(len(v.axes)) || seen[p] {
			return fmt.Errorf("perm is %v for dimensions %s", perm, v.axes)
		}
		seen[p] = true
		b = append(b, v.axes[p])
	}
	if len(b) != len(v.axes) || len(b) > 2 && v.axes == "NCHW" && string(b) != "NHWC" || v.axes == "NHWC" && string(b) != "NCHW" {
		return fmt.Errorf("perm is %v for dimensions %s", perm, v.axes)
	}
	if v.axes == "??K" && string(b) == "??K" && perm[0] == 1 {
		v.swapped = !v.swapped
	}
	v.axes = string(b)
	return nil
}

// gather takes the last step.
func (w *onnxWalk) gather(n *onnxNode, v *onnxValue) error {
	index := w.integers(n, 1)
	axis := int(n.numbers["axis"])
	if axis < 0 {
		axis += len(v.axes)
	}
	if n.inputs[0] != v.name || len(index) != 1 || axis < 0 || axis >= len(v.axes) || v.axes[axis] != 'T' || index[0] != -1 {
		return fmt.Errorf("index %v of dimension %d of %s, want -1, the last of the steps", index, axis, v.axes)
	}
	one := "1"
	if t := w.tensors[n.inputs[1]]; len(t.Shape) == 0 {
		one = ""
	}
	v.axes = v.axes[:axis] + one + v.axes[axis+1:]
	return nil
}

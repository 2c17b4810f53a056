package interchange

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
)

// An MLP is a multilayer perceptron of floats, as other tools train them.
type MLP struct {
	Layers  []Linear
	Softmax bool // whether the outputs went through a softmax: they are logits in nats
}

// A Linear is a layer of an MLP: max(0, W·x + Bias) with ReLU, W·x + Bias without.
type Linear struct {
	Name    string
	In, Out int
	W       []float32 // Out × In
	Bias    []float32 // of Out, or nil
	ReLU    bool
}

// onnxTypes are the element types of tensors that are read.
var onnxTypes = map[uint64]DType{onnxFloat: F32, onnxFloat16: F16, onnxDouble: F64, onnxBFloat16: BF16, onnxInt8: I8, onnxInt16: I16, onnxInt32: I32, onnxInt64: I64}

// onnxPassed are operators that leave the activations of a sample as they are.
var onnxPassed = []string{"Identity", "Dropout", "Flatten", "Reshape", "Cast"}

// ReadONNX returns the MLP of an ONNX model: a chain of Gemm, or MatMul and Add, with Relu
// between them and Softmax or LogSoftmax at the end, and initializers or constants of
// floats. Dropout, Flatten, Identity, Reshape and Cast change nothing. An error names the
// operator, or the tensor and its offset in data.
func ReadONNX(data []byte) (*MLP, error) {
	data = data[:len(data):len(data)] // capacities give offsets
	r := onnxReader{data: data, tensors: map[string]Tensor{}, used: map[string]bool{}}
	var graph []byte
	err := r.fields(data, func(n protowire.Number, v []byte, _ uint64) error {
		if n == 7 {
			graph = v
		}
		return nil
	})
	if err == nil && graph == nil {
		err = fmt.Errorf("no graph in %d bytes", len(data))
	}
	if err == nil {
		err = r.graph(graph)
	}
	var m *MLP
	if err == nil {
		m, err = r.mlp()
	}
	if err != nil {
		return nil, fmt.Errorf("onnx: %w", err)
	}
	return m, nil
}

// An onnxReader takes a model apart.
type onnxReader struct {
	data    []byte
	tensors map[string]Tensor // initializers and constants
	used    map[string]bool   // of these
	nodes   []onnxNode
	inputs  []string
	outputs []string
}

type onnxNode struct {
	name, op string
	inputs   []string
	outputs  []string
	numbers  map[string]float64
}

func (n *onnxNode) String() string { return fmt.Sprintf("node %q (%s)", n.name, n.op) }

// offset returns where a part of the data begins.
func (r *onnxReader) offset(part []byte) int { return cap(r.data) - cap(part) }

// fields calls visit for every field of a message: v is its bytes, or number its number.
func (r *onnxReader) fields(b []byte, visit func(n protowire.Number, v []byte, number uint64) error) error {
	for len(b) > 0 {
		n, kind, size := protowire.ConsumeTag(b)
		if size < 0 {
			return fmt.Errorf("at offset %d: %w", r.offset(b), protowire.ParseError(size))
		}
		at := b
		b = b[size:]
		var v []byte
		var number uint64
		switch kind {
		case protowire.BytesType:
			v, size = protowire.ConsumeBytes(b)
		case protowire.VarintType:
			number, size = protowire.ConsumeVarint(b)
		case protowire.Fixed32Type:
			var x uint32
			x, size = protowire.ConsumeFixed32(b)
			number = uint64(x)
		default:
			size = protowire.ConsumeFieldValue(n, kind, b)
		}
		if size < 0 {
			return fmt.Errorf("at offset %d: %w", r.offset(at), protowire.ParseError(size))
		}
		if err := visit(n, v, number); err != nil {
			return err
		}
		b = b[size:]
	}
	return nil
}

func (r *onnxReader) graph(b []byte) error {
	return r.fields(b, func(n protowire.Number, v []byte, _ uint64) (err error) {
		switch n {
		case 1:
			err = r.node(v)
		case 5:
			err = r.tensor(v, "")
		case 11, 12:
			name := ""
			err = r.fields(v, func(n protowire.Number, v []byte, _ uint64) error {
				if n == 1 {
					name = string(v)
				}
				return nil
			})
			if n == 11 {
				r.inputs = append(r.inputs, name)
			} else {
				r.outputs = append(r.outputs, name)
			}
		}
		return err
	})
}

// node reads a node; one of a constant becomes a tensor.
func (r *onnxReader) node(b []byte) error {
	node := onnxNode{numbers: map[string]float64{}}
	var constant []byte
	err := r.fields(b, func(n protowire.Number, v []byte, _ uint64) error {
		switch n {
		case 1:
			node.inputs = append(node.inputs, string(v))
		case 2:
			node.outputs = append(node.outputs, string(v))
		case 3:
			node.name = string(v)
		case 4:
			node.op = string(v)
		case 5:
			name := ""
			return r.fields(v, func(n protowire.Number, v []byte, number uint64) error {
				switch n {
				case 1:
					name = string(v)
				case 2:
					node.numbers[name] = float64(math.Float32frombits(uint32(number)))
				case 3:
					node.numbers[name] = float64(int64(number))
				case 5:
					constant = v
				}
				return nil
			})
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(node.outputs) == 0 {
		return fmt.Errorf("%v at offset %d has no output", &node, r.offset(b))
	}
	if node.op == "Constant" && constant != nil {
		return r.tensor(constant, node.outputs[0])
	}
	r.nodes = append(r.nodes, node)
	return nil
}

// tensor reads a TensorProto, by the given name unless that is empty.
func (r *onnxReader) tensor(b []byte, name string) error {
	t := Tensor{Name: name, Offset: int64(r.offset(b))}
	var data []byte
	var kind, external uint64
	raw := false
	err := r.fields(b, func(n protowire.Number, v []byte, number uint64) error {
		switch n {
		case 1: // dimensions, packed or one a field
			if v == nil {
				t.Shape = append(t.Shape, int(min(number, math.MaxInt)))
			}
			for len(v) > 0 && len(t.Shape) <= maxDims {
				d, size := protowire.ConsumeVarint(v)
				if size < 0 {
					return fmt.Errorf("at offset %d: %w", r.offset(v), protowire.ParseError(size))
				}
				t.Shape, v = append(t.Shape, int(min(d, math.MaxInt))), v[size:]
			}
			if len(t.Shape) > maxDims {
				return t.errorf(0, "more than %d dimensions", maxDims)
			}
		case 2:
			kind = number
		case 4:
			if v != nil && data == nil { // packed floats
				data = v
			}
		case 8:
			if name == "" {
				t.Name = string(v)
			}
		case 9:
			data, raw = v, true
		case 14:
			external = number
		}
		return nil
	})
	if err != nil {
		return err
	}
	if external != 0 {
		return t.errorf(0, "data in another file")
	}
	ok := false
	if t.Type, ok = onnxTypes[kind]; !ok || !raw && kind != onnxFloat {
		if t.Type == "" || len(data) == 0 { // shapes of Reshape and others, which nothing here reads
			r.tensors[t.Name] = Tensor{Name: t.Name, Offset: t.Offset}
			return nil
		}
	}
	if data != nil {
		t.Offset = int64(r.offset(data))
	}
	if err := t.check(int64(len(data))); err != nil {
		return err
	}
	t.open = func() (io.Reader, error) { return bytes.NewReader(data), nil }
	r.tensors[t.Name] = t
	return nil
}

// values returns the tensor of that name.
func (r *onnxReader) values(name string) (Tensor, []float32, error) {
	t, ok := r.tensors[name]
	if !ok {
		return t, nil, fmt.Errorf("%q is no initializer or constant", name)
	}
	if t.open == nil {
		return t, nil, t.errorf(0, "its elements cannot be read")
	}
	// What is returned then takes no more memory than the model.
	if r.used[name] {
		return t, nil, t.errorf(0, "is used twice")
	}
	r.used[name] = true
	v := make([]float32, 0, t.Rows()*t.Cols())
	return t, v, t.Read(func(_ int, row []float32) error {
		v = append(v, row...)
		return nil
	})
}

// mlp follows the chain of nodes from the input to the output.
func (r *onnxReader) mlp() (*MLP, error) {
	var inputs []string
	for _, name := range r.inputs {
		if _, ok := r.tensors[name]; !ok {
			inputs = append(inputs, name)
		}
	}
	if len(inputs) != 1 || len(r.outputs) != 1 {
		return nil, fmt.Errorf("a graph from %q to %q, want one input and one output", inputs, r.outputs)
	}
	m, value := &MLP{}, inputs[0]
	for i := range r.nodes {
		n := &r.nodes[i]
		if !slices.Contains(n.inputs, value) {
			return nil, fmt.Errorf("%v does not take %q: want a chain of layers", n, value)
		}
		if err := r.add(m, n, value); err != nil {
			return nil, fmt.Errorf("%v: %w", n, err)
		}
		value = n.outputs[0]
	}
	if value != r.outputs[0] {
		return nil, fmt.Errorf("the layers end with %q, want %q", value, r.outputs[0])
	}
	return m, m.check()
}

// add adds a node that takes value to the MLP.
func (r *onnxReader) add(m *MLP, n *onnxNode, value string) error {
	if m.Softmax && !slices.Contains(onnxPassed, n.op) {
		return fmt.Errorf("comes after a softmax")
	}
	operands := 1
	switch n.op {
	case "MatMul", "Add":
		operands = 2
	case "Gemm":
		operands = min(max(len(n.inputs), 2), 3)
	}
	if len(n.inputs) < operands {
		return fmt.Errorf("%d inputs, want %d", len(n.inputs), operands)
	}
	last := len(m.Layers) - 1
	switch n.op {
	case "Gemm", "MatMul":
		if n.inputs[0] != value {
			return fmt.Errorf("%q is multiplied from the left", value)
		}
		layer, err := r.matrix(n)
		if err != nil {
			return err
		}
		m.Layers = append(m.Layers, layer)
		if operands == 3 && n.inputs[2] != "" {
			return r.bias(&m.Layers[last+1], n.inputs[2])
		}
	case "Add":
		if last < 0 || m.Layers[last].ReLU || m.Layers[last].Bias != nil {
			return fmt.Errorf("is no bias of a matrix")
		}
		other := n.inputs[0]
		if other == value {
			other = n.inputs[1]
		}
		return r.bias(&m.Layers[last], other)
	case "Relu":
		if last < 0 {
			return fmt.Errorf("comes before the first matrix")
		}
		m.Layers[last].ReLU = true
	case "Softmax", "LogSoftmax":
		m.Softmax = true
	default:
		if !slices.Contains(onnxPassed, n.op) {
			return fmt.Errorf("the operator is not supported; Gemm, MatMul, Add, Relu, Softmax, LogSoftmax, %s are", strings.Join(onnxPassed, ", "))
		}
	}
	return nil
}

// matrix returns the layer of a Gemm or MatMul.
func (r *onnxReader) matrix(n *onnxNode) (Linear, error) {
	t, w, err := r.values(n.inputs[1])
	if err != nil {
		return Linear{}, err
	}
	if len(t.Shape) != 2 || len(w) == 0 {
		return Linear{}, t.errorf(0, "shape %v, want a matrix", t.Shape)
	}
	for name, want := range map[string]float64{"alpha": 1, "beta": 1, "transA": 0} {
		if v, ok := n.numbers[name]; ok && v != want {
			return Linear{}, fmt.Errorf("%s is %v, want %v", name, v, want)
		}
	}
	l := Linear{Name: t.Name, In: t.Cols(), Out: t.Rows(), W: w}
	if n.numbers["transB"] == 0 {
		l.In, l.Out = l.Out, l.In
		l.W = make([]float32, len(w))
		for i := range l.Out {
			for j := range l.In {
				l.W[i*l.In+j] = w[j*l.Out+i]
			}
		}
	}
	return l, nil
}

func (r *onnxReader) bias(l *Linear, name string) error {
	t, b, err := r.values(name)
	if err != nil {
		return err
	}
	if len(b) == 1 && l.Out > 1 {
		b = slices.Repeat(b, l.Out)
	}
	if len(b) != l.Out {
		return t.errorf(0, "shape %v, want a bias of %d", t.Shape, l.Out)
	}
	l.Bias = b
	return nil
}

// check returns an error unless each layer takes what the one before returns.
func (m *MLP) check() error {
	if len(m.Layers) == 0 {
		return fmt.Errorf("no matrices")
	}
	for i, l := range m.Layers {
		if l.In < 1 || l.Out < 1 || len(l.W) != l.In*l.Out || l.Bias != nil && len(l.Bias) != l.Out {
			return fmt.Errorf("matrix %q: %d×%d of %d weights and %d biases", l.Name, l.Out, l.In, len(l.W), len(l.Bias))
		}
		if i > 0 && m.Layers[i-1].Out != l.In {
			return fmt.Errorf("matrix %q takes %d activations, and %q returns %d", l.Name, l.In, m.Layers[i-1].Name, m.Layers[i-1].Out)
		}
	}
	return nil
}

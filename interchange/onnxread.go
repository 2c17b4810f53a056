package interchange

import (
	"bytes"
	"fmt"
	"io"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// onnxTypes are the element types of tensors that are read.
var onnxTypes = map[uint64]DType{
	onnxFloat: F32, onnxFloat16: F16, onnxDouble: F64, onnxBFloat16: BF16,
	onnxInt8: I8, onnxUint8: U8, onnxInt16: I16, onnxInt32: I32, onnxInt64: I64,
}

// ReadONNX returns the network of an ONNX model whose nodes form a chain from its only input to
// its only output, with initializers or constants of floats:
//
//   - Gemm, MatMul and Add of a matrix and biases, with or without Relu
//   - Conv of pictures or signals, with equal strides in both directions, any groups and dilations,
//     BatchNormalization, with or without Relu; AveragePool, MaxPool and their global forms;
//     padding is less than the kernel
//   - RNN, GRU and LSTM, one direction, without initial states, clipping, peepholes and
//     lengths of sequences, with the default activations or HardSigmoid for the gates
//   - Softmax or LogSoftmax at the end
//   - Identity, Dropout, Cast, Flatten, Reshape, Squeeze, Transpose, and Gather of the last
//     step, which move activations at most
//   - Transpose and DequantizeLinear of initializers, and QuantizeLinear and DequantizeLinear of activations,
//     which are left out
//
// An error names the operator and its node, or the tensor and its offset in data.
func ReadONNX(data []byte) (*Network, error) {
	r, err := parseONNX(data)
	var n *Network
	if err == nil {
		n, err = r.network()
	}
	if err != nil {
		return nil, fmt.Errorf("onnx: %w", err)
	}
	return n, nil
}

// parseONNX takes a model apart.
func parseONNX(data []byte) (*onnxReader, error) {
	data = data[:len(data):len(data)] // capacities give offsets
	r := &onnxReader{data: data, tensors: map[string]Tensor{}, used: map[string]bool{}, made: map[string]*onnxNode{}, side: map[string]bool{}}
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
	return r, err
}

// An onnxReader takes a model apart.
type onnxReader struct {
	data    []byte
	tensors map[string]Tensor    // initializers and constants
	made    map[string]*onnxNode // DequantizeLinear and Transpose of these
	nested  int                  // nodes of made that take is within
	used    map[string]bool      // of tensors
	side    map[string]bool      // values made of shapes and constants alone; true of zeros
	nodes   []onnxNode
	inputs  []onnxInput
	outputs []string
}

// An onnxInput is a name and a shape, -1 for a size that is not a number.
type onnxInput struct {
	name  string
	shape []int
}

type onnxNode struct {
	name, op string
	inputs   []string
	outputs  []string
	numbers  map[string]float64
	lists    map[string][]int64
	texts    map[string][]string
	value    string // of an attribute that is a tensor, its name in tensors
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
			var in onnxInput
			if in, err = r.input(v); n == 11 {
				r.inputs = append(r.inputs, in)
			} else {
				r.outputs = append(r.outputs, in.name)
			}
		}
		return err
	})
}

// input reads a ValueInfoProto.
func (r *onnxReader) input(b []byte) (in onnxInput, err error) {
	err = r.fields(b, func(n protowire.Number, v []byte, _ uint64) error {
		switch n {
		case 1:
			in.name = string(v)
		case 2: // TypeProto, in it a tensor type, its shape and its dimensions
			return r.within(v, 1, func(v []byte) error {
				return r.within(v, 2, func(v []byte) error {
					return r.within(v, 1, func(v []byte) error {
						size := -1
						if len(in.shape) == maxDims {
							return fmt.Errorf("input %q has more than %d dimensions", in.name, maxDims)
						}
						err := r.fields(v, func(n protowire.Number, _ []byte, number uint64) error {
							if n == 1 && number > 0 {
								size = int(min(number, math.MaxInt32))
							}
							return nil
						})
						in.shape = append(in.shape, size)
						return err
					})
				})
			})
		}
		return nil
	})
	return in, err
}

// within calls visit for every message that is a field of another one.
func (r *onnxReader) within(b []byte, field protowire.Number, visit func(v []byte) error) error {
	return r.fields(b, func(n protowire.Number, v []byte, _ uint64) error {
		if n == field && v != nil {
			return visit(v)
		}
		return nil
	})
}

// node reads a node; one of a constant becomes a tensor.
func (r *onnxReader) node(b []byte) error {
	node := onnxNode{numbers: map[string]float64{}, lists: map[string][]int64{}, texts: map[string][]string{}}
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
			return r.attribute(&node, v, &constant)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(node.outputs) == 0 {
		return fmt.Errorf("%v at offset %d has no output", &node, r.offset(b))
	}
	if constant != nil {
		name := node.outputs[0]
		if node.op != "Constant" {
			name = "value of " + name
		}
		node.value = name
		if err := r.tensor(constant, name); err != nil || node.op == "Constant" {
			return err
		}
	}
	r.nodes = append(r.nodes, node)
	return nil
}

// attribute reads an AttributeProto; a tensor is left to the caller.
func (r *onnxReader) attribute(node *onnxNode, b []byte, constant *[]byte) error {
	name := ""
	return r.fields(b, func(n protowire.Number, v []byte, number uint64) error {
		switch n {
		case 1:
			name = string(v)
		case 2:
			node.numbers[name] = float64(math.Float32frombits(uint32(number)))
		case 3:
			node.numbers[name] = float64(int64(number))
		case 4, 9:
			node.texts[name] = append(node.texts[name], string(v))
		case 5:
			*constant = v
		case 7: // floats, packed or one a field
			if v == nil {
				node.lists[name] = append(node.lists[name], int64(number))
			}
			for ; len(v) >= 4; v = v[4:] {
				node.lists[name] = append(node.lists[name], int64(le.Uint32(v)))
			}
		case 8: // integers likewise
			list, err := r.varints(v, number)
			node.lists[name] = append(node.lists[name], list...)
			return err
		}
		return nil
	})
}

// varints returns the integers of a packed field, or the one that is no packed field.
func (r *onnxReader) varints(v []byte, number uint64) ([]int64, error) {
	if v == nil {
		return []int64{int64(number)}, nil
	}
	var list []int64
	for len(v) > 0 {
		d, size := protowire.ConsumeVarint(v)
		if size < 0 {
			return nil, fmt.Errorf("at offset %d: %w", r.offset(v), protowire.ParseError(size))
		}
		list, v = append(list, int64(d)), v[size:]
	}
	return list, nil
}

// floats returns an attribute that is a list of floats.
func (n *onnxNode) floats(name string) []float64 {
	var v []float64
	for _, bits := range n.lists[name] {
		v = append(v, float64(math.Float32frombits(uint32(bits))))
	}
	return v
}

// tensor reads a TensorProto, by the given name unless that is empty.
func (r *onnxReader) tensor(b []byte, name string) error {
	t := Tensor{Name: name, Offset: int64(r.offset(b))}
	var data []byte
	var kind, external uint64
	var integers []int64
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
		case 5, 7: // int32_data and int64_data
			list, err := r.varints(v, number)
			integers = append(integers, list...)
			return err
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
	t.Type, ok = onnxTypes[kind]
	if size := t.Type.size(); ok && !raw && kind != onnxFloat && len(integers) > 0 && size <= 8 {
		for _, v := range integers { // as raw data hold them, bits of floats too
			data = append(data, le.AppendUint64(nil, uint64(v))[:size]...)
		}
		raw = true
	}
	if !ok || !raw && kind != onnxFloat { // of a type that nothing here reads
		r.tensors[t.Name] = Tensor{Name: t.Name, Offset: t.Offset}
		return nil
	}
	if data != nil && len(integers) == 0 {
		t.Offset = int64(r.offset(data))
	}
	if err := t.check(int64(len(data))); err != nil {
		return err
	}
	t.open = func() (io.Reader, error) { return bytes.NewReader(data), nil }
	r.tensors[t.Name] = t
	return nil
}

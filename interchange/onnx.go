package interchange

import (
	"fmt"
	"io"
	"math"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/Kaleaon/pentary-go/nn"
)

// The versions of ONNX that WriteONNX declares. Clip of integers came with opset 12, sums
// over axes that are inputs with 13.
const (
	onnxIR    = 7
	onnxOpset = 13

	qdqIR    = 10 // with integers of four bits
	qdqOpset = 21
)

// Numbers of onnx.proto's TensorProto.DataType.
const (
	onnxFloat    = 1
	onnxUint8    = 2
	onnxInt8     = 3
	onnxInt16    = 5
	onnxInt32    = 6
	onnxInt64    = 7
	onnxFloat16  = 10
	onnxDouble   = 11
	onnxBFloat16 = 16
	onnxInt4     = 22
)

// WriteONNX writes one step of a model as an ONNX graph of integer operators: every
// runtime that computes MatMulInteger, ConvInteger and integer division exactly returns
// the activations that the model does, bit for bit.
//
// The graph takes "input", int8 of N × Inputs (uint8 tokens where the first layer is an
// embedding), and returns "output", int8 of N × Outputs. State number i of a recurrent
// layer or a convolution over time comes in as "state<i>" and goes out as "state<i>_next":
// zeros at the first step. Weights are int8; an operation's weights are named as in the
// model's file.
//
// An attention layer, n-grams, and a layer that is none of package nn's, is an error.
func WriteONNX(w io.Writer, m *nn.Model) error { return writeONNX(w, m, nil, false) }

// WriteONNXQDQ is WriteONNX with weights as INT4 and products as MatMul and Conv of floats,
// between DequantizeLinear and a rounding: a weight is its pent times 2^-Shift. The outputs are
// the model's, too, because the floats hold all sums exactly; a layer whose sums may reach
// 2^24 is an error. Embeddings stay int8.
func WriteONNXQDQ(w io.Writer, m *nn.Model) error { return writeONNX(w, m, nil, true) }

// writeONNX writes a model with the metadata of its file.
func writeONNX(w io.Writer, m *nn.Model, meta map[string]string, qdq bool) error {
	p, err := compile(m)
	if err != nil {
		return err
	}
	g := &onnxGraph{program: p, constants: map[string]bool{}, qdq: qdq}
	if err := g.translate(); err != nil {
		return err
	}
	var b message
	ir, version := int64(onnxIR), int64(onnxOpset)
	if qdq {
		ir, version = qdqIR, qdqOpset
	}
	b.number(1, ir)
	b.text(2, onnxProducer)
	b.message(7, g.encode())
	var opset message
	opset.text(1, "")
	opset.number(2, version)
	b.message(8, opset)
	if err := b.metadata(m.File(meta)); err != nil {
		return err
	}
	if len(b) > math.MaxInt32 {
		return fmt.Errorf("interchange: a graph of %d bytes, ONNX has at most 2^31-1", len(b))
	}
	_, err = w.Write(b)
	return err
}

// A message is an encoded protocol buffer.
type message []byte

func (m *message) number(field protowire.Number, v int64) {
	*m = protowire.AppendVarint(protowire.AppendTag(*m, field, protowire.VarintType), uint64(v))
}

func (m *message) text(field protowire.Number, s string) {
	*m = protowire.AppendString(protowire.AppendTag(*m, field, protowire.BytesType), s)
}

func (m *message) message(field protowire.Number, b []byte) {
	*m = protowire.AppendBytes(protowire.AppendTag(*m, field, protowire.BytesType), b)
}

// An onnxGraph is a graph under construction.
type onnxGraph struct {
	*program
	nodes, initializers []message
	constants           map[string]bool // that are initializers
	temporaries         int
	qdq                 bool // see WriteONNXQDQ
}

// translate appends the nodes of all operations.
func (g *onnxGraph) translate() error {
	for _, o := range g.ops {
		if err := g.op(o); err != nil {
			return err
		}
	}
	g.node("Identity", "output", g.name(g.output))
	for i, s := range g.states {
		g.node("Identity", stateName(i)+"_next", g.name(s.after))
	}
	return nil
}

func stateName(i int) string { return fmt.Sprintf("state%d", i) }

// name returns the name of a value.
func (g *onnxGraph) name(v int) string {
	if v == g.input {
		return "input"
	}
	for i, s := range g.states {
		if v == s.before {
			return stateName(i)
		}
	}
	return fmt.Sprintf("value%d", v)
}

// encode returns the GraphProto.
func (g *onnxGraph) encode() message {
	var b message
	for _, n := range g.nodes {
		b.message(1, n)
	}
	b.text(2, "model")
	for _, t := range g.initializers {
		b.message(5, t)
	}
	in := int64(onnxInt8)
	if g.tokens > 0 {
		in = onnxUint8
	}
	b.message(11, valueInfo("input", in, g.widths[g.input]))
	for i, s := range g.states {
		b.message(11, valueInfo(stateName(i), onnxInt8, g.widths[s.before]))
	}
	b.message(12, valueInfo("output", onnxInt8, g.widths[g.output]))
	for i, s := range g.states {
		b.message(12, valueInfo(stateName(i)+"_next", onnxInt8, g.widths[s.after]))
	}
	return b
}

// valueInfo describes an input or output of N × width.
func valueInfo(name string, dtype int64, width int) message {
	var n, k, shape, tensor, kind, v message
	n.text(2, "N")
	k.number(1, int64(width))
	shape.message(1, n)
	shape.message(1, k)
	tensor.number(1, dtype)
	tensor.message(2, shape)
	kind.message(1, tensor)
	v.text(1, name)
	v.message(2, kind)
	return v
}

// node appends a node of one output and returns the output's name; an empty name is
// chosen.
func (g *onnxGraph) node(op, out string, inputs ...string) string {
	return g.nodeWith(op, out, nil, inputs...)
}

func (g *onnxGraph) nodeWith(op, out string, attributes []message, inputs ...string) string {
	if out == "" {
		out = fmt.Sprintf("t%d", g.temporaries)
		g.temporaries++
	}
	var n message
	for _, in := range inputs {
		n.text(1, in)
	}
	n.text(2, out)
	n.text(4, op)
	for _, a := range attributes {
		n.message(5, a)
	}
	g.nodes = append(g.nodes, n)
	return out
}

// Kinds of attributes in onnx.proto.
const (
	attributeInt  = 2
	attributeInts = 7
)

func attribute(name string, v int64) message {
	var a message
	a.text(1, name)
	a.number(3, v)
	a.number(20, attributeInt)
	return a
}

func attributes(name string, values ...int64) message {
	var a message
	a.text(1, name)
	for _, v := range values {
		a.number(8, v)
	}
	a.number(20, attributeInts)
	return a
}

// tensor adds an initializer of raw little-endian data.
func (g *onnxGraph) tensor(name string, dtype int64, data []byte, dims ...int) string {
	if g.constants[name] {
		return name
	}
	g.constants[name] = true
	var t message
	for _, d := range dims {
		t.number(1, int64(d))
	}
	t.number(2, dtype)
	t.text(8, name)
	t.message(9, data)
	g.initializers = append(g.initializers, t)
	return name
}

// int32 returns the name of a constant without dimensions.
func (g *onnxGraph) int32(v int64) string {
	return g.tensor(fmt.Sprintf("int32_%d", v), onnxInt32, le.AppendUint32(nil, uint32(v)))
}

func (g *onnxGraph) int64(v int64) string {
	return g.tensor(fmt.Sprintf("int64_%d", v), onnxInt64, le.AppendUint64(nil, uint64(v)))
}

// ints returns the name of a constant of one dimension.
func (g *onnxGraph) ints(v int64) string {
	return g.tensor(fmt.Sprintf("ints_%d", v), onnxInt64, le.AppendUint64(nil, uint64(v)), 1)
}

func (g *onnxGraph) cast(v string, dtype int64) string {
	return g.nodeWith("Cast", "", []message{attribute("to", dtype)}, v)
}

// roundShift returns RoundShift(v, n) of an int32 within ±bound. ONNX divides toward zero
// and shifts unsigned integers alone: a multiple of 2^n is added before and its quotient
// subtracted afterwards, so that the dividend is not negative.
func (g *onnxGraph) roundShift(v string, n uint, bound int64) (string, error) {
	if n == 0 {
		return v, nil
	}
	whole := (bound >> n) + 1
	most := bound + whole<<n + 1<<(n-1)
	if most > math.MaxInt32 {
		return "", fmt.Errorf("interchange: sums of up to %d are too large for a shift by %d in 32 bits", bound, n)
	}
	v = g.node("Add", "", v, g.int32(whole<<n+1<<(n-1)))
	v = g.node("Div", "", v, g.int32(1<<n))
	return g.node("Sub", "", v, g.int32(whole)), nil
}

// clip writes an int32 clipped to low and 127 as an activation.
func (g *onnxGraph) clip(dst, v string, low int64) {
	v = g.node("Clip", "", v, g.int32(low), g.int32(127))
	g.nodeWith("Cast", dst, []message{attribute("to", onnxInt8)}, v)
}

// requantize writes the activations of a layer's accumulators to a value.
func (g *onnxGraph) requantize(dst, v string, d *nn.Dense, bound int64) error {
	v, err := g.roundShift(v, d.Shift, bound)
	if err != nil {
		return err
	}
	low := int64(-127)
	if d.ReLU {
		low = 0
	}
	g.clip(dst, v, low)
	return nil
}

// scale returns the name of the scale 2^-shift.
func (g *onnxGraph) scale(shift uint) string {
	return g.tensor(fmt.Sprintf("scale_%d", shift), onnxFloat, le.AppendUint32(nil, math.Float32bits(float32(math.Ldexp(1, -int(shift))))))
}

// int4 returns weights of four bits, two in a byte, as floats.
func (g *onnxGraph) int4(name string, weights []byte, shift uint, dims ...int) string {
	packed := make([]byte, (len(weights)+1)/2)
	for i, v := range weights {
		packed[i/2] |= v & 15 << (i % 2 * 4)
	}
	return g.node("DequantizeLinear", "", g.tensor(name, onnxInt4, packed, dims...), g.scale(shift))
}

// round writes the activations of a layer's sums, floats of multiples of 2^-Shift.
func (g *onnxGraph) round(dst, v string, d *nn.Dense, bound int64) error {
	if most := bound + 1<<d.Shift; most > 1<<24 {
		return fmt.Errorf("interchange: sums of up to %d are too large for a shift by %d in floats", bound, d.Shift)
	}
	number := func(x float32) string {
		return g.tensor(fmt.Sprintf("float_%v", x), onnxFloat, le.AppendUint32(nil, math.Float32bits(x)))
	}
	low := float32(-127)
	if d.ReLU {
		low = 0
	}
	if d.Shift > 0 {
		v = g.node("Floor", "", g.node("Add", "", v, number(0.5)))
	}
	v = g.node("Clip", "", v, number(low), number(127))
	g.nodeWith("Cast", dst, []message{attribute("to", onnxInt8)}, v)
	return nil
}

func (g *onnxGraph) op(o op) error {
	dst := g.name(o.dst)
	a := g.name(o.a)
	wide := func(v int) string { return g.cast(g.name(v), onnxInt32) }
	switch o.kind {
	case opLinear:
		return named(o, g.linear(o, dst, a))
	case opConv:
		return named(o, g.conv(o, dst, a))
	case opPool:
		g.pool(o, dst, a)
	case opEmbed:
		return named(o, g.embedding(o, dst, a))
	case opNGrams:
		return fmt.Errorf("interchange: layer %q: %v cannot be exported to ONNX: it hashes n-grams", o.name, o.ngrams)
	case opNorm:
		return g.norm(o, wide(o.a))
	case opConcat:
		g.nodeWith("Concat", dst, []message{attribute("axis", 1)}, a, g.name(o.b))
	case opSlice:
		g.node("Slice", dst, a, g.ints(int64(o.number)), g.ints(int64(o.number+g.widths[o.dst])), g.ints(1))
	case opZero: // of as many samples as the input has
		first := g.nodeWith("Gather", "", []message{attribute("axis", 1)}, "input", g.ints(0))
		n := g.widths[o.dst]
		zeros := g.tensor(fmt.Sprintf("zeros_%d", n), onnxInt32, make([]byte, 4*n), 1, n)
		g.nodeWith("Cast", dst, []message{attribute("to", onnxInt8)}, g.node("Mul", "", g.cast(first, onnxInt32), zeros))
	case opAdd:
		g.clip(dst, g.node("Add", "", wide(o.a), wide(o.b)), -127)
	case opOffset:
		g.clip(dst, g.node("Add", "", wide(o.a), g.int32(int64(o.number))), -127)
	case opGate:
		v, err := g.gated(wide(o.a), wide(o.b), 128)
		if err != nil {
			return err
		}
		g.nodeWith("Cast", dst, []message{attribute("to", onnxInt8)}, v)
	case opBlend:
		h := wide(o.c)
		v, err := g.gated(wide(o.a), g.node("Sub", "", wide(o.b), h), 256)
		if err != nil {
			return err
		}
		g.clip(dst, g.node("Add", "", h, v), -127)
	}
	return nil
}

// named adds the name of an operation's matrix to an error.
func named(o op, err error) error {
	if err != nil {
		return fmt.Errorf("%w (tensor %q)", err, o.name)
	}
	return nil
}

// gated returns RoundShift((gate+127)·x, 8) of an x within ±most.
func (g *onnxGraph) gated(gate, x string, most int64) (string, error) {
	return g.roundShift(g.node("Mul", "", g.node("Add", "", gate, g.int32(127)), x), 8, 254*most)
}

// linear multiplies by a matrix. A bias is a column of it, and here what is added.
func (g *onnxGraph) linear(o op, dst, x string) error {
	d := o.dense
	w := weightsOf(d)
	k, m, cols := d.Inputs(), d.Outputs(), d.W.Cols()
	bound := boundOf(w, cols, 128)
	transposed := make([]byte, k*m)
	for i := range m {
		for j := range k {
			transposed[j*m+i] = byte(w[i*cols+j])
		}
	}
	if g.qdq {
		v := g.node("MatMul", "", g.node("DequantizeLinear", "", x, g.scale(0)), g.int4(o.name, transposed, d.Shift, k, m))
		return g.round(dst, g.biased(o, v, w), d, bound)
	}
	v := g.node("MatMulInteger", "", x, g.tensor(o.name, onnxInt8, transposed, k, m))
	return g.requantize(dst, g.biased(o, v, w), d, bound)
}

// biased returns the sums v with the biases of an operation's weights, if there are any.
func (g *onnxGraph) biased(o op, v string, w []int8) string {
	d := o.dense
	if d.Bias == 0 {
		return v
	}
	m, k := d.Outputs(), d.Inputs()
	var biases []byte
	kind := int64(onnxInt32)
	if g.qdq {
		kind = onnxFloat
	}
	for i := range m {
		bias := int32(w[i*(k+1)+k]) * int32(d.Bias)
		if g.qdq {
			bias = int32(math.Float32bits(float32(math.Ldexp(float64(bias), -int(d.Shift)))))
		}
		biases = le.AppendUint32(biases, uint32(bias))
	}
	return g.node("Add", "", v, g.tensor(o.name+".bias", kind, biases, m))
}

// weightsOf returns the weights of a layer, row-major.
func weightsOf(d *nn.Dense) []int8 {
	w := make([]int8, d.W.Rows()*d.W.Cols())
	d.W.Unpack(w)
	return w
}

// boundOf returns the largest product of a row of weights with activations within ±most.
func boundOf(w []int8, cols int, most int64) int64 {
	bound := int64(0)
	for at := 0; at < len(w); at += cols {
		sum := int64(0)
		for _, v := range w[at : at+cols] {
			sum += int64(max(v, -v))
		}
		bound = max(bound, sum*most)
	}
	return bound
}

// conv is a convolution of channels-last pictures. Runtimes take unsigned activations
// with a zero point.
func (g *onnxGraph) conv(o op, dst, x string) error {
	l := o.conv
	w := weightsOf(l.Kernel)
	out, pixels := l.Kernel.Outputs(), l.Height*l.Width
	cols := l.Kernel.W.Cols()
	kernel := make([]byte, out*l.Channels*pixels) // out × channels × height × width
	for i := range out {
		for c := range l.Channels {
			for pixel := range pixels {
				kernel[(i*l.Channels+c)*pixels+pixel] = byte(w[i*cols+pixel*l.Channels+c])
			}
		}
	}
	var v string
	if g.qdq {
		v = g.node("DequantizeLinear", "", x, g.scale(0))
	} else {
		v = g.cast(g.node("Add", "", g.cast(x, onnxInt32), g.int32(128)), onnxUint8)
	}
	v, shapes := g.picture(o, v, l.Window)
	if g.qdq {
		v = g.nodeWith("Conv", "", shapes, v, g.int4(o.name, kernel, l.Kernel.Shift, out, l.Channels, l.Height, l.Width))
	} else {
		zero := g.tensor("uint8_128", onnxUint8, []byte{128})
		v = g.nodeWith("ConvInteger", "", shapes, v, g.tensor(o.name, onnxInt8, kernel, out, l.Channels, l.Height, l.Width), zero)
	}
	v = g.biased(o, g.nodeWith("Transpose", "", []message{attributes("perm", 0, 2, 3, 1)}, v), w)
	v = g.node("Reshape", "", v, g.shape(o.name+".activations", -1, int64(l.Outputs())))
	bound := boundOf(w, cols, 128)
	if g.qdq {
		return g.round(dst, v, l.Kernel, bound)
	}
	return g.requantize(dst, v, l.Kernel, bound)
}

// shape returns the name of a constant shape.
func (g *onnxGraph) shape(name string, dims ...int64) string {
	var b []byte
	for _, d := range dims {
		b = le.AppendUint64(b, uint64(d))
	}
	return g.tensor(name, onnxInt64, b, len(dims))
}

// picture returns activations as a picture, channels first, and the attributes of a window over it.
func (g *onnxGraph) picture(o op, v string, w nn.Window) (picture string, window []message) {
	v = g.node("Reshape", "", v, g.shape(o.name+".picture", -1, int64(w.Rows), int64(w.Columns), int64(w.Channels)))
	window = []message{
		attributes("kernel_shape", int64(w.Height), int64(w.Width)),
		attributes("strides", int64(w.Stride), int64(w.Stride)),
	}
	if w.Top|w.Left|w.Bottom|w.Right != 0 {
		window = append(window, attributes("pads", int64(w.Top), int64(w.Left), int64(w.Bottom), int64(w.Right)))
	}
	return g.nodeWith("Transpose", "", []message{attributes("perm", 0, 3, 1, 2)}, v), window
}

// pool is a maximum of channels-last pictures.
func (g *onnxGraph) pool(o op, dst, x string) {
	v, window := g.picture(o, x, o.pool.Window)
	v = g.nodeWith("MaxPool", "", window, v)
	v = g.nodeWith("Transpose", "", []message{attributes("perm", 0, 2, 3, 1)}, v)
	g.node("Reshape", dst, v, g.shape(o.name+".activations", -1, int64(o.pool.Outputs())))
}

// hot is what a token weighs, see nn.Embedding.
const hot = 16

// embedding adds the rows of tokens up, one table a place.
func (g *onnxGraph) embedding(o op, dst, x string) error {
	l := o.embed
	w := weightsOf(l.Rows)
	out, cols := l.Outputs(), l.Rows.W.Cols()
	var sum string
	for place := range l.Context {
		table := make([]byte, l.Vocabulary*out)
		for token := range l.Vocabulary {
			for i := range out {
				table[token*out+i] = byte(w[i*cols+place*l.Vocabulary+token])
			}
		}
		token := g.nodeWith("Gather", "", []message{attribute("axis", 1)}, g.cast(x, onnxInt32), g.int64(int64(place)))
		row := g.nodeWith("Gather", "", []message{attribute("axis", 0)}, g.tensor(embeddingName(o, place), onnxInt8, table, l.Vocabulary, out), token)
		row = g.cast(row, onnxInt32)
		if sum == "" {
			sum = row
		} else {
			sum = g.node("Add", "", sum, row)
		}
	}
	return g.requantize(dst, g.node("Mul", "", sum, g.int32(hot)), l.Rows, int64(2*hot*l.Context))
}

// embeddingName names the rows of a place.
func embeddingName(o op, place int) string {
	if o.embed.Context == 1 {
		return o.name
	}
	return fmt.Sprintf("%s.%d", o.name, place)
}

// Constants of kernels.Normalize.
const (
	normBits = 12
	normCap  = 1 << 20
)

// norm is kernels.Normalize.
func (g *onnxGraph) norm(o op, x string) error {
	whole := int64(o.number) * int64(g.widths[o.a]) << normBits
	sum := g.nodeWith("ReduceSum", "", []message{attribute("keepdims", 1)}, g.node("Abs", "", x), g.ints(1))
	sum = g.cast(g.node("Max", "", sum, g.int32(1)), onnxInt64)
	half := g.node("Div", "", sum, g.int64(2))
	inverse := g.node("Div", "", g.node("Add", "", half, g.int64(whole)), sum)
	inverse = g.cast(g.node("Min", "", inverse, g.int64(normCap)), onnxInt32)
	v, err := g.roundShift(g.node("Mul", "", x, inverse), normBits, 128*normCap)
	if err != nil {
		return err
	}
	g.clip(g.name(o.dst), v, -127)
	return nil
}

package interchange

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/packed"
)

// The metadata of an ONNX file that WriteONNX writes: of the .pent file, with a prefix, and its
// tensors.
const (
	onnxProducer = "pentary-go"
	onnxMeta     = "pentary."
	onnxTensors  = "pentary_tensors"
)

// An onnxOwnTensor describes a tensor of the .pent file.
type onnxOwnTensor struct {
	Name  string `json:"name"`
	Rows  int    `json:"rows"`
	Cols  int    `json:"cols"`
	Scale int32  `json:"scale"`
}

// metadata appends what ReadOwnONNX needs beside the weights.
func (m *message) metadata(f *packed.File) error {
	var own []onnxOwnTensor
	for _, t := range f.Tensors {
		own = append(own, onnxOwnTensor{t.Name, t.Matrix.Rows(), t.Matrix.Cols(), t.Scale})
	}
	tensors, err := json.Marshal(own)
	if err != nil {
		return err
	}
	entry := func(key, value string) {
		var e message
		e.text(1, key)
		e.text(2, value)
		m.message(14, e)
	}
	entry(onnxTensors, string(tensors))
	for _, key := range slices.Sorted(maps.Keys(f.Meta)) {
		entry(onnxMeta+key, f.Meta[key])
	}
	return nil
}

// ReadOwnONNX returns the .pent file from which WriteONNX, WriteONNXQDQ or Write has made an ONNX file,
// with the same bytes, and nil if another program has made it. If something other than weights and
// metadata has been changed since, it is an error.
func ReadOwnONNX(data []byte) (*packed.File, error) {
	o := onnxOwn{onnxReader: &onnxReader{data: data[:len(data):len(data)]}, meta: map[string]string{}, weights: map[string]onnxRaw{}}
	if o.parse() != nil || o.meta[onnxTensors] == "" {
		return nil, nil // ReadONNX says what is wrong with it
	}
	f, err := o.file()
	if err != nil {
		return nil, fmt.Errorf("onnx: written by pentary and changed since: %w", err)
	}
	return f, nil
}

// An onnxRaw is the data of an initializer.
type onnxRaw struct {
	kind uint64
	data []byte
}

// An onnxOwn reads what WriteONNX has written.
type onnxOwn struct {
	*onnxReader
	producer string
	meta     map[string]string
	weights  map[string]onnxRaw
}

func (o *onnxOwn) parse() error {
	return o.fields(o.data, func(n protowire.Number, v []byte, _ uint64) error {
		switch n {
		case 2:
			o.producer = string(v)
		case 7:
			return o.within(v, 5, o.initializer)
		case 14:
			if o.producer != onnxProducer {
				return nil
			}
			key, value := "", ""
			err := o.fields(v, func(n protowire.Number, v []byte, _ uint64) error {
				switch n {
				case 1:
					key = string(v)
				case 2:
					value = string(v)
				}
				return nil
			})
			o.meta[key] = value
			return err
		}
		return nil
	})
}

func (o *onnxOwn) initializer(b []byte) error {
	name, raw := "", onnxRaw{}
	err := o.fields(b, func(n protowire.Number, v []byte, number uint64) error {
		switch n {
		case 2:
			raw.kind = number
		case 8:
			name = string(v)
		case 9:
			raw.data = v
		}
		return nil
	})
	o.weights[name] = raw
	return err
}

// file returns the file after writing it as ONNX has led to the same bytes.
func (o *onnxOwn) file() (*packed.File, error) {
	f := &packed.File{Meta: map[string]string{}}
	for key, value := range o.meta {
		if key, ok := strings.CutPrefix(key, onnxMeta); ok {
			f.Meta[key] = value
		}
	}
	var tensors []onnxOwnTensor
	if err := json.Unmarshal([]byte(o.meta[onnxTensors]), &tensors); err != nil {
		return nil, err
	}
	matrices, left := map[string]*packed.Matrix{}, 2*len(o.data) // weights, of which a byte holds two at most
	for _, t := range tensors {
		if t.Rows < 1 || t.Cols < 1 || t.Rows > left || t.Cols > left/t.Rows {
			return nil, fmt.Errorf("tensor %q of %d×%d, and the file has %d bytes", t.Name, t.Rows, t.Cols, len(o.data))
		}
		left -= t.Rows * t.Cols
		matrices[t.Name] = packed.NewMatrix(t.Rows, t.Cols)
		f.Tensors = append(f.Tensors, packed.Tensor{Name: t.Name, Scale: t.Scale, Matrix: matrices[t.Name]})
	}
	m, err := nn.Load(f)
	if err != nil {
		return nil, err
	}
	p, err := compile(m)
	if err != nil {
		return nil, err
	}
	read := map[*nn.Dense]bool{}
	for _, op := range p.ops {
		if d := op.dense; d != nil && !read[d] {
			read[d] = true
			if err := o.read(op); err != nil {
				return nil, err
			}
		}
	}
	again := differs{o.data}
	for _, qdq := range []bool{false, true} {
		again = differs{o.data}
		if err = writeONNX(&again, m, f.Meta, qdq); err == nil && len(again.left) == 0 {
			return m.File(f.Meta), nil
		}
	}
	return nil, fmt.Errorf("byte %d is not what it writes", len(o.data)-len(again.left))
}

// A differs is a writer that compares: it returns an error for the first byte that is not the
// next one of left.
type differs struct{ left []byte }

func (d *differs) Write(b []byte) (int, error) {
	n := 0
	for n < len(b) && n < len(d.left) && b[n] == d.left[n] {
		n++
	}
	d.left = d.left[n:]
	if n < len(b) {
		return n, fmt.Errorf("interchange: the files differ")
	}
	return n, nil
}

// elements returns integers of an initializer.
func (o *onnxOwn) elements(name string, n int) ([]int8, error) {
	raw, v := o.weights[name], make([]int8, 0, min(n, 2*len(o.data)))
	switch raw.kind {
	case onnxInt8:
		for _, b := range raw.data {
			v = append(v, int8(b))
		}
	case onnxInt4:
		for _, b := range raw.data {
			v = append(v, int8(b)<<4>>4, int8(b)>>4)
		}
		v = v[:min(n, len(v))]
	}
	if len(v) != n {
		return nil, fmt.Errorf("initializer %q has %d integers of 8 or 4 bits, want %d", name, len(v), n)
	}
	return v, nil
}

// biases returns the products of the last column of a matrix with its constant.
func (o *onnxOwn) biases(op op) ([]float64, error) {
	name, n := op.name+".bias", op.dense.Outputs()
	raw := o.weights[name]
	if len(raw.data) != 4*n {
		return nil, fmt.Errorf("initializer %q has %d bytes, want %d", name, len(raw.data), 4*n)
	}
	v := make([]float64, n)
	for i := range v {
		bits := le.Uint32(raw.data[4*i:])
		if v[i] = float64(int32(bits)); raw.kind == onnxFloat {
			v[i] = math.Ldexp(float64(math.Float32frombits(bits)), int(op.dense.Shift))
		}
	}
	return v, nil
}

// read sets the weights of an operation's matrix, which linear, conv and embedding have transposed.
func (o *onnxOwn) read(op op) error {
	d := op.dense
	rows, cols := d.W.Rows(), d.W.Cols()
	w := make([]int8, rows*cols)
	set := func(name string, n int, to func(at int) int) error {
		v, err := o.elements(name, n)
		for at, x := range v {
			w[to(at)] = x
		}
		return err
	}
	var err error
	switch op.kind {
	case opConv:
		c, pixels := op.conv.Channels, op.conv.Height*op.conv.Width
		err = set(op.name, rows*c*pixels, func(at int) int { return at/pixels/c*cols + at%pixels*c + at/pixels%c })
	case opEmbed:
		l := op.embed
		for place := 0; place < l.Context && err == nil; place++ {
			err = set(embeddingName(op, place), l.Vocabulary*rows, func(at int) int { return at%rows*cols + place*l.Vocabulary + at/rows })
		}
	default:
		err = set(op.name, d.Inputs()*rows, func(at int) int { return at%rows*cols + at/rows })
	}
	if d.Bias != 0 && err == nil {
		var biases []float64
		biases, err = o.biases(op)
		for i, v := range biases {
			w[i*cols+d.Inputs()] = roundPent(v / float64(d.Bias))
		}
	}
	if err != nil {
		return err
	}
	for i, v := range w {
		if v < -2 || v > 2 {
			return fmt.Errorf("initializer %q has weights of %d", op.name, v)
		}
		if i%cols == cols-1 {
			d.W.Row(i / cols).Pack(w[i+1-cols : i+1])
		}
	}
	return nil
}

// ReportsOf returns the reports of a file's tensors, which are exact.
func ReportsOf(f *packed.File) (reports []Report) {
	for _, t := range f.Tensors {
		reports = append(reports, exactReport(t.Name, t.Matrix))
	}
	return reports
}

func exactReport(name string, m *packed.Matrix) Report {
	return Report{Name: name, Rows: m.Rows(), Cols: m.Cols(), Levels: m.Histogram(), Exact: true, SNR: MaxSNR}
}

package interchange

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"unicode/utf8"

	"github.com/Kaleaon/pentary-go/packed"
)

// The GGUF format, version 3: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md.
const (
	ggufMagic     = "GGUF"
	ggufVersion   = 3
	ggufAlignment = 32
	ggufMaxName   = 63 // bytes, of a tensor
	ggufPrefix    = "pentary."
	ggufScales    = "pentary_scales"

	ggufString = 8
)

// ggufTypes are GGUF's numbers of element types.
var ggufTypes = map[uint32]DType{0: F32, 1: F16, 2: Q4_0, 8: Q8_0, 24: I8, 25: I16, 26: I32, 27: I64, 28: F64, 30: BF16, 39: MXFP4}

// ggufNumber returns GGUF's number of a type.
func ggufNumber(d DType) uint32 {
	for n, t := range ggufTypes {
		if t == d {
			return n
		}
	}
	panic("interchange: GGUF has no type " + d)
}

// WriteGGUF writes the tensors of a .pent file as GGUF, in blocks of type MXFP4 or Q4_0,
// which hold pents and scales of powers of two exactly. A tensor whose columns are no
// multiple of 32 is written as F16, or as F32 where its scale asks for it, both exact, too.
// The meta become strings "pentary.KEY", and
// "pentary_scales" an array of the tensors' Scales; general.architecture is "pentary", which
// llama.cpp does not run.
//
// Errors are a scale that the type does not hold (MXFP4: 2^-127 to 2^127, Q4_0: 2^-24 to
// 2^15), a name of more than 63 bytes, a tensor without elements, and a meta value that
// is not UTF-8.
func WriteGGUF(w io.Writer, f *packed.File, blocks DType) error {
	if blocks != MXFP4 && blocks != Q4_0 {
		return fmt.Errorf("interchange: GGUF in blocks of %s, want %s or %s", blocks, MXFP4, Q4_0)
	}
	if _, err := f.WriteTo(io.Discard); err != nil { // checks all of f
		return err
	}
	types := make([]DType, len(f.Tensors))
	for i, t := range f.Tensors {
		var err error
		if types[i], err = ggufType(t, blocks); err != nil {
			return fmt.Errorf("interchange: tensor %q: %w", t.Name, err)
		}
	}
	b, err := ggufHeader(f, types)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(w, 1<<16)
	out.Write(b) // an error is Flush's
	for i, t := range f.Tensors {
		writeGGUF(out, t, types[i])
		out.Write(pad(nil, ggufSize(t.Matrix, types[i])))
	}
	return out.Flush()
}

// ggufType returns the type that a tensor is written in.
func ggufType(t packed.Tensor, blocks DType) (DType, error) {
	switch cols := t.Matrix.Cols(); {
	case cols == 0:
		return "", errors.New("has no elements, which GGUF does not hold")
	case len(t.Name) > ggufMaxName:
		return "", fmt.Errorf("a name of %d bytes, GGUF has at most %d", len(t.Name), ggufMaxName)
	case cols%blockSize != 0 && t.Scale >= -24 && t.Scale <= 14:
		return F16, nil
	case cols%blockSize != 0 && t.Scale >= -149 && t.Scale <= 126:
		return F32, nil
	case cols%blockSize != 0:
		return "", fmt.Errorf("scale 2^%d, a float32 holds 2^-149 to 2^126", t.Scale)
	case blocks == MXFP4 && (t.Scale < -127 || t.Scale > 127):
		return "", fmt.Errorf("scale 2^%d, %s holds 2^-127 to 2^127", t.Scale, MXFP4)
	case blocks == Q4_0 && (t.Scale < -24 || t.Scale > 15):
		return "", fmt.Errorf("scale 2^%d, %s holds 2^-24 to 2^15", t.Scale, Q4_0)
	}
	return blocks, nil
}

// ggufSize returns the bytes of a tensor's data.
func ggufSize(m *packed.Matrix, d DType) int64 {
	t := dtypes[d]
	return int64(m.Rows()) * int64(m.Cols()/t.elements) * int64(t.bytes)
}

// pad appends the zeros that bring n bytes to a multiple of the alignment.
func pad(b []byte, n int64) []byte {
	return append(b, make([]byte, (ggufAlignment-n%ggufAlignment)%ggufAlignment)...)
}

// A ggufWriter collects what comes before the data of a GGUF file.
type ggufWriter struct {
	pairs int
	meta  []byte
	table []byte // of tensors
}

func (w *ggufWriter) text(s string) { w.meta = append(le.AppendUint64(w.meta, uint64(len(s))), s...) }
func (w *ggufWriter) word(v uint32) { w.meta = le.AppendUint32(w.meta, v) }

// key begins a pair whose value has a type.
func (w *ggufWriter) key(key string, kind uint32) {
	w.pairs++
	w.text(key)
	w.word(kind)
}

func (w *ggufWriter) string(key, value string) {
	w.key(key, ggufString)
	w.text(value)
}

func (w *ggufWriter) uint32(key string, value uint32) {
	w.key(key, ggufUint32)
	w.word(value)
}

func (w *ggufWriter) float32(key string, value float32) {
	w.key(key, ggufFloat32)
	w.word(math.Float32bits(value))
}

func (w *ggufWriter) bool(key string, value byte) {
	w.key(key, ggufBool)
	w.meta = append(w.meta, value)
}

// list begins a pair whose value are n elements of a type, which come next.
func (w *ggufWriter) list(key string, kind uint32, n int) {
	w.key(key, ggufArray)
	w.word(kind)
	w.meta = le.AppendUint64(w.meta, uint64(n))
}

// tensor adds a tensor, whose data are at an offset; the shape is outermost first.
func (w *ggufWriter) tensor(name string, kind DType, at int64, shape ...int) {
	b := append(le.AppendUint64(w.table, uint64(len(name))), name...)
	b = le.AppendUint32(b, uint32(len(shape)))
	for _, d := range slices.Backward(shape) {
		b = le.AppendUint64(b, uint64(d))
	}
	b = le.AppendUint32(b, ggufNumber(kind))
	w.table = le.AppendUint64(b, uint64(at))
}

// file returns the file up to the data.
func (w *ggufWriter) file(tensors int) []byte {
	b := le.AppendUint32([]byte(ggufMagic), ggufVersion)
	b = le.AppendUint64(b, uint64(tensors))
	b = le.AppendUint64(b, uint64(w.pairs))
	b = append(append(b, w.meta...), w.table...)
	return pad(b, int64(len(b)))
}

func ggufHeader(f *packed.File, types []DType) ([]byte, error) {
	b := &ggufWriter{}
	b.string("general.architecture", "pentary")
	for _, key := range slices.Sorted(maps.Keys(f.Meta)) {
		if !utf8.ValidString(f.Meta[key]) {
			return nil, fmt.Errorf("interchange: meta %q is not UTF-8", key)
		}
		b.string(ggufPrefix+key, f.Meta[key])
	}
	b.list(ggufScales, ggufInt32, len(f.Tensors))
	for _, t := range f.Tensors {
		b.word(uint32(t.Scale))
	}
	at := int64(0)
	for i, t := range f.Tensors {
		b.tensor(t.Name, types[i], at, t.Matrix.Rows(), t.Matrix.Cols())
		n := ggufSize(t.Matrix, types[i])
		at += n + int64(len(pad(nil, n)))
	}
	return b.file(len(f.Tensors)), nil
}

// The codes of -2 to 2 in blocks. E2M1 codes of 0, 1 and 2 are 0, 2 and 4, and 8 is the sign.
var (
	codesMXFP4 = [5]byte{8 + 4, 8 + 2, 0, 2, 4}
	codesQ4    = [5]byte{6, 7, 8, 9, 10}
)

// writeGGUF writes the data of a tensor.
func writeGGUF(out io.Writer, t packed.Tensor, d DType) {
	m := t.Matrix
	row := make([]int8, m.Cols())
	var b []byte
	for i := range m.Rows() {
		m.Row(i).Unpack(row)
		b = b[:0]
		switch d {
		case MXFP4:
			b = appendBlocks(b, row, []byte{byte(t.Scale + 127)}, codesMXFP4)
		case Q4_0:
			b = appendBlocks(b, row, le.AppendUint16(nil, halfPower(int(t.Scale))), codesQ4)
		case F16:
			for _, v := range row {
				h := uint16(0)
				if v != 0 {
					h = halfPower(int(t.Scale) + int(max(v, -v)) - 1)
				}
				if v < 0 {
					h |= 1 << 15
				}
				b = le.AppendUint16(b, h)
			}
		case F32:
			for _, v := range row {
				b = le.AppendUint32(b, math.Float32bits(float32(math.Ldexp(float64(v), int(t.Scale)))))
			}
		}
		out.Write(b) // the buffer's Flush returns the error
	}
}

// appendBlocks appends blocks of 32 weights: the scale, then 16 bytes, of which byte i has
// the codes of elements i and i + 16.
func appendBlocks(b []byte, row []int8, scale []byte, code [5]byte) []byte {
	for at := 0; at < len(row); at += blockSize {
		b = append(b, scale...)
		for i, v := range row[at : at+blockSize/2] {
			b = append(b, code[v+2]|code[row[at+i+blockSize/2]+2]<<4)
		}
	}
	return b
}

// halfPower returns 2^e, for e from -24 to 15, as a binary16.
func halfPower(e int) uint16 {
	if e < -14 {
		return 1 << (e + 24) // subnormal
	}
	return uint16(e+15) << 10
}

package interchange

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
)

// A ggufReader reads what comes before the data of a GGUF file.
type ggufReader struct {
	in   *bufio.Reader
	at   int64
	size int64 // of the file
	err  error // the first one
}

// bytes returns the next n bytes, fewer never.
func (r *ggufReader) bytes(n uint64) []byte {
	if r.err == nil && n > uint64(r.size-r.at) {
		r.err = fmt.Errorf("%d bytes at offset %d of a file of %d bytes", n, r.at, r.size)
	}
	if r.err != nil {
		return nil
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(r.in, b); err != nil {
		r.err = fmt.Errorf("at offset %d: %w", r.at, noEOF(err))
		return nil
	}
	r.at += int64(n)
	return b
}

func (r *ggufReader) u32() uint32 {
	if b := r.bytes(4); b != nil {
		return le.Uint32(b)
	}
	return 0
}

func (r *ggufReader) u64() uint64 {
	if b := r.bytes(8); b != nil {
		return le.Uint64(b)
	}
	return 0
}

func (r *ggufReader) text() string { return string(r.bytes(r.u64())) }

// skip passes over n elements of the given size.
func (r *ggufReader) skip(n, bytes uint64) {
	if r.err == nil && n > uint64(r.size-r.at)/bytes {
		r.err = fmt.Errorf("%d elements of %d bytes at offset %d of a file of %d bytes", n, bytes, r.at, r.size)
	}
	if r.err != nil {
		return
	}
	if _, err := io.CopyN(io.Discard, r.in, int64(n*bytes)); err != nil {
		r.err = fmt.Errorf("at offset %d: %w", r.at, noEOF(err))
	}
	r.at += int64(n * bytes)
}

// list reads the type of a list's elements, which has to be kind, and returns their number.
func (r *ggufReader) list(key string, kind uint32) uint64 {
	if inner := r.u32(); inner != kind {
		r.fail("%q of type %d, want %d", key, inner, kind)
	}
	return r.u64()
}

// words reads a list of elements of 32 bits.
func (r *ggufReader) words(key string, kind uint32) []uint32 {
	n := r.list(key, kind)
	if n > uint64(r.size)/4 {
		r.fail("%q of %d elements", key, n)
		return nil
	}
	var words []uint32
	for b := r.bytes(4 * n); len(b) > 0; b = b[4:] {
		words = append(words, le.Uint32(b))
	}
	return words
}

// ggufScalar returns a value of a type that has no length of its own.
func ggufScalar(kind uint32, b []byte) float64 {
	switch kind {
	case 0, 7:
		return float64(b[0])
	case 1:
		return float64(int8(b[0]))
	case 2:
		return float64(le.Uint16(b))
	case 3:
		return float64(int16(le.Uint16(b)))
	case ggufUint32:
		return float64(le.Uint32(b))
	case ggufInt32:
		return float64(int32(le.Uint32(b)))
	case ggufFloat32:
		return float64(math.Float32frombits(le.Uint32(b)))
	case 10:
		return float64(le.Uint64(b))
	case 11:
		return float64(int64(le.Uint64(b)))
	}
	return math.Float64frombits(le.Uint64(b))
}

const (
	ggufUint32  = 4
	ggufInt32   = 5
	ggufFloat32 = 6
	ggufBool    = 7
	ggufArray   = 9

	// maxNesting bounds how deep arrays lie in one another.
	maxNesting = 4
)

// ggufScalars are the bytes of the types of values that have no length of their own.
var ggufScalars = map[uint32]uint64{0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}

// pass passes over n values of a type.
func (r *ggufReader) pass(kind uint32, n uint64, depth int) {
	bytes, scalar := ggufScalars[kind]
	switch {
	case scalar:
		r.skip(n, bytes)
		return
	case kind != ggufString && kind != ggufArray:
		r.fail("value of type %d", kind)
	case depth > maxNesting:
		r.fail("arrays more than %d deep", maxNesting)
	}
	for i := uint64(0); i < n && r.err == nil; i++ {
		if kind == ggufString {
			r.skip(r.u64(), 1)
		} else {
			inner := r.u32()
			r.pass(inner, r.u64(), depth+1)
		}
	}
}

func (r *ggufReader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("at offset %d: %w", r.at, fmt.Errorf(format, args...))
	}
}

// readGGUF reads versions 2 and 3, which differ in nothing that is used here.
func readGGUF(file io.ReaderAt, size int64) (*Archive, error) {
	r := &ggufReader{in: bufio.NewReader(io.NewSectionReader(file, 0, size)), size: size}
	a, err := r.archive(file)
	if err = errors.Join(r.err, err); err != nil {
		return nil, fmt.Errorf("gguf: %w", err)
	}
	return a, nil
}

func (r *ggufReader) archive(file io.ReaderAt) (*Archive, error) {
	if magic := r.bytes(4); r.err == nil && string(magic) != ggufMagic {
		r.fail("begins with %q, want %q", magic, ggufMagic)
	}
	if version := r.u32(); r.err == nil && version != 2 && version != 3 {
		r.fail("version %d, want 2 or 3", version)
	}
	tensors, pairs := r.u64(), r.u64()
	a := &Archive{Meta: map[string]string{}, numbers: map[string]float64{}}
	alignment := r.meta(a, pairs)
	seen := map[string]bool{}
	var offsets []uint64
	for i := uint64(0); i < tensors && r.err == nil; i++ {
		t, offset := r.tensor()
		if r.err == nil && seen[t.Name] {
			r.fail("two tensors %q", t.Name)
		}
		seen[t.Name] = true
		a.Tensors, offsets = append(a.Tensors, t), append(offsets, offset)
	}
	if r.err != nil {
		return nil, nil
	}
	data := r.at + (alignment-r.at%alignment)%alignment
	for i := range a.Tensors {
		t := &a.Tensors[i]
		if err := t.check(-1); err != nil {
			return nil, err
		}
		left := r.size - data
		if offsets[i]%uint64(alignment) != 0 || left < t.Size || offsets[i] > uint64(left-t.Size) {
			return nil, fmt.Errorf("tensor %q: %d bytes at %d of the data, of which there are %d, at multiples of %d", t.Name, t.Size, offsets[i], left, alignment)
		}
		t.Offset = data + int64(offsets[i])
		t.section(file)
	}
	if a.scales == nil {
		return a, nil
	}
	if len(a.scales) != len(a.Tensors) {
		return nil, fmt.Errorf("%q of %d scales for %d tensors", ggufScales, len(a.scales), len(a.Tensors))
	}
	own := map[string]string{}
	for key, value := range a.Meta {
		if key, ok := strings.CutPrefix(key, ggufPrefix); ok {
			own[key] = value
		}
	}
	a.Meta = own
	return a, nil
}

// meta reads pairs of keys and values, and returns the alignment of the data.
func (r *ggufReader) meta(a *Archive, pairs uint64) (alignment int64) {
	alignment = ggufAlignment
	for i := uint64(0); i < pairs && r.err == nil; i++ {
		key := r.text()
		switch kind := r.u32(); {
		case kind == ggufString:
			a.Meta[key] = r.text()
		case key == "general.alignment" && kind == ggufUint32:
			alignment = int64(r.u32())
			if alignment < 8 || alignment&(alignment-1) != 0 || alignment > 1<<20 {
				r.fail("an alignment of %d, want a power of two from 8 to 2^20", alignment)
				return ggufAlignment
			}
		case kind == ggufArray && key == ggufScales:
			for _, v := range r.words(key, ggufInt32) {
				a.scales = append(a.scales, int32(v))
			}
		case kind == ggufArray && key == "tokenizer.ggml.tokens":
			n := r.list(key, ggufString)
			for i := uint64(0); i < n && r.err == nil; i++ {
				a.texts = append(a.texts, r.text())
			}
		case kind == ggufArray && key == "tokenizer.ggml.scores":
			for _, v := range r.words(key, ggufFloat32) {
				a.points = append(a.points, math.Float32frombits(v))
			}
		case kind == ggufArray && key == "tokenizer.ggml.token_type":
			for _, v := range r.words(key, ggufInt32) {
				a.kinds = append(a.kinds, int32(v))
			}
		case ggufScalars[kind] > 0:
			if b := r.bytes(ggufScalars[kind]); b != nil {
				a.numbers[key] = ggufScalar(kind, b)
			}
		default:
			r.pass(kind, 1, 0)
		}
	}
	return alignment
}

// tensor reads what describes a tensor, and its offset among the data.
func (r *ggufReader) tensor() (t Tensor, offset uint64) {
	t.Name = r.text()
	dims := r.u32()
	if r.err == nil && (dims < 1 || dims > 4) {
		r.fail("tensor %q of %d dimensions, want 1 to 4", t.Name, dims)
	}
	if r.err != nil {
		return t, 0
	}
	t.Shape = make([]int, dims)
	for i := range t.Shape {
		d := r.u64()
		if d > uint64(min(r.size*blockSize, math.MaxInt)) { // more elements than there can be
			r.fail("tensor %q: dimension %d", t.Name, d)
			return t, 0
		}
		t.Shape[len(t.Shape)-1-i] = int(d) // innermost first
	}
	number := r.u32()
	kind, ok := ggufTypes[number]
	if !ok {
		r.fail("tensor %q: elements of type number %d, which cannot be read", t.Name, number)
	}
	t.Type = kind
	return t, r.u64()
}

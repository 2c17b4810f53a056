package interchange

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"unicode/utf8"

	"github.com/Kaleaon/pentary-go/packed"
)

// What the names of arrays end in, as in files of compressed-tensors.
const (
	suffixWeight = ".weight"        // int8, rows × columns
	suffixPacked = ".weight_packed" // uint8, rows × packed.RowBytes(columns)
	suffixShape  = ".weight_shape"  // int64: rows, columns
	suffixScale  = ".weight_scale"  // float32: what a pent of 1 weighs
)

// An array is a named array of a file that is written.
type array struct {
	name  string
	dtype DType
	shape []int
	write func(io.Writer) error // writes size() bytes
}

func (a *array) size() int64 {
	n := int64(a.dtype.size())
	for _, d := range a.shape {
		n *= int64(d)
	}
	return n
}

// arraysOf returns the arrays that hold the tensors of a .pent file, tensors of a wide
// element type first: so each array is aligned to its element.
func arraysOf(f *packed.File, plain bool) ([]array, error) {
	if _, err := f.WriteTo(io.Discard); err != nil { // checks all of f
		return nil, err
	}
	var shapes, scales, weights []array
	for _, t := range f.Tensors {
		scale := math.Ldexp(1, int(t.Scale))
		if v := float32(scale); v == 0 || math.IsInf(float64(v), 0) {
			return nil, fmt.Errorf("interchange: tensor %q: scale 2^%d, a float32 holds 2^-149 to 2^127", t.Name, t.Scale)
		}
		scales = append(scales, array{t.Name + suffixScale, F32, []int{1}, numbers(float32(scale))})
		w := t.Matrix
		if plain {
			weights = append(weights, array{t.Name + suffixWeight, I8, []int{w.Rows(), w.Cols()}, func(out io.Writer) error { return writeInt8(out, w) }})
			continue
		}
		shapes = append(shapes, array{t.Name + suffixShape, I64, []int{2}, numbers([]int64{int64(w.Rows()), int64(w.Cols())})})
		weights = append(weights, array{t.Name + suffixPacked, U8, []int{w.Rows(), w.Stride()}, func(out io.Writer) error {
			_, err := out.Write(w.Bytes())
			return err
		}})
	}
	arrays := slices.Concat(shapes, scales, weights)
	seen := map[string]bool{metadata: true}
	for _, a := range arrays {
		if seen[a.name] {
			return nil, fmt.Errorf("interchange: two arrays would be called %q", a.name)
		}
		seen[a.name] = true
	}
	return arrays, nil
}

// numbers returns a function that writes values in little-endian order.
func numbers(values any) func(io.Writer) error {
	return func(w io.Writer) error { return binary.Write(w, binary.LittleEndian, values) }
}

// writeInt8 writes the weights of a matrix, one byte each, row-major.
func writeInt8(out io.Writer, w *packed.Matrix) error {
	row, b := make([]int8, w.Cols()), make([]byte, w.Cols())
	for i := range w.Rows() {
		w.Row(i).Unpack(row)
		for j, v := range row {
			b[j] = byte(v)
		}
		if _, err := out.Write(b); err != nil {
			return err
		}
	}
	return nil
}

// metadata is the name that files give to text about their arrays.
const metadata = "__metadata__"

// textMeta returns the meta of a file as a JSON object of strings. Values that are not
// UTF-8 are an error, because JSON would change them.
func textMeta(meta map[string]string) ([]byte, error) {
	for _, key := range slices.Sorted(maps.Keys(meta)) {
		if !utf8.ValidString(meta[key]) {
			return nil, fmt.Errorf("interchange: meta %q is not UTF-8", key)
		}
	}
	if len(meta) == 0 {
		return []byte("{}"), nil
	}
	return json.Marshal(meta) // sorts the keys
}

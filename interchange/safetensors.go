package interchange

import (
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/Kaleaon/pentary-go/packed"
)

// WriteSafetensors writes the tensors of a .pent file in the safetensors format, with its
// meta as metadata. A tensor NAME becomes
//
//	NAME.weight_packed  U8   rows × packed.RowBytes(columns): the 332 layout of package packed
//	NAME.weight_shape   I64  rows, columns
//	NAME.weight_scale   F32  2^Scale, what a pent of 1 weighs
//
// or, if plain, NAME.weight, I8 of rows × columns, and NAME.weight_scale. ReadSafetensors
// and Archive.File make the same .pent file of either. A scale that is no float32 and a
// meta value that is not UTF-8 are errors.
func WriteSafetensors(w io.Writer, f *packed.File, plain bool) error {
	arrays, err := arraysOf(f, plain)
	if err != nil {
		return err
	}
	meta, err := textMeta(f.Meta)
	if err != nil {
		return err
	}
	var header strings.Builder
	fmt.Fprintf(&header, `{"%s":%s`, metadata, meta)
	at := int64(0)
	for _, a := range arrays {
		name, err := json.Marshal(a.name)
		if err != nil {
			return err
		}
		shape, err := json.Marshal(a.shape)
		if err != nil {
			return err
		}
		fmt.Fprintf(&header, `,%s:{"dtype":"%s","shape":%s,"data_offsets":[%d,%d]}`, name, a.dtype, shape, at, at+a.size())
		at += a.size()
	}
	header.WriteByte('}')
	for header.Len()%8 != 0 {
		header.WriteByte(' ')
	}
	if err := binary.Write(w, binary.LittleEndian, uint64(header.Len())); err != nil {
		return err
	}
	if _, err := io.WriteString(w, header.String()); err != nil {
		return err
	}
	return writeArrays(w, arrays)
}

func writeArrays(w io.Writer, arrays []array) error {
	for _, a := range arrays {
		if err := a.write(w); err != nil {
			return err
		}
	}
	return nil
}

// maxHeader is the longest header that the format's own library reads.
const maxHeader = 100_000_000

// readSafetensors checks all that the format says: the data of tensors follow one another
// without gaps, to the end of the file.
func readSafetensors(r io.ReaderAt, size int64) (*Archive, error) {
	var length [8]byte
	if _, err := r.ReadAt(length[:], 0); err != nil {
		return nil, fmt.Errorf("safetensors: length of the header at offset 0: %w", noEOF(err))
	}
	n := le.Uint64(length[:])
	if n > maxHeader || int64(n) > size-8 {
		return nil, fmt.Errorf("safetensors: a header of %d bytes at offset 8, in a file of %d bytes", n, size)
	}
	header := make([]byte, n)
	if _, err := r.ReadAt(header, 8); err != nil {
		return nil, fmt.Errorf("safetensors: header at offset 8: %w", noEOF(err))
	}
	var entries map[string]json.RawMessage
	if err := json.Unmarshal(header, &entries); err != nil {
		return nil, fmt.Errorf("safetensors: header at offset 8: %w", err)
	}
	a := &Archive{}
	for name, entry := range entries {
		if name == metadata {
			if err := json.Unmarshal(entry, &a.Meta); err != nil {
				return nil, fmt.Errorf("safetensors: %s: %w", metadata, err)
			}
			continue
		}
		var e struct {
			DType   DType    `json:"dtype"`
			Shape   []int    `json:"shape"`
			Offsets [2]int64 `json:"data_offsets"`
		}
		if err := json.Unmarshal(entry, &e); err != nil {
			return nil, fmt.Errorf("safetensors: tensor %q: %w", name, err)
		}
		t := Tensor{Name: name, Shape: e.Shape, Type: e.DType}
		begin, end, data := e.Offsets[0], e.Offsets[1], size-8-int64(n)
		if begin < 0 || begin > end || end > data {
			return nil, fmt.Errorf("safetensors: tensor %q: data from %d to %d, and there are %d bytes of data", name, begin, end, data)
		}
		t.Offset = 8 + int64(n) + begin
		if err := t.check(end - begin); err != nil {
			return nil, fmt.Errorf("safetensors: %w", err)
		}
		t.section(r)
		a.Tensors = append(a.Tensors, t)
	}
	slices.SortFunc(a.Tensors, func(s, t Tensor) int {
		return cmp.Or(cmp.Compare(s.Offset, t.Offset), cmp.Compare(s.Size, t.Size), cmp.Compare(s.Name, t.Name))
	})
	at := 8 + int64(n)
	for _, t := range a.Tensors {
		if t.Offset != at {
			return nil, fmt.Errorf("safetensors: tensor %q at offset %d, want %d, where the data before it end", t.Name, t.Offset, at)
		}
		at += t.Size
	}
	if at != size {
		return nil, fmt.Errorf("safetensors: the data end at offset %d, in a file of %d bytes", at, size)
	}
	return a, nil
}

// noEOF makes the end of a file where more was promised an error of its own.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

package interchange

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
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

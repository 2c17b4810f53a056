package interchange

import (
	"archive/zip"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/Kaleaon/pentary-go/packed"
)

// WriteNPZ writes the tensors of a .pent file as a NumPy archive, uncompressed. A tensor
// NAME becomes NAME.weight, int8 of rows × columns, and NAME.weight_scale, a float32 of
// 2^Scale. The meta is a byte string, a JSON object, called __metadata__. A scale that is
// no float32 and a meta value that is not UTF-8 are errors.
func WriteNPZ(w io.Writer, f *packed.File) error {
	arrays, err := arraysOf(f, true)
	if err != nil {
		return err
	}
	meta, err := textMeta(f.Meta)
	if err != nil {
		return err
	}
	z := zip.NewWriter(w)
	text := array{name: metadata, shape: nil, write: func(w io.Writer) error {
		_, err := w.Write(meta)
		return err
	}}
	if err := writeNPY(z, "|S"+strconv.Itoa(len(meta)), text); err != nil {
		return err
	}
	for _, a := range arrays {
		if err := writeNPY(z, a.dtype.numpy(), a); err != nil {
			return err
		}
	}
	return z.Close()
}

// writeNPY adds an array in the .npy format 1.0.
func writeNPY(z *zip.Writer, descr string, a array) error {
	w, err := z.CreateHeader(&zip.FileHeader{Name: a.name + ".npy", Method: zip.Store})
	if err != nil {
		return err
	}
	var shape strings.Builder
	for _, d := range a.shape {
		fmt.Fprintf(&shape, "%d, ", d)
	}
	header := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", descr, strings.TrimSuffix(shape.String(), " "))
	const before = len(npyMagic) + 2 + 2 // version, length
	header += strings.Repeat(" ", 63-(before+len(header))%64) + "\n"
	length := binary.LittleEndian.AppendUint16(nil, uint16(len(header)))
	if _, err := io.WriteString(w, npyMagic+"\x01\x00"+string(length)+header); err != nil {
		return err
	}
	return a.write(w)
}

const npyMagic = "\x93NUMPY"

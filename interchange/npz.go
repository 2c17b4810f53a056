package interchange

import (
	"archive/zip"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
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

// maxNPYHeader is the longest header that NumPy reads unless told otherwise.
const maxNPYHeader = 10_000

// maxDeflate is the most bytes that a compressed byte stands for.
const maxDeflate = 1032

// npyHeader takes the header of an array apart, a literal of Python.
var npyHeader = regexp.MustCompile(`^\{ *'descr': *'([^']*)', *'fortran_order': *(True|False), *'shape': *\(((?:[0-9]+, *)*[0-9]*),?\),? *\} *\n?$`)

// readNPZ reads stored and compressed arrays in C order.
func readNPZ(r io.ReaderAt, size int64) (*Archive, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("npz: %w", err)
	}
	a := &Archive{}
	seen := map[string]bool{}
	for _, f := range z.File {
		name, ok := strings.CutSuffix(f.Name, ".npy")
		if !ok {
			return nil, fmt.Errorf("npz: %q is no array: its name does not end in .npy", f.Name)
		}
		if seen[name] {
			return nil, fmt.Errorf("npz: two arrays %q", name)
		}
		seen[name] = true
		if err := a.addNPY(f, name, size); err != nil {
			return nil, fmt.Errorf("npz: array %q: %w", name, err)
		}
	}
	return a, nil
}

// addNPY adds an array, or takes over the meta.
func (a *Archive) addNPY(f *zip.File, name string, size int64) error {
	offset, err := f.DataOffset()
	if err != nil {
		return err
	}
	most := f.CompressedSize64
	if f.Method == zip.Deflate {
		most = min(most, uint64(size)) * maxDeflate
	}
	if offset > size || f.CompressedSize64 > uint64(size-offset) || f.UncompressedSize64 > most {
		return fmt.Errorf("%d bytes, %d compressed, at offset %d of a file of %d bytes", f.UncompressedSize64, f.CompressedSize64, offset, size)
	}
	in, err := f.Open()
	if err != nil {
		return fmt.Errorf("at offset %d: %w", offset, err)
	}
	defer in.Close()
	descr, shape, skip, err := readNPYHeader(in)
	if err != nil {
		return fmt.Errorf("at offset %d: %w", offset, err)
	}
	data := int64(f.UncompressedSize64) - skip
	if name == metadata && strings.HasPrefix(descr, "|S") {
		if a.Meta, err = readNPYMeta(in, descr, shape, data); err != nil {
			return fmt.Errorf("at offset %d: %w", offset, err)
		}
		return nil
	}
	t := Tensor{Name: name, Shape: shape, Offset: offset + skip, open: func() (io.Reader, error) {
		in, err := f.Open()
		if err == nil {
			_, err = io.CopyN(io.Discard, in, skip)
		}
		return in, err
	}}
	for d, kind := range dtypes {
		if kind.numpy == descr {
			t.Type = d
		}
	}
	if t.Type == "" {
		return fmt.Errorf("at offset %d: elements of type %q, which cannot be read", offset, descr)
	}
	if err := t.check(data); err != nil {
		return err
	}
	a.Tensors = append(a.Tensors, t)
	return nil
}

// readNPYHeader reads an array up to its data, and returns how many bytes these were.
func readNPYHeader(in io.Reader) (descr string, shape []int, skip int64, err error) {
	b := make([]byte, len(npyMagic)+2)
	if _, err := io.ReadFull(in, b); err != nil {
		return "", nil, 0, noEOF(err)
	}
	if string(b[:len(npyMagic)]) != npyMagic {
		return "", nil, 0, fmt.Errorf("begins with %q, want %q", b[:len(npyMagic)], npyMagic)
	}
	length := make([]byte, 4)
	switch b[len(npyMagic)] {
	case 1:
		_, err = io.ReadFull(in, length[:2])
		skip = 2
	case 2, 3:
		_, err = io.ReadFull(in, length)
		skip = 4
	default:
		err = fmt.Errorf("version %d of the format, want 1 to 3", b[len(npyMagic)])
	}
	if err != nil {
		return "", nil, 0, noEOF(err)
	}
	n := le.Uint32(length)
	if n > maxNPYHeader {
		return "", nil, 0, fmt.Errorf("a header of %d bytes, want at most %d", n, maxNPYHeader)
	}
	header := make([]byte, n)
	if _, err := io.ReadFull(in, header); err != nil {
		return "", nil, 0, noEOF(err)
	}
	skip += int64(len(b)) + int64(n)
	parts := npyHeader.FindSubmatch(header)
	if parts == nil {
		return "", nil, 0, fmt.Errorf("header %q", header)
	}
	for dim := range strings.FieldsFuncSeq(string(parts[3]), func(r rune) bool { return r == ',' || r == ' ' }) {
		d, err := strconv.Atoi(dim)
		if err != nil {
			return "", nil, 0, fmt.Errorf("dimension %s: %w", dim, err)
		}
		shape = append(shape, d)
	}
	if string(parts[2]) == "True" && len(shape) > 1 {
		return "", nil, 0, errors.New("in Fortran order, want C order")
	}
	return string(parts[1]), shape, skip, nil
}

func readNPYMeta(in io.Reader, descr string, shape []int, size int64) (map[string]string, error) {
	if len(shape) != 0 || descr != "|S"+strconv.FormatInt(size, 10) {
		return nil, fmt.Errorf("text of type %q and shape %v, and there are %d bytes", descr, shape, size)
	}
	text, err := io.ReadAll(io.LimitReader(in, size))
	if err != nil {
		return nil, noEOF(err)
	}
	var meta map[string]string
	return meta, json.Unmarshal(text, &meta)
}

package packed

import (
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

	"github.com/Kaleaon/pentary-go/internal/durable"
)

// WriteTo writes f in the .pent format and returns the number of bytes written.
// It returns an error before it writes if f could not be read back: a bad or
// repeated name, a missing matrix, or a matrix whose bytes are not pents.
func (f *File) WriteTo(w io.Writer) (int64, error) {
	header, err := f.encodeHeader()
	if err != nil {
		return 0, err
	}
	var written int64
	put := func(b []byte) error {
		n, err := w.Write(b)
		written += int64(n)
		return err
	}
	if err := put(header); err != nil {
		return written, err
	}
	var zeros [dataAlign]byte
	for _, t := range f.Tensors {
		gap := alignData(uint64(written)) - uint64(written)
		if err := put(zeros[:gap]); err != nil {
			return written, err
		}
		if err := put(t.Matrix.data); err != nil {
			return written, err
		}
	}
	return written, nil
}

// encodeHeader checks f and returns the bytes of its header.
func (f *File) encodeHeader() ([]byte, error) {
	keys := slices.Sorted(maps.Keys(f.Meta))
	size, err := f.headerSize(keys)
	if err != nil {
		return nil, err
	}
	le := binary.LittleEndian
	h := make([]byte, 0, size)
	h = append(h, fileMagic...)
	h = le.AppendUint16(h, fileVersion)
	h = le.AppendUint16(h, 0)
	h = le.AppendUint32(h, uint32(size))
	h = le.AppendUint32(h, uint32(len(f.Tensors)))
	h = le.AppendUint32(h, uint32(len(keys)))
	for _, key := range keys {
		value := f.Meta[key]
		h = le.AppendUint16(h, uint16(len(key)))
		h = append(h, key...)
		h = le.AppendUint32(h, uint32(len(value)))
		h = append(h, value...)
	}
	end := size
	for _, t := range f.Tensors {
		m, offset := t.Matrix, alignData(end)
		h = le.AppendUint16(h, uint16(len(t.Name)))
		h = append(h, t.Name...)
		h = le.AppendUint64(h, uint64(m.rows))
		h = le.AppendUint64(h, uint64(m.cols))
		h = le.AppendUint32(h, uint32(t.Scale))
		h = le.AppendUint64(h, offset)
		h = le.AppendUint64(h, uint64(len(m.data)))
		h = le.AppendUint32(h, durable.Checksum(m.data))
		end = offset + uint64(len(m.data))
	}
	return le.AppendUint32(h, durable.Checksum(h)), nil
}

// headerSize checks what goes into the header and returns its length. If that fits
// 32 bits, so do the counts and the lengths of values.
func (f *File) headerSize(keys []string) (uint64, error) {
	size := uint64(preambleSize + checksumSize)
	for _, key := range keys {
		if err := checkName(key); err != nil {
			return 0, fmt.Errorf("pent file: meta: %w", err)
		}
		size += uint64(metaEntrySize + len(key) + len(f.Meta[key]))
	}
	names := make(map[string]bool, len(f.Tensors))
	for i, t := range f.Tensors {
		if err := t.check(); err != nil {
			return 0, fmt.Errorf("pent file: tensor %d: %w", i, err)
		}
		if names[t.Name] {
			return 0, fmt.Errorf("pent file: tensor %d: %q is the second of that name", i, t.Name)
		}
		names[t.Name] = true
		size += uint64(tensorEntrySize + len(t.Name))
	}
	if size > math.MaxUint32 {
		return 0, fmt.Errorf("pent file: header of %d bytes, above %d", size, uint32(math.MaxUint32))
	}
	return size, nil
}

// check returns an error if t could not be read back.
func (t *Tensor) check() error {
	if err := checkName(t.Name); err != nil {
		return err
	}
	m := t.Matrix
	if m == nil {
		return fmt.Errorf("%q has no matrix", t.Name)
	}
	if _, err := MatrixOver(m.rows, m.cols, m.data); err != nil {
		return fmt.Errorf("%q: %w", t.Name, err)
	}
	return nil
}

package packed

import (
	"fmt"
	"io"
	"math"
	"os"

	"github.com/Kaleaon/pentary-go/internal/durable"
)

// ReadFile reads the file at path and checks all of it, as Decode does. A path that is not
// a regular file is an error. The size that the header states and the checksums are checked
// before memory for the data is allocated. Open maps the file instead.
func ReadFile(path string) (*File, error) {
	return openFile(path, func(f durable.File, h *header, size int64) (*File, error) {
		data, err := h.readAll(f, size)
		if err != nil {
			return nil, err
		}
		return decode(data)
	})
}

// readAll reads a file of size bytes after the checksums of its data have passed, so that
// a file with wrong data allocates nothing for it.
func (h *header) readAll(f io.ReaderAt, size int64) ([]byte, error) {
	if err := h.verifyData(f); err != nil {
		return nil, err
	}
	data := make([]byte, size)
	return data, readAt(f, data, 0)
}

// openFile calls read with a regular file whose header has been read and accounts for
// its size. Errors name the path.
func openFile[T any](path string, read func(durable.File, *header, int64) (T, error)) (result T, err error) {
	f, size, err := durable.OpenRegular(durable.OS, path, os.O_RDONLY)
	if err != nil {
		return result, err
	}
	defer f.Close()
	h, err := readHeader(f, size)
	if err == nil && size > math.MaxInt {
		err = fmt.Errorf("%d bytes, more than the address space", size)
	}
	if err == nil {
		result, err = read(f, h, size)
	}
	if err != nil {
		return result, fmt.Errorf("%s: pent file: %w", path, err)
	}
	return result, nil
}

// readHeader reads the header of a file of size bytes. It checks the checksum before it
// allocates memory for the header.
func readHeader(f io.ReaderAt, size int64) (*header, error) {
	var preamble [leastHeader]byte
	n := min(size, leastHeader)
	if err := readAt(f, preamble[:n], 0); err != nil {
		return nil, err
	}
	length, err := checkPreamble(preamble[:n], uint64(size))
	if err != nil {
		return nil, err
	}
	body := int64(length) - checksumSize
	sum, err := durable.ChecksumOf(f, 0, body)
	if err != nil {
		return nil, err
	}
	var stored [checksumSize]byte
	if err := readAt(f, stored[:], body); err != nil {
		return nil, err
	}
	if err := checkHeaderSum(stored[:], sum, body); err != nil {
		return nil, err
	}
	data := make([]byte, length)
	if err := readAt(f, data, 0); err != nil {
		return nil, err
	}
	return parseHeader(data, uint64(size))
}

// readAt fills b, which may end at the end of the file.
func readAt(f io.ReaderAt, b []byte, offset int64) error {
	n, err := f.ReadAt(b, offset)
	if n == len(b) {
		return nil
	}
	return err
}

// verifyData checks the checksums of the tensors' data in constant memory.
func (h *header) verifyData(f io.ReaderAt) error {
	for _, e := range h.entries {
		sum, err := durable.ChecksumOf(f, int64(e.offset), int64(e.length))
		if err != nil {
			return err
		}
		if err := e.checkSum(sum); err != nil {
			return e.wrap(err)
		}
	}
	return nil
}

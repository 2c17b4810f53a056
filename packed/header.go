package packed

import (
	"encoding/binary"
	"fmt"

	"github.com/Kaleaon/pentary-go/internal/durable"
)

// leastHeader is the length of the header of a file without entries.
const leastHeader = preambleSize + checksumSize

// header is the header of a file whose layout has been checked.
type header struct {
	length  uint64
	meta    map[string]string
	entries []tensorEntry
}

// tensorEntry is an entry of the directory, as stored.
type tensorEntry struct {
	name           string
	rows, cols     uint64
	scale          int32
	offset, length uint64
	checksum       uint32
}

// wrap says which tensor an error is of.
func (e *tensorEntry) wrap(err error) error {
	return fmt.Errorf("tensor %q at offset %d: %w", e.name, e.offset, err)
}

func (e *tensorEntry) checkSum(sum uint32) error {
	if sum != e.checksum {
		return fmt.Errorf("checksum is %08x, but the data's is %08x", e.checksum, sum)
	}
	return nil
}

// checkPreamble checks the beginning of a file of size bytes and returns the length of
// its header.
func checkPreamble(data []byte, size uint64) (length uint32, err error) {
	if len(data) < leastHeader {
		return 0, fmt.Errorf("truncated: %d bytes, and a header takes at least %d", len(data), leastHeader)
	}
	le := binary.LittleEndian
	if magic := data[:len(fileMagic)]; string(magic) != fileMagic {
		return 0, fmt.Errorf("magic at offset 0 is %q, not %q", magic, fileMagic)
	}
	if version := le.Uint16(data[4:]); version != fileVersion {
		return 0, fmt.Errorf("version at offset 4 is %d, not %d", version, fileVersion)
	}
	if flags := le.Uint16(data[6:]); flags != 0 {
		return 0, fmt.Errorf("flags at offset 6 are %#x, not 0", flags)
	}
	length = le.Uint32(data[8:])
	if length < leastHeader || uint64(length) > size {
		return 0, fmt.Errorf("header length at offset 8 is %d, in a file of %d bytes", length, size)
	}
	return length, nil
}

// checkHeaderSum compares the checksum stored at an offset with the checksum of the bytes
// before.
func checkHeaderSum(stored []byte, sum uint32, offset int64) error {
	if stored := binary.LittleEndian.Uint32(stored); stored != sum {
		return fmt.Errorf("header checksum at offset %d is %08x, but the header's is %08x", offset, stored, sum)
	}
	return nil
}

// openHeader reads the header at the beginning of data, the whole file.
func openHeader(data []byte) (*header, error) {
	length, err := checkPreamble(data, uint64(len(data)))
	if err != nil {
		return nil, err
	}
	body := int(length) - checksumSize
	if err := checkHeaderSum(data[body:], durable.Checksum(data[:body]), int64(body)); err != nil {
		return nil, err
	}
	return parseHeader(data[:length], uint64(len(data)))
}

// parseHeader reads a header whose preamble and checksum are right. The file has size
// bytes.
func parseHeader(data []byte, size uint64) (*header, error) {
	c := cursor{data: data[:len(data)-checksumSize], at: preambleSize}
	tensors, metas := binary.LittleEndian.Uint32(data[12:]), binary.LittleEndian.Uint32(data[16:])
	h := &header{length: uint64(len(data))}
	var err error
	if h.meta, err = c.readMeta(metas); err != nil {
		return nil, err
	}
	if h.entries, err = c.readDirectory(tensors); err != nil {
		return nil, err
	}
	if extra := len(c.data) - c.at; extra != 0 {
		return nil, fmt.Errorf("%d unused bytes at offset %d of the header", extra, c.at)
	}
	return h, h.checkLayout(size)
}

// checkLayout checks that the tensors' data follow one another and end at the end of the
// file.
func (h *header) checkLayout(size uint64) error {
	end := h.length
	for _, e := range h.entries {
		if want := alignData(end); e.offset != want {
			return e.wrap(fmt.Errorf("data belong at offset %d", want))
		}
		if e.offset > size || e.length > size-e.offset {
			return e.wrap(fmt.Errorf("%d bytes of data in a file of %d: truncated", e.length, size))
		}
		end = e.offset + e.length
	}
	if extra := size - end; extra != 0 {
		return fmt.Errorf("%d bytes after the end at offset %d", extra, end)
	}
	return nil
}

func (c *cursor) readMeta(count uint32) (map[string]string, error) {
	meta := make(map[string]string)
	last := ""
	for i := range count {
		at := c.at
		key := c.name()
		value := string(c.bytes(uint64(c.uint32())))
		if c.err != nil {
			return nil, fmt.Errorf("meta entry %d at offset %d: %w", i, at, c.err)
		}
		if key <= last {
			return nil, fmt.Errorf("meta entry %d at offset %d: key %q does not follow %q", i, at, key, last)
		}
		meta[key], last = value, key
	}
	return meta, nil
}

func (c *cursor) readDirectory(count uint32) ([]tensorEntry, error) {
	var entries []tensorEntry // grows with the bytes read, not with the count claimed
	names := make(map[string]bool)
	for i := range count {
		at := c.at
		e := tensorEntry{
			name:     c.name(),
			rows:     c.uint64(),
			cols:     c.uint64(),
			scale:    int32(c.uint32()),
			offset:   c.uint64(),
			length:   c.uint64(),
			checksum: c.uint32(),
		}
		if c.err != nil {
			return nil, fmt.Errorf("tensor %d, entry at offset %d: %w", i, at, c.err)
		}
		if names[e.name] {
			return nil, fmt.Errorf("tensor %d, entry at offset %d: %q is the second of that name", i, at, e.name)
		}
		names[e.name] = true
		entries = append(entries, e)
	}
	return entries, nil
}

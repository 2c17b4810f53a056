package packed

import (
	"encoding/binary"
	"fmt"

	"github.com/Kaleaon/pentary-go/internal/durable"
)

// header is a header being read: a cursor over its entries, and how many there
// are.
type header struct {
	cursor
	tensors, metas uint32
}

// openHeader reads the preamble and checks it and the header's checksum.
func openHeader(data []byte) (*header, error) {
	const least = preambleSize + checksumSize
	if len(data) < least {
		return nil, fmt.Errorf("truncated: %d bytes, and a header takes at least %d", len(data), least)
	}
	c := cursor{data: data}
	if magic := c.bytes(uint64(len(fileMagic))); string(magic) != fileMagic {
		return nil, fmt.Errorf("magic at offset 0 is %q, not %q", magic, fileMagic)
	}
	if version := c.uint16(); version != fileVersion {
		return nil, fmt.Errorf("version at offset 4 is %d, not %d", version, fileVersion)
	}
	if flags := c.uint16(); flags != 0 {
		return nil, fmt.Errorf("flags at offset 6 are %#x, not 0", flags)
	}
	length := c.uint32()
	if length < least || uint64(length) > uint64(len(data)) {
		return nil, fmt.Errorf("header length at offset 8 is %d, in a file of %d bytes", length, len(data))
	}
	body := int(length) - checksumSize
	stored := binary.LittleEndian.Uint32(data[body:])
	if sum := durable.Checksum(data[:body]); sum != stored {
		return nil, fmt.Errorf("header checksum at offset %d is %08x, but the header's is %08x", body, stored, sum)
	}
	tensors, metas := c.uint32(), c.uint32()
	c.data = data[:body]
	return &header{cursor: c, tensors: tensors, metas: metas}, nil
}

func (h *header) readMeta() (map[string]string, error) {
	meta := make(map[string]string)
	last := ""
	for i := range h.metas {
		at := h.at
		key := h.name()
		value := string(h.bytes(uint64(h.uint32())))
		if h.err != nil {
			return nil, fmt.Errorf("meta entry %d at offset %d: %w", i, at, h.err)
		}
		if key <= last {
			return nil, fmt.Errorf("meta entry %d at offset %d: key %q does not follow %q", i, at, key, last)
		}
		meta[key], last = value, key
	}
	return meta, nil
}

// tensorEntry is an entry of the directory, as stored.
type tensorEntry struct {
	name           string
	rows, cols     uint64
	scale          int32
	offset, length uint64
	checksum       uint32
}

func (h *header) readDirectory() ([]tensorEntry, error) {
	var entries []tensorEntry // grows with the bytes read, not with the count claimed
	names := make(map[string]bool)
	for i := range h.tensors {
		at := h.at
		e := tensorEntry{
			name:     h.name(),
			rows:     h.uint64(),
			cols:     h.uint64(),
			scale:    int32(h.uint32()),
			offset:   h.uint64(),
			length:   h.uint64(),
			checksum: h.uint32(),
		}
		if h.err != nil {
			return nil, fmt.Errorf("tensor %d, entry at offset %d: %w", i, at, h.err)
		}
		if names[e.name] {
			return nil, fmt.Errorf("tensor %d, entry at offset %d: %q is the second of that name", i, at, e.name)
		}
		names[e.name] = true
		entries = append(entries, e)
	}
	return entries, nil
}

package packed

import (
	"encoding/binary"
	"fmt"
)

// cursor reads the fields of a header in order. Past the end it reads zeros and
// keeps the first error, so that callers check once for each entry.
type cursor struct {
	data []byte
	at   int
	err  error
}

// bytes returns the next n bytes, without copying, or nil past the end.
func (c *cursor) bytes(n uint64) []byte {
	if left := uint64(len(c.data) - c.at); c.err == nil && n > left {
		c.err = fmt.Errorf("header holds %d bytes at offset %d, needs %d", left, c.at, n)
	}
	if c.err != nil {
		return nil
	}
	b := c.data[c.at : c.at+int(n)]
	c.at += int(n)
	return b
}

func (c *cursor) uint16() uint16 {
	if b := c.bytes(2); b != nil {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

func (c *cursor) uint32() uint32 {
	if b := c.bytes(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (c *cursor) uint64() uint64 {
	if b := c.bytes(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

// name reads a length of 16 bits and a name, and checks it.
func (c *cursor) name() string {
	s := string(c.bytes(uint64(c.uint16())))
	if c.err == nil {
		c.err = checkName(s)
	}
	return s
}

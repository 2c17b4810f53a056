package durable

import (
	"hash"
	"hash/crc32"
	"io"
)

// castagnoli is the polynomial for which CPUs have an instruction.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Checksum returns the CRC-32C of b.
func Checksum(b []byte) uint32 { return crc32.Checksum(b, castagnoli) }

// UpdateChecksum returns the CRC-32C of some bytes followed by b, given the CRC-32C sum of these
// bytes.
func UpdateChecksum(sum uint32, b []byte) uint32 { return crc32.Update(sum, castagnoli, b) }

// NewChecksum returns a hash that computes CRC-32C.
func NewChecksum() hash.Hash32 { return crc32.New(castagnoli) }

// ChecksumOf returns the CRC-32C of the n bytes at an offset, in constant memory, so that callers
// can check data before they allocate memory for it. It returns io.ErrUnexpectedEOF if there are
// fewer bytes.
func ChecksumOf(r io.ReaderAt, offset, n int64) (uint32, error) {
	h := NewChecksum()
	read, err := io.Copy(h, io.NewSectionReader(r, offset, n))
	if err == nil && read < n {
		err = io.ErrUnexpectedEOF
	}
	return h.Sum32(), err
}

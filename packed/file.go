package packed

import (
	"errors"
	"fmt"
	"io"
	"math"
	"unicode/utf8"

	"github.com/Kaleaon/pentary-go/internal/durable"
)

// Tensor is a named matrix of a File. The weight that a pent stands for is
// pent · 2^Scale.
type Tensor struct {
	Name   string
	Matrix *Matrix
	Scale  int32
}

// File is the contents of a .pent file: matrices, in order, and free-form metadata.
//
// Names and meta keys are UTF-8, not empty, at most 65535 bytes and unique; meta
// values are any bytes. A File has exactly one encoding, and the reader accepts no
// other.
//
// # Format
//
// Version 1. Integers are little-endian and follow one another without gaps; i32
// is two's complement; a checksum is CRC-32C (Castagnoli: reflected polynomial
// 0x82F63B78, initial value and final xor 0xFFFFFFFF, so that "123456789" gives
// 0xE3069283). Offsets count bytes from the start of the file.
//
//	header
//	    magic           4 bytes  "PENT"
//	    version         u16      1
//	    flags           u16      0
//	    header length   u32      from the magic to the header checksum, inclusive
//	    tensor count    u32
//	    meta count      u32
//	    for each meta entry, by increasing key, compared as unsigned bytes:
//	        key length      u16
//	        key
//	        value length    u32
//	        value
//	    for each tensor:
//	        name length     u16
//	        name
//	        rows            u64
//	        columns         u64
//	        scale           i32
//	        data offset     u64
//	        data length     u64
//	        data checksum   u32
//	    header checksum u32      of every header byte before it
//	for each tensor, in the order of the header:
//	    zero bytes up to the next multiple of 64, which is its data offset
//	    data            rows · row bytes
//
// The file ends where the last tensor's data end, or with the header if there is
// no tensor. Rows and columns are both zero or both not.
//
// The data are the rows in order, each in the 332 layout of the package comment:
// columns/256 blocks of 96 bytes, then a small block of 12 bytes for every 32 of
// the columns%256 columns left, or part of 32. Codes above 4, and padding other
// than code 2, are errors.
type File struct {
	Meta    map[string]string
	Tensors []Tensor
}

// The constants of the format.
const (
	fileMagic   = "PENT"
	fileVersion = 1
	dataAlign   = 64

	preambleSize    = 20 // magic to meta count
	metaEntrySize   = 6  // without key and value
	tensorEntrySize = 42 // without name
	checksumSize    = 4
)

// alignData returns the first offset for data at or after end.
func alignData(end uint64) uint64 { return (end + dataAlign - 1) / dataAlign * dataAlign }

// checkName returns an error if s may not name a tensor or a meta entry.
func checkName(s string) error {
	switch {
	case s == "":
		return errors.New("empty name")
	case len(s) > math.MaxUint16:
		return fmt.Errorf("name of %d bytes, above %d: %.32q…", len(s), math.MaxUint16, s)
	case !utf8.ValidString(s):
		return fmt.Errorf("name %q is not UTF-8", s)
	}
	return nil
}

// WriteFile writes f to path atomically: on an error an existing file stays as it
// was, and a reader never sees a part of f. A symbolic link is followed. An existing
// path that is not a regular file is an error.
func WriteFile(path string, f *File) error {
	return durable.Write(path, func(w io.Writer) error {
		_, err := f.WriteTo(w)
		return err
	})
}

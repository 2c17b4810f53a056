package kernels

import (
	"testing"

	"github.com/Kaleaon/pentary-go/packed"
)

// Rows up to two blocks at every length, and some longer ones. Bytes and codes
// are arbitrary: eight codes exist at this level.
var rowLengths = append(upTo(2*packed.BlockPents+packed.SmallPents), 767, 768, 769, 1024, 1055, 4096, 4129)

func TestPackInvertsUnpack(t *testing.T) {
	forEachImpl(t, func(t *testing.T) {
		for _, n := range rowLengths {
			o := newOperands(t, uint64(n), 0, 0)
			row := input(o, packed.RowBytes(n), between[byte](o, 0, 255))
			codes := make([]uint8, packed.PaddedLen(n))
			again := make([]byte, len(row))
			Unpack(codes, row, n)
			Pack(again, codes, n)
			equal(t, "row", again, row)
		}
	})
}

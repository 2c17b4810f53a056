package data

import (
	"crypto/sha256"
	"encoding/binary"
)

// Hash returns the SHA-256 of datasets, without names: for each the numbers of samples,
// features and classes as u64, then inputs and labels, a byte each. A regression has 0
// classes and, instead of labels, the number of outputs as u64 and the targets as i16.
// Integers are little-endian.
func Hash(sets ...*Dataset) [sha256.Size]byte {
	hash := sha256.New()
	var buf [3 * 8]byte
	for _, d := range sets {
		head := buf[:0]
		for _, n := range []int{d.Len(), d.Features, d.Classes} {
			head = binary.LittleEndian.AppendUint64(head, uint64(n))
		}
		hash.Write(head)
		hash.Write(asBytes(d.Inputs))
		hash.Write(d.Labels)
		if d.Outputs > 0 {
			hash.Write(binary.LittleEndian.AppendUint64(buf[:0], uint64(d.Outputs)))
			binary.Write(hash, binary.LittleEndian, d.Targets)
		}
	}
	return [sha256.Size]byte(hash.Sum(nil))
}

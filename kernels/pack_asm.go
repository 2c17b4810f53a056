//go:build !purego && (amd64 || arm64)

package kernels

import "github.com/Kaleaon/pentary-go/packed"

// smallBlocks returns how many small blocks end a row of n pents.
func smallBlocks(n int) int {
	return packed.PaddedLen(n%packed.BlockPents) / packed.SmallPents
}

// interleaveLast interleaves the last quad of n vectors of k, which have one to
// three elements of it. src starts with the elements of the first vector.
func interleaveLast(dst, src []int8, k, n int) {
	for c := range n {
		quad := [4]int8{}
		copy(quad[:], src[c*k:][:k%4])
		copy(dst[c*4:c*4+4], quad[:])
	}
}

// Contracts of the assembly, whose names end in the instruction set.
//
// unpackSmall unpacks small blocks, at least one:
//
//	for b := range small {
//		packed.UnpackCodes(dst[32*b:], row[12*b:], 32)
//	}
//
// packBlocks packs whole blocks, at least one:
//
//	packed.PackCodes(row, src, 256*blocks)
//
// packSmall packs small blocks, at least one:
//
//	for b := range small {
//		packed.PackCodes(row[12*b:], src[32*b:], 32)
//	}

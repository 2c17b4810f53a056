//go:build !purego && (amd64 || arm64)

package kernels

import "github.com/Kaleaon/pentary-go/packed"

// smallBlocks returns how many small blocks end a row of n pents.
func smallBlocks(n int) int {
	return packed.PaddedLen(n%packed.BlockPents) / packed.SmallPents
}

// interleaveLast interleaves the last quad of n vectors of k, which have one to
// three elements of it. src starts with those of the first vector.
func interleaveLast(dst, src []int8, k, n int) {
	for c := range n {
		quad := [4]int8{}
		copy(quad[:], src[c*k:][:k%4])
		copy(dst[c*4:c*4+4], quad[:])
	}
}

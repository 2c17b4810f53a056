//go:build !purego

package kernels

import "github.com/Kaleaon/pentary-go/packed"

func unpack(dst []uint8, row []byte, n int) {
	if level == generic {
		packed.UnpackCodes(dst, row, n)
		return
	}
	blocks, small := n/packed.BlockPents, smallBlocks(n)
	if blocks > 0 {
		unpackBlocks(dst, 0, row, 0, 1, blocks)
	}
	if small > 0 {
		unpackSmallAVX2(&dst[blocks*packed.BlockPents], &row[blocks*packed.BlockBytes], small)
	}
}

// unpackRows unpacks n pents of each row, whose bytes are ldw apart from w on, to rows
// of stride bytes.
func unpackRows(dst []uint8, stride int, w []byte, ldw, rows, n int) {
	blocks := n / packed.BlockPents
	if blocks > 0 {
		unpackBlocks(dst, stride, w, ldw, rows, blocks)
	}
	done := blocks * packed.BlockPents
	if done == n {
		return
	}
	for r := range rows {
		unpack(dst[r*stride+done:][:stride-done], w[r*ldw+blocks*packed.BlockBytes:], n-done)
	}
}

// unpackBlocks unpacks whole blocks of rows; see unpackRowsAVX2.
func unpackBlocks(dst []uint8, stride int, w []byte, ldw, rows, blocks int) {
	if level >= avx512bw {
		unpackRowsAVX512(&dst[0], stride, &w[0], ldw, rows, blocks)
	} else {
		unpackRowsAVX2(&dst[0], stride, &w[0], ldw, rows, blocks)
	}
}

func pack(row []byte, src []uint8, n int) {
	if level == generic {
		packed.PackCodes(row, src, n)
		return
	}
	blocks, small := n/packed.BlockPents, smallBlocks(n)
	switch {
	case blocks == 0:
	case level >= avx512bw:
		packBlocksAVX512(&row[0], &src[0], blocks)
	default:
		packBlocksAVX2(&row[0], &src[0], blocks)
	}
	if small > 0 {
		packSmallAVX2(&row[blocks*packed.BlockBytes], &src[blocks*packed.BlockPents], small)
	}
}

// unpackRowsAVX2 unpacks whole blocks of rows, at least one of each:
//
//	for r := range rows {
//		packed.UnpackCodes(dst[r*stride:], w[r*ldw:], 256*blocks)
//	}
//
// 88 Gpents/s of 96, one store of 32 bytes a cycle.
//
//go:noescape
func unpackRowsAVX2(dst *uint8, stride int, w *byte, ldw, rows, blocks int)

// unpackRowsAVX512 does the same. 116 Gpents/s of 154.
//
//go:noescape
func unpackRowsAVX512(dst *uint8, stride int, w *byte, ldw, rows, blocks int)

// unpackSmallAVX2 has the contract of unpackSmall in pack_asm.go. 32 Gpents/s of 38.
//
//go:noescape
func unpackSmallAVX2(dst *uint8, row *byte, small int)

// packBlocksAVX2 has the contract of packBlocks in pack_asm.go. 90 Gpents/s of 128.
//
//go:noescape
func packBlocksAVX2(row *byte, src *uint8, blocks int)

// packBlocksAVX512 does the same. 113 Gpents/s of 128.
//
//go:noescape
func packBlocksAVX512(row *byte, src *uint8, blocks int)

// packSmallAVX2 has the contract of packSmall in pack_asm.go. 16 Gpents/s of 17.
//
//go:noescape
func packSmallAVX2(row *byte, src *uint8, small int)

func interleave(dst, src []int8, k, n int) {
	quads := k / 4
	if level == generic || quads < 4 || n < 8 {
		interleaveGeneric(dst, src, k, n)
		return
	}
	interleaveAVX2(&dst[0], &src[0], quads, k, n)
	if k%4 > 0 {
		interleaveLast(dst[quads*n*4:], src[quads*4:], k, n)
	}
}

// interleaveAVX2 interleaves whole quads:
//
//	for q := range quads {
//		for c := range n {
//			copy(dst[(q*n+c)*4:][:4], src[c*k+q*4:])
//		}
//	}
//
// for quads ≥ 4, k ≥ 4·quads and n ≥ 8. 54 GB/s in L1 of 96, 20 to 26 GB/s in L2.
// Wider registers do not help: transposing 16×16 takes more shuffles for a byte, and
// AVX-512 has one port for them.
//
//go:noescape
func interleaveAVX2(dst, src *int8, quads, k, n int)

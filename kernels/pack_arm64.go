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
		unpackBlocksNEON(&dst[0], &row[0], blocks)
	}
	if small > 0 {
		unpackSmallNEON(&dst[blocks*packed.BlockPents], &row[blocks*packed.BlockBytes], small)
	}
}

// unpackRows unpacks n pents of each row, whose bytes are ldw apart from w on, to rows
// of stride bytes.
func unpackRows(dst []uint8, stride int, w []byte, ldw, rows, n int) {
	for r := range rows {
		unpack(dst[r*stride:][:stride], w[r*ldw:], n)
	}
}

func pack(row []byte, src []uint8, n int) {
	if level == generic {
		packed.PackCodes(row, src, n)
		return
	}
	blocks, small := n/packed.BlockPents, smallBlocks(n)
	if blocks > 0 {
		packBlocksNEON(&row[0], &src[0], blocks)
	}
	if small > 0 {
		packSmallNEON(&row[blocks*packed.BlockBytes], &src[blocks*packed.BlockPents], small)
	}
}

// unpackBlocksNEON unpacks whole blocks, at least one:
//
//	packed.UnpackCodes(dst, row, 256*blocks)
//
// 5.4 instructions for 32 pents, 3.5 of them on vectors.
//
//go:noescape
func unpackBlocksNEON(dst *uint8, row *byte, blocks int)

// unpackSmallNEON has the contract of unpackSmall in pack_asm.go. 15 instructions for 32
// pents.
//
//go:noescape
func unpackSmallNEON(dst *uint8, row *byte, small int)

// packBlocksNEON has the contract of packBlocks in pack_asm.go. 4.1 instructions for 32
// pents, 2.3 of them on vectors.
//
//go:noescape
func packBlocksNEON(row *byte, src *uint8, blocks int)

// packSmallNEON has the contract of packSmall in pack_asm.go. 14 instructions for 32
// pents.
//
//go:noescape
func packSmallNEON(row *byte, src *uint8, small int)

func interleave(dst, src []int8, k, n int) {
	quads := k / 4
	if level == generic || quads < 4 || n < 4 {
		interleaveGeneric(dst, src, k, n)
		return
	}
	interleaveNEON(&dst[0], &src[0], quads, k, n)
	if k%4 > 0 {
		interleaveLast(dst[quads*n*4:], src[quads*4:], k, n)
	}
}

// interleaveNEON interleaves whole quads:
//
//	for q := range quads {
//		for c := range n {
//			copy(dst[(q*n+c)*4:][:4], src[c*k+q*4:])
//		}
//	}
//
// for quads ≥ 4, k ≥ 4·quads and n ≥ 4. 18 instructions for 64 bytes.
//
//go:noescape
func interleaveNEON(dst, src *int8, quads, k, n int)

package packed

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/Kaleaon/pentary-go/trit5"
)

// The two block sizes of the 332 layout, in pents and in bytes.
const (
	BlockPents = 256 // codes in a block: 8 groups of 32 lanes
	BlockBytes = 96  // bytes of a block: vectors A, B, C of 32 lanes
	SmallPents = 32  // codes in a small block: 8 groups of 4 lanes
	SmallBytes = 12  // bytes of a small block: vectors A, B, C of 4 lanes
)

// maxLen is the largest number of pents that can be rounded up to whole small blocks.
const maxLen = math.MaxInt - SmallPents + 1

// groups is the number of code groups that share the three vectors of a block.
const groups = 8

// RowBytes returns the bytes that a row of n pents takes: whole blocks, then
// small blocks for the remainder. It panics if n is negative.
func RowBytes(n int) int {
	if n < 0 {
		panic("packed: RowBytes: negative length")
	}
	return n/BlockPents*BlockBytes + (n%BlockPents+SmallPents-1)/SmallPents*SmallBytes
}

// PaddedLen returns n rounded up to whole small blocks: the number of codes in a
// row of n pents, padding included, which UnpackCodes writes. It panics if n is
// negative or the result does not fit an int.
func PaddedLen(n int) int {
	if uint(n) > maxLen {
		panic("packed: PaddedLen: length is negative or cannot be rounded up")
	}
	return (n + SmallPents - 1) / SmallPents * SmallPents
}

// checkCodes panics unless codes and row are long enough for n pents.
func checkCodes(fn string, codes []uint8, row []byte, n int) {
	if uint(n) > maxLen || len(codes) < PaddedLen(n) || len(row) < RowBytes(n) {
		panic(fmt.Sprintf("packed: %s: %d codes and %d bytes for a row of %d pents", fn, len(codes), len(row), n))
	}
}

// UnpackCodes writes the PaddedLen(n) codes of a row of n pents to dst. It is
// the reference for every SIMD unpacking kernel. It panics, before it writes, if dst
// or row is shorter than n takes.
func UnpackCodes(dst []uint8, row []byte, n int) {
	checkCodes("UnpackCodes", dst, row, n)
	dst, row = dst[:PaddedLen(n)], row[:RowBytes(n)]
	for ; n >= BlockPents; n -= BlockPents {
		unpackBlock(dst, row, BlockPents/groups)
		dst, row = dst[BlockPents:], row[BlockBytes:]
	}
	for ; n > 0; n -= SmallPents {
		unpackBlock(dst, row, SmallPents/groups)
		dst, row = dst[SmallPents:], row[SmallBytes:]
	}
}

// PackCodes is the inverse of UnpackCodes: it packs PaddedLen(n) codes of three
// bits into a row of n pents. The caller fills the padding with code 010. It panics,
// before it writes, if row or src is shorter than n takes.
func PackCodes(row []byte, src []uint8, n int) {
	checkCodes("PackCodes", src, row, n)
	src, row = src[:PaddedLen(n)], row[:RowBytes(n)]
	for ; n >= BlockPents; n -= BlockPents {
		packBlock(row, src, BlockPents/groups)
		src, row = src[BlockPents:], row[BlockBytes:]
	}
	for ; n > 0; n -= SmallPents {
		packBlock(row, src, SmallPents/groups)
		src, row = src[SmallPents:], row[SmallBytes:]
	}
}

func unpackBlock(dst []uint8, block []byte, lanes int) {
	dst, block = dst[:groups*lanes], block[:3*lanes]
	for l := range lanes {
		a, b, c := block[l], block[lanes+l], block[2*lanes+l]
		dst[l] = a & 7
		dst[lanes+l] = a >> 3 & 7
		dst[2*lanes+l] = b & 7
		dst[3*lanes+l] = b >> 3 & 7
		dst[4*lanes+l] = c & 7
		dst[5*lanes+l] = c >> 3 & 7
		dst[6*lanes+l] = a>>6 | c>>4&4
		dst[7*lanes+l] = b>>6 | c>>5&4
	}
}

func packBlock(block []byte, src []uint8, lanes int) {
	src, block = src[:groups*lanes], block[:3*lanes]
	for l := range lanes {
		g6, g7 := src[6*lanes+l], src[7*lanes+l]
		block[l] = src[l] | src[lanes+l]<<3 | g6<<6
		block[lanes+l] = src[2*lanes+l] | src[3*lanes+l]<<3 | g7<<6
		block[2*lanes+l] = src[4*lanes+l] | src[5*lanes+l]<<3 | g6>>2<<6 | g7>>2<<7
	}
}

// place is the position of a code in a row: byte and shift of its low bits, and,
// for the two groups that are split, byte and shift of its high bit.
type place struct {
	low, high           int
	lowShift, highShift uint
	split               bool
}

// locate returns the place of code i in a row of n pents.
func locate(i, n int) place {
	base, lanes := i/BlockPents*BlockBytes, BlockPents/groups
	if whole := n / BlockPents * BlockPents; i >= whole {
		i -= whole
		base = whole/BlockPents*BlockBytes + i/SmallPents*SmallBytes
		lanes = SmallPents / groups
	}
	group, lane := i/lanes%groups, i%lanes
	if group < 6 {
		return place{low: base + group/2*lanes + lane, lowShift: uint(group%2) * 3}
	}
	return place{
		low: base + (group-6)*lanes + lane, lowShift: 6,
		high: base + 2*lanes + lane, highShift: uint(group), split: true,
	}
}

func getCode(row []byte, i, n int) uint8 {
	p := locate(i, n)
	if p.split {
		return row[p.low]>>p.lowShift | row[p.high]>>p.highShift&1<<2
	}
	return row[p.low] >> p.lowShift & 7
}

func setCode(row []byte, i, n int, code uint8) {
	p := locate(i, n)
	if p.split {
		row[p.low] = row[p.low]&^(3<<p.lowShift) | code&3<<p.lowShift
		row[p.high] = row[p.high]&^(1<<p.highShift) | code>>2<<p.highShift
		return
	}
	row[p.low] = row[p.low]&^(7<<p.lowShift) | code<<p.lowShift
}

// fillZero fills the rows of a tensor with zero weights: every code 010.
func fillZero(data []byte, n int) {
	var block [BlockBytes]byte
	var codes [BlockPents]uint8
	for i := range codes {
		codes[i] = trit5.CodeZero
	}
	PackCodes(block[:], codes[:], BlockPents)
	small := [SmallBytes]byte{}
	PackCodes(small[:], codes[:SmallPents], SmallPents)
	whole := n / BlockPents * BlockBytes
	for stride := RowBytes(n); len(data) > 0; data = data[stride:] {
		for at := 0; at < whole; at += BlockBytes {
			copy(data[at:], block[:])
		}
		for at := whole; at < stride; at += SmallBytes {
			copy(data[at:], small[:])
		}
	}
}

// checkRow reports the first invalid code in a row of n pents (5, 6, 7, or
// padding other than zero weight), or -1 if the row is sound.
func checkRow(row []byte, n int) (at int, code uint8) {
	var codes [BlockPents]uint8
	for from := 0; from < n; from += BlockPents {
		span := min(n-from, BlockPents)
		block := row[from/BlockPents*BlockBytes:]
		if span == BlockPents && soundBlock(block) {
			continue
		}
		UnpackCodes(codes[:], block, span)
		for i, c := range codes[:PaddedLen(span)] {
			if !trit5.ValidCode(c) || i >= span && c != trit5.CodeZero {
				return from + i, c
			}
		}
	}
	return -1, 0
}

// soundBlock reports whether no code of a block is 5, 6 or 7, that is, whether
// none has the high bit and another one set. It works on the packed bytes, eight
// lanes at a time: ten times as fast as unpacking.
func soundBlock(block []byte) bool {
	const ones = 0x0101010101010101
	le := binary.LittleEndian
	block = block[:BlockBytes]
	var bad uint64
	for l := 0; l < BlockBytes/3; l += 8 {
		a, b, c := le.Uint64(block[l:]), le.Uint64(block[l+32:]), le.Uint64(block[l+64:])
		whole := a>>2&(a|a>>1) | b>>2&(b|b>>1) | c>>2&(c|c>>1)
		split := c>>6&(a>>6|a>>7) | c>>7&(b>>6|b>>7)
		bad |= whole&(9*ones) | split&ones
	}
	return bad == 0
}

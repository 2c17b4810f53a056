package cluster

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"slices"
)

// maxScoreBytes is the most that a score takes in appendScores.
const maxScoreBytes = binary.MaxVarintLen64

var errScores = errors.New("cluster: scores cut short, or too many")

// appendScores appends the scores of pairs, of each the plus member's samples and then the
// minus member's: of plus the differences from the same samples of the pair before, of the first
// pair from 0, and of minus the differences from plus, as zigzag varints, modulo 2^64.
func appendScores(b []byte, scores []int64, samples int) []byte {
	before := make([]int64, samples)
	for ; len(scores) > 0; scores = scores[2*samples:] {
		plus, minus := scores[:samples], scores[samples:2*samples]
		b = appendDifferences(b, plus, before)
		b = appendDifferences(b, minus, plus)
		before = plus
	}
	return b
}

// decodeScores reads what appendScores has written into scores, whose number it must have.
func decodeScores(scores []int64, b []byte, samples int) (err error) {
	if len(b) < len(scores) {
		return fmt.Errorf("cluster: %d bytes for %d scores", len(b), len(scores))
	}
	before := make([]int64, samples)
	for ; len(scores) > 0; scores = scores[2*samples:] {
		plus, minus := scores[:samples], scores[samples:2*samples]
		if b, err = decodeDifferences(plus, before, b); err != nil {
			return err
		}
		if b, err = decodeDifferences(minus, plus, b); err != nil {
			return err
		}
		before = plus
	}
	if len(b) != 0 {
		return errScores
	}
	return nil
}

// appendDifferences appends values less the ones before. Most take one to four bytes: those
// are made without a branch on their size, which nothing predicts.
func appendDifferences(b []byte, values, before []int64) []byte {
	at := len(b)
	b = slices.Grow(b, maxScoreBytes*len(values))
	b = b[:cap(b)]
	for i, v := range values {
		d := v - before[i]
		u := uint64(d<<1) ^ uint64(d>>63)
		if u >= 1<<28 {
			at += binary.PutUvarint(b[at:], u)
			continue
		}
		n := (bits.Len64(u|1) + 6) * 37 >> 8 // a seventh of the bits, rounded up
		x := u&0x7f | u<<1&0x7f00 | u<<2&0x7f_0000 | u<<3&0x7f00_0000
		binary.LittleEndian.PutUint32(b[at:], uint32(x|0x8080_8080&(1<<(8*n-8)-1)))
		at += n
	}
	return b[:at]
}

// decodeDifferences reads what appendDifferences has appended, and returns the bytes after it.
func decodeDifferences(values, before []int64, b []byte) ([]byte, error) {
	at := 0
	for i := range values {
		var u uint64
		x, ends := uint64(0), uint64(0)
		if at+4 <= len(b) {
			x = uint64(binary.LittleEndian.Uint32(b[at:]))
			ends = ^x & 0x8080_8080
		}
		if ends != 0 {
			n := bits.TrailingZeros64(ends) + 1
			x &= 1<<n - 1
			u = x&0x7f | x>>1&0x3f80 | x>>2&0x1f_c000 | x>>3&0xfe0_0000
			at += n / 8
		} else {
			var n int
			if u, n = binary.Uvarint(b[at:]); n <= 0 {
				return nil, errScores
			}
			at += n
		}
		values[i] = before[i] + (int64(u>>1) ^ -int64(u&1))
	}
	return b[at:], nil
}

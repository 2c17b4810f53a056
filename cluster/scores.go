package cluster

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// maxScoreBytes is the most that a score takes in appendScores.
const maxScoreBytes = 1 + binary.MaxVarintLen64

var errScores = errors.New("cluster: scores cut short, or too many")

// appendScores appends the scores of pairs, of each the plus member's samples and then the
// minus member's: of plus the differences from the same samples of the pair before, of the first
// pair from 0, and of minus the differences from plus, modulo 2^64. A single sample's is a varint.
// Differences of several samples are small but for a few: each is a byte, which is far if it does
// not fit one. The differences that are far come after the bytes, as varints.
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

// far is the byte of a difference that does not fit one.
const far = 1 << 7

// appendDifferences appends values less the ones before.
func appendDifferences(b []byte, values, before []int64) []byte {
	if len(values) == 1 {
		return binary.AppendVarint(b, values[0]-before[0])
	}
	at := len(b)
	b = slices.Grow(b, len(values))[:at+len(values)]
	row, before := b[at:], before[:len(values)]
	left := 0 // of those that are far
	for i, v := range values {
		d := v - before[i]
		row[i] = byte(d)
		if int64(int8(d)) != d || byte(d) == far {
			row[i] = far
			left++
		}
	}
	for i := 0; left > 0; i++ {
		if row[i] == far {
			b = binary.AppendVarint(b, values[i]-before[i])
			left--
		}
	}
	return b
}

// decodeDifferences reads what appendDifferences has appended, and returns the bytes after it.
func decodeDifferences(values, before []int64, b []byte) ([]byte, error) {
	row := []byte{far}
	if len(values) > 1 {
		if len(b) < len(values) {
			return nil, errScores
		}
		row, b = b[:len(values)], b[len(values):]
	}
	left := 0
	before = before[:len(row)]
	for i, d := range row {
		values[i] = before[i] + int64(int8(d))
		if d == far {
			left++
		}
	}
	for i := 0; left > 0; i++ {
		if row[i] == far {
			d, n := binary.Varint(b)
			if n <= 0 {
				return nil, errScores
			}
			values[i], b = before[i]+d, b[n:]
			left--
		}
	}
	return b, nil
}

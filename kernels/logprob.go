package kernels

import (
	"encoding/binary"
	"fmt"
	"math/bits"

	"github.com/Kaleaon/pentary-go/internal/fixed"
)

// LogProbUnit is the resolution of a score: 256 units are one bit.
const LogProbUnit = 256

// MaxClasses bounds the classes of LogProb: the sum of 256 powers fits a uint32.
const MaxClasses = 256

// exp2Table[f] = round(2^(8+f/16)).
var exp2Table = func() (table [16]uint16) {
	for f, v := range fixed.Exp2Sixteenths {
		table[f] = (v + 8) >> 4
	}
	return table
}()

// LogProb computes the integer cross-entropy of n columns of logits over m classes,
// as the log-probability of the target in units of 1/256 bit (never positive but
// for rounding). A logit is an activation in units of 1/16 bit:
//
//	S = Σ_i exp2[l[i, c] & 15] << (l[i, c]>>4 + 8)     ≈ 2^16 · Σ_i 2^(l/16)
//	e = bits.Len32(S) - 1
//	score[c] = 16·l[target[c], c] - (256·e + log2[S>>(e-8) & 255] - 256·16)
//
// with exp2[f] = round(2^(8+f/16)) and log2[f] = round(256·log2(1+(f+½)/256)).
// The tables' rounding costs at most 0.007 bit. logits is a batch of m×n in quads,
// m ≤ MaxClasses; targets are class numbers below m.
func LogProb(score []int32, logits []int8, target []uint8, m, n int) {
	if m < 1 || m > MaxClasses {
		panic(fmt.Sprintf("kernels: LogProb: %d classes, want 1 to %d", m, MaxClasses))
	}
	checkLen("LogProb", "score", len(score), n, "a batch of %d×%d", m, n)
	checkLen("LogProb", "target", len(target), n, "a batch of %d×%d", m, n)
	checkLen("LogProb", "logits", len(logits), batchLen(m, n), "a batch of %d×%d", m, n)
	if c := indexAtLeast(target, m); c >= 0 {
		panic(fmt.Sprintf("kernels: LogProb: target %d of column %d, want below %d", target[c], c, m))
	}
	if len(score) > 0 {
		logProb(score, logits, target, m, n)
	}
}

// indexAtLeast returns the index of the first byte that is low or more, or -1. low is at
// least 1. It looks at eight bytes at once.
func indexAtLeast(bytes []uint8, low int) int {
	const each, top = 0x0101010101010101, 0x8080808080808080
	i := 0
	for ; low < 256 && i+8 <= len(bytes); i += 8 {
		v := binary.LittleEndian.Uint64(bytes[i:])
		above := v | (v&^top + each*uint64(128-low)) // in the top bits
		if low > 128 {
			above = v & (v&^top + each*uint64(256-low))
		}
		if above&top != 0 {
			break
		}
	}
	for ; low < 256 && i < len(bytes); i++ {
		if int(bytes[i]) >= low {
			return i
		}
	}
	return -1
}

func logProbGeneric(score []int32, logits []int8, target []uint8, m, n int) {
	for c := range n {
		var sum uint32
		for i := range m {
			l := logits[(i/4*n+c)*4+i%4]
			sum += uint32(exp2Table[l&15]) << (l>>4 + 8)
		}
		t := int(target[c])
		score[c] = 16*int32(logits[(t/4*n+c)*4+t%4]) - log2(sum)
	}
}

// log2 returns log2(sum / 2^16) in units of 1/256. sum is at least 256.
func log2(sum uint32) int32 { return LogSum(uint64(sum)) }

// LogSum returns what LogProb subtracts for the sum S, of any number of classes, in units of
// 1/256 bit. S is at least 256.
func LogSum(s uint64) int32 {
	e := bits.Len64(s) - 1
	return int32(e-16)*LogProbUnit + log2Table[s>>(e-8)&255]
}

// Power returns what a logit adds to the S of LogProb.
func Power(logit int8) uint64 { return uint64(exp2Table[logit&15]) << (logit>>4 + 8) }

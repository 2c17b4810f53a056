package nn

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/internal/fixed"
)

// MaxLog2Temperature bounds the binary logarithm of the temperature of Sample to ±MaxLog2Temperature.
const MaxLog2Temperature = 8

// Sample draws a class from column c of logits of m×n in quads with 32 random bits u: class
// i has a probability proportional to 2^(l_i/16·2^-log2Temperature). The temperature of
// training is 1, whose logarithm is 0. Probabilities are in 1/4096 of the largest; smaller
// ones are never drawn. It panics if log2Temperature is beyond ±MaxLog2Temperature, logits is
// not such a batch, or c is not a column of it.
func Sample(logits []int8, c, m, n, log2Temperature int, u uint32) int {
	if log2Temperature < -MaxLog2Temperature || log2Temperature > MaxLog2Temperature {
		panic(fmt.Sprintf("nn: Sample: log2Temperature %d, want %d to %d", log2Temperature, -MaxLog2Temperature, MaxLog2Temperature))
	}
	logit := func(i int) int32 { return int32(logits[(i/4*n+c)*4+i%4]) }
	checkBatch("Sample", logits, c, m, n)
	most := logit(largest(logits, c, m, n))
	weight := func(i int) uint64 {
		v := logit(i) - most
		if log2Temperature > 0 {
			v >>= log2Temperature
		} else {
			v <<= -log2Temperature
		}
		return uint64(fixed.Exp2(v))
	}
	sum := uint64(0)
	for i := range m {
		sum += weight(i)
	}
	left := uint64(u) * sum >> 32
	for i := range m {
		w := weight(i)
		if left < w {
			return i
		}
		left -= w
	}
	return m - 1 // not reached: left is below the sum
}

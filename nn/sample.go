package nn

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/internal/fixed"
)

// MaxHeat bounds the binary logarithm of the temperature of Sample to ±MaxHeat.
const MaxHeat = 8

// Sample draws a class from column c of logits of m×n in quads, by 32 random bits u: class
// i with a probability proportional to 2^(l_i/16·2^-heat). heat is the binary logarithm of
// the temperature; 0 is that of training. Probabilities are in 1/4096 of the largest;
// classes below that are not drawn. It panics if heat is beyond ±MaxHeat, logits is no
// such batch, or c no column of it.
func Sample(logits []int8, c, m, n, heat int, u uint32) int {
	if heat < -MaxHeat || heat > MaxHeat {
		panic(fmt.Sprintf("nn: Sample: heat %d, want %d to %d", heat, -MaxHeat, MaxHeat))
	}
	logit := func(i int) int32 { return int32(logits[(i/4*n+c)*4+i%4]) }
	checkBatch("Sample", logits, c, m, n)
	most := logit(largest(logits, c, m, n))
	weight := func(i int) uint64 {
		v := logit(i) - most
		if heat > 0 {
			v >>= heat
		} else {
			v <<= -heat
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

package fixed

import (
	"math/big"
	"math/rand/v2"
	"testing"
)

func TestSum(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 2000 {
		var s, together Sum
		want, n := new(big.Int), rng.Int64N(6)
		values := []int64{-7}
		for range n {
			v := int64(rng.Uint64()) >> rng.IntN(64)
			if v == -7 {
				v++
			}
			s.Add(v)
			want.Add(want, big.NewInt(v))
			values = append(values, v)
		}
		if together.AddAll(values, -7); together != s {
			t.Fatalf("%d added together are %v, want %v", values, together, s)
		}
		if n > 0 {
			want.Div(want, big.NewInt(n)) // Euclidean, so down for a positive divisor
		}
		if got := s.Mean(); got != want.Int64() {
			t.Fatalf("mean %d, want %d", got, want)
		}
	}
}

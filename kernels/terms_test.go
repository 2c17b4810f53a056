package kernels

import (
	"math/rand/v2"
	"testing"

	"github.com/Kaleaon/pentary-go/packed"
)

// Row is Σ f·a·b of factors as WeighFactors and InterleaveFactors arrange them.
func TestTermsRow(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 50 {
		m, k, pairs, rank := 1+rng.IntN(9), 1+rng.IntN(70), 1+rng.IntN(9), 1+rng.IntN(3)
		mp, kp, terms := packed.PaddedLen(m), packed.PaddedLen(k), pairs*rank
		fitness, a, b := make([]int8, pairs), make([]uint8, terms*mp), make([]uint8, terms*kp)
		for p := range fitness {
			fitness[p] = int8(rng.IntN(127) - 63)
		}
		for _, codes := range [][]uint8{a, b} {
			for i := range codes {
				codes[i] = uint8(rng.IntN(5))
			}
		}
		u := Terms{Count: terms, Rows: m, Left: make([]int8, Quads(terms)*4*m), Right: make([]uint8, Quads(terms)*4*kp)}
		WeighFactors(u.Left, a, fitness, rank, m)
		InterleaveFactors(u.Right, b, terms, kp)
		z := make([]int32, k)
		for i := range m {
			u.Row(z, i)
			for j, got := range z {
				want := int32(0)
				for term := range terms {
					want += int32(fitness[term/rank]) * (int32(a[term*mp+i]) - 2) * (int32(b[term*kp+j]) - 2)
				}
				if got != want {
					t.Fatalf("Z[%d, %d] = %d, want %d", i, j, got, want)
				}
			}
		}
	}
}

package baseline_test

import (
	"math/rand/v2"
	"testing"

	"github.com/Kaleaon/pentary-go/es/baseline"
)

func TestRank(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, test := range []struct{ m, k, r int }{
		{1, 1, 0}, {1, 1, 1}, {5, 9, 3}, {9, 5, 5}, {20, 20, 1}, {20, 20, 19}, {20, 20, 20}, {0, 0, 0},
	} {
		// A product of triangles of ones, spread over the matrix, has rank r.
		a, b := make([]int8, test.m*test.r), make([]int8, test.r*test.k)
		rows, cols := rng.Perm(test.m), rng.Perm(test.k)
		for i := range test.r {
			for j := i; j < test.m; j++ {
				a[rows[j]*test.r+i] = int8(1 + rng.IntN(2))
			}
			for j := i; j < test.k; j++ {
				b[i*test.k+cols[j]] = int8(2*rng.IntN(2) - 1)
			}
		}
		e := make([]int8, test.m*test.k)
		for i := range test.m {
			for j := range test.k {
				for ρ := range test.r {
					e[i*test.k+j] += a[i*test.r+ρ] * b[ρ*test.k+j]
				}
			}
		}
		if got := baseline.Rank(e, test.m, test.k); got != test.r {
			t.Errorf("rank of %d×%d is %d, want %d", test.m, test.k, got, test.r)
		}
	}
}

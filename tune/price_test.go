package tune

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// The integer logarithm is the true one rounded down, and doubling its argument adds
// one exactly.
func TestLog2(t *testing.T) {
	const one = 1 << scoreBits
	check := func(n int) {
		exact := math.Log2(float64(n)) * one
		if got := float64(log2(n)); got > exact+1e-3 || got < exact-1-1e-3 {
			t.Errorf("log2(%d) = %.0f/2^%d, want %.3f rounded down", n, got, scoreBits, exact)
		}
		if log2(2*n) != log2(n)+one {
			t.Errorf("log2(%d) = %d, not %d", 2*n, log2(2*n), log2(n)+one)
		}
	}
	for n := 1; n < 1<<14; n++ {
		check(n)
	}
	rng := rand.New(rand.NewPCG(1, 0))
	for range 1 << 10 {
		check(1 + rng.IntN(1<<30-1))
	}
}

func TestScore(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 0))
	for range 1 << 12 {
		price := Price(rng.IntN(1 << 20))
		trial := Trial{Total: 1 + rng.IntN(60_000), Bytes: 1 + rng.IntN(1<<24)}
		trial.Correct = rng.IntN(trial.Total + 1)
		want := 100*trial.Accuracy() - float64(price)/65536*math.Log2(float64(trial.Bytes)/1024)
		if got := price.Score(trial); math.Abs(got-want) > 1e-5 {
			t.Errorf("price %d, %d of %d, %d bytes: %f, want %f", price, trial.Correct, trial.Total, trial.Bytes, got, want)
		}
	}
	// Trials that are equal by the decimals of the price are equal exactly.
	if p := Price(1 << 15); p.score(Trial{Correct: 9000, Total: 12_000, Bytes: 996}) != p.score(Trial{Correct: 9060, Total: 12_000, Bytes: 1992}) {
		t.Error("half a point for twice the bytes differs")
	}
}

// The front is what no other trial dominates, once for each size.
func TestFront(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 0))
	for range 300 {
		trials := make([]Trial, 1+rng.IntN(20))
		for i := range trials {
			trials[i] = Trial{Configuration: i, Bytes: 1 + rng.IntN(10), Correct: rng.IntN(10), Total: 10}
		}
		beaten := func(b Trial) bool {
			return slices.ContainsFunc(trials, func(a Trial) bool {
				same := a.Bytes == b.Bytes && a.Correct == b.Correct
				return a.Bytes <= b.Bytes && a.Correct >= b.Correct && (!same || a.Configuration < b.Configuration)
			})
		}
		var want []Trial
		for size := range 11 {
			for _, trial := range trials {
				if trial.Bytes == size && !beaten(trial) {
					want = append(want, trial)
				}
			}
		}
		if got := Front(trials); !slices.Equal(got, want) {
			t.Fatalf("front %v of %v, want %v", got, trials, want)
		}
	}
	if got := Front(nil); len(got) != 0 {
		t.Errorf("front %v of nothing", got)
	}
}

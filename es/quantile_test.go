package es

import (
	"math"
	"testing"
)

// tails returns the probability that a normal variable is beyond z in either
// direction.
func tails(z float64) float64 { return math.Erfc(z / math.Sqrt2) }

func TestNormalQuantile(t *testing.T) {
	last := int64(math.MaxInt64)
	for share := Q16(1); share <= 1<<16; share++ {
		z := normalQuantile(share)
		if z > last {
			t.Fatalf("share %v: quantile %d above that of a smaller share", ratio(share), z)
		}
		last = z
		got, want := tails(float64(z)/65536), float64(share)/65536
		if math.Abs(got/want-1) > 0.0017 {
			t.Errorf("share %v: quantile %.5f is that of %.6f, want %.6f", ratio(share), float64(z)/65536, got, want)
		}
	}
	if last != 0 {
		t.Errorf("quantile %d of all, want 0", last)
	}
}

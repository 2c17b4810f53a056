package kernels

import (
	"math"
	"testing"
)

// TestScoreAccuracy compares with the logarithm of the softmax, in real numbers:
// the difference is at most 0.007 bit.
func TestScoreAccuracy(t *testing.T) {
	const n, bound = 64, 0.007
	forEachImpl(t, func(t *testing.T) {
		for m := 1; m <= MaxClasses; m = m*5/4 + 1 {
			o := newOperands(t, uint64(m), 0, 0)
			vectors := input(o, m*n, between[int8](o, -127, 127))
			logits, target, score := make([]int8, Quads(m)*n*4), make([]uint8, n), make([]int32, n)
			Interleave(logits, vectors, m, n)
			for c := range target {
				target[c] = uint8(o.IntN(m))
			}
			LogProb(score, logits, target, m, n)
			for c, s := range score {
				var sum float64
				v := vectors[c*m : (c+1)*m]
				for _, l := range v {
					sum += math.Exp2(float64(l) / 16)
				}
				want := float64(v[target[c]])/16 - math.Log2(sum)
				if got := float64(s) / LogProbUnit; math.Abs(got-want) > bound {
					t.Errorf("%d classes, column %d: score of %g bit, want %g", m, c, got, want)
				}
			}
		}
	})
}

// TestTables computes both tables of LogProb from their definitions.
func TestTables(t *testing.T) {
	for f, got := range exp2Table {
		if want := math.Round(math.Exp2(8 + float64(f)/16)); float64(got) != want {
			t.Errorf("exp2[%d] is %d, want %g", f, got, want)
		}
	}
	for f, got := range log2Table {
		if want := math.Round(256 * math.Log2(1+(float64(f)+.5)/256)); float64(got) != want {
			t.Errorf("log2[%d] is %d, want %g", f, got, want)
		}
	}
}

// TestRoundShift compares with the quotient rounded in real numbers.
func TestRoundShift(t *testing.T) {
	o := newOperands(t, 1, 0, 0)
	for n := range uint(31) {
		values := []int32{-1 << 30, -3, -2, -1, 0, 1, 2, 3, 1<<30 - 1}
		for range 100 {
			values = append(values, o.Int32()>>1>>o.IntN(30))
		}
		for _, v := range values {
			want := int32(math.Floor(float64(v)/float64(int64(1)<<n) + .5))
			if got := RoundShift(v, n); got != want {
				t.Errorf("RoundShift(%d, %d) is %d, want %d", v, n, got, want)
			}
		}
	}
}

func TestQuads(t *testing.T) {
	for k, want := range []int{0, 1, 1, 1, 1, 2, 2, 2, 2, 3} {
		if got := Quads(k); got != want {
			t.Errorf("%d elements take %d quads, want %d", k, got, want)
		}
	}
}

// TestIndexAtLeast tries every byte beside every bound, at every place of a word.
func TestIndexAtLeast(t *testing.T) {
	for low := 1; low <= 256; low++ {
		for v := range 256 {
			bytes := make([]uint8, 19)
			at := (low + v) % len(bytes)
			bytes[at] = uint8(v)
			want := -1
			if v >= low {
				want = at
			}
			if got := indexAtLeast(bytes, low); got != want {
				t.Fatalf("%d of at least %d at %d: got %d", v, low, at, got)
			}
		}
	}
}

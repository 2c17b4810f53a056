package kernels

import (
	"math"
	"testing"
)

// TestCenterDeltas compares with the definition, in real numbers.
func TestCenterDeltas(t *testing.T) {
	forEachImpl(t, func(t *testing.T) {
		for _, n := range []int{0, 1, 7, 8, 9, 16, 63, 256} {
			for quarters := range 5 {
				for _, cut := range []bool{false, true} {
					checkCenterDeltas(newOperands(t, uint64(8*n+quarters), 0, 0), 7, n, quarters, cut)
				}
			}
		}
	})
}

func checkCenterDeltas(o *operands, m, n, quarters int, cut bool) {
	got, want := inout(o, m*n, between[int32](o, -5000, 5000))
	low := []int8{-127, 0}[o.IntN(2)]
	var y []int8
	if cut {
		y = input(o, Quads(m)*4*n, between[int8](o, -127, 127))
	}
	squares := CenterDeltas(got, y, m, n, low, quarters)
	wantSquares := 0.0
	for i := range m {
		row, sum := want[i*n:][:n], 0.0
		for b := range row {
			if cut {
				if v := y[(i/4*n+b)*4+i%4]; v <= low || v == 127 {
					row[b] = int32(math.Trunc(float64(row[b]) / 4))
				}
			}
			sum += float64(row[b])
		}
		for b := range row {
			row[b] -= int32(math.Round(sum * float64(quarters) / (4 * float64(n))))
			wantSquares += float64(row[b]) * float64(row[b])
		}
	}
	equal(o, "delta", got, want)
	equal(o, "squares", []uint64{squares}, []uint64{uint64(wantSquares)})
}

// TestUpdateTermsOfDeltas compares with the definition, in real numbers, for entries near
// what becomes one and near what becomes DeltaTop, and for the largest ones.
func TestUpdateTermsOfDeltas(t *testing.T) {
	forEachImpl(t, func(t *testing.T) {
		for _, n := range []int{0, 1, 7, 8, 9, 16, 17, 40} {
			for _, mul := range []int64{0, 1, 1 << 10, 52429, 1 << 20, MaxDeltaScale} {
				for _, d := range []float64{.5, 1, DeltaTop, DeltaTop + .5, math.MaxInt32} {
					checkUpdateTermsOfDeltas(newOperands(t, uint64(n), 0, 0), 19, n, mul, d)
				}
			}
		}
	})
}

func checkUpdateTermsOfDeltas(o *operands, m, n int, mul int64, near float64) {
	delta := input(o, m*n, func(s []int32) {
		for i := range s {
			d := near*(1<<DeltaBits)/max(float64(mul), 1) + float64(o.IntN(5)-2)
			s[i] = int32(max(min(d, math.MaxInt32), math.MinInt32))
			if o.IntN(2) == 0 {
				s[i] = -s[i] - 1
			}
		}
	})
	lo := o.IntN(m)
	hi := lo + o.IntN(m-lo+1)
	got, want := inout(o, (n+1)/2*4*m, between[int8](o, -128, 127))
	squares := UpdateTermsOfDeltas(got, delta, m, n, lo, hi, mul)
	wantSquares := uint64(0)
	for i := lo; i < hi; i++ {
		for b := range (n + 1) / 2 * 2 {
			v := 0.0
			if b < n {
				v = math.Floor(float64(delta[i*n+b])*float64(mul)/(1<<DeltaBits) + .5)
				v = max(min(v, DeltaTop), -DeltaTop)
			}
			wantSquares += uint64(v * v)
			terms := want[(b/2*m+i)*4+b%2*2:]
			terms[0], terms[1] = int8(5*v), int8(v)
		}
	}
	equal(o, "left", got, want)
	equal(o, "squares", []uint64{squares}, []uint64{wantSquares})
}

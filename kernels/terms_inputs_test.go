package kernels

import (
	"math"
	"slices"
	"testing"
)

// TestUpdateTermsOfInputsAll writes every input as its two digits.
func TestUpdateTermsOfInputsAll(t *testing.T) {
	const n = 256
	x := make([]int8, n*4)
	for at := range x {
		x[at] = int8(at/4 + at%4*64)
	}
	strip, want := make([]uint8, n/2*StripCols*4), make([]uint8, n/2*StripCols*4)
	wantSquares := updateTermsOfInputsGeneric(want, x, 1, n, 0)
	for at, codes := range slices.Collect(slices.Chunk(want, 2)) {
		if b, j := at/(StripCols*2)*2+at%2, at/2%StripCols; j < 4 {
			top := 5*int(codes[0]) + int(codes[1]) - 6*zero
			if x := int(max(x[b*4+j], -127)); 2*abs(127*top-UpdateTermsMax*x) > 127 {
				t.Errorf("%d becomes %d/%d", x, top, UpdateTermsMax)
			}
		}
	}
	for at := range want {
		if at/4%StripCols >= 4 {
			want[at] = zero
		}
	}
	forEachImpl(t, func(t *testing.T) {
		squares := UpdateTermsOfInputs(strip, x, 4, n)
		equal(t, "strip", strip, want)
		equal(t, "squares", []uint64{squares}, []uint64{wantSquares})
	})
}

// TestUpdateTermsOfInputs compares with the definition.
func TestUpdateTermsOfInputs(t *testing.T) {
	forEachImpl(t, func(t *testing.T) {
		for k := range StripCols + 1 {
			for _, n := range []int{0, 1, 2, 3, 4, 7, 8, 31, 32, 129} {
				checkUpdateTermsOfInputs(newOperands(t, uint64(n), 0, 0), k, n)
			}
		}
	})
}

func checkUpdateTermsOfInputs(o *operands, k, n int) {
	x := o.batch(k, n)
	got, want := output[uint8](o, Quads(UpdateTermsPerInput*n)*StripCols*4)
	squares := UpdateTermsOfInputs(got, x, k, n)
	for at := range want {
		want[at] = zero
	}
	wantSquares := uint64(0)
	for at, v := range x {
		j, b := at/(4*n)*4+at%4, at/4%n
		top := math.Round(float64(max(v, -127)) * UpdateTermsMax / 127)
		wantSquares += uint64(top * top)
		if j >= k {
			continue
		}
		high := math.Round(top / 5)
		terms := want[(b/2*StripCols+j)*4+b%2*2:]
		terms[0], terms[1] = uint8(high+zero), uint8(top-5*high+zero)
	}
	equal(o, "strip", got, want)
	equal(o, "squares", []uint64{squares}, []uint64{wantSquares})
}

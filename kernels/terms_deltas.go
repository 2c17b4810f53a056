package kernels

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/internal/fixed"
)

// The other factor of an update whose noise is in activations: D, one row for each
// output and one column for each sample.
const (
	// DeltaTop is the largest entry of D in the terms. Its fivefold is an int8.
	DeltaTop = 127 / 5

	// DeltaBits counts the fraction bits of what scales D, MaxDeltaScale is the most that
	// it may be.
	DeltaBits     = 20
	MaxDeltaScale = 1 << 27
)

// CenterDeltas divides entries of D, m×n, by four, toward zero, where an output is cut off,
// subtracts quarters/4 of the mean of a row from its entries, and returns the sum of their
// squares:
//
//	if y[i, b] <= low || y[i, b] == 127 {
//		delta[i*n+b] /= 4
//	}
//	delta[i*n+b] -= quarters·Σ_b delta[i*n+b] / (4·n)
//
// of which the last is rounded to nearest, ties away from zero. y is a batch of m×n, or
// nil if nothing is cut off; quarters is from 0 to 4. Differences and squares wrap around.
func CenterDeltas(delta []int32, y []int8, m, n int, low int8, quarters int) (squares uint64) {
	if quarters < 0 || quarters > 4 || n > MaxTerms/UpdateTermsPerInput {
		panic(fmt.Sprintf("kernels: CenterDeltas: %d quarters of the mean of %d samples, want at most 4 of %d", quarters, n, MaxTerms/UpdateTermsPerInput))
	}
	checkLen("CenterDeltas", "delta", len(delta), elements(m, n), "%d×%d", m, n)
	if y != nil {
		checkLen("CenterDeltas", "y", len(y), batchLen(m, n), "a batch of %d×%d", m, n)
	}
	for i := 0; i < m && n > 0; i++ {
		row := delta[i*n:][:n]
		var cut []int8
		if y != nil {
			cut = y[i/4*4*n:][:4*n]
		}
		sum := sumDeltas(row, cut, i%4, low)
		mean := int32(fixed.RoundDiv(int64(quarters)*sum, 4*int64(n)))
		squares += subtractMean(row, mean)
	}
	return squares
}

// sumDeltasGeneric divides what is cut off of a row of D, lane of the quads y, and returns
// the sum of the row.
func sumDeltasGeneric(delta []int32, y []int8, lane int, low int8) (sum int64) {
	for b, d := range delta {
		if y != nil {
			if v := y[4*b+lane]; v <= low || v == 127 {
				d /= 4
				delta[b] = d
			}
		}
		sum += int64(d)
	}
	return sum
}

// subtractMeanGeneric subtracts a number from a row of D and returns the sum of its squares.
func subtractMeanGeneric(delta []int32, mean int32) (squares uint64) {
	for b, d := range delta {
		d -= mean
		delta[b] = d
		squares += uint64(int64(d) * int64(d))
	}
	return squares
}

// UpdateTermsOfDeltas writes rows lo to hi of Terms.Left for D of m×n,
// UpdateTermsPerInput terms for each sample, and returns the sum of the squares of v:
//
//	v[i, b] = clamp((delta[i*n+b]·mul + 2^(DeltaBits-1)) >> DeltaBits, ±DeltaTop)
//	left[(b/2*m+i)*4 + b%2*2]   = 5·v[i, b]
//	left[(b/2*m+i)*4 + b%2*2+1] = v[i, b]
//
// with v = 0 beyond n samples. mul is from 0 to MaxDeltaScale.
func UpdateTermsOfDeltas(left []int8, delta []int32, m, n, lo, hi int, mul int64) (squares uint64) {
	if n > MaxTerms/UpdateTermsPerInput || mul < 0 || mul > MaxDeltaScale {
		panic(fmt.Sprintf("kernels: UpdateTermsOfDeltas: %d samples, scaled by %d, want at most %d and 0 to %d", n, mul, MaxTerms/UpdateTermsPerInput, MaxDeltaScale))
	}
	checkLen("UpdateTermsOfDeltas", "delta", len(delta), elements(m, n), "%d×%d", m, n)
	checkLen("UpdateTermsOfDeltas", "left", len(left), elements(Quads(UpdateTermsPerInput*n), 4, m), "%d samples of %d rows", n, m)
	if lo < 0 || hi < lo || hi > m {
		panic(fmt.Sprintf("kernels: UpdateTermsOfDeltas: rows %d to %d of %d", lo, hi, m))
	}
	return updateTermsOfDeltas(left, delta, m, n, lo, hi, mul)
}

// updateTermsOfDeltasGeneric takes the samples from an even one on.
func updateTermsOfDeltasGeneric(left []int8, delta []int32, m, n, lo, hi, from int, mul int64) (squares uint64) {
	for b := from; b < n; b += 2 {
		quads := left[(b/2*m+lo)*4:][:(hi-lo)*4]
		for i := range hi - lo {
			d := delta[(lo+i)*n+b:]
			first, second := scaleDelta(d[0], mul), int64(0)
			if b+1 < n {
				second = scaleDelta(d[1], mul)
			}
			squares += uint64(first*first + second*second)
			quad := quads[i*4:][:4]
			quad[0], quad[1], quad[2], quad[3] = int8(5*first), int8(first), int8(5*second), int8(second)
		}
	}
	return squares
}

// scaleDelta returns an entry of D as it enters the terms.
func scaleDelta(delta int32, mul int64) int64 {
	return min(max((int64(delta)*mul+1<<(DeltaBits-1))>>DeltaBits, -DeltaTop), DeltaTop)
}

package kernels

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

func checkRequantize(o *operands, shape []int) {
	m, n, shift, relu := shape[0], shape[1], uint(shape[2]), shape[3] == 1
	// What lies between the clamps, or as far beyond them as the sum may be.
	half := int64(1) << shift >> 1
	lo, hi := max(int64(-200)<<shift, math.MinInt32), min(int64(200)<<shift, math.MaxInt32-half)
	if o.IntN(2) == 0 {
		lo, hi = math.MinInt32, math.MaxInt32-half
	}
	var bias []int32
	if o.IntN(2) == 0 {
		bound := min(int64(100)<<shift, 1<<28)
		bias = input(o, m, between[int32](o, -bound, bound))
		lo, hi = max(lo, math.MinInt32+bound), min(hi, math.MaxInt32-half-bound)
	}
	y := input(o, m*n, between[int32](o, lo, hi))
	got, want := output[int8](o, Quads(m)*n*4)
	Requantize(got, y, m, n, Output{Bias: bias, Shift: shift, ReLU: relu})
	requantizeGeneric(want, y, m, n, Output{Bias: bias, Shift: shift, ReLU: relu})
	equal(o, "dst", got, want)
}

func TestRequantize(t *testing.T) {
	conform(t, checkRequantize, append(edgesM, 0, 63, 65), edgesN, upTo(30), upTo(1))
}

// TestRequantizeTies takes every accumulator at and next to a tie, at every shift.
func TestRequantizeTies(t *testing.T) {
	forEachImpl(t, func(t *testing.T) {
		for shift := range uint(31) {
			var y []int32
			var want, wantReLU []int8
			for level := int64(-130); level <= 130; level++ {
				for _, near := range []int64{-1, 0, 1} {
					v := (2*level-1)<<shift/2 + near
					if v < math.MinInt32 || v > math.MaxInt32-1<<shift/2 {
						continue
					}
					rounded := (2*v + 1<<shift) >> (shift + 1)
					y = append(y, int32(v))
					want = append(want, int8(min(max(rounded, -127), 127)))
					wantReLU = append(wantReLU, int8(min(max(rounded, 0), 127)))
				}
			}
			n := len(y)
			got := make([]int8, n*4)
			for relu, want := range map[bool][]int8{false: want, true: wantReLU} {
				Requantize(got, y, 1, n, Output{Shift: shift, ReLU: relu})
				equal(t, "dst", firstLanes(got), want)
			}
		}
	})
}

// firstLanes returns row 0 of a batch.
func firstLanes(batch []int8) (row []int8) {
	for quad := range slices.Chunk(batch, 4) {
		row = append(row, quad[0])
	}
	return row
}

func checkNormalize(o *operands, shape []int) {
	k, n, target := shape[0], shape[1], shape[2]
	bound := []int64{1, 3, 40, 127}[o.IntN(4)]
	size := Quads(k) * n * 4
	if o.IntN(3) == 0 { // in place
		got, want := inout(o, size, between[int8](o, -bound-1, bound))
		Normalize(got, got, k, n, target)
		normalizeGeneric(want, want, k, n, target)
		equal(o, "dst", got, want)
		return
	}
	x := input(o, size, between[int8](o, -bound-1, bound))
	got, want := output[int8](o, size)
	Normalize(got, x, k, n, target)
	normalizeGeneric(want, x, k, n, target)
	equal(o, "dst", got, want)
}

func TestNormalize(t *testing.T) {
	conform(t, checkNormalize, append(edgesK, 0), edgesN, []int{1, 2, 3, 16, 31, 32, 64, 100, 126, 127})
}

// TestNormalizeLong scales columns of one value, whose sums are far beyond the
// range of sixteen bits, at k up to the largest.
func TestNormalizeLong(t *testing.T) {
	shapes := [][2]int{{4096, 33}, {70001, 3}, {MaxK, 1}}
	if testing.Short() {
		shapes = shapes[:2]
	}
	forEachImpl(t, func(t *testing.T) {
		for _, shape := range shapes {
			k, n := shape[0], shape[1]
			for v, want := range map[int8]int8{-128: -127, -127: -127, -1: -127, 0: 0, 1: 127, 127: 127} {
				x := interleaved(k, n, v)
				Normalize(x, x, k, n, 127)
				equal(t, "x", x, interleaved(k, n, want))
			}
		}
	})
}

// TestNormalizeMean scales columns that stay clear of the clamp: their mean
// absolute value is the target, but for rounding, and signs stay.
func TestNormalizeMean(t *testing.T) {
	const k, n = 1000, 9
	forEachImpl(t, func(t *testing.T) {
		o := newOperands(t, 1, 0, 0)
		vectors := make([]int8, k*n)
		for i := range vectors {
			vectors[i] = int8(o.IntN(2*10*(i/k+1)+1) - 10*(i/k+1))
		}
		x := make([]int8, Quads(k)*n*4)
		Interleave(x, vectors, k, n)
		for _, target := range []int{1, 16, 40} {
			dst := make([]int8, len(x))
			Normalize(dst, x, k, n, target)
			sums := make([]int, n)
			for at, v := range dst {
				if int(v)*int(x[at]) < 0 {
					t.Fatalf("%d becomes %d", x[at], v)
				}
				sums[at/4%n] += int(max(v, -v))
			}
			for c, sum := range sums {
				if off := sum - target*k; off < -k/2 || off > k/2 {
					t.Errorf("column %d has the mean %g, want %d", c, float64(sum)/k, target)
				}
			}
		}
	})
}

// TestNormalizeGains takes gains at and next to 2^15, beyond which columns are scaled in
// another way: in all columns of a group, so that none is beyond it.
func TestNormalizeGains(t *testing.T) {
	const k, n = 40, 9
	forEachImpl(t, func(t *testing.T) {
		for target := 1; target <= 9; target++ {
			for sum := 1; sum <= 5*target+1; sum++ { // a gain of 2^15 at 5·target
				x := make([]int8, k*n)
				for i := range sum {
					for c := range n {
						x[(i%k/4*n+c)*4+i%4] += int8(1 - c%2*2)
					}
				}
				got, want := make([]int8, k*n), make([]int8, k*n)
				Normalize(got, x, k, n, target)
				normalizeGeneric(want, x, k, n, target)
				equal(t, fmt.Sprintf("sum %d, target %d", sum, target), got, want)
			}
		}
	})
}

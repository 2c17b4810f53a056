package kernels

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

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

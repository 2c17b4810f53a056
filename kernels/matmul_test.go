package kernels

import (
	"fmt"
	"testing"

	"github.com/Kaleaon/pentary-go/packed"
)

// products runs MatMul and, for as few columns as it takes, MatVec.
func products(t *testing.T, w *packed.Matrix, x []int8, n int, want []int32) {
	t.Helper()
	got := filled(w.Rows()*n, int32(-1))
	MatMul(got, w, x, n)
	equal(t, fmt.Sprintf("MatMul of %d×%d×%d", w.Rows(), w.Cols(), n), got, want)
	if 0 < n && n <= MaxVecs {
		got := filled(w.Rows()*n, int32(-1))
		MatVec(got, w, x, n)
		equal(t, fmt.Sprintf("MatVec of %d×%d×%d", w.Rows(), w.Cols(), n), got, want)
	}
}

// TestMatMulAllQuads multiplies every quad of weights by every quad of extreme
// activations: 625 rows, 4 columns of W, 625 columns of X.
func TestMatMulAllQuads(t *testing.T) {
	values := []int8{-128, -127, 0, 1, 127}
	const quads = 625
	rows, vectors := make([]int8, 0, quads*4), make([]int8, 0, quads*4)
	for i := range quads {
		for _, digit := range []int{i / 125, i / 25 % 5, i / 5 % 5, i % 5} {
			rows, vectors = append(rows, int8(digit-2)), append(vectors, values[digit])
		}
	}
	w := packed.NewMatrix(quads, 4)
	w.Pack(rows)
	forEachImpl(t, func(t *testing.T) {
		for _, n := range []int{1, MaxVecs, quads} {
			for from := 0; from < quads; from += n {
				n := min(n, quads-from)
				want := make([]int32, 0, quads*n)
				for i := range quads {
					for c := from; c < from+n; c++ {
						var sum int32
						for u := range 4 {
							sum += int32(rows[i*4+u]) * int32(vectors[c*4+u])
						}
						want = append(want, sum)
					}
				}
				x := make([]int8, n*4)
				Interleave(x, vectors[from*4:(from+n)*4], 4, n)
				products(t, w, x, n, want)
			}
		}
	})
}

// TestMatMulLong sums extremes over a k that overflows any sixteen-bit stage.
func TestMatMulLong(t *testing.T) {
	forEachImpl(t, func(t *testing.T) {
		for _, k := range []int{4096, 4099, 8195} {
			for _, weight := range []int8{-2, 2} {
				w := packed.NewMatrix(5, k)
				w.Pack(filled(5*k, weight))
				for _, v := range []int8{-128, -127, 127} {
					for _, n := range []int{1, 3, 8, 24, 33, 65} {
						want := filled(5*n, int32(weight)*int32(v)*int32(k))
						products(t, w, interleaved(k, n, v), n, want)
					}
				}
			}
		}
	})
}

// TestMatMulLargestK takes the accumulators to their bound, 254·MaxK.
func TestMatMulLargestK(t *testing.T) {
	if testing.Short() {
		t.Skip("8 million columns")
	}
	w := packed.NewMatrix(1, MaxK)
	forEachImpl(t, func(t *testing.T) {
		for _, weight := range []int8{-2, 2} {
			w.Pack(filled(MaxK, weight))
			for _, v := range []int8{-127, 127} {
				products(t, w, interleaved(MaxK, 1, v), 1, []int32{int32(weight) * int32(v) * MaxK})
			}
		}
	})
}

// TestMatMulByDefinition multiplies weight by weight, without layouts.
func TestMatMulByDefinition(t *testing.T) {
	forEachImpl(t, func(t *testing.T) {
		for i, shape := range [][3]int{{1, 1, 1}, {3, 5, 2}, {5, 33, 7}, {6, 70, 8}, {2, 300, 25}, {9, 259, 49}} {
			m, k, n := shape[0], shape[1], shape[2]
			o := newOperands(t, uint64(i), 0, 0)
			w := o.weights(m, k)
			vectors := input(o, k*n, between[int8](o, -127, 127))
			want := make([]int32, 0, m*n)
			for i := range m {
				for c := range n {
					var sum int32
					for j := range k {
						sum += int32(w.At(i, j)) * int32(vectors[c*k+j])
					}
					want = append(want, sum)
				}
			}
			x := make([]int8, Quads(k)*n*4)
			Interleave(x, vectors, k, n)
			products(t, w, x, n, want)
		}
	})
}

// TestMatVecIsMatMulOfColumns multiplies the columns of a batch one by one.
func TestMatVecIsMatMulOfColumns(t *testing.T) {
	const m, k, n = 37, 301, 50
	forEachImpl(t, func(t *testing.T) {
		o := newOperands(t, 1, 0, 0)
		w := o.weights(m, k)
		vectors := input(o, k*n, between[int8](o, -127, 127))
		x, y := make([]int8, Quads(k)*n*4), make([]int32, m*n)
		Interleave(x, vectors, k, n)
		MatMul(y, w, x, n)
		for c := range n {
			single, column := make([]int8, Quads(k)*4), make([]int32, m)
			copy(single, vectors[c*k:(c+1)*k])
			MatVec(column, w, single, 1)
			for i, v := range column {
				if y[i*n+c] != v {
					t.Fatalf("row %d, column %d is %d in a batch, %d alone", i, c, y[i*n+c], v)
				}
			}
		}
	})
}

// TestEmptyMatrix works on no rows and no columns.
func TestEmptyMatrix(t *testing.T) {
	w := packed.NewMatrix(0, 0)
	forEachImpl(t, func(t *testing.T) {
		for n := range MaxVecs {
			products(t, w, nil, n, []int32{})
		}
		moved := UpdateResidual(w, nil, Terms{}, Scale{}, 0, 0) + UpdateThreshold(w, Terms{}, ThresholdUnit, Stream{}, 0, 0) +
			Shrink(w, AlwaysShrink, Stream{}, 0, 0) + CountSaturated(w, 0, 0)
		if moved != 0 {
			t.Errorf("%d pents moved or counted of none", moved)
		}
	})
}

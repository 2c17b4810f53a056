package interchange

import (
	"cmp"
	"math"
	"slices"
)

// A feedback spreads the errors of a row's columns over the columns after them: upper is
// the upper Cholesky factor of the inverse of the inputs' covariance, in the order of
// columns. Without one, weights are rounded alone.
type feedback struct {
	upper [][]float64
	order []int
}

// dampingOf returns what is added to each input's variance: a share of the mean one.
func dampingOf(h [][]float64, share float64) float64 {
	trace := 0.0
	for i := range h {
		trace += h[i][i]
	}
	return share*trace/float64(len(h)) + 1e-9
}

// feedbackOf returns the feedback for inputs of a covariance, of which it reads the lower half,
// and damping, which is added to each variance.
func feedbackOf(h [][]float64, damping float64) feedback {
	// Columns of the largest variance first: the errors of the first have the most columns
	// left that can make up for them.
	order := make([]int, len(h))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(h[b][b], h[a][a]) })
	sorted := make([][]float64, len(h))
	for i, a := range order {
		sorted[i] = make([]float64, len(h))
		for j, b := range order[:i+1] {
			sorted[i][j] = h[max(a, b)][min(a, b)]
		}
		sorted[i][i] += damping
	}
	return feedback{upper: inverseFactor(sorted), order: order}
}

// inverseFactor returns the upper triangular U of UᵀU = H⁻¹, of the lower half of a
// positive definite H: U is the inverse of the factor of H in reverse.
func inverseFactor(h [][]float64) [][]float64 {
	n := len(h)
	// H = RRᵀ with an upper R, from the last column on; then H⁻¹ = R⁻ᵀR⁻¹ and U = R⁻¹.
	r := make([][]float64, n)
	for i := range r {
		r[i] = make([]float64, n)
	}
	for j := n - 1; j >= 0; j-- {
		sum := h[j][j]
		for k := j + 1; k < n; k++ {
			sum -= r[j][k] * r[j][k]
		}
		r[j][j] = math.Sqrt(max(sum, 1e-12))
		for i := range j {
			sum := h[j][i]
			for k := j + 1; k < n; k++ {
				sum -= r[i][k] * r[j][k]
			}
			r[i][j] = sum / r[j][j]
		}
	}
	u := make([][]float64, n)
	for i := range u {
		u[i] = make([]float64, n)
	}
	for j := range n {
		u[j][j] = 1 / r[j][j]
		for i := j - 1; i >= 0; i-- {
			sum := 0.0
			for k := i + 1; k <= j; k++ {
				sum += r[i][k] * u[k][j]
			}
			u[i][j] = -sum / r[i][i]
		}
	}
	return u
}

// quantize writes the pents of a row whose columns have scales.
func (f feedback) quantize(pents []int8, row, scales []float64) {
	if f.upper == nil {
		for j, v := range row {
			pents[j] = roundPent(v / scales[j])
		}
		return
	}
	w := make([]float64, len(row))
	for j, column := range f.order {
		w[j] = row[column]
	}
	for j, column := range f.order {
		pents[column] = roundPent(w[j] / scales[column])
		off := (w[j] - float64(pents[column])*scales[column]) / f.upper[j][j]
		for k := j + 1; k < len(w); k++ {
			w[k] -= off * f.upper[j][k]
		}
	}
}

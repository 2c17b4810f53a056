package interchange

// moments are the second moments of a matrix's inputs, in its columns' order and factored.
type moments struct {
	h       [][]float64 // with the damping
	damping float64
	f       feedback
}

// dampingShare is the share of the inputs' mean square that is added to each. With 0.01 or 0.003 the
// calibration texts are fitted more closely and others less.
const dampingShare = 0.03

func momentsOf(x [][]float64) *moments {
	h := squareOf(len(x[0]))
	for _, row := range x {
		for i, a := range row {
			for j, b := range row[:i+1] {
				h[i][j] += a * b
			}
		}
	}
	damping := dampingOf(h, dampingShare)
	f := feedbackOf(h, damping)
	for i := range h {
		h[i][i] += damping
		for j := range i {
			h[j][i] = h[i][j]
		}
	}
	return &moments{h, damping, f}
}

// fitted returns the matrix whose products with x are nearest to y, and that is near w where x
// leaves it open.
func (m *moments) fitted(w []float32, x, y [][]float64) []float64 {
	n, rows := len(x[0]), len(y[0])
	out := make([]float64, rows*n)
	for i := range rows {
		row := make([]float64, n)
		for j := range n {
			row[j] = m.damping * float64(w[i*n+j])
		}
		for t := range x {
			for j, v := range x[t] {
				row[j] += y[t][i] * v
			}
		}
		for j, v := range m.solve(row) {
			out[i*n+j] = v
		}
	}
	return out
}

// solve returns the solution of h·y = v.
func (m *moments) solve(v []float64) []float64 {
	n, u := len(v), m.f.upper // the inverse is UᵀU, in the order of columns of the factor
	half, y := make([]float64, n), make([]float64, n)
	for a := range n {
		for b := a; b < n; b++ {
			half[a] += u[a][b] * v[m.f.order[b]]
		}
	}
	for b, column := range m.f.order {
		sum := 0.0
		for a := range b + 1 {
			sum += u[a][b] * half[a]
		}
		y[column] = sum
	}
	return y
}

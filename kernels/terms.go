package kernels

import "fmt"

// Row writes row i of Z by its definition, for update rules that no kernel has:
//
//	z[j] = Σ_τ Left[τ, i]·(Right[τ, j]-2)
//
// z has the columns of the matrix, or those up to packed.PaddedLen of them.
func (t Terms) Row(z []int32, i int) {
	quads := Quads(t.Count)
	if i < 0 || i >= t.Rows || len(t.Left) != quads*4*t.Rows {
		panic(fmt.Sprintf("kernels: Row: row %d of %d terms for %d rows", i, t.Count, t.Rows))
	}
	if size := (len(z) + StripCols - 1) / StripCols * StripCols * quads * 4; len(t.Right) < size {
		panic(fmt.Sprintf("kernels: Row: z has %d elements, Right of %d terms is for fewer", len(z), t.Count))
	}
	for j := range z {
		sum := int32(0)
		for q := range quads {
			f := t.Left[(q*t.Rows+i)*4:][:4]
			b := t.Right[((j/StripCols*quads+q)*StripCols+j%StripCols)*4:][:4]
			for lane, v := range f {
				sum += int32(v) * (int32(b[lane]) - 2)
			}
		}
		z[j] = sum
	}
}

package kernels

// Interleave arranges n vectors of k activations, one after another in src, as
// the columns of a batch in quads:
//
//	for c := range n {
//		for κ := range k {
//			dst[(κ/4*n+c)*4+κ%4] = src[c*k+κ]
//		}
//	}
//
// and writes zero to the lanes beyond k. dst has Quads(k)·n·4 elements.
func Interleave(dst, src []int8, k, n int) {
	checkLen("Interleave", "dst", len(dst), batchLen(k, n), "a batch of %d×%d", k, n)
	checkLen("Interleave", "src", len(src), elements(k, n), "%d vectors of %d", n, k)
	if len(dst) > 0 {
		interleave(dst, src, k, n)
	}
}

func interleaveGeneric(dst, src []int8, k, n int) {
	for c := range n {
		v := src[c*k : (c+1)*k]
		at := c * 4
		for ; len(v) >= 4; v, at = v[4:], at+4*n {
			copy(dst[at:at+4], v)
		}
		if len(v) > 0 {
			quad := [4]int8{}
			copy(quad[:], v)
			copy(dst[at:at+4], quad[:])
		}
	}
}

// ColumnSums sums every column of a batch of k×n activations:
//
//	sums[c] = Σ_κ x[κ, c]
//
// It is the correction that turns a product of offset codes into a product of
// weights: Σ w·x = Σ code·x − 2·Σ x, shared by all rows.
func ColumnSums(sums []int32, x []int8, k, n int) {
	checkLen("ColumnSums", "sums", len(sums), n, "a batch of %d×%d", k, n)
	checkLen("ColumnSums", "x", len(x), batchLen(k, n), "a batch of %d×%d", k, n)
	if len(sums) > 0 {
		columnSums(sums, x, k, n)
	}
}

func columnSumsGeneric(sums []int32, x []int8, k, n int) {
	clear(sums)
	for q := range Quads(k) {
		row := x[q*n*4 : (q+1)*n*4]
		for c := range sums {
			v := row[c*4 : c*4+4]
			sums[c] += int32(v[0]) + int32(v[1]) + int32(v[2]) + int32(v[3])
		}
	}
}

package kernels

// Unpack writes the codes of a packed row of n pents to dst, padding included.
// dst has packed.PaddedLen(n) elements and row has packed.RowBytes(n).
//
//	packed.UnpackCodes(dst, row, n)
func Unpack(dst []uint8, row []byte, n int) {
	checkLen("Unpack", "dst", len(dst), paddedLen(n), "a row of %d pents", n)
	checkLen("Unpack", "row", len(row), rowBytes(n), "a row of %d pents", n)
	unpack(dst, row, n)
}

// Pack packs codes into a row of n pents, the inverse of Unpack. Only the low
// three bits of a code may be set.
//
//	packed.PackCodes(row, src, n)
func Pack(row []byte, src []uint8, n int) {
	checkLen("Pack", "row", len(row), rowBytes(n), "a row of %d pents", n)
	checkLen("Pack", "src", len(src), paddedLen(n), "a row of %d pents", n)
	pack(row, src, n)
}

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

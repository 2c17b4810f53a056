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

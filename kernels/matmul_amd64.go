//go:build !purego

package kernels

// Figures at the assembly of this package were measured on one core of a 3.0 GHz
// Xeon with AVX-512 (Sapphire Rapids class), operands in L1 or L2 unless they say
// otherwise. "x of y" gives the bound: what the instructions of the loop allow at
// three vector operations a cycle, or two on 512-bit registers.

var geometries = [...]geometry{
	avx2:       {rows: 4, lanes: 8, quads: 1, widest: 3, kc: 1024, nc: 1056, bytes: stripBytes},
	avxvnni:    {rows: 4, lanes: 8, quads: 1, widest: 3, kc: 1024, nc: 1056, bytes: stripBytes},
	avx512bw:   {rows: 8, lanes: 16, quads: 1, widest: 3, kc: 512, nc: maxColumns, bytes: stripBytes},
	avx512vnni: {rows: 8, lanes: 16, quads: 1, widest: 3, kc: 1024, nc: 528, bytes: stripBytes},
	avx512gfni: {rows: 8, lanes: 16, quads: 1, widest: 3, kc: 1024, nc: 528, bytes: stripBytes},
	amx:        {rows: 32, lanes: 16, quads: 16, widest: 2, kc: 4096, nc: 1056, bytes: 1 << 20},
}

// tile computes a tile of the tier's rows × width vectors:
//
//	y[r*ldy+c] = start[r*startStep+c] + Σ_q Σ_u codes[r*stride+4q+u] · x[(q*width*lanes+c)*4+u]
//
// added to y if add is set. Tiers whose sweeps pack have no tiles.
func (t tier) tile(o *tileArgs) {
	switch {
	case t == avx512bw && o.width == 3:
		tile3AVX512(o)
	case t == avx512bw:
		tile2AVX512(o)
	default:
		o.rows, o.startStep = 4, 4*o.startStep
		t.sweep(o)
	}
}

// packStrip copies quads of a strip of width vectors out of rows of ldx bytes, and
// sets the start of each column:
//
//	dst[(q*width*lanes+c)*4+u] = x[q*ldx+c*4+u]
//	start[c] = -2 · Σ_q Σ_u x[q*ldx+c*4+u]
//
// quads is at least 1.
func (t tier) packStrip(width int, dst, x *int8, ldx, quads int, start *int32) {
	switch {
	case t >= avx512bw && width == 3:
		packStrip3AVX512(dst, x, ldx, quads, start)
	case t >= avx512bw:
		packStrip2AVX512(dst, x, ldx, quads, start)
	case width == 3:
		packStrip3AVX2(dst, x, ldx, quads, start)
	default:
		packStrip2AVX2(dst, x, ldx, quads, start)
	}
}

// arrange leaves a packed strip as it is: quads are what all tiles take.
func (t tier) arrange(width int, strip *int8, quads int) {}

// sweeps returns how many of the first rows of a strip are computed in one call. With
// AVX-512 masks allow for any; before, tiles are whole, of full strips.
func (t tier) sweeps(rows int, full bool) int {
	switch {
	case t >= avx512vnni:
		return rows
	case t <= avxvnni && full:
		return rows &^ 3
	}
	return 0
}

// packsInSweeps reports whether a sweep packs the strip that it is the first to use, so
// that packColumns has nothing to do.
func (t tier) packsInSweeps() bool { return t >= avx512vnni && t < amx }

// rankColumns returns the most columns of a block of a population of a rank above 1. AMX writes what
// a panel of all of them begins with first, which 128 columns leave in L2.
func (t tier) rankColumns() int {
	if t == amx {
		return 128
	}
	return maxColumns
}

// looksUp reports whether sweeps, and panels of AMX, look up what they start from.
func (t tier) looksUp() bool { return t >= avx512vnni }

// sweep computes the tiles of a strip, rows × cols of y
// (docs/decisions.md#tiles-of-a-strip-with-vnni):
//
//	y[r*ldy+c] = start[r*startStep/4+c] + Σ_q Σ_u codes[r*stride+4q+u] · x[(q*width*lanes+c)*4+u]
//
// added to y if add is set. rows, cols and quads are at least 1, cols at most the
// strip's width, and there are codes for whole tiles. If from is set, a sweep first
// packs its strip, with zeros for the columns that do not exist, and sets its start:
//
//	x[(q*width*lanes+c)*4+u] = from[q*ldx+c*4+u]
//	start[c] = -2 · Σ_q Σ_u from[q*ldx+c*4+u]
//
// Before AVX-512, rows is a multiple of 4, cols the strip's width, and from nil. A sweep
// prefetches rows of ldy and quads of next, whose addresses need not exist.
func (t tier) sweep(o *tileArgs) {
	switch {
	case t == avxvnni && o.width == 3:
		sweep3AVXVNNI(o)
	case t == avxvnni:
		sweep2AVXVNNI(o)
	case t == avx2 && o.width == 3:
		sweep3AVX2(o)
	case t == avx2:
		sweep2AVX2(o)
	case o.width == 3:
		sweep3VNNI512(o)
	default:
		sweep2VNNI512(o)
	}
}

//go:noescape
func sweep3AVX2(args *tileArgs)

//go:noescape
func sweep2AVX2(args *tileArgs)

//go:noescape
func sweep3AVXVNNI(args *tileArgs)

//go:noescape
func sweep2AVXVNNI(args *tileArgs)

//go:noescape
func sweep3VNNI512(args *tileArgs)

//go:noescape
func sweep2VNNI512(args *tileArgs)

// The micro-kernels of tier.tile and tier.packStrip, 3 and 2 vectors wide.

//go:noescape
func tile3AVX512(args *tileArgs)

//go:noescape
func tile2AVX512(args *tileArgs)

//go:noescape
func packStrip3AVX2(dst, x *int8, ldx, quads int, start *int32)

//go:noescape
func packStrip2AVX2(dst, x *int8, ldx, quads int, start *int32)

//go:noescape
func packStrip3AVX512(dst, x *int8, ldx, quads int, start *int32)

//go:noescape
func packStrip2AVX512(dst, x *int8, ldx, quads int, start *int32)

//go:build !purego

package kernels

// No figure of speed is here, for lack of a machine to measure on. What is counted
// instead are the instructions of inner loops for 32 multiply-adds, against the
// least that the products themselves take: 4 of SMLAL with NEON, 2 of SDOT, 1 of
// SMMLA. docs/arm64.md has the table, and a test keeps to it.

var geometries = [...]geometry{
	neon:    {rows: 2, lanes: 8, quads: 4, widest: 3, kc: 1024, nc: 1056, bytes: stripBytes},
	dotprod: {rows: 4, lanes: 8, quads: 4, widest: 3, kc: 1024, nc: 1056, bytes: stripBytes},
	i8mm:    {rows: 4, lanes: 8, quads: 4, widest: 3, kc: 1024, nc: 1056, bytes: stripBytes},
}

// tile computes a tile of the tier's rows × width vectors:
//
//	y[r*ldy+c] = start[r*startStep+c] + Σ_q Σ_u codes[r*stride+4q+u] · x[(q*width*lanes+c)*4+u]
//
// added to y if add is set. With i8mm, x is in the order of arrange.
func (t tier) tile(o *tileArgs) {
	switch {
	case t == i8mm && o.width == 3:
		tile3I8MM(o)
	case t == i8mm:
		tile2I8MM(o)
	case t == dotprod && o.width == 3:
		tile3DotProd(o)
	case t == dotprod:
		tile2DotProd(o)
	case o.width == 3:
		tile3NEON(o)
	default:
		tile2NEON(o)
	}
}

// sweeps returns how many rows of a strip are computed in one call: none.
func (t tier) sweeps(rows int, full bool) int { return 0 }

func (t tier) packsInSweeps() bool { return false }

func (t tier) looksUp() bool { return false }

func (t tier) rankColumns() int { return maxColumns }

func (t tier) sweep(o *tileArgs) { panic("unreachable") }

// packStrip copies quads of a strip of width vectors out of rows of ldx bytes, and
// sets the start of each column:
//
//	dst[(q*width*lanes+c)*4+u] = x[q*ldx+c*4+u]
//	start[c] = -2 · Σ_q Σ_u x[q*ldx+c*4+u]
//
// quads is at least 1.
func (t tier) packStrip(width int, dst, x *int8, ldx, quads int, start *int32) {
	if width == 3 {
		packStrip3NEON(dst, x, ldx, quads, start)
	} else {
		packStrip2NEON(dst, x, ldx, quads, start)
	}
}

// arrange pairs the quads of a packed strip for i8mm, whose blocks are 8 k deep:
//
//	strip[((q/2*width*lanes+c)*2+q%2)*4+u] = strip[(q*width*lanes+c)*4+u]
//
// all at once. quads is a positive multiple of two.
func (t tier) arrange(width int, strip *int8, quads int) {
	switch {
	case t != i8mm:
	case width == 3:
		pairQuads3NEON(strip, quads/2)
	default:
		pairQuads2NEON(strip, quads/2)
	}
}

// The micro-kernels of tier.tile, tier.packStrip and tier.arrange, 3 and 2 vectors
// wide.

// tile3NEON: 4.75 instructions for 32 multiply-adds, of 4.
//
//go:noescape
func tile3NEON(args *tileArgs)

// tile2NEON: 4.88 instructions, of 4.
//
//go:noescape
func tile2NEON(args *tileArgs)

// tile3DotProd: 2.38 instructions, of 2.
//
//go:noescape
func tile3DotProd(args *tileArgs)

// tile2DotProd: 2.44 instructions, of 2.
//
//go:noescape
func tile2DotProd(args *tileArgs)

// tile3I8MM: 1.46 instructions, of 1.
//
//go:noescape
func tile3I8MM(args *tileArgs)

// tile2I8MM: 1.56 instructions, of 1.
//
//go:noescape
func tile2I8MM(args *tileArgs)

//go:noescape
func packStrip3NEON(dst, x *int8, ldx, quads int, start *int32)

//go:noescape
func packStrip2NEON(dst, x *int8, ldx, quads int, start *int32)

//go:noescape
func pairQuads3NEON(strip *int8, pairs int)

//go:noescape
func pairQuads2NEON(strip *int8, pairs int)

//go:build !purego

package kernels

import "unsafe"

// A tier is an instruction set that the micro-kernels are written for.
type tier uint8

const (
	tierNEON tier = iota
	tierDotProd
	tierI8MM
)

// productTier returns the best tier in use. The caller has checked useAssembly.
func productTier() tier {
	switch {
	case useI8MM:
		return tierI8MM
	case useDotProd:
		return tierDotProd
	}
	return tierNEON
}

var geometries = [...]geometry{
	tierNEON:    {rows: 2, lanes: 8, kc: 1024, nc: 1056},
	tierDotProd: {rows: 4, lanes: 8, kc: 1024, nc: 1056},
	tierI8MM:    {rows: 4, lanes: 8, kc: 1024, nc: 1056},
}

// tileQuads is the quads that the micro-kernels take at a time.
const tileQuads = 4

func (t tier) tile(o *tileArgs) {
	rows, span := geometries[t].rows, o.width*8
	y := unsafe.Slice(o.y, (rows-1)*o.ldy+span)
	codes := unsafe.Slice(o.codes, (rows-1)*o.stride+o.quads*4)
	x := unsafe.Slice(o.x, o.quads*span*4)
	start := unsafe.Slice(o.start, (rows-1)*o.startStep+span)
	for r := range rows {
		for c := range span {
			sum := start[r*o.startStep+c]
			if o.add {
				sum += y[r*o.ldy+c]
			}
			for q := range o.quads {
				for u := range 4 {
					sum += int32(codes[r*o.stride+4*q+u]) * int32(x[(q*span+c)*4+u])
				}
			}
			y[r*o.ldy+c] = sum
		}
	}
}

func (t tier) packStrip(width int, dst, x *int8, ldx, quads int, start *int32) {
	span := width * 8
	to, from := unsafe.Slice(dst, quads*span*4), unsafe.Slice(x, (quads-1)*ldx+span*4)
	sums := unsafe.Slice(start, span)
	clear(sums)
	for q := range quads {
		row := from[q*ldx:][:span*4]
		copy(to[q*span*4:], row)
		for i, v := range row {
			sums[i/4] -= 2 * int32(v)
		}
	}
}

// arrange is what a tier does to a packed strip.
func (t tier) arrange(width int, strip *int8, quads int) {}

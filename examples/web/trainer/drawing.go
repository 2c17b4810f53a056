package trainer

import "github.com/Kaleaon/pentary-go/data/digits"

// inked is the alpha from which on a pixel is part of a drawing.
const inked = 128

// raster is the side of the bitmap that a drawing is brought to: four by four of its
// pixels make one of a sample.
const raster = 4 * digits.Side

// Sample turns a drawing, the alpha of side×side pixels row by row, into what the
// network takes: as the UCI digits were made, it is cut out, brought to a bitmap of
// 32×32, in the middle and without changing its proportions, and of each 4×4 pixels
// those with ink are counted. It reports whether there is any ink.
func Sample(alpha []uint8, side int) (sample [Inputs]int8, drawn bool) {
	left, top, right, bottom := bounds(alpha, side)
	if left == right {
		return sample, false
	}
	size := max(right-left, bottom-top)
	// The corner of the bitmap in the drawing, in halves of a pixel.
	x0, y0 := left+right-size, top+bottom-size
	var counts [Inputs]int
	for i := range raster {
		for j := range raster {
			// The middle of pixel (i, j), in the drawing.
			y := (y0*raster + (2*i+1)*size) / (2 * raster)
			x := (x0*raster + (2*j+1)*size) / (2 * raster)
			if top <= y && y < bottom && left <= x && x < right && alpha[y*side+x] >= inked {
				counts[i/4*digits.Side+j/4]++
			}
		}
	}
	for i, n := range counts {
		sample[i] = digits.Input(n)
	}
	return sample, true
}

// bounds returns the least box around the ink; left equals right if there is none.
func bounds(alpha []uint8, side int) (left, top, right, bottom int) {
	left, top = side, side
	for at, a := range alpha[:side*side] {
		if a >= inked {
			x, y := at%side, at/side
			left, right = min(left, x), max(right, x+1)
			top, bottom = min(top, y), max(bottom, y+1)
		}
	}
	if right == 0 {
		return 0, 0, 0, 0
	}
	return left, top, right, bottom
}

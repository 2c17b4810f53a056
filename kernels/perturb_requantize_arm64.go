//go:build !purego

package kernels

// fusedLanes is the columns of which base is read at once: any number.
const fusedLanes = 1

// fusedGroup is the columns that spreadWordsNEON takes at once.
const fusedGroup = 8

// sumScratch is the memory of spreadSums.
type sumScratch struct{ sums sums }

// baseWords sets the words of whole groups of columns, and reports whether no sum wraps
// around; see baseWordsNEON.
func (f *fused) baseWords(base []int32, quads, cols int) bool {
	o := &f.args
	o.words, o.base, o.quads, o.cols = &f.words[0], &base[0], quads, cols
	return cols >= fusedGroup && baseWordsNEON(o)
}

// spreadWords sets the columns of one pair, in whole groups, up to one with a t beyond
// the limit, and returns how many.
func (f *fused) spreadWords(dst []int8, a []uint8, t []int32, quads, cols int) int {
	o := &f.args
	o.dst, o.words, o.a, o.t, o.quads, o.cols = &dst[0], &f.words[0], &a[0], &t[0], quads, cols
	return (cols/fusedGroup - spreadWordsNEON(o)) * fusedGroup
}

// spreadSums sets the columns of one pair by way of int32 sums.
func (f *fused) spreadSums(dst []int8, base []int32, a []uint8, t []int32, rows, cols int) {
	o, s := f.combine, &f.args
	o.sums, o.a, o.rows = &f.sums, &a[0], rows
	s.sums, s.quads = &f.sums, Quads(rows)
	for c, wide := 0, 0; c < cols; c += wide {
		wide = blockCols(cols - c)
		o.t, o.cols = &t[c], wide
		combineNEON(&o)
		s.dst, s.base, s.cols = &dst[4*c], &base[c], wide
		spreadSumsNEON(s)
	}
}

// baseWordsNEON sets the words of groups of eight columns:
//
//	v := clamp(base[r*baseRow+c] + offsets[r], ±clip)
//	words[((c/8*4+r/4)*8+c%8)*4+r%4] = v
//
// quads is at least 1, cols at least 8, of which it takes whole groups; rows come in whole quads.
// It reports whether all sums were within ±2^30, so that none wraps around with a perturbation. 48
// instructions for a quad of eight columns.
//
//go:noescape
func baseWordsNEON(args *fusedArgs) bool

// spreadWordsNEON sets the activations of one pair in a block:
//
//	d := RoundShift((a[r]-2)·t[c], round)
//	dst[r/4*quad+4*c+r%4] = clamp((word + d) >> shift, low, 127)
//	dst[r/4*quad+4*c+r%4+minus] = clamp((word - d) >> shift, low, 127)
//
// with the words of baseWordsNEON. Before a group with a |t| beyond the limit it
// stops, and returns the groups left. It reads sixteen codes. 38 instructions for a
// quad of twice eight columns.
//
//go:noescape
func spreadWordsNEON(args *fusedArgs) (left int)

// spreadSumsNEON sets the activations of one pair from what combineNEON has summed
// up, in whole quads of rows and eight, four, two or one columns:
//
//	d := RoundShift(sums[8r+c], round)
//	dst[r/4*quad+4*c+r%4] = clamp((base[r*baseRow+c] + offsets[r] + d) >> shift, low, 127)
//	dst[r/4*quad+4*c+r%4+minus] = clamp((base[r*baseRow+c] + offsets[r] - d) >> shift, low, 127)
//
// 105 instructions for a quad of twice eight columns.
//
//go:noescape
func spreadSumsNEON(args *fusedArgs)

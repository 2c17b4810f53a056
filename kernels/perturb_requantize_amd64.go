//go:build !purego

package kernels

// fusedLanes is the columns of which base is read at once.
const fusedLanes = lanesAVX512

// sumScratch is the memory of spreadSums.
type sumScratch struct {
	table multiples
	sums  sums
}

// baseWords sets the words of a block, and reports whether no sum wraps around; see
// baseWordsAVX2.
func (f *fused) baseWords(base []int32, quads, cols int) bool {
	o := &f.args
	o.words, o.base, o.quads, o.cols = &f.words[0], &base[0], quads, cols
	if level >= avx512bw {
		return baseWordsAVX512(o)
	}
	return baseWordsAVX2(o)
}

// spreadWords sets the columns of one pair, unless a t is beyond the limit, and
// returns how many.
func (f *fused) spreadWords(dst []int8, a []uint8, t []int32, quads, cols int) int {
	o := &f.args
	o.dst, o.words, o.a, o.t, o.quads, o.cols = &dst[0], &f.words[0], &a[0], &t[0], quads, cols
	if level >= avx512bw && spreadWordsAVX512(o) || level < avx512bw && spreadWordsAVX2(o) {
		return cols
	}
	return 0
}

// spreadSums sets the columns of one pair by way of int32 sums.
func (f *fused) spreadSums(dst []int8, base []int32, a []uint8, t []int32, rows, cols int) {
	o, s := f.combine, &f.args
	o.sums, o.multiples, o.a, o.rows = &f.sums, &f.table, &a[0], rows
	s.sums, s.quads = &f.sums, Quads(rows)
	for c, wide := 0, 0; c < cols; c += wide {
		wide = blockCols(cols - c)
		o.t, o.cols = &t[c], wide
		s.dst, s.base, s.cols = &dst[4*c], &base[c], wide
		if wide > lanesAVX2 {
			combineAVX512(&o)
			spreadSumsAVX512(s)
		} else {
			combineAVX2(&o)
			spreadSumsAVX2(s)
		}
	}
}

// baseWordsAVX2 sets the words of a block, by groups of eight columns, quads of rows
// and two vectors each:
//
//	v := clamp(base[r*baseRow+c] + offsets[r], ±clip)
//	words[((c/8*4+r/4)*8+at)*4+r%4] = v
//
// where at = c%2 + c/4%2*2 + c/2%2*4: the first vector has columns 0 1 4 5, the second
// 2 3 6 7, which packing them to bytes brings in order. Rows come in whole quads,
// base in whole groups of columns. It reports whether all sums were within ±2^30, so
// that none wraps around with a perturbation. 10 Gelem/s.
//
//go:noescape
func baseWordsAVX2(args *fusedArgs) bool

// spreadWordsAVX2 sets the activations of one pair in a block:
//
//	d := RoundShift((a[r]-2)·t[c], round)
//	dst[r/4*quad+4*c+r%4] = clamp((word + d) >> shift, low, 127)
//	dst[r/4*quad+4*c+r%4+minus] = clamp((word - d) >> shift, low, 127)
//
// with the words of baseWordsAVX2. It reports whether all |t| were within the
// limit; otherwise it may have set a part. It reads sixteen codes. 28 GB/s of 41 in
// L1. PerturbSharedRequantize as a whole, 256 rows of 4 pairs of 128 streams: 21
// GB/s, 9 times the two kernels that it joins.
//
//go:noescape
func spreadWordsAVX2(args *fusedArgs) bool

// spreadSumsAVX2 sets the activations of one pair from what combineAVX2 has summed
// up, in whole quads of rows and at most eight columns:
//
//	d := RoundShift(sums[8r+c], round)
//	dst[r/4*quad+4*c+r%4] = clamp((base[r*baseRow+c] + offsets[r] + d) >> shift, low, 127)
//	dst[r/4*quad+4*c+r%4+minus] = clamp((base[r*baseRow+c] + offsets[r] - d) >> shift, low, 127)
//
// It reads base of whole vectors. 11 GB/s; as a whole, with rank 1: 7 GB/s.
//
//go:noescape
func spreadSumsAVX2(args *fusedArgs)

// baseWordsAVX512 is baseWordsAVX2 for groups of sixteen columns: in each quarter
// of a group two columns are followed by two, which the packing brings back in order.
// 15 Gelem/s.
//
//go:noescape
func baseWordsAVX512(args *fusedArgs) bool

// spreadWordsAVX512 is spreadWordsAVX2 with the words of baseWordsAVX512. 42 GB/s of
// 55 in L1; as a whole 29 GB/s, 6 times the two kernels.
//
//go:noescape
func spreadWordsAVX512(args *fusedArgs) bool

// spreadSumsAVX512 is spreadSumsAVX2 for at most sixteen columns. 17 GB/s; as a whole,
// with rank 1: 12 GB/s.
//
//go:noescape
func spreadSumsAVX512(args *fusedArgs)

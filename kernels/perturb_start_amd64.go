//go:build !purego

package kernels

// levels makes the tables of groups of columns; see levelsAVX2.
func levels(levels, start, t, signs *int32, groups int, shift uint) {
	levelsAVX2(levels, start, t, signs, groups, shift)
}

// startsRank reports whether rankStart makes what tiles start from, for populations of a
// rank. A look-up is faster for rank 1.
func (t tier) startsRank(rank int) bool { return rank > 1 }

// wordColumns is the columns of a vector of rankStart.
func (t tier) wordColumns() int {
	if t >= avx512vnni {
		return lanesAVX512
	}
	return lanesAVX2
}

// wordRanks is the ranks of a vector of rankStart: those beyond the population's are zero.
func (t tier) wordRanks(rank int) int {
	if t >= avx512vnni {
		return (rank + 3) &^ 3
	}
	return (rank + 1) &^ 1
}

func (t tier) pairWords(o *pairWordsArgs) {
	if t >= avx512vnni {
		pairWordsVNNI512(o)
	} else {
		pairWordsAVX2(o)
	}
}

func (t tier) rankStart(o *rankStartArgs) {
	if t >= avx512vnni {
		rankStartVNNI512(o)
	} else {
		rankStartAVX2(o)
	}
}

// pairWordsAVX2 has the contract of pairWords in perturb_start_asm.go.
//
//go:noescape
func pairWordsAVX2(args *pairWordsArgs)

// rankStartAVX2 has the contract of rankStart in perturb_start_asm.go, and adds the start of
// the columns.
//
//go:noescape
func rankStartAVX2(args *rankStartArgs)

// pairWordsVNNI512 has the contract of pairWords in perturb_start_asm.go.
//
//go:noescape
func pairWordsVNNI512(args *pairWordsArgs)

// rankStartVNNI512 has the contract of rankStart in perturb_start_asm.go.
//
//go:noescape
func rankStartVNNI512(args *rankStartArgs)

func (t tier) lookUp(o *lookUpArgs) {
	if t >= avx512bw && o.groups%2 == 0 {
		lookUpAVX512(o)
	} else {
		lookUpAVX2(o)
	}
}

// levelsAVX2 has the contract of levels in perturb_start_asm.go.
//
//go:noescape
func levelsAVX2(levels, start, t, signs *int32, groups int, shift uint)

// lookUpAVX2 has the contract of lookUp in perturb_start_asm.go. It reads codes by fours.
//
//go:noescape
func lookUpAVX2(args *lookUpArgs)

// lookUpAVX512 is lookUpAVX2 for an even number of groups.
//
//go:noescape
func lookUpAVX512(args *lookUpArgs)

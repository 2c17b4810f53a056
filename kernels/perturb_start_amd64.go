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

func rankStart(o *rankStartArgs) { rankStartAVX2(o) }

// ordersCodes reports whether codes are put in order for rankStart and sweeps.
func (t tier) ordersCodes() bool { return t >= avx512vnni }

func rankStartInOrder(o *rankArgs) { rankStartVNNI512(o) }

func orderCodes(o *rankArgs) { orderCodesVNNI512(o) }

func drawCodes(o *rankArgs) { drawCodesGFNI512(o) }

// drawsCodes reports whether parts draw the codes of factors A, in order. They draw whole panels,
// and a pair's codes once for each vector.
func (p *perturbation) drawsCodes(dist Distribution, g Generator) bool {
	return level >= avx512gfni && dist == Binomial && g == ARS4x32 && p.pop.Rank > 1 && 2*p.pop.Columns == levelGroup &&
		4*((p.m+panelRows-1)/panelRows*panelRows) <= 5*p.m
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

// rankStartVNNI512 has the contract of rankStart in perturb_start_asm.go, for codes in order.
//
//go:noescape
func rankStartVNNI512(args *rankArgs)

// orderCodesVNNI512 has the contract of orderCodes in perturb_start_asm.go.
//
//go:noescape
func orderCodesVNNI512(args *rankArgs)

// drawCodesGFNI512 has the contract of drawCodes in perturb_start_asm.go.
//
//go:noescape
func drawCodesGFNI512(args *rankArgs)

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

//go:build !purego

package kernels

// levels makes the tables of groups of columns; see levelsAVX2.
func levels(levels, start, t, signs *int32, groups int, shift uint) {
	levelsAVX2(levels, start, t, signs, groups, shift)
}

// startsRanks reports whether tiles start with the perturbation of any rank.
func (t tier) startsRanks() bool { return t >= avx512vnni }

func pairWords(o *pairWordsArgs) { pairWordsVNNI512(o) }

func rankStart(o *rankStartArgs) { rankStartVNNI512(o) }

// pairWordsVNNI512 has the contract of pairWords in perturb_start_asm.go.
//
//go:noescape
func pairWordsVNNI512(args *pairWordsArgs)

// rankStartVNNI512 has the contract of rankStart in perturb_start_asm.go.
//
//go:noescape
func rankStartVNNI512(args *rankStartArgs)

// lookUp sets rows of a tile to the entries of their codes; see lookUpAVX2.
func (t tier) lookUp(dst *int32, ld, rows, groups int, a *uint8, aStep int, levels *int32) {
	if t >= avx512bw && groups%2 == 0 {
		lookUpAVX512(dst, ld, rows, groups, a, aStep, levels)
	} else {
		lookUpAVX2(dst, ld, rows, groups, a, aStep, levels)
	}
}

// levelsAVX2 has the contract of levels in perturb_start_asm.go.
//
//go:noescape
func levelsAVX2(levels, start, t, signs *int32, groups int, shift uint)

// lookUpAVX2 sets rows of a tile to the entries of their codes:
//
//	dst[r*ld+levelGroup*g+c] = levels[(levelCount*g + a[g*aStep+r]&7)*levelGroup + c]
//
// rows and groups are at least 1. It reads codes by fours.
//
//go:noescape
func lookUpAVX2(dst *int32, ld, rows, groups int, a *uint8, aStep int, levels *int32)

// lookUpAVX512 is lookUpAVX2 for an even number of groups.
//
//go:noescape
func lookUpAVX512(dst *int32, ld, rows, groups int, a *uint8, aStep int, levels *int32)

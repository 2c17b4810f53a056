//go:build !purego

package kernels

// levels makes the table of each group; see levelsNEON.
func levels(levels, start, t, signs *int32, groups int, shift uint) {
	levelsNEON(levels, start, t, signs, groups, shift)
}

// startsRank reports whether rankStart makes what tiles start from: never here.
func (t tier) startsRank(int) bool { return false }

func (t tier) wordColumns() int { return levelGroup }

func (t tier) wordRanks(rank int) int { return rank }

func (t tier) pairWords(*pairWordsArgs) {}

func (t tier) rankStart(*rankStartArgs) {}

// lookUp sets rows of a tile to the entries of their codes; see lookUpNEON.
func (t tier) lookUp(dst *int32, ld, rows, groups int, a *uint8, aStep int, levels *int32) {
	lookUpNEON(dst, ld, rows, groups, a, aStep, levels)
}

// levelsNEON has the contract of levels in perturb_start_asm.go. 61 instructions for a
// group.
//
//go:noescape
func levelsNEON(levels, start, t, signs *int32, groups int, shift uint)

// lookUpNEON sets rows of a tile to the entries of their codes:
//
//	dst[r*ld+levelGroup*g+c] = levels[(levelCount*g + a[g*aStep+r]&7)*levelGroup + c]
//
// rows and groups are at least 1. 7 instructions for a row of a group.
//
//go:noescape
func lookUpNEON(dst *int32, ld, rows, groups int, a *uint8, aStep int, levels *int32)

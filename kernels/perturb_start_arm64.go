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

func rankStart(*rankStartArgs) {}

func (t tier) ordersCodes() bool { return false }

func rankStartInOrder(*rankArgs) {}

func orderCodes(*rankArgs) {}

func drawCodes(*rankArgs) {}

func (p *perturbation) drawsCodes(Distribution, Generator) bool { return false }

func (t tier) lookUp(o *lookUpArgs) { lookUpNEON(o) }

// levelsNEON has the contract of levels in perturb_start_asm.go. 61 instructions for a
// group.
//
//go:noescape
func levelsNEON(levels, start, t, signs *int32, groups int, shift uint)

// lookUpNEON has the contract of lookUp in perturb_start_asm.go. 7 instructions for a row of a
// group.
//
//go:noescape
func lookUpNEON(args *lookUpArgs)

//go:build !purego

package kernels

import "math/bits"

// attendArgs are the operands of attend in assembly: one head of four columns, or of one.
type attendArgs struct {
	dst, q  *int8
	keys    *int8  // of step 0
	values  *int8  // of steps 0 to 3
	scores  *int32 // of four columns a step; they become weights
	row     int    // bytes of a row of n columns
	keyStep int    // bytes of a step of keys
	group   int    // bytes of four steps of values
	pairs   int    // of values of a head
	steps   int
	cols    int // 4 or 1
	one     int // 1 if the columns are parts of one
	shift   int

	most    [4]int32  // the largest scores
	sums    [4]uint32 // of weights
	inverse [4]uint32
	right   [4]int64 // shifts of products with inverse
}

func attend(dst, q, keys, values []int8, a Attention, n int) {
	if level == generic {
		attendGeneric(dst, q, keys, values, a, n)
		return
	}
	// Scores, and behind them the steps that fill up the last four.
	if a.Steps <= 64 { // less to clear
		var scores [(64 + 3) * 4]int32
		attendBlocks(scores[:], dst, q, keys, values, a, n)
		return
	}
	var scores [(MaxAttention + 3) * 4]int32
	attendBlocks(scores[:], dst, q, keys, values, a, n)
}

func attendBlocks(scores []int32, dst, q, keys, values []int8, a Attention, n int) {
	size := a.KVHeads * a.Width * n
	args := attendArgs{
		scores: &scores[0], row: 4 * n, keyStep: 2 * size, group: 4 * size, pairs: a.Width / 2, steps: a.Steps,
		cols: min(n, 4), shift: int(a.Shift),
	}
	switch {
	case n == 1 && a.Width%16 == 0: // its quads are like four columns of a quad
		args.cols, args.one, args.row, args.pairs = 4, 1, 16, args.pairs/4
	case n < 4:
		args.cols = 1
	}
	for head := range a.Heads {
		kv := head / (a.Heads / a.KVHeads) * a.Width * n
		for c := 0; c < n; c += args.cols {
			c := min(c, n-min(n, args.cols)) // the last columns may be computed twice
			args.dst, args.q = &dst[head*a.Width*n+4*c], &q[2*head*a.Width*n+4*c]
			args.keys, args.values = &keys[2*kv+4*c], &values[4*kv+4*c]
			attendScoresNEON(&args)
			attendWeightsNEON(&args)
			args.invert()
			attendValuesNEON(&args)
		}
	}
}

// invert prepares the division by 2·sum of a number below 129 times that: the product with
// inverse, shifted, is the quotient or 1 less.
func (a *attendArgs) invert() {
	for i, sum := range a.sums {
		log := 31 + bits.Len32(2*sum) - 1
		a.inverse[i], a.right[i] = uint32(1<<log/(2*uint64(sum))), int64(-log)
	}
}

func turnWordsAssembly(args *turnArgs) { turnWordsNEON(args) }

func cacheValuesAssembly(values, v *int8, step, n, quads int) {
	cacheValuesNEON(values, v, step, n, quads)
}

// turnWordsNEON is the loop of TurnWords.
//
//go:noescape
func turnWordsNEON(args *turnArgs)

// cacheValuesNEON is the loop of CacheValues for quads, n ≥ 1.
//
//go:noescape
func cacheValuesNEON(values, v *int8, step, n, quads int)

// attendScoresNEON sets scores and most, and the scores of three more steps so that these have
// no weight.
//
//go:noescape
func attendScoresNEON(args *attendArgs)

// attendWeightsNEON sets scores to the weights of the steps, in groups of four: words
// [4][4], by column and step. sums are the sums of weights.
//
//go:noescape
func attendWeightsNEON(args *attendArgs)

// attendValuesNEON is the rest of Attend: the quotients of the sums of weighted values.
//
//go:noescape
func attendValuesNEON(args *attendArgs)

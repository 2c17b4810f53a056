//go:build !purego

package kernels

// attendArgs are the operands of attend in assembly: one head of a block of columns.
type attendArgs struct {
	dst, q  *int8
	keys    *int8 // of step 0
	values  *int8 // of steps 0 to 3
	scores  *int32
	row     int // bytes of a row of n columns
	keyStep int // bytes of a step of keys
	group   int // bytes of four steps of values
	pairs   int // of values of a head
	steps   int
	cols    int // of the block
	chunks  int // 1 if sums of products may exceed 32 bits

	// Of sums of products. In chunks, of h and l in h·2^7 + l, with left the shift of h to the
	// left.
	right, left, low int32
}

// attendCols is how many columns a block has at most.
const attendCols = 16

// maxAssemblyWidth bounds the heads of which sums of products fit 32 bits in chunks.
const maxAssemblyWidth = 1 << 10

func attend(dst, q, keys, values []int8, a Attention, n int) {
	if level == generic || a.Width > maxAssemblyWidth {
		attendGeneric(dst, q, keys, values, a, n)
		return
	}
	// Scores, and behind them the steps that fill up the last four. They become weights.
	if a.Steps <= 64 { // less to clear
		var scores [(64 + 3) * attendCols]int32
		attendBlocks(scores[:], dst, q, keys, values, a, n)
		return
	}
	var scores [(MaxAttention + 3) * attendCols]int32
	attendBlocks(scores[:], dst, q, keys, values, a, n)
}

func attendBlocks(scores []int32, dst, q, keys, values []int8, a Attention, n int) {
	size := a.KVHeads * a.Width * n
	args := attendArgs{
		scores: &scores[0], row: 4 * n, keyStep: 2 * size, group: 4 * size, pairs: a.Width / 2, steps: a.Steps,
		right: int32(a.Shift),
	}
	if a.Width > 8 { // eight products of words fit 32 bits
		args.chunks = 1
		args.right, args.left, args.low = max(args.right-7, 0), max(7-args.right, 0), min(args.right, 7)
	}
	block := attendBlock()
	for head := range a.Heads {
		kv := head / (a.Heads / a.KVHeads) * a.Width * n
		for c := 0; c < n; c += block {
			args.cols = min(n-c, block)
			args.dst, args.q = &dst[head*a.Width*n+4*c], &q[2*head*a.Width*n+4*c]
			args.keys, args.values = &keys[2*kv+4*c], &values[4*kv+4*c]
			attendAssembly(&args)
		}
	}
}

func turnWordsAssembly(args *turnArgs) {
	if level >= avx512bw {
		turnWordsAVX512(args)
	} else {
		turnWordsAVX2(args)
	}
}

func cacheValuesAssembly(values, v *int8, step, n, quads int) {
	if level >= avx512bw {
		cacheValuesAVX512(values, v, step, n, quads)
	} else {
		cacheValuesAVX2(values, v, step, n, quads)
	}
}

// attendBlock returns the columns of a block.
func attendBlock() int {
	if level >= avx512bw {
		return 16
	}
	return 8
}

func attendAssembly(args *attendArgs) {
	switch {
	case level >= avx512vnni:
		attendVNNI512(args)
	case level >= avx512bw:
		attendAVX512(args)
	default:
		attendAVX2(args)
	}
}

// turnWordsAVX2 is the loop of TurnWords.
//
//go:noescape
func turnWordsAVX2(args *turnArgs)

// turnWordsAVX512 does the same.
//
//go:noescape
func turnWordsAVX512(args *turnArgs)

// cacheValuesAVX2 is the loop of CacheValues for quads, n ≥ 1.
//
//go:noescape
func cacheValuesAVX2(values, v *int8, step, n, quads int)

// cacheValuesAVX512 does the same.
//
//go:noescape
func cacheValuesAVX512(values, v *int8, step, n, quads int)

// attendAVX2 is the loop of Attend for one head and up to 8 columns.
//
//go:noescape
func attendAVX2(args *attendArgs)

// attendAVX512 does the same for up to 16 columns.
//
//go:noescape
func attendAVX512(args *attendArgs)

// attendVNNI512 does the same with VPDPWSSD and VPDPBUSD.
//
//go:noescape
func attendVNNI512(args *attendArgs)

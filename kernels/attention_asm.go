//go:build !purego && (amd64 || arm64)

package kernels

func turnWords(dst, high, low []int8, turns []Turn, k, n int) {
	if level == generic {
		turnWordsGeneric(dst, high, low, turns, k, n)
		return
	}
	args := turnArgs{
		dst: &dst[0], high: &high[0], turns: &turns[0],
		row: 4 * n, quads: k / 4, turnsLen: len(turns) * 4, n: n, limit: 127, unit: 0x0001,
	}
	if low != nil {
		args.low, args.limit, args.unit = &low[0], wordTop, 0x0180
	}
	turnWordsAssembly(&args)
}

func cacheValues(values, v []int8, step, n int) {
	if level == generic {
		cacheValuesGeneric(values, v, step, n)
		return
	}
	cacheValuesAssembly(&values[0], &v[0], step, n, len(v)/(4*n))
}

// turnArgs are the operands of turnWords in assembly.
type turnArgs struct {
	dst, high *int8
	low       *int8 // nil for none
	turns     *Turn
	row       int // bytes of a row of n columns
	quads     int // of values
	turnsLen  int // bytes of all turns
	n         int
	limit     int32
	unit      int32 // of high, a byte, and of low, the next
}

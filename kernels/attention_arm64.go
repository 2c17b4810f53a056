//go:build !purego

package kernels

// Attention has no assembly for arm64 yet.

func turnWords(dst, high, low []int8, turns []Turn, k, n int) {
	turnWordsGeneric(dst, high, low, turns, k, n)
}

func cacheValues(values, v []int8, step, n int) { cacheValuesGeneric(values, v, step, n) }

func attend(dst, q, keys, values []int8, a Attention, n int) {
	attendGeneric(dst, q, keys, values, a, n)
}

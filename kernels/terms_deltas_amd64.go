//go:build !purego

package kernels

func sumDeltasAssembly(delta *int32, n int) int64 { return sumDeltasAVX2(delta, n) }

func cutOffAssembly(delta *int32, y *int8, n, shift, low int) int64 {
	return cutOffAVX2(delta, y, n, shift, low)
}

func subtractMeanAssembly(delta *int32, n, mean int) uint64 { return subtractMeanAVX2(delta, n, mean) }

func termsOfDeltasAssembly(o *termsOfDeltasArgs) uint64 { return termsOfDeltasAVX2(o) }

// The kernels have the contracts in terms_deltas_asm.go. Every AVX-512 implementation takes
// them, too: memory is the limit.

//go:noescape
func sumDeltasAVX2(delta *int32, n int) int64

//go:noescape
func cutOffAVX2(delta *int32, y *int8, n, shift, low int) int64

//go:noescape
func subtractMeanAVX2(delta *int32, n, mean int) uint64

//go:noescape
func termsOfDeltasAVX2(args *termsOfDeltasArgs) uint64

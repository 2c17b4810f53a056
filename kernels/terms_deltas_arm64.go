//go:build !purego

package kernels

func sumDeltasAssembly(delta *int32, n int) int64 { return sumDeltasNEON(delta, n) }

func cutOffAssembly(delta *int32, y *int8, n, shift, low int) int64 {
	return cutOffNEON(delta, y, n, shift, low)
}

func subtractMeanAssembly(delta *int32, n, mean int) uint64 { return subtractMeanNEON(delta, n, mean) }

func termsOfDeltasAssembly(o *termsOfDeltasArgs) uint64 { return termsOfDeltasNEON(o) }

// The kernels have the contracts in terms_deltas_asm.go.

//go:noescape
func sumDeltasNEON(delta *int32, n int) int64

//go:noescape
func cutOffNEON(delta *int32, y *int8, n, shift, low int) int64

//go:noescape
func subtractMeanNEON(delta *int32, n, mean int) uint64

//go:noescape
func termsOfDeltasNEON(args *termsOfDeltasArgs) uint64

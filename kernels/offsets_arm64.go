//go:build !purego

package kernels

func addOffsetsAssembly(args *offsetsArgs) { addOffsetsNEON(args) }

// addOffsetsNEON is the loop of AddOffsets.
//
//go:noescape
func addOffsetsNEON(args *offsetsArgs)

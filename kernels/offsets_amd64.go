//go:build !purego

package kernels

func addOffsetsAssembly(args *offsetsArgs) { addOffsetsAVX2(args) }

// addOffsetsAVX2 is the loop of AddOffsets.
//
//go:noescape
func addOffsetsAVX2(args *offsetsArgs)

//go:build !purego

package kernels

func requantizeScaledAssembly(args *scaledArgs) {
	args.right, args.left = max(args.shift-16, 0), max(16-args.shift, 0)
	args.lowRight, args.half = min(args.shift, 16)+16, 1<<args.shift>>1
	if level >= avx512bw {
		requantizeScaledAVX512(args)
	} else {
		requantizeScaledAVX2(args)
	}
}

// requantizeScaledAVX2 is the loop of RequantizeScaled for whole quads of outputs.
//
//go:noescape
func requantizeScaledAVX2(args *scaledArgs)

// requantizeScaledAVX512 does the same.
//
//go:noescape
func requantizeScaledAVX512(args *scaledArgs)

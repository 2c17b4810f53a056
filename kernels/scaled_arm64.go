//go:build !purego

package kernels

func requantizeScaledAssembly(args *scaledArgs) { requantizeScaledNEON(args) }

// requantizeScaledNEON is the loop of RequantizeScaled for whole quads of outputs.
//
//go:noescape
func requantizeScaledNEON(args *scaledArgs)

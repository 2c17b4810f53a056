//go:build !purego

package kernels

func addAssembly(dst, x *int8, n int)         { addNEON(dst, x, n) }
func gateAssembly(dst, gate, x *int8, n int)  { gateNEON(dst, gate, x, n) }
func blendAssembly(dst, gate, x *int8, n int) { blendNEON(dst, gate, x, n) }

// addNEON is the loop of Add for n elements, a multiple of 4 and at least that. 9
// instructions for 32 elements; the quads beyond the last multiple of 32 take 7 each.
//
//go:noescape
func addNEON(dst, x *int8, n int)

// gateNEON is the loop of Gate for n elements, a multiple of 4 and at least that. 21
// instructions for 32 elements; the quads beyond the last multiple of 32 take 13 each.
//
//go:noescape
func gateNEON(dst, gate, x *int8, n int)

// blendNEON is the loop of Blend for n elements, a multiple of 4 and at least that. 28
// instructions for 32 elements; the quads beyond the last multiple of 32 take 17 each.
//
//go:noescape
func blendNEON(dst, gate, x *int8, n int)

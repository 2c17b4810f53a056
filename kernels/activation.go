package kernels

// The elementwise steps of recurrent layers. Operands are activations in ±127, in any
// layout that all of them share; results are within ±127 whatever the operands. A gate
// g in ±127 stands for (g+127)/256, from 0, closed, to 254/256, open. A gate of -128,
// which no kernel writes, counts as -127: closed.
//
// The assembly takes whole quads, and returns how many elements it took; the reference
// loop takes the rest.

// Add adds activations to others, as a residual connection does:
//
//	dst[i] = clamp(dst[i] + x[i], ±127)
//
// x may be dst.
func Add(dst, x []int8) {
	checkLen("Add", "x", len(x), len(dst), "%d activations", len(dst))
	n := add(dst, x)
	addGeneric(dst[n:], x[n:])
}

func addGeneric(dst, x []int8) {
	for i, v := range x {
		dst[i] = int8(min(max(int32(dst[i])+int32(v), -127), 127))
	}
}

// Max makes activations the larger of themselves and others, as a maximum over pixels does:
//
//	dst[i] = max(dst[i], x[i], -127)
//
// x may be dst.
func Max(dst, x []int8) {
	checkLen("Max", "x", len(x), len(dst), "%d activations", len(dst))
	n := larger(dst, x)
	maxGeneric(dst[n:], x[n:])
}

func maxGeneric(dst, x []int8) {
	for i, v := range x {
		dst[i] = max(dst[i], v, -127)
	}
}

// Gate lets as much of x through as the gates are open:
//
//	dst[i] = RoundShift((max(gates[i], -127)+127)·x[i], 8)
//
// rounded to nearest (docs/decisions.md#rounding-of-gates). dst may be gates or x.
func Gate(dst, gates, x []int8) {
	checkLen("Gate", "gates", len(gates), len(dst), "%d activations", len(dst))
	checkLen("Gate", "x", len(x), len(dst), "%d activations", len(dst))
	n := gate(dst, gates, x)
	gateGeneric(dst[n:], gates[n:], x[n:])
}

func gateGeneric(dst, gate, x []int8) {
	for i, g := range gate {
		dst[i] = int8(RoundShift(opening(g)*int32(x[i]), 8))
	}
}

// opening returns how far a gate is open, in 1/256.
func opening(g int8) int32 { return max(int32(g), -127) + 127 }

// Blend moves activations towards others as far as the gates are open:
//
//	dst[i] = clamp(dst[i] + RoundShift((max(gates[i], -127)+127)·(x[i]-dst[i]), 8), ±127)
//
// gates or x may be dst.
//
// The paper's minGRU (arXiv 2511.16652, App. D) rounds down, which pulls every state
// towards -127 by half a unit a step; here it is to nearest.
func Blend(dst, gates, x []int8) {
	checkLen("Blend", "gates", len(gates), len(dst), "%d activations", len(dst))
	checkLen("Blend", "x", len(x), len(dst), "%d activations", len(dst))
	n := blend(dst, gates, x)
	blendGeneric(dst[n:], gates[n:], x[n:])
}

func blendGeneric(dst, gate, x []int8) {
	for i, g := range gate {
		h := int32(dst[i])
		dst[i] = int8(max(h+RoundShift(opening(g)*(int32(x[i])-h), 8), -127))
	}
}

package kernels

// The elementwise steps of recurrent layers. Operands are activations in ±127, in any
// layout that all of them share. A gate g in ±127 stands for (g+127)/256, from closed to
// all but open.

// Add adds activations to others, as a residual connection does:
//
//	dst[i] = clamp(dst[i] + x[i], ±127)
func Add(dst, x []int8) {
	checkLen("Add", "x", len(x), len(dst), "%d activations", len(dst))
	addGeneric(dst, x)
}

func addGeneric(dst, x []int8) {
	for i, v := range x {
		dst[i] = int8(min(max(int32(dst[i])+int32(v), -127), 127))
	}
}

// Gate lets as much of x through as the gates are open:
//
//	dst[i] = RoundShift((gate[i]+127)·x[i], 8)
//
// dst may be gate or x.
func Gate(dst, gate, x []int8) {
	checkLen("Gate", "gate", len(gate), len(dst), "%d activations", len(dst))
	checkLen("Gate", "x", len(x), len(dst), "%d activations", len(dst))
	gateGeneric(dst, gate, x)
}

func gateGeneric(dst, gate, x []int8) {
	for i, g := range gate {
		dst[i] = int8(RoundShift((int32(g)+127)*int32(x[i]), 8))
	}
}

// Blend moves activations towards others as far as the gates are open:
//
//	dst[i] += RoundShift((gate[i]+127)·(x[i]-dst[i]), 8)
//
// The paper's minGRU (arXiv 2511.16652, App. D) rounds down, which pulls every state
// towards -127 by half a unit a step; here it is to nearest.
func Blend(dst, gate, x []int8) {
	checkLen("Blend", "gate", len(gate), len(dst), "%d activations", len(dst))
	checkLen("Blend", "x", len(x), len(dst), "%d activations", len(dst))
	blendGeneric(dst, gate, x)
}

func blendGeneric(dst, gate, x []int8) {
	for i, g := range gate {
		h := int32(dst[i])
		dst[i] = int8(h + RoundShift((int32(g)+127)*(int32(x[i])-h), 8))
	}
}

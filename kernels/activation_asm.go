//go:build !purego && (amd64 || arm64)

package kernels

// The kernels of gates take whole quads; what is left of the operands is up to the
// reference loop.

func addElements(dst, x []int8) {
	n := 0
	if level > generic && len(dst) >= 4 {
		n = len(dst) &^ 3
		addQuads(&dst[0], &x[0], n)
	}
	addGeneric(dst[n:], x[n:])
}

func gateElements(dst, gate, x []int8) {
	n := 0
	if level > generic && len(dst) >= 4 {
		n = len(dst) &^ 3
		gateQuads(&dst[0], &gate[0], &x[0], n)
	}
	gateGeneric(dst[n:], gate[n:], x[n:])
}

func blendElements(dst, gate, x []int8) {
	n := 0
	if level > generic && len(dst) >= 4 {
		n = len(dst) &^ 3
		blendQuads(&dst[0], &gate[0], &x[0], n)
	}
	blendGeneric(dst[n:], gate[n:], x[n:])
}

//go:build !purego && (amd64 || arm64)

package kernels

// The kernels of gates take whole quads; what is left of the operands is up to the
// reference loop.

func add(dst, x []int8) {
	n := 0
	if level > generic && len(dst) >= 4 {
		n = len(dst) &^ 3
		addAssembly(&dst[0], &x[0], n)
	}
	addGeneric(dst[n:], x[n:])
}

func gate(dst, gates, x []int8) {
	n := 0
	if level > generic && len(dst) >= 4 {
		n = len(dst) &^ 3
		gateAssembly(&dst[0], &gates[0], &x[0], n)
	}
	gateGeneric(dst[n:], gates[n:], x[n:])
}

func blend(dst, gate, x []int8) {
	n := 0
	if level > generic && len(dst) >= 4 {
		n = len(dst) &^ 3
		blendAssembly(&dst[0], &gate[0], &x[0], n)
	}
	blendGeneric(dst[n:], gate[n:], x[n:])
}

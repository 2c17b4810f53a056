//go:build !purego

package kernels

func noise(dst []uint8, law Law, s Stream) { noiseGeneric(dst, law, s) }

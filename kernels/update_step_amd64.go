//go:build !purego

package kernels

import "github.com/Kaleaon/pentary-go/packed"

// step steps the codes of a tile, whose state starts at at, by Z and the random
// bytes u, and returns how many moved.
func (r *rule) step(codes []uint8, at int, z *[packed.BlockPents]int32, u *[maxDraws * packed.BlockPents]uint8) int {
	c, n := &codes[0], len(codes)
	switch {
	case r.kind == byResidual && level >= avx512bw:
		return stepResidualAVX512(c, &r.state[at], &z[0], n, r.scale)
	case r.kind == byResidual:
		return stepResidualAVX2(c, &r.state[at], &z[0], n, r.scale)
	case r.kind == byThreshold && r.fraction == 0 && level >= avx512bw:
		return stepThresholdAVX512(c, &z[0], n, r.threshold)
	case r.kind == byThreshold && r.fraction == 0:
		return stepThresholdAVX2(c, &z[0], n, r.threshold)
	case r.kind == byThreshold && level >= avx512bw:
		return stepDitheredAVX512(c, &z[0], &u[0], n, r.threshold, r.fraction)
	case r.kind == byThreshold:
		return stepDitheredAVX2(c, &z[0], &u[0], n, r.threshold, r.fraction)
	case r.kind == byResidual4 && level >= avx512bw:
		return stepResidual4AVX512(c, &r.state4[at/2], &z[0], &u[0], n, r.scale)
	case r.kind == byResidual4:
		return stepResidual4AVX2(c, &r.state4[at/2], &z[0], &u[0], n, r.scale)
	case r.kind == byStochastic && level >= avx512bw:
		return stepStochasticAVX512(c, &z[0], &u[0], n, r.scale)
	case r.kind == byStochastic:
		return stepStochasticAVX2(c, &z[0], &u[0], n, r.scale)
	case r.kind == byFlip && level >= avx512bw:
		return stepFlipAVX512(&stepFlipArgs{c, &r.state[at], &z[0], &u[0], n, r.scale, r.decay, int8(r.threshold)})
	case r.kind == byFlip:
		return stepFlipAVX2(&stepFlipArgs{c, &r.state[at], &z[0], &u[0], n, r.scale, r.decay, int8(r.threshold)})
	case level >= avx512bw:
		return shrinkAVX512(c, &u[0], n, r.chance)
	}
	return shrinkAVX2(c, &u[0], n, r.chance)
}

// stepResidualAVX2 has the contract of stepResidual in update_asm.go. 4.2 Gpents/s in
// L1.
//
//go:noescape
func stepResidualAVX2(codes *uint8, e *int8, z *int32, n int, scale Scale) (moved int)

// stepResidualAVX512 is stepResidualAVX2 on 512-bit registers. 4.6 Gpents/s in L1.
//
//go:noescape
func stepResidualAVX512(codes *uint8, e *int8, z *int32, n int, scale Scale) (moved int)

// stepResidual4AVX2 has the contract of stepResidual4 in update_asm.go. 3.9 Gpents/s in
// L1.
//
//go:noescape
func stepResidual4AVX2(codes, e *uint8, z *int32, u *uint8, n int, scale Scale) (moved int)

// stepResidual4AVX512 is stepResidual4AVX2 on 512-bit registers. 3.9 Gpents/s in L1.
//
//go:noescape
func stepResidual4AVX512(codes, e *uint8, z *int32, u *uint8, n int, scale Scale) (moved int)

// stepStochasticAVX2 has the contract of stepStochastic in update_asm.go. 4.9 Gpents/s
// in L1.
//
//go:noescape
func stepStochasticAVX2(codes *uint8, z *int32, u *uint8, n int, scale Scale) (moved int)

// stepStochasticAVX512 is stepStochasticAVX2 on 512-bit registers. 5.4 Gpents/s in
// L1.
//
//go:noescape
func stepStochasticAVX512(codes *uint8, z *int32, u *uint8, n int, scale Scale) (moved int)

// stepFlipAVX2 has the contract of stepFlip in update_asm.go. 3.7 Gpents/s in L1.
//
//go:noescape
func stepFlipAVX2(args *stepFlipArgs) (moved int)

// stepFlipAVX512 is stepFlipAVX2 on 512-bit registers. 4.2 Gpents/s in L1.
//
//go:noescape
func stepFlipAVX512(args *stepFlipArgs) (moved int)

// stepThresholdAVX2 has the contract of stepThreshold in update_asm.go. 9.5 Gpents/s in
// L1.
//
//go:noescape
func stepThresholdAVX2(codes *uint8, z *int32, n int, tau int32) (moved int)

// stepThresholdAVX512 is stepThresholdAVX2 on 512-bit registers. 11 Gpents/s in L1.
//
//go:noescape
func stepThresholdAVX512(codes *uint8, z *int32, n int, tau int32) (moved int)

// stepDitheredAVX2 has the contract of stepDithered in update_asm.go. 5.8 Gpents/s in
// L1.
//
//go:noescape
func stepDitheredAVX2(codes *uint8, z *int32, u *uint8, n int, tau int32, fraction uint8) (moved int)

// stepDitheredAVX512 is stepDitheredAVX2 on 512-bit registers. 8.3 Gpents/s in L1.
//
//go:noescape
func stepDitheredAVX512(codes *uint8, z *int32, u *uint8, n int, tau int32, fraction uint8) (moved int)

// shrinkAVX2 has the contract of shrink in update_asm.go. 15 Gpents/s in L1.
//
//go:noescape
func shrinkAVX2(codes, u *uint8, n int, chance uint32) (moved int)

// shrinkAVX512 is shrinkAVX2 on 512-bit registers. 20 Gpents/s in L1.
//
//go:noescape
func shrinkAVX512(codes, u *uint8, n int, chance uint32) (moved int)

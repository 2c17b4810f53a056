//go:build !purego

package kernels

import "github.com/Kaleaon/pentary-go/packed"

// step steps the codes of a tile, whose state starts at at, by Z and the random
// bytes u, and returns how many moved.
func (r *rule) step(codes []uint8, at int, z *[packed.BlockPents]int32, u *[maxDraws * packed.BlockPents]uint8) int {
	c, n := &codes[0], len(codes)
	switch {
	case r.kind == byResidual:
		return stepResidualNEON(c, &r.state[at], &z[0], n, r.scale)
	case r.kind == byThreshold && r.fraction == 0:
		return stepThresholdNEON(c, &z[0], n, r.threshold)
	case r.kind == byThreshold:
		return stepDitheredNEON(c, &z[0], &u[0], n, r.threshold, r.fraction)
	case r.kind == byResidual4:
		return stepResidual4NEON(c, &r.state4[at/2], &z[0], &u[0], n, r.scale)
	case r.kind == byStochastic:
		return stepStochasticNEON(c, &z[0], &u[0], n, r.scale)
	case r.kind == byFlip:
		return stepFlipNEON(c, &r.state[at], &z[0], &u[0], n, r.scale, r.decay, int8(r.threshold))
	}
	return shrinkNEON(c, &u[0], n, r.chance)
}

// stepResidualNEON steps n weights, given as codes 0 to 4, by the rule of
// UpdateResidual, and returns how many moved:
//
//	codes[j], e[j] = residual(codes[j], e[j], z[j])
//
// n is a positive multiple of 32, at most a block. 45 instructions for 16
// weights.
//
//go:noescape
func stepResidualNEON(codes *uint8, e *int8, z *int32, n int, scale Scale) (moved int)

// stepResidual4NEON steps n weights, as stepResidualNEON does, by the rule of
// UpdateResidual4:
//
//	codes[j], e[j] = residual4(codes[j], e[j], z[j], u[j])
//
// where e[j], the nibble, is in byte j/32*16+j%16. 90 instructions for 32
// weights.
//
//go:noescape
func stepResidual4NEON(codes, e *uint8, z *int32, u *uint8, n int, scale Scale) (moved int)

// stepStochasticNEON steps n weights, as stepResidualNEON does, by the rule of
// UpdateStochastic:
//
//	codes[j] = saturate(codes[j], (scale(z[j]) + u[j]) >> 8)
//
// 39 instructions for 16 weights.
//
//go:noescape
func stepStochasticNEON(codes *uint8, z *int32, u *uint8, n int, scale Scale) (moved int)

// stepFlipNEON steps n weights, as stepResidualNEON does, by the rule of UpdateFlip:
//
//	codes[j], average[j] = flip(codes[j], average[j], z[j], u[j])
//
// decay is 1 to MaxDecay, threshold positive. 51 instructions for 16 weights.
//
//go:noescape
func stepFlipNEON(codes *uint8, average *int8, z *int32, u *uint8, n int, scale Scale, decay uint, threshold int8) (moved int)

// stepThresholdNEON steps n weights, as stepResidualNEON does, where |z| ≥ tau:
//
//	codes[j] = saturate(codes[j], sign(z[j]) if |z[j]| ≥ tau, else 0)
//
// tau is positive. 25 instructions for 16 weights.
//
//go:noescape
func stepThresholdNEON(codes *uint8, z *int32, n int, tau int32) (moved int)

// stepDitheredNEON is stepThresholdNEON with a threshold of tau + fraction/256:
//
//	codes[j] = saturate(codes[j], sign(z[j]) if |z[j]| + u[j]/256 ≥ tau + fraction/256, else 0)
//
// tau is 1 to 2^30. 35 instructions for 16 weights.
//
//go:noescape
func stepDitheredNEON(codes *uint8, z *int32, u *uint8, n int, tau int32, fraction uint8) (moved int)

// shrinkNEON moves n pents by the rule of Shrink, and returns how many moved:
//
//	codes[j] = shrunk(codes[j]) if u[2*j] + 256*u[2*j+1] < chance
//
// n is as for stepResidualNEON, chance 1 to AlwaysShrink. 15 instructions for 16
// pents.
//
//go:noescape
func shrinkNEON(codes, u *uint8, n int, chance uint32) (moved int)

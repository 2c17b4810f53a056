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
		return stepFlipNEON(&stepFlipArgs{c, &r.state[at], &z[0], &u[0], n, r.scale, r.decay, int8(r.threshold)})
	}
	return shrinkNEON(c, &u[0], n, r.chance)
}

// stepResidualNEON has the contract of stepResidual in update_asm.go. 45 instructions
// for 16 weights.
//
//go:noescape
func stepResidualNEON(codes *uint8, e *int8, z *int32, n int, scale Scale) (moved int)

// stepResidual4NEON has the contract of stepResidual4 in update_asm.go. 90 instructions
// for 32 weights.
//
//go:noescape
func stepResidual4NEON(codes, e *uint8, z *int32, u *uint8, n int, scale Scale) (moved int)

// stepStochasticNEON has the contract of stepStochastic in update_asm.go. 39
// instructions for 16 weights.
//
//go:noescape
func stepStochasticNEON(codes *uint8, z *int32, u *uint8, n int, scale Scale) (moved int)

// stepFlipNEON has the contract of stepFlip in update_asm.go. 51 instructions for 16
// weights.
//
//go:noescape
func stepFlipNEON(args *stepFlipArgs) (moved int)

// stepThresholdNEON has the contract of stepThreshold in update_asm.go. 25 instructions
// for 16 weights.
//
//go:noescape
func stepThresholdNEON(codes *uint8, z *int32, n int, tau int32) (moved int)

// stepDitheredNEON has the contract of stepDithered in update_asm.go. 35 instructions
// for 16 weights.
//
//go:noescape
func stepDitheredNEON(codes *uint8, z *int32, u *uint8, n int, tau int32, fraction uint8) (moved int)

// shrinkNEON has the contract of shrink in update_asm.go. 15 instructions for 16 pents.
//
//go:noescape
func shrinkNEON(codes, u *uint8, n int, chance uint32) (moved int)

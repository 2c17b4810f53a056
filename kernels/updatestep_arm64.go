//go:build !purego

package kernels

import "github.com/Kaleaon/pentary-go/packed"

// step steps codes, whose residual is from at on, and returns how many moved.
func (s *stepRule) step(codes []uint8, at int, z *[packed.BlockPents]int32) int {
	c, n := &codes[0], len(codes)
	if s.residual != nil {
		return stepResidualNEON(c, &s.residual[at], &z[0], n, s.rule)
	}
	return stepThresholdNEON(c, &z[0], n, s.tau)
}

// stepResidualNEON steps n weights, given as codes of three bits, and returns how
// many moved:
//
//	codes[j], e[j] = rule.step(codes[j], e[j], z[j])
//
// n is a positive multiple of 32, at most a block. 45 instructions for 16 weights.
//
//go:noescape
func stepResidualNEON(codes *uint8, e *int8, z *int32, n int, rule Residual) (moved int)

// stepThresholdNEON steps n weights as UpdateThreshold does and returns how many
// moved. n is as for stepResidualNEON, tau positive. 26 instructions for 16 weights.
//
//go:noescape
func stepThresholdNEON(codes *uint8, z *int32, n int, tau int32) (moved int)

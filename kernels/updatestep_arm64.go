//go:build !purego

package kernels

import "github.com/Kaleaon/pentary-go/packed"

// step steps codes, whose residual is from at on, and returns how many moved.
func (s *stepRule) step(codes []uint8, at int, z *[packed.BlockPents]int32) (moved int) {
	for l, c := range codes {
		switch {
		case s.residual != nil:
			codes[l], s.residual[at+l] = s.rule.step(c, s.residual[at+l], z[l])
		case z[l] >= s.tau && c < 4:
			codes[l]++
		case z[l] <= -s.tau && c > 0:
			codes[l]--
		}
		if codes[l] != c {
			moved++
		}
	}
	return moved
}

//go:build !purego && (amd64 || arm64)

package kernels

import (
	"slices"
	"testing"
)

// TestWithoutAES draws as on CPUs that lack the instructions for AES.
func TestWithoutAES(t *testing.T) {
	has := aes
	defer func() { aes = has }()
	forEachImpl(t, func(t *testing.T) {
		for _, dist := range []Distribution{Binomial, Uniform} {
			s := Stream{Seed: 5, Generation: 6, Tensor: 7, Pair: 8}
			var drawn [2][]uint8
			for i := range drawn {
				aes = has && i == 1
				noise, pairs, random := make([]uint8, 1024), make([]uint8, 7*96), make([]uint8, 96)
				Noise(noise, dist, s)
				NoisePairs(pairs, dist, s, 7)
				Random(random, s)
				drawn[i] = slices.Concat(noise, pairs, random)
			}
			equal(t, dist.String(), drawn[0], drawn[1])
		}
	})
}

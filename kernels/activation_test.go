package kernels

import (
	"testing"

	"github.com/Kaleaon/pentary-go/internal/race"
)

// pairsOfBytes returns all pairs of activations, -128 too, by their elements.
func pairsOfBytes() (first, second []int8) {
	for a := -128; a <= 127; a++ {
		for b := -128; b <= 127; b++ {
			first, second = append(first, int8(a)), append(second, int8(b))
		}
	}
	return first, second
}

// nearest returns v/256 rounded to nearest, up at ties.
func nearest(v int) int {
	twice := 2*v + 256
	q := twice / 512
	if q*512 > twice {
		q--
	}
	return q
}

// openness is what a gate stands for, in 1/256.
func openness(gate int8) int {
	if gate == -128 {
		return 0
	}
	return int(gate) + 127
}

// TestAddAll adds all pairs, and takes their maximum.
func TestAddAll(t *testing.T) {
	h, x := pairsOfBytes()
	sums, larger := make([]int8, len(h)), make([]int8, len(h))
	for i := range h {
		sums[i] = int8(min(max(int(h[i])+int(x[i]), -127), 127))
		larger[i] = int8(max(int(h[i]), int(x[i]), -127))
	}
	forEachImpl(t, func(t *testing.T) {
		dst := append([]int8(nil), h...)
		Add(dst, x)
		equal(t, "sums", dst, sums)
		copy(dst, h)
		Max(dst, x)
		equal(t, "larger", dst, larger)
	})
}

// TestGateAll gates all activations by all gates.
func TestGateAll(t *testing.T) {
	gate, x := pairsOfBytes()
	want := make([]int8, len(x))
	for i := range want {
		want[i] = int8(nearest(openness(gate[i]) * int(x[i])))
	}
	forEachImpl(t, func(t *testing.T) {
		dst := make([]int8, len(x))
		Gate(dst, gate, x)
		equal(t, "dst", dst, want)
	})
}

// TestBlendAll blends all pairs by all gates, in short mode by those at and next to
// the ends, and zero. What comes out lies between the two.
func TestBlendAll(t *testing.T) {
	h, x := pairsOfBytes()
	gates := upTo(255)
	if testing.Short() || race.Enabled {
		gates = []int{0, 1, 2, 3, 64, 127, 128, 129, 254, 255}
	}
	forEachImpl(t, func(t *testing.T) {
		dst, gate, want := make([]int8, len(h)), make([]int8, len(h)), make([]int8, len(h))
		for _, g := range gates {
			g := int8(g - 128)
			for i := range want {
				gate[i] = g
				v := int(h[i]) + nearest(openness(g)*(int(x[i])-int(h[i])))
				if v < int(min(h[i], x[i])) || v > int(max(h[i], x[i])) {
					t.Fatalf("gate %d makes %d of %d and %d", g, v, h[i], x[i])
				}
				want[i] = int8(max(v, -127))
			}
			copy(dst, h)
			Blend(dst, gate, x)
			equal(t, "dst", dst, want)
		}
	})
}

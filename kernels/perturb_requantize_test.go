package kernels

import (
	"math"
	"testing"

	"github.com/Kaleaon/pentary-go/packed"
)

// composed is PerturbSharedRequantize by its parts.
func composed(dst []int8, base []int32, a []uint8, t []int32, pop Population, m int, perturbShift uint, o Output) {
	y := make([]int32, m*pop.TotalColumns())
	perturbSharedGeneric(y, base, a, t, pop, m, perturbShift)
	requantizeGeneric(dst, y, m, pop.TotalColumns(), o)
}

// TestPerturbSharedRequantizeEdges takes every pent times t up to the edge of what
// words hold, and next to it, with accumulators at and next to the edges of an
// activation, of the clip, of what is clipped and of an int32, at every shift.
func TestPerturbSharedRequantizeEdges(t *testing.T) {
	const m = 20 // four bases for each pent
	a := filled(packed.PaddedLen(m), uint8(zero))
	for i := range m {
		a[i] = uint8(i / 4)
	}
	check := func(t *testing.T, values []int32, edges [4]int32, perturbShift, shift uint) {
		pop := Population{Pairs: 1, Rank: 1, Columns: len(values)}
		base := make([]int32, m*pop.Columns)
		for i := range base {
			base[i] = edges[i/pop.Columns%4] + int32(i%pop.Columns%7-3)<<min(shift, 2)
		}
		got, want := make([]int8, m*pop.TotalColumns()), make([]int8, m*pop.TotalColumns())
		for _, relu := range []bool{false, true} {
			PerturbSharedRequantize(got, base, a, values, pop, m, perturbShift, Output{Shift: shift, ReLU: relu})
			composed(want, base, a, values, pop, m, perturbShift, Output{Shift: shift, ReLU: relu})
			equal(t, "dst", got, want)
		}
	}
	forEachImpl(t, func(t *testing.T) {
		for shift := range uint(10) {
			room := int32(math.MaxInt16-127<<min(shift, 7)) / 2
			clip := math.MaxInt16 - room
			for perturbShift := range uint(18) {
				most := min(int64(room)<<perturbShift/2, math.MaxInt16>>(2-min(perturbShift, 2)))
				for beyond := range int64(3) {
					values := edgeValues(int32(most + beyond))
					check(t, values, [4]int32{-127 << shift, 127 << shift, -clip, clip}, perturbShift, shift)
					check(t, values, [4]int32{math.MinInt32, math.MaxInt32, -1 << 30, 1 << 30}, perturbShift, shift)
				}
			}
		}
	})
}

// TestPerturbSharedRequantizeFar has one accumulator next to the end of an int32, which
// the perturbation takes beyond it, among others that fit words: in every row and
// column, at both ends.
func TestPerturbSharedRequantizeFar(t *testing.T) {
	const m, streams = 8, 32 // whole blocks: what pads others is not far
	pop := Population{Pairs: 1, Rank: 1, Columns: streams}
	a := filled(packed.PaddedLen(m), uint8(3))
	pad(a, m, len(a))
	values := filled(streams, int32(100))
	forEachImpl(t, func(t *testing.T) {
		got, want := make([]int8, Quads(m)*4*pop.TotalColumns()), make([]int8, Quads(m)*4*pop.TotalColumns())
		for near, far := range map[int32]int32{-1000: math.MinInt32 + 9, 1000: math.MaxInt32 - 9} {
			base := filled(m*streams, near)
			for i := range base {
				base[i] = far
				PerturbSharedRequantize(got, base, a, values, pop, m, 2, Output{Shift: 4})
				composed(want, base, a, values, pop, m, 2, Output{Shift: 4})
				equal(t, "dst", got, want)
				base[i] = near
			}
		}
	})
}

// edgeValues returns values at and next to zero, powers of two and the ends of
// [-most, most]; the ends seven times, to meet every base.
func edgeValues(most int32) (values []int32) {
	for range 7 {
		values = append(values, most, -most, most-1, 1-most, 0, 1)
	}
	for v := int32(1); v < most; v *= 2 {
		values = append(values, v-1, -v, v, 1-v, v*7/8)
	}
	return values
}

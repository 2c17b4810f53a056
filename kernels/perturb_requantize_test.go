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

func checkPerturbSharedRequantize(o *operands, shape []int) {
	pop, m := Population{Pairs: shape[0], Rank: shape[1], Columns: shape[2]}, shape[3]
	perturbShift, shift, relu := uint(shape[4]), uint(shape[5]), shape[6] == 1
	a := o.factors(pop.Pairs*pop.Rank, m)

	// Around the ranges of eight and sixteen bits, or as large as t comes.
	bounds := []int64{127, 5000, 8191, 8192, 16383, 16384, 1<<15 - 1, 1 << 15, 254 * int64(MaxRankK/pop.Rank)}
	bound := bounds[o.IntN(len(bounds))]
	t := input(o, pop.Pairs*pop.Rank*pop.Columns, between[int32](o, -bound, bound))

	// What lies between the clamps, or around the range of words, or as far beyond
	// as the sum may be.
	half, room := int64(1)<<shift>>1, (2*int64(pop.Rank)*bound)>>perturbShift+1
	var bias []int32
	most := math.MaxInt32 - half - room
	if o.IntN(2) == 0 {
		b := min(int64(100)<<shift, 1<<28)
		bias = input(o, m, between[int32](o, -b, b))
		most -= b
	}
	reach := []int64{200 << shift, 1<<15 + 200<<shift, most}[o.IntN(3)]
	reach = min(reach, most)
	base := input(o, m*pop.Columns, between[int32](o, -reach, reach))
	if o.IntN(4) == 0 { // sums wrap around
		base = input(o, m*pop.Columns, between[int32](o, math.MinInt32, math.MaxInt32))
	}

	got, want := output[int8](o, Quads(m)*pop.TotalColumns()*4)
	PerturbSharedRequantize(got, base, a, t, pop, m, perturbShift, Output{Bias: bias, Shift: shift, ReLU: relu})
	composed(want, base, a, t, pop, m, perturbShift, Output{Bias: bias, Shift: shift, ReLU: relu})
	equal(o, "dst", got, want)
}

func TestPerturbSharedRequantize(t *testing.T) {
	conform(t, checkPerturbSharedRequantize,
		pairs, []int{1, 1, 1, 2, 5}, append(streams, 24, 63, 64, 65, 130, 300), append(edgesM, 259),
		append(upTo(16), 0, 0, 1, 4, 30), append(upTo(8), 2, 4, 5, 6, 7, 15, 30), upTo(1))
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

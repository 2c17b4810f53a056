package trit5

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// deterministic pairs each mode that needs no random bits with an independent
// rounding of reals and with what it makes of the ties -1.5, -0.5, 0.5, 1.5.
var deterministic = []struct {
	mode  Rounding
	round func(float64) float64
	ties  [4]Pent
}{
	{HalfAway, math.Round, [4]Pent{-2, -1, 1, 2}},
	// x + 0.5 is exact for the Q16.16 values this is applied to.
	{HalfUp, func(x float64) float64 { return math.Floor(x + 0.5) }, [4]Pent{-1, 0, 1, 2}},
	{HalfEven, math.RoundToEven, [4]Pent{-2, 0, 0, 2}},
}

// dense calls f with every Q16.16 value in [-3, 3].
func dense(f func(x int32)) {
	for x := int32(-3 << 16); x <= 3<<16; x++ {
		f(x)
	}
}

func TestQuantizeDense(t *testing.T) {
	for _, d := range deterministic {
		dense(func(x int32) {
			value := float64(x) / (1 << 16)
			want := Pent(min(max(d.round(value), -2), 2))
			if got := QuantizeQ16(x, d.mode); got != want {
				t.Fatalf("%v: QuantizeQ16(%d) = %d, want %d", d.mode, x, got, want)
			}
		})
	}
}

// TestQuantizeTies looks at each threshold and at the values next to it.
func TestQuantizeTies(t *testing.T) {
	for _, d := range deterministic {
		for i, tie := range []int32{-3 << 15, -1 << 15, 1 << 15, 3 << 15} {
			below := Pent(i) - 2
			for x, want := range map[int32]Pent{tie - 1: below, tie: d.ties[i], tie + 1: below + 1} {
				if got := QuantizeQ16(x, d.mode); got != want {
					t.Errorf("%v: QuantizeQ16(%d) = %d, want %d", d.mode, x, got, want)
				}
			}
		}
	}
}

func TestQuantizeExtremes(t *testing.T) {
	for x, want := range map[int32]Pent{math.MinInt32: -2, math.MaxInt32: 2} {
		for _, d := range deterministic {
			if got := QuantizeQ16(x, d.mode); got != want {
				t.Errorf("%v: QuantizeQ16(%d) = %d, want %d", d.mode, x, got, want)
			}
		}
		if got := QuantizeQ16Stochastic(x, 1<<31); got != want {
			t.Errorf("QuantizeQ16Stochastic(%d) = %d, want %d", x, got, want)
		}
	}
}

// TestStochasticThreshold checks every fraction at the values of u on each side of the switch and at the ends of its range.
func TestStochasticThreshold(t *testing.T) {
	dense(func(x int32) {
		clamped := min(max(x, -2<<16), 2<<16)
		floor := Pent(math.Floor(float64(clamped) / (1 << 16)))
		fraction := uint32(clamped) & 0xffff
		for _, u := range []uint32{0, fraction<<16 - 1, fraction << 16, math.MaxUint32} {
			want := floor
			if uint64(fraction)<<16 > uint64(u) {
				want++
			}
			if got := QuantizeQ16Stochastic(x, u); got != want {
				t.Fatalf("QuantizeQ16Stochastic(%d, %#x) = %d, want %d", x, u, got, want)
			}
		}
	})
}

// TestStochasticMean sums over all 2^16 values of the bits read: the mean is
// the input exactly.
func TestStochasticMean(t *testing.T) {
	for _, x := range []int32{-2 << 16, -2<<16 + 1, -0x18000, -0x12345, -1, 0, 1, 0x7fff, 0x8000, 0x1abcd, 2<<16 - 1, 2 << 16} {
		var sum int32
		for u := range uint32(1 << 16) {
			sum += int32(QuantizeQ16Stochastic(x, u<<16|u))
		}
		if sum != x {
			t.Errorf("mean of stochastic %d is %d", x, sum)
		}
	}
}

func TestQuantizePanics(t *testing.T) {
	for _, mode := range []Rounding{Stochastic, Stochastic + 1, 255} {
		func() {
			defer func() {
				if msg, _ := recover().(string); !strings.HasPrefix(msg, "trit5: QuantizeQ16: mode "+mode.String()) {
					t.Errorf("QuantizeQ16 with %v panics with %q", mode, msg)
				}
			}()
			QuantizeQ16(0, mode)
		}()
	}
}

func TestRoundingText(t *testing.T) {
	for mode, name := range map[Rounding]string{
		HalfAway: "half-away", HalfUp: "half-up", HalfEven: "half-even", Stochastic: "stochastic",
	} {
		if got := mode.String(); got != name {
			t.Errorf("Rounding(%d) prints as %q, want %q", uint8(mode), got, name)
		}
	}
	if s := Rounding(4).String(); s != "Rounding(4)" {
		t.Errorf("unknown mode prints as %q", s)
	}
}

func BenchmarkQuantizeQ16(b *testing.B) {
	values := make([]int32, 4096)
	for i := range values {
		values[i] = int32(uint32(i)*2654435761) >> 13 // [-4, 4), in no order
	}
	b.SetBytes(int64(4 * len(values)))
	var sum Pent
	for b.Loop() {
		for _, x := range values {
			sum += QuantizeQ16(x, HalfAway)
		}
	}
	_ = sum
}

func ExampleQuantizeQ16() {
	const half = 1 << 15
	for _, mode := range []Rounding{HalfAway, HalfUp, HalfEven} {
		fmt.Println(mode, QuantizeQ16(-3*half, mode), QuantizeQ16(-half, mode), QuantizeQ16(half, mode), QuantizeQ16(3*half, mode))
	}
	// Output:
	// half-away ⊖ - + ⊕
	// half-up - 0 + ⊕
	// half-even ⊖ 0 0 ⊕
}

package crossbar

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestElementary(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 10000 {
		v := math.Exp(rng.Float64()*60 - 20)
		if got, want := log10(v), math.Log10(v); math.Abs(got-want) > 1e-14*max(1, math.Abs(want)) {
			t.Fatalf("log10(%g) = %g, want %g", v, got, want)
		}
		u := rng.Float64()*40 - 20
		if got, want := exp(u), math.Exp(u); math.Abs(got/want-1) > 1e-13 {
			t.Fatalf("exp(%g) = %g, want %g", u, got, want)
		}
	}
	if log10(1) != 0 || exp(0) != 1 {
		t.Errorf("log10(1) = %g, exp(0) = %g", log10(1), exp(0))
	}
	near(t, "rate at 25 °C", driftRate(25), 1, 1e-14)
	near(t, "rate at 85 °C", driftRate(85), 5, 1e-14)
}

// Sums of bytes have the moments of normal numbers.
func TestNormal(t *testing.T) {
	for _, u := range []uint64{0, math.MaxUint64, 0x0102030405060708} {
		sum := int32(-normalMean)
		for v := u; v > 0; v >>= 8 {
			sum += int32(v & 255)
		}
		if got := byteSum(u); got != sum {
			t.Errorf("byteSum(%#x) = %d, want %d", u, got, sum)
		}
	}
	const draws = 200_000
	var sums [5]float64
	stream := kindSettle.stream(1, 2, 3, 4)
	for i := range uint32(draws / 2) {
		lo, hi := halves(stream.Block(i))
		for _, u := range []uint64{lo, hi} {
			z, p := normal(u), 1.0
			for n := range sums {
				sums[n] += p / draws
				p *= z
			}
		}
	}
	for n, want := range []float64{1, 0, 1, 0, 2.85} {
		if math.Abs(sums[n]-want) > 0.05 {
			t.Errorf("moment %d is %g, want %g", n, sums[n], want)
		}
	}
	near(t, "variance", sums[2], 1, 0.01)
}

// The planes represent the weights, and their product equals the sum of products.
func TestPlanes(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	var p planes
	for _, weigh := range []func() int32{
		func() int32 { return int32(rng.IntN(2*weightMax+1) - weightMax) },
		func() int32 { return Unit * int32(rng.IntN(5)-2) },
		func() int32 { return 25 * int32(rng.IntN(401)-200) },
		func() int32 { return weightMax },
	} {
		const m, k, n = 9, 37, 5
		w := make([]int32, m*k)
		for i := range w {
			w[i] = weigh()
		}
		p.set(w, m, k)
		for i, v := range w {
			if got := p.at(i/k, i%k); got != v {
				t.Fatalf("weight %d reads %d", v, got)
			}
		}
		x := batch(rng, k, n, 127)
		y, _ := p.product(nil, x, n)
		for i := range m {
			for c := range n {
				want := int32(0)
				for j := range k {
					want += w[i*k+j] * int32(x[(j/4*n+c)*4+j%4])
				}
				if y[i*n+c] != want {
					t.Fatalf("product %d, want %d", y[i*n+c], want)
				}
			}
		}
	}
}

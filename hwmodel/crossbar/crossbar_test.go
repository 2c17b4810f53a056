package crossbar

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
)

// matrix returns random pents; shares are the percentages of 0, ±1 and ±2.
func matrix(rng *rand.Rand, m, k int, shares [3]int) *packed.Matrix {
	w := packed.NewMatrix(m, k)
	pents := make([]int8, m*k)
	for i := range pents {
		u := rng.IntN(100)
		sign := int8(1 - 2*rng.IntN(2))
		switch {
		case u < shares[0]:
		case u < shares[0]+shares[1]:
			pents[i] = sign
		default:
			pents[i] = 2 * sign
		}
	}
	w.Pack(pents)
	return w
}

// batch returns random inputs of n columns within ±most, in quads.
func batch(rng *rand.Rand, k, n, most int) []int8 {
	vectors := make([]int8, k*n)
	for i := range vectors {
		vectors[i] = int8(rng.IntN(2*most+1) - most)
	}
	x := make([]int8, kernels.Quads(k)*n*4)
	kernels.Interleave(x, vectors, k, n)
	return x
}

// program returns a crossbar programmed with w.
func program(t testing.TB, c Config, w *packed.Matrix) *Crossbar {
	t.Helper()
	x, err := New(c, w)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// both returns the product of a crossbar and the exact product.
func both(c *Crossbar, w *packed.Matrix, x []int8, n int, read Read) (got, want []int32, check Check) {
	got, want = make([]int32, w.Rows()*n), make([]int32, w.Rows()*n)
	check = c.MatMul(got, x, n, read)
	kernels.MatMul(want, w, x, n)
	return got, want, check
}

var even = [3]int{20, 40, 40}

// An ideal crossbar computes the exact product with arrays of any size and any converters whose
// range covers the product.
func TestIdeal(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, config := range []Config{
		{},
		{Rows: 32, Cols: 20},
		{Rows: 12, Cols: 7, InputBits: 1},
		{InputBits: 3},
		{ADCBits: 18},
		{Rows: 16, ADCBits: 14},
		{Rows: 64, InputBits: 1, ADCBits: 9},
		{Rows: 20, Cols: 11, References: 5, Checksums: true, Levelling: 100},
		{Seed: 9, References: 3, Checksums: true, ADCBits: 24},
	} {
		config.Device = Ideal
		for _, shape := range [][3]int{{1, 1, 1}, {10, 64, 300}, {45, 130, 9}, {33, 61, 17}} {
			m, k, n := shape[0], shape[1], shape[2]
			w, x := matrix(rng, m, k, even), batch(rng, k, n, 127)
			got, want, check := both(program(t, config, w), w, x, n, Read{})
			if !slices.Equal(got, want) {
				t.Errorf("%+v: %d×%d by %d columns: not the exact product", config, m, k, n)
			}
			if check.Failed > 0 || check.Worst > 0 || config.Checksums != (check.Sums > 0) {
				t.Errorf("%+v: %d×%d: checksums %+v", config, m, k, check)
			}
		}
	}
}

// snr returns the signal-to-noise ratio of a product in dB and the fraction of its elements
// that are exact.
func snr(got, want []int32) (decibels, exact float64) {
	signal, noise, equal := 0.0, 0.0, 0
	for i, v := range want {
		signal += float64(v) * float64(v)
		noise += float64(got[i]-v) * float64(got[i]-v)
		if got[i] == v {
			equal++
		}
	}
	return 10 * math.Log10(signal/noise), float64(equal) / float64(len(want))
}

// With the published programming error, on pents with 30 % zeros, 40 % ±1 and 30 % ±2 and
// inputs of five levels, the product has about 22.6 dB, and a fifth of the outputs are exact.
func TestPublishedError(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	device := Ideal
	device.Error = Wan
	w, x := matrix(rng, 256, 256, [3]int{30, 40, 30}), batch(rng, 256, 512, 2)
	got, want, _ := both(program(t, Config{Device: device}, w), w, x, 512, Read{})
	decibels, exact := snr(got, want)
	if math.Abs(decibels-22.6) > 0.5 || math.Abs(exact-0.19) > 0.015 {
		t.Errorf("%.1f dB and %.1f %% exact, want 22.6 ± 0.5 and 19 ± 1.5", decibels, 100*exact)
	}
	t.Logf("%.2f dB, %.1f %% exact", decibels, 100*exact)
}

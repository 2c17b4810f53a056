package interchange

import (
	"bytes"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
)

// value returns the function that a fit lowers.
func (f *logitFit) value() (sum float64) {
	n := len(f.x[0])
	for t, z := range f.products(f.w) {
		most, total := slices.Max(z), 0.0
		for _, v := range z {
			total += math.Exp(v - most)
		}
		for i, p := range f.p[t] {
			sum += p * (most + math.Log(total) - z[i])
		}
	}
	for i, v := range f.w {
		sum += f.ridge(i/n) * (v - f.begin[i]) * (v - f.begin[i]) / 2
	}
	return sum
}

// The gradient is the slope, and the fit comes near to where it vanishes, from a fit of least
// squares.
func TestFitLogits(t *testing.T) {
	const tokens, n, rows = 500, 6, 9
	rng := rand.New(rand.NewPCG(1, 2))
	x, target := make([][]float64, tokens), make([][]float64, tokens)
	exact := make([]float32, n*rows)
	for i := range exact {
		exact[i] = float32(rng.NormFloat64())
	}
	for t := range x {
		seen := make([]float64, n)
		for j := range seen {
			seen[j] = rng.NormFloat64()
			x[t] = append(x[t], math.Tanh(seen[j]+rng.NormFloat64()))
		}
		target[t] = times(exact, seen)
	}
	w := momentsOf(x).fitted(exact, x, target)
	f := newLogitFit(w, x, products(exact, x))
	g, at := f.gradient(), 3*n+2
	const step = 1e-4
	f.w[at] += step
	up := f.value()
	f.w[at] -= 2 * step
	if slope := (up - f.value()) / (2 * step); math.Abs(slope-g[at]) > 1e-4*math.Abs(slope) {
		t.Errorf("gradient %v, want %v", g[at], slope)
	}
	squares := func(g []float64) (sum float64) {
		for _, v := range g {
			sum += v * v
		}
		return sum
	}
	f = newLogitFit(w, x, products(exact, x))
	before, steep := f.value(), squares(f.gradient())
	f.w = fitLogits(t.Context(), w, x, products(exact, x))
	f.z = f.products(f.w)
	after, left := f.value(), squares(f.gradient())
	if t.Logf("%g to %g, squares of the gradient %g to %g", before, after, steep, left); after >= before || left > 1e-4*steep {
		t.Errorf("%g to %g, squares of the gradient %g to %g", before, after, steep, left)
	}
}

// A conversion has the same bytes for any number of threads: sums are in one order.
func TestConvertThreads(t *testing.T) {
	l := seededLlama(3, 268, false)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var want []byte
	for _, threads := range []int{1, 2, 3, 8} {
		runtime.GOMAXPROCS(threads)
		c, err := l.Convert(t.Context(), ConvertOptions{Sharing: RowScales, Texts: 3, Sweeps: 1})
		if err != nil {
			t.Fatal(err)
		}
		f, err := c.File(nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := pentBytes(t, f); want == nil {
			want = got
		} else if !bytes.Equal(got, want) {
			t.Errorf("%d threads make another file than one", threads)
		}
	}
}

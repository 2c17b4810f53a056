package interchange

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The gradients give the slope of the surprise along any change of the last matrix of a branch.
func TestGradients(t *testing.T) {
	l := seededLlama(6, 268, false).folded()
	for i := range l.Norm {
		l.Norm[i] = 0.5 + float32(i%5)/4
	}
	text := l.Sample(1, 20, 3)[0]
	surprise := func() (sum float64) {
		z, err := l.Logits(text)
		if err != nil {
			t.Fatal(err)
		}
		for at, next := range text[1:] {
			softmax(z[at], z[at])
			sum -= math.Log(z[at][next])
		}
		return sum
	}
	gradients := l.gradients(text)
	r := newResiduals(l, [][]int{text})
	rng := rand.New(rand.NewPCG(4, 5))
	for i := range l.Blocks {
		b := &l.Blocks[i]
		x := r.normed()
		attended := r.attended(products(b.Query, x), products(b.Key, x), products(b.Value, x))
		r.add(products(b.Out, attended))
		x = r.normed()
		hidden := gated(products(b.Gate, x), products(b.Up, x))
		r.add(products(b.Down, hidden))
		for branch, inputs := range [][][]float64{attended, hidden} {
			w, g := [][]float32{b.Out, b.Down}[branch], gradients[2*i+branch]
			n, want := len(inputs[0]), 0.0
			by := make([]float32, len(w))
			for j := range by {
				by[j] = float32(rng.IntN(3)-1) / 1024
				for at := range text {
					want += g[at][j/n] * float64(by[j]) * inputs[at][j%n]
				}
			}
			at := func(sign float32) float64 {
				for j, v := range by {
					w[j] += sign * v
				}
				return surprise()
			}
			up := at(1)
			got := (up - at(-2)) / 2
			at(1)
			if t.Logf("block %d, branch %d: slope %g", i, branch, got); math.Abs(got-want) > 0.01*math.Abs(got) {
				t.Errorf("block %d, branch %d: slope %g, want %g", i, branch, want, got)
			}
		}
	}
}

// Squares in a metric are the squared lengths of what white returns.
func TestMetric(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	const n = 6
	moments := squareOf(n)
	for range 9 {
		var x [n]float64
		for i := range x {
			x[i] = rng.NormFloat64()
		}
		for i := range x {
			for j := range i + 1 {
				moments[i][j] += x[i] * x[j]
			}
		}
	}
	m := newMetric(moments)
	trace, e := 0.0, make([]float64, n)
	for i := range e {
		trace += m.h[i][i]
		e[i] = rng.NormFloat64()
	}
	square, white := 0.0, m.white(e)
	for i, v := range e {
		for j, u := range e {
			square += v * u * m.h[i][j]
		}
	}
	if got := dot(float32s(white), white); math.Abs(trace-n) > 1e-9 || math.Abs(got-square) > 1e-5*square {
		t.Errorf("trace %g, square %g and squared length %g, want %d and equal ones", trace, square, got, n)
	}
}

// Coupling the rows of the last matrix of a branch lowers its error in the metric.
func TestCoupleRows(t *testing.T) {
	l := seededLlama(4, 268, false).folded()
	texts := l.Sample(12, 30, 1)
	for _, s := range Sharings {
		q := &llamaQuantizer{
			o: LlamaOptions{Method: ErrorFeedback, Sharing: s, ctx: t.Context()}, exact: l, result: l.clone(),
			b: newResiduals(l, texts), scales: map[string][]float64{}, metrics: l.metrics(t.Context(), texts),
		}
		hidden, _ := branchOutputs(q, false)
		m, b := momentsOf(hidden), &q.result.Blocks[0]
		target := m.fitted(l.Blocks[0].Down, hidden, products(l.Blocks[0].Down, hidden))
		q.matrix(0, "ffn_down", target, m)
		square := func() (sum float64) {
			off := make([]float32, len(target))
			for j, v := range target {
				off[j] = float32(v) - b.Down[j]
			}
			for _, y := range products(off, hidden) {
				white := q.metrics[1].white(y)
				sum += inner(white, white)
			}
			return sum
		}
		before := square()
		q.coupleRows(0, "ffn_down", target, m)
		if after := square(); after > 0.995*before {
			t.Errorf("%s: squared error %g to %g", s, before, after)
		} else {
			t.Logf("%s: squared error %.4g to %.4g", s, before, after)
		}
	}
}

package nn

import (
	"context"
	"math"
	"testing"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

// batchOf is the columns of a batch, in floats: n of m rows.
type batchOf [][]float64

func floats(x []int8, m, n int) batchOf {
	b := make(batchOf, m)
	for i := range b {
		b[i] = make([]float64, n)
		for c := range b[i] {
			b[i][c] = float64(x[(i/4*n+c)*4+i%4])
		}
	}
	return b
}

// plus returns the sum, cut off at ±127.
func (b batchOf) plus(o batchOf) batchOf {
	sum := make(batchOf, len(b))
	for i := range b {
		sum[i] = make([]float64, len(b[i]))
		for c, v := range b[i] {
			sum[i][c] = min(max(v+o[i][c], -127), 127)
		}
	}
	return sum
}

// masked returns the gradient at an output, without what is cut off there.
func (b batchOf) masked(y batchOf, relu bool) batchOf {
	low := -127.
	if relu {
		low = 0
	}
	m := make(batchOf, len(b))
	for i := range b {
		m[i] = make([]float64, len(b[i]))
		for c, v := range y[i] {
			if v > low && v < 127 {
				m[i][c] = b[i][c]
			}
		}
	}
	return m
}

// before returns the gradient at the input of a matrix from that at its output.
func (b batchOf) before(d *Dense) batchOf {
	x := make(batchOf, d.Inputs())
	for j := range x {
		x[j] = make([]float64, len(b[0]))
		for i := range b {
			if w := float64(d.W.At(i, j)); w != 0 {
				for c, v := range b[i] {
					x[j][c] += math.Ldexp(w*v, -int(d.Shift))
				}
			}
		}
	}
	return x
}

// beforeNorm returns the gradient at the input x of a norm.
func (b batchOf) beforeNorm(x batchOf, target int) batchOf {
	g := make(batchOf, len(x))
	for j := range g {
		g[j] = make([]float64, len(b[0]))
	}
	for c := range b[0] {
		mean, along := 0., 0.
		for j := range x {
			mean += math.Abs(x[j][c]) / float64(len(x))
			along += b[j][c] * x[j][c]
		}
		if mean == 0 {
			continue
		}
		for j := range x {
			sign := 0.
			if x[j][c] != 0 {
				sign = math.Copysign(1, x[j][c])
			}
			g[j][c] = float64(target) / mean * (b[j][c] - along/mean*sign/float64(len(x)))
		}
	}
	return g
}

// backpropagated returns the gradient of the targets' log-probabilities at the outputs of the
// matrices of a language model of an embedding, MLP blocks and a head, with roundings taken
// for nothing.
func backpropagated(m *Model, seen []lowrank.LayerBatch, targets []uint8) []batchOf {
	n, last := len(targets), len(m.matrices)-1
	y, g := make([]batchOf, last+1), make([]batchOf, last+1)
	for i, d := range m.matrices {
		y[i] = floats(seen[i].Y, d.Outputs(), n)
	}
	at := make(batchOf, VocabSize)
	for i := range at {
		at[i] = make([]float64, n)
	}
	for c := range n {
		sum := 0.
		for i := range at {
			sum += math.Exp2(y[last][i][c] / 16)
		}
		for i := range at {
			at[i][c] = -math.Exp2(y[last][i][c]/16) / sum
		}
		at[targets[c]][c]++
	}
	g[last] = at.masked(y[last], false)
	streams := []batchOf{y[0]} // before the norms
	for b := 2; b < last; b += 2 {
		streams = append(streams, streams[len(streams)-1].plus(y[b]))
	}
	at = g[last].before(m.matrices[last]).beforeNorm(streams[len(streams)-1], 2<<activationBits)
	for b := last - 1; b > 0; b -= 2 {
		at = at.masked(streams[b/2], false)
		g[b] = at.masked(y[b], false)
		g[b-1] = g[b].before(m.matrices[b]).masked(y[b-1], true)
		around := g[b-1].before(m.matrices[b-1]).beforeNorm(streams[b/2-1], 2<<activationBits)
		for i := range at {
			for c, v := range around[i] {
				at[i][c] += v
			}
		}
	}
	g[0] = at.masked(y[0], true)
	return g
}

// gathered is a Stepper that keeps Z and moves nothing.
type gathered []float64 // rows × columns

func (z gathered) Step(w *packed.Matrix, t kernels.Terms, lo, hi int) int {
	k, quads := w.Cols(), kernels.Quads(t.Count)
	for i := lo; i < hi; i++ {
		for j := range k {
			right := t.Right[j/kernels.StripCols*quads*kernels.StripCols*4:]
			sum := 0
			for τ := range t.Count {
				sum += int(t.Left[(τ/4*t.Rows+i)*4+τ%4]) * (int(right[(τ/4*kernels.StripCols+j%kernels.StripCols)*4+τ%4]) - 2)
			}
			z[i*k+j] = float64(sum)
		}
	}
	return 0
}

func cosine(a, b []float64) float64 {
	var ab, aa, bb float64
	for i, v := range a {
		ab, aa, bb = ab+v*b[i], aa+v*v, bb+b[i]*b[i]
	}
	return ab / math.Sqrt(aa*bb)
}

// The update that either estimator gathers points along the gradient of the float relaxation in
// every layer of a deep model. The rows of the embedding are compared as they are weighed,
// see lowrank.Parameter.Sparse.
func TestSignal(t *testing.T) {
	m := languageModel(t, LanguageConfig{Width: 16, Layers: 2, Mixer: NoMixer, Hidden: 2, Context: 2})
	source := &Text{Data: text, Context: 2}
	for _, test := range []struct {
		estimator lowrank.Estimator
		pairs     int
		least     float64 // cosine in any layer
	}{{lowrank.PerturbActivations, 64, 0.15}, {lowrank.PerturbWeights, 1024, 0.06}} {
		e, err := NewEvaluator(m, source, EvaluatorOptions{Streams: 256})
		if err != nil {
			t.Fatal(err)
		}
		g := es.Generation{Pairs: test.pairs, Groups: 1, Parameters: m.Parameters(), Noise: lowrank.Noise{Seed: 1, Rank: 1, Sigma: 3, Estimator: test.estimator}}
		samples := 1
		if test.estimator == lowrank.PerturbActivations {
			samples = e.Samples()
		}
		scores, codes := make([]int64, 2*test.pairs*samples), make([]int8, test.pairs*samples)
		if err := e.Evaluate(context.Background(), g, scores); err != nil {
			t.Fatal(err)
		}
		tails(codes, scores, samples)
		e.drawn = drawnBatch{}
		g.Noise.Estimator = lowrank.PerturbActivations // which has the same batch, and keeps inputs
		seen, err := e.Inputs(context.Background(), g)
		if err != nil {
			t.Fatal(err)
		}
		g.Noise.Estimator = test.estimator
		targets := e.shared[0].Targets[0]
		for i, d := range backpropagated(m, seen, targets) {
			u, p := new(lowrank.Updater), g.Parameters[i]
			z := make(gathered, p.W.Rows()*p.W.Cols())
			if samples > 1 {
				u.ComputeTerms(g.Noise, p, codes, seen[i], samples)
				u.ApplyTerms(z)
			} else {
				u.Update(g.Noise, p, codes, z)
			}
			x := floats(seen[i].X, p.W.Cols(), len(targets))
			want := make([]float64, len(z))
			for j, row := range x {
				seen := 0.
				for _, v := range row {
					seen += min(1, math.Abs(v))
				}
				for i := range d {
					at := 0.
					for c, v := range row {
						at += v * d[i][c]
					}
					if p.Sparse && samples > 1 && seen > 0 {
						at /= math.Sqrt(seen)
					}
					want[i*p.W.Cols()+j] = at
				}
			}
			got := cosine(z, want)
			t.Logf("noise in %v, %s: cosine %.3f", test.estimator, p.Name, got)
			if !(got > test.least) {
				t.Errorf("noise in %v, %s: cosine %.3f with the gradient, want more than %g", test.estimator, p.Name, got, test.least)
			}
		}
	}
}

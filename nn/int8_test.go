package nn

import (
	"context"
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/data/opticks"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/internal/fixed"
	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

// What do three bits a weight cost? A weight and its residual are one number, w + e/256,
// of which the model sees w. The harness of this test trains as package es does, by the
// residual rule, and can let the model see five bits more, v = 32·w + (e >> 3): weights
// of int8, in the same run of the same population, tokens and steps, which differ in
// nothing else.

// fineBits counts the bits of the residual that int8 weights have.
const fineBits = 5

// fine is the weights of a model with the residuals of their rule.
type fine struct {
	model    *Model
	residual [][]int8 // by tensor, rows padded
	scale    kernels.Scale
	tensor   int // that Step moves

	// Of int8 weights, the digits of v - w in base 5, the lowest first; nil for pents.
	digits map[*Dense][]*packed.Matrix
}

func newFine(m *Model) *fine {
	f := &fine{model: m, residual: make([][]int8, len(m.matrices))}
	for i, tensor := range m.matrices {
		f.residual[i] = make([]int8, tensor.W.Rows()*packed.PaddedLen(tensor.W.Cols()))
	}
	return f
}

// Step implements lowrank.Stepper.
func (f *fine) Step(w *packed.Matrix, t kernels.Terms, lo, hi int) int {
	return kernels.UpdateResidual(w, f.residual[f.tensor], t, f.scale, lo, hi)
}

// refine writes the digits of all weights.
func (f *fine) refine() {
	const digits = 4 // |v - w| is at most 78, and they hold 312
	for i, tensor := range f.model.matrices {
		w := tensor.W
		if f.digits[tensor] == nil {
			for range digits {
				f.digits[tensor] = append(f.digits[tensor], packed.NewMatrix(w.Rows(), w.Cols()))
			}
		}
		kp := packed.PaddedLen(w.Cols())
		codes := make([][]uint8, digits)
		for d := range codes {
			codes[d] = slices.Repeat([]uint8{2}, kp)
		}
		pents := make([]uint8, kp)
		for row := range w.Rows() {
			kernels.Unpack(pents, w.Row(row).Bytes(), w.Cols())
			for j := range w.Cols() {
				pent := int(pents[j]) - 2
				rest := int64(pent<<fineBits + int(f.residual[i][row*kp+j])>>(8-fineBits) - pent)
				for d := range codes {
					high := fixed.RoundDiv(rest, 5)
					codes[d][j] = uint8(rest - 5*high + 2)
					rest = high
				}
			}
			for d, m := range f.digits[tensor] {
				kernels.Pack(m.Row(row).Bytes(), codes[d], w.Cols())
			}
		}
	}
}

// A fineMultiplier is a Multiplier of int8 weights: it adds the products with the digits.
type fineMultiplier struct {
	*fine
	part []int32
}

func (f *fineMultiplier) Multiply(y []int32, _ int, d *Dense, x []int8, n, _ int) {
	kernels.MatMul(y, d.W, x, n)
	f.part = reuse.Slice(f.part, len(y))
	scale := int32(1)
	for _, m := range f.digits[d] {
		kernels.MatMul(f.part, m, x, n)
		for i, v := range f.part {
			y[i] += scale * v
		}
		scale *= 5
	}
}

// tails codes the differences of members' scores as es.Tails does.
func tails(codes []int8, scores []int64, samples int) {
	differences := make([]int64, len(codes))
	var sizes []int64
	for i := range codes {
		pair, b := i/samples, i%samples
		differences[i] = scores[2*pair*samples+b] - scores[(2*pair+1)*samples+b]
		if differences[i] != 0 {
			sizes = append(sizes, int64(abs(int(differences[i]))))
		}
	}
	slices.Sort(sizes)
	if len(sizes) == 0 {
		clear(codes)
		return
	}
	unit := sizes[(len(sizes)-1)*99/100]
	for i, d := range differences {
		codes[i] = int8(min(max(fixed.RoundDiv(32*d, unit), -63), 63))
	}
}

// A fineRun is a training of a language model.
type fineRun struct {
	name        string
	shape       LanguageConfig
	batch       EvaluatorOptions
	pairs       int
	generations int
	rate        int // in 1/1000
	seeds       uint64
}

// train trains the model, of pents or of int8 weights, and returns the bits a byte on the text
// from a byte on.
func (r *fineRun) train(t *testing.T, seed uint64, text []byte, from int, int8s bool) float64 {
	m, err := NewLanguageModel(seed, r.shape)
	if err != nil {
		t.Fatal(err)
	}
	f := newFine(m)
	o := r.batch
	if int8s {
		o.Multiplier = func() Multiplier { return &fineMultiplier{fine: f} }
	}
	p, err := NewEvaluator(m, &Text{Data: text[:from], Context: r.shape.Context}, o)
	if err != nil {
		t.Fatal(err)
	}
	scorer, err := NewTextScorer(m, text, from)
	if err != nil {
		t.Fatal(err)
	}
	if int8s {
		f.digits = map[*Dense][]*packed.Matrix{}
		for _, tensor := range m.matrices {
			tensor.Shift += fineBits
		}
		scorer.Use(o.Multiplier)
	}
	g := es.Generation{Pairs: r.pairs, Groups: 1}
	g.Parameters = m.Parameters()
	scores, codes := make([]int64, 2*r.pairs*p.Samples()), make([]int8, r.pairs*p.Samples())
	u := new(lowrank.Updater)
	for n := range r.generations {
		if int8s {
			f.refine()
		}
		g.Number = n
		g.Noise = lowrank.Noise{Seed: seed, Generation: n, Rank: 1, Sigma: 3, Estimator: lowrank.PerturbActivations}
		if err := p.Evaluate(context.Background(), g, scores); err != nil {
			t.Fatal(err)
		}
		tails(codes, scores, p.Samples())
		inputs, err := p.Inputs(context.Background(), g)
		if err != nil {
			t.Fatal(err)
		}
		for i, x := range inputs {
			deviation := u.ComputeTerms(g.Noise, g.Parameters[i], codes, x, p.Samples())
			mul := int64(r.rate) * int64(r.generations-n) << 36 / int64(r.generations) / 1000 / int64(max(deviation, 1))
			f.tensor, f.scale = i, kernels.Scale{Mul: int32(max(mul, 1)), Shift: 20}
			f.scale.Limit = int32(256<<20/max(mul, 1)) + 1
			u.ApplyTerms(f)
		}
	}
	if int8s {
		f.refine()
	}
	return -float64(scorer.Score()) / 256 / float64(scorer.Len())
}

// The harness learns as es.Optimizer does, and int8 weights are seen: the products are
// the products of the numbers 32·w + (e >> 3).
func TestInt8Products(t *testing.T) {
	m := NewModel(NewDense(8, 5, false))
	m.Randomize(2)
	d := m.matrices[0]
	f := newFine(m)
	f.digits = map[*Dense][]*packed.Matrix{}
	for i := range f.residual[0] {
		f.residual[0][i] = int8(i * 37)
	}
	f.refine()
	x := []int8{1, -2, 3, -4, 127, -127, 100, 0}
	y := make([]int32, 5)
	(&fineMultiplier{fine: f}).Multiply(y, 0, d, x, 1, 0)
	for row := range y {
		want := 0
		for j, v := range x {
			want += (32*int(d.W.At(row, j)) + int(f.residual[0][row*packed.PaddedLen(8)+j])>>3) * int(v)
		}
		if int(y[row]) != want {
			t.Errorf("row %d: %d, want %d", row, y[row], want)
		}
	}
}

// TestInt8Gap measures the gap between pents and int8 weights on Opticks. PENTARY_LONG=1 makes it
// the one of docs/comparison.md.
func TestInt8Gap(t *testing.T) {
	if testing.Short() {
		t.Skip("it trains two models")
	}
	text, err := opticks.Load()
	if err != nil {
		t.Fatal(err)
	}
	minGRU := func(width, context int) LanguageConfig {
		return LanguageConfig{Width: width, Layers: 1, Mixer: MixerMinGRU, Context: context}
	}
	sequences := EvaluatorOptions{Streams: 64, Steps: 4, WarmUp: 16}
	runs, most := []fineRun{{"minGRU", minGRU(16, 2), sequences, 64, 40, 100, 1}}, 0.50
	if os.Getenv("PENTARY_LONG") != "" {
		runs, most = nil, 0.10
		for _, width := range []int{128, 256} { // of pentary train lm, but for its length
			ngrams := LanguageConfig{Width: width, Layers: 1, Mixer: NoMixer, Context: 4, Longest: 4, Buckets: 640}
			runs = append(runs, fineRun{"4-grams", ngrams, EvaluatorOptions{Streams: 512}, 32, 1000, 85, 2})
		}
		runs = append(runs, fineRun{"minGRU", minGRU(128, 4), sequences, 64, 1000, 30, 1})
	}
	for _, r := range runs {
		for seed := uint64(1); seed <= r.seeds; seed++ {
			t.Run(fmt.Sprintf("%s/width=%d/seed=%d", r.name, r.shape.Width, seed), func(t *testing.T) {
				pents, int8s := r.train(t, seed, text.Bytes, text.Train, false), r.train(t, seed, text.Bytes, text.Train, true)
				t.Logf("%d generations: pents %.4f, int8 %.4f, gap %.4f bits a byte", r.generations, pents, int8s, pents-int8s)
				if pents-int8s > most || max(pents, int8s) > 5 {
					t.Errorf("pents are %.3f bits a byte behind int8 weights, want at most %.2f", pents-int8s, most)
				}
			})
		}
	}
}

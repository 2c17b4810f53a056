package nn

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/internal/race"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/kernels/kerneltest"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

// biasedConv2D is a convolution by square kernels, with ReLU and biases.
func biasedConv2D(rows, columns, channels, out, size, stride int) *Conv2D {
	return withBias(NewConv2D(rows, columns, channels, out, size, size, stride, true))
}

func withBias(l *Conv2D) *Conv2D {
	l.Kernel = NewBiasedDense(l.Kernel.Inputs(), l.Kernel.Outputs(), l.Kernel.ReLU)
	return l
}

// resetAfterGRU is NewResetAfterGRU with a bias and a shift.
func resetAfterGRU(in, out, shift int) *GRU {
	l := NewResetAfterGRU(in, out)
	l.State, l.Shift = NewBiasedDense(out, out, false), shift
	return l
}

// models are small ones that have every layer among them. The sequences that they take
// are of tokens, or of activations.
func models() map[string]*Model {
	m := map[string]*Model{
		"rnn":     NewModel(NewEmbedding(9, 3, 12, true), NewRNN(12, 8), NewDense(8, 5, false)),
		"mingru":  NewModel(NewEmbedding(9, 1, 8, false), NewResidual(NewLayerNorm(8), NewMinGRU(8, 8)), NewMLPBlock(8, 16), NewDense(8, 5, false)),
		"ngrams":  NewModel(NewNGrams(5, 4, 7, 12, true), NewLayerNorm(12), NewDense(12, 5, false)),
		"gru":     NewModel(NewDense(6, 8, true), NewGRU(8, 12), NewDense(12, 5, false)),
		"torch":   NewModel(resetAfterGRU(4, 8, 0), NewScan(2, resetAfterGRU(4, 8, 2)), NewDense(8, 5, false)),
		"lstm":    NewModel(NewLSTM(8, 12), NewLSTM(12, 4), NewDense(4, 5, false)),
		"conv1d":  NewModel(NewLayerNorm(8), NewConv1D(8, 7, 3, true), NewDense(7, 5, false)),
		"attends": NewModel(NewDense(5, 16, false), NewResidual(NewAttention(16, 2, 4)), NewDense(16, 5, false)),
		"picture": NewModel(NewConv2D(5, 4, 4, 8, 3, 3, 1, true), NewConv2D(3, 2, 8, 4, 2, 2, 1, false), NewDense(8, 5, false)),
		"strides": NewModel(NewDense(9, 100, true), NewConv2D(5, 5, 4, 8, 2, 2, 2, true), NewDense(32, 5, false)),
		"gray":    NewModel(NewConv2D(6, 5, 1, 8, 3, 3, 1, true), NewDense(4*3*8, 5, false)),
		"colours": NewModel(NewDense(7, 48, true), NewConv2D(4, 4, 3, 4, 2, 2, 2, true), NewDense(16, 5, false)),
		"signal":  NewModel(NewConv2D(1, 11, 1, 8, 1, 3, 2, true), NewConv2D(1, 5, 8, 4, 1, 2, 1, true), NewDense(16, 5, false)),
		"upright": NewModel(NewDense(7, 32, true), NewConv2D(4, 2, 4, 4, 3, 1, 1, true), NewDense(16, 5, false)),
		"scan":    NewModel(NewScan(3, NewGRU(4, 8)), NewDense(8, 5, false)),
		"scans":   NewModel(NewConv2D(1, 9, 4, 8, 1, 3, 2, true), all(NewScan(4, NewGainedLayerNorm(8), NewMinGRU(8, 4))), NewDense(16, 5, false)),
		"nested":  NewModel(NewScan(2, NewConv2D(1, 4, 4, 4, 1, 2, 2, true), NewScan(2, NewLSTM(4, 4))), NewResidual(NewRNN(4, 4)), NewDense(4, 5, false)),
		"glances": NewModel(NewDense(5, 24, false), NewScan(3, NewAttention(8, 2, 2)), NewDense(8, 5, false)),
		"alone":   NewModel(NewDense(6, 5, false)),
		"gained":  NewModel(NewEmbedding(9, 2, 8, true), NewResidual(NewGainedLayerNorm(8), NewRNN(8, 8)), NewGainedLayerNorm(8), NewDense(8, 5, false)),
		"biased":  NewModel(NewBiasedDense(6, 8, true), NewGRU(8, 4), NewResidual(NewBiasedDense(4, 4, true)), NewBiasedDense(4, 5, false)),
		"filters": NewModel(biasedConv2D(6, 5, 1, 8, 3, 2), biasedConv2D(2, 2, 8, 4, 2, 1), NewBiasedDense(4, 5, false)),
		"shades":  NewModel(NewBiasedDense(7, 48, true), biasedConv2D(4, 4, 3, 4, 3, 1), NewDense(16, 5, false)),
		"pooled":  NewModel(biasedConv2D(6, 7, 1, 8, 2, 1), NewMaxPool(5, 6, 8, 2, 3, 1), NewConv2D(4, 4, 8, 4, 3, 3, 1, false), NewMaxPool(2, 2, 4, 2, 2, 2), NewDense(4, 5, false)),
		"padded": NewModel(NewPaddedConv2D(Window{5, 4, 3, 3, 3, 2, 1, 2, 1, 0}, 8, true), NewPaddedMaxPool(Window{3, 2, 8, 2, 2, 1, 1, 0, 0, 1}),
			withBias(NewPaddedConv2D(Window{3, 2, 8, 4, 4, 1, 1, 1, 2, 2}, 4, true)), NewPaddedMaxPool(Window{3, 2, 4, 3, 3, 2, 2, 1, 2, 1}), NewDense(12, 5, false)),
		"peaks":   NewModel(NewMaxPool(4, 3, 3, 2, 2, 2), NewDense(6, 16, false), NewScan(2, NewMaxPool(1, 4, 2, 1, 2, 2), NewRNN(4, 4)), NewDense(4, 5, false)),
		"swiglu":  NewModel(NewEmbedding(300, 1, 8, false), NewResidual(&LayerNorm{Width: 8, Target: 20, RMS: true}, NewSwiGLU(8, 12, 1), NewDense(12, 8, false)), NewDense(8, 5, false)),
		"grouped": NewModel(NewDense(5, 16, false), NewResidual(NewRotaryAttention(16, 4, 2, 4, 100)), NewDense(16, 5, false)),
	}
	for _, name := range []string{"scales", "gains", "llama"} {
		m[name] = mustModel(NewLlama(1, LlamaConfig{Width: 16, Hidden: 12, Layers: 2, Heads: 4, KVHeads: 2, Vocabulary: 8, Window: 5, Rotary: 10000}))
		llama := m[name]
		a := llama.Layers[1].(*Residual).Layers[1].(*Attention) // as a pretrained one
		a.Project.Wide, a.Shift = true, 17
		for i, d := range llama.matrices {
			for j := range d.Scale {
				d.Scale[j] = int32(50*i + 20*j)
			}
		}
		for _, d := range []*Dense{llama.matrices[0], llama.matrices[4]} {
			d.Digits, d.W = 3, packed.NewMatrix(3*d.W.Rows(), d.W.Cols())
			lowrank.Randomize(lowrank.Parameter{W: d.W}, kernels.Uniform, 9)
			d.Shift += 4
		}
		if name != "llama" {
			llama.matrices[2].Scale[3] = MaxScale
			trained := Trained{Weights: true, Scales: true, GainShift: CoarseGains}
			if name == "gains" {
				trained = Trained{Scales: true, Offsets: true}
				for _, d := range llama.matrices {
					setOffsets(d, 300)
				}
			}
			if err := llama.SetTrained(trained); err != nil {
				panic(err)
			}
		}
	}
	m["offsets"] = NewModel(NewDense(5, 516, true), NewDense(516, 12, true), NewLSTM(12, 4), NewDense(4, 5, false))
	for i, d := range m["offsets"].matrices[:2] {
		setOffsets(d, 90+(MaxScale-90)*int32(i))
	}
	if err := m["offsets"].SetTrained(Trained{Weights: true, Offsets: true}); err != nil {
		panic(err)
	}
	for _, model := range m {
		model.Randomize(3)
		for _, d := range model.matrices {
			if d.one > 0 {
				lowrank.Randomize(lowrank.Parameter{W: d.W}, kernels.Uniform, 6)
			}
		}
	}
	for i, gains := range m["gained"].Parameters() { // not all zeros, as they begin
		if i == 1 || i == 3 {
			lowrank.Randomize(gains, kernels.Uniform, 5)
		}
	}
	return m
}

// setOffsets gives a matrix offsets of up to most.
func setOffsets(d *Dense, most int32) {
	d.Offset = make([]int32, d.values())
	for i := range d.Offset {
		d.Offset[i] = most - 2*most*int32(i)/int32(d.values())
	}
}

// all makes a scan return the outputs of all parts.
func all(s *Scan) *Scan {
	s.All = true
	return s
}

// noisy is a source of random sequences. The last step but one has no targets.
type noisy struct {
	model *Model
}

func (n noisy) Inputs() int  { return n.model.Inputs() }
func (n noisy) Outputs() int { return n.model.Outputs() }

func (noisy) Score(s *Scoring) { s.CrossEntropy() }

func (n noisy) Draw(s *Batch, seed uint64, generation, group int) {
	r := rand.New(rand.NewPCG(seed, uint64(generation)<<8|uint64(group)))
	e, tokens := n.model.Layers[0].(*Embedding)
	token := 0
	for t := range s.X {
		for b := range s.Streams {
			for i := range n.Inputs() {
				v := int8(r.IntN(255) - 127)
				if tokens && i%e.bytes() == 0 {
					token = r.IntN(e.Vocabulary)
				}
				if tokens {
					v = int8(token >> (8 * (i % e.bytes())))
				}
				s.Set(t, i, b, v)
			}
		}
	}
	for t := range s.Targets {
		if t == s.Steps-2 {
			s.Targets[t] = s.Targets[t][:0]
			continue
		}
		for b := range s.Streams {
			s.Targets[t][b] = uint8(r.IntN(n.Outputs()))
		}
	}
}

// forEachModel runs a test for every model, and where the noise may be.
func forEachModel(t *testing.T, test func(t *testing.T, m *Model, place lowrank.Estimator)) {
	for name, m := range models() {
		t.Run(name, func(t *testing.T) {
			test(t, m, lowrank.PerturbWeights)
			t.Run("activations", func(t *testing.T) { test(t, m, lowrank.PerturbActivations) })
		})
	}
}

// generationOf describes a generation of a model's.
func generationOf(m *Model, place lowrank.Estimator, pairs, groups int) es.Generation {
	g := es.Generation{
		Number: 7, Pairs: pairs, Groups: groups,
		Noise: lowrank.Noise{Seed: 11, Generation: 7, Rank: 1, Sigma: 2, Estimator: place},
	}
	g.Parameters = m.Parameters()
	return g
}

// columnOf returns column c of a batch of k×n as integers.
func columnOf(x []int8, c, k, n int) []int {
	out := make([]int, k)
	for i := range out {
		out[i] = int(x[(i/4*n+c)*4+i%4])
	}
	return out
}

// Every member's scores equal its twin's: at every step of every stream, and with
// them the sum of what a discount makes of later steps.
func TestPredictorTwin(t *testing.T) {
	const pairs, groups = 6, 2
	forEachModel(t, func(t *testing.T, m *Model, place lowrank.Estimator) {
		o := EvaluatorOptions{Streams: 3, Steps: 5, WarmUp: 6, Discount: 100}
		perGroup := groups
		if place == lowrank.PerturbActivations {
			perGroup = 1
		}
		p, err := NewEvaluator(m, noisy{m}, o)
		if err != nil {
			t.Fatal(err)
		}
		p.chunk = 2
		g := generationOf(m, place, pairs, perGroup)
		each := p.scoresOf(&g)
		scores := make([]int64, 2*pairs*each)
		if err := p.Evaluate(context.Background(), g, scores); err != nil {
			t.Fatal(err)
		}
		for pair := range pairs {
			s := Batch{Streams: o.Streams, Steps: o.Steps, WarmUp: o.WarmUp}
			s.reset(m.Inputs(), false)
			noisy{m}.Draw(&s, g.Noise.Seed, int(g.Number), g.Group(pair))
			for sign := range 2 {
				want := twinScores(m, &g, &s, pair, 1-2*sign, o.Discount)
				if got := scores[(2*pair+sign)*each:][:each]; !slices.Equal(got, want) {
					t.Fatalf("pair %d, member %d: scores %v, want %v", pair, sign, got, want)
				}
			}
		}
	})
}

func twinScores(m *Model, g *es.Generation, s *Batch, pair, sign, discount int) []int64 {
	samples := make([]int64, s.Streams*s.Steps)
	for b := range s.Streams {
		tw := twin{model: m}
		for t, x := range s.X {
			if t >= s.WarmUp {
				tw.noise, tw.pair, tw.sign, tw.sample, tw.samples = &g.Noise, pair, sign, (t-s.WarmUp)*s.Streams+b, len(samples)
			}
			y := tw.step(columnOf(x, b, m.Inputs(), s.Streams))
			if t >= s.WarmUp && len(s.Targets[t-s.WarmUp]) > 0 {
				samples[tw.sample] = int64(scoreOf(y, s.Targets[t-s.WarmUp][b]))
			}
		}
	}
	if g.Noise.Estimator == lowrank.PerturbActivations {
		for i := len(samples) - s.Streams - 1; i >= 0; i-- {
			samples[i] += samples[i+s.Streams] * int64(discount) >> 8
		}
		return samples
	}
	sum := int64(0)
	for _, v := range samples {
		sum += v
	}
	return []int64{sum}
}

// scoreOf is kernels.LogProb of one column.
func scoreOf(logits []int, target uint8) int32 {
	x := make([]int8, kernels.Quads(len(logits))*4)
	for i, v := range logits {
		x[i] = int8(v)
	}
	var score [1]int32
	kernels.LogProb(score[:], x, []uint8{target}, len(logits), 1)
	return score[0]
}

// A Runner returns what the twin without noise returns, for one column and for many,
// again after a restart, with its weights frozen, and with others frozen again.
func TestRunner(t *testing.T) {
	for name, m := range models() {
		for _, n := range []int{1, 3, 70} {
			s := Batch{Streams: n, Steps: 6}
			s.reset(m.Inputs(), false)
			noisy{m}.Draw(&s, 5, 0, 0)
			r := m.NewRunner(n)
			for pass := range 4 {
				if pass == 3 {
					m.Randomize(uint64(n))
				}
				if pass > 1 {
					r.Freeze()
				}
				twins := make([]twin, n)
				for step, x := range s.X {
					y := r.Step(x)
					for c := range twins {
						twins[c].model = m
						want := twins[c].step(columnOf(x, c, m.Inputs(), n))
						if got := columnOf(y, c, m.Outputs(), n); !slices.Equal(got, want) {
							t.Fatalf("%s: column %d of %d, step %d: %v, want %v", name, c, n, step, got, want)
						}
					}
				}
				r.Restart(n)
			}
		}
	}
}

// The update takes the inputs and outputs of every matrix without noise.
func TestPredictorInputs(t *testing.T) {
	for name, m := range models() {
		o := EvaluatorOptions{Streams: 3, Steps: 5, WarmUp: 2}
		p, err := NewEvaluator(m, noisy{m}, o)
		if err != nil {
			t.Fatal(err)
		}
		g := generationOf(m, lowrank.PerturbActivations, 2, 1)
		inputs := func() []lowrank.LayerBatch {
			seen, err := p.Inputs(context.Background(), g)
			if err != nil {
				t.Fatal(err)
			}
			return seen
		}
		last := len(m.matrices) - 1
		alone := slices.Clone(inputs()[last].X)
		if err := p.Evaluate(context.Background(), g, make([]int64, 4*p.Samples())); err != nil {
			t.Fatal(err)
		}
		seen := inputs()
		if !slices.Equal(alone, seen[last].X) {
			t.Errorf("%s: inputs without Evaluate before are others", name)
		}
		if len(seen) != len(m.matrices) || p.Samples() != 15 {
			t.Fatalf("%s: %d matrices of %d samples, want %d of 15", name, len(seen), p.Samples(), len(m.matrices))
		}
		s := Batch{Streams: o.Streams, Steps: o.Steps, WarmUp: o.WarmUp}
		s.reset(m.Inputs(), false)
		noisy{m}.Draw(&s, g.Noise.Seed, g.Number, 0)
		for b := range o.Streams {
			tw := twin{model: m}
			for step, x := range s.X {
				tw.seen, tw.returned = nil, nil
				tw.step(columnOf(x, b, m.Inputs(), o.Streams))
				if step < o.WarmUp {
					continue
				}
				sample := (step-o.WarmUp)*o.Streams + b
				for i, want := range tw.seen {
					split := p.InputColumns(i)
					if len(want) != split {
						t.Fatalf("%s: matrix %d sees %d columns, want %d", name, i, split, len(want))
					}
					for column, x := range want {
						if got := columnOf(seen[i].X, column*p.Samples()+sample, len(x), p.Samples()*split); !slices.Equal(got, x) {
							t.Fatalf("%s: matrix %d, step %d of stream %d: %v, want %v", name, i, step, b, got, x)
						}
						y := tw.returned[i][column]
						if m.matrices[i].Wide || m.matrices[i].Digits > 1 {
							continue // not known, or not of the matrix's rows
						}
						if got := columnOf(seen[i].Y, column*p.Samples()+sample, len(y), p.Samples()*split); !slices.Equal(got, y) {
							t.Fatalf("%s: matrix %d, step %d of stream %d returns %v, want %v", name, i, step, b, got, y)
						}
					}
				}
			}
		}
	}
}

// A run moves the same weights on any number of processors and every implementation of
// the kernels.
func TestModelDeterminism(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for run, want := range goldenModels {
		kerneltest.Each(t, func(impl string) {
			for _, procs := range []int{1, 2, 7} {
				runtime.GOMAXPROCS(procs)
				m, opt := trainable(t, run)
				var records []es.Record
				if err := opt.Run(context.Background(), func(es.Stats) error {
					r := opt.Record()
					r.Codes = slices.Clone(r.Codes)
					records = append(records, r)
					return nil
				}); err != nil {
					t.Fatal(err)
				}
				if got := fmt.Sprintf("%x", sha256.Sum256(fmt.Append(nil, weightsOf(m)))); got != want {
					t.Fatalf("%v with %s on %d processors: weights %s, want %s", run, impl, procs, got, want)
				}
				again, replayed := trainable(t, run)
				for _, r := range records {
					if _, err := replayed.Replay(r); err != nil {
						t.Fatal(err)
					}
				}
				if !slices.Equal(weightsOf(again), weightsOf(m)) {
					t.Fatalf("%v with %s on %d processors: a replay has other weights", run, impl, procs)
				}
			}
		})
	}
}

// A modelRun is a model of models, and what the noise of its run perturbs.
type modelRun struct {
	name  string
	place lowrank.Estimator
}

// trainable returns a model and its optimizer.
func trainable(t *testing.T, run modelRun) (*Model, *es.Optimizer) {
	t.Helper()
	m := models()[run.name]
	p, err := NewEvaluator(m, noisy{m}, EvaluatorOptions{Streams: 4, Steps: 6, WarmUp: 3, Discount: 128})
	if err != nil {
		t.Fatal(err)
	}
	o := es.Options{Seed: 1, Generations: 4, Pairs: 70, Sigma: 2, Rule: es.ErrorFeedback{Rate: es.Ratio(3, 10)}, Estimator: run.place}
	opt, err := es.New(m.Parameters(), p, o)
	if err != nil {
		t.Fatal(err)
	}
	return m, opt
}

// goldenModels pins the weights that TestModelDeterminism ends with.
var goldenModels = map[modelRun]string{
	{"mingru", lowrank.PerturbWeights}:      "d529b159101948c4999284604ce3e92425ea43c61abcdd0d8edf47dfa4cbcb1a",
	{"mingru", lowrank.PerturbActivations}:  "9cbfba47f6cff968c951518266d6f5f67f4ec2efcf05615952849ac07e5696fd",
	{"gained", lowrank.PerturbWeights}:      "079645874c64d9c2f536c71fdb411d5c7cc5d09473f0594cd7313d352750ecfc",
	{"gained", lowrank.PerturbActivations}:  "ad70fae2e2b17e94580fed2f3bf5e07c3f04d063fba670a3de4a471b61f496dc",
	{"llama", lowrank.PerturbWeights}:       "43ca42679e6ea5524074fa7119cd6ce63acf8a69771ffad4c6fe719bc1341f92",
	{"llama", lowrank.PerturbActivations}:   "d8eed9b0815084d4e8b8be8d0d7d291647d134a2fd2c8ffd85b84b0646efcabb",
	{"strides", lowrank.PerturbActivations}: "ab4f36697a1a2a70520257a927305b7a1c71f467de31edf0921eb222bb2be9a9",
	{"nested", lowrank.PerturbWeights}:      "e3b27bc3237c86194fe11f791c4fd50caebc1441bd62109fd63fad158ee23d0c",
	{"nested", lowrank.PerturbActivations}:  "5ff3f896c7abfac379796b67f3a38abadd1aa893632332824e2843c616b8c44c",
	{"scans", lowrank.PerturbActivations}:   "5245ec9f9025b8f6f6c4bd9ee7fd97fc844757d3a764c7e63a8d5dd936d758d7",
	{"signal", lowrank.PerturbActivations}:  "bde62c419268acce50c0e1e6551ba03f8153903f29e928e2974ca08d04737241",
	{"gray", lowrank.PerturbActivations}:    "0a47bacdedb7aeae3758502f6c777b292e0068bee3244ffc1c54ed6003faa847",
}

func weightsOf(m *Model) (all []int8) {
	for _, tensor := range m.matrices {
		for i := range tensor.W.Rows() {
			for j := range tensor.W.Cols() {
				all = append(all, int8(tensor.W.At(i, j)))
			}
		}
	}
	return all
}

// The steady state of training allocates nothing.
func TestPredictorAllocations(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	for _, place := range []lowrank.Estimator{lowrank.PerturbWeights, lowrank.PerturbActivations} {
		m := NewModel(NewEmbedding(256, 2, 8, true), NewResidual(NewGainedLayerNorm(8), NewLSTM(8, 8)), NewAttention(8, 1, 4), NewDense(8, 256, false))
		m.Randomize(1)
		p, err := NewEvaluator(m, &Text{Data: []byte(strings.Repeat("even more text ", 9)), Context: 2}, EvaluatorOptions{Streams: 4, Steps: 6, WarmUp: 3})
		if err != nil {
			t.Fatal(err)
		}
		o := es.Options{Sigma: es.WholeLevel, Seed: 1, Generations: 1000, Pairs: 64}
		o.Estimator = place
		opt, err := es.New(m.Parameters(), p, o)
		if err != nil {
			t.Fatal(err)
		}
		g := opt.Ask()
		scores := make([]int64, 2*64*p.scoresOf(&g))
		generation := func() {
			if err := p.Evaluate(context.Background(), opt.Ask(), scores); err != nil {
				t.Fatal(err)
			}
			if _, err := opt.Tell(scores); err != nil {
				t.Fatal(err)
			}
		}
		for range 5 {
			generation()
		}
		if n := testing.AllocsPerRun(20, generation); n > 0 {
			t.Errorf("noise in %v: %v allocations a generation", place, n)
		}
	}
}

func TestPredictorErrors(t *testing.T) {
	m, other := models()["gru"], models()["rnn"]
	for _, test := range []struct {
		source Task
		o      EvaluatorOptions
		want   string
	}{
		{noisy{m}, EvaluatorOptions{Streams: -1}, "-1 streams of 1 steps"},
		{noisy{m}, EvaluatorOptions{Columns: -1}, "-1 columns at once"},
		{nil, EvaluatorOptions{}, "the task is nil"},
		{noisy{m}, EvaluatorOptions{Streams: 1 << 19, Steps: 4}, "at most 2^20 samples"},
		{noisy{m}, EvaluatorOptions{Streams: 1, Steps: 1, Discount: 257}, "discount 257, want 0 to 256"},
		{noisy{other}, EvaluatorOptions{Streams: 1, Steps: 1}, "model of 6→5 for a task of 3→5"},
	} {
		if _, err := NewEvaluator(m, test.source, test.o); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: error %v, want %q in it", test.o, err, test.want)
		}
	}
	p, err := NewEvaluator(m, noisy{m}, EvaluatorOptions{Streams: 1, Steps: 2})
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	if err := p.Evaluate(ctx, generationOf(m, lowrank.PerturbWeights, 2, 1), make([]int64, 3)); err == nil || !strings.Contains(err.Error(), "3 scores for 2 pairs, want 4") {
		t.Errorf("error %v", err)
	}
	if err := p.Evaluate(ctx, generationOf(other, lowrank.PerturbWeights, 2, 1), make([]int64, 4)); err == nil || !strings.Contains(err.Error(), "parameter 0 of the generation is not \"0.weights\"") && !strings.Contains(err.Error(), "parameters for a model") {
		t.Errorf("error %v", err)
	}
	canceled, cancel := context.WithCancel(ctx)
	cancel()
	if err := p.Evaluate(canceled, generationOf(m, lowrank.PerturbWeights, 2, 1), make([]int64, 4)); err != context.Canceled {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

// Widths that do not fit panic, and say which.
func TestLayerPanics(t *testing.T) {
	for _, test := range []struct {
		want string
		do   func()
	}{
		{"Dense of widths [0 4]", func() { NewDense(0, 4, false) }},
		{"RNN of widths [6 4], want 4 to 8388608, in steps of 4", func() { NewRNN(6, 4) }},
		{"MinGRU of widths [4 6]", func() { NewMinGRU(4, 6) }},
		{"GRU of widths [4 -4]", func() { NewGRU(4, -4) }},
		{"LSTM of widths [0 4]", func() { NewLSTM(0, 4) }},
		{"Embedding of 1 tokens", func() { NewEmbedding(1, 4, 4, false) }},
		{"Embedding of widths [0 4]", func() { NewEmbedding(4, 0, 4, false) }},
		{"NGrams of 1 bytes of context, want 2 to 1024", func() { NewNGrams(1, 2, 8, 4, false) }},
		{"NGrams of up to 5 bytes, want 2 to the context of 4", func() { NewNGrams(4, 5, 8, 4, false) }},
		{"NGrams of 0 buckets, want 1 to 1048576", func() { NewNGrams(4, 4, 0, 4, false) }},
		{"NGrams of widths [768 0]", func() { NewNGrams(4, 3, 128, 0, false) }},
		{"LayerNorm of widths [0]", func() { NewLayerNorm(0) }},
		{"Conv1D of widths [6]", func() { NewConv1D(6, 4, 2, false) }},
		{"Conv2D of kernel 5×5, stride 1, for a picture of 4×8×4", func() { NewConv2D(4, 8, 4, 4, 5, 5, 1, false) }},
		{"Conv2D of kernel 2×3, stride 1, for a picture of 1×8×4", func() { NewConv2D(1, 8, 4, 4, 2, 3, 1, false) }},
		{"Scan of no layers", func() { NewScan(3) }},
		{"Scan of widths [6], want 4 to 8388608, in steps of 4", func() { NewScan(3, NewDense(6, 4, false)) }},
		{"Scan of 0 parts, want 1 to 1048576", func() { NewScan(0, NewRNN(4, 8)) }},
		{"Scan: layer 0, rnn 4→8 >>2, returns 8", func() { NewScan(3, NewRNN(4, 8), NewRNN(4, 8)) }},
		{"Attention of width 8, 4 heads", func() { NewAttention(8, 4, 4) }},
		{"window of 1025", func() { NewAttention(8, 1, 1025) }},
		{"Residual around layers of 4→8", func() { NewResidual(NewDense(4, 8, false)) }},
		{"Residual of no layers", func() { NewResidual() }},
		{"Model: layer 1 is nil", func() { NewModel(NewDense(4, 4, false), nil) }},
		{"layer 0, dense 4→8 linear >>1, returns 8 activations and layer 1, layernorm 4 to 32, takes 4", func() { NewModel(NewDense(4, 8, false), NewLayerNorm(4)) }},
		{"layers without weights", func() { NewModel(NewLayerNorm(4)) }},
		{"a Runner of 0 columns, want 1 to 16777216", func() { models()["alone"].NewRunner(0) }},
		{"columns, want 1 to 16777216", func() { models()["alone"].NewRunner(math.MaxInt/4 + 1) }},
		{"a batch of 4 activations, want 16 for 6×2", func() { models()["alone"].NewRunner(2).Step(make([]int8, 4)) }},
		{"token 9 for an embedding of 9", func() { models()["rnn"].NewRunner(1).Step([]int8{1, 9, 1, 0}) }},
	} {
		func() {
			defer func() {
				if got := fmt.Sprint(recover()); !strings.Contains(got, test.want) {
					t.Errorf("panic %q, want %q in it", got, test.want)
				}
			}()
			test.do()
		}()
	}
}

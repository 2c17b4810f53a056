package nn

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/data/digits"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/internal/asmtest"
	"github.com/Kaleaon/pentary-go/internal/race"
	"github.com/Kaleaon/pentary-go/kernels/kerneltest"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

// beginSampled is begin with noise in activations, for a network of three layers.
func beginSampled(t *testing.T, data *data.Dataset, batch int, o es.Options) (*Model, *Evaluator, *es.Optimizer) {
	t.Helper()
	net := NewMLP(3, data.Features, 20, 12, data.Classes)
	c, err := NewEvaluator(net, Classify(data), EvaluatorOptions{Streams: batch})
	if err != nil {
		t.Fatal(err)
	}
	o.Estimator = lowrank.PerturbActivations
	opt, err := es.New(net.Parameters(), c, o)
	if err != nil {
		t.Fatal(err)
	}
	return net, c, opt
}

// sampleMember returns what one member's noise in activations adds to the
// accumulators for sample b of a batch. The rank is a power of four.
func (m *Model) sampleMember(n lowrank.Noise, pair, sign, b, batch int) perturbation {
	shift := n.Sigma
	for r := n.Rank; r > 1; r /= 4 {
		shift++
	}
	return func(layer, row int, _ []int8) int {
		mp := packed.PaddedLen(m.Layers[layer].Outputs())
		a := make([]uint8, n.Rank*mp)
		n.Factor(a, lowrank.FactorA, uint32(layer), pair, m.Layers[layer].Outputs())
		s := n.Stream(lowrank.Signs, uint32(layer), pair)
		sum := 0
		for ρ := range n.Rank {
			at := ρ*batch + b
			bit := s.Block(uint32(at / 16))[at/4%4] >> (at % 4 * 8) & 1
			sum += (int(a[ρ*mp+row]) - 2) * (1 - 2*int(bit)) << m.Parameters()[layer].Log2Scale
		}
		return sign * roundShift(sum, shift)
	}
}

// Scores are of each sample, and inputs what the layers see and return without noise.
func TestSampleScores(t *testing.T) {
	data := blobs(1, 30, 7, 200)
	for _, batch := range []int{1, 9, 40, 700} {
		for _, o := range []es.Options{{Sigma: 3}, {Rank: 4, Sigma: 2}} {
			o.Generations, o.Pairs, o.Seed = 2, 5, 77
			net, c, opt := beginSampled(t, data, batch, o)
			scores := make([]int64, 2*o.Pairs*batch)
			for !opt.Done() {
				g := opt.Ask()
				if err := c.Evaluate(context.Background(), g, scores); err != nil {
					t.Fatal(err)
				}
				seen, err := c.Inputs(context.Background(), g)
				if err != nil {
					t.Fatal(err)
				}
				stream := lowrank.StreamOf(o.Seed, g.Number, 0, lowrank.Batch, 0)
				for b := 0; b < batch; b += 1 + batch/40 {
					word := stream.Block(uint32(b / 4))[b%4]
					sample := int(uint64(word) * uint64(data.Len()) >> 32)
					for member := range 2 * o.Pairs {
						noise := net.sampleMember(g.Noise, member/2, 1-member%2*2, b, batch)
						want := naiveScore(net.naive(data.Sample(sample), noise), data.Labels[sample])
						if got := scores[member*batch+b]; got != want {
							t.Fatalf("batch %d, generation %d: member %d's score of sample %d is %d, want %d", batch, g.Number, member, b, got, want)
						}
					}
					x := data.Sample(sample)
					for layer, l := range dense(net) {
						if got := column(seen[layer].X, b, l.W.Cols(), batch); !slices.Equal(got, x) {
							t.Fatalf("batch %d: layer %d sees %v of sample %d, want %v", batch, layer, got, b, x)
						}
						one := Model{Layers: []Layer{l}}
						x = one.naive(x, none)
						if got := column(seen[layer].Y, b, l.W.Rows(), batch); !slices.Equal(got, x) || seen[layer].ReLU != l.ReLU {
							t.Fatalf("batch %d: layer %d returns %v of sample %d, ReLU %t, want %v, %t", batch, layer, got, b, seen[layer].ReLU, x, l.ReLU)
						}
					}
				}
				if _, err := opt.Tell(scores); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// goldenSampled pins the weights after a run with noise in activations.
const goldenSampled = "ae66885aeac9a3cab72e06afcdc9280d03a8f45e6e1e6af70a262f372b186b0f"

func TestSampledDeterminism(t *testing.T) {
	data := blobs(2, 30, 5, 300)
	o := es.Options{Seed: 9, Generations: 6, Pairs: 37, Sigma: 3, Rule: es.ErrorFeedback{Rate: es.Ratio(1, 10)}}
	check := func(name string, chunk int) {
		t.Helper()
		net, c, opt := beginSampled(t, data, 17, o)
		if chunk > 0 {
			c.chunk = chunk
			c.shared = nil
		}
		if err := opt.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		h := sha256.New()
		for _, w := range net.Parameters() {
			h.Write(w.W.Bytes())
		}
		if got := fmt.Sprintf("%x", h.Sum(nil)); got != goldenSampled {
			t.Errorf("%s: weights %s, want %s", name, got, goldenSampled)
		}
	}
	for _, chunk := range []int{1, 2, 36, 37, 100} {
		check(fmt.Sprintf("tasks of %d pairs", chunk), chunk)
	}
	kerneltest.Each(t, func(impl string) {
		for _, procs := range []int{1, 2, 7} {
			before := runtime.GOMAXPROCS(procs)
			check(fmt.Sprintf("%s, %d processors", impl, procs), 0)
			runtime.GOMAXPROCS(before)
		}
	})
}

// With as many member-samples noise in activations learns far more.
func TestSampledLearns(t *testing.T) {
	data := blobs(3, 16, 4, 400)
	o := es.Options{Generations: 60, Pairs: 8, Sigma: 3, Rule: es.ErrorFeedback{Rate: es.Ratio(1, 10)}}
	net, _, opt := beginSampled(t, data, 32, o)
	if err := opt.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	counts, err := net.Confusion(data)
	if err != nil {
		t.Fatal(err)
	}
	right := 0
	for i := range counts {
		right += counts[i][i]
	}
	if right < 380 {
		t.Errorf("%d of 400 samples right: %v", right, counts)
	}
}

// So does a convolution, whose kernel alone moves here.
func TestSampledConvolutionLearns(t *testing.T) {
	train, test, err := digits.Load()
	if err != nil {
		t.Fatal(err)
	}
	filters := NewConv2D(8, 8, 1, 16, 3, 3, 2, true)
	m := NewModel(filters, NewDense(filters.Outputs(), 10, false))
	m.Randomize(1)
	e, err := NewEvaluator(m, Classify(train), EvaluatorOptions{Streams: 128})
	if err != nil {
		t.Fatal(err)
	}
	parameters := m.Parameters()
	parameters[1].Frozen = true
	o := es.Options{Generations: 80, Pairs: 32, Rule: es.ErrorFeedback{Rate: es.Ratio(15, 100)}, Estimator: lowrank.PerturbActivations}
	opt, err := es.New(parameters, e, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := opt.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if right, err := m.Accuracy(test); err != nil || right < test.Len()*2/5 {
		t.Errorf("%d of %d samples right with random outputs, error %v", right, test.Len(), err)
	}
}

func TestSampledErrors(t *testing.T) {
	data := blobs(1, 4, 3, 10)
	_, c, opt := beginSampled(t, data, 8, es.Options{Sigma: es.WholeLevel, Generations: 1, Pairs: 5})
	err := c.Evaluate(context.Background(), opt.Ask(), make([]int64, 10))
	if want := "nn: 10 scores for 5 pairs, want 80"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := c.Evaluate(ctx, opt.Ask(), make([]int64, 80)); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: error %v", err)
	}
}

func TestSampledAllocations(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	data := blobs(1, 30, 5, 100)
	_, c, opt := beginSampled(t, data, 16, es.Options{Sigma: es.WholeLevel, Generations: 1000, Pairs: 20})
	scores := make([]int64, 2*20*16)
	ctx := context.Background()
	if n := asmtest.AllocsPerRun(20, func() {
		if err := c.Evaluate(ctx, opt.Ask(), scores); err != nil {
			t.Fatal(err)
		}
		if _, err := opt.Tell(scores); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("a generation allocates %d times", n)
	}
}

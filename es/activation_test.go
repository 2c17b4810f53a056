package es_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/internal/asmtest"
	"github.com/Kaleaon/pentary-go/internal/race"
	"github.com/Kaleaon/pentary-go/kernels/kerneltest"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

// Samples implements es.InputSource.
func (v *imitation) Samples() int { return streams }

// InputColumns implements es.InputSource.
func (v *imitation) InputColumns(int) int { return 1 }

// Inputs implements es.InputSource: the layers see what they always see.
func (v *imitation) Inputs(context.Context, es.Generation) ([]lowrank.LayerBatch, error) {
	return v.seen, v.broken
}

// sampled is short with noise in activations.
func sampled(rule es.Rule) es.Options {
	o := short
	o.Estimator, o.Rule, o.Fitness, o.WeightDecay = lowrank.PerturbActivations, rule, es.Tails, es.Ratio(1, 1000)
	return o
}

// withUnits returns parameters of the matrices for noise in activations.
func withUnits(weights []*packed.Matrix) []lowrank.Parameter {
	ps := es.Matrices(weights...)
	for i := range ps {
		ps[i].Log2Scale = 8
	}
	return ps
}

// startSampled returns an optimizer of the imitation task by noise in activations.
func startSampled(t *testing.T, rule es.Rule) (*es.Optimizer, *imitation, []*packed.Matrix) {
	t.Helper()
	v, weights := newImitation()
	opt, err := es.New(withUnits(weights), v, sampled(rule))
	if err != nil {
		t.Fatal(err)
	}
	return opt, v, weights
}

// sampledRules are the rules that look at one generation and no pairs.
var sampledRules = []es.Rule{
	es.ErrorFeedback{Rate: es.Ratio(3, 10)},
	es.ErrorFeedback{Bits: 4, Rate: es.Ratio(3, 10)},
	es.Stochastic{Rate: es.Ratio(1, 10)},
	es.Bop{Rate: es.Ratio(1, 4), Decay: 2, Level: es.Ratio(1, 4)},
}

// goldenSampled pins the final weights of each.
var goldenSampled = []string{
	"3429f1f650e595a3679a4ce78fb40bfb1424d68da8e02262ba20c430d8ddfe88",
	"3b959b21ee4509963f9b3b82b015f0112171d11681b63ce7de63145b26d97c69",
	"8951b34b97ccdd5a0015ef8b60ec81cf0c55017ebd72940631648865a44b98df",
	"12311ddb9ead3998bff351ee8f767c12f933b1f27ed36c7547480c12609b4cdc",
}

// One sequence of weights for all kernels and processors, and for a run that continues
// from its state in a new optimizer.
func TestSampledDeterminism(t *testing.T) {
	kerneltest.Each(t, func(impl string) {
		for _, procs := range []int{1, 2, 7} {
			for i, rule := range sampledRules {
				t.Run(fmt.Sprintf("%s/%d/%v", impl, procs, rule), func(t *testing.T) {
					defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
					opt, v, weights := startSampled(t, rule)
					half := func(s es.Stats) error {
						if s.Finished == 5 {
							return es.ErrStop
						}
						return nil
					}
					if err := opt.Run(context.Background(), half); err != nil {
						t.Fatal(err)
					}
					resumed, err := es.New(withUnits(weights), v, sampled(rule))
					if err != nil {
						t.Fatal(err)
					}
					if err := resumed.RestoreState(opt.AppendState(nil)); err != nil {
						t.Fatal(err)
					}
					if err := resumed.Run(context.Background()); err != nil {
						t.Fatal(err)
					}
					if got := digest(weights); got != goldenSampled[i] {
						t.Errorf("final weights %s, want %s", got, goldenSampled[i])
					}
				})
			}
		}
	})
}

// Records, a code for each sample of a pair, rebuild weights and state without scores.
func TestSampledReplay(t *testing.T) {
	for _, rule := range sampledRules {
		opt, _, weights := startSampled(t, rule)
		again, _, copies := startSampled(t, rule)
		err := opt.Run(context.Background(), func(told es.Stats) error {
			r := opt.Record()
			if len(r.Codes) != short.Pairs*streams {
				t.Fatalf("%v: record of %d codes", rule, len(r.Codes))
			}
			replayed, err := again.Replay(r)
			told.Best, told.Mean, told.Spread = 0, 0, 0
			if replayed != told {
				t.Errorf("%v: replayed %+v, told %+v", rule, replayed, told)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if digest(copies) != digest(weights) || !slices.Equal(again.AppendState(nil), opt.AppendState(nil)) {
			t.Errorf("%v: replay comes to other weights or another state", rule)
		}
	}
}

// The task is learned: members without noise come closer by half.
func TestSampledLearns(t *testing.T) {
	v, weights := newImitation()
	o := sampled(es.ErrorFeedback{Rate: es.Ratio(3, 10)})
	o.Generations, o.WeightDecay = 60, 0
	opt, err := es.New(withUnits(weights), v, o)
	if err != nil {
		t.Fatal(err)
	}
	var first, last int64
	err = opt.Run(context.Background(), func(s es.Stats) error {
		if last = s.Mean; first == 0 {
			first = last
		}
		return nil
	})
	if err != nil || last < first/2 {
		t.Errorf("mean score %d after %d, error %v", last, first, err)
	}
}

func TestSampledErrors(t *testing.T) {
	v, weights := newImitation()
	sound := withUnits(weights)
	for _, test := range []struct {
		parameters []lowrank.Parameter
		change     func(o *es.Options)
		want       string
	}{
		{sound, func(o *es.Options) { o.Groups = 37 }, "37 groups with noise in activations, want 1"},
		{sound, func(o *es.Options) { o.Pairs = 1 << 21 }, "2097152 pairs of 3 samples make 6291456 codes, want 1 to 4194304"},
		{sound, func(o *es.Options) { o.Rank = lowrank.FullRank }, "noise of full rank in activations"},
		{sound, func(o *es.Options) { o.Rule = es.Threshold{Share: 1} }, "rule threshold(share 1/65536) wants noise in weights"},
		{sound, func(o *es.Options) { o.Rule = es.QES{Rate: 1, Window: 1} }, "rule replay(rate 1/65536, window 1) wants noise in weights"},
		{[]lowrank.Parameter{{W: weights[0], Log2Scale: 21}}, nil, "parameter 0 has scale 2^21, want at most 2^20"},
	} {
		o := sampled(es.ErrorFeedback{Rate: 1})
		if test.change != nil {
			test.change(&o)
		}
		opt, err := es.New(test.parameters, v, o)
		if opt != nil || err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want %q in it", err, test.want)
		}
	}
}

// An evaluator that is no source of inputs, or has none, is refused.
func TestSampledEvaluators(t *testing.T) {
	v, weights := newImitation()
	for want, e := range map[string]es.Evaluator{
		"takes an evaluator that is an InputSource, not <nil>":            nil,
		"takes an evaluator that is an InputSource, not es.EvaluatorFunc": es.EvaluatorFunc(v.Evaluate),
		"37 pairs of 0 samples make 0 codes":                              manySamples{v, 0},
		"37 pairs of -1 samples make -37 codes":                           manySamples{v, -1},
		// The product is 2^32 more than it may be, which 32 bits do not show.
		"37 pairs of 1160801988 samples make 42949673556 codes": manySamples{v, 1160801988},
	} {
		opt, err := es.New(withUnits(weights), e, sampled(sampledRules[0]))
		if opt != nil || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
	opt, err := es.New(withUnits(weights), v, short)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := opt.Tell(make([]int64, 2*short.Pairs)); err != nil {
		t.Errorf("a source of inputs, with noise in weights: %v", err)
	}
}

// manySamples says that it has another number of samples.
type manySamples struct {
	*imitation
	samples int
}

func (m manySamples) Samples() int { return m.samples }

// Inputs that cannot be had, or are of another shape, are errors that change nothing.
func TestSampledInputErrors(t *testing.T) {
	opt, v, weights := startSampled(t, sampledRules[0])
	scores := make([]int64, 2*short.Pairs*streams)
	if err := v.Evaluate(context.Background(), opt.Ask(), scores); err != nil {
		t.Fatal(err)
	}
	if _, err := opt.Tell(scores); err != nil {
		t.Fatal(err)
	}
	before, state, record := digest(weights), opt.AppendState(nil), copied(opt.Record())
	next := copied(record)
	next.Finished++
	next.Codes[7] ^= 1
	for want, spoil := range map[string]func(){
		"no data":                     func() { v.broken = errors.New("no data") },
		"inputs of 1 layers for 2 pa": func() { v.seen = v.batches()[:1] },
		"parameter 1 has inputs of 899 activations, want 900 for 300×3": func() {
			v.seen = v.batches()
			v.seen[1].X = v.seen[1].X[1:]
		},
		"parameter 0 has outputs of 73 activations, want 72 for 21×3": func() {
			v.seen = v.batches()
			v.seen[0].Y = make([]int8, 73)
		},
	} {
		spoil()
		for how, move := range map[string]func() (es.Stats, error){
			"Tell":   func() (es.Stats, error) { return opt.Tell(scores) },
			"Replay": func() (es.Stats, error) { return opt.Replay(next) },
			"Run":    func() (es.Stats, error) { return es.Stats{}, opt.Run(context.Background()) },
		} {
			stats, err := move()
			if err == nil || !strings.Contains(err.Error(), want) || stats != (es.Stats{}) {
				t.Errorf("%s: stats %+v, error %v, want %q in it", how, stats, err, want)
			}
			if r := opt.Record(); digest(weights) != before || !slices.Equal(opt.AppendState(nil), state) ||
				r.Finished != record.Finished || !slices.Equal(r.Codes, record.Codes) {
				t.Errorf("%s: %s: the run has changed", how, want)
			}
		}
		v.seen, v.broken = v.batches(), nil
	}
	if _, err := opt.Tell(scores); err != nil {
		t.Errorf("sound inputs: %v", err)
	}
}

func TestSampledTellErrors(t *testing.T) {
	opt, _, weights := startSampled(t, sampledRules[0])
	before := digest(weights)
	_, err := opt.Tell(make([]int64, 2*short.Pairs))
	if want := "es: 74 scores for 37 pairs of 3 samples, want 222"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	_, err = opt.Replay(es.Record{Finished: 1, Codes: make([]int8, short.Pairs)})
	if err == nil || !strings.Contains(err.Error(), "record of 37 codes for 37 pairs of 3 samples") {
		t.Errorf("error %v", err)
	}
	if digest(weights) != before || opt.Generation() != 0 {
		t.Error("refused scores changed the run")
	}
}

func TestSampledIdentity(t *testing.T) {
	opt, _, _ := startSampled(t, sampledRules[0])
	identity := opt.Identity()
	for _, want := range []string{" fitness tails ", " noise in activations of 3 samples\n", "\"\" 21×70 unit 8\n"} {
		if !strings.Contains(identity, want) {
			t.Errorf("identity %q, want %q in it", identity, want)
		}
	}
}

func TestSampledDefaults(t *testing.T) {
	v, weights := newImitation()
	opt, err := es.New(withUnits(weights), v, es.Options{Generations: 1, Estimator: lowrank.PerturbActivations})
	if err != nil {
		t.Fatal(err)
	}
	if o := opt.Options(); o.Fitness != es.Tails || opt.Ask().Noise.Estimator != lowrank.PerturbActivations {
		t.Errorf("fitness %v, noise in %v", o.Fitness, opt.Ask().Noise.Estimator)
	}
}

func TestSampledAllocations(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	for _, rule := range sampledRules {
		v, weights := newImitation()
		o := sampled(rule)
		o.Generations = 100
		opt, err := es.New(withUnits(weights), v, o)
		if err != nil {
			t.Fatal(err)
		}
		scores := make([]int64, 2*o.Pairs*streams)
		if err := v.Evaluate(context.Background(), opt.Ask(), scores); err != nil {
			t.Fatal(err)
		}
		if n := asmtest.AllocsPerRun(20, func() {
			if _, err := opt.Tell(scores); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%v: Tell allocates %d times a call", rule, n)
		}
	}
}

func TestSampledMemoryLimit(t *testing.T) {
	v, weights := newImitation()
	o := sampled(es.Stochastic{Rate: 1})
	updater := 0
	for _, w := range weights {
		updater = max(updater, lowrank.TrainingFootprint(w.Rows(), w.Cols(), o.Pairs, o.Rank, streams).Updater)
	}
	o.MemoryLimit = updater + 42*o.Pairs*streams
	if _, err := es.New(withUnits(weights), v, o); err != nil {
		t.Error(err)
	}
	o.MemoryLimit--
	if _, err := es.New(withUnits(weights), v, o); err == nil || !strings.Contains(err.Error(), "more than the limit") {
		t.Errorf("error %v", err)
	}
}

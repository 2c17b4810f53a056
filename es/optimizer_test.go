package es_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/internal/asmtest"
	"github.com/Kaleaon/pentary-go/internal/race"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/kernels/kerneltest"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/trit5"
)

// Ask and Tell leave the loop to the caller, here the search for a row of ones.
func ExampleOptimizer_Ask() {
	w := packed.NewMatrix(1, 8)
	opt, err := es.New(es.Matrices(w), nil, es.Options{Generations: 40, Pairs: 16})
	if err != nil {
		fmt.Println(err)
		return
	}
	var ws lowrank.Workspace
	e, scores := make([]int32, 8), make([]int64, 32)
	for !opt.Done() {
		g := opt.Ask()
		clear(scores)
		for pair := range g.Pairs {
			bits := g.Noise.Sigma // of fixed point
			g.Noise.Perturbation(&ws, e, g.Parameters[0], pair, bits)
			for j, d := range e {
				gap := int64(1-w.At(0, j)) << bits
				scores[2*pair] -= (gap - int64(d)) * (gap - int64(d))
				scores[2*pair+1] -= (gap + int64(d)) * (gap + int64(d))
			}
		}
		if _, err := opt.Tell(scores); err != nil {
			fmt.Println(err)
			return
		}
	}
	for j := range 8 {
		fmt.Print(w.At(0, j))
	}
	// Output: ++++++++
}

// imitation is an evaluator whose members imitate hidden matrices: the score is
// minus the distance of their products, of all samples or of each. It goes through the perturbed products,
// one with columns shared by all members and one without, in shapes that fill no
// block.
type imitation struct {
	ws     lowrank.Workspace
	inputs [][]int8             // of each tensor
	want   [][]int32            // the hidden matrices' products
	seen   []lowrank.LayerBatch // what Inputs returns
	broken error                // what Inputs returns
}

const streams = 3

var shapes = [][2]int{{21, 70}, {5, 300}}

// newImitation returns the task and the weights to train on it.
func newImitation() (*imitation, []*packed.Matrix) {
	v := &imitation{}
	var weights []*packed.Matrix
	for i, shape := range shapes {
		hidden, w := packed.NewMatrix(shape[0], shape[1]), packed.NewMatrix(shape[0], shape[1])
		lowrank.Randomize(lowrank.Parameter{Number: uint32(i), W: hidden}, kernels.Uniform, 100)
		lowrank.Randomize(lowrank.Parameter{Number: uint32(i), W: w}, kernels.Binomial, 200)
		x := make([]int8, kernels.Quads(shape[1])*4*streams)
		for j := range x {
			x[j] = int8(j*71%255 - 127)
		}
		y := make([]int32, shape[0]*streams)
		kernels.MatMul(y, hidden, x, streams)
		v.inputs, v.want, weights = append(v.inputs, x), append(v.want, y), append(weights, w)
	}
	v.seen = v.batches()
	return v, weights
}

// batches returns what the layers see.
func (v *imitation) batches() (all []lowrank.LayerBatch) {
	for _, x := range v.inputs {
		all = append(all, lowrank.LayerBatch{X: x})
	}
	return all
}

func (v *imitation) Evaluate(ctx context.Context, g es.Generation, scores []int64) error {
	clear(scores)
	for i, w := range g.Parameters {
		m, k, cols := w.W.Rows(), w.W.Cols(), 2*g.Pairs*streams
		y := make([]int32, m*cols)
		if i == 0 {
			base := make([]int32, m*streams)
			kernels.MatMul(base, w.W, v.inputs[i], streams)
			g.Noise.ProductShared(&v.ws, y, base, w, v.inputs[i], 0, g.Pairs, streams)
		} else {
			x := make([]int8, kernels.Quads(k)*4*cols)
			for q := range kernels.Quads(k) {
				for at := 0; at < cols; at += streams {
					copy(x[(q*cols+at)*4:], v.inputs[i][q*streams*4:(q+1)*streams*4])
				}
			}
			g.Noise.Product(&v.ws, y, w, x, 0, g.Pairs, streams)
		}
		for row := range m {
			for c := range cols {
				d := int64(y[row*cols+c] - v.want[i][row*streams+c%streams])
				scores[c*len(scores)/cols] -= max(d, -d)
			}
		}
	}
	return ctx.Err()
}

var short = es.Options{
	Seed: 42, Generations: 12, Pairs: 37, Rank: 3, Sigma: 2, Fitness: es.FourBit,
	Rule: es.ErrorFeedback{Rate: es.Ratio(1, 2)},
}

// start returns an optimizer of the imitation task.
func start(t *testing.T, o es.Options) (*es.Optimizer, *imitation, []*packed.Matrix) {
	t.Helper()
	return startWith(t, o, func(v *imitation) es.Evaluator { return v })
}

// startWith is start for an evaluator of one's own.
func startWith(t *testing.T, o es.Options, evaluator func(v *imitation) es.Evaluator) (*es.Optimizer, *imitation, []*packed.Matrix) {
	t.Helper()
	v, weights := newImitation()
	opt, err := es.New(es.Matrices(weights...), evaluator(v), o)
	if err != nil {
		t.Fatal(err)
	}
	return opt, v, weights
}

// digest returns the SHA-256 of all weights, as stored.
func digest(weights []*packed.Matrix) string {
	h := sha256.New()
	for _, w := range weights {
		h.Write(w.Bytes())
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

// goldenWeights pins the whole chain: noise, product, fitness, update, layout.
// It changes only with the numerical contract.
const goldenWeights = "0b4884925316267d38782b577668f0cbf12922c685908e597466b7a87b665e5d"

// goldenPhilox are the same with noise of Philox4x32-10, as in journals of versions 1
// and 2. They never change.
const goldenPhilox = "ea986748e27a81c47bb8542da45d6c947dc150d4122ddebb51ed916d74bfabb1"

func TestDeterminism(t *testing.T) {
	kerneltest.Each(t, func(impl string) {
		for _, procs := range []int{1, 2, 7} {
			t.Run(fmt.Sprintf("%s/%d", impl, procs), func(t *testing.T) {
				defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
				for generator, golden := range map[kernels.Generator]string{kernels.ARS4x32: goldenWeights, kernels.Philox4x32: goldenPhilox} {
					o := short
					o.Generator = generator
					opt, _, weights := start(t, o)
					if err := opt.Run(context.Background()); err != nil {
						t.Fatal(err)
					}
					if got := digest(weights); got != golden {
						t.Errorf("%v: final weights %s, want %s", generator, got, golden)
					}
				}
			})
		}
	})
}

// Every option that a run's identity includes changes its weights.
func TestOptionsMatter(t *testing.T) {
	for name, change := range map[string]func(o *es.Options){
		"seed":        func(o *es.Options) { o.Seed++ },
		"generations": func(o *es.Options) { o.Generations++ },
		"pairs":       func(o *es.Options) { o.Pairs++ },
		"rank":        func(o *es.Options) { o.Rank++ },
		"sigma":       func(o *es.Options) { o.Sigma++ },
		"law":         func(o *es.Options) { o.Distribution = kernels.Uniform },
		"generator":   func(o *es.Options) { o.Generator = kernels.Philox4x32 },
		"fitness":     func(o *es.Options) { o.Fitness = es.Sign },
		"rule":        func(o *es.Options) { o.Rule = es.Threshold{Share: es.Ratio(1, 20)} },
		"rate":        func(o *es.Options) { o.Rule = es.ErrorFeedback{Rate: es.Ratio(1, 3)} },
		"schedule":    func(o *es.Options) { o.Schedule = es.Constant },
	} {
		o := short
		change(&o)
		opt, _, weights := start(t, o)
		if err := opt.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		if digest(weights) == goldenWeights {
			t.Errorf("%s: the weights are the same", name)
		}
	}
}

// Progress describes the generation just finished.
func TestStats(t *testing.T) {
	for _, rule := range []es.Rule{nil, es.Threshold{Share: es.Ratio(1, 8)}} {
		o := short
		o.Rule = rule
		var told []int64 // the scores of the generation
		opt, _, weights := startWith(t, o, func(v *imitation) es.Evaluator {
			return es.EvaluatorFunc(func(ctx context.Context, g es.Generation, scores []int64) error {
				defer func() { told = slices.Clone(scores) }()
				return v.Evaluate(ctx, g, scores)
			})
		})
		before := clones(weights)
		calls := 0
		err := opt.Run(context.Background(), func(got es.Stats) error {
			calls++
			want := es.Stats{Finished: calls, Best: slices.Max(told)}
			sum := int64(0)
			for i, s := range told {
				sum += s
				if i%2 == 1 && s != told[i-1] {
					want.Decided++
				}
			}
			want.Mean = (sum - int64(len(told)-1)) / int64(len(told)) // negative, rounded down
			for i, w := range weights {
				want.Moved += moves(t, before[i], w)
			}
			before = clones(weights)
			// A code of four bits may round a small difference to zero.
			if got.Decided > want.Decided || got.Decided < want.Decided*3/4 {
				t.Errorf("%d pairs decided, %d scored differently", got.Decided, want.Decided)
			}
			for _, w := range weights {
				levels := w.Histogram()
				want.Saturated += levels[0] + levels[4]
			}
			want.Norm = int64(math.Floor(256 * math.Sqrt(float64(want.Moved))))
			if got.Spread <= 0 || got.Spread > want.Best-want.Mean+1<<20 {
				t.Errorf("spread %d", got.Spread)
			}
			want.Spread = got.Spread
			if want.Decided = got.Decided; got != want {
				t.Errorf("stats %+v, want %+v", got, want)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if calls != short.Generations || !opt.Done() || opt.Generation() != calls {
			t.Errorf("%d calls of progress, %d generations finished, want %d", calls, opt.Generation(), short.Generations)
		}
	}
}

func clones(weights []*packed.Matrix) []*packed.Matrix {
	out := make([]*packed.Matrix, len(weights))
	for i, w := range weights {
		out[i] = w.Clone()
	}
	return out
}

// moves counts the pents that differ, which may be by one level only.
func moves(t *testing.T, a, b *packed.Matrix) (n int) {
	t.Helper()
	for i := range a.Rows() {
		for j := range a.Cols() {
			switch d := a.At(i, j) - b.At(i, j); d {
			case 0:
			case -1, 1:
				n++
			default:
				t.Errorf("weight [%d, %d] moved by %d levels", i, j, d)
			}
		}
	}
	return n
}

func TestAskTellEqualsRun(t *testing.T) {
	opt, v, weights := start(t, short)
	scores := make([]int64, 2*short.Pairs)
	for !opt.Done() {
		g := opt.Ask()
		if g.Noise != opt.Ask().Noise || int(g.Noise.Generation) != opt.Generation() {
			t.Errorf("generation %d: asked for %+v, then for %+v", opt.Generation(), g.Noise, opt.Ask().Noise)
		}
		if err := v.Evaluate(context.Background(), g, scores); err != nil {
			t.Fatal(err)
		}
		if _, err := opt.Tell(scores); err != nil {
			t.Fatal(err)
		}
	}
	if got := digest(weights); got != goldenWeights {
		t.Errorf("final weights %s, want those of Run", got)
	}
}

func TestTellErrors(t *testing.T) {
	opt, v, weights := start(t, short)
	scores := make([]int64, 2*short.Pairs)
	refused := func(scores []int64, want string) {
		t.Helper()
		before, generation := digest(weights), opt.Generation()
		stats, err := opt.Tell(scores)
		if err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
		if stats != (es.Stats{}) || digest(weights) != before || opt.Generation() != generation {
			t.Errorf("refused scores changed the run: %+v", stats)
		}
	}
	refused(nil, "es: 0 scores for 37 pairs, want 74")
	for !opt.Done() {
		if err := v.Evaluate(context.Background(), opt.Ask(), scores); err != nil {
			t.Fatal(err)
		}
		refused(scores[:73], "es: 73 scores for 37 pairs, want 74")
		refused(append(slices.Clone(scores), 0), "es: 75 scores for 37 pairs, want 74")
		if _, err := opt.Tell(scores); err != nil {
			t.Fatal(err)
		}
	}
	refused(scores, "es: the run of 12 generations is done")
	if got := digest(weights); got != goldenWeights {
		t.Errorf("final weights %s, want those of a run without errors", got)
	}
}

func TestCancelAndResume(t *testing.T) {
	for stop := 1; stop < short.Generations; stop += 4 {
		var failure error
		opt, _, weights := startWith(t, short, func(v *imitation) es.Evaluator {
			return es.EvaluatorFunc(func(ctx context.Context, g es.Generation, scores []int64) error {
				if scores[0] = 1; failure != nil {
					return failure
				}
				return v.Evaluate(ctx, g, scores)
			})
		})
		ctx, cancel := context.WithCancel(context.Background())
		err := opt.Run(ctx, func(s es.Stats) error {
			if s.Finished == stop {
				cancel()
			}
			return nil
		})
		if !errors.Is(err, context.Canceled) || opt.Generation() != stop {
			t.Errorf("canceled after generation %d: error %v after %d", stop, err, opt.Generation())
		}
		before := digest(weights)
		if err := opt.Run(ctx); !errors.Is(err, context.Canceled) || digest(weights) != before {
			t.Errorf("a run that is canceled from the start: error %v", err)
		}

		// An evaluation that fails or is interrupted leaves the weights, too.
		failure = errors.New("broken")
		if err := opt.Run(context.Background()); !errors.Is(err, failure) || digest(weights) != before {
			t.Errorf("a failed evaluation: error %v", err)
		}

		failure = nil
		if err := opt.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		if got := digest(weights); got != goldenWeights {
			t.Errorf("stopped after generation %d and resumed: final weights %s, want %s", stop, got, goldenWeights)
		}
	}
}

// Without a difference in any pair no weight moves.
func TestUndecided(t *testing.T) {
	for _, fitness := range []es.Fitness{es.Sign, es.FourBit, es.Ranks, es.Raw, es.Tails} {
		o := short
		o.Fitness, o.WeightDecay = fitness, es.Ratio(1, 2)
		opt, _, weights := start(t, o)
		before := digest(weights)
		stats, err := opt.Tell(slices.Repeat([]int64{-5}, 2*o.Pairs))
		if err != nil {
			t.Fatal(err)
		}
		if want := (es.Stats{Finished: 1, Best: -5, Mean: -5, Saturated: stats.Saturated}); stats != want || digest(weights) != before {
			t.Errorf("%v: stats %+v, want %+v", fitness, stats, want)
		}
	}
}

func TestTellAllocations(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	for i, rule := range rules {
		fitness := es.Fitness(i % 4)
		o := short
		o.Rule, o.Fitness, o.Generations, o.WeightDecay = rule, fitness, 100, 1
		opt, v, weights := start(t, o)
		scores := make([]int64, 2*o.Pairs)
		if err := v.Evaluate(context.Background(), opt.Ask(), scores); err != nil {
			t.Fatal(err)
		}
		before := weights[0].Clone()
		n := asmtest.AllocsPerRun(20, func() {
			if _, err := opt.Tell(scores); err != nil {
				t.Fatal(err)
			}
		})
		if n != 0 {
			t.Errorf("%v, %v: Tell allocates %d times a call", rule, fitness, n)
		}
		if weights[0].Equal(before) {
			t.Errorf("%v: no weight moved", rule)
		}
	}
}

// A run that continues with saturated scores and weights stays within the pents.
func TestExtremeScores(t *testing.T) {
	o := short
	o.Rule, o.Schedule = es.ErrorFeedback{Rate: es.Ratio(1, 1)}, es.Constant
	opt, _, weights := start(t, o)
	scores := make([]int64, 2*o.Pairs)
	for i := range scores {
		scores[i] = []int64{1<<63 - 1, -1 << 63, 0, 1, -1}[i%5]
	}
	for !opt.Done() {
		if _, err := opt.Tell(scores); err != nil {
			t.Fatal(err)
		}
	}
	for _, w := range weights {
		checked, err := packed.MatrixOver(w.Rows(), w.Cols(), w.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if n := checked.Histogram(); n[trit5.Pent(-2).Code()] == 0 || n[trit5.Pent(2).Code()] == 0 {
			t.Errorf("levels %v, want some at either end", n)
		}
	}
}

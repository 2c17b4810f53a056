package train

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/data/digits"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/es/journal"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/nn/control"
	"github.com/Kaleaon/pentary-go/packed"
)

// problem makes runs that are alike.
type problem struct {
	task    func(t testing.TB) (Task, es.Options)
	options Options
}

func classification(patience int, activations bool) problem {
	return problem{func(t testing.TB) (Task, es.Options) {
		samples, test, err := digits.Load()
		if err != nil {
			t.Fatal(err)
		}
		o := es.Options{Seed: 3, Generations: 60, Pairs: 8, Sigma: 3}
		net := nn.NewMLP(o.Seed, samples.Features, 6, samples.Classes)
		holdOut := 0
		if patience > 0 {
			holdOut = 10
		}
		task, err := Classification(net, samples, test, 12, holdOut)
		if err != nil {
			t.Fatal(err)
		}
		if activations {
			o.Estimator = lowrank.PerturbActivations
		}
		return task, o
	}, Options{Patience: patience}}
}

func language(activations bool) problem {
	return problem{func(t testing.TB) (Task, es.Options) {
		o := es.Options{Seed: 4, Generations: 30, Pairs: 4, Sigma: 3}
		m, err := nn.NewLanguageModel(o.Seed, nn.LanguageConfig{Width: 8, Layers: 1, Mixer: nn.MixerMinGRU, Context: 2})
		if err != nil {
			t.Fatal(err)
		}
		text := bytes.Repeat([]byte("the quick brown fox jumps over the lazy dog. "), 30)
		task, err := Language(m, text, 0, len(text)/10, nn.EvaluatorOptions{Streams: 3, Steps: 2, WarmUp: 4})
		if err != nil {
			t.Fatal(err)
		}
		if activations {
			o.Estimator = lowrank.PerturbActivations
		}
		return task, o
	}, Options{}}
}

func policy() problem {
	return problem{func(t testing.TB) (Task, es.Options) {
		o := es.Options{Seed: 5, Generations: 20, Pairs: 8, Sigma: 1}
		net := nn.NewMLP(o.Seed, control.Widths(control.CartPole{}, 4)...)
		task, err := Policy(net, control.CartPole{}, PolicyOptions{Seed: o.Seed, Episodes: 2, Validation: 20})
		if err != nil {
			t.Fatal(err)
		}
		return task, o
	}, Options{}}
}

// blackBox is a function of whole weights, without data or measurements.
func blackBox() problem {
	return problem{func(testing.TB) (Task, es.Options) {
		w := packed.NewMatrix(5, 9)
		score := func(m *es.Member) (sum int64, err error) {
			for i, v := range m.Weights[0] {
				sum += int64(v) * int64(i%3-1)
			}
			return sum, nil
		}
		return Task{Parameters: es.Matrices(w), Evaluator: es.EvaluateEach(score)}, es.Options{Sigma: es.WholeLevel, Generations: 40, Pairs: 6, Rule: es.QES{Rate: es.Ratio(1, 4), Window: 3}}
	}, Options{}}
}

// reducing has plateaus halve the rate twice.
func reducing(p problem) problem {
	p.options.Reductions = 2
	return p
}

var problems = map[string]problem{
	"classifier":             classification(0, false),
	"classifier activations": classification(0, true),
	"early":                  classification(3, false),
	"early activations":      classification(3, true),
	"early, reductions":      reducing(classification(2, false)),
	"language":               language(false),
	"language activations":   language(true),
	"policy":                 policy(),
	"black box":              blackBox(),
}

// start returns a new run of the problem, open if it has a directory.
func (p problem) start(t testing.TB, dir string, each ...func(es.Stats) error) *Run {
	t.Helper()
	task, o := p.task(t)
	options := p.options
	options.Dir, options.Sync, options.Each = dir, journal.SyncNever(), each
	r, err := New(task, o, options)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

func hash(t testing.TB, r *Run) string {
	t.Helper()
	sum, err := journal.HashWeights(r.task.Parameters)
	if err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(sum[:])
}

func finish(t testing.TB, r *Run) *Result {
	t.Helper()
	result, err := r.Train(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return result
}

var errKilled = errors.New("killed")

// A run that ends anywhere, by a crash or a cancelled context, comes to the weights, the
// curve and the kept generation of one that nothing stopped; so does its journal alone.
func TestResume(t *testing.T) {
	for name, p := range problems {
		t.Run(name, func(t *testing.T) {
			undisturbed := p.start(t, "")
			want := finish(t, undisturbed)
			sum := hash(t, undisturbed)
			rng := rand.New(rand.NewPCG(1, uint64(len(name))))
			for range 3 {
				dir := filepath.Join(t.TempDir(), "run")
				r := p.start(t, dir)
				for r.Generation() < want.Generations {
					stop := r.Generation() + 1 + rng.IntN(want.Generations/2)
					crash, checkpoint := rng.IntN(2) == 0, rng.IntN(2) == 0
					r.Close()
					ctx, cancel := context.WithCancel(t.Context())
					r = p.start(t, dir, func(es.Stats) error {
						if r.Generation() < stop {
							return nil
						}
						if !crash {
							cancel()
							return nil
						}
						if checkpoint && r.log.Generation() == r.Generation() {
							r.log.Checkpoint(session{r})
						}
						return errKilled
					})
					result, err := r.Train(ctx)
					cancel()
					switch {
					case errors.Is(err, errKilled):
					case err != nil:
						t.Fatal(err)
					case !result.Interrupted && result.Generations != want.Generations:
						t.Fatalf("ended at %d, want %d", result.Generations, want.Generations)
					}
				}
				r.Close()
				r = p.start(t, dir)
				got := finish(t, r)
				if h := hash(t, r); h != sum || got.Kept != want.Kept || got.Early != want.Early || !slices.Equal(got.Curve, want.Curve) {
					t.Fatalf("weights %s, kept %d, early %t, curve %v, want %s, %d, %t, %v", h, got.Kept, got.Early, got.Curve, sum, want.Kept, want.Early, want.Curve)
				}
				r.Close()

				task, o := p.task(t)
				fresh, err := New(task, o, p.options)
				if err != nil {
					t.Fatal(err)
				}
				replayed, err := fresh.Replay(t.Context(), dir, nil)
				if err != nil {
					t.Fatal(err)
				}
				if h := hash(t, fresh); h != sum || replayed.Kept != want.Kept || !replayed.Ended || replayed.Generations != want.Generations {
					t.Errorf("replayed to %s: %+v, want %s of generation %d", h, replayed, sum, want.Kept)
				}
			}
		})
	}
}

// The weights that a run keeps are the weights of the best validation score, the later one of
// equals, and early stopping ends a run that long after it.
func TestKept(t *testing.T) {
	for _, name := range []string{"early", "early activations", "policy"} {
		r := problems[name].start(t, "")
		got := finish(t, r)
		best := got.Curve[0]
		for _, at := range got.Curve {
			if at.Validation >= best.Validation {
				best = at
			}
		}
		if got.Kept != best.Generation || r.task.Test() != best.Test || got.At() != best {
			t.Errorf("%s: kept %d, which tests %d, want %+v", name, got.Kept, r.task.Test(), best)
		}
		if r.options.Patience > 0 {
			after := 0
			for _, at := range got.Curve {
				if at.Generation > first(got.Curve, best.Validation).Generation {
					after++
				}
			}
			if !got.Early || after != r.options.Patience || got.Kept == got.Generations && got.Curve[len(got.Curve)-1].Validation < best.Validation {
				t.Errorf("%s: early %t, %d measurements after the best, want %d", name, got.Early, after, r.options.Patience)
			}
		}
	}
}

// Plateaus reduce the rate before one ends the run, as the records say.
func TestReductions(t *testing.T) {
	dir := t.TempDir()
	r := problems["early, reductions"].start(t, dir)
	got := finish(t, r)
	r.Close()
	in, err := journal.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	most := 0
	for record, err := range in.Records() {
		if err != nil {
			t.Fatal(err)
		}
		if record.Reductions < most {
			t.Errorf("the rate of generation %d rises", record.Finished)
		}
		most = record.Reductions
	}
	if plain := finish(t, classification(2, false).start(t, "")); most != 2 || !got.Early || got.Generations <= plain.Generations {
		t.Errorf("%d reductions, early %t after %d generations, and after %d without", most, got.Early, got.Generations, plain.Generations)
	}
}

// A plateau is Patience measurements in a row that are no better than the best before; an
// equal score is no better, and the next plateau counts from the end of the last.
func TestPlateaus(t *testing.T) {
	for _, test := range []struct {
		scores   []int64
		patience int
		want     int
	}{
		{[]int64{5, 5, 5, 5, 5}, 2, 2},
		{[]int64{5, 5, 5, 5}, 2, 1},
		{[]int64{5, 4, 6, 4}, 2, 0},
		{[]int64{-3, -4, -5}, 2, 1},
		{[]int64{1, 0, 0, 2, 0, 0, 0, 0}, 2, 3},
	} {
		r := &Run{options: Options{Patience: test.patience}}
		var curve []Point
		for i, v := range test.scores {
			curve = append(curve, Point{Generation: i, Validation: v})
		}
		if got := r.plateaus(curve); got != test.want {
			t.Errorf("%v, patience %d: %d plateaus, want %d", test.scores, test.patience, got, test.want)
		}
	}
}

func first(curve []Point, validation int64) Point {
	return curve[slices.IndexFunc(curve, func(p Point) bool { return p.Validation == validation })]
}

// A cancelled context stops the evaluation that is in flight: the run is left where the
// last whole generation was.
func TestInterruptWithinGeneration(t *testing.T) {
	task, o := problems["black box"].task(t)
	inner := task.Evaluator
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	evaluated := 0
	task.Evaluator = es.EvaluatorFunc(func(c context.Context, g es.Generation, scores []int64) error {
		if evaluated++; evaluated == 6 {
			cancel()
			<-c.Done() // as an evaluation does that has long to go
			return c.Err()
		}
		return inner.Evaluate(c, g, scores)
	})
	r, err := New(task, o, Options{})
	if err != nil {
		t.Fatal(err)
	}
	result, err := r.Train(ctx)
	if err != nil || !result.Interrupted || result.Generations != 5 {
		t.Errorf("%+v, %v, want five generations and an interrupt", result, err)
	}
}

// An extended run continues from the generation, the weights and the rule's state that the
// run had; it resumes, replays and verifies like any other, and keeps its early
// stopping's count to its last leg.
func TestExtend(t *testing.T) {
	for name, p := range problems {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "run")
			r := p.start(t, dir)
			before := finish(t, r)
			r.Close()
			// Again twice, to 25 and to 50 generations more.
			for n := range 2 {
				r := p.start(t, dir)
				if err := r.Extend(t.Context(), r.Generation()+25, fmt.Sprintf("extended %d", n)); err != nil {
					t.Fatal(err)
				}
				legs, generations := r.options.Earlier, r.es.Generations
				if _, ended := r.Ended(); ended || legs[len(legs)-1].Reached != before.Generations {
					t.Fatalf("legs %v after %d generations, ended %t", legs, before.Generations, ended)
				}
				r.Close()
				p.options.Earlier, p.options.Config = legs, r.options.Config
				task := p.task
				p.task = func(t testing.TB) (Task, es.Options) {
					made, o := task(t)
					o.Generations = generations
					return made, o
				}
				after := before.Generations + 7
				r = p.start(t, dir, func(es.Stats) error {
					if r.Generation() == after {
						return errKilled
					}
					return nil
				})
				if _, err := r.Train(t.Context()); err != nil && !errors.Is(err, errKilled) {
					t.Fatal(err)
				}
				r.Close()
				r = p.start(t, dir)
				now := finish(t, r)
				sum := hash(t, r)
				r.Close()
				if now.Generations <= before.Generations || !slices.Equal(now.Curve[:len(before.Curve)], before.Curve) {
					t.Fatalf("%d generations after %d, curve %v after %v", now.Generations, before.Generations, now.Curve, before.Curve)
				}
				os.Remove(filepath.Join(dir, "checkpoint")) // by the journal alone
				r = p.start(t, dir)
				if again := finish(t, r); hash(t, r) != sum || again.Kept != now.Kept {
					t.Errorf("by the journal %s of %d, want %s of %d", hash(t, r), again.Kept, sum, now.Kept)
				}
				r.Close()
				made, o := p.task(t)
				fresh, err := New(made, o, p.options)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := fresh.Replay(t.Context(), dir, nil); err != nil || hash(t, fresh) != sum {
					t.Errorf("replay: %v", err)
				}
				before = now
			}
			if entries, _ := filepath.Glob(filepath.Join(dir, ".pentary*")); len(entries) > 0 {
				t.Errorf("left behind: %v", entries)
			}
		})
	}
}

func TestNewErrors(t *testing.T) {
	task, o := problems["black box"].task(t)
	for want, options := range map[string]Options{
		"without validation":            {Patience: 1},
		"patience of -1":                {Patience: -1},
		"2 reductions of the rate":      {Reductions: 2},
		"-1 reductions":                 {Patience: 1, Reductions: -1},
		"-1 measurements":               {Measurements: -1},
		"a leg to generation 5 of 3":    {Earlier: []Leg{{3, 5}}},
		"40 generations, of which 40":   {Earlier: []Leg{{50, 40}}},
		"a leg to generation 4 of 9, a": {Earlier: []Leg{{9, 5}, {9, 4}}},
	} {
		if _, err := New(task, o, options); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	o.Pairs = -1
	if _, err := New(task, o, Options{}); err == nil {
		t.Error("-1 pairs are no error")
	}
}

// A run with noise of Philox4x32-10, as earlier versions began it, is resumed, replayed and
// audited with it, whatever the options say; other generators come to other weights.
func TestGeneratorOfRun(t *testing.T) {
	p := problems["early activations"]
	old := problem{func(t testing.TB) (Task, es.Options) {
		task, o := p.task(t)
		o.Generator = kernels.Philox4x32
		return task, o
	}, p.options}
	undisturbed := old.start(t, "")
	want := finish(t, undisturbed)
	other := p.start(t, "")
	if finish(t, other); hash(t, other) == hash(t, undisturbed) {
		t.Error("both generators come to the same weights")
	}

	dir := t.TempDir()
	r := old.start(t, dir, func(s es.Stats) error {
		if s.Finished == 12 {
			return errKilled
		}
		return nil
	})
	if _, err := r.Train(t.Context()); !errors.Is(err, errKilled) {
		t.Fatal(err)
	}
	r.Close()
	r = p.start(t, dir)
	if got := finish(t, r); got.Generations != want.Generations || hash(t, r) != hash(t, undisturbed) {
		t.Errorf("resumed to other weights, after %d generations, not %d", got.Generations, want.Generations)
	}
	r.Close()
	fresh := func() *Run {
		task, o := p.task(t)
		r, err := New(task, o, p.options)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	r = fresh()
	if _, err := r.Replay(t.Context(), dir, nil); err != nil || hash(t, r) != hash(t, undisturbed) {
		t.Errorf("replayed to other weights: %v", err)
	}
	if a, err := fresh().Audit(t.Context(), dir, AuditOptions{Sample: 3, Seed: 1}); err != nil || len(a.Wrong) > 0 {
		t.Errorf("audit: %+v, %v", a, err)
	}
}

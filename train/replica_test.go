package train

import (
	"bytes"
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/data/digits"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/es/journal"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/nn/control"
)

// replicaRuns returns a run of each kind of task and estimator.
func replicaRuns(t *testing.T) map[string]func() *Run {
	t.Helper()
	text := bytes.Repeat([]byte("Lorem ipsum dolor sit amet. "), 100)
	must := func(task Task, err error) Task {
		if err != nil {
			t.Fatal(err)
		}
		return task
	}
	samples, test, err := digits.Load()
	if err != nil {
		t.Fatal(err)
	}
	digit := func() Task {
		return must(Classification(nn.NewMLP(1, 64, 12, 10), samples, test, 16, 0))
	}
	language := func(steps, lead, discount int) Task {
		m, err := nn.NewLanguageModel(1, nn.LanguageConfig{Width: 8, Layers: 1, Mixer: nn.MixerMinGRU, Context: 1})
		if err != nil {
			t.Fatal(err)
		}
		return must(Language(m, text, 0, 200, nn.EvaluatorOptions{Streams: 4, Steps: steps, WarmUp: lead, Discount: discount}))
	}
	policy := func() Task {
		env := control.All[0]
		return must(Policy(nn.NewMLP(1, control.Widths(env, 5)...), env, PolicyOptions{Seed: 1, Episodes: 2, Validation: 20}))
	}
	tasks := map[string]struct {
		task func() Task
		o    es.Options
	}{
		"digits":               {digit, es.Options{Sigma: es.WholeLevel, Pairs: 40}},
		"digits in groups":     {digit, es.Options{Sigma: es.WholeLevel, Pairs: 36, Groups: 3, Rank: 4}},
		"digits, activations":  {digit, es.Options{Sigma: es.WholeLevel, Pairs: 21, Estimator: lowrank.PerturbActivations}},
		"text":                 {func() Task { return language(3, 0, 0) }, es.Options{Sigma: es.WholeLevel, Pairs: 18}},
		"text, activations":    {func() Task { return language(5, 4, 128) }, es.Options{Sigma: es.WholeLevel, Pairs: 19, Estimator: lowrank.PerturbActivations}},
		"cartpole":             {policy, es.Options{Sigma: es.WholeLevel, Pairs: 30}},
		"cartpole in 5 groups": {policy, es.Options{Sigma: es.WholeLevel, Pairs: 45, Groups: 5}},
	}
	runs := map[string]func() *Run{}
	for name, c := range tasks {
		c.o.Seed, c.o.Generations = 9, 6
		runs[name] = func() *Run {
			r, err := New(c.task(), c.o, Options{})
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
	}
	return runs
}

// Ranges of a generation, in any order, have the scores of the whole; a replica of a
// checkpoint that replays the records has the run's weights.
func TestReplica(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for name, begin := range replicaRuns(t) {
		t.Run(name, func(t *testing.T) {
			run, other := begin(), begin()
			h := run.Replica().Header()
			var saved bytes.Buffer
			run.Distribute(es.EvaluatorFunc(func(ctx context.Context, g es.Generation, scores []int64) error {
				if err := run.task.Evaluator.Evaluate(ctx, g, scores); err != nil {
					return err
				}
				each := len(scores) / g.Pairs
				e := other.task.Evaluator.(es.RangeEvaluator)
				var cuts []int
				for at := 0; at < g.Pairs; at += 1 + random.IntN(13) {
					cuts = append(cuts, at)
				}
				order := random.Perm(len(cuts))
				cuts = append(cuts, g.Pairs)
				got := make([]int64, len(scores))
				for _, i := range order {
					if err := e.EvaluateRange(ctx, other.Replica().Ask(), cuts[i], cuts[i+1], got[cuts[i]*each:cuts[i+1]*each]); err != nil {
						return err
					}
				}
				if !slices.Equal(got, scores) {
					t.Errorf("generation %d: ranges %v have other scores", g.Number, cuts)
				}
				return nil
			}))
			run.options.Each = append(run.options.Each, func(s es.Stats) error {
				record := run.Replica().Record()
				if _, err := other.Replica().Replay(record); err != nil {
					return err
				}
				a, errA := journal.HashWeights(run.task.Parameters)
				b, errB := journal.HashWeights(other.task.Parameters)
				if errA != nil || errB != nil || a != b {
					t.Errorf("generation %d: hashes %x and %x, errors %v and %v", s.Finished, a, b, errA, errB)
				}
				if s.Finished == 3 {
					if err := journal.WriteCheckpoint(&saved, h, run.Replica()); err != nil {
						return err
					}
					other = begin()
					return journal.ReadCheckpoint(bytes.NewReader(saved.Bytes()), int64(saved.Len()), "checkpoint", h, other.Replica())
				}
				return nil
			})
			if _, err := run.Train(t.Context()); err != nil {
				t.Fatal(err)
			}
			h.Seed++
			err := journal.ReadCheckpoint(bytes.NewReader(saved.Bytes()), int64(saved.Len()), "checkpoint", h, begin().Replica())
			if err == nil {
				t.Error("a checkpoint of another run was read")
			}
		})
	}
}

package train

import (
	"context"
	"math"
	"testing"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/es/journal"
	"github.com/Kaleaon/pentary-go/internal/race"
)

// lying swaps the scores of the two members of some pairs of a generation.
type lying struct {
	es.Evaluator
	generation int
}

func (l *lying) Evaluate(ctx context.Context, g es.Generation, scores []int64) error {
	err := l.Evaluator.Evaluate(ctx, g, scores)
	if n := len(scores) / (2 * g.Pairs); g.Number == l.generation {
		for at := 0; at < 8*2*n; at += 2 * n { // of one group
			for i := at; i < at+n; i++ {
				scores[i], scores[i+n] = scores[i+n], scores[i]
			}
		}
	}
	return err
}

// unscored leaves some pairs without scores.
type unscored struct{ es.Evaluator }

func (u unscored) Evaluate(ctx context.Context, g es.Generation, scores []int64) error {
	err := u.Evaluator.Evaluate(ctx, g, scores)
	n := len(scores) / g.Pairs
	for i := n * (g.Number % 3); i < n*(2+g.Number%3); i++ {
		scores[i] = es.Failed
	}
	return err
}

// A run with pairs without scores replays, and an audit finds what it should.
func TestAuditMissing(t *testing.T) {
	for name, begin := range replicaRuns(t) {
		dir := t.TempDir()
		run := begin()
		run.options.Dir, run.options.Sync = dir, journal.SyncNever()
		if err := run.Open(t.Context()); err != nil {
			t.Fatal(err)
		}
		run.Distribute(unscored{run.task.Evaluator})
		if _, err := run.Train(t.Context()); err != nil {
			t.Fatal(err)
		}
		want, err := journal.HashWeights(run.task.Parameters)
		if err != nil {
			t.Fatal(err)
		}
		if err := run.Close(); err != nil {
			t.Fatal(err)
		}
		again := begin()
		if r, err := again.Replay(t.Context(), dir, nil); err != nil || r.Final != want {
			t.Errorf("%s: %+v, error %v, want weights %x", name, r, err, want)
		}
		a, err := begin().Audit(t.Context(), dir, AuditOptions{Sample: math.MaxInt, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		if len(a.Wrong) > 0 || a.Missing != 2*a.Generations {
			t.Errorf("%s: %+v", name, a)
		}
	}
}

// An audit of all generations finds changed scores, and one of a part finds it as often
// as it states. An honest run passes.
func TestAudit(t *testing.T) {
	for name, begin := range replicaRuns(t) {
		t.Run(name, func(t *testing.T) {
			for _, lie := range []int{-1, 2} {
				dir := t.TempDir()
				run := begin()
				run.options.Dir, run.options.Sync = dir, journal.SyncNever()
				if err := run.Open(t.Context()); err != nil {
					t.Fatal(err)
				}
				if lie >= 0 {
					run.Distribute(&lying{run.task.Evaluator, lie})
				}
				if _, err := run.Train(t.Context()); err != nil {
					t.Fatal(err)
				}
				if err := run.Close(); err != nil {
					t.Fatal(err)
				}
				a, err := begin().Audit(t.Context(), dir, AuditOptions{Sample: math.MaxInt, Seed: 1})
				if err != nil {
					t.Fatal(err)
				}
				if a.Generations != 6 || a.Sampled != 6*a.Groups || a.Pairs != 6*run.es.Pairs || a.Detects(1) != 1 {
					t.Errorf("%+v", a)
				}
				switch {
				case lie < 0 && len(a.Wrong) > 0:
					t.Errorf("an honest run: %+v", a.Wrong)
				case lie >= 0 && (len(a.Wrong) != 1 || a.Wrong[0].Generation != lie+1):
					t.Errorf("a lie in generation %d: %+v", lie+1, a.Wrong)
				}
				for _, part := range []struct{ from, to, wrong int }{{3, 3, 1}, {1, 2, 0}, {4, 0, 0}, {2, 9, 1}} {
					a, err := begin().Audit(t.Context(), dir, AuditOptions{Sample: math.MaxInt, From: part.from, To: part.to})
					if err != nil || lie >= 0 && len(a.Wrong) != part.wrong {
						t.Errorf("generations %d to %d: %+v, error %v", part.from, part.to, a, err)
					}
				}
				if _, err := begin().Audit(t.Context(), dir, AuditOptions{Sample: 1, From: 7}); err == nil {
					t.Error("an audit after the last generation")
				}
				if lie < 0 || name != "digits in groups" || race.Enabled { // of statistics
					continue
				}
				found, stated, tries := 0, 0.0, 120
				for seed := range tries {
					a, err := begin().Audit(t.Context(), dir, AuditOptions{Sample: 2, Seed: uint64(seed)})
					if err != nil {
						t.Fatal(err)
					}
					found, stated = found+len(a.Wrong), a.Detects(1)
				}
				got := float64(found) / float64(tries)
				if sd := math.Sqrt(stated * (1 - stated) / float64(tries)); math.Abs(got-stated) > 4*sd {
					t.Errorf("found %.3f of the time, stated %.3f", got, stated)
				}
				t.Logf("2 of %d: found %.3f of the time, stated %.3f", 6*a.Groups, got, stated)
			}
		})
	}
}

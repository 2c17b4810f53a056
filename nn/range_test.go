package nn

import (
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/lowrank"
)

// drawCount is a task that counts its batches.
type drawCount struct {
	Task
	draws int
}

func (d *drawCount) Draw(b *Batch, seed uint64, generation, group int) {
	d.draws++
	d.Task.Draw(b, seed, generation, group)
}

// Ranges of a generation have the scores of the whole, and draw a group's batch once, until
// the weights, the generation or the run are others, or something else was scored.
func TestEvaluateRange(t *testing.T) {
	const pairs = 24
	for _, estimator := range []lowrank.Estimator{lowrank.PerturbWeights, lowrank.PerturbActivations} {
		net := NewMLP(1, 16, 8, 4)
		task := &drawCount{Task: Classify(blobs(1, 16, 4, 200))}
		e, err := NewEvaluator(net, task, EvaluatorOptions{Streams: 8, Columns: 64})
		if err != nil {
			t.Fatal(err)
		}
		fresh, err := NewEvaluator(net, Classify(blobs(1, 16, 4, 200)), EvaluatorOptions{Streams: 8, Columns: 64})
		if err != nil {
			t.Fatal(err)
		}
		g := generationOf(net, estimator, pairs, 1)
		each := 2
		if estimator == lowrank.PerturbActivations {
			each *= fresh.Samples()
		} else {
			g.Groups = 2
		}
		// check scores ranges, and compares them and the number of batches drawn.
		check := func(what string, draws int, ranges ...[2]int) {
			t.Helper()
			want := make([]int64, pairs*each)
			if err := fresh.Evaluate(t.Context(), g, want); err != nil {
				t.Fatal(err)
			}
			task.draws = 0
			for _, r := range ranges {
				got := make([]int64, (r[1]-r[0])*each)
				if err := e.EvaluateRange(t.Context(), g, r[0], r[1], got); err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(got, want[r[0]*each:r[1]*each]) {
					t.Errorf("%v, %s: pairs %d to %d have other scores than in the whole", estimator, what, r[0], r[1])
				}
			}
			if task.draws != draws {
				t.Errorf("%v, %s: %d batches were drawn, want %d", estimator, what, task.draws, draws)
			}
		}
		inputs := func(e *Evaluator, g es.Generation) {
			t.Helper()
			if _, err := e.Inputs(t.Context(), g); err != nil {
				t.Fatal(err)
			}
		}
		check("ranges", g.Groups, [2]int{0, 5}, [2]int{5, 12}, [2]int{12, 24}, [2]int{3, 20})
		net.Parameters()[0].W.Set(0, 0, (net.Parameters()[0].W.At(0, 0)+3)%3-1)
		check("other weights of the first layer", g.Groups, [2]int{0, 12}, [2]int{12, 24})
		net.Parameters()[1].W.Set(0, 0, (net.Parameters()[1].W.At(0, 0)+3)%3-1)
		check("other weights of the second layer", g.Groups, [2]int{0, 12}, [2]int{12, 24})
		g.Number++
		check("the next generation", g.Groups, [2]int{0, 12}, [2]int{12, 24}, [2]int{0, 12})
		g.Noise.Seed++
		check("another run", g.Groups, [2]int{0, 12}, [2]int{12, 24})
		if _, err := e.Score(9, 9); err != nil {
			t.Fatal(err)
		}
		check("after a score", 1, [2]int{0, 12}, [2]int{12, 24})
		if estimator == lowrank.PerturbActivations {
			inputs(e, g)
			check("after the inputs of an update", 0, [2]int{0, 12}, [2]int{12, 24})
		}
		check("the whole", g.Groups, [2]int{0, 24})
	}
}

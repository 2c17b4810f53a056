package nn

import (
	"context"
	"os"
	"testing"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/lowrank"
)

// recall shows one of two symbols at the first step and asks for it some steps later, all
// others being the same.
type recall struct{ CrossEntropy }

func (recall) Inputs() int { return 4 }

func (recall) Draw(s *Batch, seed uint64, generation, group int) {
	stream := lowrank.StreamOf(seed, generation, 0, lowrank.Batch, group)
	for b := range s.Streams {
		symbol := stream.Block(uint32(b))[0] >> 31
		s.Set(0, int(symbol), b, 100)
		for t := range s.Steps {
			s.Set(t, 2, b, 100)
			s.Targets[t] = s.Targets[t][:0]
		}
		s.Set(s.Steps-1, 3, b, 100)
		s.Targets[s.Steps-1] = s.Targets[s.Steps-1][:b+1]
		s.Targets[s.Steps-1][b] = uint8(symbol)
	}
}

// A network with a recurrent layer learns to recall, and one without cannot. The harder
// tasks of examples/memory have all cells do it.
func TestRecall(t *testing.T) {
	cells := map[string]Layer{"rnn": NewRNN(16, 16), "mingru": NewMinGRU(16, 16), "none": NewDense(16, 16, true)}
	if os.Getenv("PENTARY_LONG") != "" {
		cells["gru"], cells["lstm"] = NewGRU(16, 16), NewLSTM(16, 16)
	}
	for name, cell := range cells {
		m := NewModel(NewDense(4, 16, true), cell, NewDense(16, 2, false))
		m.Randomize(1)
		p, err := NewEvaluator(m, recall{CrossEntropy{2}}, EvaluatorOptions{Streams: 16, Steps: 5})
		if err != nil {
			t.Fatal(err)
		}
		opt, err := es.New(m.Parameters(), p, es.Options{Seed: 1, Generations: 60, Pairs: 64, Sigma: 2})
		if err != nil {
			t.Fatal(err)
		}
		if err := opt.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		s := NewBatch(recall{CrossEntropy{2}}, 200, 0, 5)
		recall{CrossEntropy{2}}.Draw(s, 2, 0, 0)
		r := m.NewRunner(s.Streams)
		var logits []int8
		for _, x := range s.X {
			logits = r.Step(x)
		}
		right := 0
		for b, want := range s.Targets[4] {
			if Argmax(logits, b, 2, s.Streams) == int(want) {
				right++
			}
		}
		if name == "none" {
			if right > 130 {
				t.Errorf("without a memory %d of 200 are right", right)
			}
		} else if right < 190 {
			t.Errorf("%s: %d of 200 are right, want 95 %%", name, right)
		}
	}
}

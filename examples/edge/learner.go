package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/nn"
)

// A config is a run, and the sizes that its memory follows from.
type config struct {
	seed        uint64
	generations int
	hidden      int // width of the network
	pairs       int // antithetic pairs of a generation
	batch       int // windows that each of its members sees
	kept        int // windows to draw a batch from
	fresh       int // number that a generation replaces
	columns     int // members × windows that are evaluated at once
	limit       int // KiB
}

// A learner trains a network on the last windows of a sensor. Once it has taken a step
// it allocates nothing.
type learner struct {
	config
	sensor sensor
	window [windowSamples]int32
	kept   data.Dataset // a ring
	oldest int

	net       *nn.Model
	evaluator *nn.Evaluator
	optimizer *es.Optimizer
	scores    []int64

	// Of accuracy.
	runner *nn.Runner
	sample [bands]int8
}

func newLearner(c config) (*learner, error) {
	l := &learner{
		config: c,
		sensor: sensor{seed: c.seed},
		kept: data.Dataset{
			Features: bands, Classes: conditions,
			Inputs: make([]int8, c.kept*bands), Labels: make([]uint8, c.kept),
		},
		net:    nn.NewMLP(c.seed, bands, c.hidden, conditions),
		scores: make([]int64, 2*c.pairs),
	}
	l.receive(c.kept)
	var err error
	l.evaluator, err = nn.NewEvaluator(l.net, nn.Classify(&l.kept), nn.EvaluatorOptions{Streams: c.batch, Columns: c.columns})
	if err != nil {
		return nil, err
	}
	l.runner = l.net.NewRunner(1)
	l.optimizer, err = es.New(l.net.Parameters(), nil, es.Options{
		Seed: c.seed, Generations: c.generations, Pairs: c.pairs,
		Rule: es.ErrorFeedback{Rate: es.Ratio(1, 5)}, MemoryLimit: c.limit << 10,
	})
	return l, err
}

// receive replaces the oldest windows by the sensor's.
func (l *learner) receive(windows int) {
	for range windows {
		l.kept.Labels[l.oldest] = uint8(l.sensor.next(&l.window))
		spectrum(l.kept.Sample(l.oldest), &l.window)
		l.oldest = (l.oldest + 1) % l.kept.Len()
	}
}

// step trains for a generation. When the context is done it returns its error, and
// the weights are the generation before's.
func (l *learner) step(ctx context.Context) error {
	l.receive(l.fresh)
	if err := l.evaluator.Evaluate(ctx, l.optimizer.Ask(), l.scores); err != nil {
		return err
	}
	_, err := l.optimizer.Tell(l.scores)
	return err
}

// testSeed is what the seed of the windows that training never sees differs by.
const testSeed = 1 << 63

// counts has the counts of some windows, by condition.
type counts struct{ right, all [conditions]int }

// test counts right answers on the first windows that training never sees.
func (l *learner) test(windows int) (c counts) {
	unseen := sensor{seed: l.seed ^ testSeed}
	for range windows {
		condition := unseen.next(&l.window)
		spectrum(l.sample[:], &l.window)
		c.all[condition]++
		// A batch of one column in quads is the column as it is.
		if logits := l.runner.Step(l.sample[:]); nn.Argmax(logits, 0, conditions, 1) == condition {
			c.right[condition]++
		}
	}
	return c
}

// accuracy returns the right answers in tenths of a per cent.
func (c *counts) accuracy() int { return tenths(sum(c.right), sum(c.all)) }

// majority returns the accuracy of the best answer that does not look: always the
// most frequent condition.
func (c *counts) majority() int {
	most := 0
	for _, n := range c.all {
		most = max(most, n)
	}
	return tenths(most, sum(c.all))
}

func sum(counts [conditions]int) (sum int) {
	for _, n := range counts {
		sum += n
	}
	return sum
}

// tenths returns part of all in tenths of a per cent, rounded.
func tenths(part, all int) int { return (2000*part + all) / (2 * max(all, 1)) }

// hash is a name of the weights that is the same on every CPU.
func (l *learner) hash() string {
	h := sha256.New()
	for _, p := range l.net.Parameters() {
		h.Write(p.W.Bytes())
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// Package trainer is what the page of examples/web runs: a pentary network that learns
// the UCI digits, and those that a person draws, a generation at a time.
package trainer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/data/digits"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/nn"
)

// The network and how it is trained.
const (
	Inputs  = digits.Side * digits.Side
	Hidden  = 64
	Classes = digits.Classes

	pairs = 32
	batch = 64

	// Generations is the length of a run, and Further of one which continues with
	// a network after a person has added drawings to what it should know.
	Generations = 600
	Further     = 150

	// Weight is how many samples a drawing counts as.
	Weight = 20
)

// A Trainer trains one network. It is not safe for concurrent use.
type Trainer struct {
	seed        uint64
	net         *nn.Model
	train, test *data.Dataset
	drawings    int

	evaluator *nn.Evaluator
	optimizer *es.Optimizer
	scores    []int64
	before    int // generations of earlier runs

	runner *nn.Runner
	batch  []int8 // in quads
}

// New returns a trainer of a network with random weights of the seed.
func New(seed uint64) (*Trainer, error) {
	train, test, err := digits.Load()
	if err != nil {
		return nil, err
	}
	t := &Trainer{
		seed:   seed,
		net:    nn.NewMLP(seed, Inputs, Hidden, Classes),
		train:  train,
		test:   test,
		scores: make([]int64, 2*pairs),
	}
	t.evaluator, err = nn.NewEvaluator(t.net, nn.Classify(t.train), nn.EvaluatorOptions{Streams: batch})
	if err != nil {
		return nil, err
	}
	t.runner = t.net.NewRunner(1)
	return t, t.begin(Generations, es.Ratio(2, 10))
}

// begin starts a run on the weights as they are.
func (t *Trainer) begin(generations int, rate es.Q16) (err error) {
	t.optimizer, err = es.New(t.net.Parameters(), nil, es.Options{
		Seed: t.seed + uint64(t.before), Generations: generations, Pairs: pairs,
		Rule: es.ErrorFeedback{Rate: rate},
	})
	return err
}

// Done reports whether the run is at its end.
func (t *Trainer) Done() bool { return t.optimizer.Done() }

// Generation returns how many generations have been, and Planned how many there will
// be, of all runs.
func (t *Trainer) Generation() int { return t.before + t.optimizer.Generation() }

// Planned is described at Generation.
func (t *Trainer) Planned() int { return t.before + t.optimizer.Options().Generations }

// Step trains for a generation. It must not be called when the run is done.
func (t *Trainer) Step() error {
	if err := t.evaluator.Evaluate(context.Background(), t.optimizer.Ask(), t.scores); err != nil {
		return err
	}
	_, err := t.optimizer.Tell(t.scores)
	return err
}

// StepSamples returns how many times a step shows a sample to a member.
func StepSamples() int { return 2 * pairs * batch }

// Accuracy returns how many of the test samples, which training never sees, the
// network gets right, and how many there are.
func (t *Trainer) Accuracy() (right, all int) {
	logits := t.forward(t.test.Inputs, t.test.Len())
	for i, label := range t.test.Labels {
		if nn.Argmax(logits, i, Classes, t.test.Len()) == int(label) {
			right++
		}
	}
	return right, t.test.Len()
}

// Predict returns the network's score of each class for a sample, in 1/16 bit.
func (t *Trainer) Predict(sample []int8) (scores [Classes]int8) {
	copy(scores[:], t.forward(sample, 1))
	return scores
}

// forward returns the outputs for samples, in quads.
func (t *Trainer) forward(samples []int8, n int) []int8 {
	if size := kernels.Quads(Inputs) * 4 * n; cap(t.batch) < size {
		t.batch = make([]int8, size)
	}
	x := t.batch[:kernels.Quads(Inputs)*4*n]
	kernels.Interleave(x, samples, Inputs, n)
	t.runner.Restart(n)
	return t.runner.Step(x)
}

// Teach adds a drawing to the training samples, and a further run if the last is done.
func (t *Trainer) Teach(sample []int8, class int) error {
	if len(sample) != Inputs || class < 0 || class >= Classes {
		return fmt.Errorf("a drawing of %d pixels for class %d, want %d and a class below %d", len(sample), class, Inputs, Classes)
	}
	for range Weight {
		t.train.Inputs = append(t.train.Inputs, sample...)
		t.train.Labels = append(t.train.Labels, uint8(class))
	}
	t.drawings++
	if !t.Done() {
		return nil
	}
	t.before = t.Generation()
	return t.begin(Further, es.Ratio(1, 10))
}

// Drawings returns how many drawings have been added.
func (t *Trainer) Drawings() int { return t.drawings }

// Weights returns the first layer's weights, -2 to 2, input by input for each hidden
// unit.
func (t *Trainer) Weights() []int8 {
	w := make([]int8, Hidden*Inputs)
	t.net.Matrices()[0].W.Unpack(w)
	return w
}

// Hash names the weights of all layers.
func (t *Trainer) Hash() string {
	h := sha256.New()
	for _, p := range t.net.Parameters() {
		h.Write(p.W.Bytes())
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

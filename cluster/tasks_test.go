package cluster

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/Kaleaon/pentary-go/data/digits"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/es/journal"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/nn/control"
	"github.com/Kaleaon/pentary-go/train"
)

// runNames are the names that newRun knows: of each kind of task, and of both estimators.
var runNames = []string{"digits", "groups", "activations", "text", "cartpole"}

// newRun returns a run of the given generations, to be kept in dir unless it is empty.
// Processes of one test make equal runs.
func newRun(name string, generations int, dir string) (*train.Run, error) {
	o := es.Options{Seed: 5, Generations: generations, Pairs: 32}
	var task train.Task
	var err error
	switch name {
	case "digits", "groups", "activations":
		samples, test, err := digits.Load()
		if err != nil {
			return nil, err
		}
		holdOut := 0
		switch name {
		case "groups":
			o.Groups, o.NoiseReuse, o.Rank, holdOut = 4, 2, 4, 10
		case "activations":
			o.Estimator, o.Pairs = lowrank.PerturbActivations, 24
		}
		if task, err = train.Classification(nn.NewMLP(o.Seed, 64, 32, 10), samples, test, 64, holdOut); err != nil {
			return nil, err
		}
	case "text":
		o.Estimator, o.Pairs = lowrank.PerturbActivations, 16
		m, err := nn.NewLanguageModel(o.Seed, nn.LanguageConfig{Width: 16, Layers: 1, Mixer: nn.MixerMinGRU, Context: 1})
		if err != nil {
			return nil, err
		}
		text := bytes.Repeat([]byte("Colorless green ideas sleep furiously. "), 200)
		task, err = train.Language(m, text, 0, 400, nn.EvaluatorOptions{Streams: 8, Steps: 8, WarmUp: 4, Discount: 128})
		if err != nil {
			return nil, err
		}
	case "cartpole":
		env := control.All[0]
		if task, err = train.Policy(nn.NewMLP(o.Seed, control.Widths(env, 8)...), env, train.PolicyOptions{Seed: o.Seed, Episodes: 2}); err != nil {
			return nil, err
		}
	default:
		return nil, fmt.Errorf("no run %q", name)
	}
	return train.New(task, o, train.Options{Dir: dir, Config: fmt.Sprintf("%s of %d generations", name, generations), Sync: journal.SyncNever()})
}

func mustRun(t testing.TB, name string, generations int, dir string) *train.Run {
	t.Helper()
	r, err := newRun(name, generations, dir)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func hashOf(t testing.TB, r *train.Run) journal.Hash {
	t.Helper()
	h, err := journal.HashWeights(r.Replica().Parameters())
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// alone returns the weights that a run comes to in one process.
func alone(t testing.TB, name string, generations int) journal.Hash {
	t.Helper()
	r := mustRun(t, name, generations, "")
	if _, err := r.Train(t.Context()); err != nil {
		t.Fatal(err)
	}
	return hashOf(t, r)
}

package train

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"

	"github.com/spf13/pflag"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/settings"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
	"github.com/Kaleaon/pentary-go/es/journal"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/nn/control"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/train"
)

// A kind is something that the command trains: settings, data, a model, and what is
// reported of it.
type kind interface {
	settings.Settings

	name() string // of the task, in files and journals
	short() string
	long() string
	example() string

	// dataFlag adds the flag --data, if the data are not part of the program.
	dataFlag(f *pflag.FlagSet, path *string)
	// load reads the data; an empty path names the default.
	load(ctx context.Context, path string) error
	// whole makes all that load has read the test data, for data that no training has seen.
	whole()
	// data returns what the data are called and their hash, after load.
	data() (name string, hash journal.Hash)

	// samples returns the samples that a member sees in a generation.
	samples() int
	// memory returns the bytes that the model and its training take, about.
	memory() int
	// build makes the model with its initial weights. network is its shape as an earlier
	// call of network returned it; nil: after load.
	build(network []int) error
	network() []int
	// initial makes the model of a file the one to train, with its shifts and biases. It has to
	// have the layers of the model that build has made.
	initial(f *packed.File) error
	// open makes the model of a file.
	open(f *packed.File) error
	// meta adds what a saved file says beside the settings.
	meta(meta map[string]string)
	// task returns what is trained; before load without evaluator and measurements.
	task() (train.Task, error)

	// start describes the run for an observer.
	start() train.Start
	// measure reports on the model with its present weights, after load.
	measure() (outcome, error)
	// plot draws a curve with its baselines, if such a file is asked for.
	plot(curve []train.Point) error
}

// model is the part of a kind that is the same for most.
type model struct {
	net *nn.Model
	own bool // whether initial has given it shifts or biases that build does not
}

// ownNumbers reports whether the model is not what build makes, but for its weights.
func (m *model) ownNumbers() bool { return m.own }

func (m *model) open(f *packed.File) (err error) {
	m.net, err = nn.Load(f)
	return err
}

func (m *model) initial(f *packed.File) error {
	net, err := nn.Load(f)
	if err != nil {
		return err
	}
	want, have := m.net.Matrices(), net.Matrices()
	if len(have) != len(want) {
		return fmt.Errorf("a model of %d tensors, want %d", len(have), len(want))
	}
	for i, w := range want {
		h := have[i]
		h.Sigma = w.Sigma
		m.own = m.own || h.Shift != w.Shift || h.Bias != w.Bias
		if h.Inputs() != w.Inputs() || h.Outputs() != w.Outputs() {
			return fmt.Errorf("tensor %d %q is %d×%d, want %d×%d as in the model to train",
				i, f.Tensors[i].Name, h.Outputs(), h.Inputs(), w.Outputs(), w.Inputs())
		}
	}
	if got, to := layersOf(net.Layers), layersOf(m.net.Layers); got != to {
		return fmt.Errorf("a model of %s, and the model to train is of %s", got, to)
	}
	m.net = net
	return nil
}

// layersOf describes layers but for their shifts and biases.
func layersOf(layers []nn.Layer) string {
	var specs []nn.Spec
	for _, l := range layers {
		s := l.Spec()
		s.Bias = 0
		specs = append(specs, s)
	}
	text, err := json.Marshal(specs)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func (*model) example() string                    { return "" }
func (*model) dataFlag(*pflag.FlagSet, *string)   {}
func (*model) load(context.Context, string) error { return nil }
func (*model) whole()                             {}
func (*model) network() []int                     { return nil }
func (*model) meta(map[string]string)             {}
func (*model) plot([]train.Point) error           { return nil }

// untrained returns the task of a model whose data have not been read.
func (m *model) untrained(metric train.Metric, samples int) (train.Task, error) {
	return train.Task{Parameters: m.net.Parameters(), File: m.net.File, Metric: metric, Samples: samples}, nil
}

// startOf describes a run of a model of a shape: note is for people, about for programs.
func startOf(what, shape string, m *nn.Model, note string, about ...slog.Attr) train.Start {
	return train.Start{
		Title: what + " " + shape, Note: fmt.Sprintf("%s weights · %s · %s", report.Count(m.Size()), note, kernels.Selected()),
		About: slices.Insert(append(about, slog.String("kernels", kernels.Selected())), 2, slog.Int("weights", m.Size())),
	}
}

// An outcome is the measurement of a model.
type outcome interface {
	// with adds what a training has to say.
	with(t *trained, s saved, curve []report.Point)
	// on adds that the data are not the model's own.
	on(d *otherData)
	// write prints the outcome for people.
	Write(p *report.Printer)
}

// find returns the kind of the task of a name, with its default settings.
func find(name string) (kind, error) {
	if name == task.Language {
		return newLanguage(), nil
	}
	if name == task.Finetune {
		return newFinetune(), nil
	}
	if name == task.CSV.Name {
		return newClassifier(&task.CSV), nil
	}
	for _, env := range control.All {
		if env.Spec().Name == name {
			return newPolicy(env), nil
		}
	}
	if t, err := task.Find(name); err == nil {
		return newClassifier(t), nil
	}
	return nil, fmt.Errorf("no task %q; there are %s, %s, %s and, for control, %s", name, task.Names(), task.Language, task.CSV.Name, environmentNames())
}

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

// kind is a kind of training: settings, data, model and report.
type kind interface {
	settings.Settings

	name() string // name of the task in files and journals
	short() string
	long() string
	example() string

	// dataFlag adds the flag --data unless the data are part of the program.
	dataFlag(f *pflag.FlagSet, path *string)
	// load reads the data; an empty path selects the default.
	load(ctx context.Context, path string) error
	// whole makes all data read by load test data, for data not used in training.
	whole()
	// data returns the name of the data and their hash, after load.
	data() (name string, hash journal.Hash)

	// samples returns the number of samples per member and generation.
	samples() int
	// memory returns an estimate of the memory for the model and its training, in bytes.
	memory() int
	// build creates the model with its initial weights. network is its shape, as returned by an
	// earlier call of network, or nil after load.
	build(network []int) error
	network() []int
	// initial replaces the model by the model of a file, with its shifts and biases. The layers
	// must be the same as in the model created by build.
	initial(f *packed.File) error
	// open creates the model of a file.
	open(f *packed.File) error
	// meta adds metadata of saved files other than the settings.
	meta(meta map[string]string)
	// task returns the task; before load, it has no evaluator and measurements.
	task() (train.Task, error)

	// start describes the run for an observer.
	start() train.Start
	// measure measures the model with its present weights, after load.
	measure() (outcome, error)
	// plot draws a curve with its baselines if a flag names a file for it.
	plot(curve []train.Point) error
}

// model is the common part of most kinds.
type model struct {
	net *nn.Model
	own bool // whether it has shifts or biases from initial that build does not set
}

// ownNumbers reports whether the model differs from build's in more than its weights.
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
		return fmt.Errorf("a model of %s, but the model to train is of %s", got, to)
	}
	m.net = net
	return nil
}

// layersOf returns a description of layers without their shifts and biases.
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

// untrained returns the task of a model before its data have been read.
func (m *model) untrained(metric train.Metric, samples int) (train.Task, error) {
	return train.Task{Parameters: m.net.Parameters(), File: m.net.File, Metric: metric, Samples: samples}, nil
}

// startOf returns the description of a run for an observer: note is text, about are attributes for
// logs and JSON.
func startOf(what, shape string, m *nn.Model, note string, about ...slog.Attr) train.Start {
	return train.Start{
		Title: what + " " + shape, Note: fmt.Sprintf("%s weights · %s · %s", report.Count(m.Size()), note, kernels.Selected()),
		About: slices.Insert(append(about, slog.String("kernels", kernels.Selected())), 2, slog.Int("weights", m.Size())),
	}
}

// outcome is the measurement of a model.
type outcome interface {
	// with adds the results of training.
	with(t *trained, s saved, curve []report.Point)
	// on states that the data are not the model's.
	on(d *otherData)
	// Write prints the outcome as text.
	Write(p *report.Printer)
}

// find returns the kind for the named task, with default settings.
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
	return nil, fmt.Errorf("no task %q; the tasks are %s, %s, %s and, for control, %s", name, task.Names(), task.Language, task.CSV.Name, environmentNames())
}

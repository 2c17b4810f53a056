package train

import (
	"fmt"

	"github.com/spf13/pflag"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/settings"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
	"github.com/Kaleaon/pentary-go/es/journal"
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
	load(path string) error
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
	// open makes the model of a file.
	open(f *packed.File) error
	// task returns what is trained; before load without evaluator and measurements.
	task() (train.Task, error)

	// start describes the run for an observer.
	start() train.Start
	// measure reports on the model with its present weights, after load.
	measure() (outcome, error)
	// score returns what a file or a result says of a score of the test.
	score(score int64, size int) (key, meta string, value float64)
	// text returns a test value for people.
	text(value float64) string
	// plot draws a curve with its baselines, if such a file is asked for.
	plot(curve []train.Point) error
}

// An outcome is the measurement of a model.
type outcome interface {
	// with adds what a training has to say.
	with(t *trained, s saved, curve []report.Point)
	// on adds that the data are not the model's own.
	on(d *otherData)
	// write prints the outcome for people.
	write(p *printer)
}

// find returns the kind of the task of a name, with its default settings.
func find(name string) (kind, error) {
	if name == task.Language {
		return newLanguage(), nil
	}
	if name == task.CSV.Name {
		return newCSV(), nil
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

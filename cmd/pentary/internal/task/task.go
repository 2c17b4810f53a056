// Package task holds the classification tasks that the command knows: their data,
// and the options that learn them well.
package task

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/nn"
)

// Task is a classification task.
type Task struct {
	Name     string
	Title    string // of the help text, without a full stop
	Embedded bool   // whether the data are in the binary, or made by it; else they are in a folder
	Source   string // of the data: for a folder, where to get it
	Example  string // of the help, a command a line; empty: none

	Rows    int        // of samples that are pictures; 0: as many as columns
	Hidden  []int      // default widths of the hidden layers
	Batch   int        // default samples that a generation sees
	Bias    bool       // whether layers have biases by default
	Shift   int        // default pixels by which training moves images
	Options es.Options // default options
	Output  int        // added to sigma for the last layer, by default
	Rate    string     // rate of error feedback for the default generations, as a decimal

	load func(dir string) (train, test *data.Dataset, err error)
}

// All lists the tasks.
var All = []*Task{&digits, &mnist, &fashion, &mnist1D}

// Find returns the task of that name.
func Find(name string) (*Task, error) {
	for _, t := range All {
		if t.Name == name {
			return t, nil
		}
	}
	return nil, fmt.Errorf("no task %q; there are %s", name, Names())
}

// Names returns the names of all tasks, as a phrase.
func Names() string {
	names := make([]string, len(All))
	for i, t := range All {
		names[i] = t.Name
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// Check returns an error if the data are in a folder and none is named, or the opposite.
func (t *Task) Check(dir string) error {
	switch {
	case !t.Embedded && dir == "":
		return fmt.Errorf("task %s needs --data, the folder of its IDX files\n%s", t.Name, t.Source)
	case t.Embedded && dir != "":
		return fmt.Errorf("--data: the data of task %s are part of the program", t.Name)
	}
	return nil
}

// Load returns the training and the held-out samples. dir is the folder that
// holds the data; an embedded task ignores it.
func (t *Task) Load(dir string) (train, test *data.Dataset, err error) {
	train, test, err = t.load(dir)
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%w\n%s", err, t.Source)
	}
	return train, test, err
}

// Train trains a network to classify samples, batch of them a generation, and calls
// each after every generation: a run without a journal or checkpoints.
func Train(ctx context.Context, net *nn.Model, samples *data.Dataset, batch int, o es.Options, each ...func(es.Stats) error) error {
	e, err := nn.NewEvaluator(net, nn.Classify(samples), nn.EvaluatorOptions{Streams: batch})
	if err != nil {
		return err
	}
	opt, err := es.New(net.Parameters(), e, o)
	if err != nil {
		return err
	}
	return opt.Run(ctx, each...)
}

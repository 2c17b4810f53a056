package hw

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/pflag"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/settings"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/packed"
)

// network is the flags for a saved network, or none, and the data of its task.
type network struct {
	model string // file
	data  string // folder
}

// flags adds the flags that name them.
func (n *network) flags(f *pflag.FlagSet, usage string) {
	console.Input(f, &n.model, "model", usage).Ext("pent")
	console.Input(f, &n.data, "data", "`folder` of the IDX files, for tasks that are not embedded")
}

// subject is a network, nil if the flags name none, with its task and its data.
type subject struct {
	net         *nn.Model
	task        *task.Task
	train, test *data.Dataset
}

// load returns the network and its task, digits by default. Errors name the file.
func (n *network) load() (s subject, err error) {
	name := digits
	if n.model != "" {
		f, err := packed.ReadFile(n.model)
		if err != nil {
			return s, err
		}
		var about string
		if name, about = task.Describe(f.Meta); about == "" {
			about = fmt.Sprintf("a model of task %q", f.Meta["task"])
		}
		if _, err := task.Find(name); err != nil {
			return s, fmt.Errorf("%s: %s; want a classifier of %s", n.model, about, task.Names())
		}
		if s.net, err = nn.Load(f); err != nil {
			return s, fmt.Errorf("%s: %w", n.model, err)
		}
	}
	if s.task, err = task.Find(name); err != nil {
		return s, fmt.Errorf("%s: %w", n.model, err)
	}
	if !s.task.Embedded && n.data == "" {
		return s, console.Usagef("%s: task %s needs --data, the folder of its IDX files\n%s", n.model, s.task.Name, s.task.Source)
	}
	s.train, s.test, err = s.task.Load(n.data)
	return s, err
}

// digits is the task of networks that the commands train themselves.
const digits = "digits"

// defaults returns the options that "pentary train" has by default for a task and a number
// of generations, 0 for the task's.
func defaults(t *task.Task, generations int) es.Options {
	s := settings.NewClassifier(t)
	if generations > 0 {
		s.Base.Generations = generations
	}
	s.Complete()
	return s.Options()
}

// saveText writes the text file of a flag, unless the path is empty.
func saveText(flag, path, text string) error {
	return console.Draw(flag, path, func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
}

// interrupted returns the error that ends the command after a run that ended with err. A
// cancelled context is an interrupt: done then says how far the run was.
func interrupted(s *console.Streams, err error, done string, args ...any) error {
	if errors.Is(err, context.Canceled) {
		fmt.Fprintf(s.Err, "Interrupted: "+done+".\n", args...)
		return console.ErrInterrupted
	}
	return err
}

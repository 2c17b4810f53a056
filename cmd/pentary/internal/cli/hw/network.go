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

// network holds the flags for an optional saved network and the data of its task.
type network struct {
	model string // file
	data  string // folder
}

// flags adds the flags.
func (n *network) flags(f *pflag.FlagSet, usage string) {
	console.Input(f, &n.model, "model", usage).Ext("pent")
	console.Input(f, &n.data, "data", "`folder` of the IDX files, for tasks without embedded data")
}

// subject is a network, or nil if the flags name none, with its task and data.
type subject struct {
	net         *nn.Model
	task        *task.Task
	train, test *data.Dataset
}

// load returns the network and its task, which is digits by default. Errors name the file.
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

// digits is the task of networks trained by the commands themselves.
const digits = "digits"

// defaults returns the default options of "pentary train" for a task and a number of generations; 0
// selects the task's.
func defaults(t *task.Task, generations int) es.Options {
	s := settings.NewClassifier(t)
	if generations > 0 {
		s.Base.Generations = generations
	}
	s.Complete()
	return s.Options()
}

// saveText writes text to the file of a flag, unless path is empty.
func saveText(flag, path, text string) error {
	return console.Draw(flag, path, func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
}

// interrupted returns the error of the command after a run that ended with err. If the context was
// cancelled, it is ErrInterrupted with the progress described by done.
func interrupted(s *console.Streams, err error, done string, args ...any) error {
	if errors.Is(err, context.Canceled) {
		fmt.Fprintf(s.Err, "Interrupted: "+done+".\n", args...)
		return console.ErrInterrupted
	}
	return err
}

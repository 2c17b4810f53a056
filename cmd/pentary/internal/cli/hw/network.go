package hw

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/packed"
)

// network is a saved network, or none, and the data of its task, as the command line
// names them.
type network struct {
	model string // file
	data  string // folder
}

// flags adds the flags that name them.
func (n *network) flags(f *pflag.FlagSet, usage string) {
	console.Input(f, &n.model, "model", usage).Ext("pent")
	console.Input(f, &n.data, "data", "`folder` of the IDX files, for tasks that are not embedded")
}

// load returns the network, nil without a model, its task, by default digits, and the
// task's data. Errors name the file.
func (n *network) load() (net *nn.Model, t *task.Task, train, test *data.Dataset, err error) {
	name := digits
	if n.model != "" {
		f, err := packed.ReadFile(n.model)
		if err != nil {
			return nil, nil, nil, nil, err
		}
		if name = f.Meta["task"]; f.Meta["environment"] != "" {
			return nil, nil, nil, nil, fmt.Errorf("%s: a policy of %s; want a classifier of %s", n.model, f.Meta["environment"], task.Names())
		}
		if net, err = nn.Load(f); err != nil {
			return nil, nil, nil, nil, fmt.Errorf("%s: %w", n.model, err)
		}
	}
	if t, err = task.Find(name); err != nil {
		return nil, nil, nil, nil, fmt.Errorf("%s: %w", n.model, err)
	}
	if !t.Embedded && n.data == "" {
		return nil, nil, nil, nil, console.Usagef("%s: task %s needs --data, the folder of its IDX files\n%s", n.model, t.Name, t.Source)
	}
	train, test, err = t.Load(n.data)
	return net, t, train, test, err
}

// digits is the task of the commands that train.
const digits = "digits"

// defaults returns the options that "pentary train" has by default for a task.
func defaults(t *task.Task) es.Options {
	whole, fraction, _ := strings.Cut(t.Rate, ".")
	var num, den int
	if _, err := fmt.Sscan("1"+strings.Repeat("0", len(fraction))+" "+whole+fraction, &den, &num); err != nil {
		panic(fmt.Sprintf("hw: rate of %s: %v", t.Name, err)) // a constant of the program
	}
	o := t.Options
	o.Rule = es.Residual{Rate: es.Ratio(num, den)}
	return o
}

// confusion returns what a network makes of samples of its shape.
func confusion(net *nn.Model, samples *data.Dataset) report.Confusion {
	c, err := net.Confusion(samples)
	if err != nil {
		panic(err) // the samples are of the task that the network was made for
	}
	return c
}

// saveText writes the text file of a flag, unless the path is empty.
func saveText(flag, path, text string) error {
	return console.Draw(flag, path, func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
}

// interrupted returns what a run that ended with err ends the command with: a cancelled
// context is an interrupt, of which done tells people.
func interrupted(s *console.Streams, err error, done string, args ...any) error {
	if errors.Is(err, context.Canceled) {
		fmt.Fprintf(s.Err, "Interrupted: "+done+".\n", args...)
		return console.ErrInterrupted
	}
	return err
}

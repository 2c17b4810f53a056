// Package train holds the commands that train, resume, replay, verify and measure models.
package train

import (
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
	"github.com/Kaleaon/pentary-go/nn/control"
	"github.com/Kaleaon/pentary-go/train"
)

// New returns the command train.
func New(s *console.Streams) *cobra.Command {
	r := &run{streams: s}
	cmd := &cobra.Command{
		Use:   "train",
		Short: "Train a network on a task, or resume a run",
		Long: `Train a network on a task and report its accuracy on held-out samples. Ctrl-C discards the
current generation; the network is then measured and saved as after a complete run. A second
Ctrl-C quits immediately.

With --dir, the run keeps a journal in a directory. If it is interrupted, by a crash or
otherwise, --resume continues it, with the same final weights. With --generations, --resume
extends a run that has ended.`,
		Example: "  pentary train digits --out digits.pent\n  pentary train digits --dir run\n  pentary train --resume run\n  pentary train --resume run --generations 800",
		Args:    console.Subcommands,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case !cmd.Flags().Changed("resume"):
				return console.Usagef("train needs a task: %s; %s for a table; %s for a language model; or control for policies", task.Names(), task.CSV.Name, task.Language)
			case r.dir == "":
				return console.Usagef("--resume needs the directory of a run")
			case cmd.Flags().Changed("generations") && r.extend < 1:
				return console.Usagef("--generations %d: want at least 1", r.extend)
			}
			if err := r.check(cmd.Flags()); err != nil {
				return err
			}
			return r.resume(cmd)
		},
	}
	f := cmd.Flags()
	console.RunFolder(f, &r.dir, "resume", "resume the run in this `directory` with its settings and data")
	f.IntVar(&r.extend, "generations", 0, "extend the run and its schedules to this number of generations")
	console.Input(f, &r.data, "data", "`folder` or file with the run's data, if they have moved")
	r.flags(f)
	r.reward.flags(f)
	r.distribution.flags(f)
	for _, t := range task.All {
		cmd.AddCommand(newTask(newClassifier(t), s))
	}
	cmd.AddCommand(newTable(s), newTask(newLanguage(), s), newTrainControl(s))
	return cmd
}

// newTask returns the command that trains k.
func newTask(k kind, s *console.Streams) *cobra.Command {
	return (&run{kind: k, streams: s}).command(func([]string) {})
}

// command returns the command that trains the run's kind, after prepare.
func (r *run) command(prepare func(args []string)) *cobra.Command {
	cmd := &cobra.Command{
		Use: r.kind.name(), Short: r.kind.short(), Long: r.kind.long(), Example: r.kind.example(),
		RunE: func(cmd *cobra.Command, args []string) error {
			prepare(args)
			if err := r.check(cmd.Flags()); err != nil {
				return err
			}
			return r.begin(cmd)
		},
	}
	r.groups().Bind(cmd)
	return cmd
}

// groups returns all flags of training.
func (r *run) groups() console.Groups {
	var groups console.Groups
	f := groups.Add("Run")
	console.RunFolder(f, &r.dir, "dir", fmt.Sprintf(
		"keep the run in this `directory`: the model and a journal to resume from (with default settings at most %v)", r.journalSize()))
	r.kind.dataFlag(f, &r.data)
	console.Input(f, &r.init, "init", "start from the weights, shifts and biases of the model in this .pent `file` instead of random weights").Ext("pent")
	r.flags(f)
	if extra, ok := r.kind.(interface{ extraFlags(*pflag.FlagSet) }); ok {
		extra.extraFlags(f)
	}
	r.distribution.flags(groups.Add("Workers"))
	return append(groups, r.kind.Groups()...)
}

// journalSize returns the largest size of the journal of a run with default settings.
func (r *run) journalSize() console.ByteSize {
	o := r.kind.Options()
	return console.ByteSize(train.JournalBytes(o, r.kind.samples()))
}

// newTrainControl returns the command that trains policies, under train.
func newTrainControl(s *console.Streams) *cobra.Command {
	var subs []*cobra.Command
	for _, env := range control.All {
		subs = append(subs, newTask(newPolicy(env), s))
	}
	return console.WithSubcommands(&cobra.Command{
		Use: "control", Short: "a policy for a control task or a game",
		Long: `Train a policy for a classic control task, like "pentary control".`,
	}, subs...)
}

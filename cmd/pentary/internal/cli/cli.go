// Package cli is the command line of pentary.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/selftest"
)

// Exit codes. An interrupted run has stopped cleanly, and reported and saved what
// it has.
const (
	exitOK          = 0
	exitError       = 1
	exitUsage       = 2
	exitInterrupted = 130 // 128 + SIGINT, as shells have it
)

// errInterrupted ends a run that a signal stopped after it did all it had to.
var errInterrupted = errors.New("interrupted")

// usageError is a mistake in the arguments.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// Main runs the command with the arguments and returns its exit code. Results go
// to stdout; progress and errors to stderr.
func Main(args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal kills

	checked := &checkedWriter{w: stdout}
	root := newRoot(&streams{out: checked, outTerm: terminalOf(stdout), err: stderr, errTerm: terminalOf(stderr)})
	root.SetArgs(args)
	root.SetOut(checked)
	root.SetErr(stderr)
	cmd, err := root.ExecuteContextC(ctx)
	if checked.err != nil && (err == nil || errors.Is(err, errInterrupted)) {
		err = fmt.Errorf("standard output: %w", checked.err)
	}
	return exitCode(stderr, cmd, err)
}

// exitCode prints the error and returns its exit code.
func exitCode(stderr io.Writer, cmd *cobra.Command, err error) int {
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errInterrupted):
		return exitInterrupted
	}
	fmt.Fprintf(stderr, "pentary: %v\n", err)
	if usage := (usageError{}); errors.As(err, &usage) {
		fmt.Fprintf(stderr, "Try \"%s --help\".\n", cmd.CommandPath())
		return exitUsage
	}
	return exitError
}

// newRoot returns the command tree.
func newRoot(s *streams) *cobra.Command {
	root := &cobra.Command{
		Use:   "pentary",
		Short: "Train and run neural networks of weights in {-2, -1, 0, +1, +2}",
		Long: `pentary trains and runs neural networks whose weights are pents: digits in
{-2, -1, 0, +1, +2}, stored at three bits each. Training is evolution strategies
with low-rank perturbations: no backpropagation and no floating point, and the
same bits for one seed on every machine.`,
		Example:       "  pentary train digits --out digits.pent\n  pentary eval digits.pent",
		Args:          subcommandOnly,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(newTrain(s), newReplay(s), newVerify(s), newTune(s), newCompare(s), newEval(s), newInspect(s), newBench(s),
		newSelftest(s, selftest.Implementations), newBillion(s), newHW(s), newVersion(s))
	return root
}

// subcommandOnly is the arguments' check of a command that is only a group.
func subcommandOnly(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError{fmt.Errorf("unknown command %q for %q", args[0], cmd.CommandPath())}
	}
	return nil
}

// noArgs and oneFile are the arguments' checks of the other commands.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError{fmt.Errorf("%s takes no argument, and got %q", cmd.CommandPath(), args[0])}
	}
	return nil
}

func oneFile(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usageError{fmt.Errorf("%s takes one .pent file, and got %d", cmd.CommandPath(), len(args))}
	}
	return nil
}

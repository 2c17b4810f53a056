package console

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os/signal"
	"regexp"

	"github.com/spf13/cobra"

	"github.com/Kaleaon/pentary-go/internal/terminal"
)

// Exit codes. An interrupted run has stopped cleanly, and has reported and saved its results so
// far.
const (
	ExitOK          = 0
	ExitError       = 1
	ExitUsage       = 2
	ExitInterrupted = 130 // 128 + SIGINT, as in shells
)

// ErrInterrupted is the error of a command that a signal stopped cleanly. Errors that wrap it state
// what is unfinished.
var ErrInterrupted = errors.New("interrupted")

// UsageError is an error in the arguments. It leads to exit code 2 and a hint at the help.
type UsageError struct{ Err error }

// Error implements error.
func (e UsageError) Error() string { return e.Err.Error() }

// Unwrap returns the error in the arguments.
func (e UsageError) Unwrap() error { return e.Err }

// Usagef returns a UsageError with a formatted message.
func Usagef(format string, args ...any) error { return UsageError{fmt.Errorf(format, args...)} }

// Main runs the command tree returned by root with the arguments and returns the exit code.
func Main(args []string, stdout, stderr io.Writer, root func(*Streams) *cobra.Command) int {
	s := NewStreams(stdout, stderr)
	ctx, stop := interruptible(s)
	defer stop()
	cmd := root(s)
	Finish(cmd, s)
	cmd.SetArgs(args)
	cmd.SetOut(s.Out)
	cmd.SetErr(s.Err)
	checkNames(cmd, args)
	ran, err := cmd.ExecuteContextC(ctx)
	if failed := s.Failed(); failed != nil && (err == nil || errors.Is(err, failed) || errors.Is(err, ErrInterrupted)) {
		if broken := (*fs.PathError)(nil); errors.As(failed, &broken) {
			failed = broken.Err
		}
		err = fmt.Errorf("standard output: %w", failed)
	}
	return exitCode(s.Err, ran, err)
}

// interruptible returns a context that is cancelled by the first terminating signal, with a
// message; the second signal kills the process. A closed reader of standard output causes a write
// error instead of a signal, so that it does not change what a command saves.
func interruptible(s *Streams) (context.Context, func()) {
	ctx, stop := signal.NotifyContext(context.Background(), endSignals()...)
	release := takeBrokenPipe()
	done := make(chan struct{})
	context.AfterFunc(ctx, func() {
		stop()
		select {
		case <-done: // the command has ended
			return
		default:
		}
		clear := ""
		if s.ErrTerm != nil {
			clear = terminal.ClearLine
		}
		fmt.Fprintf(s.Err, "%sStopping; a second signal quits at once\n", clear)
	})
	return ctx, func() {
		close(done)
		stop()
		release()
	}
}

// exitCode prints the error and returns its exit code.
func exitCode(stderr io.Writer, cmd *cobra.Command, err error) int {
	switch {
	case err == nil:
		return ExitOK
	case errors.Is(err, ErrInterrupted):
		if err.Error() != ErrInterrupted.Error() {
			fmt.Fprintf(stderr, "pentary: %s\n", Message(err))
		}
		return ExitInterrupted
	}
	fmt.Fprintf(stderr, "pentary: %s\n", Message(err))
	if usage := (UsageError{}); errors.As(err, &usage) {
		fmt.Fprintf(stderr, "Try \"%s --help\".\n", cmd.CommandPath())
		return ExitUsage
	}
	return ExitError
}

// packages matches the package names at the beginning of the library's errors.
var packages = regexp.MustCompile(`(^|: |\n)(?:(?:baseline|cluster|control|crossbar|data|es|exec|interchange|isa|journal|lowrank|nats|nn|packed|programs|rtl|train|tune): )+`)

// Message returns the text of an error for users, without the names of packages.
func Message(err error) string { return packages.ReplaceAllString(err.Error(), "$1") }

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

// Exit codes. An interrupted run has stopped cleanly, and reported and saved what
// it has.
const (
	ExitOK          = 0
	ExitError       = 1
	ExitUsage       = 2
	ExitInterrupted = 130 // 128 + SIGINT, as in shells
)

// ErrInterrupted ends a command that a signal stopped after it did all it had to. An error that wraps
// it says what the command has left undone.
var ErrInterrupted = errors.New("interrupted")

// UsageError is a mistake in the arguments: exit code 2 and a hint at the help.
type UsageError struct{ Err error }

// Error implements error.
func (e UsageError) Error() string { return e.Err.Error() }

// Unwrap returns the mistake.
func (e UsageError) Unwrap() error { return e.Err }

// Usagef returns a UsageError of a formatted message.
func Usagef(format string, args ...any) error { return UsageError{fmt.Errorf(format, args...)} }

// Main runs the command tree that root makes with the arguments, and returns the exit
// code.
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

// interruptible returns a context that the first signal to end ends, and says so; the
// second signal kills. A reader of standard output that has gone is an error of the
// write, not a signal: what a command saves does not depend on who reads along.
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

// packages matches the names with which packages of the library begin their errors.
var packages = regexp.MustCompile(`(^|: |\n)(?:(?:baseline|cluster|control|crossbar|data|es|exec|interchange|isa|journal|lowrank|nats|nn|packed|programs|rtl|train|tune): )+`)

// Message returns the text of an error for people: without the names of packages, which
// are no part of the command line.
func Message(err error) string { return packages.ReplaceAllString(err.Error(), "$1") }

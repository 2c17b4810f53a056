//go:build !js

package console

import (
	"os"
	"os/signal"
	"syscall"
)

// endSignals returns the signals that end a command: not the hangup below nohup, which
// has it ignored.
func endSignals() []os.Signal {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	return signals
}

// takeBrokenPipe keeps a reader of standard output that has gone from ending the
// process, until release.
func takeBrokenPipe() (release func()) {
	pipe := make(chan os.Signal, 1)
	signal.Notify(pipe, syscall.SIGPIPE)
	return func() { signal.Stop(pipe) }
}

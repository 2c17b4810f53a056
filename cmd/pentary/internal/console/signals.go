//go:build !js

package console

import (
	"os"
	"os/signal"
	"syscall"
)

// endSignals returns the signals that end a command. SIGHUP is excluded if it is ignored, as under
// nohup.
func endSignals() []os.Signal {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	return signals
}

// takeBrokenPipe prevents a closed reader of standard output from ending the process, until release.
func takeBrokenPipe() (release func()) {
	pipe := make(chan os.Signal, 1)
	signal.Notify(pipe, syscall.SIGPIPE)
	return func() { signal.Stop(pipe) }
}

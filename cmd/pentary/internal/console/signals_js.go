package console

import (
	"os"
	"syscall"
)

// JavaScript runtimes send no signals.

func endSignals() []os.Signal { return []os.Signal{os.Interrupt, syscall.SIGTERM} }

func takeBrokenPipe() (release func()) { return func() {} }

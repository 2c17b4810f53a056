//go:build !race

// Package race says whether the race detector is on, for tests of memory and time.
package race

// Enabled is true in programs built with -race.
const Enabled = false

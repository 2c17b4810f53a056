//go:build !linux

package main

import "time"

var begin = time.Now()

// cpuTime returns the time since the program began.
func cpuTime() time.Duration { return time.Since(begin) }

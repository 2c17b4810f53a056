package cases

import (
	"slices"
	"time"
)

// Sample holds the durations of the runs of one case.
type Sample struct {
	Best, Median time.Duration
	Runs         int
}

// Measure times several functions in turn, a few runs at a time, until each has used its budget.
// Alternating exposes all functions to the same changes of the machine's speed. The first round
// is a warm-up and does not count. A run too short for the resolution of the clock is repeated
// within one timing.
func Measure(budget time.Duration, runs ...func()) []Sample {
	type state struct {
		repeat int
		spent  time.Duration
		times  []time.Duration
	}
	states := make([]state, len(runs))
	for i, run := range runs {
		start := time.Now()
		run()
		once := max(time.Since(start), 1)
		states[i].repeat = int(max(1, 50*time.Microsecond/once))
	}
	for done := false; !done; {
		done = true
		for i, run := range runs {
			s := &states[i]
			if s.spent >= budget && len(s.times) >= 3 {
				continue
			}
			done = false
			start := time.Now()
			for range s.repeat {
				run()
			}
			took := time.Since(start)
			s.spent += took
			s.times = append(s.times, took/time.Duration(s.repeat))
		}
	}
	samples := make([]Sample, len(runs))
	for i, s := range states {
		slices.Sort(s.times)
		samples[i] = Sample{Best: s.times[0], Median: s.times[len(s.times)/2], Runs: len(s.times)}
	}
	return samples
}

package cases

import (
	"slices"
	"time"
)

// Sample is the durations of one case's runs.
type Sample struct {
	Best, Median time.Duration
	Runs         int
}

// Measure times runs of several functions in turn, a few of each at a time, so
// that a machine's changes of pace meet all of them, until each has had its
// budget. The first round warms up and does not count. A run shorter than the
// clock can tell is repeated within its timing.
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

package asmtest

import "runtime"

// AllocsPerRun returns the allocations of a call of f, rounded down, as
// testing.AllocsPerRun does, but on all processors: that one counts on a single
// processor, where package parallel runs everything inline. The first few calls,
// which may fill caches, do not count: a worker that was late may have none yet after
// one.
func AllocsPerRun(runs int, f func()) uint64 {
	for range 5 {
		f()
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range runs {
		f()
	}
	runtime.ReadMemStats(&after)
	return (after.Mallocs - before.Mallocs) / uint64(runs)
}

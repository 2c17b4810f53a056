package asmtest

import "runtime"

// AllocsPerRun returns the number of allocations per call of f, rounded down, like
// testing.AllocsPerRun but on all processors. testing.AllocsPerRun uses a single processor, on
// which package parallel runs everything inline. The result is the minimum of several rounds: on a
// busy machine, a worker may start late and fill its caches in any round, but allocations of every
// call occur in all rounds.
func AllocsPerRun(runs int, f func()) uint64 {
	const rounds = 20
	least := ^uint64(0)
	for range rounds {
		f()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range runs {
			f()
		}
		runtime.ReadMemStats(&after)
		if least = min(least, (after.Mallocs-before.Mallocs)/uint64(runs)); least == 0 {
			break
		}
	}
	return least
}

package asmtest

import "runtime"

// AllocsPerRun returns the allocations of a call of f, rounded down, as
// testing.AllocsPerRun does, but on all processors: that one counts on a single
// processor, where package parallel runs everything inline. The least of several rounds
// counts: on a busy machine a worker may come late and fill its caches in any of them, and
// what allocates at every call does so in all.
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

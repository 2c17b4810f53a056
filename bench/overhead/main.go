// Command overhead measures what perturbation costs: the forward product of a population,
// noise drawn on the way, against the plain product of as many columns. It prints the
// ratio of their times for every implementation that this CPU runs, as a table, and exits
// with 1 if one is beyond a limit that only a fault can reach.
//
//	go run ./bench/overhead > docs/results/overhead.md
package main

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"time"

	"github.com/klauspost/cpuid/v2"

	"github.com/Kaleaon/pentary-go/internal/bench/cases"
	"github.com/Kaleaon/pentary-go/internal/impl"
	"github.com/Kaleaon/pentary-go/kernels"
)

const (
	rounds = 15
	turns  = 12 // of both products in a round
)

// limits are ratios by rank, about 1.3 times the greatest that machines have shown.
var limits = map[int]float64{1: 1.8, 16: 4}

func main() {
	runtime.GOMAXPROCS(1)
	fmt.Printf(`# What perturbation costs

Time of a population's product, noise included, divided by the time of the plain product of
as many columns: median of %d rounds (least–greatest). Each round compares the best CPU times of
the two. Members have four columns.

One core of %s, %s, %s. Repeat it with `+"`go run ./bench/overhead`"+`.

| implementation | matrix | columns | rank | ratio |
|---|---|---|---|---|
`, rounds, cpuid.CPU.BrandName, runtime.Version(), time.Now().Format("2 January 2006"))
	ok := true
	for _, name := range kernels.Implementations()[1:] {
		impl.Use(name)
		for _, c := range cases.All() {
			limit, measured := limits[c.Rank]
			if c.Kernel != "PopulationForward" || !measured {
				continue
			}
			ratios := measure(c)
			median := ratios[len(ratios)/2]
			fmt.Printf("| %s | %d² | %d | %d | %.2f (%.2f–%.2f) |\n", name, c.M, c.N, c.Rank, median, ratios[0], ratios[len(ratios)-1])
			if median > limit {
				fmt.Fprintf(os.Stderr, "overhead: %s at %d², rank %d: %.2f times the plain product, want at most %.1f\n", name, c.M, c.Rank, median, limit)
				ok = false
			}
		}
	}
	if !ok {
		os.Exit(1)
	}
}

// measure returns the ratios of all rounds in ascending order. Both products run in turn,
// so that changes of the machine's pace meet both.
func measure(c cases.Case) []float64 {
	runtime.LockOSThread() // whose clock it is
	defer runtime.UnlockOSThread()
	population := c.New()
	plain := c.Plain().New()
	population()
	var ratios []float64
	for range rounds {
		best := [2]time.Duration{math.MaxInt64, math.MaxInt64}
		for range turns {
			for i, run := range []func(){population, plain} {
				start := cpuTime()
				run()
				best[i] = min(best[i], cpuTime()-start)
			}
		}
		ratios = append(ratios, float64(best[0])/float64(best[1]))
	}
	slices.Sort(ratios)
	return ratios
}

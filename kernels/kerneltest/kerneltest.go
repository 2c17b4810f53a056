// Package kerneltest runs tests, fuzz targets and benchmarks of code that uses package
// kernels once for each implementation that the CPU can run: results have to be the same
// on all of them, and speeds differ.
//
// With -short, and with -race, which does not see assembly, tests and fuzz targets run with
// the reference implementation and the one in use alone; PENTARY_KERNELS selects another.
//
// The implementation is the whole process's. Only one function of this package runs at a
// time, and no other goroutine may use the kernels meanwhile: tests that use it are not
// parallel.
package kerneltest

import (
	"slices"
	"sync"
	"testing"

	"github.com/Kaleaon/pentary-go/internal/impl"
	"github.com/Kaleaon/pentary-go/internal/race"
	"github.com/Kaleaon/pentary-go/kernels"
)

// active is held while an implementation is selected.
var active sync.Mutex

// hold takes the process's implementation for tb, and returns a function that restores
// it.
func hold(tb testing.TB) (restore func()) {
	tb.Helper()
	if !active.TryLock() {
		tb.Fatal("kerneltest: called by its own body, or by two tests in parallel")
	}
	before := kernels.Selected()
	return func() {
		tb.Helper()
		choose(tb, before)
		active.Unlock()
	}
}

// tested returns the implementations that tests run with.
func tested() []string {
	all := kernels.Implementations()
	if testing.Short() || race.Enabled {
		return slices.Compact([]string{all[0], kernels.Selected()})
	}
	return all
}

func choose(tb testing.TB, name string) {
	tb.Helper()
	if err := impl.Select(name); err != nil {
		tb.Fatal("kerneltest: ", err)
	}
}

// Run runs body as a subtest for each implementation, named after it.
func Run(t *testing.T, body func(t *testing.T, impl string)) {
	t.Helper()
	defer hold(t)()
	for _, name := range tested() {
		t.Run(name, func(t *testing.T) {
			choose(t, name)
			body(t, name)
		})
	}
}

// Bench runs body as a benchmark for each implementation, named after it.
func Bench(b *testing.B, body func(b *testing.B, impl string)) {
	b.Helper()
	defer hold(b)()
	for _, name := range kernels.Implementations() {
		b.Run(name, func(b *testing.B) {
			choose(b, name)
			body(b, name)
		})
	}
}

// Each calls body for each implementation without subtests, as in a fuzz target.
func Each(tb testing.TB, body func(impl string)) {
	tb.Helper()
	defer hold(tb)()
	for _, name := range tested() {
		choose(tb, name)
		body(name)
	}
}

// Compare calls compute for each implementation. It fails the test where a result is not
// the result of the reference, the generic implementation, and names the first element that
// differs.
func Compare[T comparable](tb testing.TB, compute func() []T) {
	tb.Helper()
	var want []T
	reference := true
	Each(tb, func(impl string) {
		tb.Helper()
		got := compute()
		if reference {
			want, reference = slices.Clone(got), false // compute may reuse its slice
			return
		}
		if len(got) != len(want) {
			tb.Errorf("%s returns %d elements, the reference %d", impl, len(got), len(want))
			return
		}
		for i, v := range got {
			if v != want[i] {
				tb.Errorf("%s: element %d is %v, want %v", impl, i, v, want[i])
				return
			}
		}
	})
}

package main

import (
	"context"
	"runtime"
	"testing"

	"github.com/Kaleaon/pentary-go/kernels/kerneltest"
)

// small is the run that the command does by default, but for its length.
func small(generations int) config {
	return config{
		seed: 1, generations: generations, hidden: 64, pairs: 40, batch: 16,
		kept: 64, fresh: 16, columns: 32, limit: 64,
	}
}

func train64(t *testing.T, generations, steps int) *learner {
	t.Helper()
	l, err := newLearner(small(generations))
	if err != nil {
		t.Fatal(err)
	}
	for range steps {
		if err := l.step(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

// eachImplementation runs a test on one processor, with each of the kernels that this
// one has.
func eachImplementation(t *testing.T, test func(t *testing.T)) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	kerneltest.Run(t, func(t *testing.T, impl string) { test(t) })
}

// Everything that training takes fits the limit, garbage included.
func TestHeap(t *testing.T) {
	eachImplementation(t, func(t *testing.T) {
		memory := startHeap(64 << 10)
		l := train64(t, 1000, 5)
		l.test(10)
		if err := memory.check(); err != nil {
			t.Error(err)
		}
		t.Logf("%v KiB", kib(memory.own))
		runtime.KeepAlive(l)
	})
}

func TestAllocations(t *testing.T) {
	eachImplementation(t, func(t *testing.T) {
		l := train64(t, 1000, 1)
		ctx := context.Background()
		if n := testing.AllocsPerRun(20, func() {
			if err := l.step(ctx); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%v allocations a step", n)
		}
		if n := testing.AllocsPerRun(20, func() { l.test(1) }); n != 0 {
			t.Errorf("%v allocations a test", n)
		}
	})
}

// The same weights come out of all kernels here, and of other CPUs: see TestCross.
func TestDeterminism(t *testing.T) {
	eachImplementation(t, func(t *testing.T) {
		const want = "3c20fd8dddf5e4ed"
		if got := train64(t, 20, 20).hash(); got != want {
			t.Errorf("weights %s, want %s", got, want)
		}
	})
}

func TestLearns(t *testing.T) {
	c := train64(t, 400, 400).test(1000)
	if accuracy, majority := c.accuracy(), c.majority(); majority > 530 || accuracy < 850 {
		t.Errorf("accuracy %d ‰ beside a majority of %d ‰: %v", accuracy, majority, c)
	}
	for i, right := range c.right {
		if share := tenths(right, c.all[i]); share < 500 {
			t.Errorf("%s is recognized in %d ‰", conditionNames[i], share)
		}
	}
}

func TestCounts(t *testing.T) {
	c := counts{right: [conditions]int{3, 1, 0, 0, 2}, all: [conditions]int{4, 2, 1, 0, 2}}
	if c.accuracy() != 667 || c.majority() != 444 {
		t.Errorf("accuracy %d, majority %d, want 667 and 444", c.accuracy(), c.majority())
	}
}

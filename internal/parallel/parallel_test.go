package parallel

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/Kaleaon/pentary-go/internal/asmtest"
)

func Example() {
	squares := make([]int, 5)
	For(Workers(), len(squares), func(_, i int) { squares[i] = i * i })
	fmt.Println(squares)
	// Output: [0 1 4 9 16]
}

// withProcs runs a test with several values of GOMAXPROCS.
func withProcs(t *testing.T, test func(t *testing.T)) {
	for _, procs := range []int{1, 2, 7} {
		t.Run(fmt.Sprint(procs), func(t *testing.T) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
			test(t)
		})
	}
}

// counter counts the calls for each index, and detects workers that overlap or are out of range.
type counter struct {
	calls  []atomic.Int32
	inside []atomic.Int32 // running calls, by worker
	faults atomic.Int32
}

func newCounter(n, limit int) *counter {
	return &counter{calls: make([]atomic.Int32, n), inside: make([]atomic.Int32, max(limit, 1))}
}

func (c *counter) task(worker, i int) {
	if worker < 0 || worker >= len(c.inside) || c.inside[worker].Add(1) != 1 {
		c.faults.Add(1)
		return
	}
	runtime.Gosched() // gives overlaps time to occur
	c.calls[i].Add(1)
	c.inside[worker].Add(-1)
}

func (c *counter) check(t *testing.T) {
	t.Helper()
	if n := c.faults.Load(); n != 0 {
		t.Errorf("%d calls with a worker out of range or already at work", n)
	}
	for i := range c.calls {
		if n := c.calls[i].Load(); n != 1 {
			t.Errorf("index %d was called %d times", i, n)
		}
	}
}

func TestFor(t *testing.T) {
	withProcs(t, func(t *testing.T) {
		for _, limit := range []int{0, 1, 2, 3, Workers(), Workers() + 5} {
			for _, n := range []int{0, 1, 2, 3, 100, 1000} {
				c := newCounter(n, limit)
				For(limit, n, c.task)
				c.check(t)
			}
		}
	})
}

func TestNested(t *testing.T) {
	withProcs(t, func(t *testing.T) {
		const n = 20
		inner := make([]*counter, n)
		outer := newCounter(n, Workers())
		For(Workers(), n, func(worker, i int) {
			outer.task(worker, i)
			inner[i] = newCounter(n, Workers())
			For(Workers(), n, inner[i].task)
		})
		outer.check(t)
		for _, c := range inner {
			c.check(t)
		}
	})
}

func TestConcurrent(t *testing.T) {
	withProcs(t, func(t *testing.T) {
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() {
				for range 50 {
					c := newCounter(30, Workers())
					For(Workers(), len(c.calls), c.task)
					c.check(t)
				}
			})
		}
		group.Wait()
	})
}

// outcome runs f in a goroutine and returns "returned", "exited" or the value of its panic.
func outcome(f func()) (end any) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		end = "exited"
		defer func() {
			if v := recover(); v != nil {
				end = v
			}
		}()
		f()
		end = "returned"
	}()
	<-done
	return end
}

// If a task panics or exits, For does the same after all workers are done, whatever the task's
// goroutine. If several tasks fail, the lowest index counts. The pool remains usable.
func TestFailures(t *testing.T) {
	boom := errors.New("boom")
	for _, procs := range []int{1, 2, 7} {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		for n := range 300 {
			const size = 40
			var inside atomic.Int32
			end := outcome(func() {
				defer func() {
					if k := inside.Load(); k != 0 {
						t.Errorf("%d tasks run after For", k)
					}
				}()
				For(Workers(), size, func(_, i int) {
					inside.Add(1)
					defer inside.Add(-1)
					if (i+n)%3 == 0 {
						runtime.Gosched()
					}
					switch {
					case i > 7+n%31:
						panic("too late")
					case i == 7+n%31 && n%2 == 0:
						panic(boom)
					case i == 7+n%31:
						runtime.Goexit()
					}
				})
			})
			if want := []any{boom, "exited"}[n%2]; end != want {
				t.Fatalf("%d processors: %v, want %v", procs, end, want)
			}
			c := newCounter(10, Workers())
			For(Workers(), len(c.calls), c.task)
			c.check(t)
		}
	}
}

// Each worker fails in turn, including the caller's goroutine.
func TestEveryWorkerFails(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(3))
	for round := range 30 {
		for victim := range 3 {
			end := outcome(func() {
				var together sync.WaitGroup
				together.Add(3)
				For(3, 3, func(worker, _ int) {
					together.Done()
					together.Wait() // one task each
					if worker == victim {
						if round%2 == 0 {
							panic(victim)
						}
						runtime.Goexit()
					}
				})
			})
			if want := []any{victim, "exited"}[round%2]; end != want {
				t.Fatalf("worker %d: %v, want %v", victim, end, want)
			}
		}
	}
}

// A failure propagates through nested calls.
func TestNestedFailure(t *testing.T) {
	withProcs(t, func(t *testing.T) {
		end := outcome(func() {
			For(Workers(), 8, func(_, i int) {
				For(Workers(), 8, func(_, j int) {
					if i == 5 && j == 3 {
						panic("nested")
					}
				})
			})
		})
		if end != "nested" {
			t.Errorf("%v, want the inner panic", end)
		}
	})
}

func TestAllocations(t *testing.T) {
	withProcs(t, func(t *testing.T) {
		var sum atomic.Int64
		task := func(_, i int) { sum.Add(int64(i)) }
		if n := asmtest.AllocsPerRun(100, func() { For(Workers(), 100, task) }); n != 0 {
			t.Errorf("For allocates %d times a call", n)
		}
	})
}

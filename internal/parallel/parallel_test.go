package parallel

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/Kaleaon/pentary-go/internal/allocs"
)

func Example() {
	squares := make([]int, 5)
	For(Workers(), len(squares), func(_, i int) { squares[i] = i * i })
	fmt.Println(squares)
	// Output: [0 1 4 9 16]
}

// withProcs runs the test for several settings of GOMAXPROCS.
func withProcs(t *testing.T, test func(t *testing.T)) {
	for _, procs := range []int{1, 2, 7} {
		t.Run(fmt.Sprint(procs), func(t *testing.T) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
			test(t)
		})
	}
}

// counter counts the calls for each index, and notes workers that overlap or are
// out of range.
type counter struct {
	calls  []atomic.Int32
	inside []atomic.Int32 // calls under way, by worker
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
	runtime.Gosched() // gives an overlap the time to happen
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

// A panic of the caller's share of the work reaches the caller once the others
// are done with theirs, and leaves the pool fit for use.
func TestPanic(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	for range 100 {
		var finished atomic.Bool
		panicked := make(chan struct{})
		func() {
			defer func() {
				if v := recover(); v != "task" {
					t.Errorf("recovered %v, want the task's panic", v)
				}
			}()
			For(2, 2, func(worker, _ int) {
				if worker == 0 {
					close(panicked)
					panic("task")
				}
				<-panicked // leaves the other index to worker 0
				runtime.Gosched()
				finished.Store(true)
			})
		}()
		if !finished.Load() {
			t.Fatal("For returned before its tasks did")
		}
		c := newCounter(10, Workers())
		For(Workers(), len(c.calls), c.task)
		c.check(t)
	}
}

func TestAllocations(t *testing.T) {
	withProcs(t, func(t *testing.T) {
		var sum atomic.Int64
		task := func(_, i int) { sum.Add(int64(i)) }
		if n := allocs.PerRun(100, func() { For(Workers(), 100, task) }); n != 0 {
			t.Errorf("For allocates %d times a call", n)
		}
	})
}

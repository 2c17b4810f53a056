// Package parallel spreads independent work over goroutines that stay.
package parallel

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// pool is the process's one set of workers. A call that finds it busy, because it
// is nested in another or comes from another goroutine, runs inline: there are
// never more workers than processors.
var pool struct {
	busy    sync.Mutex
	workers []chan struct{} // wakes worker i+1; the caller is worker 0
	done    sync.WaitGroup
	next    atomic.Int64
	n       int
	task    func(worker, i int)
	failed  failure // of the call
}

// failure is how a task ended other than by returning. Of several it is the one of the
// lowest index: indices are handed out in order, so it is the one that a single
// goroutine would have met.
type failure struct {
	sync.Mutex
	any   bool
	index int
	value any // of the panic; nil for runtime.Goexit
}

// Workers returns the largest number of workers that a call of For may use, and
// so the number of workspaces that its task needs.
func Workers() int { return runtime.GOMAXPROCS(0) }

// For calls task(worker, i) once for every i below n and returns when all are
// done. Calls with the same worker number never overlap; worker is below limit,
// which is at most what Workers returned when the caller made its workspaces.
// Which worker takes which i is not determined, so a task writes only to places
// that belong to its i, or to its worker's scratch.
//
// A task that panics or calls runtime.Goexit does so in the caller of For, with the
// same value, whatever goroutine it ran on: once the other workers are done, with no
// more tasks begun. Of several it is the one of the lowest i. The stack that an uncaught
// panic prints is the caller's.
//
// For itself allocates nothing in the steady state; a caller that wants none
// either keeps its task in a field.
func For(limit, n int, task func(worker, i int)) {
	workers := min(limit, n, runtime.GOMAXPROCS(0))
	if workers < 2 || !pool.busy.TryLock() {
		for i := range n {
			task(0, i)
		}
		return
	}
	defer finish()
	for len(pool.workers) < workers-1 {
		wake := make(chan struct{}, 1)
		pool.workers = append(pool.workers, wake)
		go serve(len(pool.workers), wake)
	}
	pool.n, pool.task = n, task
	pool.next.Store(0)
	pool.done.Add(workers - 1)
	for _, wake := range pool.workers[:workers-1] {
		wake <- struct{}{}
	}
	drain(0)
}

// finish waits for the workers of a call, leaves the pool to the next, and fails as the
// task did, if one did.
func finish() {
	pool.done.Wait()
	pool.task = nil
	f := &pool.failed
	failed, value := f.any, f.value
	f.any, f.value = false, nil
	pool.busy.Unlock()
	switch {
	case value != nil:
		panic(value)
	case failed:
		runtime.Goexit()
	}
}

// serve is a worker's goroutine. One that a task ends has a successor.
func serve(worker int, wake chan struct{}) {
	defer func() {
		go serve(worker, wake)
		pool.done.Done()
	}()
	for range wake {
		drain(worker)
		pool.done.Done()
	}
}

func drain(worker int) {
	i, done := 0, false
	defer func() {
		if !done {
			fail(i, recover())
		}
	}()
	for i = int(pool.next.Add(1)) - 1; i < pool.n; i = int(pool.next.Add(1)) - 1 {
		pool.task(worker, i)
	}
	done = true
}

// fail notes the failure of a task and begins no more.
func fail(index int, value any) {
	pool.next.Store(int64(pool.n))
	f := &pool.failed
	f.Lock()
	defer f.Unlock()
	if !f.any || index < f.index {
		f.any, f.index, f.value = true, index, value
	}
}

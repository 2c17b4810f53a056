// Package parallel distributes independent tasks over persistent goroutines.
package parallel

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// pool is the set of workers of the process. A call runs inline if the pool is busy, because it is
// nested in another call or comes from another goroutine. There are never more workers than
// processors.
var pool struct {
	busy    sync.Mutex
	workers []chan struct{} // wakes worker i+1; the caller is worker 0
	done    sync.WaitGroup
	next    atomic.Int64
	n       int
	task    func(worker, i int)
	failed  failure // of the current call
}

// failure is the panic or Goexit of a task. If several tasks fail, the lowest index counts:
// indices are assigned in order, so this is the failure that a single goroutine would meet.
type failure struct {
	sync.Mutex
	any   bool
	index int
	value any // of the panic; nil for runtime.Goexit
}

// Workers returns the largest number of workers of a call of For, and thus the number of
// workspaces that its task needs.
func Workers() int { return runtime.GOMAXPROCS(0) }

// For calls task(worker, i) once for every i below n and returns after all calls. Calls with the
// same worker do not overlap. worker is below limit, which must be at most the result of Workers
// at the time the caller allocated its workspaces. The assignment of i to workers is not
// deterministic, so a task must write only to memory of its i or to its worker's scratch.
//
// If a task panics or calls runtime.Goexit, For does the same in the caller's goroutine, with the
// same value, after the other workers have finished; no more tasks are started. If several tasks
// fail, the lowest i counts. The stack printed by an uncaught panic is the caller's.
//
// For does not allocate in the steady state. To avoid the allocation of a closure, callers keep
// the task in a field.
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

// finish waits for the workers of a call, releases the pool, and propagates the failure of a task.
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

// serve is the goroutine of a worker. If a task ends it, another goroutine replaces it.
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

// fail records the failure of a task and stops further tasks.
func fail(index int, value any) {
	pool.next.Store(int64(pool.n))
	f := &pool.failed
	f.Lock()
	defer f.Unlock()
	if !f.any || index < f.index {
		f.any, f.index, f.value = true, index, value
	}
}

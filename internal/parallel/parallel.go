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
// A panic of a task that the caller itself runs reaches the caller after the
// other workers are done; one of another worker ends the process, as it would in
// any goroutine.
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
	defer release()
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

// release waits for the workers of a call, also of one that panics, and leaves
// the pool to the next.
func release() {
	pool.done.Wait()
	pool.task = nil
	pool.busy.Unlock()
}

func serve(worker int, wake chan struct{}) {
	for range wake {
		drain(worker)
		pool.done.Done()
	}
}

func drain(worker int) {
	for i := int(pool.next.Add(1)) - 1; i < pool.n; i = int(pool.next.Add(1)) - 1 {
		pool.task(worker, i)
	}
}

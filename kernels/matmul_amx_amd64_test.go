//go:build !purego && linux

package kernels

import (
	"runtime"
	"slices"
	"sync"
	"syscall"
	"testing"
)

// TestTilesUnderSignals multiplies with tiles on more threads than processors while signals
// interrupt them and goroutines move between them: sums lose nothing that a thread kept in
// tiles.
func TestTilesUnderSignals(t *testing.T) {
	if !slices.Contains(Tested(), "amx") {
		t.Skip("not tested here: amx")
	}
	const m, k, n = 100, 600, 90
	o := newOperands(t, 1, 0, 0)
	w, x := o.weights(m, k), o.batch(k, n)
	want := make([]int32, m*n)
	matMulGeneric(want, w, x, n)
	choose(t, "amx")
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2*runtime.NumCPU() + 2))

	done := make(chan struct{})
	var disturbance, work sync.WaitGroup
	disturbance.Go(func() {
		for {
			select {
			case <-done:
				return
			default: // with SIGURG the runtime preempts goroutines, too
				if err := syscall.Kill(syscall.Getpid(), syscall.SIGURG); err != nil {
					t.Error(err)
					return
				}
				runtime.Gosched()
			}
		}
	})
	disturbance.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
				runtime.GC()
			}
		}
	})
	for range 2*runtime.NumCPU() + 2 {
		work.Go(func() {
			y := make([]int32, m*n)
			for i := range 2000 {
				clear(y)
				MatMul(y, w, x, n)
				if !slices.Equal(y, want) {
					t.Errorf("product %d differs", i)
					return
				}
				runtime.Gosched()
			}
		})
	}
	work.Wait()
	close(done)
	disturbance.Wait()
}

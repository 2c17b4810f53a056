package es_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/packed"
)

// eachRun returns a run whose members are scored by score, unless it is nil by their
// first weight.
func eachRun(t *testing.T, score func(m *es.Member) (int64, error)) (*es.Optimizer, *packed.Matrix) {
	t.Helper()
	w := packed.NewMatrix(4, 40)
	opt, err := es.New(es.Matrices(w), es.EvaluateEach(func(m *es.Member) (int64, error) {
		if score != nil {
			return score(m)
		}
		return int64(m.Weights[0][0]), nil
	}), es.Options{Sigma: es.WholeLevel, Generations: 6, Pairs: 40})
	if err != nil {
		t.Fatal(err)
	}
	return opt, w
}

// ended runs f in a goroutine and returns what became of it: an error or nil, "exited"
// or what it panicked with.
func ended(f func() error) (end any) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		end = "exited"
		defer func() {
			if v := recover(); v != nil {
				end = v
			}
		}()
		end = f()
	}()
	<-done
	return end
}

// If a score panics or exits instead of returning, so does Run, whatever goroutine
// it was called on: of several members the first. The run can go on, to the weights of
// one that was not disturbed.
func TestEachFails(t *testing.T) {
	undisturbed, want := eachRun(t, nil)
	if err := undisturbed.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	for _, procs := range []int{1, 2, 7} {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		for i := range 120 {
			pair, minus := i*7%40, i%2 == 1
			var how string
			opt, w := eachRun(t, func(m *es.Member) (int64, error) {
				if m.Generation == 3 && how != "" && (m.Pair > pair || m.Pair == pair && m.Minus == minus) {
					switch {
					case m.Pair > pair:
						return 0, errors.New("a later member")
					case how == "panic":
						panic(fmt.Sprint("pair ", pair))
					case how == "exit":
						runtime.Goexit()
					}
					return 0, broken
				}
				if m.Pair%5 == 0 {
					runtime.Gosched()
				}
				return int64(m.Weights[0][0]), nil
			})
			run := func() error { return opt.Run(context.Background()) }
			how = []string{"error", "panic", "exit"}[i%3]
			end := ended(run)
			switch err, isError := end.(error); {
			case how == "panic" && end != fmt.Sprint("pair ", pair), how == "exit" && end != "exited":
				t.Fatalf("%d processors, %s: %v", procs, how, end)
			case how == "error":
				text := fmt.Sprintf("es: %s of pair %d of generation 3: broken", map[bool]string{false: "plus", true: "minus"}[minus], pair)
				if !isError || !errors.Is(err, broken) || err.Error() != text {
					t.Fatalf("%d processors: %v, want %s", procs, end, text)
				}
			}
			if opt.Generation() != 3 {
				t.Fatalf("%s: %d generations finished", how, opt.Generation())
			}
			how = ""
			if end := ended(run); end != nil || !w.Equal(want) {
				t.Fatalf("a run that continues: %v, other weights: %t", end, !w.Equal(want))
			}
		}
	}
}

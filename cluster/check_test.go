package cluster

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/train"
)

// compareAll has every chunk scored by two workers, and none by the coordinator unless they
// differ.
func compareAll(t *testing.T, check float64) {
	before := draw
	draw = func() float64 { return 1.5 * check }
	t.Cleanup(func() { draw = before })
}

// A second worker finds wrong scores, the coordinator which of the two is wrong. The weights
// are the honest ones, and the expulsion says that no record has unchecked scores of the
// liar but those that another has confirmed.
func TestCompared(t *testing.T) {
	const generations, check = 25, 0.01
	compareAll(t, check)
	want := alone(t, "digits", generations)
	for _, first := range []bool{true, false} { // whether the liar scores before the honest ones
		log, all := joining(t, 3)
		lie := func(_ *train.Run, g es.Generation, _ int, scores []int64) {
			<-all // or one of them could do the whole run
			if g.Number >= 6 {
				scores[len(scores)-1]--
			}
			if !first {
				time.Sleep(3 * time.Millisecond)
			}
		}
		honest := func(*train.Run, es.Generation, int, []int64) {
			<-all
			if first {
				time.Sleep(3 * time.Millisecond)
			}
		}
		var expelled []Expulsion
		run := mustRun(t, "digits", generations, "")
		server, err := embed(testLog(t))
		if err != nil {
			t.Fatal(err)
		}
		var done sync.WaitGroup
		var of error
		done.Go(func() {
			of = Work(t.Context(), interfered(t, generations, lie), WorkerOptions{Endpoint: Endpoint{URL: server.url}, WorkerName: "liar"})
		})
		for range 2 {
			done.Go(func() {
				if err := Work(t.Context(), interfered(t, generations, honest), WorkerOptions{Endpoint: Endpoint{URL: server.url}}); err != nil {
					t.Error(err)
				}
			})
		}
		_, err = Run(t.Context(), run, Options{
			Endpoint: Endpoint{URL: server.url}, Check: check, Log: log,
			Expelled: func(e Expulsion) { expelled = append(expelled, e) },
		})
		if err != nil {
			t.Fatal(err)
		}
		done.Wait()
		if got := hashOf(t, run); got != want {
			t.Errorf("weights %x, want %x", got, want)
		}
		if !errors.Is(of, ErrRefused) || len(expelled) != 1 || expelled[0].Worker != "liar" || expelled[0].Generation < 7 || expelled[0].Last >= expelled[0].Generation ||
			!strings.Contains(expelled[0].Why, "it sent") {
			t.Errorf("the liar ended with %v; expelled %+v", of, expelled)
		}
		if err := server.close(); err != nil {
			t.Error(err)
		}
	}
}

// The coordinator scores a chunk itself that no second worker takes.
func TestComparedAlone(t *testing.T) {
	const generations, check = 4, 0.01
	compareAll(t, check)
	want := alone(t, "digits", generations)
	server, err := embed(testLog(t))
	if err != nil {
		t.Fatal(err)
	}
	defer server.close()
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	var once sync.Once
	joined := make(chan struct{})
	other := interfered(t, generations, func(_ *train.Run, g es.Generation, _ int, _ []int64) {
		once.Do(func() { close(joined) })
		if g.Number > 0 {
			<-ctx.Done()
		}
	})
	gone := make(chan error, 1)
	go func() { gone <- Work(ctx, other, WorkerOptions{Endpoint: Endpoint{URL: server.url}}) }()
	stays := interfered(t, generations, func(_ *train.Run, g es.Generation, _ int, _ []int64) {
		if g.Number == 1 {
			leave()
		}
	})
	go func() {
		<-joined // so that there is another one when the first chunk is scored
		Work(t.Context(), stays, WorkerOptions{Endpoint: Endpoint{URL: server.url}})
	}()
	run := mustRun(t, "digits", generations, "")
	bounded, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	result, err := Run(bounded, run, Options{Endpoint: Endpoint{URL: server.url}, Check: check, Log: testLog(t)})
	if err != nil || result.Interrupted {
		t.Fatalf("%+v, error %v", result, err)
	}
	leave()
	<-gone
	if got := hashOf(t, run); got != want {
		t.Errorf("weights %x, want %x", got, want)
	}
}

// A worker does not score a chunk whose weights it does not have.
func TestReach(t *testing.T) {
	run := mustRun(t, "digits", 5, "")
	w := &working{replica: run.Replica(), samples: 1, records: map[uint32]*record{}, news: make(chan struct{}, 1)}
	if err := w.move(); err != nil {
		t.Fatal(err)
	}
	if err := w.reach(t.Context(), &work{weights: w.at.weights}); err != nil {
		t.Errorf("its own weights: %v", err)
	}
	other := w.at.weights
	other[7] ^= 1
	if err := w.reach(t.Context(), &work{weights: other}); err == nil || !strings.Contains(err.Error(), "has weights of hash") {
		t.Errorf("other weights: %v", err)
	}
}

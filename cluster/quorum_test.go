package cluster

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/es/journal"
	"github.com/Kaleaon/pentary-go/train"
)

// With a quorum, generations end without the scores of a worker that has stopped. Their
// records say which pairs are missing, so that the run replays to its weights and an
// audit finds every code right.
func TestQuorum(t *testing.T) {
	const generations = 24
	dir := t.TempDir()
	server, err := embed(testLog(t))
	if err != nil {
		t.Fatal(err)
	}
	defer server.close()
	at := Endpoint{URL: server.url}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var done sync.WaitGroup
	// One worker stalls in every other generation until that is over for the other one.
	var begun atomic.Int64 // newest generation of which the other has scored pairs
	stalls := interfered(t, generations, func(_ *train.Run, g es.Generation, _ int, _ []int64) {
		time.Sleep(5 * time.Millisecond)
		for g.Number%2 == 1 && begun.Load() <= int64(g.Number) && ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
	})
	works := interfered(t, generations, func(_ *train.Run, g es.Generation, _ int, _ []int64) {
		time.Sleep(5 * time.Millisecond)
		begun.Store(int64(g.Number))
		if g.Number == generations-1 {
			cancel()
		}
	})
	for _, r := range []*train.Run{stalls, works} {
		done.Go(func() {
			if err := Work(t.Context(), r, WorkerOptions{Endpoint: at}); err != nil {
				t.Error(err)
			}
		})
	}
	run := mustRun(t, "digits", generations, dir)
	if err := run.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	var missing int64
	o := Options{Endpoint: at, Log: testLog(t), Quorum: 0.01}
	result, err := Run(t.Context(), run, o)
	if err != nil || result.Generations != generations {
		t.Fatalf("%+v, error %v", result, err)
	}
	want := hashOf(t, run)
	if err := run.Close(); err != nil {
		t.Fatal(err)
	}
	done.Wait()
	in, err := journal.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	for r, err := range in.Records() {
		if err != nil {
			t.Fatal(err)
		}
		missing += int64(len(r.Missing))
	}
	if missing == 0 {
		t.Error("no pair is missing")
	}
	if r, err := mustRun(t, "digits", generations, "").Replay(t.Context(), dir, nil); err != nil || r.Final != want {
		t.Errorf("replayed to %+v, error %v, want weights %x", r, err, want)
	}
	a, err := mustRun(t, "digits", generations, "").Audit(t.Context(), dir, train.AuditOptions{Sample: generations})
	if err != nil || len(a.Wrong) > 0 || int64(a.Missing) != missing {
		t.Errorf("audit %+v, error %v, want %d missing", a, err, missing)
	}
	for _, q := range []float64{-0.1, 1.1} {
		if _, err := Run(t.Context(), mustRun(t, "digits", 1, ""), Options{Quorum: q}); err == nil {
			t.Errorf("a quorum of %v", q)
		}
	}
}

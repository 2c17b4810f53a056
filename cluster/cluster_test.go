package cluster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/es/journal"
	"github.com/Kaleaon/pentary-go/train"
)

// testLog returns a log that is shown when the test fails.
func testLog(t testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelInfo}))
}

// joining returns a log like testLog's, and a channel that is closed when n workers have
// joined.
func joining(t testing.TB, n int) (*slog.Logger, <-chan struct{}) {
	all := make(chan struct{})
	return slog.New(slog.NewTextHandler(watch{t.Output(), func(line string) {
		if strings.Contains(line, "worker joined") {
			if n--; n == 0 {
				close(all)
			}
		}
	}}, nil)), all
}

// watch is a writer whose lines are seen.
type watch struct {
	io.Writer
	see func(line string)
}

func (w watch) Write(b []byte) (int, error) {
	w.see(string(b))
	return w.Writer.Write(b)
}

// Workers in one process come to the weights of the run without them, whatever their
// number.
func TestLocal(t *testing.T) {
	const generations = 12
	for _, name := range runNames {
		want := alone(t, name, generations)
		for _, n := range []int{1, 2, 4, 8} {
			if !long && n != 1 && n != 4 {
				continue
			}
			t.Run(fmt.Sprintf("%s/%d", name, n), func(t *testing.T) {
				o := Options{Log: testLog(t), Check: 0.2}
				for range n {
					o.Local = append(o.Local, mustRun(t, name, generations, ""))
				}
				run := mustRun(t, name, generations, "")
				result, err := Run(t.Context(), run, o)
				if err != nil {
					t.Fatal(err)
				}
				if got := hashOf(t, run); got != want || result.Generations != generations {
					t.Errorf("%d generations to weights %x, want %x", result.Generations, got, want)
				}
			})
		}
	}
}

// evaluator is a worker's evaluator that a test interferes with.
type evaluator struct {
	es.InputSource
	after func(g es.Generation, lo int, scores []int64)
}

func (e *evaluator) EvaluateRange(ctx context.Context, g es.Generation, lo, hi int, scores []int64) error {
	err := e.InputSource.(es.RangeEvaluator).EvaluateRange(ctx, g, lo, hi, scores)
	e.after(g, lo, scores)
	return err
}

// interfered returns a run whose evaluator calls after.
func interfered(t *testing.T, generations int, after func(r *train.Run, g es.Generation, lo int, scores []int64)) *train.Run {
	t.Helper()
	task := mustRun(t, "digits", generations, "").Replica().Task()
	e := &evaluator{InputSource: task.Evaluator.(es.InputSource)}
	task.Evaluator = e
	r, err := train.New(task, es.Options{Seed: 5, Generations: generations, Pairs: 32}, train.Options{Config: fmt.Sprintf("digits of %d generations", generations)})
	if err != nil {
		t.Fatal(err)
	}
	e.after = func(g es.Generation, lo int, scores []int64) { after(r, g, lo, scores) }
	return r
}

// A worker that changes a score is expelled, and with all chunks checked the weights are
// the honest ones.
func TestLie(t *testing.T) {
	const generations = 30
	want := alone(t, "digits", generations)
	liar := interfered(t, generations, func(_ *train.Run, g es.Generation, lo int, scores []int64) {
		if g.Number >= 3 {
			scores[len(scores)/2]++
		}
	})
	var log strings.Builder
	var mutex sync.Mutex
	o := Options{Check: 1, Log: slog.New(slog.NewTextHandler(locked{&mutex, &log}, nil))}
	run := mustRun(t, "digits", generations, "")
	server, err := embed(testLog(t))
	if err != nil {
		t.Fatal(err)
	}
	defer server.close()
	o.URL = server.url
	ended := make(chan error, 1)
	go func() {
		ended <- Work(t.Context(), liar, WorkerOptions{Endpoint: Endpoint{URL: server.url}, WorkerName: "liar"})
	}()
	// An honest worker joins once the liar has been expelled, so that the lie is told.
	honest := mustRun(t, "digits", generations, "")
	var expelled error
	go func() {
		expelled = <-ended
		ended <- Work(t.Context(), honest, WorkerOptions{Endpoint: Endpoint{URL: server.url}, WorkerName: "honest"})
	}()
	if _, err := Run(t.Context(), run, o); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if !errors.Is(expelled, ErrRefused) || !strings.Contains(expelled.Error(), "expelled: pair") {
		t.Errorf("the liar ended with %v", expelled)
	}
	if got := hashOf(t, run); got != want {
		t.Errorf("weights %x, want %x", got, want)
	}
	mutex.Lock()
	defer mutex.Unlock()
	if !strings.Contains(log.String(), "worker expelled") {
		t.Errorf("the log says %s", log.String())
	}
}

type locked struct {
	mutex *sync.Mutex
	b     *strings.Builder
}

func (l locked) Write(b []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.b.Write(b)
}

// A worker whose weights change under it notices, joins again, and no score of theirs
// counts.
func TestOtherWeights(t *testing.T) {
	const generations = 15
	unhurried(t)
	want := alone(t, "digits", generations)
	changed := 0
	broken := interfered(t, generations, func(r *train.Run, g es.Generation, lo int, scores []int64) {
		last := lo+len(scores)/2 == g.Pairs // after it nothing is scored with the changed weights
		if last && (g.Number == 4 && changed == 0 || g.Number == 9 && changed == 1) {
			changed++
			b := r.Replica().Parameters()[0].W
			b.Set(0, 0, (b.At(0, 0)+3)%3-1)
			b.Set(1, 0, (b.At(1, 0)+4)%3-1)
		}
	})
	run := mustRun(t, "digits", generations, "")
	if _, err := Run(t.Context(), run, Options{Local: []*train.Run{broken}, Log: testLog(t), Check: 1}); err != nil {
		t.Fatal(err)
	}
	if got := hashOf(t, run); got != want || changed != 2 {
		t.Errorf("weights %x after %d changes, want %x after 2", got, changed, want)
	}
}

// Workers of another run are refused, and told in what it differs.
func TestRefused(t *testing.T) {
	const generations = 1 << 20
	server, err := embed(testLog(t))
	if err != nil {
		t.Fatal(err)
	}
	defer server.close()
	ctx, cancel := context.WithCancel(t.Context())
	run := mustRun(t, "digits", generations, "")
	var done sync.WaitGroup
	done.Go(func() {
		o := Options{Endpoint: Endpoint{URL: server.url}, Log: testLog(t), Earlier: []Expulsion{{Worker: "liar", Why: "it lied"}}}
		if _, err := Run(ctx, run, o); err != nil {
			t.Error(err)
		}
	})
	defer done.Wait()
	defer cancel()
	d, err := Describe(ctx, Endpoint{URL: server.url})
	if err != nil || d.Config != run.Replica().Config() || d.Data != run.Replica().Task().Data() {
		t.Fatalf("described as %+v, error %v", d, err)
	}
	other := mustRun(t, "digits", generations, "").Replica().Task()
	same, hash := other.Data, other.Data()
	hash[3]++
	other.Data = func() journal.Hash { return hash }
	o := es.Options{Seed: 5, Generations: generations, Pairs: 32}
	data, err := train.New(other, o, train.Options{Config: run.Replica().Config()})
	if err != nil {
		t.Fatal(err)
	}
	o.Sigma = 1
	other.Data = same
	sigma, err := train.New(other, o, train.Options{Config: run.Replica().Config()})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		run  *train.Run
		at   Endpoint
		want string
	}{
		{mustRun(t, "digits", generations, ""), Endpoint{URL: server.url, Version: "0.0.1"}, `version: the run's is `},
		{mustRun(t, "digits", generations-1, ""), Endpoint{URL: server.url}, "configuration: the run's has hash "},
		{mustRun(t, "activations", generations, ""), Endpoint{URL: server.url}, "configuration: the run's has hash "},
		{sigma, Endpoint{URL: server.url}, "configuration: the run's has hash "},
		{data, Endpoint{URL: server.url}, "data: the run's have hash "},
	} {
		if err := Work(ctx, c.run, WorkerOptions{Endpoint: c.at}); !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
	liar := WorkerOptions{Endpoint: Endpoint{URL: server.url}, WorkerName: "liar"}
	if err := Work(ctx, mustRun(t, "digits", generations, ""), liar); !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "expelled: it lied") {
		t.Errorf("a worker that an earlier session expelled: %v", err)
	}
	if _, err := Describe(ctx, Endpoint{URL: server.url, Version: "0.0.1"}); !errors.Is(err, ErrRefused) {
		t.Errorf("described to another version: %v", err)
	}
	_, err = Run(ctx, mustRun(t, "digits", 2, ""), Options{Endpoint: Endpoint{URL: server.url}})
	if err == nil || !strings.Contains(err.Error(), "has a coordinator already") {
		t.Errorf("a second coordinator: %v", err)
	}
	if err := Work(ctx, mustRun(t, "digits", 2, ""), WorkerOptions{Endpoint: Endpoint{URL: server.url, Name: "nobody"}, Wait: 200 * time.Millisecond}); err == nil || !strings.Contains(err.Error(), "no coordinator") {
		t.Errorf("a worker without a coordinator: %v", err)
	}
	for _, e := range []Endpoint{{URL: server.url, Name: "a.b"}, {URL: server.url, Name: "*"}} {
		if _, err := Describe(ctx, e); err == nil || !strings.Contains(err.Error(), "run name") {
			t.Errorf("name %q: %v", e.Name, err)
		}
	}
	if _, err := Describe(ctx, Endpoint{URL: strings.Replace(server.url, "nats://", "nats://x", 1)}); err == nil || !strings.Contains(err.Error(), "Authorization") {
		t.Errorf("without the token: %v", err)
	}
}

// A worker that joins late starts from the newest checkpoint and the records after it.
func TestLate(t *testing.T) {
	const generations = 60
	want := alone(t, "digits", generations)
	server, err := embed(testLog(t))
	if err != nil {
		t.Fatal(err)
	}
	defer server.close()
	at := Endpoint{URL: server.url}
	late := mustRun(t, "digits", generations, "")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	// The late one comes when the first has done a few generations, and then the first leaves.
	log, both := joining(t, 2)
	var once sync.Once
	begun := make(chan struct{})
	first := interfered(t, generations, func(_ *train.Run, g es.Generation, _ int, _ []int64) {
		switch {
		case g.Number < 20:
			time.Sleep(5 * time.Millisecond) // for a checkpoint after the first
		default:
			once.Do(func() { close(begun) })
			<-both
			cancel()
		}
	})
	run := mustRun(t, "digits", generations, "")
	var done sync.WaitGroup
	done.Go(func() { Work(ctx, first, WorkerOptions{Endpoint: at}) })
	done.Go(func() {
		<-begun
		if err := Work(t.Context(), late, WorkerOptions{Endpoint: at, WorkerName: "late"}); err != nil {
			t.Error(err)
		}
	})
	o := Options{Endpoint: at, Log: log, Checkpoint: 10 * time.Millisecond}
	if _, err := Run(t.Context(), run, o); err != nil {
		t.Fatal(err)
	}
	done.Wait()
	if got := hashOf(t, run); got != want {
		t.Errorf("weights %x, want %x", got, want)
	}
}

// The status of a run has its workers.
func TestWatch(t *testing.T) {
	server, err := embed(testLog(t))
	if err != nil {
		t.Fatal(err)
	}
	defer server.close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	local := interfered(t, 1<<20, func(*train.Run, es.Generation, int, []int64) { time.Sleep(time.Millisecond) })
	var done sync.WaitGroup
	defer done.Wait()
	done.Go(func() {
		Run(ctx, mustRun(t, "digits", 1<<20, ""), Options{Endpoint: Endpoint{URL: server.url}, Local: []*train.Run{local}})
	})
	defer cancel()
	seen := errors.New("seen")
	err = Watch(ctx, Endpoint{URL: server.url}, func(s *Status) error {
		if s.Run != "run" || len(s.Workers) > 1 {
			t.Errorf("%+v", s)
		}
		if s.Generation > 0 && len(s.Workers) == 1 && s.Workers[0].Rate > 0 && s.Counts.Chunks > 0 && s.PerSecond > 0 && s.Pairs == 32 {
			return seen
		}
		return nil
	})
	if err != seen {
		t.Error(err)
	}
}

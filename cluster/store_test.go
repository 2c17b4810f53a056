package cluster

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/internal/durable"
	"github.com/Kaleaon/pentary-go/train"
)

// A worker that finds the checkpoint but not the records after it is given a checkpoint of
// now.
func TestRecordsLost(t *testing.T) {
	const generations = 40
	want := alone(t, "digits", generations)
	server, err := embed(testLog(t))
	if err != nil {
		t.Fatal(err)
	}
	defer server.close()
	at := Endpoint{URL: server.url}
	nc, err := nats.Connect(server.url)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	var done sync.WaitGroup
	defer done.Wait()
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	// The first worker leaves in generation 10, and the records before are lost.
	first := interfered(t, generations, func(_ *train.Run, g es.Generation, _ int, _ []int64) {
		if g.Number < 10 || ctx.Err() != nil {
			return
		}
		s, err := at.lookUp(t.Context(), nc)
		for err != nil && t.Context().Err() == nil { // it waits for seconds, and a busy machine may take longer
			s, err = at.lookUp(t.Context(), nc)
		}
		if err == nil {
			err = s.records.Purge(t.Context())
		}
		if err != nil {
			t.Error(err)
		}
		leave()
	})
	if err := at.complete(); err != nil {
		t.Fatal(err)
	}
	done.Go(func() { Work(ctx, first, WorkerOptions{Endpoint: at}) })
	done.Go(func() {
		<-ctx.Done()
		if err := Work(t.Context(), mustRun(t, "digits", generations, ""), WorkerOptions{Endpoint: at}); err != nil {
			t.Error(err)
		}
	})
	bounded, cancel := context.WithTimeout(t.Context(), patient)
	defer cancel()
	run := mustRun(t, "digits", generations, "")
	result, err := Run(bounded, run, Options{Endpoint: at, Checkpoint: time.Hour, Log: testLog(t)})
	if err != nil || result.Interrupted {
		t.Fatalf("%+v, error %v", result, err)
	}
	if got := hashOf(t, run); got != want {
		t.Errorf("weights %x, want %x", got, want)
	}
}

// Workers take data that they do not have from the object store.
func TestData(t *testing.T) {
	server, err := embed(testLog(t))
	if err != nil {
		t.Fatal(err)
	}
	defer server.close()
	at := Endpoint{URL: server.url}
	dir := t.TempDir()
	content := make([]byte, 300<<10) // in several messages
	rand.NewChaCha8([32]byte{1}).Read(content)
	files := []DataFile{{"a.csv", filepath.Join(dir, "a")}, {"b.gz", filepath.Join(dir, "b")}}
	for i, f := range files {
		if err := os.WriteFile(f.Path, content[:len(content)/(i+1)], 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, shared := range [][]DataFile{files, files, files[1:], nil} { // the second time they are there
		o := Options{Endpoint: at, Data: shared, Log: testLog(t), Local: []*train.Run{mustRun(t, "digits", 1<<20, "")}}
		ctx, cancel := context.WithCancel(t.Context())
		var done sync.WaitGroup
		done.Go(func() {
			if _, err := Run(ctx, mustRun(t, "digits", 1<<20, ""), o); err != nil {
				t.Error(err)
			}
		})
		d, err := Describe(ctx, at)
		if err != nil {
			t.Fatal(err)
		}
		if d.Shared != (len(shared) > 0) {
			t.Errorf("shared %v with %d files", d.Shared, len(shared))
		}
		to := t.TempDir()
		paths, err := FetchData(ctx, at, to, 1<<20)
		if len(shared) == 0 {
			if err == nil || !strings.Contains(err.Error(), "no data in the object store") {
				t.Errorf("without data: %v", err)
			}
		} else if err != nil || len(paths) != len(shared) {
			t.Errorf("paths %q, error %v", paths, err)
		}
		for _, f := range shared {
			want, _ := os.ReadFile(f.Path)
			if got, err := os.ReadFile(filepath.Join(to, f.Name)); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s: %d bytes, want %d, error %v", f.Name, len(got), len(want), err)
			}
		}
		if len(shared) > 0 {
			if _, err := FetchData(ctx, at, t.TempDir(), int64(len(content)/2-1)); err == nil || !strings.Contains(err.Error(), "larger than expected") {
				t.Errorf("with too little room: %v", err)
			}
		}
		cancel()
		done.Wait()
	}
	for _, bad := range [][]DataFile{{{"", "a"}}, {{"../a", "a"}}, {{".a", "a"}}, {{"a", "a"}, {"a", "b"}}, {{"none", filepath.Join(dir, "none")}}} {
		if _, err := Run(t.Context(), mustRun(t, "digits", 1, ""), Options{Data: bad}); err == nil {
			t.Errorf("files %q were shared", bad)
		}
	}
}

// The next coordinator removes the folder that a killed one has left, and no other.
func TestSweepEmbedded(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("locks of killed processes are files there")
	}
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	folder := func(name string, locked bool) string {
		dir := filepath.Join(tmp, name)
		if err := os.MkdirAll(filepath.Join(dir, "store", "jetstream"), 0o777); err != nil {
			t.Fatal(err)
		}
		if locked {
			if err := os.WriteFile(filepath.Join(dir, embeddedLock), nil, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		return dir
	}
	killed, other, begun := folder("pentary-nats-1", true), folder("pentary-other", true), folder("pentary-nats-2", false)
	running, err := embed(testLog(t))
	if err != nil {
		t.Fatal(err)
	}
	next, err := embed(testLog(t))
	if err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string]bool{killed: false, other: true, begun: true, running.dir: true, next.dir: true} {
		if _, err := os.Stat(dir); (err == nil) != want {
			t.Errorf("%s: %v", dir, err)
		}
	}
	if _, err := durable.OS.Lock(filepath.Join(running.dir, embeddedLock)); err == nil {
		t.Error("the folder of a running server is not locked")
	}
	for _, e := range []*embedded{running, next} {
		if err := e.close(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(e.dir); err == nil {
			t.Errorf("%s is left", e.dir)
		}
	}
}

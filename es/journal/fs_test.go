package journal

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/Kaleaon/pentary-go/es/journal/journaltest"
	"github.com/Kaleaon/pentary-go/internal/durable"
	"github.com/Kaleaon/pentary-go/internal/race"
)

// watched is the operating system's file system, which asks before each operation
// that changes or syncs something.
type watched struct {
	durable.FS
	before func(op string) error
}

type watchedFile struct {
	File
	before func(op string) error
}

var errSkip = errors.New("do nothing, and say that it is done")

// do runs the operation unless before has it otherwise.
func do(before func(string) error, op string, f func() error) error {
	switch err := before(op); err {
	case nil:
		return f()
	case errSkip:
		return nil
	default:
		return err
	}
}

func (w watched) OpenFile(name string, flag int, perm fs.FileMode) (File, error) {
	if err := w.before("open"); err != nil && err != errSkip {
		return nil, err
	}
	f, err := w.FS.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err
	}
	return watchedFile{f, w.before}, nil
}

func (w watched) Rename(from, to string) error {
	return do(w.before, "rename", func() error { return w.FS.Rename(from, to) })
}

func (w watched) SyncDir(name string) error {
	return do(w.before, "syncdir", func() error { return w.FS.SyncDir(name) })
}

func (f watchedFile) Write(b []byte) (int, error) {
	if err := f.before("write"); err != nil && err != errSkip {
		n, _ := f.File.Write(b[:len(b)/2])
		return n, err
	}
	return f.File.Write(b)
}

func (f watchedFile) WriteAt(b []byte, at int64) (int, error) {
	if err := f.before("write"); err != nil && err != errSkip {
		n, _ := f.File.WriteAt(b[:len(b)/2], at)
		return n, err
	}
	return f.File.WriteAt(b, at)
}

func (f watchedFile) Truncate(size int64) error {
	return do(f.before, "truncate", func() error { return f.File.Truncate(size) })
}

func (f watchedFile) Sync() error { return do(f.before, "sync", f.File.Sync) }

// quick does without syncs, for tests of many runs that no one pulls the plug on.
var quick = Options{FS: watched{durable.OS, func(op string) error {
	if op == "sync" || op == "syncdir" {
		return errSkip
	}
	return nil
}}}

func TestSyncPolicies(t *testing.T) {
	const n = 12
	for _, c := range []struct {
		name  string
		sync  Sync
		syncs int
	}{
		{"default", Sync{}, n},
		{"never", SyncNever(), 0},
		{"five", SyncEvery(Interval{Generations: 5}), 2},
		{"an hour", SyncEvery(Interval{Time: time.Hour}), 0},
		{"a nanosecond", SyncEvery(Interval{Time: 1}), n},
		{"both", SyncEvery(Interval{Generations: 4, Time: time.Hour}), 3},
	} {
		syncs := 0
		fsys := watched{durable.OS, func(op string) error {
			if op == "sync" {
				syncs++
			}
			return nil
		}}
		x := journaltest.New(codes)
		l := must[*Log](t)(Create(t.TempDir(), header(t, x), Options{Sync: c.sync, FS: fsys}))
		syncs = 0
		train(t, l, x, n)
		if syncs != c.syncs {
			t.Errorf("%s: %d syncs of %d records, want %d", c.name, syncs, n, c.syncs)
		}
		check(t, l.Close())
		if syncs != c.syncs+1 {
			t.Errorf("%s: Close did not sync", c.name)
		}
	}
}

// What makes a run durable, operation by operation: the journal before its name, a
// record before Append returns, the records before the checkpoint that attests them,
// the end after its checkpoint, and on opening what the process before may have left.
func TestOrderOfSyncs(t *testing.T) {
	var ops []string
	fsys := watched{durable.OS, func(op string) error {
		ops = append(ops, op)
		return nil
	}}
	expect := func(what, want string) {
		t.Helper()
		if got := strings.Join(ops, " "); got != want {
			t.Errorf("%s: %s, want %s", what, got, want)
		}
		ops = nil
	}
	const replace = "open write sync rename syncdir"
	dir := t.TempDir()
	x := journaltest.New(codes)
	l := must[*Log](t)(Create(dir, header(t, x), Options{FS: fsys}))
	expect("Create", "syncdir "+replace+" open open syncdir sync") // journal, checkpoint
	train(t, l, x, 1)
	expect("Append", "write sync")
	l.sync = SyncNever()
	train(t, l, x, 1)
	expect("Append without sync", "write")
	check(t, l.Checkpoint(x))
	expect("Checkpoint", "sync "+replace)
	train(t, l, x, 1)
	check(t, l.Close())
	expect("Close", "write sync")

	path := filepath.Join(dir, journalName)
	check(t, os.Truncate(path, l.size-1))
	l = must[*Log](t)(Open(dir, Options{FS: fsys}))
	expect("Open with a torn tail", "open open truncate syncdir sync")
	x = journaltest.New(codes)
	must[Restored](t)(l.Restore(t.Context(), x))
	ops = nil
	check(t, l.Finish(x, "done"))
	expect("Finish", "sync "+replace+" write sync")
	check(t, l.Close())
}

// Every operation of a run fails once, with half of what it was to write written.
// The Log then takes nothing more, and the run goes on when opened anew, with all
// that was acknowledged.
func TestFailures(t *testing.T) {
	const n = 6
	broken := errors.New("broken")
	want := truth(t, journaltest.New(codes), n)
	for failing := 0; ; failing++ {
		count := 0
		fsys := watched{durable.OS, func(op string) error {
			count++
			if count-1 == failing {
				return broken
			}
			return quick.FS.(watched).before(op)
		}}
		dir := t.TempDir()
		acknowledged, err := session(t, dir, n, Options{FS: fsys})
		if count <= failing {
			check(t, err)
			if failing < 10*n/2 {
				t.Fatalf("only %d operations", failing)
			}
			return
		}
		if !errors.Is(err, broken) {
			t.Fatalf("operation %d: error %v", failing, err)
		}
		x := journaltest.New(codes)
		l, at, err := Resume(t.Context(), dir, header(t, x), x, quick)
		if err != nil {
			t.Fatalf("operation %d: %v", failing, err)
		}
		if at.Generation < acknowledged || at.Ignored != nil || hashOf(t, x) != want[at.Generation] {
			t.Fatalf("operation %d: restored %+v of %d acknowledged", failing, at, acknowledged)
		}
		if _, ended := l.End(); !ended {
			train(t, l, x, n-x.Generation())
		}
		check(t, l.Close())
		x = journaltest.New(codes)
		check(t, Replay(t.Context(), dir, x))
		if hashOf(t, x) != want[n] {
			t.Fatalf("operation %d: other weights", failing)
		}
	}
}

// session resumes a run, trains it to generation n with checkpoints on the way, and
// returns how many generations were acknowledged.
func session(t *testing.T, dir string, n int, o Options) (acknowledged int, err error) {
	x := journaltest.New(codes)
	l, at, err := Resume(t.Context(), dir, header(t, x), x, o)
	if err != nil {
		return at.Generation, err
	}
	defer func() { err = errors.Join(err, at.Ignored, l.Close()) }()
	follow := l.Follow(x, Interval{})
	for x.Generation() < n {
		if err := follow(x.Step()); err != nil {
			return acknowledged, err
		}
		acknowledged = x.Generation()
		if acknowledged%2 == 0 {
			if err := l.Checkpoint(x); err != nil {
				return acknowledged, err
			}
		}
	}
	return acknowledged, l.Finish(x, "done")
}

// A file's content is unknown after a write or sync of it has failed.
func TestNothingAfterAnError(t *testing.T) {
	for _, op := range []string{"write", "sync"} {
		broken, armed := errors.New("broken"), false
		fsys := watched{durable.OS, func(o string) error {
			if armed && o == op {
				armed = false
				return broken
			}
			return quick.FS.(watched).before(o)
		}}
		x := journaltest.New(codes)
		l := must[*Log](t)(Create(t.TempDir(), header(t, x), Options{FS: fsys}))
		x.Step()
		armed = true
		if err := l.Append(x.Record()); err != broken {
			t.Errorf("%s: error %v", op, err)
		}
		for name, err := range map[string]error{
			"Append": l.Append(x.Record()), "Sync": l.Sync(), "Finish": l.Finish(x, ""), "Close": l.Close(),
		} {
			if !errors.Is(err, broken) {
				t.Errorf("%s after a failed %s: error %v", name, op, err)
			}
		}
	}
}

func TestAllocations(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	x := journaltest.New(100)
	l := must[*Log](t)(Create(t.TempDir(), header(t, x), quick))
	defer l.Close()
	r := x.Record()
	if allocs := testing.AllocsPerRun(50, func() {
		r.Finished++
		check(t, l.Append(r))
	}); allocs != 0 {
		t.Errorf("Append allocates %v times", allocs)
	}
}

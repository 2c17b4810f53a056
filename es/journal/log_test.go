package journal

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/es/journal/journaltest"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
)

const codes = 5 // of a trainer's records

// trainer is a Trainer that steps.
type trainer interface {
	Trainer
	Step() es.Stats
}

func hashOf(t testing.TB, x Trainer) Hash {
	t.Helper()
	sum, err := HashWeights(x.Parameters())
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

// truth returns the hash after each of n generations of x, and before the first.
func truth(t testing.TB, x trainer, n int) []Hash {
	sums := []Hash{hashOf(t, x)}
	for range n {
		x.Step()
		sums = append(sums, hashOf(t, x))
	}
	return sums
}

func header(t testing.TB, x Trainer) Header {
	return Header{Seed: 7, Config: `{"task":"none"}`, Data: Hash{1, 2, 3}, Weights: hashOf(t, x)}
}

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// train runs n generations.
func train(t testing.TB, l *Log, x trainer, n int) {
	t.Helper()
	for range n {
		x.Step()
		check(t, l.Append(x.Record()))
	}
}

// write makes a run of n generations in a new directory: with a checkpoint if
// checkpointed is not negative, and with its end if finished.
func write(t testing.TB, n, checkpointed int, finished bool) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "run")
	x := journaltest.New(codes)
	l := must[*Log](t)(Create(dir, header(t, x), quick))
	for i := range n + 1 {
		if i > 0 {
			train(t, l, x, 1)
		}
		if i == checkpointed {
			check(t, l.Checkpoint(x))
		}
	}
	if finished {
		check(t, l.Finish(x, "done"))
	}
	check(t, l.Close())
	return dir
}

// A run of sessions of two generations, with a checkpoint between them.
func TestSessions(t *testing.T) {
	const n = 12
	for _, wide := range []bool{false, true} {
		fresh := func() *journaltest.Trainer {
			x := journaltest.New(codes)
			x.Wide = wide
			return x
		}
		want := truth(t, fresh(), n)
		dir := filepath.Join(t.TempDir(), "a", "b")
		for done := 0; done < n; done += 2 {
			x := fresh()
			l, at, err := Resume(t.Context(), dir, header(t, x), x, quick)
			check(t, err)
			if (at != Restored{Generation: done, Checkpoint: max(0, done-1)}) || at.Replayed() != min(1, done) || hashOf(t, x) != want[done] {
				t.Fatalf("restored %+v, want generation %d", at, done)
			}
			train(t, l, x, 1)
			check(t, l.Checkpoint(x))
			train(t, l, x, 1)
			check(t, l.Close())
		}
		x := fresh()
		check(t, Replay(t.Context(), dir, x))
		if hashOf(t, x) != want[n] {
			t.Error("replay differs")
		}
	}
}

func TestEnd(t *testing.T) {
	dir := write(t, 3, 2, true)
	x := journaltest.New(codes)
	l, at, err := Resume(t.Context(), dir, header(t, x), x, quick)
	check(t, err)
	defer l.Close()
	if (at != Restored{Generation: 3, Checkpoint: 3}) {
		t.Errorf("restored %+v, want the checkpoint of the end", at)
	}
	want := End{"done", hashOf(t, x)}
	if end, ok := l.End(); !ok || end != want || l.Generation() != 3 {
		t.Errorf("end %v, %v after generation %d, want %v", end, ok, l.Generation(), want)
	}
	x.Step()
	if err := l.Append(x.Record()); !errors.Is(err, ErrEnded) {
		t.Errorf("Append: %v", err)
	}
	if err := l.Finish(x, "again"); !errors.Is(err, ErrEnded) {
		t.Errorf("Finish: %v", err)
	}
}

// A replay that comes to other weights than the run did is an error.
func TestReplayProves(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	x := journaltest.New(codes)
	l := must[*Log](t)(Create(dir, header(t, x), quick))
	train(t, l, x, 3)
	x.Parameters()[1].W.Set(0, 0, x.Parameters()[1].W.At(0, 0)/2+1) // not by the optimizer
	check(t, l.Finish(x, "done"))
	check(t, l.Close())
	if err := Replay(t.Context(), dir, journaltest.New(codes)); err == nil || !strings.Contains(err.Error(), "hash") {
		t.Errorf("error %v, want one of the hash", err)
	}
}

func TestFollow(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	x := journaltest.New(codes)
	l := must[*Log](t)(Create(dir, header(t, x), quick))
	defer l.Close()
	var saved []int
	follow := l.Follow(x, Interval{Generations: 3})
	for range 10 {
		check(t, follow(x.Step()))
		if os.Remove(l.path(checkpointName)) == nil {
			saved = append(saved, x.Generation())
		}
	}
	if l.Generation() != 10 || !slices.Equal(saved, []int{3, 6, 9}) {
		t.Errorf("%d generations and checkpoints of %v", l.Generation(), saved)
	}
	check(t, l.Follow(x, Interval{Time: time.Nanosecond})(x.Step()))
	if _, err := os.Stat(l.path(checkpointName)); err != nil {
		t.Error(err)
	}
}

func TestRefusals(t *testing.T) {
	x := journaltest.New(codes)
	h := header(t, x)
	dir := filepath.Join(t.TempDir(), "run")
	is := func(err, want error) {
		t.Helper()
		if !errors.Is(err, want) {
			t.Errorf("error %v, want %v", err, want)
		}
	}
	says := func(err error, want string) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	_, err := Open(dir, quick)
	is(err, fs.ErrNotExist)
	l := must[*Log](t)(Create(dir, h, quick))
	_, err = Open(dir, quick)
	is(err, ErrInUse)
	_, err = Create(dir, h, quick)
	is(err, ErrInUse)
	train(t, l, x, 2)
	says(l.Append(x.Record()), "generation 2, want 3")
	_, err = l.Restore(t.Context(), x)
	says(err, "want a new one")
	x.Step()
	says(l.Checkpoint(x), "generation 3 of a journal of 2")
	says(l.Finish(x, "early"), "generation 3 of a journal of 2")
	check(t, l.Append(x.Record()))
	says(l.Finish(x, "\xff"), "UTF-8")
	check(t, l.Close())
	check(t, l.Close())
	is(l.Append(x.Record()), fs.ErrClosed)
	is(l.Sync(), fs.ErrClosed)
	is(l.Checkpoint(x), fs.ErrClosed)
	is(l.Finish(x, ""), fs.ErrClosed)
	_, err = Create(dir, h, quick)
	is(err, fs.ErrExist)
	_, err = Create(filepath.Join(dir, "other"), Header{Config: "\xff"}, quick)
	says(err, "UTF-8")
	os.Remove(filepath.Join(dir, journalName))
	_, err = Create(dir, h, quick) // the checkpoint is of something
	is(err, fs.ErrExist)

	dir = write(t, 2, 1, false)
	for field, other := range map[string]Header{
		"seed 7, not 8":                  {Seed: 8, Config: h.Config, Data: h.Data},
		"ars4x32-7, not philox4x32-10":   {Seed: 7, Generator: kernels.Philox4x32, Config: h.Config, Data: h.Data},
		`"{\"task\":\"none\"}", not "x"`: {Seed: 7, Config: "x", Data: h.Data},
		"data of hash 010203":            {Seed: 7, Config: h.Config},
	} {
		_, _, err := Resume(t.Context(), dir, other, journaltest.New(codes), quick)
		says(err, field)
	}
	moved := journaltest.New(codes)
	moved.Parameters()[1].W.Set(0, 2, 1)
	_, _, err = Resume(t.Context(), dir, h, moved, quick)
	says(err, "initial weights")
	says(Replay(t.Context(), dir, moved), "initial weights")
	says(Replay(t.Context(), dir, journaltest.New(codes+1)), "generation 1")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	is(Replay(ctx, dir, journaltest.New(codes)), context.Canceled)
}

func TestRefusesParameters(t *testing.T) {
	if _, err := HashWeights([]lowrank.Parameter{{}}); err == nil {
		t.Error("hash of a parameter without a matrix")
	}
}

// The bytes of a run, field by field.
func TestFormat(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	l := must[*Log](t)(Create(dir, Header{Seed: 7, Config: "c", Data: Hash{1}, Weights: Hash{2}}, quick))
	check(t, l.Append(es.Record{Finished: 1, Codes: []int8{0, 0, 1, -1, 0, 100}, Samples: 3}))
	check(t, l.Append(es.Record{Finished: 2, Reductions: 3}))
	l.end, l.ended = End{"r", Hash{3}}, false
	check(t, l.write(endKind, l.end.append))
	check(t, l.Close())
	zeros := strings.Repeat("00", 31)
	want := strings.Join([]string{
		"50454a4c", "0300", "0000",
		"00000000", "00000000", "01000000", "4d000000", "........", "........",
		"0700000000000000", "01" + zeros, "02" + zeros, "01000000", "63",
		"01000000", "01000000", "02000000", "13000000", "........", "........",
		"02000000", "03000000", "00000000", "0611e20f600000", // as testdata/codes.py has it
		"02000000", "02000000", "02000000", "0c000000", "........", "........",
		"00000000", "01000000", "03000080",
		"03000000", "03000000", "03000000", "21000000", "........", "........",
		"03" + zeros, "72",
	}, "")
	got := hex.EncodeToString(must[[]byte](t)(os.ReadFile(filepath.Join(dir, journalName))))
	if len(got) != len(want) {
		t.Fatalf("got %s", got)
	}
	for i := range want {
		if want[i] != '.' && want[i] != got[i] {
			t.Fatalf("from %d: got %s, want %s", i/2, got[i:], want[i:])
		}
	}
}

func TestRecordsReads(t *testing.T) {
	dir := write(t, 4, -1, true)
	r := must[*Reader](t)(Read(dir))
	defer r.Close()
	x := journaltest.New(codes)
	if r.Header() != header(t, x) || r.Generation() != 0 {
		t.Errorf("header %v at generation %d", r.Header(), r.Generation())
	}
	for record, err := range r.Records() {
		check(t, err)
		x.Step()
		if want := x.Record(); fmt.Sprint(record) != fmt.Sprint(want) || r.Generation() != want.Finished {
			t.Errorf("record %v, want %v", record, want)
		}
		if record.Finished == 2 {
			break
		}
	}
	for record, err := range r.Records() {
		check(t, err)
		x.Step()
		if want := x.Record(); fmt.Sprint(record) != fmt.Sprint(want) {
			t.Errorf("record %v, want %v", record, want)
		}
	}
	if end, ok := r.End(); !ok || end.Reason != "done" || end.Weights != hashOf(t, x) || r.TornTail() != (TornTail{}) {
		t.Errorf("end %v, %v and tail %v", end, ok, r.TornTail())
	}
}

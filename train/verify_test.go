package train

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/es/journal"
	"github.com/Kaleaon/pentary-go/packed"
)

// kept returns a problem's run in a directory, ended, and its model.
func keptRun(t *testing.T, p problem) (dir string, model *packed.File) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "run")
	r := p.start(t, dir)
	result := finish(t, r)
	if r.task.File == nil {
		return dir, nil
	}
	model = r.task.File(map[string]string{"generations": fmt.Sprint(result.Kept), "note": "x"})
	var b bytes.Buffer // apart from the run's parameters
	if _, err := model.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	model, err := packed.Decode(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	return dir, model
}

func (p problem) verify(t *testing.T, dir string, model *packed.File) (Verified, error) {
	t.Helper()
	task, o := p.task(t)
	r, err := New(task, o, p.options)
	if err != nil {
		t.Fatal(err)
	}
	return r.Verify(t.Context(), dir, model, map[string]string{"note": "x"})
}

// Models verify, under both estimators and of every task; a weight or an entry that
// differs is named.
func TestVerify(t *testing.T) {
	for name, p := range problems {
		if name == "black box" {
			continue // has no file
		}
		t.Run(name, func(t *testing.T) {
			dir, model := keptRun(t, p)
			v, err := p.verify(t, dir, model)
			if err != nil || v.Reached != v.Generations || v.Codes == 0 || v.TimesFaster() <= 0 {
				t.Fatalf("%+v, %v", v, err)
			}
			w := model.Tensors[0].Matrix
			w.Set(1, 2, (w.At(1, 2)+3)%5-2)
			if _, err := p.verify(t, dir, model); err == nil || !strings.Contains(err.Error(), model.Tensors[0].Name+"[1, 2] is ") {
				t.Errorf("a weight that differs: %v", err)
			}
			model.Meta["note"] = "y"
			if _, err := p.verify(t, dir, model); err == nil || !strings.Contains(err.Error(), `meta "note" is "y"`) {
				t.Errorf("an entry that differs: %v", err)
			}
			model.Meta["generations"] = "1000"
			if _, err := p.verify(t, dir, model); err == nil || !strings.Contains(err.Error(), "of generation 1000, and the journal has") {
				t.Errorf("a generation that the journal has not: %v", err)
			}
		})
	}
}

// A flipped bit in any record is found, and the message names the generation.
func TestVerifyDamage(t *testing.T) {
	p := problems["policy"]
	dir, model := keptRun(t, p)
	path := filepath.Join(dir, "journal.pej")
	sound, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	starts := recordStarts(t, sound)
	for at := starts[1]; at < len(sound); at += 3 {
		bad := slices.Clone(sound)
		bad[at] ^= 1 << (at % 8)
		if err := os.WriteFile(path, bad, 0o666); err != nil {
			t.Fatal(err)
		}
		record, _ := slices.BinarySearch(starts, at+1)
		record-- // number 0 is the header
		want := fmt.Sprintf("generation %d", record)
		if record == len(starts)-1 { // the end: told by what it comes after
			want = fmt.Sprintf("after generation %d", record-1)
		}
		if _, err := p.verify(t, dir, model); err == nil || !strings.Contains(err.Error(), want) {
			t.Fatalf("byte %d of record %d: error %v, want %q", at, record, err, want)
		}
	}
}

// recordStarts returns where the records of a journal begin.
func recordStarts(t *testing.T, b []byte) (starts []int) {
	t.Helper()
	for at := 8; at < len(b); {
		starts = append(starts, at)
		size := int(b[at+12]) | int(b[at+13])<<8 | int(b[at+14])<<16
		at += 24 + size
	}
	return starts
}

func TestReadEnd(t *testing.T) {
	dir, _ := keptRun(t, problems["early"])
	_, end, ended, err := ReadEnd(dir)
	if err != nil || !ended || end.Reason != StoppedEarly || end.Kept == nil || end.TrainingMicroseconds <= 0 {
		t.Errorf("%+v, %t, %v", end, ended, err)
	}
	if _, _, _, err := ReadEnd(t.TempDir()); err == nil {
		t.Error("no run is no error")
	}
}

func TestParseEnd(t *testing.T) {
	kept := 0
	for _, e := range []End{{Reason: Complete, TrainingMicroseconds: 12}, {Reason: StoppedEarly, Kept: &kept}} {
		if back, err := parseEnd(e.text()); err != nil || back.text() != e.text() {
			t.Errorf("%s is %+v, %v", e.text(), back, err)
		}
	}
	for _, bad := range []string{"", "done", `{"training_microseconds":-1}`, `{"kept_generation":-1}`} {
		if _, err := parseEnd(bad); err == nil {
			t.Errorf("%q is no error", bad)
		}
	}
}

// A state comes back whole; what is no state changes nothing.
func TestState(t *testing.T) {
	for name, p := range problems {
		r := p.start(t, "")
		finish(t, r)
		state := session{r}.AppendState(nil)
		fresh := p.start(t, "")
		before := session{fresh}.AppendState(nil)
		for n := range state {
			if err := (session{fresh}).RestoreState(state[:n]); err == nil {
				t.Fatalf("%s: the first %d of %d bytes are a state", name, n, len(state))
			}
		}
		if !bytes.Equal(session{fresh}.AppendState(nil), before) {
			t.Errorf("%s: a state that was refused has changed something", name)
		}
		if err := (session{fresh}).RestoreState(state); err != nil {
			t.Fatal(err)
		}
		head := len(stateMagic) + 16 // the times go on
		if got := (session{fresh}).AppendState(nil); !bytes.Equal(got[head:], state[head:]) {
			t.Errorf("%s: another state", name)
		}
	}
}

func FuzzState(f *testing.F) {
	p := problems["early"]
	r := p.start(f, "")
	f.Add(session{r}.AppendState(nil))
	if _, err := r.Train(f.Context()); err != nil {
		f.Fatal(err)
	}
	f.Add(session{r}.AppendState(nil))
	f.Fuzz(func(t *testing.T, state []byte) {
		s := session{p.start(t, "")}
		if s.RestoreState(state) == nil && bytes.HasPrefix(state, []byte(stateMagic)) && !bytes.Equal(s.AppendState(nil), state) {
			t.Errorf("%x is restored as another state", state)
		}
	})
}

var _ journal.Trainer = session{}

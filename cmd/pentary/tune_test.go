package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"testing"
)

// tuneTask is a search of a second or less: 13 runs.
var tuneTask = []string{
	"tune", "digits", "--json", "--configurations", "9", "--budget", "40000", "--hidden", "8",
	"--vary", "sigma=2,3,4", "--vary", "rate=0.1,0.3,0.6", "--vary", "rule=error-feedback,error-feedback4,stochastic,threshold,bop,qes",
	"--pairs", "16", "--batch", "16",
}

// architectureTask is a search over networks of as many runs.
var architectureTask = []string{
	"tune", "digits", "--json", "--configurations", "9", "--budget", "40000", "--architecture", "--widths", "8,16,32",
	"--pairs", "16", "--batch", "16",
}

// ranking is what the tests read of a search's result: all but times.
type ranking struct {
	Event       string
	Interrupted bool
	Command     []string
	Ranking     []struct {
		Rung, Configuration, Generations, Correct int

		Bytes    int
		Score    *float64
		Front    bool
		SHA256   string `json:"weights_sha256"`
		Settings map[string]string
	}
}

// tuned runs a search to its end and returns its result.
func tuned(t *testing.T, env string, args ...string) ranking {
	t.Helper()
	cmd := pentary(t, args...)
	cmd.Env = append(os.Environ(), env)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return rankingOf(t, bytes.TrimSpace(out))
}

func rankingOf(t *testing.T, out []byte) (r ranking) {
	t.Helper()
	if err := json.Unmarshal(out[bytes.LastIndexByte(out, '\n')+1:], &r); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return r
}

// A search has the same result for any number of processors, and any kernels.
func TestTuneDeterministic(t *testing.T) {
	for _, args := range [][]string{tuneTask, architectureTask} {
		want := tuned(t, "GOMAXPROCS=1", args...)
		if want.Event != "result" || len(want.Ranking) != 9 || want.Ranking[0].Rung != 1 || want.Ranking[3].Rung != 0 {
			t.Fatalf("%+v", want)
		}
		for _, env := range []string{"GOMAXPROCS=2", "GOMAXPROCS=7", "PENTARY_KERNELS=generic"} {
			if got := tuned(t, env, args...); !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %+v, want %+v", env, got, want)
			}
		}
	}
}

// A search over networks ranks them by their score within a rung, and none of its front
// has a smaller one that is as good.
func TestTuneArchitecture(t *testing.T) {
	r := tuned(t, "", architectureTask...)
	front := 0
	for i, c := range r.Ranking {
		if i > 0 && c.Rung == r.Ranking[i-1].Rung && *c.Score > *r.Ranking[i-1].Score {
			t.Errorf("place %d scores %f, the one before %f", i, *c.Score, *r.Ranking[i-1].Score)
		}
		beaten := false
		for _, o := range r.Ranking {
			beaten = beaten || o.Bytes <= c.Bytes && o.Correct >= c.Correct && (o.Bytes < c.Bytes || o.Correct > c.Correct)
		}
		if c.Front && beaten {
			t.Errorf("%v of %d bytes is on the front and beaten", c.Settings, c.Bytes)
		}
		if c.Front {
			front++
		}
	}
	if front == 0 {
		t.Error("nothing is on the front")
	}
}

// The command that a search ends with trains: as many generations as the winner had.
func TestTuneCommand(t *testing.T) {
	r := tuned(t, "", tuneTask...)
	out, err := pentary(t, append(r.Command[1:], "--json")...).Output()
	if err != nil {
		t.Fatal(err)
	}
	if e := lastEvent(t, out); e.Event != "result" || e.Generations != r.Ranking[0].Generations {
		t.Errorf("%v trains %d generations, want %d", r.Command, e.Generations, r.Ranking[0].Generations)
	}
}

// A search that is stopped again and again, by signals and without warning, comes to
// the same result as one that is not.
func TestTuneResume(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no signals to send")
	}
	want := tuned(t, "", tuneTask...)
	dir := filepath.Join(t.TempDir(), "search")
	for i, signal := range []os.Signal{os.Interrupt, os.Kill, os.Interrupt, os.Kill} {
		cmd := pentary(t, append(tuneTask, "--dir", dir)...)
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		var last []byte
		trials := 0
		for lines := bufio.NewScanner(stdout); lines.Scan(); {
			last = bytes.Clone(lines.Bytes())
			if bytes.HasPrefix(last, []byte(`{"event":"trial"`)) {
				if trials++; trials == 2 {
					cmd.Process.Signal(signal)
				}
			}
		}
		var exit *exec.ExitError
		err = cmd.Wait()
		if signal == os.Interrupt && err != nil { // else the search was faster than the signal
			if !errors.As(err, &exit) || exit.ExitCode() != 130 {
				t.Errorf("stop %d: %v, want exit status 130", i, err)
			}
			if r := rankingOf(t, last); !r.Interrupted || len(r.Ranking) == 0 {
				t.Errorf("stop %d: %+v, want the result of an interrupted search", i, r)
			}
		}
	}
	got := tuned(t, "", append(tuneTask, "--dir", dir)...)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	// And once more, when nothing is left to do.
	log, err := os.ReadFile(filepath.Join(dir, "tune.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if got := tuned(t, "", append(tuneTask, "--dir", dir)...); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	again, err := os.ReadFile(filepath.Join(dir, "tune.jsonl"))
	if err != nil || !bytes.Equal(again, log) {
		t.Errorf("a search that was done went on: %v", err)
	}
}

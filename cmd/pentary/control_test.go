package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// policyEvent is what the tests read of the objects that control prints.
type policyEvent struct {
	Event       string
	Environment string
	Mean        float64 `json:"mean_reward"`
	Min         float64 `json:"min_reward"`
	Seconds     float64
	Solved      bool
	Generations int
	Kept        int `json:"kept_generation"`
	Interrupted bool
	Weights     string `json:"weights_sha256"`
}

func parsePolicy(t *testing.T, line []byte) (e policyEvent) {
	t.Helper()
	if err := json.Unmarshal(line, &e); err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	return e
}

// An interrupt in the middle of training ends it with a policy, a test of it, and 130.
func TestInterruptControl(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no signals to send")
	}
	file := filepath.Join(t.TempDir(), "car.pent")
	cmd := pentary(t, "control", "mountaincar", "--json", "--out", file, "--generations", "1000000", "--pairs", "4", "--episodes", "1")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	var last policyEvent
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		if last = parsePolicy(t, lines.Bytes()); last.Event == "start" {
			if err := cmd.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
		}
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 130 {
		t.Errorf("ended with %v, want exit status 130", err)
	}
	if last.Event != "result" || !last.Interrupted || last.Generations >= 1000000 || last.Kept > last.Generations {
		t.Errorf("last event %+v, want the result of an interrupted run", last)
	}
	out, err := pentary(t, "control", "mountaincar", "--json", "--policy", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	if r := parsePolicy(t, out); r.Weights != last.Weights || r.Mean != last.Mean {
		t.Errorf("saved policy %+v, want that of %+v", r, last)
	}
}

// The defaults solve every environment, on 100 episodes that training has not seen.
func TestControlSolves(t *testing.T) {
	if testing.Short() || os.Getenv("PENTARY_LONG") == "" {
		t.Skip("PENTARY_LONG=1 trains for a minute")
	}
	for _, env := range []string{"cartpole", "mountaincar", "acrobot", "pendulum"} {
		out, err := pentary(t, "control", env, "--json").Output()
		if err != nil {
			t.Fatal(err)
		}
		var r policyEvent
		for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
			if err := d.Decode(&r); err != nil {
				t.Fatal(err)
			}
		}
		t.Logf("%+v", r)
		if r.Event != "result" || r.Environment != env || !r.Solved {
			t.Errorf("%s: %+v, want it solved", env, r)
		}
		if env == "cartpole" && r.Min != 500 {
			t.Errorf("cartpole: an episode of %g, want 500", r.Min)
		}
	}
}

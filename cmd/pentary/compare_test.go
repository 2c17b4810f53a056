package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"testing"
)

// An interrupt ends a comparison with what is done, the method in flight included.
func TestInterruptCompare(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no signals to send")
	}
	cmd := pentary(t, "compare", "digits", "--json", "--for", "500ms", "--hidden", "4", "--pairs", "4", "--batch", "4",
		"--methods", "error-feedback,error-feedback:rate=0.1,bop,stochastic,threshold,full")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	var last []byte
	signalled := false
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		last = bytes.Clone(lines.Bytes())
		if !signalled {
			signalled = true
			if err := cmd.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
		}
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 130 {
		t.Errorf("ended with %v, want exit status 130", err)
	}
	var r struct {
		Event       string
		Interrupted bool
		Methods     []struct{ Generations int }
	}
	if err := json.Unmarshal(last, &r); err != nil {
		t.Fatal(err)
	}
	if r.Event != "result" || !r.Interrupted || len(r.Methods) == 0 || len(r.Methods) == 6 || r.Methods[0].Generations == 0 {
		t.Errorf("last event %s", last)
	}
}

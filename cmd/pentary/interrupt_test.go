package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// An interrupt before anything is written ends a command at once, which says so: a fine-tuning
// whose reward program never answers, and a conversion of a network.
func TestInterruptUnwritten(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no signals to send")
	}
	dir := t.TempDir()
	byteModel(t, dir)
	checkpoint, err := filepath.Abs("../../interchange/testdata/llama2c.bin")
	if err != nil {
		t.Fatal(err)
	}
	const reward = "finetune lm.pent --prompts prompts.txt --reward-timeout 10m --threads 1 --out tuned.pent "
	for _, test := range []struct {
		line, want string
		begun      bool // whether a line of standard error tells
	}{
		{reward + "--reward echo${IFS}begun>&2;cat>/dev/null", "interrupted before the first generation; no model is written", true},
		{reward + "--dir run --reward echo${IFS}begun>&2;cat>/dev/null", "interrupted before the first generation; no model is written", true},
		{"convert " + checkpoint + " --from llama2.c --texts 4000 --out tuned.pent", "interrupted; tuned.pent is not written", false},
	} {
		cmd := pentary(t, strings.Fields(test.line)...)
		cmd.Dir, cmd.Stderr = dir, nil
		stderr, err := cmd.StderrPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		defer cmd.Process.Kill()
		out := bufio.NewReader(stderr)
		if test.begun {
			for line := ""; line != "begun\n"; {
				if line, err = out.ReadString('\n'); err != nil {
					t.Fatalf("%s: %q, %v", test.line, line, err)
				}
			}
		} else {
			atWork(t.Context(), cmd.Process.Pid)
		}
		begin := time.Now()
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(out)
		var exit *exec.ExitError
		if ended := cmd.Wait(); err != nil || !errors.As(ended, &exit) || exit.ExitCode() != 130 || !bytes.Contains(text, []byte(test.want)) {
			t.Errorf("%s: %v, %v, want exit status 130 and %q\n%s", test.line, err, ended, test.want, text)
		}
		if d := time.Since(begin); d > time.Minute {
			t.Errorf("%s: ended after %v", test.line, d)
		}
		if _, err := os.Stat(filepath.Join(dir, "tuned.pent")); err == nil {
			t.Errorf("%s: a model was written", test.line)
		}
	}
}

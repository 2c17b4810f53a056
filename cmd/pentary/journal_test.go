package main

import (
	"bufio"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/Kaleaon/pentary-go/packed"
)

// short are the arguments of runs for tests of their end, by name.
var short = map[string][]string{
	"residual": {"--generations", "1500", "--hidden", "8", "--pairs", "8", "--batch", "8"},
	"qes": {
		"--generations", "1000", "--hidden", "8", "--pairs", "8", "--batch", "8", "--groups", "2", "--noise-reuse", "2",
		"--rule", "qes", "--window", "4", "--shrink", "0.0001", "--early-stop", "20",
	},
	"activations": {"--generations", "1500", "--hidden", "8", "--pairs", "8", "--batch", "8", "--noise", "activations", "--output-sigma", "2"},
}

// trained returns the hash of the weights that a run comes to if nothing stops it.
func trained(t *testing.T, args []string) string {
	t.Helper()
	out, err := pentary(t, slices.Concat([]string{"train", "digits", "--json"}, args)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	return lastEvent(t, out).WeightsSHA256
}

// proved checks that the run in a directory has ended with the wanted weights, which
// its journal restores.
func proved(t *testing.T, dir, want string) {
	t.Helper()
	for _, args := range [][]string{
		{"train", "--resume", dir, "--json"},
		{"replay", dir, "--json"},
	} {
		out, err := pentary(t, args...).Output()
		if err != nil {
			t.Fatal(args, err)
		}
		if r := lastEvent(t, out); r.WeightsSHA256 != want {
			t.Errorf("%s: weights %s, want %s", args, r.WeightsSHA256, want)
		}
	}
	if out, err := pentary(t, "verify", dir).Output(); err != nil {
		t.Errorf("verify: %v\n%s", err, out)
	}
}

// The sigma of the last layer makes a difference, to a network of a file too.
func TestOutputSigma(t *testing.T) {
	file := filepath.Join(t.TempDir(), "net.pent")
	args := []string{"--generations", "3", "--hidden", "8", "--pairs", "8", "--batch", "8", "--noise", "activations"}
	trained(t, append(args, "--out", file))
	for name, args := range map[string][]string{"random": args, "init": append(args, "--init", file)} {
		if hash := trained(t, args); trained(t, append(args, "--output-sigma", "0")) != hash || trained(t, append(args, "--output-sigma", "2")) == hash {
			t.Errorf("%s: --output-sigma 0 and 2 come to other weights than none: want 2 alone to", name)
		}
	}
}

// An interrupted run says how to continue, and that ends at the same weights.
func TestInterruptResume(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no signals to send")
	}
	for name, args := range short {
		t.Run(name, func(t *testing.T) {
			want := trained(t, args)
			var dir string
			var out event
			for try := 0; !out.Interrupted; try++ { // a run may end before its interrupt comes
				if try == 20 {
					t.Fatalf("%d runs were not interrupted, the last with %+v", try, out)
				}
				dir = filepath.Join(t.TempDir(), "run")
				out = afterInterrupt(t, pentary(t, slices.Concat([]string{"train", "digits", "--json", "--dir", dir}, args)...))
			}
			if resume, _ := strings.CutPrefix(out.Resume, "pentary train --resume "); strings.Trim(resume, "'") != dir {
				t.Fatalf("result %+v, want one that says how to go on", out)
			}
			if text, err := pentary(t, "verify", dir).Output(); err != nil {
				t.Errorf("verify of an interrupted run: %v\n%s", err, text)
			}
			resumed := pentary(t, "train", "--resume", dir, "--json")
			text, err := resumed.Output()
			if err != nil {
				t.Fatal(err)
			}
			first, _, _ := strings.Cut(string(text), "\n")
			if start := parse(t, []byte(first)); start.Resumed.Generation != out.Generations || start.Resumed.Replayed != 0 {
				t.Errorf("resumed at %+v, want generation %d from the checkpoint", start.Resumed, out.Generations)
			}
			if r := lastEvent(t, text); r.WeightsSHA256 != want {
				t.Errorf("weights %s, want %s", r.WeightsSHA256, want)
			}
			proved(t, dir, want)
		})
	}
}

// afterInterrupt runs the command, interrupts it after its first progress, and returns its
// result.
func afterInterrupt(t *testing.T, cmd *exec.Cmd) (last event) {
	t.Helper()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		if last.Event != "progress" {
			if last = parse(t, lines.Bytes()); last.Event == "progress" {
				cmd.Process.Signal(os.Interrupt)
			}
			continue
		}
		last = parse(t, lines.Bytes())
		if last.Event == "progress" {
			continue
		}
	}
	var exit *exec.ExitError
	err = cmd.Wait()
	if last.Interrupted && (!errors.As(err, &exit) || exit.ExitCode() != 130) || !last.Interrupted && err != nil {
		t.Errorf("ended with %v and %+v, want exit status 130 if interrupted", err, last)
	}
	return last
}

// A run that is killed at any moment, time and again, comes to the weights that it
// would have come to. PENTARY_LONG=1 kills 200 times.
func TestKill(t *testing.T) {
	kills := 20
	switch {
	case os.Getenv("PENTARY_LONG") != "":
		kills = 200
	case testing.Short():
		kills = 5
	}
	for name, args := range short {
		t.Run(name, func(t *testing.T) {
			want := trained(t, args)
			rng := rand.New(rand.NewPCG(1, 2))
			for killed, runs := 0, 0; killed < kills; runs++ {
				dir := filepath.Join(t.TempDir(), "run")
				for {
					wait := time.Duration(-1)
					if killed < kills {
						wait = time.Duration(rng.Int64N(int64(150 * time.Millisecond)))
					}
					if !killedAfter(t, dir, args, wait) {
						break
					}
					killed++
				}
				proved(t, dir, want)
				if killed == kills {
					t.Logf("%d kills in %d runs", killed, runs+1)
				}
			}
		})
	}
}

// killedAfter begins or resumes a run and kills it after a time, never if that is
// negative. It reports whether the run was killed before its end.
func killedAfter(t *testing.T, dir string, args []string, wait time.Duration) bool {
	t.Helper()
	keep := []string{"--json", "--checkpoint", "10ms", "--sync", "interval"}
	line := slices.Concat([]string{"train", "digits", "--dir", dir}, keep, args)
	if _, err := os.Stat(filepath.Join(dir, "journal.pej")); err == nil {
		line = slices.Concat([]string{"train", "--resume", dir}, keep)
	}
	cmd := pentary(t, line...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if wait >= 0 {
		defer time.AfterFunc(wait, func() { cmd.Process.Kill() }).Stop()
	}
	err := cmd.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == -1 {
		return true
	}
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return false
}

// A single weight that differs is found, in a file that is sound otherwise.
func TestVerifyFindsWeight(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	if err := pentary(t, "train", "digits", "--dir", dir, "--generations", "3", "--hidden", "8", "--pairs", "8", "--batch", "8").Run(); err != nil {
		t.Fatal(err)
	}
	f, err := packed.ReadFile(filepath.Join(dir, "model.pent"))
	if err != nil {
		t.Fatal(err)
	}
	w := f.Tensors[1].Matrix
	w.Set(9, 7, (w.At(9, 7)+3)%5-2)
	other := filepath.Join(dir, "other.pent")
	if err := packed.WriteFile(other, f); err != nil {
		t.Fatal(err)
	}
	cmd := pentary(t, "verify", dir, other)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Run(); err == nil || !strings.Contains(stderr.String(), "other.pent: layer1[9, 7] is ") {
		t.Errorf("error %v: %s", err, stderr.String())
	}
}

// Two processes cannot run one run.
func TestInUse(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	args := []string{"train", "digits", "--json", "--dir", dir, "--generations", strconv.Itoa(endless), "--hidden", "4", "--pairs", "2", "--batch", "2"}
	cmd := pentary(t, args...)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer cmd.Process.Kill()
	bufio.NewScanner(stdout).Scan() // its start
	second := pentary(t, args...)
	var stderr strings.Builder
	second.Stderr = &stderr
	if err := second.Run(); err == nil || !strings.Contains(stderr.String(), "is under way: ") {
		t.Errorf("error %v: %s", err, stderr.String())
	}
	if err := pentary(t, "replay", dir).Run(); err != nil {
		t.Errorf("replay of a run under way: %v", err)
	}
}

// A disk that is full ends a run with an error of the system, after which the run
// can go on.
func TestDiskFull(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	script := `mount -t tmpfs -o size=64k none "$1" || exit 77
cd "$1"
bash -c 'exec -a pentary "$0" "$@"' "$2" train digits --dir run --generations 3000 --hidden 8 --pairs 64 --batch 2
echo status $?
bash -c 'exec -a pentary "$0" "$@"' "$2" replay run`
	cmd := exec.Command("unshare", "-rm", "sh", "-c", script, "sh", t.TempDir(), self)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if errors.Is(err, exec.ErrNotFound) || errors.As(err, &exit) && (exit.ExitCode() == 77 || !strings.Contains(string(out), "status")) {
		t.Skipf("no disk to fill: %v: %s", err, out)
	}
	for _, want := range []string{"no space left on device", "Continue with: pentary train --resume run", "status 1", "Replayed "} {
		if !strings.Contains(string(out), want) {
			t.Errorf("no %q in:\n%s", want, out)
		}
	}
}

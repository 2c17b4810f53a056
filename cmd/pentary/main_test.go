package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/packed"
)

// TestMain makes the test binary behave as pentary where it is started under
// that name.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"pentary": main})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:  "testdata/script",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"status": status},
		Condition: func(cond string) (bool, error) {
			if cond != "avx2" {
				return false, fmt.Errorf("unknown condition %q", cond)
			}
			return slices.Contains(kernels.Implementations(), cond), nil
		},
	})
}

// status is the script command "status N command args…": it runs the command and
// checks its exit status.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N command args...")
	}
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(got) != args[0] {
		ts.Fatalf("exit status %d, want %s", got, args[0])
	}
}

// pentary returns the command with the arguments, not yet started.
func pentary(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Args[0] = "pentary"
	cmd.Dir = t.TempDir()
	cmd.Stderr = t.Output()
	return cmd
}

// event is what the tests read of an object that --json prints.
type event struct {
	Event         string
	TestAccuracy  float64 `json:"test_accuracy"`
	WeightsSHA256 string  `json:"weights_sha256"`
	Generations   int
	Interrupted   bool
	Weights       int
	Levels        []int
	Resume        string
	Resumed       struct{ Generation, Checkpoint, Replayed int }
}

// The main job with its defaults learns the digits, and its weights are pents.
func TestTrainDigits(t *testing.T) {
	if testing.Short() {
		t.Skip("trains for seconds")
	}
	file := filepath.Join(t.TempDir(), "digits.pent")
	out, err := pentary(t, "train", "digits", "--json", "--out", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	r := lastEvent(t, out)
	if r.TestAccuracy < 0.93 {
		t.Errorf("test accuracy %.4f, want at least 0.93", r.TestAccuracy)
	}
	f, err := packed.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	counts := make([]int, 5)
	for _, tensor := range f.Tensors {
		weights := make([]int8, tensor.Matrix.Rows()*tensor.Matrix.Cols())
		tensor.Matrix.Unpack(weights)
		for i, w := range weights {
			if w < -2 || w > 2 {
				t.Fatalf("%s: weight %d is %d", tensor.Name, i, w)
			}
			counts[w+2]++
		}
	}
	sum := 0
	for level, n := range counts {
		if n != r.Levels[level] {
			t.Errorf("level %+d: %d weights in the file, %d in the result", level-2, n, r.Levels[level])
		}
		sum += n
	}
	if sum != r.Weights {
		t.Errorf("%d weights in the file, %d in the result", sum, r.Weights)
	}
}

// An interrupt in the middle of a run ends it with a network, a result and 130.
func TestInterrupt(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no signals to send")
	}
	for _, sig := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(sig.String(), func(t *testing.T) {
			if signal.Ignored(sig) { // as below nohup: then the command ignores it too
				t.Skip("whoever started the tests has it ignored")
			}
			testInterrupt(t, sig)
		})
	}
}

// endless is a number of generations that no test waits for.
const endless = 1 << 30

func testInterrupt(t *testing.T, sig os.Signal) {
	file := filepath.Join(t.TempDir(), "digits.pent")
	cmd := pentary(t, "train", "digits", "--json", "--out", file,
		"--generations", strconv.Itoa(endless), "--hidden", "4", "--pairs", "2", "--batch", "2")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	var last event
	signalled := false
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		last = parse(t, lines.Bytes())
		if last.Event == "progress" && !signalled {
			signalled = true
			if err := cmd.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
		}
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 130 {
		t.Errorf("ended with %v, want exit status 130", err)
	}
	if last.Event != "result" || !last.Interrupted || last.Generations < 1 || last.Generations >= endless {
		t.Errorf("last event %+v, want the result of an interrupted run", last)
	}
	f, err := packed.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := nn.Load(f); err != nil {
		t.Error(err)
	}
	out, err := pentary(t, "eval", "--json", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	if r := lastEvent(t, out); r.WeightsSHA256 != last.WeightsSHA256 || r.TestAccuracy != last.TestAccuracy {
		t.Errorf("saved network %+v, want that of %+v", r, last)
	}
}

// An interrupt ends measurements and tests with a result of what is done, and 130.
func TestInterruptMeasurements(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no signals to send")
	}
	if len(kernels.Implementations()) == 1 {
		t.Skip("nothing to test")
	}
	for _, args := range [][]string{
		{"bench", "--json"},
		{"selftest", "--for", "1h"},
		{"billion", "--layers", "50", "--members", "400000"},
		{"compare", "digits", "--for", "1h"},
		{"hw", "crossbar", "--digital", "1000000", "--svg", "crossbar.svg"},
		{"hw", "train", "--generations", "100000"},
	} {
		t.Run(strings.Join(args[:2], " "), func(t *testing.T) {
			cmd := pentary(t, append(args, "--json")...)
			cmd.Dir = t.TempDir()
			stdout, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			defer cmd.Process.Kill()
			// bench prints lines to wait for; the others work.
			stop := sync.OnceFunc(func() { cmd.Process.Signal(os.Interrupt) })
			if args[0] != "bench" {
				go func() {
					atWork(t.Context(), cmd.Process.Pid)
					stop()
				}()
			}
			var last event
			for lines := bufio.NewScanner(stdout); lines.Scan(); {
				last = parse(t, lines.Bytes())
				if last.Event == "measurement" {
					stop()
				}
			}
			var exit *exec.ExitError
			if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 130 {
				t.Errorf("ended with %v, want exit status 130", err)
			}
			if last.Event != "result" || !last.Interrupted {
				t.Errorf("last event %+v, want the result of an interrupted run", last)
			}
			if files, err := os.ReadDir(cmd.Dir); err != nil || len(files) > 0 {
				t.Errorf("it left %v, error %v", files, err)
			}
		})
	}
}

// atWork waits until a process has had a second of processor time, many times what it needs
// to start: on a busy machine, a second after its start it may not listen to signals yet. It
// waits for a second where the system does not tell.
func atWork(ctx context.Context, pid int) {
	if runtime.GOOS != "linux" {
		time.Sleep(time.Second)
		return
	}
	const perSecond = 100 // USER_HZ
	for ctx.Err() == nil {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			return // it has ended
		}
		_, rest, _ := strings.Cut(string(b), ") ")
		fields := strings.Fields(rest) // from the third on
		user, _ := strconv.Atoi(fields[14-3])
		system, _ := strconv.Atoi(fields[15-3])
		if user+system >= perSecond {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// lastEvent parses the last of the objects, and checks that all are objects.
func lastEvent(t *testing.T, out []byte) (last event) {
	t.Helper()
	for line := range bytes.Lines(out) {
		last = parse(t, line)
	}
	return last
}

func parse(t *testing.T, line []byte) (e event) {
	t.Helper()
	if err := json.Unmarshal(line, &e); err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	return e
}

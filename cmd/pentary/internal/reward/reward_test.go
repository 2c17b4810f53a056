package reward

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/Kaleaon/pentary-go/nn"
)

// program returns a program that runs this test binary in a mode of TestMain.
func program(t *testing.T, mode string) *Program {
	t.Helper()
	if runtime.GOOS == "js" {
		t.Skip("no processes")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return &Program{
		Command: fmt.Sprintf("%q serve %q", filepath.ToSlash(self), mode), Limit: 10 * time.Second, Errors: os.Stderr,
		Prompts: []Prompt{{"Once\tupon", 1}, {"<b>", 4}},
		Text:    func(tokens []uint16) string { return strings.Repeat("x", len(tokens)) },
	}
}

func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "serve" {
		serve(os.Args[2])
		return
	}
	os.Exit(m.Run())
}

var batch = []nn.Completion{{Prompt: 0, Tokens: []uint16{1, 2}}, {Prompt: 1, Tokens: nil}, {Prompt: 1, Tokens: []uint16{7}}}

// The score is the length of the line, and each worker has its own process.
func TestRate(t *testing.T) {
	want := []int64{
		int64(len(`{"prompt":"Once\tupon","completion":"xx","line":1,"more":2}`)),
		int64(len(`{"prompt":"<b>","completion":"","line":4,"more":1}`)),
		int64(len(`{"prompt":"<b>","completion":"x","line":4,"more":0}`)),
	}
	for _, mode := range []string{"lengths", "at once"} {
		p := program(t, mode)
		for i := range 6 {
			scores := make([]int64, len(batch))
			if err := p.Rate(t.Context(), i%2, batch, scores); err != nil || !slices.Equal(scores, want) {
				t.Fatalf("%s: scores %v, want %v, %v", mode, scores, want, err)
			}
		}
		if len(p.processes) != 2 {
			t.Errorf("%s: %d processes of 2 workers", mode, len(p.processes))
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}
}

// Errors state where a program failed, and the next batch uses a new process.
func TestRateErrors(t *testing.T) {
	for mode, want := range map[string]string{
		"float":   `line 2 of its output is "1.5", want an integer within ±2^31: the score of {"prompt":"<b>","completion":"","line":4,"more":1}`,
		"huge":    "is \"4294967296\", want an integer",
		"crash":   "it ended (exit status 7) after 1 scores, with 2 requests of a batch of 3 left",
		"silent":  "no answer to request 1 of a batch of 3 within 300ms (--reward-timeout); does it flush its output?",
		"long":    "token too long, want at most 4096 bytes",
		"nothing": "it ended (exit status 0) after 0 scores",
	} {
		p := program(t, mode)
		if mode == "silent" {
			p.Limit = 300 * time.Millisecond
		}
		for range 2 {
			if err := p.Rate(t.Context(), 0, batch, make([]int64, 3)); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "--reward ") {
				t.Errorf("%s: error %v, want %q in it", mode, err, want)
			}
		}
		if err := p.Close(); err != nil {
			t.Errorf("%s: %v", mode, err)
		}
	}
	p := program(t, "twice")
	err := p.Rate(t.Context(), 0, batch, make([]int64, 3))
	for range 3 {
		if err == nil {
			err = p.Rate(t.Context(), 0, batch, make([]int64, 3))
		}
	}
	if closed := p.Close(); (err == nil || !strings.Contains(err.Error(), "has no request")) && (closed == nil || !strings.Contains(closed.Error(), "want one per request")) {
		t.Errorf("two lines a request: %v, %v", err, closed)
	}
	p = program(t, "lengths")
	p.Command = "/nonexistent/program"
	var text bytes.Buffer
	p.Errors = &text
	if err := p.Rate(t.Context(), 0, batch, make([]int64, 3)); err == nil {
		t.Error("a program that is not there gives scores")
	}
}

// Neither errors nor Close wait for a process that keeps the output open or does not end.
func TestKill(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("setsid is of Linux")
	}
	for _, command := range []string{"setsid sleep 20 & sleep 20", "sleep 20"} {
		p := program(t, "")
		p.Command, p.Limit, p.Errors = command, 100*time.Millisecond, nil // which it would keep open
		began := time.Now()
		if err := p.Rate(t.Context(), 0, batch, make([]int64, 3)); err == nil || !strings.Contains(err.Error(), "no answer") {
			t.Errorf("%s: error %v", command, err)
		}
		for worker := range 40 {
			if _, err := p.process(worker); err != nil {
				t.Fatal(err)
			}
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took > 3*time.Second {
			t.Errorf("%s: %v", command, took)
		}
	}
}

// A program that ignores the end of its input is killed when the process that started it ends.
func TestKilledParent(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("reads /proc")
	}
	p := program(t, "start")
	s, err := start(p.Command, os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.kill)
	pid := <-s.lines // of a program that process has started
	if _, err := os.Stat("/proc/" + pid); err != nil {
		t.Fatal(err)
	}
	s.in.Close() // the process exits at once
	<-s.ended
	for began := time.Now(); ; time.Sleep(time.Millisecond) {
		if stat, err := os.ReadFile("/proc/" + pid + "/stat"); err != nil || bytes.Contains(stat, []byte(") Z ")) {
			break
		}
		if time.Since(began) > 5*time.Second {
			t.Fatalf("process %s still runs", pid)
		}
	}
}

package cli

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/nn"
)

// newSession returns a session of a small run on the digits.
func newSession(t testing.TB) session {
	digits, err := task.Find("digits")
	if err != nil {
		t.Fatal(err)
	}
	_, test, err := digits.Load("")
	if err != nil {
		t.Fatal(err)
	}
	s := defaults(digits)
	s.options.Generations, s.options.Pairs, s.hidden = 50, 4, []int{3}
	net := nn.NewMLP(s.options.Seed, s.widths(test.Features, test.Classes)...)
	optimizer, err := s.start(net, nil)
	if err != nil {
		t.Fatal(err)
	}
	out := console.NewStreams(io.Discard, io.Discard)
	return session{optimizer, newMeter(s, observer{console.NewPrinter(out, true)}, net, test, nil), newReplayBar(true, out, 50)}
}

// A state comes back whole; what is no state changes nothing.
func TestSessionState(t *testing.T) {
	s := newSession(t)
	for n := range 5 {
		if _, err := s.Replay(es.Record{Generation: n + 1, Codes: []int8{1, 2, -3, int8(n)}}); err != nil {
			t.Fatal(err)
		}
	}
	s.meter.earlier, s.meter.trained = time.Hour, time.Minute
	state := s.AppendState(nil)

	fresh := newSession(t)
	before := fresh.AppendState(nil)
	for n := range state {
		if err := fresh.RestoreState(state[:n]); err == nil {
			t.Fatalf("the first %d of %d bytes are a state", n, len(state))
		}
	}
	for _, at := range []int{7, 15, 16, 20, 23, stateHead + statePoint} { // times, tested, points, a generation
		bad := slices.Clone(state)
		bad[at] ^= 0x81
		if err := fresh.RestoreState(bad); err == nil && at != stateHead+statePoint {
			t.Errorf("byte %d changed: no error", at)
		}
	}
	fresh = newSession(t)
	if !bytes.Equal(fresh.AppendState(nil), before) {
		t.Error("a state that was refused has changed something")
	}
	if err := fresh.RestoreState(state); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(fresh.AppendState(nil), state) || len(fresh.meter.curve) != 2 || fresh.Generation() != 5 {
		t.Errorf("curve %v at generation %d", fresh.meter.curve, fresh.Generation())
	}
}

func FuzzSessionState(f *testing.F) {
	s := newSession(f)
	f.Add(s.AppendState(nil))
	f.Fuzz(func(t *testing.T, state []byte) {
		if s.RestoreState(state) == nil && !bytes.Equal(s.AppendState(nil), state) {
			t.Errorf("%x is restored as another state", state)
		}
	})
}

// The lines of --log are kept up to where the run goes on.
func TestLinesUntil(t *testing.T) {
	const one, two = "{\"generation\":1}\n", "{\"generation\":2,\"moved\":3}\n"
	for text, want := range map[string]int{
		"": 0, one: len(one), one + two: len(one + two), one + two + "{\"generation\":3}\n": len(one + two),
		one + "{\"generat": len(one), one + "text\n" + two: len(one), "{}\n" + one: 0,
	} {
		if got := linesUntil(strings.NewReader(text), 2); got != int64(want) {
			t.Errorf("%q: %d bytes, want %d", text, got, want)
		}
	}
}

func TestParseEnding(t *testing.T) {
	e := ending{complete, 12}
	if back, err := parseEnding(e.text()); err != nil || back != e {
		t.Errorf("%s is %+v, %v", e.text(), back, err)
	}
	for _, bad := range []string{"", "done", `{"training_microseconds":-1}`} {
		if _, err := parseEnding(bad); err == nil {
			t.Errorf("%q is no error", bad)
		}
	}
}

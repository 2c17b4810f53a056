package train

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/internal/terminal"
)

// progress returns a progress of each kind of task.
func progress(t *testing.T) []Progress {
	t.Helper()
	var all []Progress
	for _, metric := range []Metric{Accuracy, BitsPerByte, Reward, {}} {
		p := Progress{task: &Task{Metric: metric, Size: 1000, Samples: 10}, samples: 10}
		p.Generation, p.Generations, p.Score = 100, 400, 912
		p.Stats.Finished = 100
		p.Throughput, p.ETA = 1.25e6, 61_400_000_000
		all = append(all, p)
	}
	return all
}

func TestProgressLine(t *testing.T) {
	all := progress(t)
	const text = "gen 100/400  held-out  91.2 %  1.25 M member-samples/s  ETA 1:01"
	for width, want := range map[int]string{
		0:   "",
		10:  "gen 100/40",
		70:  text,
		84:  "━━━━──────────────  " + text,
		200: strings.Repeat("━", 8) + strings.Repeat("─", 24) + "  " + text,
	} {
		if got := progressLine(&all[0], width, terminal.Style{}); got != want {
			t.Errorf("width %d: %q, want %q", width, got, want)
		}
	}
	for _, p := range all {
		for width := range 200 {
			for _, p.Generation = range []int{0, 1, 399, 400} {
				if n := utf8.RuneCountInString(progressLine(&p, width, terminal.Style{})); n > width {
					t.Fatalf("width %d: line of %d cells", width, n)
				}
			}
		}
	}
}

// A session that resumes has nothing to say of its speed and scores yet.
func TestProgressLineOfResumed(t *testing.T) {
	p := progress(t)[0]
	p.Stats, p.Throughput, p.ETA = es.Stats{}, 0, 0
	if got, want := progressLine(&p, 30, terminal.Style{}), "gen 100/400  held-out  91.2 %"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// Observers of each kind write about a run that is resumed.
func TestObservers(t *testing.T) {
	start := Start{
		Title: "digits 64-10", Note: "640 weights", About: []slog.Attr{slog.String("task", "digits"), slog.Any("settings", map[string]string{"rank": "1"})},
		Dir: "run", Resumed: &Resumed{Generation: 1200, Checkpoint: 1000, Replayed: 200, CutBytes: 7, Ignored: "why"},
	}
	p := progress(t)[0]
	p.Measured = true
	var b bytes.Buffer
	for name, test := range map[string]struct {
		observer Observer
		want     []string
		none     string
	}{
		"JSON": {JSON(&b), []string{
			`{"event":"start","task":"digits","settings":{"rank":"1"},"dir":"run","resumed":{"generation":1200,"checkpoint":1000,"replayed":200,"cut_bytes":7,"checkpoint_ignored":"why"}}`,
			`{"event":"progress","generation":100,"generations":400,"test_accuracy":0.912,`,
		}, "\x1b"},
		"log": {Log(slog.New(slog.NewTextHandler(&b, nil))), []string{
			"msg=training task=digits\n", "msg=resumed dir=run generation=1200 checkpoint=1000 replayed=200 cut_bytes=7",
			`msg="checkpoint ignored" why=why`, "msg=progress generation=100 of=400 test_accuracy=0.9120",
		}, "settings"},
		"terminal": {Terminal(&b, func() int { return 70 }, false), []string{
			"digits 64-10  640 weights\n", "Resumed at generation 1,200  1,000 from the checkpoint, 200 replayed, 7 bytes of a torn record cut\n",
			"checkpoint ignored: why\n", terminal.ClearLine + "gen 100/400  held-out  91.2 %",
		}, "\x1b[" + "1m"},
	} {
		b.Reset()
		test.observer.Start(start)
		time.Sleep(time.Millisecond)
		test.observer.Progress(p)
		test.observer.Stop()
		for _, want := range test.want {
			if !strings.Contains(b.String(), want) {
				t.Errorf("%s: no %q in\n%s", name, want, b.String())
			}
		}
		if strings.Contains(b.String(), test.none) {
			t.Errorf("%s: %q in\n%s", name, test.none, b.String())
		}
	}
}

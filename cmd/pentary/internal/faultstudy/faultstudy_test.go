package faultstudy

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/hwmodel/crossbar"
)

// small returns an experiment that takes a second, with a fifth of the cells stuck.
func small(t *testing.T) *Experiment {
	t.Helper()
	digits, err := task.Find("digits")
	if err != nil {
		t.Fatal(err)
	}
	e := &Experiment{
		Widths: []int{64, 48, 10}, Batch: 48, Seeds: 1,
		Base:   es.Options{Generations: 150, Pairs: 128, Sigma: 3},
		Tune:   es.Options{Generations: 80, Pairs: 128, Sigma: 3},
		Chip:   crossbar.Config{Device: crossbar.RRAM, ADCBits: 8},
		Levels: []Level{{Error: 1, Stuck: 0.2}},
	}
	if e.Train, e.Test, err = digits.Load(""); err != nil {
		t.Fatal(err)
	}
	return e
}

// Programming loses much accuracy, and training through the chip recovers most of it.
func TestRecovery(t *testing.T) {
	e := small(t)
	var trials []Trial
	steps := 0
	err := e.Run(context.Background(), func() error { steps++; return nil }, func(t Trial) error {
		trials = append(trials, t)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(trials) != 1 || steps != e.Generations() {
		t.Fatalf("%d trials, %d generations of %d", len(trials), steps, e.Generations())
	}
	s := Summarize(trials)[0]
	t.Logf("%+v", s)
	if s.Lost() < 0.05 || s.Recovered < 0.8 {
		t.Errorf("%.1f %% of accuracy lost, %.0f %% of that recovered, want 5 and 80", 100*s.Lost(), 100*s.Recovered)
	}
	if s.Writes <= 0 || s.Writes > 0.1*float64(e.Tune.Generations) {
		t.Errorf("%g writes a cell in %d generations", s.Writes, e.Tune.Generations)
	}
}

// Errors from callbacks and from the context end a run.
func TestRunEnds(t *testing.T) {
	e := small(t)
	stop := errors.New("stop")
	never := func(Trial) error { return nil }
	if err := e.Run(context.Background(), func() error { return stop }, never); !errors.Is(err, stop) {
		t.Errorf("error %v of progress that stops", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := e.Run(ctx, func() error { return nil }, never); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v of a context that is done", err)
	}
	e.Levels[0].Stuck = 3
	e.Base.Generations, e.Tune.Generations = 1, 1
	if err := e.Run(context.Background(), func() error { return nil }, never); err == nil || !strings.Contains(err.Error(), "Stuck") {
		t.Errorf("error %v of a chip that cannot be", err)
	}
}

// Summaries are means, in the order of the levels.
func TestSummarize(t *testing.T) {
	a, b := Level{Error: 2, Stuck: 0.1}, Level{Error: 1}
	all := Summarize([]Trial{
		{Level: a, Samples: 100, Ideal: 90, Programmed: 50, Trained: 80, Cells: 10, Written: 20},
		{Level: b, Samples: 100, Ideal: 90, Programmed: 90, Trained: 91, Cells: 10},
		{Level: a, Samples: 100, Ideal: 100, Programmed: 60, Trained: 100, Cells: 10, Written: 40},
	})
	if len(all) != 2 || all[0].Level != a || all[1].Level != b || all[0].Trials != 2 {
		t.Fatalf("summaries %+v", all)
	}
	s := all[0]
	for name, pair := range map[string][2]float64{
		"ideal": {s.Ideal, 0.95}, "programmed": {s.Programmed, 0.55}, "trained": {s.Trained, 0.9},
		"recovered": {s.Recovered, 0.875}, "writes": {s.Writes, 3}, "lost": {s.Lost(), 0.4},
	} {
		if math.Abs(pair[0]-pair[1]) > 1e-12 {
			t.Errorf("%s is %g, want %g", name, pair[0], pair[1])
		}
	}
	if cells := all[1].Cells(); cells[6] != "–" || all[0].Cells()[6] != "88 %" {
		t.Errorf("cells %q and %q", all[0].Cells(), cells)
	}
}

func TestInsert(t *testing.T) {
	const tableBegin, tableEnd = "<!-- written by pentary hw crossbar -->\n", "<!-- end -->\n"
	all := []Summary{{Level: Level{1, 0.05}, Ideal: 0.97, Programmed: 0.9, Trained: 0.96}}
	page := []byte("before\n" + tableBegin + "old\n" + tableEnd + "after\n")
	got, err := Insert(page, all)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(got), "\n")
	if lines[0] != "before" || lines[len(lines)-2] != "after" || strings.Contains(string(got), "old") || len(lines) != 8 {
		t.Errorf("page %q", got)
	}
	again, err := Insert(got, all)
	if err != nil || !slices.Equal(again, got) {
		t.Errorf("inserted twice: %q, %v", again, err)
	}
	for _, bad := range []string{"", tableBegin, tableEnd + tableBegin} {
		if _, err := Insert([]byte(bad), all); err == nil {
			t.Errorf("page %q", bad)
		}
	}
}

func TestPlot(t *testing.T) {
	var all []Summary
	for _, e := range []float64{1, 2} {
		for _, stuck := range []float64{0, 0.05, 0.2} {
			all = append(all, Summary{Level: Level{e, stuck}, Ideal: 0.97, Programmed: 0.9 - stuck, Trained: 0.95})
		}
	}
	p := Plot(all, "title")
	if len(p.Series) != 5 {
		t.Fatalf("%d series", len(p.Series))
	}
	for _, s := range p.Series {
		if len(s.Points) != 2 || s.Points[0].X != 5 || s.Points[1].X != 20 {
			t.Errorf("series %s: points %v", s.Name, s.Points)
		}
	}
	var b strings.Builder
	if err := p.WriteSVG(&b); err != nil || !strings.Contains(b.String(), "trained through, error ×2") {
		t.Errorf("SVG of %d bytes, %v", b.Len(), err)
	}
}

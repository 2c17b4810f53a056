package compare

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/es/baseline"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/nn"
)

// setup returns a small comparison.
func setup(t *testing.T) *Setup {
	t.Helper()
	digits, err := task.Find("digits")
	if err != nil {
		t.Fatal(err)
	}
	train, test, err := digits.Load("")
	if err != nil {
		t.Fatal(err)
	}
	return &Setup{
		Seed: 1, Widths: []int{64, 8, 10}, Train: train, Test: test, Budget: 50 * time.Millisecond,
		Progress: func(Progress) {},
	}
}

// A run fills its time with whole generations. Its measurements are in order and include the marks.
func TestRun(t *testing.T) {
	s := setup(t)
	for _, m := range []Method{
		Strategy("error-feedback", es.Options{Pairs: 8}, 8),
		Strategy("full", es.Options{Pairs: 4, Rank: lowrank.FullRank}, 8),
		RandomSearch("random", 1, 10, 8),
		Prototype("prototype", baseline.PrototypeOptions{Members: 4, Rank: 2}, 8),
		Backprop("adam", 1, 8, .001, false),
		Backprop("straight-through", 1, 8, .03, true),
		SNES("snes", 1, 2, 8, .1),
	} {
		t.Run(m.Name, func(t *testing.T) {
			r, err := s.Run(context.Background(), m, s.Budget, "")
			if err != nil {
				t.Fatal(err)
			}
			if r.Generations < 1 || r.Generations > r.Planned || r.Generations < r.Planned && r.Seconds < s.Budget.Seconds() {
				t.Errorf("%d of %d generations in %g s", r.Generations, r.Planned, r.Seconds)
			}
			if r.Curve[0] != (Point{0, 0, r.Curve[0].Accuracy}) || len(r.Curve) > 2+octaves*stepsPerOctave {
				t.Errorf("curve %v", r.Curve)
			}
			for i, p := range r.Curve[1:] {
				if p.Seconds <= r.Curve[i].Seconds || p.Generation <= r.Curve[i].Generation {
					t.Errorf("point %v after %v", p, r.Curve[i])
				}
			}
			last := r.Curve[len(r.Curve)-1]
			if last.Generation != r.Generations || last.Accuracy != r.Accuracy || r.Marks[len(Parts)-1].Point != last {
				t.Errorf("last point %v, marks %v, accuracy %g", last, r.Marks, r.Accuracy)
			}
			if r.Throughput <= 0 {
				t.Errorf("throughput %g", r.Throughput)
			}
		})
	}
}

// Backpropagation with floats and with pents learns the digits, and SNES begins to learn. The outputs
// of a float network of pents equal its model's.
func TestFloats(t *testing.T) {
	s := setup(t)
	s.Widths = []int{64, 32, 10}
	for _, test := range []struct {
		method Method
		steps  int
		least  float64
	}{
		{Backprop("adam", 1, 64, .003, false), 300, .85},
		{Backprop("straight-through", 1, 64, .03, true), 300, .8},
		{SNES("snes", 1, 8, 64, .1), 100, .3},
	} {
		run, err := s.start(test.method, test.steps)
		if err != nil {
			t.Fatal(err)
		}
		if err := run.train(context.Background(), func(es.Stats) error { return nil }); err != nil {
			t.Fatal(err)
		}
		if got := run.accuracy(s.Test); got < test.least {
			t.Errorf("%s: accuracy %.3f after %d steps, want %.2f", test.method.Name, got, test.steps, test.least)
		}
	}
	n, err := newFloatNet(nn.NewMLP(5, 64, 16, 10), 1, true)
	if err != nil {
		t.Fatal(err)
	}
	n.draw(s.Train, 32)
	for range 3 {
		n.forward()
		n.loss()
		n.backward()
		n.adam(.3, 1)
	}
	y := n.forward()
	n.store()
	for i := range 32 {
		var x []int8
		for _, v := range n.layers[0].x[i*64:][:64] {
			x = append(x, int8(v))
		}
		for j, want := range n.model.Predict(x) {
			if got := y[i*10+j]; got != float32(want) {
				t.Fatalf("output %d of sample %d: %v, want %d", j, i, got, want)
			}
		}
	}
}

// The gradients of a float network agree with finite differences of its loss.
func TestFloatGradient(t *testing.T) {
	s := setup(t)
	n, err := newFloatNet(nn.NewMLP(5, 64, 16, 10), 1, false)
	if err != nil {
		t.Fatal(err)
	}
	n.draw(s.Train, 32)
	n.forward()
	n.loss()
	n.backward()
	for i := range n.layers {
		l := &n.layers[i]
		for _, at := range []int{20, len(l.w) / 2, len(l.w) - 1} {
			const step = 1e-2
			want, w := l.g[at], l.w[at]
			losses := [2]float64{}
			for side, sign := range []float32{1, -1} {
				l.w[at] = w + sign*step
				n.forward()
				losses[side] = n.loss()
			}
			l.w[at] = w
			if got := (losses[0] - losses[1]) / (2 * step); math.Abs(got-float64(want)) > 1e-4+.02*math.Abs(got) {
				t.Errorf("layer %d, weight %d: gradient %g, by differences %g", i, at, want, got)
			}
		}
	}
}

// Rows of 64 weights have no padding, so the state is exactly the rule's.
func TestBits(t *testing.T) {
	s := setup(t)
	s.Widths = []int{64, 64, 10}
	for _, test := range []struct {
		method Method
		want   float64
	}{
		{Strategy("", es.Options{}, 1), 11},
		{Backprop("", 1, 1, .1, false), 96},
		{Backprop("", 1, 1, .1, true), 99},
		{SNES("", 1, 1, 1, .1), 64},
		{Strategy("", es.Options{Rule: es.ErrorFeedback{Bits: 4, Rate: es.Ratio(1, 2)}}, 1), 7},
		{Strategy("", es.Options{Rule: es.Stochastic{Rate: es.Ratio(1, 2)}}, 1), 3},
		{RandomSearch("", 1, 10, 1), 3},
		{Prototype("", baseline.PrototypeOptions{}, 1), 3},
	} {
		run, err := s.start(test.method, 1)
		if err != nil {
			t.Fatal(err)
		}
		if got := bits(run); got != test.want {
			t.Errorf("%g bits a weight, want %g", got, test.want)
		}
	}
}

func TestCheck(t *testing.T) {
	s := setup(t)
	err := s.Check(Strategy("big", es.Options{Rank: 999}, 8))
	if err == nil || !strings.Contains(err.Error(), "big: lowrank: rank 999") {
		t.Errorf("error %v", err)
	}
	if err := s.Check(RandomSearch("random", 0, 1<<20, 8)); err == nil {
		t.Error("no error for a million candidates")
	}
}

// A cancelled run reports its result so far.
func TestCancel(t *testing.T) {
	s := setup(t)
	ctx, cancel := context.WithCancel(context.Background())
	s.Progress = func(p Progress) {
		if p.Generations > 0 && p.Generation == 3 {
			cancel()
		}
	}
	r, err := s.Run(ctx, Strategy("error-feedback", es.Options{Pairs: 8}, 8), 4*time.Second, "")
	cancel()
	if err != nil {
		t.Fatal(err)
	}
	if !r.Interrupted || r.Generations != 3 || r.Curve[len(r.Curve)-1].Generation != 3 {
		t.Errorf("%+v", r)
	}
}

// curve returns a result with the given accuracies, in per cent, at 1, 2, 4 … seconds.
func curve(percent ...float64) *Result {
	r := &Result{Curve: []Point{{}}}
	for i, p := range percent {
		r.Curve = append(r.Curve, Point{math.Exp2(float64(i)), i + 1, p / 100})
		r.Accuracy = p / 100
	}
	return r
}

func TestReaches(t *testing.T) {
	got := Reaches(curve(10, 20, 55, 84, 83), curve(60, 70, 86, 90, 95))
	want := []Reach{{.2, 2, 1, 2}, {.3, 4, 1, 4}, {.4, 4, 1, 4}, {.5, 4, 1, 4}, {.6, 8, 1, 8}, {.7, 8, 2, 4}, {.75, 8, 4, 2}, {.8, 8, 4, 2}, {.84, 8, 4, 2}}
	if len(got) != len(want) {
		t.Fatalf("%v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%v, want %v", got[i], want[i])
		}
	}
	if got := Reaches(curve(50), curve(10)); len(got) != 0 {
		t.Errorf("%v for a method that reaches nothing", got)
	}
}

func TestReached(t *testing.T) {
	e := Equal{Target: .8}
	if e.Reached() != nil {
		t.Error("reached without a run")
	}
	e.Shorts = []Short{{64, 1, .7}}
	if e.Reached() != nil {
		t.Error("reached by 0.7")
	}
	e.Shorts = append(e.Shorts, Short{32, 2, .8})
	if s := e.Reached(); s == nil || s.Part != 32 {
		t.Errorf("reached by %v", s)
	}
}

func TestPlot(t *testing.T) {
	var b strings.Builder
	a, f := curve(10, 90), curve(50)
	a.Method, f.Method, f.Baseline = "error-feedback", "full", true
	if err := Plot([]*Result{a, f}, "a title").WriteSVG(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<svg", "a title", "error-feedback  90.0 %", "full  50.0 %", "</svg>"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in the plot", want)
		}
	}
}

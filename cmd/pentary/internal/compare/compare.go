package compare

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/nn"
)

// Setup holds the settings that all methods share.
type Setup struct {
	Seed        uint64 // of the network's initial weights
	Widths      []int  // of the network's layers
	Train, Test *data.Dataset
	Budget      time.Duration // training time per method

	// Progress is called after each generation. Only the last call for a method has a
	// Result.
	Progress func(Progress)
}

// Progress is the progress of a method's run.
type Progress struct {
	Method      Method
	Phase       string // purpose of the run
	Generation  int
	Generations int // planned; 0 before planning
	Seconds     float64
	Budget      float64
	Accuracy    float64 // last measurement
}

// Result is the outcome of a method.
type Result struct {
	Method      string            `json:"method"`
	Settings    map[string]string `json:"settings,omitempty"`
	Baseline    bool              `json:"baseline"`
	Accuracy    float64           `json:"test_accuracy"` // at the end
	Marks       []Mark            `json:"marks"`
	Generations int               `json:"generations"`
	Planned     int               `json:"planned_generations"` // span of the schedules
	Attempts    int               `json:"attempts"`            // number of runs until one was as planned
	Seconds     float64           `json:"seconds"`             // training time
	Throughput  float64           `json:"member_samples_per_second"`
	Bits        float64           `json:"state_bits_per_weight"` // weights and the state kept between generations
	Curve       []Point           `json:"curve"`
	Interrupted bool              `json:"interrupted,omitempty"`
}

// Point is a measurement of a run. Its time counts only training.
type Point struct {
	Seconds    float64 `json:"seconds"`
	Generation int     `json:"generation"`
	Accuracy   float64 `json:"test_accuracy"`
}

// Mark is the first measurement at or after a fraction of the budget, or the last of the run.
type Mark struct {
	Part float64 `json:"part"` // of the budget
	Point
}

// Parts are the fractions of the budget with a Mark.
var Parts = []float64{1. / 8, 1. / 4, 1. / 2, 1}

// stepsPerOctave is the number of measurements per doubling of the time, beginning at 1/64 of the
// budget: the time to an accuracy is known to within a fifth.
const (
	stepsPerOctave = 4
	octaves        = 6
)

const (
	calibration = 1. / 16 // fraction of the budget for measuring a method's speed
	slack       = 1. / 32 // fraction of the budget reserved for the error of that measurement
	tolerance   = 1. / 10 // allowed deviation from the budget or the plan, as a fraction
	attempts    = 3       // largest number of runs

	mostGenerations = 1 << 24
)

// Run trains a fresh network by the method. Schedules need the length of a run, so the method's
// speed is measured first, for 1/16 of the budget, and the run is planned to fill the budget at
// that speed. The run ends at the budget even if its schedules are unfinished. A run that deviates
// from its plan by more than 1/10 is repeated, with a plan from its own speed, at most three runs
// in all.
//
// If the context is done, the result covers the training until then. An error means that the
// settings are invalid.
func (s *Setup) Run(ctx context.Context, m Method, budget time.Duration, phase string) (*Result, error) {
	generations, err := s.plan(ctx, m, budget, phase)
	if err != nil {
		return nil, err
	}
	var last *Result
	for attempt := 1; ; attempt++ {
		r, err := s.train(ctx, m, generations, budget, phase)
		if err != nil {
			return nil, err
		}
		if r.Interrupted && last != nil {
			return last, nil // the last complete run
		}
		r.Attempts, last = attempt, r
		full := r.Seconds >= (1-tolerance)*budget.Seconds()
		whole := float64(r.Generations) >= (1-tolerance)*float64(generations)
		if full && whole || r.Interrupted || attempt == attempts {
			return r, nil
		}
		perGeneration := r.Seconds / float64(r.Generations)
		generations = fill(budget, time.Duration(perGeneration*float64(time.Second)))
	}
}

// train runs the given number of generations, or fewer if the budget ends first.
func (s *Setup) train(ctx context.Context, m Method, generations int, budget time.Duration, phase string) (*Result, error) {
	run, err := s.start(m, generations)
	if err != nil {
		return nil, err
	}
	r := &Result{
		Method: m.Name, Settings: m.Settings, Baseline: m.Baseline, Planned: generations,
		Bits: bits(run),
	}
	limit := budget.Seconds()
	next := 0
	measure := func(seconds float64, generation int) {
		r.Curve = append(r.Curve, Point{seconds, generation, run.accuracy(s.Test)})
		for next < octaves*stepsPerOctave && seconds >= limit*mark(next) {
			next++
		}
	}
	measure(0, 0)
	clock := time.Now()
	err = run.train(ctx, func(stats es.Stats) error {
		r.Seconds, r.Generations = time.Since(clock).Seconds(), stats.Finished
		done := r.Seconds >= limit
		if done || stats.Finished == generations || next < octaves*stepsPerOctave && r.Seconds >= limit*mark(next) {
			paused := time.Now()
			measure(r.Seconds, stats.Finished)
			clock = clock.Add(time.Since(paused))
		}
		s.Progress(Progress{m, phase, stats.Finished, generations, r.Seconds, limit, r.Curve[len(r.Curve)-1].Accuracy})
		if done {
			return es.ErrStop
		}
		return nil
	})
	if r.Interrupted = errors.Is(err, context.Canceled); r.Interrupted {
		if r.Curve[len(r.Curve)-1].Generation < r.Generations {
			measure(r.Seconds, r.Generations)
		}
	} else if err != nil {
		return nil, err
	}
	r.Accuracy = r.Curve[len(r.Curve)-1].Accuracy
	r.Throughput = float64(r.Generations*run.samples) / max(r.Seconds, 1e-9)
	for _, part := range Parts {
		r.Marks = append(r.Marks, Mark{part, r.at(part * limit)})
	}
	return r, nil
}

// mark returns the fraction of the budget at which measurement n is due.
func mark(n int) float64 { return math.Exp2(float64(n+1)/stepsPerOctave - octaves) }

// at returns the first measurement at or after a time, or the last.
func (r *Result) at(seconds float64) Point {
	for _, p := range r.Curve {
		if p.Seconds >= seconds {
			return p
		}
	}
	return r.Curve[len(r.Curve)-1]
}

func (s *Setup) start(m Method, generations int) (*run, error) {
	train := *s.Train
	train.Shift = m.Shift
	run, err := m.start(nn.NewMLP(s.Seed, s.Widths...), &train, generations)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", m.Name, err)
	}
	return run, nil
}

// Check returns an error if the method's settings are invalid.
func (s *Setup) Check(m Method) error {
	_, err := s.start(m, 1)
	return err
}

// plan returns the number of generations that fill the budget.
func (s *Setup) plan(ctx context.Context, m Method, budget time.Duration, phase string) (int, error) {
	run, err := s.start(m, mostGenerations)
	if err != nil {
		return 0, err
	}
	began, first := time.Now(), time.Duration(0)
	perGeneration := budget
	err = run.train(ctx, func(stats es.Stats) error {
		elapsed := time.Since(began)
		if stats.Finished == 1 { // memory is allocated and caches are cold
			first, perGeneration = elapsed, elapsed
		} else {
			perGeneration = (elapsed - first) / time.Duration(stats.Finished-1)
		}
		s.Progress(Progress{Method: m, Phase: phase, Generation: stats.Finished, Budget: budget.Seconds()})
		if elapsed >= time.Duration(calibration*float64(budget)) {
			return es.ErrStop
		}
		return nil
	})
	if err != nil && !errors.Is(err, context.Canceled) {
		return 0, fmt.Errorf("%s: %w", m.Name, err)
	}
	return fill(budget, perGeneration), nil
}

// fill returns the number of generations of the given duration that fill the budget.
func fill(budget, generation time.Duration) int {
	n := (1 - slack) * float64(budget) / float64(max(generation, 1))
	return int(min(max(n, 1), mostGenerations))
}

// bits returns the bits of memory per weight between generations.
func bits(r *run) float64 {
	if r.bits > 0 {
		return r.bits
	}
	bytes, weights := r.state, 0
	for _, w := range matrices(r.net) {
		bytes += len(w.Bytes())
		weights += w.Rows() * w.Cols()
	}
	return 8 * float64(bytes) / float64(weights)
}

func (r *run) accuracy(data *data.Dataset) float64 {
	if r.right != nil {
		return float64(r.right(data)) / float64(data.Len())
	}
	correct, err := r.net.Accuracy(data)
	if err != nil {
		panic(err) // cannot happen: same shape as the training samples
	}
	return float64(correct) / float64(data.Len())
}

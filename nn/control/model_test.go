package control

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/internal/asmtest"
	"github.com/Kaleaon/pentary-go/internal/race"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/nn"
)

// corridor shows the side of the goal at the first step alone, and rewards for being there
// some steps later: it takes a memory. It has more inputs and variables than the classic
// tasks.
type corridor struct{}

const corridorSteps = 3

func (corridor) Spec() Spec {
	return Spec{Name: "corridor", Variables: 11, Inputs: 12, Outputs: 2, Limit: corridorSteps, Threshold: One}
}

func (corridor) Reset(e *Episodes, i int, random *Random) {
	for v := range e.State {
		e.State[v][i] = random.Uniform(-One, One)
	}
	e.State[0][i] = Q40(random.Uint32()>>31) * One // the side
}

func (corridor) Observe(e *Episodes, i int, inputs []int8) {
	inputs[11] = 100
	if e.Steps[i] == 0 {
		inputs[9] = int8(e.State[0][i]>>fraction)*127 - 64
	}
	if e.Steps[i] == corridorSteps-1 {
		inputs[10] = 100
	}
}

func (corridor) Step(e *Episodes) {
	for i, done := range e.Done {
		if done {
			continue
		}
		reward := Q40(0)
		if e.Steps[i] == corridorSteps-1 && e.Action[i] == int(e.State[0][i]>>fraction) {
			reward = One
		}
		e.Count(i, reward, e.Steps[i] == 0 && e.State[1][i] > One*95/100) // some end at once
	}
}

// leaving is a corridor of many steps that a member leaves by action 1, in a direction of
// its own: members end at different steps, and what comes after depends on their states.
type leaving struct{ corridor }

func (leaving) Spec() Spec {
	s := corridor{}.Spec()
	s.Name, s.Limit = "leaving", 12
	return s
}

func (leaving) Observe(e *Episodes, i int, inputs []int8) {
	for v := range e.State {
		inputs[v] = Activation(e.State[v][i], Q40(int(e.Steps[i])*37%100)*One)
	}
}

func (leaving) Step(e *Episodes) {
	for i, done := range e.Done {
		if !done {
			e.Count(i, One, e.Action[i] == 1)
		}
	}
}

func recurrent() *nn.Model {
	m := nn.NewModel(nn.NewDense(12, 16, true), nn.NewGRU(16, 16), nn.NewDense(16, 2, false))
	m.Randomize(1)
	return m
}

// A recurrent policy learns what takes a memory, and one without cannot.
func TestRecurrentPolicy(t *testing.T) {
	dense := nn.NewModel(nn.NewDense(12, 16, true), nn.NewDense(16, 16, true), nn.NewDense(16, 2, false))
	dense.Randomize(1)
	for _, c := range []struct {
		name        string
		model       *nn.Model
		least, most int // right of 400
	}{{"gru", recurrent(), 360, 400}, {"dense", dense, 100, 260}} {
		e, err := NewEvaluator(c.model, corridor{}, 16)
		if err != nil {
			t.Fatal(err)
		}
		opt, err := es.New(c.model.Parameters(), e, es.Options{Seed: 1, Generations: 150, Pairs: 64, Sigma: 1})
		if err != nil {
			t.Fatal(err)
		}
		if err := opt.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		p, err := NewPolicy(c.model, corridor{})
		if err != nil {
			t.Fatal(err)
		}
		right := 0
		for _, reward := range p.Test(1, HeldOut, 400) {
			right += reward.Round()
		}
		if right < c.least || right > c.most {
			t.Errorf("%s: %d of 400 right, want %d to %d", c.name, right, c.least, c.most)
		}
	}
}

// A member's score does not depend on which others are stepped beside it, or have ended:
// each has states of its own, which move with it.
func TestRecurrentScores(t *testing.T) {
	m := recurrent()
	opt, err := es.New(m.Parameters(), nil, es.Options{Seed: 3, Generations: 1, Pairs: 40, Sigma: 1})
	if err != nil {
		t.Fatal(err)
	}
	var want []int64
	for _, chunk := range []int{1, 2, 7, 40} {
		e, err := NewEvaluator(m, leaving{}, 1)
		if err != nil {
			t.Fatal(err)
		}
		e.chunk = chunk
		scores := make([]int64, 80)
		for range 2 { // the second time with the states of the first
			if err := e.Evaluate(context.Background(), opt.Ask(), scores); err != nil {
				t.Fatal(err)
			}
		}
		if want == nil {
			want = scores
		}
		if !slices.Equal(scores, want) {
			t.Errorf("chunks of %d pairs: scores %d, want %d", chunk, scores, want)
		}
	}
	if slices.Min(want) == slices.Max(want) {
		t.Error("all members have one score")
	}

	// Without noise members score as the policy does, whose states begin anew.
	g := opt.Ask()
	g.Noise.Sigma = lowrank.MaxSigma
	e, err := NewEvaluator(m, corridor{}, 5)
	if err != nil {
		t.Fatal(err)
	}
	scores := make([]int64, 80)
	if err := e.Evaluate(context.Background(), g, scores); err != nil {
		t.Fatal(err)
	}
	p, err := NewPolicy(m, corridor{})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		sum := int64(0)
		for _, r := range p.Test(g.Noise.Seed, g.Number, 5) {
			sum += int64(r) >> (fraction - ScoreBits)
		}
		if sum != scores[0] || sum != scores[79] {
			t.Errorf("the policy scores %d, members %d and %d", sum, scores[0], scores[79])
		}
	}
}

func TestRecurrentAllocations(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	m := recurrent()
	e, err := NewEvaluator(m, corridor{}, 2)
	if err != nil {
		t.Fatal(err)
	}
	e.chunk = 2
	opt, err := es.New(m.Parameters(), nil, es.Options{Sigma: es.WholeLevel, Generations: 1, Pairs: 8})
	if err != nil {
		t.Fatal(err)
	}
	g, scores := opt.Ask(), make([]int64, 16)
	evaluate := func() {
		if err := e.Evaluate(context.Background(), g, scores); err != nil {
			t.Fatal(err)
		}
	}
	evaluate()
	for worker := range e.work {
		e.evaluateChunk(worker, 0)
	}
	if n := asmtest.AllocsPerRun(20, evaluate); n > 0 {
		t.Errorf("%d allocations a generation", n)
	}
}

// bounded is an environment with a description of one's own.
type bounded struct {
	corridor
	spec Spec
}

func (b bounded) Spec() Spec { return b.spec }

func TestSpecErrors(t *testing.T) {
	good := corridor{}.Spec()
	for want, spoil := range map[string]func(s *Spec){
		"has -1 variables":                     func(s *Spec) { s.Variables = -1 },
		"0 inputs":                             func(s *Spec) { s.Inputs = 0 },
		"a limit of 0 steps":                   func(s *Spec) { s.Limit = 0 },
		"a throttle of 2 outputs, want 1":      func(s *Spec) { s.Throttle = true },
		"model of 12→2 for corridor, want 13→": func(s *Spec) { s.Inputs = 13 },
	} {
		s := good
		spoil(&s)
		if _, err := NewPolicy(recurrent(), bounded{spec: s}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
	for _, err := range []error{second(NewPolicy(nil, corridor{})), second(NewPolicy(recurrent(), nil))} {
		if err == nil || !strings.Contains(err.Error(), "is nil") {
			t.Errorf("error %v", err)
		}
	}
}

func second(_ *Policy, err error) error { return err }

package control

import (
	"errors"
	"fmt"

	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/nn"
)

// Policy chooses actions by a model's outputs. One goroutine uses it at a time.
type Policy struct {
	env    Environment
	spec   Spec
	runner *nn.Runner
	x      []int8
}

// NewPolicy returns the policy of a model, recurrent or not, in an environment. It returns an
// error if their widths differ.
func NewPolicy(model *nn.Model, env Environment) (*Policy, error) {
	switch {
	case model == nil:
		return nil, errors.New("control: the model is nil")
	case env == nil:
		return nil, errors.New("control: the environment is nil")
	}
	s := env.Spec()
	if err := s.check(); err != nil {
		return nil, err
	}
	if model.Inputs() != s.Inputs || model.Outputs() != s.Outputs {
		return nil, fmt.Errorf("control: model of %d→%d for %s, want %d→%d", model.Inputs(), model.Outputs(), s.Name, s.Inputs, s.Outputs)
	}
	return &Policy{env: env, spec: s, runner: model.NewRunner(1)}, nil
}

// Act chooses the next action of every episode. A model's states begin with zeros when no
// episode has made a step.
func (p *Policy) Act(e *Episodes) {
	if e.fresh() {
		p.runner.Restart(e.Len())
	}
	p.x = reuse.Slice(p.x, batch(p.spec.Inputs, e.Len()))
	e.observe(p.x, p.env, p.spec.Inputs)
	e.act(p.runner.Step(p.x), &p.spec)
}

// HeldOut is the number of a generation that no run has, because runs count from 0. Test
// policies on its episodes, or on the episodes of HeldOut+1, HeldOut+2, ….
const HeldOut = -1 << 31

// Test returns the rewards of episodes on which no run trains: episodes of a generation
// below 0, which the seed draws.
func (p *Policy) Test(seed uint64, generation, episodes int) []Q40 {
	e := NewEpisodes(p.env, episodes)
	for e.Begin(p.env, seed, generation, 0); e.Live > 0; {
		p.Act(e)
		p.env.Step(e)
	}
	return e.Reward
}

package control

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/nn"
)

// Policy acts as a network says. One goroutine uses it at a time.
type Policy struct {
	net  *nn.MLP
	env  Environment
	spec Spec
	ws   nn.Workspace
	x    []int8
}

// NewPolicy returns the policy of a network in an environment. The error says if they
// do not fit.
func NewPolicy(net *nn.MLP, env Environment) (*Policy, error) {
	s := env.Spec()
	if net.Inputs() != s.Inputs || net.Outputs() != s.Outputs {
		return nil, fmt.Errorf("control: network of %d→%d for %s, want %d→%d", net.Inputs(), net.Outputs(), s.Name, s.Inputs, s.Outputs)
	}
	if s.Inputs > MaxInputs || s.Outputs > 127 {
		return nil, fmt.Errorf("control: %s has %d inputs and %d outputs, want at most %d and 127", s.Name, s.Inputs, s.Outputs, MaxInputs)
	}
	return &Policy{net: net, env: env, spec: s}, nil
}

// Act chooses the next action of every episode.
func (p *Policy) Act(e *Episodes) {
	n := e.Len()
	p.x = reuse.Slice(p.x, batch(p.spec.Inputs, n))
	e.observe(p.x, p.env, p.spec.Inputs)
	e.act(p.net.Forward(&p.ws, p.x, n), &p.spec)
}

// Fresh is the number of a generation that no run comes to: its episodes are those to
// test a policy on. Other ones follow it.
const Fresh = 1 << 31

// Test returns the rewards of so many episodes that no training sees: those that the
// seed and a generation name, Fresh or above it.
func (p *Policy) Test(seed uint64, generation uint32, episodes int) []Q40 {
	e := NewEpisodes(p.env, episodes)
	for e.Begin(p.env, seed, generation, 0); e.Live > 0; {
		p.Act(e)
		p.env.Step(e)
	}
	return e.Reward
}

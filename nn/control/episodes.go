package control

import (
	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/nn"
)

// Episodes are episodes of one environment that are stepped together: every slice has
// an element for each.
type Episodes struct {
	State  [][]Q40 // by variable of the environment
	Action []int   // to take in the next step

	Reward   []Q40 // sum so far
	Progress []Q40 // what a score adds to the reward, 0 to 1: how near the goal was
	Steps    []int32
	Done     []bool
	Live     int // episodes that are not done

	limit  int32
	random Random
	inputs []int8 // of one episode, in whole quads
}

// NewEpisodes returns n episodes of an environment, for Begin.
func NewEpisodes(env Environment, n int) *Episodes {
	s := env.Spec()
	e := &Episodes{limit: int32(s.Limit)}
	e.resize(s.Variables, n)
	return e
}

func (e *Episodes) resize(variables, n int) {
	if len(e.State) != variables {
		e.State = make([][]Q40, variables)
	}
	for v := range e.State {
		e.State[v] = reuse.Slice(e.State[v], n)
	}
	e.Action = reuse.Slice(e.Action, n)
	e.Reward = reuse.Slice(e.Reward, n)
	e.Progress = reuse.Slice(e.Progress, n)
	e.Steps = reuse.Slice(e.Steps, n)
	e.Done = reuse.Slice(e.Done, n)
}

// Len returns the number of episodes.
func (e *Episodes) Len() int { return len(e.Done) }

// Begin begins all episodes: episode i as number i of those that seed, generation and
// group name.
func (e *Episodes) Begin(env Environment, seed uint64, generation, group int) {
	for i := range e.Done {
		e.random = newRandom(seed, generation, group, i)
		env.Reset(e, i, &e.random)
		e.restart(i)
	}
	e.Live = e.Len()
}

func (e *Episodes) restart(i int) {
	e.Reward[i], e.Progress[i], e.Steps[i], e.Done[i] = 0, 0, 0, false
}

// Count ends a step of episode i with a reward. The episode is done if it has
// terminated, or come to its limit.
func (e *Episodes) Count(i int, reward Q40, terminated bool) {
	e.Reward[i] += reward
	e.Steps[i]++
	if terminated || e.Steps[i] >= e.limit {
		e.Done[i] = true
		e.Live--
	}
}

// begin begins the episodes of all members, each with all of start.
func (e *Episodes) begin(start *Episodes, members int) {
	e.limit = start.limit
	e.resize(len(start.State), members*start.Len())
	for v := range e.State {
		for at := 0; at < e.Len(); at += start.Len() {
			copy(e.State[v][at:], start.State[v])
		}
	}
	for i := range e.Done {
		e.restart(i)
	}
	e.Live = e.Len()
}

// fresh reports whether no episode has made a step.
func (e *Episodes) fresh() bool {
	for _, n := range e.Steps {
		if n > 0 {
			return false
		}
	}
	return true
}

// done reports whether episodes from to to are done.
func (e *Episodes) done(from, to int) bool {
	for _, done := range e.Done[from:to] {
		if !done {
			return false
		}
	}
	return true
}

// share makes e all episodes of another, whose memory it shares.
func (e *Episodes) share(all *Episodes) {
	state, inputs := e.State[:0], e.inputs
	*e = *all
	e.State, e.inputs = append(state, all.State...), inputs
}

// narrow leaves the episodes from to to, when the others are done.
func (e *Episodes) narrow(from, to int) {
	for v := range e.State {
		e.State[v] = e.State[v][from:to]
	}
	e.Action = e.Action[from:to]
	e.Reward, e.Progress = e.Reward[from:to], e.Progress[from:to]
	e.Steps, e.Done = e.Steps[from:to], e.Done[from:to]
}

// observe writes what policies see as a batch in quads.
func (e *Episodes) observe(x []int8, env Environment, inputs int) {
	n := e.Len()
	e.inputs = reuse.Slice(e.inputs, kernels.Quads(inputs)*4)
	for i := range n {
		clear(e.inputs)
		env.Observe(e, i, e.inputs[:inputs])
		for q := 0; q < len(e.inputs); q += 4 {
			copy(x[q*n+i*4:][:4], e.inputs[q:q+4])
		}
	}
}

// act takes the actions that a policy's outputs, a batch in quads, stand for.
func (e *Episodes) act(y []int8, s *Spec) {
	n := e.Len()
	for i := range n {
		if s.Throttle {
			e.Action[i] = int(y[i*4])
		} else {
			e.Action[i] = nn.Argmax(y, i, s.Outputs, n)
		}
	}
}

// batch returns the length of n columns of k activations.
func batch(k, n int) int { return kernels.Quads(k) * 4 * n }

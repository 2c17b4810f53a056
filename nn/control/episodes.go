package control

import (
	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
)

// Episodes are episodes of one environment that are stepped together: every slice has
// an element for each.
type Episodes struct {
	State  [MaxVariables][]Q40 // by variable of the environment
	Action []int8              // to take in the next step

	Reward   []Q40 // sum so far
	Progress []Q40 // what a score adds to the reward, 0 to 1: how near the goal was
	Steps    []int32
	Done     []bool
	Live     int // episodes that are not done

	limit int32
}

// NewEpisodes returns n episodes of an environment, for Begin.
func NewEpisodes(env Environment, n int) *Episodes {
	e := &Episodes{limit: int32(env.Spec().Limit)}
	e.resize(n)
	return e
}

func (e *Episodes) resize(n int) {
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
func (e *Episodes) Begin(env Environment, seed uint64, generation uint32, group int) {
	for i := range e.Done {
		stream := lowrank.StreamOf(seed, generation, uint32(group), lowrank.Batch, i)
		env.Reset(e, i, stream.Block(0))
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

// begin begins episodes of so many members, each with all of start.
func (e *Episodes) begin(start *Episodes, members int) {
	e.limit = start.limit
	e.resize(members * start.Len())
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

// done reports whether episodes from to to are done.
func (e *Episodes) done(from, to int) bool {
	for _, done := range e.Done[from:to] {
		if !done {
			return false
		}
	}
	return true
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
	for i := range n {
		o := env.Observe(e, i)
		copy(x[i*4:i*4+4], o[:4])
		if inputs > 4 {
			copy(x[(n+i)*4:(n+i)*4+4], o[4:])
		}
	}
}

// act takes the actions that a policy's outputs, a batch in quads, stand for.
func (e *Episodes) act(y []int8, s *Spec) {
	n := e.Len()
	for i := range n {
		if s.Throttle {
			e.Action[i] = y[i*4]
		} else {
			e.Action[i] = largest(y, i, s.Outputs, n)
		}
	}
}

// largest returns the row with the largest activation in column c of m×n, the first of
// equals.
func largest(y []int8, c, m, n int) int8 {
	best := int8(0)
	top := y[c*4]
	for i := 1; i < m; i++ {
		if v := y[(i/4*n+c)*4+i%4]; v > top {
			best, top = int8(i), v
		}
	}
	return best
}

// batch returns the length of n columns of k activations.
func batch(k, n int) int { return kernels.Quads(k) * 4 * n }

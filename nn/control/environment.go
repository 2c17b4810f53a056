package control

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
)

// An Environment defines the episodes of a task, and a policy's inputs and actions. It has no
// state of its own; goroutines share it. One that computes in integers, with the arithmetic of
// Q40, is the same on every CPU. Environments can be implemented outside this package.
type Environment interface {
	Spec() Spec

	// Reset begins episode i in a state chosen by random numbers: it sets all variables.
	Reset(e *Episodes, i int, random *Random)

	// Observe writes the inputs of a policy for the state of episode i: Spec().Inputs
	// activations in ±127, which are zeros before.
	Observe(e *Episodes, i int, inputs []int8)

	// Step computes the next step of every episode that is not done, with its Action, and
	// calls Episodes.Count for it.
	Step(e *Episodes)
}

// Spec describes an environment. An action is the row of the largest of a policy's
// outputs, or under Throttle the one output itself, in ±127.
type Spec struct {
	Name      string
	Variables int // numbers of an episode's state
	Inputs    int // activations that a policy sees
	Outputs   int // of a policy
	Throttle  bool
	Limit     int // steps after which an episode ends
	Threshold Q40 // mean reward of 100 episodes at which the environment counts as solved
}

// check returns an error that says what of the description is out of range.
func (s *Spec) check() error {
	switch {
	case s.Variables < 0 || s.Inputs < 1 || s.Outputs < 1 || s.Inputs > kernels.MaxK || s.Outputs > kernels.MaxK:
		return fmt.Errorf("control: %s has %d variables, %d inputs and %d outputs, want at least 0, 1 and 1", s.Name, s.Variables, s.Inputs, s.Outputs)
	case s.Throttle && s.Outputs != 1:
		return fmt.Errorf("control: %s has a throttle of %d outputs, want 1", s.Name, s.Outputs)
	case s.Limit < 1 || s.Limit > 1<<31-1:
		return fmt.Errorf("control: %s has a limit of %d steps, want 1 to 2^31-1", s.Name, s.Limit)
	}
	return nil
}

// Random are the random numbers of an episode's start.
type Random struct {
	stream kernels.Stream
	block  [4]uint32
	next   int
}

// newRandom returns the random numbers of an episode of those that seed, generation and
// group name.
func newRandom(seed uint64, generation, group, episode int) Random {
	return Random{stream: lowrank.StreamOf(seed, generation, uint32(group), lowrank.Batch, episode)}
}

// Uint32 returns the next 32 random bits.
func (r *Random) Uint32() uint32 {
	if r.next%4 == 0 {
		r.block = r.stream.Block(uint32(r.next / 4))
	}
	r.next++
	return r.block[(r.next-1)%4]
}

// Uniform returns a number uniform from least to most, of the next 32 random bits.
func (r *Random) Uniform(least, most Q40) Q40 { return Uniform(r.Uint32(), least, most) }

// All are the environments of this package.
var All = []Environment{CartPole{}, MountainCar{}, MountainCarContinuous{}, Acrobot{}, Pendulum{}, Breakout{}, SpaceInvaders{}}

// Widths returns the widths of an MLP for an environment, inputs first, with the given hidden
// layers: see nn.NewMLP.
func Widths(env Environment, hidden ...int) []int {
	s := env.Spec()
	return append(append([]int{s.Inputs}, hidden...), s.Outputs)
}

// bias is an input that is always the same.
const bias = 64

// Activation returns q·scale rounded to nearest and clamped to ±127.
func Activation(q, scale Q40) int8 {
	return int8(min(max(Mul(q, scale).Round(), -127), 127))
}

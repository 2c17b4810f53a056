package control

// An Environment is a task: what happens in an episode of it, and what a policy is to
// see and may do. It has no state of its own; goroutines share it. One that computes in
// integers, with the arithmetic of Q40, is the same on every CPU.
type Environment interface {
	Spec() Spec

	// Reset begins episode i in a state chosen by random bits.
	Reset(e *Episodes, i int, random [4]uint32)
	// Observe tells what a policy sees of the state of episode i.
	Observe(e *Episodes, i int) Observation
	// Step goes a step further in every episode that is not done, by its Action, and
	// calls Episodes.Count for it.
	Step(e *Episodes)
}

// Spec describes an environment. An action is the row of the largest of a policy's
// outputs, or under Throttle the one output itself, in ±127.
type Spec struct {
	Name      string
	Inputs    int // activations that a policy sees, at most MaxInputs
	Outputs   int // of a policy
	Throttle  bool
	Limit     int // steps after which an episode ends
	Threshold Q40 // mean reward of 100 episodes at which the environment counts as solved
}

// Limits of an environment.
const (
	MaxInputs    = 8
	MaxVariables = 4
)

// Observation is the activations that a policy sees, in ±127, zero beyond Spec.Inputs.
type Observation [MaxInputs]int8

// All are the environments of this package.
var All = []Environment{CartPole{}, MountainCar{}, Acrobot{}, Pendulum{}}

// Widths returns the widths of a policy's network, inputs first, with hidden layers of
// the given ones.
func Widths(env Environment, hidden ...int) []int {
	s := env.Spec()
	return append(append([]int{s.Inputs}, hidden...), s.Outputs)
}

// bias is an input that is always the same: the layers have none of their own.
const bias = 64

// Activation returns q·scale rounded to nearest and clamped to ±127.
func Activation(q, scale Q40) int8 {
	return int8(min(max(Mul(q, scale).Round(), -127), 127))
}

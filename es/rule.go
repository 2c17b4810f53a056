package es

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/internal/fixed"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

// A Rule is how Z moves pents. It measures Z in standard deviations of what pure
// noise would yield, so that a rule's strength means the same for every
// population, rank and fitness coding. The schedule acts on its strength. Vectors
// are not of pents: whatever the rule, they move by error feedback, see
// lowrank.VectorResidual.
//
// String returns the rule with all its parameters.
type Rule interface {
	fmt.Stringer

	check() error

	profile() profile

	// start returns the rule's parts for the given matrices, with their state.
	start(matrices []lowrank.Tensor) []stepper
}

// A profile is what a rule asks of the optimizer.
type profile struct {
	stateBits  int  // kept of a weight, rows padded
	window     int  // generations whose codes the rule looks at, the current one included
	vectorRate Q16  // for vectors
	pairs      bool // whether it is for a code of each pair, not for noise in activations
}

// A stepper is a rule at work on one matrix. Step implements lowrank.Stepper for
// the generation that it has been prepared for; prepare may use the updater, for
// the generations before.
type stepper interface {
	lowrank.Stepper
	prepare(g *update, u *lowrank.Updater)

	// appendState appends the state; restoreState takes it from the start of b and
	// returns the rest.
	appendState(b []byte) []byte
	restoreState(b []byte) (rest []byte)
}

// An update is what a rule needs to know of a generation: its codes, and where it
// is in the run.
type update struct {
	options *Options
	number  int
	codes   []int8
	sums    [3]uint64 // Σ f², Σ f⁴, Σ f⁶
	earlier []update  // of the rule's window that any pair decided, oldest first

	// deviation is that of an entry of the Z gathered last, in 1/256, with noise in
	// activations: it depends on the data, and includes the signal.
	deviation uint64
}

func (g *update) set(o *Options, number int, codes []int8) {
	g.options, g.number, g.codes, g.sums = o, number, codes, [3]uint64{}
	for _, f := range codes {
		f2 := uint64(int(f) * int(f))
		g.sums[0] += f2
		g.sums[1] += f2 * f2
		g.sums[2] += f2 * f2 * f2
	}
}

// decided reports whether any code is other than zero.
func (g *update) decided() bool { return g.sums[0] > 0 }

func (g *update) noise() lowrank.Noise { return g.options.noise(g.number) }

// scheduled returns the part of v that is in force.
func (g *update) scheduled(v Q16) Q16 {
	o := g.options
	return o.Schedule.scale(v, o.moment(g.number), o.Decay)
}

// rounding returns the random numbers by which the rule rounds.
func (g *update) rounding(w lowrank.Tensor) kernels.Stream {
	return lowrank.StreamOf(g.options.Seed, uint32(g.number), w.Number, lowrank.Rounding, 0)
}

// variance returns the variance of an entry of the tensor's Z under pure noise.
func (g *update) variance(w lowrank.Tensor) uint64 {
	return g.sums[0] * uint64(g.noise().Variance(w))
}

// scaleShift is the shift of a rule's multiplier: 256 residual units at this scale
// leave a bit of an int32 for the rounding and one for the last Z in range.
const scaleShift = 20

// scale returns the scale by which one standard deviation of Z under pure noise is
// a step of the scheduled rate, in levels.
func (g *update) scale(rate Q16, w lowrank.Tensor) kernels.Scale {
	deviation := max(1, fixed.Sqrt(g.variance(w)<<16)) // in 1/256
	if g.options.Estimator == lowrank.PerturbActivations {
		deviation = max(1, g.deviation)
	}
	// Units of 1/256 level for one unit of Z: 256·rate/2^16 / (deviation/256).
	mul := int64(g.scheduled(rate)) << scaleShift / int64(deviation)
	mul = min(mul, 256<<scaleShift)
	s := kernels.Scale{Mul: int32(mul), Shift: scaleShift}
	if mul > 0 {
		s.Limit = int32(256<<scaleShift/mul) + 1
	}
	return s
}

func checkRate(rule string, rate Q16) error {
	if rate <= 0 || rate > fixed.One {
		return fmt.Errorf("es: %s rate %v, want more than 0 and at most 1", rule, ratio(rate))
	}
	return nil
}

// startEach starts a rule whose parts have nothing in common.
func startEach(matrices []lowrank.Tensor, start func(w lowrank.Tensor) stepper) []stepper {
	steppers := make([]stepper, len(matrices))
	for i, w := range matrices {
		steppers[i] = start(w)
	}
	return steppers
}

// padded returns the number of weights, rows padded.
func padded(w *packed.Matrix) int { return w.Rows() * packed.PaddedLen(w.Cols()) }

// int8s, bytes and stateless are the states of rules.
type (
	int8s     []int8
	bytes     []byte
	stateless struct{}
)

func (s int8s) appendState(b []byte) []byte {
	for _, v := range s {
		b = append(b, byte(v))
	}
	return b
}

func (s int8s) restoreState(b []byte) []byte {
	for i := range s {
		s[i] = int8(b[i])
	}
	return b[len(s):]
}

func (s bytes) appendState(b []byte) []byte { return append(b, s...) }

func (s bytes) restoreState(b []byte) []byte { return b[copy(s, b):] }

func (stateless) appendState(b []byte) []byte { return b }

func (stateless) restoreState(b []byte) []byte { return b }

package es

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/internal/fixed"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

// A Rule moves pents by Z. It measures Z in standard deviations of pure noise, see
// GenerationUpdate.Scale, so that a rule's strength means the same for every population, rank
// and fitness coding. The schedule acts on its strength.
//
// Rules can be written outside this package. For a run to be a function of its options, data
// and scores, and to continue from a checkpoint, a rule has to satisfy:
//
//   - It computes in integers, and draws random numbers only from GenerationUpdate.Rounding.
//   - The result of a row depends on that row's weights, state and terms of Z, and on
//     the GenerationUpdate, but not on the ranges in which rows are stepped, or their order.
//   - RuleState.AppendState appends StateBits/8 bytes for each weight, and RestoreState
//     takes any bytes of that length.
//   - Two rules of the same String move weights in the same way.
type Rule interface {
	// String returns the rule with all its parameters, in one line. It is part of the
	// identity of runs.
	String() string

	// Check returns an error that names the first parameter out of range.
	Check() error

	// StateBits returns the bits that the rule keeps of a weight between generations,
	// a multiple of 4 from 0 to 64. Rows are padded to packed.PaddedLen.
	StateBits() int

	// Start returns the rule's state for a matrix at the beginning of a run.
	Start(w lowrank.Parameter) RuleState
}

// A RuleState is a Rule and its state for one matrix. Step implements lowrank.Stepper for the
// generation that it has been prepared for; goroutines call it at the same time for
// different rows.
type RuleState interface {
	lowrank.Stepper
	Prepare(g *GenerationUpdate)
	AppendState(b []byte) []byte
	RestoreState(b []byte)
}

// pairsOnly marks rules for noise in weights alone.
type pairsOnly interface{ pairsOnly() }

// windowed is a rule that looks at several generations, the current one included.
type windowed interface{ window() int }

// window returns the number of generations that a rule looks at.
func window(r Rule) int {
	if w, ok := r.(windowed); ok {
		return w.window()
	}
	return 1
}

// startRule returns the rule at work on each of the matrices.
func startRule(r Rule, matrices []lowrank.Parameter) []RuleState {
	if shared, ok := r.(QES); ok {
		return shared.startAll(matrices)
	}
	states := make([]RuleState, len(matrices))
	for i, w := range matrices {
		states[i] = r.Start(w)
	}
	return states
}

// A GenerationUpdate describes a generation to a rule.
type GenerationUpdate struct {
	options    *Options
	number     int
	codes      []int8
	sums       [3]uint64          // Σ f², Σ f⁴, Σ f⁶
	reductions int                // halvings of the rate
	earlier    []GenerationUpdate // of the rule's window that any pair decided, oldest first
	updater    *lowrank.Updater   // for generations before

	// deviation is the standard deviation of an entry of Z of the terms computed last, in 1/256, with noise in
	// activations: it depends on the data, and includes the signal.
	deviation uint64
}

// Generation returns the number of the generation, from zero.
func (g *GenerationUpdate) Generation() int { return g.number }

func (g *GenerationUpdate) set(o *Options, number int, codes []int8) {
	g.options, g.number, g.codes, g.sums = o, number, codes, [3]uint64{}
	for _, f := range codes {
		f2 := uint64(int(f) * int(f))
		g.sums[0] += f2
		g.sums[1] += f2 * f2
		g.sums[2] += f2 * f2 * f2
	}
}

// decided reports whether any code is other than zero.
func (g *GenerationUpdate) decided() bool { return g.sums[0] > 0 }

func (g *GenerationUpdate) noise() lowrank.Noise { return g.options.noise(g.number) }

// Scheduled returns v times the factors of the schedule and of Optimizer.ReduceRate in this
// generation, rounded down.
func (g *GenerationUpdate) Scheduled(v Q16) Q16 {
	o := g.options
	return o.Schedule.scale(v, o.progress(g.number), o.InverseRate) >> g.reductions
}

// Rounding returns the random numbers of this generation for a matrix: a stream whose
// pair is the row.
func (g *GenerationUpdate) Rounding(w lowrank.Parameter) kernels.Stream {
	return g.stream(w, lowrank.Rounding)
}

// stream returns the stream of the generation for a use of a matrix, by the generator of
// the noise.
func (g *GenerationUpdate) stream(w lowrank.Parameter, kind lowrank.StreamKind) kernels.Stream {
	n := lowrank.Noise{Seed: g.options.Seed, Generator: g.options.Generator, Generation: g.number}
	return n.Stream(kind, w.Number, 0)
}

// variance returns the variance of an entry of the tensor's Z under pure noise.
func (g *GenerationUpdate) variance(w lowrank.Parameter) uint64 {
	return g.sums[0] * uint64(g.noise().Of(w).Variance())
}

// scaleShift is the shift of a rule's multiplier. 256 residual units at this scale leave
// an int32 one bit for the rounding and one for the last Z in range.
const scaleShift = 20

// Scale returns the scale, as kernels.UpdateResidual takes it, at which one standard deviation
// of Z under pure noise is a step of the scheduled rate, in levels. The rate is in 1/65536,
// Σ f² is over the codes, Variance is the tensor's noise's, and divisions and roots round down:
//
//	deviation = max(1, √(Σ f²·Variance·2^16))         // of an entry of Z, in 1/256
//	Mul       = min(⌊Scheduled(rate)·2^(20 + Rate of w) / deviation⌋, 256·2^20)
//	Shift     = 20
//	Limit     = ⌊256·2^20 / Mul⌋ + 1, or 0 if Mul is 0
//
// With noise in activations deviation is at least 1 and what lowrank.Updater.ComputeTerms
// returns.
func (g *GenerationUpdate) Scale(rate Q16, w lowrank.Parameter) kernels.Scale {
	deviation := max(1, fixed.Sqrt(g.variance(w)<<16)) // in 1/256
	if g.options.Estimator == lowrank.PerturbActivations {
		deviation = max(1, g.deviation)
	}
	// Units of 1/256 level for one unit of Z: 256·rate/2^16 / (deviation/256).
	mul := int64(g.Scheduled(rate)) << (scaleShift + w.Rate) / int64(deviation)
	mul = min(mul, 256<<scaleShift)
	s := kernels.Scale{Mul: int32(mul), Shift: scaleShift}
	if mul > 0 {
		s.Limit = int32(256<<scaleShift/mul) + 1
	}
	return s
}

func checkRate(rule string, rate Q16) error {
	if rate <= 0 || rate > one {
		return fmt.Errorf("es: %s rate %v, want more than 0 and at most 1", rule, rate)
	}
	return nil
}

// padded returns the number of weights, rows padded.
func padded(w *packed.Matrix) int { return w.Rows() * packed.PaddedLen(w.Cols()) }

// int8s, bytes and stateless are the states of rules.
type (
	int8s     []int8
	bytes     []byte
	stateless struct{}
)

func (s int8s) AppendState(b []byte) []byte {
	for _, v := range s {
		b = append(b, byte(v))
	}
	return b
}

func (s int8s) RestoreState(b []byte) {
	for i := range s {
		s[i] = int8(b[i])
	}
}

func (s bytes) AppendState(b []byte) []byte { return append(b, s...) }

func (s bytes) RestoreState(b []byte) { copy(s, b) }

func (stateless) AppendState(b []byte) []byte { return b }

func (stateless) RestoreState([]byte) {}

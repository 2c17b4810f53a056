package nn

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/kernels"
)

// Sequences is a source of training sequences for a Predictor.
type Sequences interface {
	// Inputs returns the activations that come in at a step, and Classes how many classes
	// targets are of.
	Inputs() int
	Classes() int

	// Draw fills in a batch for a group of pairs of a generation: all that it has, as a
	// function of the seed, the generation and the group alone.
	Draw(b *Sequence, seed uint64, generation uint32, group int)
}

// A Sequence is a batch of sequences, streams of so many steps, side by side.
type Sequence struct {
	Streams int
	Lead    int // steps before the first that is scored, by which a model comes to its state
	Steps   int // steps after those, of which members are scored

	// X holds the batches of all steps, Inputs × Streams in quads each, and Targets, for
	// the steps after the lead, the class that each stream is to predict at it. A step of
	// no targets is not scored.
	X       [][]int8
	Targets [][]uint8
}

// NewSequence returns room for sequences of a source, to be drawn by it.
func NewSequence(source Sequences, streams, lead, steps int) *Sequence {
	s := &Sequence{Streams: streams, Lead: lead, Steps: steps}
	s.reset(source.Inputs())
	return s
}

// reset makes room for batches of so many inputs.
func (s *Sequence) reset(inputs int) {
	s.X, s.Targets = grow(s.X, s.Lead+s.Steps), grow(s.Targets, s.Steps)
	for t := range s.X {
		s.X[t] = reuse.Slice(s.X[t], kernels.Quads(inputs)*4*s.Streams)
		clear(s.X[t])
	}
	for t := range s.Targets {
		s.Targets[t] = reuse.Slice(s.Targets[t], s.Streams)
	}
}

// Set sets an activation of a step: input i of a stream.
func (s *Sequence) Set(step, i, stream int, v int8) {
	s.X[step][(i/4*s.Streams+stream)*4+i%4] = v
}

// check returns an error if what has been drawn is not a batch of so many inputs and
// classes.
func (s *Sequence) check(inputs, classes int) error {
	if len(s.X) != s.Lead+s.Steps || len(s.Targets) != s.Steps {
		return fmt.Errorf("nn: sequence of %d steps and %d of targets, want %d and %d", len(s.X), len(s.Targets), s.Lead+s.Steps, s.Steps)
	}
	for t, x := range s.X {
		if want := kernels.Quads(inputs) * 4 * s.Streams; len(x) != want {
			return fmt.Errorf("nn: step %d of a sequence has %d activations, want %d", t, len(x), want)
		}
	}
	for t, targets := range s.Targets {
		if len(targets) != 0 && len(targets) != s.Streams {
			return fmt.Errorf("nn: step %d of a sequence has %d targets for %d streams", t, len(targets), s.Streams)
		}
		for _, c := range targets {
			if int(c) >= classes {
				return fmt.Errorf("nn: target %d at step %d of a sequence, want below %d", c, t, classes)
			}
		}
	}
	return nil
}

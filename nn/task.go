package nn

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/kernels"
)

// A Task draws batches and scores the outputs of the population's members for them. An
// Evaluator runs the model in between. Tasks can be implemented outside this package;
// goroutines call Score at the same time.
type Task interface {
	// Inputs and Outputs are the widths of a model for the task.
	Inputs() int
	Outputs() int

	// Draw fills a batch for a group of pairs of a generation: all of X, and what Score
	// needs, as a function of the seed, the generation and the group alone. Training is
	// deterministic and can be resumed because Draw keeps nothing from one call to the
	// next.
	Draw(b *Batch, seed uint64, generation, group int)

	// Score sets s.Scores for the columns of s.Outputs; higher is better. A score depends on
	// its own column alone.
	Score(s *Scoring)
}

// A Checker is a Task that NewEvaluator checks before it is used.
type Checker interface {
	// Check returns an error if the task cannot draw batches.
	Check() error
}

// A Batch is the input of all members of a group: Streams sequences of WarmUp + Steps steps,
// side by side. Independent samples are sequences of one step.
type Batch struct {
	Streams int
	WarmUp  int // steps before the first that is scored, which bring a model to its state
	Steps   int // steps that are scored

	// X holds the input of every step, Inputs × Streams in quads.
	X [][]int8

	// Targets and Samples hold, for the steps after the warm-up, a class below Outputs for
	// each stream, and any number that Score may ask for, such as the index of a sample.
	// A step whose Targets are empty is not scored.
	Targets [][]uint8
	Samples [][]int32

	rows []int8 // samples before they are interleaved
}

// NewBatch returns a batch of zeros for a task to fill.
func NewBatch(task Task, streams, warmUp, steps int) *Batch {
	b := &Batch{Streams: streams, WarmUp: warmUp, Steps: steps}
	b.reset(task.Inputs(), false)
	return b
}

// reset makes room for batches of the given number of inputs, zeros unless they will be
// filled by a task that leaves no activation as it was.
func (b *Batch) reset(inputs int, filled bool) {
	b.X, b.Targets, b.Samples = grow(b.X, b.WarmUp+b.Steps), grow(b.Targets, b.Steps), grow(b.Samples, b.Steps)
	for t := range b.X {
		size := kernels.Quads(inputs) * 4 * b.Streams
		if len(b.X[t]) == size && filled {
			continue
		}
		b.X[t] = reuse.Slice(b.X[t], size)
		clear(b.X[t])
	}
	for t := range b.Steps {
		b.Targets[t] = reuse.Slice(b.Targets[t], b.Streams)
		clear(b.Targets[t])
		b.Samples[t] = reuse.Slice(b.Samples[t], b.Streams)
	}
}

// Set sets an activation of a step: input i of a stream.
func (b *Batch) Set(step, i, stream int, v int8) {
	b.X[step][(i/4*b.Streams+stream)*4+i%4] = v
}

// check returns an error if what a task has drawn is not a batch of the given inputs and
// classes.
func (b *Batch) check(inputs, classes int) error {
	if len(b.X) != b.WarmUp+b.Steps || len(b.Targets) != b.Steps || len(b.Samples) != b.Steps {
		return fmt.Errorf("nn: batch of %d steps, %d of targets and %d of samples, want %d, %d and %d",
			len(b.X), len(b.Targets), len(b.Samples), b.WarmUp+b.Steps, b.Steps, b.Steps)
	}
	for t, x := range b.X {
		if want := kernels.Quads(inputs) * 4 * b.Streams; len(x) != want {
			return fmt.Errorf("nn: step %d of a batch has %d activations, want %d", t, len(x), want)
		}
	}
	for t, targets := range b.Targets {
		if len(targets) != 0 && len(targets) != b.Streams {
			return fmt.Errorf("nn: step %d of a batch has %d targets for %d streams", t, len(targets), b.Streams)
		}
		for _, c := range targets {
			if int(c) >= classes {
				return fmt.Errorf("nn: target %d at step %d of a batch, want below %d", c, t, classes)
			}
		}
	}
	return nil
}

// A Scoring is the outputs of some members at one step, which a Task scores at once.
type Scoring struct {
	Batch   *Batch
	Step    int    // after the warm-up
	Outputs []int8 // of all columns, in quads
	Columns int
	Scores  []int64 // to be set, one for each column

	width   int // rows of Outputs
	first   int // stream of column 0
	targets []uint8
	bits    []int32
	column  []int8
	sums    []uint64 // by column, of Tokens
}

// Stream returns the stream of the batch to which a column belongs.
func (s *Scoring) Stream(column int) int { return (s.first + column) % s.Batch.Streams }

// Sample returns the batch's sample number of a column.
func (s *Scoring) Sample(column int) int {
	return int(s.Batch.Samples[s.Step][s.Stream(column)])
}

// Output returns an output of a column.
func (s *Scoring) Output(i, column int) int8 {
	return s.Outputs[(i/4*s.Columns+column)*4+i%4]
}

// Column returns the outputs of a column, valid until the next call.
func (s *Scoring) Column(c int) []int8 {
	s.column = reuse.Slice(s.column, s.width)
	for i := range s.column {
		s.column[i] = s.Output(i, c)
	}
	return s.column
}

// CrossEntropy sets the scores to the log-probabilities of the targets in units of 1/256
// bit, for outputs that are logits in 1/16 bit, see kernels.LogProb.
func (s *Scoring) CrossEntropy() {
	s.entropy()
	for i, v := range s.bits {
		s.Scores[i] = int64(v)
	}
}

// entropy is CrossEntropy into bits.
func (s *Scoring) entropy() {
	s.bits = reuse.Slice(s.bits, s.Columns)
	kernels.LogProb(s.bits, s.Outputs, s.targets, s.width, s.Columns)
}

// CrossEntropy is the part of a Task that classification and language models share: embed
// it in a task that draws Targets.
type CrossEntropy struct {
	Classes int // at most kernels.MaxClasses
}

// Outputs implements Task.
func (e CrossEntropy) Outputs() int { return e.Classes }

// Score implements Task.
func (CrossEntropy) Score(s *Scoring) { s.CrossEntropy() }

package baseline

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/internal/fixed"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
)

// Objective scores the current content of the matrices on the data of a generation,
// counted from zero; higher is better. It must depend only on these two.
type Objective func(generation int) int64

// maxMembers bounds a population, so that sums of squares fit 64 bits.
const maxMembers = 1 << 14

// model holds the matrices that are trained and their earlier content.
type model struct {
	matrices []*packed.Matrix
	before   []*packed.Matrix // their content when keep was called
	weights  int              // of all matrices
}

func newModel(matrices []*packed.Matrix) (model, error) {
	m := model{matrices: matrices, before: make([]*packed.Matrix, len(matrices))}
	for i, w := range matrices {
		if w == nil || w.Rows() == 0 {
			return model{}, fmt.Errorf("baseline: matrix %d is empty", i)
		}
		m.weights += w.Rows() * w.Cols()
		m.before[i] = packed.NewMatrix(w.Rows(), w.Cols())
	}
	if len(matrices) == 0 {
		return model{}, errors.New("baseline: no matrices to train")
	}
	return m, nil
}

// keep saves the content, and restore brings it back.
func (m *model) keep() {
	for i, w := range m.matrices {
		copy(m.before[i].Bytes(), w.Bytes())
	}
}

func (m *model) restore() {
	for i, w := range m.matrices {
		copy(w.Bytes(), m.before[i].Bytes())
	}
}

// describe sets the statistics of the weights and of how they changed since keep.
func (m *model) describe(s *es.Stats) {
	squares := uint64(0)
	for i, w := range m.matrices {
		now, was := make([]int8, w.Rows()*w.Cols()), make([]int8, w.Rows()*w.Cols())
		w.Unpack(now)
		m.before[i].Unpack(was)
		for j, v := range now {
			if d := int(v) - int(was[j]); d != 0 {
				s.Moved++
				squares += uint64(d * d)
			}
		}
		s.Saturated += kernels.CountSaturated(w, 0, w.Rows())
	}
	s.Norm = int64(fixed.Sqrt(squares << 16))
}

// summarize sets the statistics of the scores.
func summarize(s *es.Stats, scores []int64) {
	var sum fixed.Sum
	for _, v := range scores {
		sum.Add(v)
	}
	s.Best, s.Mean = slices.Max(scores), sum.Mean()
}

// checkPopulation returns an error if the sizes of a run are out of range.
func checkPopulation(generations, members int) error {
	switch {
	case generations < 1 || generations > 1<<31-1:
		return fmt.Errorf("baseline: %d generations, want 1 to 2^31-1", generations)
	case members < 1 || members > maxMembers:
		return fmt.Errorf("baseline: %d members, want 1 to %d", members, maxMembers)
	}
	return nil
}

// stepper is an algorithm that runs by steps.
type stepper interface {
	Done() bool
	Step(ctx context.Context, f Objective) (es.Stats, error)
}

// run takes steps until the algorithm or the context is done or a callback returns an
// error, as es.Optimizer.Run does.
func run(ctx context.Context, s stepper, f Objective, callbacks []func(es.Stats) error) error {
	for !s.Done() {
		stats, err := s.Step(ctx, f)
		if err != nil {
			return err
		}
		for _, call := range callbacks {
			if err := call(stats); errors.Is(err, es.ErrStop) {
				return nil
			} else if err != nil {
				return err
			}
		}
	}
	return nil
}

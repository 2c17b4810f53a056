package es

import (
	"encoding/binary"
	"fmt"

	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

// StateBytes returns the memory that the rule keeps between generations: a constant
// number of bits a weight, rows padded, and the codes of the rule's window.
func (o *Optimizer) StateBytes() int {
	n := len(o.past) * o.options.Pairs
	return n + o.weightState()
}

// weightState returns the bytes that the rule keeps of the weights.
func (o *Optimizer) weightState() (n int) {
	for _, w := range o.parameters {
		if !w.Frozen {
			n += o.stateOf(w.W)
		}
	}
	return n
}

// stateOf returns the bytes that the rule keeps of a matrix.
func (o *Optimizer) stateOf(w *packed.Matrix) int { return padded(w) * o.options.Rule.StateBits() / 8 }

// memory returns the bytes that Options.MemoryLimit bounds: the state, what the rule
// and the updater need while they work on the largest tensor, and the scores and
// codes of a generation.
func (o *Optimizer) memory() uint64 {
	const scoring = 2*8 + 3*8 + 2 // two scores, what becomes of them, their code and the code of the generation before
	pairs, window := o.options.Pairs, window(o.options.Rule)
	updater, weights, residual := 0, 0, 0
	for i, w := range o.parameters {
		if w.Frozen {
			continue
		}
		rank := o.options.noise(0).Of(w).Rank
		f := lowrank.TrainingFootprint(w.W.Rows(), w.W.Cols(), pairs, rank, o.inputColumns(i))
		updater, weights, residual = max(updater, f.Updater), max(weights, f.Weights), max(residual, f.Residual)
	}
	n := uint64(o.weightState()) + uint64(updater) + uint64(window-1)*uint64(pairs) + scoring*uint64(pairs)*uint64(o.samples)
	if window > 1 { // see QES
		n += uint64(weights) + uint64(residual)
	}
	return n
}

// AppendState appends to b all state of a run except its options and weights: the
// generation, the state of the rule, the codes of its window, and a byte for the reductions of
// the rate if there are any. Except for that byte, its length depends on the options and the
// parameters' shapes alone.
func (o *Optimizer) AppendState(b []byte) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(o.generation))
	for _, codes := range o.past {
		b = int8s(codes).AppendState(b)
	}
	for _, s := range o.states {
		if s.RuleState != nil {
			b = s.AppendState(b)
		}
	}
	if o.reductions > 0 {
		b = append(b, byte(o.reductions))
	}
	return b
}

// positionBytes is the length of the position in a state.
const positionBytes = 4

// RestoreState sets the state that AppendState of an optimizer with the same Identity has
// written, so that with its weights the run continues as that one. It returns an error and
// changes nothing if b is not the state of such a run.
func (o *Optimizer) RestoreState(b []byte) error {
	want, reductions := positionBytes+o.StateBytes(), 0
	if len(b) == want+1 && b[want] != 0 && window(o.options.Rule) == 1 {
		if reductions = int(b[want]); reductions > MaxReductions {
			return fmt.Errorf("es: state of a rate divided by 2^%d, want 1 to %d", reductions, MaxReductions)
		}
		b = b[:want]
	}
	if len(b) != want {
		return fmt.Errorf("es: state of %d bytes, want %d", len(b), want)
	}
	generation := binary.LittleEndian.Uint32(b)
	if int64(generation) > int64(o.options.Generations) {
		return fmt.Errorf("es: state after %d generations of a run of %d", generation, o.options.Generations)
	}
	b = b[positionBytes:]
	if err := checkCodes(b[:len(o.past)*o.options.Pairs]); err != nil {
		return fmt.Errorf("es: state: %w", err)
	}
	o.generation, o.moved, o.reductions = int(generation), false, reductions
	take := func(n int) (state []byte) {
		state, b = b[:n], b[n:]
		return state
	}
	for _, codes := range o.past {
		int8s(codes).RestoreState(take(len(codes)))
	}
	for i, s := range o.states {
		if s.RuleState != nil {
			s.RestoreState(take(o.stateOf(o.parameters[i].W)))
		}
	}
	return nil
}

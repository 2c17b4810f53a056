package es

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/Kaleaon/pentary-go/packed"
)

// EarlyStop is an optimizer that measures its weights during the run, ends the run when
// they no longer improve, and keeps the best. It is a journal.Trainer: its state includes the
// measurements, so a resumed or replayed run ends at the same generation and with the same
// weights as an uninterrupted one.
//
//	stop := &es.EarlyStop{Optimizer: opt, Measure: score, Patience: 20}
//	err := stop.Run(ctx)
//	...
//	generation := stop.Restore()
//
// The rate follows the schedule of the planned run, so it is still high if the run ends much
// earlier. With Reductions, each plateau of Patience measurements halves the rate, and the
// plateau after the last reduction ends the run (as ReduceLROnPlateau does).
type EarlyStop struct {
	*Optimizer

	// Measure returns how good the current weights are; higher is better. It must depend
	// only on them, for example by a score on held-out data.
	Measure  func() (int64, error)
	Every    int // generations between measurements; default 1
	Patience int // measurements in a row that are no better than the best before the run ends; at least 1

	// Reductions is the number of plateaus that halve the rate instead of ending the run,
	// at most MaxReductions; default 0. The rule must take Optimizer.ReduceRate.
	Reductions int

	count      int   // of measurements since the best one or the last reduction, and that one; 0 before the first
	best       int64 // measurement
	generation int   // that it is of
	weights    []byte
}

// Done reports whether the run is over: at its last generation, or early.
func (e *EarlyStop) Done() bool { return e.Optimizer.Done() || e.count > e.Patience }

// Best returns the best measurement and the number of generations that were finished
// when it was taken.
func (e *EarlyStop) Best() (measure int64, generation int) { return e.best, e.generation }

// Run is Optimizer.Run until the run is over. The weights are then the weights of the last
// generation, with which a journal ends; Restore sets the best ones.
func (e *EarlyStop) Run(ctx context.Context, callbacks ...func(Stats) error) error {
	if err := e.begin(); err != nil || e.Done() {
		return err
	}
	callbacks = slices.Concat([]func(Stats) error{func(Stats) error { return e.measure() }}, callbacks, []func(Stats) error{
		func(Stats) error {
			if e.Done() {
				return ErrStop
			}
			return nil
		},
	})
	return e.Optimizer.Run(ctx, callbacks...)
}

// Replay is Optimizer.Replay with the measurements of Run.
func (e *EarlyStop) Replay(r Record) (Stats, error) {
	if err := e.begin(); err != nil {
		return Stats{}, err
	}
	stats, err := e.Optimizer.Replay(r)
	if err == nil {
		err = e.measure()
	}
	return stats, err
}

// Restore sets the best weights and returns how many generations were finished when they
// were measured. The run cannot continue after it.
func (e *EarlyStop) Restore() (generation int) {
	b := e.weights
	for _, p := range e.Parameters() {
		if len(b) == 0 {
			break // nothing has been measured
		}
		b = b[copy(p.W.Bytes(), b):]
	}
	return e.generation
}

// begin measures the weights that the run begins with.
func (e *EarlyStop) begin() error {
	if e.Measure == nil || e.Patience < 1 || e.Every < 0 {
		return fmt.Errorf("es: early stopping with a patience of %d, every %d generations: want a measure, at least 1 and at least 0", e.Patience, e.Every)
	}
	if e.Reductions != 0 {
		if e.Reductions < 0 || e.Reductions > MaxReductions {
			return fmt.Errorf("es: early stopping after %d reductions of the rate, want 0 to %d", e.Reductions, MaxReductions)
		}
		if err := e.ReduceRate(e.reductions); err != nil { // for its error
			return err
		}
	}
	if e.count > 0 {
		return nil
	}
	return e.take()
}

// measure measures if the generation just finished is one to measure.
func (e *EarlyStop) measure() error {
	if e.Generation()%max(e.Every, 1) != 0 && !e.Optimizer.Done() {
		return nil
	}
	return e.take()
}

func (e *EarlyStop) take() error {
	v, err := e.Measure()
	if err != nil {
		return err
	}
	if e.count++; e.count == 1 || v > e.best {
		e.count, e.best, e.generation = 1, v, e.Generation()
		e.weights = e.appendWeights(e.weights[:0])
	}
	if e.count > e.Patience && e.reductions < e.Reductions {
		e.count = 1
		return e.ReduceRate(e.reductions + 1)
	}
	return nil
}

func (e *EarlyStop) appendWeights(b []byte) []byte {
	for _, p := range e.Parameters() {
		b = append(b, p.W.Bytes()...)
	}
	return b
}

// earlyStopBytes is the length of the part of a state before the best weights.
const earlyStopBytes = 4 + 4 + 8

// AppendState is Optimizer.AppendState with the measurements and the best weights.
func (e *EarlyStop) AppendState(b []byte) []byte {
	le := binary.LittleEndian
	b = le.AppendUint32(b, uint32(e.count))
	b = le.AppendUint32(b, uint32(e.generation))
	b = le.AppendUint64(b, uint64(e.best))
	if e.count > 0 {
		b = append(b, e.weights...)
	} else { // any, so that the length is always the same
		b = e.appendWeights(b)
	}
	return e.Optimizer.AppendState(b)
}

// RestoreState is Optimizer.RestoreState for a state of AppendState.
func (e *EarlyStop) RestoreState(b []byte) error {
	size := 0
	for _, p := range e.Parameters() {
		size += len(p.W.Bytes())
	}
	if len(b) < earlyStopBytes+size {
		return fmt.Errorf("es: state of %d bytes, want at least %d for early stopping", len(b), earlyStopBytes+size)
	}
	le := binary.LittleEndian
	count, generation, best := le.Uint32(b), le.Uint32(b[4:]), le.Uint64(b[8:])
	weights := b[earlyStopBytes:][:size]
	if err := e.checkWeights(weights); err != nil {
		return fmt.Errorf("es: state: best weights: %w", err)
	}
	if limit := uint32(e.Options().Generations); count > limit+1 || generation > limit {
		return fmt.Errorf("es: state of %d measurements since generation %d of a run of %d", count, generation, limit)
	}
	if err := e.Optimizer.RestoreState(b[earlyStopBytes+size:]); err != nil {
		return err
	}
	e.count, e.generation, e.best = int(count), int(generation), int64(best)
	e.weights = append(e.weights[:0], weights...)
	return nil
}

func (e *EarlyStop) checkWeights(b []byte) error {
	for i, p := range e.Parameters() {
		m := p.W
		if _, err := packed.MatrixOver(m.Rows(), m.Cols(), b[:len(m.Bytes())]); err != nil {
			return fmt.Errorf("parameter %d: %w", i, err)
		}
		b = b[len(m.Bytes()):]
	}
	return nil
}

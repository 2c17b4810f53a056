package es

import (
	"context"
	"fmt"

	"github.com/Kaleaon/pentary-go/kernels"
)

// A Record is all that the members of a generation exchange: what it takes to move
// the weights once more without evaluating anything.
type Record struct {
	Finished   int    // generations, this one included
	Codes      []int8 // by pair, or by pair and sample with noise in activations
	Samples    int    // codes of each pair; 0 if it is not known
	Reductions int    // the rule's strength was divided by 2^Reductions, see Optimizer.ReduceRate
}

// Record returns the record of the last generation. It shares the optimizer's
// memory until the next Tell or Replay. It is empty before the first, and after
// RestoreState.
func (o *Optimizer) Record() Record {
	if !o.moved {
		return Record{}
	}
	return Record{Finished: o.generation, Codes: o.codes, Samples: o.samples, Reductions: o.reduced}
}

// Replay moves the weights as Tell did when it made the record. It returns an error
// if the record is not of the next generation, or of other parameters or options, or
// if an InputSource returns one; then nothing has changed.
func (o *Optimizer) Replay(r Record) (Stats, error) {
	if o.Done() {
		return Stats{}, o.errDone()
	}
	if err := o.checkRecord(r); err != nil {
		return Stats{}, err
	}
	before := o.reductions
	if r.Reductions != before {
		if err := o.ReduceRate(r.Reductions); err != nil {
			return Stats{}, err
		}
	}
	copy(o.next, r.Codes)
	var stats Stats
	if err := o.move(context.Background(), &stats); err != nil {
		o.reductions = before
		return Stats{}, err
	}
	return stats, nil
}

func (o *Optimizer) checkRecord(r Record) error {
	switch {
	case r.Finished != o.generation+1:
		return fmt.Errorf("es: record of generation %d, want %d", r.Finished, o.generation+1)
	case len(r.Codes) != len(o.next):
		return fmt.Errorf("es: record of %d codes for %s", len(r.Codes), o.population())
	case r.Samples != 0 && r.Samples != o.samples:
		return fmt.Errorf("es: record of %d codes a pair for %s", r.Samples, o.population())
	}
	if err := checkCodes(r.Codes); err != nil {
		return fmt.Errorf("es: record: %w", err)
	}
	return nil
}

// checkCodes takes codes as they are, or as bytes.
func checkCodes[T int8 | byte](codes []T) error {
	for i, v := range codes {
		if f := int8(v); f < -kernels.MaxFitness || f > kernels.MaxFitness {
			return fmt.Errorf("code %d at %d, want at most ±%d", f, i, kernels.MaxFitness)
		}
	}
	return nil
}

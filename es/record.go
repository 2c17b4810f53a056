package es

import (
	"context"
	"fmt"
	"slices"

	"github.com/Kaleaon/pentary-go/kernels"
)

// A Record is all that the members of a generation exchange. It is enough to move the weights
// again without an evaluation.
type Record struct {
	Finished   int    // generations, this one included
	Codes      []int8 // by pair, or by pair and sample with noise in activations
	Samples    int    // codes of each pair; 0 if it is not known
	Reductions int    // the rule's strength was divided by 2^Reductions, see Optimizer.ReduceRate

	// Missing are the pairs of which neither member has a score, ascending. Their codes are 0.
	Missing []int
}

// Record returns the record of the last generation. It shares the optimizer's
// memory until the next Tell or Replay. It is empty before the first, and after
// RestoreState.
func (o *Optimizer) Record() Record {
	if !o.moved {
		return Record{}
	}
	return Record{Finished: o.generation, Codes: o.codes, Samples: o.samples, Reductions: o.reduced, Missing: o.missing}
}

// RecordOf returns the record that Tell would make of the scores of the generation that
// Ask describes, without telling them. It has memory of its own. It returns an error as
// Tell does.
func (o *Optimizer) RecordOf(scores []int64) (Record, error) {
	if err := o.checkScores(scores); err != nil {
		return Record{}, err
	}
	r := Record{Finished: o.generation + 1, Codes: make([]int8, len(o.next)), Samples: o.samples, Reductions: o.reductions}
	o.coder.encode(r.Codes, scores, o.options.Groups)
	r.Missing = appendMissing(nil, scores, o.samples)
	return r, nil
}

// appendMissing appends the pairs of which all scores of both members are Failed.
func appendMissing(missing []int, scores []int64, samples int) []int {
	for p := range len(scores) / (2 * samples) {
		if !slices.ContainsFunc(scores[2*p*samples:2*(p+1)*samples], func(v int64) bool { return v != Failed }) {
			missing = append(missing, p)
		}
	}
	return missing
}

// Replay moves the weights as Tell did when it made the record. It returns an error and changes
// nothing if the record is not of the next generation, belongs to other parameters or options,
// or if an InputSource returns an error.
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
	o.nextMissing = append(o.nextMissing[:0], r.Missing...)
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
	if err := r.CheckMissing(); err != nil {
		return fmt.Errorf("es: record: %w", err)
	}
	return nil
}

// CheckMissing returns an error unless Missing are pairs of the record in ascending order,
// whose codes are 0.
func (r *Record) CheckMissing() error {
	samples := max(r.Samples, 1)
	for i, p := range r.Missing {
		switch {
		case p < 0 || p >= len(r.Codes)/samples || i > 0 && p <= r.Missing[i-1]:
			return fmt.Errorf("pair %d of %d without scores, in ascending order", p, len(r.Codes)/samples)
		case slices.ContainsFunc(r.Codes[p*samples:(p+1)*samples], func(c int8) bool { return c != 0 }):
			return fmt.Errorf("pair %d without scores has a code other than 0", p)
		}
	}
	return nil
}

// checkCodes takes codes as they are, or as bytes.
func checkCodes[T int8 | byte](codes []T) error {
	beyond := int8(0) // negative if one is out of range
	for _, v := range codes {
		f := int8(v)
		beyond |= (kernels.MaxFitness - f) | (f + kernels.MaxFitness)
	}
	if beyond >= 0 {
		return nil
	}
	for i, v := range codes {
		if f := int8(v); f < -kernels.MaxFitness || f > kernels.MaxFitness {
			return fmt.Errorf("code %d at %d, want at most ±%d", f, i, kernels.MaxFitness)
		}
	}
	return nil
}

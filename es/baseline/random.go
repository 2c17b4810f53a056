package baseline

import (
	"context"
	"fmt"
	"math/bits"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/trit5"
)

// RandomOptions configure a RandomSearch. The zero value of a field is its default.
type RandomOptions struct {
	Seed        uint64
	Generations int    // length of the run; required
	Members     int    // candidates a generation; default 100
	Share       es.Q16 // of the weights that a candidate redraws, at least one; default 0.02
}

// RandomSearch is search without a model of the fitness. A generation tries candidates,
// each a copy of the current weights with some pents redrawn from all five levels, and
// keeps the best one if it scores better than the current weights on the same data.
//
// Mean squared error on the pattern task, which begins at 2.05, by share:
//
//	members × steps    .001   .005    .02     .1     .5
//	100 × 50          1.902  1.757  1.611  1.713  1.847
//	1000 × 50         1.865  1.671  1.494  1.636  1.823
type RandomSearch struct {
	options    RandomOptions
	model      model
	redraw     int // pents a candidate
	generation int
	scores     []int64
}

// NewRandomSearch returns a search that trains the matrices in place. The error names
// what is out of range.
func NewRandomSearch(matrices []*packed.Matrix, o RandomOptions) (*RandomSearch, error) {
	if o.Members == 0 {
		o.Members = 100
	}
	if o.Share == 0 {
		o.Share = es.Ratio(1, 50)
	}
	if err := checkPopulation(o.Generations, o.Members); err != nil {
		return nil, err
	}
	if o.Share < 0 || o.Share > 1<<16 {
		return nil, fmt.Errorf("baseline: share of %v, want more than 0 and at most 1", o.Share)
	}
	m, err := newModel(matrices)
	if err != nil {
		return nil, err
	}
	return &RandomSearch{
		options: o, model: m,
		redraw: max(1, int(int64(m.weights)*int64(o.Share)>>16)),
		scores: make([]int64, o.Members),
	}, nil
}

// Done reports whether the run has reached its last generation.
func (s *RandomSearch) Done() bool { return s.generation >= s.options.Generations }

// Step runs a generation: one call of f for each candidate and one for the current
// weights. If the context is done, it returns its error and leaves the weights as they
// were. In the statistics Decided counts the candidates that beat the current weights;
// Spread, which is of pairs, stays zero.
func (s *RandomSearch) Step(ctx context.Context, f Objective) (es.Stats, error) {
	if s.Done() {
		return es.Stats{}, fmt.Errorf("baseline: the run of %d generations is done", s.options.Generations)
	}
	s.model.keep()
	stats := es.Stats{Finished: s.generation + 1}
	present := f(s.generation)
	best, at := present, -1
	for i := range s.scores {
		if err := ctx.Err(); err != nil {
			return es.Stats{}, err
		}
		s.draw(i)
		v := f(s.generation)
		s.model.restore()
		s.scores[i] = v
		if v > present {
			stats.Decided++
		}
		if v > best {
			best, at = v, i
		}
	}
	if at >= 0 {
		s.draw(at)
	}
	summarize(&stats, s.scores)
	s.model.describe(&stats)
	s.generation++
	return stats, nil
}

// Run takes steps until the run is done, or until the context is done, whose error it then
// returns. After each step it calls the callbacks in turn; the first error of one ends the
// run and is returned unless it is es.ErrStop.
func (s *RandomSearch) Run(ctx context.Context, f Objective, callbacks ...func(es.Stats) error) error {
	return run(ctx, s, f, callbacks)
}

// draw sets the current weights to a candidate's. Each block of its stream gives a place
// among all weights and a level; a place may be drawn twice.
func (s *RandomSearch) draw(candidate int) {
	stream := lowrank.StreamOf(s.options.Seed, s.generation, 0, lowrank.FactorA, candidate)
	for n := range s.redraw {
		block := stream.Block(uint32(n))
		u := uint64(block[0])<<32 | uint64(block[1])
		place, _ := bits.Mul64(u, uint64(s.model.weights))
		level := trit5.Pent(uint64(block[2])*trit5.Levels>>32) + trit5.Min
		s.model.set(int(place), level)
	}
}

// set stores a pent at a place among the weights of all matrices, row by row.
func (m *model) set(place int, p trit5.Pent) {
	for _, w := range m.matrices {
		size := w.Rows() * w.Cols()
		if place < size {
			w.Set(place/w.Cols(), place%w.Cols(), p)
			return
		}
		place -= size
	}
}

package train

import (
	"context"

	"github.com/Kaleaon/pentary-go/lowrank"
)

// kept are the weights of the best validation score so far.
type kept struct {
	generation int
	score      int64
	weights    []byte // of all parameters, one after another; nil before the first
}

// take copies the weights.
func (k *kept) take(params []lowrank.Parameter) {
	k.weights = k.weights[:0]
	for _, p := range params {
		k.weights = append(k.weights, p.W.Bytes()...)
	}
}

// restore copies them back.
func (k *kept) restore(params []lowrank.Parameter) {
	b := k.weights
	for _, p := range params {
		b = b[copy(p.W.Bytes(), b):]
	}
}

// weightBytes returns the length of the weights that are kept.
func weightBytes(params []lowrank.Parameter) (n int) {
	for _, p := range params {
		n += len(p.W.Bytes())
	}
	return n
}

// planned returns the plan of the leg that a finished generation is of.
func (r *Run) planned(generation int) int {
	for _, l := range r.options.Earlier {
		if generation <= l.Reached {
			return l.Planned
		}
	}
	return r.es.Generations
}

// due reports whether a generation is measured.
func (r *Run) due(generation int) bool {
	if !r.measure {
		return false
	}
	planned := r.planned(generation)
	every := (planned + r.options.Measurements - 1) / r.options.Measurements
	return generation%every == 0 || generation == planned
}

func (r *Run) test() int64 {
	if r.task.Test == nil {
		return 0
	}
	return r.task.Test()
}

// measureAt adds a point to the learning curve, and keeps the weights if they are the
// best. The later of equals is kept.
func (r *Run) measureAt(generation int) error {
	r.timing.measuring(func() {
		at := Point{Generation: generation, Test: r.test()}
		if r.task.Validate != nil {
			at.Validation = r.task.Validate()
			if r.kept.weights == nil || at.Validation >= r.kept.score {
				r.kept.generation, r.kept.score = generation, at.Validation
				r.kept.take(r.task.Parameters)
			}
		}
		r.curve = append(r.curve, at)
		r.shown = at.Test
	})
	return r.failed()
}

// measureFirst is measureAt before the first generation. The context ends it early: later ones
// belong to what an interrupted run reports.
func (r *Run) measureFirst(ctx context.Context) error {
	if until := r.task.Until; until != nil {
		until(ctx)
		defer until(context.WithoutCancel(ctx))
	}
	return r.measureAt(0)
}

// failed returns why the last measurement failed, or nil.
func (r *Run) failed() error {
	if r.task.Failed == nil {
		return nil
	}
	return r.task.Failed()
}

// last returns the last point of the curve.
func (r *Run) last() Point {
	if len(r.curve) == 0 {
		return Point{Generation: -1}
	}
	return r.curve[len(r.curve)-1]
}

// measureDue is measureAt for a generation that is due, after which a plateau reduces the
// rate.
func (r *Run) measureDue(generation int) error {
	if err := r.measureAt(generation); err != nil || r.options.Reductions == 0 {
		return err
	}
	return r.optimizer.ReduceRate(min(r.plateaus(r.curve), r.options.Reductions))
}

// stale reports whether the validation score has not risen for so long that the run
// ends early.
func (r *Run) stale() bool {
	return r.options.Patience > 0 && r.plateaus(r.curve) > r.options.Reductions
}

// plateaus returns how often in a curve Patience measurements in a row brought no better
// validation score. It depends on the curve since the last leg began, which is the same in a run that
// was resumed.
func (r *Run) plateaus(curve []Point) (n int) {
	begin := 0
	if n := len(r.options.Earlier); n > 0 {
		begin = r.options.Earlier[n-1].Reached
	}
	best, since, found := int64(0), 0, false // points since the best or the last plateau, and that one
	for _, at := range curve {
		if at.Generation < begin {
			continue
		}
		if since++; !found || at.Validation > best {
			best, since, found = at.Validation, 1, true
		}
		if since > r.options.Patience {
			n, since = n+1, 1
		}
	}
	return n
}

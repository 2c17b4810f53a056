package train

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/es/journal"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

// Replayed is a run that was rebuilt from its journal.
type Replayed struct {
	Header      journal.Header
	Generations int  // in the journal
	Kept        int  // that the parameters are of
	Ended       bool // whether the run has ended; End is zero if not
	End         End
	Final       journal.Hash // hash of the weights of the last generation
	TornBytes   int64        // at the journal's end, of a record that a crash tore
	Time        time.Duration
}

// TimesFaster returns the time that the evaluations and updates of the training took,
// divided by the replay's; 0 if it is not known.
func (r *Replayed) TimesFaster() float64 {
	return float64(r.End.TrainingMicroseconds) / 1e6 / max(r.Time.Seconds(), 1e-6)
}

// ReadEnd reads the journal of the run in a directory to its end, and returns the header
// and how the run ended, if it has.
func ReadEnd(dir string) (h journal.Header, end End, ended bool, err error) {
	r, err := journal.Read(dir)
	if err != nil {
		return h, end, false, err
	}
	defer r.Close()
	for _, err := range r.Records() {
		if err != nil {
			return h, end, false, named(err, r)
		}
	}
	e, ended := r.End()
	if ended {
		if end, err = parseEnd(e.Reason); err != nil {
			return h, end, false, fmt.Errorf("%s: %w", dir, err)
		}
	}
	return r.Header(), end, ended, nil
}

// named adds the generation to the error of a damaged journal.
func named(err error, r *journal.Reader) error {
	if errors.Is(err, journal.ErrDamaged) {
		return fmt.Errorf("generation %d: %w", r.Generation()+1, err)
	}
	return err
}

// Replay rebuilds the weights of the run in a directory from its journal alone, without
// checkpoint, evaluation or measurement, and changes no file. r is a new run with the same task
// and options. each, unless nil, is called at the beginning and after every generation, with
// the weights in the parameters. At the end the parameters have the weights that the run keeps.
func (r *Run) Replay(ctx context.Context, dir string, each func(generation int)) (*Replayed, error) {
	_, end, ended, err := ReadEnd(dir)
	if err == nil {
		err = r.adopt(dir)
	}
	if err != nil {
		return nil, err
	}
	in, err := journal.Read(dir)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	r.measure = false
	if each == nil {
		each = func(int) {}
	}
	var k kept
	visit := func(generation int) {
		if end.Kept != nil && generation == *end.Kept {
			k.generation = generation
			k.take(r.task.Parameters)
		}
		each(generation)
	}
	visit(0)
	began := time.Now()
	err = in.Replay(ctx, replaying{session{r}, visit})
	result := &Replayed{Header: in.Header(), Generations: r.Generation(), Kept: r.Generation(), End: end, Ended: ended, TornBytes: in.TornTail().Bytes, Time: time.Since(began)}
	r.options.Observer.Stop()
	if err != nil {
		return nil, named(err, in)
	}
	if result.Final, err = journal.HashWeights(r.task.Parameters); err != nil {
		return nil, err
	}
	if k.weights != nil {
		k.restore(r.task.Parameters)
		result.Kept = k.generation
	}
	return result, nil
}

// replaying is a session that is watched while it replays.
type replaying struct {
	session
	each func(generation int)
}

// Replay implements journal.Trainer.
func (r replaying) Replay(record es.Record) (es.Stats, error) {
	stats, err := r.session.Replay(record)
	if err == nil {
		r.each(r.Generation())
	}
	return stats, err
}

// Verified is the result of Verify.
type Verified struct {
	*Replayed      // nil if the journal is not sound
	Generation int // that the model says it is of
	Reached    int // generations that were replayed
	Codes      int // of a generation
}

// Verify replays the run in a directory as Replay does, and compares a model with what
// the run has at the generation that the model's metadata name: every weight, and every
// entry of meta. The error names the first difference.
func (r *Run) Verify(ctx context.Context, dir string, model *packed.File, meta map[string]string) (v Verified, err error) {
	v.Codes = r.codes()
	if v.Generation, err = strconv.Atoi(model.Meta["generations"]); err != nil {
		return v, fmt.Errorf("meta \"generations\" is %q", model.Meta["generations"])
	}
	reached := false
	var differs error // told once the journal has proved sound
	v.Replayed, err = r.Replay(ctx, dir, func(generation int) {
		if v.Reached = generation; generation == v.Generation {
			reached = true
			differs = difference(model, r.task.File(maps.Clone(meta)))
		}
	})
	switch {
	case err != nil:
		return v, err
	case differs != nil:
		return v, differs
	case !reached:
		return v, fmt.Errorf("of generation %d, and the journal has %d", v.Generation, v.Reached)
	case v.TornBytes > 0:
		return v, fmt.Errorf("the journal has %d bytes after generation %d that are no record: torn by a crash, being written, or damaged", v.TornBytes, v.Reached)
	}
	return v, nil
}

// codes returns the number of codes of a generation.
func (r *Run) codes() int {
	if r.activations() {
		return r.es.Pairs * r.task.Samples
	}
	return r.es.Pairs
}

func (r *Run) activations() bool { return r.es.Estimator == lowrank.PerturbActivations }

// difference returns an error that says where a file first differs from the one that
// was to be expected, in its tensors or in what the expected one says of them.
func difference(have, want *packed.File) error {
	for _, key := range slices.Sorted(maps.Keys(want.Meta)) {
		if have.Meta[key] != want.Meta[key] {
			return fmt.Errorf("meta %q is %q, and the journal gives %q", key, have.Meta[key], want.Meta[key])
		}
	}
	if len(have.Tensors) != len(want.Tensors) {
		return fmt.Errorf("%d tensors, and the journal gives %d", len(have.Tensors), len(want.Tensors))
	}
	for i, w := range want.Tensors {
		h := have.Tensors[i]
		if h.Name != w.Name || h.Scale != w.Scale || h.Matrix.Rows() != w.Matrix.Rows() || h.Matrix.Cols() != w.Matrix.Cols() {
			return fmt.Errorf("tensor %q %d×%d of scale %d, and the journal gives %q %d×%d of scale %d",
				h.Name, h.Matrix.Rows(), h.Matrix.Cols(), h.Scale, w.Name, w.Matrix.Rows(), w.Matrix.Cols(), w.Scale)
		}
		if h.Matrix.Equal(w.Matrix) {
			continue
		}
		for row := range w.Matrix.Rows() {
			for col := range w.Matrix.Cols() {
				if a, b := h.Matrix.At(row, col), w.Matrix.At(row, col); a != b {
					return fmt.Errorf("%s[%d, %d] is %+d, and the journal gives %+d", w.Name, row, col, a, b)
				}
			}
		}
	}
	return nil
}

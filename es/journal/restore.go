package journal

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/internal/durable"
)

// Restored describes how a run was restored.
type Restored struct {
	Generation int   // the trainer's now
	Checkpoint int   // the loaded checkpoint's, 0 for none
	Ignored    error // why there is a checkpoint that was not loaded, or nil
}

// Replayed returns the number of generations that came from the journal.
func (r Restored) Replayed() int { return r.Generation - r.Checkpoint }

// Restore brings a new trainer with the run's initial weights to the end of the journal, by
// the checkpoint and the records after it. It ignores a checkpoint that is damaged or does
// not fit the trainer, because the journal alone suffices.
//
// It returns an error before anything has changed if the trainer is not at the run's
// beginning. After any other error, including ctx's, the trainer is at some generation of the
// run.
func (l *Log) Restore(ctx context.Context, t Trainer) (Restored, error) {
	if l.err != nil {
		return Restored{}, l.err
	}
	if err := checkStart(&l.header, t); err != nil {
		return Restored{}, err
	}
	var at Restored
	c, err := l.loadCheckpoint(t)
	if err != nil {
		at.Ignored = err
	} else if c != nil {
		setWeights(t.Parameters(), c.weights)
		at.Checkpoint = int(c.generation)
	}
	if at.Generation = t.Generation(); at.Generation != at.Checkpoint {
		return at, fmt.Errorf("%s: its state is of generation %d, not %d", l.path(checkpointName), at.Generation, at.Checkpoint)
	}
	r, err := newReader(l.file, l.size, l.path(journalName))
	if err != nil {
		return at, err
	}
	err = replay(ctx, r, t)
	at.Generation = t.Generation()
	return at, err
}

// loadCheckpoint returns the run's checkpoint, or nil if there is none, and gives t
// its state. After an error t is as it was. Otherwise it takes the weights as well.
func (l *Log) loadCheckpoint(t Trainer) (*checkpoint, error) {
	path := l.path(checkpointName)
	f, size, err := durable.OpenRegular(l.fsys, path, os.O_RDONLY)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	c, err := readCheckpoint(f, size, path)
	if err != nil {
		return nil, err
	}
	if c.run == l.id() && int(c.generation) > l.Generation() {
		return nil, damaged(path, 0, "generation %d, after the journal's last, %d", c.generation, l.Generation())
	}
	if err := c.restore(l.id(), t, path); err != nil {
		return nil, err
	}
	return c, nil
}

// checkStart returns an error if t is not at the beginning of the run.
func checkStart(h *Header, t Trainer) error {
	if n := t.Generation(); n != 0 {
		return fmt.Errorf("journal: a trainer of generation %d, want a new one", n)
	}
	sum, err := HashWeights(t.Parameters())
	if err != nil {
		return err
	}
	if sum != h.Weights {
		return fmt.Errorf("journal: initial weights of hash %x, and the run's is %x", sum, h.Weights)
	}
	return nil
}

// replay moves t by the records of r that come after its generation. If these end
// the run, the weights have to be the weights of the end.
func replay(ctx context.Context, r *Reader, t Trainer) error {
	for record, err := range r.Records() {
		if err != nil {
			return err
		}
		if record.Finished <= t.Generation() {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := t.Replay(record); err != nil {
			return fmt.Errorf("%s: generation %d: %w", r.path, record.Finished, err)
		}
		if t.Generation() != record.Finished {
			return fmt.Errorf("%s: the trainer is at generation %d after the replay of %d",
				r.path, t.Generation(), record.Finished)
		}
	}
	end, ok := r.End()
	if !ok {
		return nil
	}
	sum, err := HashWeights(t.Parameters())
	if err != nil {
		return err
	}
	if sum != end.Weights {
		return fmt.Errorf("%s: the replay comes to weights of hash %x, and the run came to %x", r.path, sum, end.Weights)
	}
	return nil
}

// Replay brings a new trainer with the run's initial weights to the end of the journal in a
// directory. It needs no checkpoint, lock or evaluation, and changes no file. If the run has
// ended, it checks that the weights are the ones with which training ended.
func Replay(ctx context.Context, dir string, t Trainer) error {
	r, err := Read(dir)
	if err != nil {
		return err
	}
	defer r.Close()
	return r.Replay(ctx, t)
}

// Replay is the function Replay of a reader that is at the beginning. After it,
// End and Tail say how the journal ends.
func (r *Reader) Replay(ctx context.Context, t Trainer) error {
	if err := checkStart(&r.header, t); err != nil {
		return err
	}
	return replay(ctx, r, t)
}

// Resume continues the run in a directory, or begins it if there is none, and restores the
// trainer, which is new and has the run's initial weights; Resume sets their hash in the
// header. If the directory holds another run, the error names the difference.
func Resume(ctx context.Context, dir string, h Header, t Trainer, o Options) (*Log, Restored, error) {
	sum, err := HashWeights(t.Parameters())
	if err != nil {
		return nil, Restored{}, err
	}
	h.Weights = sum
	l, err := Open(dir, o)
	if errors.Is(err, fs.ErrNotExist) {
		l, err = Create(dir, h, o)
	}
	if err != nil {
		return nil, Restored{}, err
	}
	var at Restored
	if err = l.header.mismatch(&h); err != nil {
		err = fmt.Errorf("journal: the run in %s is of another %w", dir, err)
	} else {
		at, err = l.Restore(ctx, t)
	}
	if err != nil {
		return nil, at, errors.Join(err, l.Close())
	}
	return l, at, nil
}

// Follow returns a callback for the end of every generation of t: it appends the
// generation's record, and saves a checkpoint when the interval has passed since
// the last.
func (l *Log) Follow(t Trainer, every Interval) func(es.Stats) error {
	generation, saved := t.Generation(), time.Now()
	return func(es.Stats) error {
		if err := l.Append(t.Record()); err != nil {
			return err
		}
		if !every.passed(t.Generation()-generation, time.Since(saved)) {
			return nil
		}
		if err := l.Checkpoint(t); err != nil {
			return err
		}
		generation, saved = t.Generation(), time.Now()
		return nil
	}
}

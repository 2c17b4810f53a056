package train

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/Kaleaon/pentary-go/es/journal"
)

// Extend gives an open run more generations, which its schedules span from here on. config is
// the configuration of the extended run. Call it before Train. It replaces the journal as a
// whole with one that has the same generations and no end; a crash before that leaves the run
// as it was.
func (r *Run) Extend(ctx context.Context, generations int, config string) (err error) {
	if r.log == nil {
		return errors.New("train: a run that is not open cannot be extended")
	}
	legs := slices.Clone(r.options.Earlier)
	if n := r.Generation(); n > 0 {
		legs = append(legs, Leg{Planned: r.es.Generations, Reached: n})
	}
	if err := checkLegs(legs, generations); err != nil {
		return err
	}
	dir := r.options.Dir
	next, err := os.MkdirTemp(dir, ".pentary-extend-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(next)) }()
	h := r.log.Header()
	h.Config = config
	log, err := journal.Create(next, h, journal.Options{Sync: journal.SyncNever()})
	if err != nil {
		return err
	}
	if err := copyRecords(ctx, log, dir); err != nil {
		return errors.Join(err, log.Close())
	}
	r.options.Config, r.options.Earlier, r.es.Generations = config, legs, generations
	if err := r.advance(); err != nil {
		return errors.Join(err, log.Close())
	}
	if err := errors.Join(log.Checkpoint(session{r}), log.Close(), r.Close()); err != nil {
		return err
	}
	for _, name := range []string{"journal.pej", "checkpoint"} {
		if err := os.Rename(filepath.Join(next, name), filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	if r.log, err = journal.Open(dir, journal.Options{Sync: r.options.Sync}); err != nil {
		return err
	}
	if n := r.log.Generation(); n != r.Generation() {
		return fmt.Errorf("%s: %d generations after the extension of %d", dir, n, r.Generation())
	}
	r.resumed.Generation = r.Generation()
	return nil
}

// copyRecords appends the generations of the run in a directory to a log.
func copyRecords(ctx context.Context, log *journal.Log, dir string) error {
	in, err := journal.Read(dir)
	if err != nil {
		return err
	}
	defer in.Close()
	for record, err := range in.Records() {
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			err = log.Append(record)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/es/journal"
	"github.com/Kaleaon/pentary-go/nn"
)

// running is a session with the files that it writes as it goes.
type running struct {
	session
	log   *journal.Log // nil if the run is not kept
	lines *os.File     // of --log, nil for none
}

// run trains until the run is done, is to stop early, or is interrupted, then with a
// checkpoint.
func (r *running) run(ctx context.Context, c *nn.Classifier, checkpoints journal.Interval) (interrupted bool, err error) {
	m := r.meter
	callbacks := []func(es.Stats) error{m.lap, m.generation}
	if r.lines != nil {
		callbacks = append(callbacks, es.LogJSON(r.lines))
	}
	if r.log != nil {
		callbacks = append(callbacks, r.log.Follow(r.session, checkpoints))
	}
	m.start(r.Generation())
	if !m.stale() { // else a crash came before the end could be written
		err = r.Optimizer.Run(ctx, wholeGenerations{c}, append(callbacks, m.next)...)
	}
	if interrupted = errors.Is(err, context.Canceled); interrupted {
		err = nil
		if r.log != nil {
			err = r.log.Checkpoint(r.session)
		}
	}
	m.stop(r.Generation())
	return interrupted, err
}

// wholeGenerations is an evaluator that, once begun, is not cancelled: the
// optimizer stops between generations.
type wholeGenerations struct{ es.Evaluator }

func (w wholeGenerations) Evaluate(ctx context.Context, g es.Generation, scores []int64) error {
	return w.Evaluator.Evaluate(context.WithoutCancel(ctx), g, scores)
}

// openLines opens the file of --log. That of a run that goes on keeps the lines of
// the generations before: those of later ones, which a crash kept from the journal,
// and a torn line are cut.
func (r *running) openLines(path string) error {
	if path == "" {
		return nil
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return err
	}
	r.lines = f
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return err
	}
	var kept int64
	if r.Generation() > 0 {
		kept = linesUntil(f, r.Generation())
	}
	if err := f.Truncate(kept); err != nil {
		return err
	}
	_, err = f.Seek(kept, io.SeekStart)
	return err
}

// linesUntil returns the length of the lines, from the first on, that are of
// generations up to the given one.
func linesUntil(in io.Reader, generation int) (size int64) {
	for lines := bufio.NewReader(in); ; {
		line, err := lines.ReadBytes('\n')
		var stats es.Stats
		if err != nil || json.Unmarshal(bytes.TrimSpace(line), &stats) != nil || stats.Generation < 1 || stats.Generation > generation {
			return size
		}
		size += int64(len(line))
	}
}

// closeLines closes the file of --log.
func (r *running) closeLines() error {
	if r.lines == nil {
		return nil
	}
	f := r.lines
	r.lines = nil
	return f.Close()
}

// isDevice reports whether there is something at path that can be written to and is
// not a regular file.
func isDevice(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.Mode().IsRegular() && !info.IsDir()
}

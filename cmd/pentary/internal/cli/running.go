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
)

// running is a session with the files that it writes as it goes.
type running struct {
	session
	log   *journal.Log // nil if the run is not kept
	lines *lineFile    // of --log, nil for none
}

// run trains until the run is done, is to stop early, or is interrupted, then with a
// checkpoint.
func (r *running) run(ctx context.Context, checkpoints journal.Interval) (interrupted bool, err error) {
	m := r.meter
	callbacks := []func(es.Stats) error{m.lap, m.generation}
	if r.lines != nil {
		callbacks = append(callbacks, es.LogJSON(r.lines.file))
	}
	if r.log != nil {
		callbacks = append(callbacks, r.log.Follow(r.session, checkpoints))
	}
	m.start(r.Generation())
	if !m.stale() { // else a crash came before the end could be written
		err = r.Optimizer.Run(ctx, append(callbacks, m.next)...)
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

// wholeBatches is wholeGenerations for noise in activations.
type wholeBatches struct{ es.InputSource }

func (w wholeBatches) Evaluate(ctx context.Context, g es.Generation, scores []int64) error {
	return w.InputSource.Evaluate(context.WithoutCancel(ctx), g, scores)
}

// A lineFile is the file of --log, a line for each generation.
type lineFile struct{ file *os.File }

// openLines opens the file of --log, nil for no path. That of a run that goes on after a
// generation keeps the lines up to it: those of later ones, which a crash kept from the
// journal, and a torn line are cut.
func openLines(path string, generation int) (*lineFile, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	if err := cutLines(f, generation); err != nil {
		f.Close()
		return nil, err
	}
	return &lineFile{f}, nil
}

// cutLines leaves the lines up to a generation, unless the file is a device.
func cutLines(f *os.File, generation int) error {
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return err
	}
	var kept int64
	if generation > 0 {
		kept = linesUntil(f, generation)
	}
	if err := f.Truncate(kept); err != nil {
		return err
	}
	_, err := f.Seek(kept, io.SeekStart)
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

// close closes the file, once.
func (l *lineFile) close() error {
	if l == nil || l.file == nil {
		return nil
	}
	f := l.file
	l.file = nil
	return f.Close()
}

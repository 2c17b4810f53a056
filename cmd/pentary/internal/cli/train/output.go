package train

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/train"
)

// saved is the part of a result about the model's files.
type saved struct {
	Files      []string `json:"files,omitempty"`
	File       string   `json:"file,omitempty"` // the last of Files
	FileSHA256 string   `json:"file_sha256,omitempty"`
}

// save writes the model to each path that is not empty. After a failure it continues with the other
// paths.
func save(f *packed.File, paths ...string) (s saved, err error) {
	for _, path := range paths {
		if path == "" {
			continue
		}
		sum, failed := console.Save(path, f)
		if failed != nil {
			err = errors.Join(err, failed)
			continue
		}
		s.File, s.FileSHA256 = path, sum
		s.Files = append(s.Files, path)
	}
	return s, err
}

func (s saved) Write(p *report.Printer) {
	if s.File == "" {
		return
	}
	p.Line("File sha256", s.FileSHA256)
	for _, path := range s.Files {
		p.Line("Saved", path)
	}
}

// generationLog is the file of --log with one line per generation. A failure ends the log, but not
// the run.
type generationLog struct {
	path   string
	file   *os.File
	line   func(es.Stats) error
	failed error
	warn   func(text string, attributes ...any)
}

// openLog opens the file of --log; for an empty path it returns nil. A run that resumes after a
// generation keeps the lines up to that generation. Lines of later generations, which a crash kept
// from the journal, and an incomplete line are removed.
func openLog(path string, generation int, warn func(text string, attributes ...any)) (*generationLog, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil && generation == 0 { // a write-only device
		f, err = os.OpenFile(path, os.O_WRONLY, 0)
	}
	if err != nil {
		return nil, err
	}
	if err := cutLines(f, generation); err != nil {
		f.Close()
		return nil, err
	}
	return &generationLog{path: path, file: f, line: es.LogJSON(f), warn: warn}, nil
}

// follow writes the line for a generation.
func (l *generationLog) follow(s es.Stats) error {
	if l.failed != nil {
		return nil
	}
	if err := l.line(s); err != nil {
		l.failed = fmt.Errorf("--log: %w", err)
		l.warn(fmt.Sprintf("--log failed after generation %d; the run continues without it: %v", s.Finished-1, err))
	}
	return nil
}

// close closes the file and returns its first error. It may be called more than once.
func (l *generationLog) close() error {
	if l == nil || l.file == nil {
		return nil
	}
	err := errors.Join(l.failed, l.file.Close())
	l.file = nil
	return err
}

// cutLines truncates the file after the lines up to a generation, unless it is a device.
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

// linesUntil returns the total length of the initial lines for generations up to the given one.
func linesUntil(in io.Reader, generation int) (size int64) {
	for lines := bufio.NewReader(in); ; {
		line, err := lines.ReadBytes('\n')
		var stats es.Stats
		if err != nil || json.Unmarshal(bytes.TrimSpace(line), &stats) != nil || stats.Finished < 1 || stats.Finished > generation {
			return size
		}
		size += int64(len(line))
	}
}

// resumeCommand returns the command that resumes the run in a directory.
func resumeCommand(dir string) string { return "pentary train --resume " + console.ShellLine(dir) }

// newObserver returns the observer of a run: JSON lines, a line on the terminal, or a log.
func newObserver(s *console.Streams, json bool) train.Observer {
	switch {
	case json:
		return train.JSON(s.Out)
	case s.ErrTerm != nil:
		return train.Terminal(s.ErrTerm, s.ErrColumns, console.StyleOf(s.ErrTerm).Color)
	}
	return train.Log(slog.New(slog.NewTextHandler(s.Err, nil)))
}

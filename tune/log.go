package tune

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"

	"github.com/Kaleaon/pentary-go/internal/durable"
)

// logName and lockName are the files of a search in its folder.
const (
	logName  = "tune.jsonl"
	lockName = "tune.lock"
)

// Files returns the names of the files that a Log keeps in its folder.
func Files() []string { return []string{logName, lockName} }

// Log keeps the results of a search in a file, so that it can continue after an interruption:
// one JSON object a line, the first of which identifies the search. Each result is on the disk
// before the next run begins.
type Log struct {
	file durable.File
	lock io.Closer
	size int64
}

// maxLog bounds what a log may hold: a trial takes 200 bytes.
const maxLog = 1 << 28

// OpenLog opens the log of a search in a folder, which it creates if it does not exist. header
// identifies the search: any value that JSON writes as an object. It returns the finished
// trials, and the number of bytes of an incomplete last line that it dropped. A log of another
// search is an error that names a difference.
func OpenLog(dir string, header any) (log *Log, trials []Trial, dropped int, err error) {
	first, err := json.Marshal(header)
	if err != nil {
		return nil, nil, 0, err
	}
	if err := durable.MakeDir(durable.OS, dir); err != nil {
		return nil, nil, 0, err
	}
	lock, err := durable.OS.Lock(filepath.Join(dir, lockName))
	if errors.Is(err, durable.ErrLocked) {
		return nil, nil, 0, fmt.Errorf("%s: another search runs in it", dir)
	}
	if err != nil {
		return nil, nil, 0, err
	}
	log = &Log{lock: lock}
	path := filepath.Join(dir, logName)
	trials, dropped, err = log.open(path, first)
	if err != nil {
		log.Close()
		return nil, nil, 0, fmt.Errorf("%s: %w", path, err)
	}
	return log, trials, dropped, nil
}

func (l *Log) open(path string, header []byte) (trials []Trial, dropped int, err error) {
	l.file, err = durable.OS.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, 0, bare(err)
	}
	info, err := l.file.Stat()
	if err != nil {
		return nil, 0, bare(err)
	}
	if info.Size() > maxLog {
		return nil, 0, fmt.Errorf("%d bytes, want at most %d", info.Size(), maxLog)
	}
	text := make([]byte, info.Size())
	if _, err := l.file.ReadAt(text, 0); err != nil && err != io.EOF {
		return nil, 0, bare(err)
	}
	trials, whole, err := parse(text, header)
	if err != nil {
		return nil, 0, err
	}
	l.size = int64(whole)
	if dropped = len(text) - whole; dropped > 0 {
		if err := l.file.Truncate(l.size); err != nil {
			return nil, 0, bare(err)
		}
	}
	if whole == 0 {
		if err := l.appendLine(header); err != nil {
			return nil, 0, err
		}
		err = durable.OS.SyncDir(filepath.Dir(path))
	}
	return trials, dropped, err
}

// bare returns an error without the path, which the caller names.
func bare(err error) error {
	if e := (*fs.PathError)(nil); errors.As(err, &e) {
		return e.Err
	}
	return err
}

// parse returns the trials of a log, and how many bytes of it are whole lines. Only
// the last line may be broken: one that is followed by others was once whole.
func parse(text, header []byte) (trials []Trial, whole int, err error) {
	for n := 1; ; n++ {
		line, rest, found := bytes.Cut(text[whole:], []byte("\n"))
		if !found {
			return trials, whole, nil
		}
		if n == 1 {
			err = compare(line, header)
		} else {
			var t Trial
			err = json.Unmarshal(line, &t)
			trials = append(trials, t)
		}
		switch {
		case err != nil && len(rest) == 0 && n > 1: // its blocks were not written in order
			return trials[:len(trials)-1], whole, nil
		case err != nil:
			return nil, 0, fmt.Errorf("line %d: %w", n, err)
		}
		whole = len(text) - len(rest)
	}
}

// compare returns an error that names what is different about the search of a log.
func compare(got, want []byte) error {
	var g, w map[string]any
	if err := json.Unmarshal(got, &g); err != nil {
		return err
	}
	if err := json.Unmarshal(want, &w); err != nil {
		return err
	}
	var keys []string
	for k := range w {
		keys = append(keys, k)
	}
	for k := range g {
		if _, both := w[k]; !both {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	for _, k := range keys {
		if !reflect.DeepEqual(g[k], w[k]) {
			return fmt.Errorf("another search: its %s is %s, not %s", k, brief(g[k]), brief(w[k]))
		}
	}
	return nil
}

// brief writes a value of a header.
func brief(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // it came from JSON
	}
	return string(text)
}

// Append writes a trial, and returns once it is on the disk.
func (l *Log) Append(t Trial) error {
	line, err := json.Marshal(t)
	if err != nil {
		return err
	}
	if err := l.appendLine(line); err != nil {
		return fmt.Errorf("%s: %w", logName, err)
	}
	return nil
}

func (l *Log) appendLine(line []byte) error {
	if _, err := l.file.WriteAt(append(line, '\n'), l.size); err != nil {
		return bare(err)
	}
	if err := l.file.Sync(); err != nil {
		return bare(err)
	}
	l.size += int64(len(line)) + 1
	return nil
}

// Close closes the file and releases the folder.
func (l *Log) Close() error {
	var err error
	if l.file != nil {
		err = l.file.Close()
	}
	return errors.Join(err, l.lock.Close())
}

package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/es/journal"
)

// modelName is the file in a run's directory that holds its network.
const modelName = "model.pent"

// journalSettings say where and how a run is kept. They do not determine it.
type journalSettings struct {
	dir   string // empty for a run that is not kept
	every time.Duration
	sync  syncName
}

// syncName is the choice of when records become durable.
type syncName string

const (
	syncAlways   syncName = "always"
	syncInterval syncName = "interval"
	syncNever    syncName = "never"
)

func (s syncName) String() string { return string(s) }

// syncTime is the time between two syncs of syncInterval.
const syncTime = time.Second

func (s syncName) policy() journal.Sync {
	switch s {
	case syncInterval:
		return journal.SyncEvery(journal.Interval{Time: syncTime})
	case syncNever:
		return journal.SyncNever()
	}
	return journal.Sync{}
}

func (j *journalSettings) flags(f *pflag.FlagSet) {
	j.sync = syncAlways
	f.DurationVar(&j.every, "checkpoint", 30*time.Second, "`time` from one checkpoint to the next; 0 for none before the end")
	f.Var(console.Choice[syncName]{Value: &j.sync, Options: []syncName{syncAlways, syncInterval, syncNever}}, "sync",
		"write records through to the disk: each, once a second, or when the system does")
}

// check returns an error if flags of the journal are out of range or set without
// one.
func (j *journalSettings) check(f *pflag.FlagSet) error {
	if j.every < 0 {
		return fmt.Errorf("--checkpoint %v: want at least 0", j.every)
	}
	for _, name := range []string{"checkpoint", "sync"} {
		if j.dir == "" && f.Changed(name) {
			return fmt.Errorf("--%s needs --dir", name)
		}
	}
	return nil
}

func (j *journalSettings) model() string { return filepath.Join(j.dir, modelName) }

// resumeCommand returns the command that goes on with the run.
func (j *journalSettings) resumeCommand() string {
	return "pentary train --resume " + shellQuote(j.dir)
}

// shellQuote returns text as a word of a POSIX shell.
func shellQuote(text string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-+:@%", r)
	}
	if text != "" && strings.IndexFunc(text, func(r rune) bool { return !plain(r) }) < 0 {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// existing returns the plan of the run in the directory, or nil if there is none.
func (j *journalSettings) existing() (*plan, error) {
	if j.dir == "" {
		return nil, nil
	}
	p, err := planOf(j.dir)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Lstat(j.model()); err == nil {
			return nil, fmt.Errorf("%s: %w, and there is no journal of its training beside it", j.model(), fs.ErrExist)
		}
		return nil, nil
	}
	return p, err
}

// ended returns how the run in a directory ended, and whether it has.
func ended(dir string) (journal.End, bool, error) {
	r, err := journal.Read(dir)
	if err != nil {
		return journal.End{}, false, err
	}
	defer r.Close()
	for _, err := range r.Records() {
		if err != nil {
			return journal.End{}, false, err
		}
	}
	end, ok := r.End()
	return end, ok, nil
}

// open begins or resumes the run of a header, and says where it goes on.
func (j *journalSettings) open(ctx context.Context, h journal.Header, t journal.Trainer) (*journal.Log, *resumedInfo, error) {
	log, at, err := journal.Resume(ctx, j.dir, h, t, journal.Options{Sync: j.sync.policy()})
	if errors.Is(err, journal.ErrInUse) {
		err = fmt.Errorf("the run in %s is under way: %w", j.dir, err)
	}
	if err != nil {
		return nil, nil, err
	}
	info := &resumedInfo{
		Generation: at.Generation, Checkpoint: at.Checkpoint, Replayed: at.Replayed(), CutBytes: log.Truncated().Bytes,
	}
	if at.Ignored != nil {
		info.Ignored = at.Ignored.Error()
	}
	return log, info, nil
}

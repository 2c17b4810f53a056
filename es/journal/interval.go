package journal

import "time"

// Interval is a number of generations or a length of time, whichever passes first. A
// field that is 0 never does.
type Interval struct {
	Generations int
	Time        time.Duration
}

// passed reports whether the interval has passed after these generations and
// this time.
func (i Interval) passed(generations int, t time.Duration) bool {
	return i.Generations > 0 && generations >= i.Generations || i.Time > 0 && t >= i.Time
}

// Sync is the policy by which Append makes records durable; the zero value syncs every
// record. With other policies a power cut may lose the generations since the last sync, which
// the run then repeats. A killed process loses nothing with any policy.
type Sync struct {
	lazy  bool
	every Interval
}

// SyncEvery syncs when this number of generations has been appended since the last sync,
// or when this time has passed, which each Append checks.
func SyncEvery(every Interval) Sync { return Sync{lazy: true, every: every} }

// SyncNever leaves it to the operating system, until Checkpoint, Finish or Sync.
func SyncNever() Sync { return Sync{lazy: true} }

func (s Sync) due(records int, t time.Duration) bool {
	return !s.lazy || s.every.passed(records, t)
}

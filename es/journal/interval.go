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

// Sync is when Append makes records durable. The zero value does with every record.
// Under the others a power cut may cost the generations since the last sync, which
// the run then repeats; a process that is killed loses nothing under any.
type Sync struct {
	lazy  bool
	every Interval
}

// SyncEvery syncs when this number of generations has been appended since the last sync,
// or this time has passed, looked at with each Append.
func SyncEvery(every Interval) Sync { return Sync{lazy: true, every: every} }

// SyncNever leaves it to the operating system, until Checkpoint, Finish or Sync.
func SyncNever() Sync { return Sync{lazy: true} }

func (s Sync) due(records int, t time.Duration) bool {
	return !s.lazy || s.every.passed(records, t)
}

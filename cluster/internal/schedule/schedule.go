// Package schedule divides the pairs of a generation into chunks and decides which worker
// scores which, and when. It knows neither messages nor scores.
package schedule

import (
	"math"
	"slices"
	"time"
)

// The lengths of chunks.
const (
	minChunk = 50 * time.Millisecond
	maxChunk = 500 * time.Millisecond

	// A chunk that has taken twice its expected time, at least minSpare, is late: it is
	// given to an idle worker as well. After four times, at least MinDeadline, it is
	// overdue: it is given to any.
	minSpare = 100 * time.Millisecond
	// unknownTime is expected of workers whose rate is not known yet.
	unknownTime = 5 * time.Second

	// MaxDeadline bounds the time that a chunk is waited for.
	MaxDeadline = 5 * time.Minute
)

// MinDeadline is a variable for tests that count what a worker does, which no pause of the
// machine may change.
var MinDeadline = 2 * time.Second

// maxSpares bounds the workers that have a chunk at the same time, of those not overdue.
const maxSpares = 3

// A Worker is what a schedule knows of one.
type Worker struct {
	Rate     float64 // pairs a second; 0 until the first result
	Pairs    int64   // scored
	Expelled bool
}

// Measure updates the rate by a chunk.
func (w *Worker) Measure(pairs int, d time.Duration) {
	w.Pairs += int64(pairs)
	rate := float64(pairs) / max(d.Seconds(), 1e-6)
	if w.Rate == 0 {
		w.Rate = rate
		return
	}
	w.Rate += 0.3 * (rate - w.Rate)
}

// expect returns how long the worker needs for some pairs.
func (w *Worker) expect(pairs int) time.Duration {
	if w.Rate == 0 {
		return unknownTime
	}
	return time.Duration(min(float64(pairs)/w.Rate, MaxDeadline.Seconds()) * float64(time.Second))
}

// A State is how far a chunk is.
type State byte

const (
	Open     State = iota // not scored
	Compared              // scored by one worker, and another will score it too
	Checked               // scored, and the coordinator will score it too
	Done
)

// A Chunk is a range of pairs.
type Chunk struct {
	Number int
	Lo, Hi int // pairs Lo to Hi-1
	State  State
	By     *Worker // that has scored it

	queued bool      // to be given to the next worker
	since  time.Time // queued, of one that is Compared
	given  []assignment
}

// Size returns the pairs of the chunk.
func (c *Chunk) Size() int { return c.Hi - c.Lo }

type assignment struct {
	worker *Worker
	at     time.Time
	until  time.Time // when the chunk is overdue
}

func (c *Chunk) assignment(w *Worker) *assignment {
	for i := range c.given {
		if c.given[i].worker == w {
			return &c.given[i]
		}
	}
	return nil
}

// Given returns when the worker was given the chunk.
func (c *Chunk) Given(w *Worker) time.Time { return c.assignment(w).at }

// late returns by how much the chunk is late, negative if it is not.
func (c *Chunk) late(now time.Time) time.Duration {
	last := c.given[len(c.given)-1]
	return now.Sub(last.at) - max(2*last.worker.expect(c.Size()), minSpare)
}

// A Schedule divides the pairs of a generation among workers.
type Schedule struct {
	Missing int // pairs without scores
	Chunks  []*Chunk

	pairs int
	most  int // pairs of a chunk
	next  int // first pair that is in no chunk
	again []*Chunk
}

// New returns a schedule of a generation, with chunks of at most the given pairs.
func New(pairs, most int) *Schedule {
	return &Schedule{Missing: pairs, pairs: pairs, most: most}
}

// Assign returns a chunk for a worker, or nil if there is none now. rate is the sum of the
// rates of all workers and workers their number.
func (s *Schedule) Assign(w *Worker, now time.Time, rate float64, workers int) *Chunk {
	c := s.choose(w, now, rate, workers)
	if c == nil {
		return nil
	}
	until := now.Add(min(max(4*w.expect(c.Size()), MinDeadline), MaxDeadline))
	if a := c.assignment(w); a != nil {
		a.at, a.until = now, until
	} else {
		c.given = append(c.given, assignment{w, now, until})
	}
	return c
}

func (s *Schedule) choose(w *Worker, now time.Time, rate float64, workers int) *Chunk {
	for i := 0; i < len(s.again); {
		c := s.again[i]
		if c.State == Compared && c.By == w {
			i++ // for another one
			continue
		}
		s.again, c.queued = slices.Delete(s.again, i, i+1), false
		if c.State == Open || c.State == Compared {
			return c
		}
	}
	if s.next < s.pairs {
		n := s.size(w, now, rate, workers)
		c := &Chunk{Number: len(s.Chunks), Lo: s.next, Hi: s.next + n}
		s.Chunks, s.next = append(s.Chunks, c), c.Hi
		return c
	}
	// The slowest of those that others have.
	var best *Chunk
	var most time.Duration
	for _, c := range s.Chunks {
		if c.State != Open || c.queued || c.assignment(w) != nil || len(c.given) >= maxSpares {
			continue
		}
		if by := c.late(now); by >= 0 && (best == nil || by > most) {
			best, most = c, by
		}
	}
	return best
}

// size returns the pairs of the next chunk: half of what the worker would do if all were
// to end together, within the bounds of a chunk's time. All of it, if half would be too
// short a chunk.
func (s *Schedule) size(w *Worker, now time.Time, rate float64, workers int) int {
	left := s.pairs - s.next
	n := (s.pairs + 8*workers - 1) / (8 * workers)
	if w.Rate > 0 {
		t := (float64(left) + s.flight(now)) / rate
		if t > 2*minChunk.Seconds() {
			t = min(t/2, maxChunk.Seconds())
		}
		n = int(math.Ceil(w.Rate * t))
		if n > 8 && w.Rate > 80/minChunk.Seconds() { // evaluators work on several short pairs at once
			n = (n + 7) &^ 7
		}
	}
	return max(1, min(n, s.most, left))
}

// flight estimates the pairs that workers have and have still to score. It looks at the
// newest chunks, among which the open ones are.
func (s *Schedule) flight(now time.Time) (pairs float64) {
	given := s.Missing - (s.pairs - s.next)
	for i := len(s.Chunks) - 1; i >= 0 && given > 0; i-- {
		c := s.Chunks[i]
		if c.State == Done {
			continue
		}
		given -= c.Size()
		left := float64(c.Size())
		if n := len(c.given); n > 0 && c.State == Open {
			left -= c.given[n-1].worker.Rate * now.Sub(c.given[n-1].at).Seconds()
		}
		pairs += max(left, 0)
	}
	return pairs
}

// Reopen queues a chunk for the next worker, without scores.
func (s *Schedule) Reopen(c *Chunk) {
	if c.State == Done {
		s.Missing += c.Size()
	}
	c.State, c.By = Open, nil
	s.queue(c)
}

func (s *Schedule) queue(c *Chunk) {
	if !c.queued {
		c.queued = true
		s.again = append(s.again, c)
	}
}

// Compare queues a chunk that a worker has scored for another one.
func (s *Schedule) Compare(c *Chunk, by *Worker, now time.Time) {
	c.State, c.By, c.since, c.given = Compared, by, now, c.given[:0]
	s.queue(c)
}

// Overdue queues the chunks that nobody has scored in time, and returns their number, and
// those to be compared that no second worker has scored in time.
func (s *Schedule) Overdue(now time.Time) (n int, alone []*Chunk) {
	for _, c := range s.Chunks {
		waits := slices.ContainsFunc(c.given, func(a assignment) bool { return now.Before(a.until) && !a.worker.Expelled })
		switch {
		case c.State == Open && !c.queued && !waits:
			c.given = c.given[:0]
			s.Reopen(c)
			n++
		case c.State == Compared && !waits && now.Sub(c.since) > MinDeadline:
			alone = append(alone, c)
		}
	}
	return n, alone
}

// Late reports whether all that is missing has been late with every worker that has it.
func (s *Schedule) Late(now time.Time) bool {
	if s.next < s.pairs {
		return false
	}
	for _, c := range s.Chunks {
		if c.State == Compared || c.State == Checked || c.State == Open && (c.queued || c.late(now) < 0) {
			return false
		}
	}
	return true
}

// Find returns the chunk of a result, if it is one that the worker was given and whose
// scores by it are still wanted.
func (s *Schedule) Find(w *Worker, number, lo, hi int) *Chunk {
	if number < 0 || number >= len(s.Chunks) {
		return nil
	}
	c := s.Chunks[number]
	if lo != c.Lo || hi != c.Hi || c.State != Open && c.State != Compared || c.assignment(w) == nil {
		return nil
	}
	return c
}

// Finish ends a chunk whose scores are by a worker, or by the coordinator if it is nil.
func (s *Schedule) Finish(c *Chunk, by *Worker) {
	c.By = by
	if c.State == Done {
		return
	}
	c.State = Done
	s.Missing -= c.Size()
}

// Expel frees the chunks of a worker, scored ones included.
func (s *Schedule) Expel(w *Worker) {
	w.Expelled = true
	for _, c := range s.Chunks {
		if (c.State == Done || c.State == Compared) && c.By == w {
			c.given = c.given[:0]
			s.Reopen(c)
		}
	}
	s.Forget(w)
}

// Forget frees the chunks that a worker was given and has not scored.
func (s *Schedule) Forget(w *Worker) {
	for _, c := range s.Chunks {
		before := len(c.given)
		c.given = slices.DeleteFunc(c.given, func(a assignment) bool { return a.worker == w })
		if len(c.given) == 0 && before > 0 && (c.State == Open || c.State == Compared) {
			s.queue(c)
		}
	}
}

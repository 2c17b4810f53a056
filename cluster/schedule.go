package cluster

import (
	"math"
	"slices"
	"time"
)

// The lengths of chunks.
const (
	minChunk = 50 * time.Millisecond
	maxChunk = 500 * time.Millisecond

	// A chunk that has taken twice its expected time, at least minSpare, is given to an idle
	// worker as well. After four times, at least minDeadline, it is given to any.
	minSpare    = 100 * time.Millisecond
	minDeadline = 2 * time.Second
	maxDeadline = 5 * time.Minute
	// unknownTime is expected of workers whose rate is not known yet.
	unknownTime = 5 * time.Second
)

// maxSpares bounds the workers that have a chunk at the same time, of those not overdue.
const maxSpares = 3

// A worker is what the coordinator knows of one.
type worker struct {
	token    token
	name     string
	platform string
	joined   int       // generation
	seen     time.Time // last message
	rate     float64   // pairs a second; 0 until the first result
	pairs    int64     // scored
	expelled bool
}

// measure updates the rate by a chunk.
func (w *worker) measure(pairs int, d time.Duration) {
	w.pairs += int64(pairs)
	rate := float64(pairs) / max(d.Seconds(), 1e-6)
	if w.rate == 0 {
		w.rate = rate
		return
	}
	w.rate += 0.3 * (rate - w.rate)
}

// expect returns how long the worker needs for some pairs.
func (w *worker) expect(pairs int) time.Duration {
	if w.rate == 0 {
		return unknownTime
	}
	return time.Duration(min(float64(pairs)/w.rate, maxDeadline.Seconds()) * float64(time.Second))
}

type chunkState byte

const (
	chunkOpen     chunkState = iota // not scored
	chunkChecking                   // scored, and the coordinator will score it too
	chunkDone
)

// A chunk is a range of pairs.
type chunk struct {
	id     int
	lo, hi int
	state  chunkState
	queued bool // to be given to the next worker
	by     *worker
	scores []int64 // while it is checked
	given  []assignment
}

type assignment struct {
	worker *worker
	at     time.Time
	until  time.Time // when the chunk is overdue
}

func (c *chunk) assignment(w *worker) *assignment {
	for i := range c.given {
		if c.given[i].worker == w {
			return &c.given[i]
		}
	}
	return nil
}

// A schedule divides the pairs of a generation among workers.
type schedule struct {
	pairs   int
	most    int // pairs of a chunk
	next    int // first pair that is in no chunk
	missing int // pairs without scores
	chunks  []*chunk
	again   []*chunk // queued
}

func newSchedule(pairs, most int) *schedule {
	return &schedule{pairs: pairs, most: most, missing: pairs}
}

// assign returns a chunk for a worker, or nil if there is none now. rate is the sum of the
// rates of all workers and workers their number.
func (s *schedule) assign(w *worker, now time.Time, rate float64, workers int) *chunk {
	c := s.choose(w, now, rate, workers)
	if c == nil {
		return nil
	}
	wait := min(max(4*w.expect(c.hi-c.lo), minDeadline), maxDeadline)
	if a := c.assignment(w); a != nil {
		a.at, a.until = now, now.Add(wait)
	} else {
		c.given = append(c.given, assignment{w, now, now.Add(wait)})
	}
	return c
}

func (s *schedule) choose(w *worker, now time.Time, rate float64, workers int) *chunk {
	for len(s.again) > 0 {
		c := s.again[0]
		s.again, c.queued = s.again[1:], false
		if c.state == chunkOpen {
			return c
		}
	}
	if s.next < s.pairs {
		n := s.size(w, rate, workers)
		c := &chunk{id: len(s.chunks), lo: s.next, hi: s.next + n}
		s.chunks, s.next = append(s.chunks, c), c.hi
		return c
	}
	// The slowest of those that others have.
	var best *chunk
	var late time.Duration
	for _, c := range s.chunks {
		if c.state != chunkOpen || c.queued || c.assignment(w) != nil || len(c.given) >= maxSpares {
			continue
		}
		last := c.given[len(c.given)-1]
		if by := now.Sub(last.at) - max(2*last.worker.expect(c.hi-c.lo), minSpare); by >= 0 && (best == nil || by > late) {
			best, late = c, by
		}
	}
	return best
}

// size returns the pairs of the next chunk: half of what the worker would do if all were
// to end together, within the bounds of a chunk's time, and at most its share of the
// generation.
func (s *schedule) size(w *worker, rate float64, workers int) int {
	left := s.pairs - s.next
	n := (s.pairs + 8*workers - 1) / (8 * workers)
	if w.rate > 0 {
		t := min(max(float64(left)/rate/2, minChunk.Seconds()), maxChunk.Seconds())
		n = int(math.Ceil(min(w.rate*t, float64(s.pairs)*w.rate/rate)))
		if n > 8 { // evaluators work on several pairs at once
			n = (n + 7) &^ 7
		}
	}
	return max(1, min(n, s.most, left))
}

// reopen queues a chunk for the next worker.
func (s *schedule) reopen(c *chunk) {
	if c.state != chunkOpen {
		if c.state == chunkDone {
			s.missing += c.hi - c.lo
		}
		c.state, c.by, c.scores = chunkOpen, nil, nil
	}
	if !c.queued {
		c.queued = true
		s.again = append(s.again, c)
	}
}

// overdue queues the chunks that nobody has scored in time and returns their number.
func (s *schedule) overdue(now time.Time) (n int) {
	for _, c := range s.chunks {
		if c.state != chunkOpen || c.queued {
			continue
		}
		if !slices.ContainsFunc(c.given, func(a assignment) bool { return now.Before(a.until) && !a.worker.expelled }) {
			c.given = c.given[:0]
			s.reopen(c)
			n++
		}
	}
	return n
}

// find returns the chunk of a result, if it is one that the worker was given and that is
// still open.
func (s *schedule) find(w *worker, id chunkID) *chunk {
	if int64(id.chunk) >= int64(len(s.chunks)) {
		return nil
	}
	c := s.chunks[id.chunk]
	if int64(id.lo) != int64(c.lo) || int64(id.hi) != int64(c.hi) || c.state != chunkOpen || c.assignment(w) == nil {
		return nil
	}
	return c
}

// finish ends a chunk.
func (s *schedule) finish(c *chunk) {
	if c.state == chunkDone {
		return
	}
	c.state, c.scores = chunkDone, nil
	s.missing -= c.hi - c.lo
}

// expel takes back the chunks of a worker.
func (s *schedule) expel(w *worker) {
	w.expelled = true
	for _, c := range s.chunks {
		if c.state == chunkDone && c.by == w {
			c.given = c.given[:0]
			s.reopen(c)
		}
	}
}

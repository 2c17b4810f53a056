package cluster

import (
	"context"
	"fmt"
	"math"
	mrand "math/rand/v2"
	"slices"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/Kaleaon/pentary-go/cluster/internal/schedule"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/internal/reuse"
)

// check scores a chunk and compares.
func (c *coordinator) check(ctx context.Context, g es.Generation, ch *schedule.Chunk) error {
	own := make([]int64, 2*ch.Size()*c.samples)
	if err := c.evaluator.EvaluateRange(ctx, g, ch.Lo, ch.Hi, own); err != nil {
		return err
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.counts.Checked++
	if p := c.pending[ch]; p != nil {
		c.compare(p.by, ch, own, p.scores)
		if p.other != nil {
			c.compare(p.other, ch, own, p.otherScores)
		}
	}
	c.take(ch, own, nil)
	c.serve(time.Now())
	return nil
}

// compare expels a worker whose scores differ from the coordinator's.
func (c *coordinator) compare(w *worker, ch *schedule.Chunk, own, scores []int64) {
	for i, v := range own {
		if v != scores[i] {
			c.expel(w, fmt.Sprintf("pair %d of generation %d has score %d, and it sent %d", ch.Lo+i/(2*c.samples), c.generation+1, v, scores[i]))
			return
		}
	}
}

// take ends a chunk with scores by a worker or by the coordinator itself, nil if they are where
// they belong.
func (c *coordinator) take(ch *schedule.Chunk, scores []int64, by *worker) {
	copy(c.scores[2*ch.Lo*c.samples:], scores)
	delete(c.pending, ch)
	var w *schedule.Worker
	if by != nil {
		w, by.scored = &by.Worker, c.generation+1
	}
	if c.schedule.Finish(ch, w); c.schedule.Missing == 0 {
		c.signal()
	}
}

// expel ends the work of a worker that has sent wrong scores.
func (c *coordinator) expel(w *worker, why string) {
	if w.Expelled {
		return
	}
	c.counts.Expelled++
	c.expelled[w.name] = why
	c.schedule.Expel(&w.Worker)
	for ch, p := range c.pending {
		if ch.State == schedule.Open && p.by == w {
			delete(c.pending, ch)
		}
	}
	e := Expulsion{Worker: w.name, Platform: w.platform, Why: why, Generation: c.generation + 1, First: w.first, Last: w.last, Pairs: w.Pairs}
	c.expulsions = append(c.expulsions, e)
	c.Log.Warn("worker expelled", "worker", w.name, "platform", w.platform, "why", why,
		"first_generation", w.first, "last_generation", w.last, "pairs_scored", w.Pairs)
}

// tell calls Options.Expelled with the workers that were expelled.
func (c *coordinator) tell() {
	c.mutex.Lock()
	news := c.expulsions[c.told:]
	c.mutex.Unlock()
	c.told += len(news)
	if c.Expelled != nil {
		for _, e := range news {
			c.Expelled(e)
		}
	}
}

// accept takes the scores of a chunk.
func (c *coordinator) accept(w *worker, p *pull, now time.Time) {
	if c.schedule == nil || int(p.result.generation) != c.generation {
		c.counts.Repeated++ // of a generation that is done
		return
	}
	ch := c.schedule.Find(&w.Worker, int(p.result.chunk), int(p.result.lo), int(p.result.hi))
	if ch == nil {
		c.counts.Repeated++
		return
	}
	scores := c.scores[2*ch.Lo*c.samples : 2*ch.Hi*c.samples] // it is not done
	if ch.State == schedule.Compared {
		c.received = reuse.Slice(c.received, len(scores))
		scores = c.received
	}
	if err := decodeScores(scores, p.scores, c.samples); err != nil {
		c.counts.Malformed++
		c.Log.Warn("scores that cannot be read", "worker", w.name, "why", err)
		if ch.State == schedule.Open {
			c.schedule.Reopen(ch)
		}
		return
	}
	c.counts.Chunks++
	c.counts.ScoreBytes += int64(len(p.scores))
	w.Measure(ch.Size(), now.Sub(ch.Given(&w.Worker)))
	if ch.State == schedule.Compared {
		c.second(ch, w, scores)
		return
	}
	switch u := draw(); {
	case u < c.Check:
		c.pending[ch] = &pending{by: w, scores: slices.Clone(scores)}
		c.toCheck(ch)
	case u < 2*c.Check && c.others(w, now):
		c.pending[ch] = &pending{by: w, scores: slices.Clone(scores)}
		c.schedule.Compare(ch, &w.Worker, now)
	default:
		c.take(ch, nil, w)
	}
}

// draw decides which chunks are checked and compared.
var draw = mrand.Float64

// second takes the scores of a second worker.
func (c *coordinator) second(ch *schedule.Chunk, w *worker, scores []int64) {
	p := c.pending[ch]
	c.counts.Compared++
	if slices.Equal(p.scores, scores) {
		c.take(ch, scores, p.by)
		return
	}
	p.other, p.otherScores = w, slices.Clone(scores)
	c.toCheck(ch)
}

// toCheck has the coordinator score a chunk too.
func (c *coordinator) toCheck(ch *schedule.Chunk) {
	ch.State = schedule.Checked
	c.checks = append(c.checks, ch)
	c.signal()
}

// others reports whether there is another worker that could score a chunk a second time.
func (c *coordinator) others(w *worker, now time.Time) bool {
	for _, other := range c.workers {
		if other != w && !other.Expelled && now.Sub(other.seen) < 4*patience {
			return true
		}
	}
	return false
}

// serve gives chunks to the workers that wait.
func (c *coordinator) serve(now time.Time) {
	kept := c.waiting[:0]
	for _, w := range c.waiting {
		if w.worker.Expelled {
			w.msg.Respond(encodeText(kindRefusal, "expelled: "+c.expelled[w.worker.name]))
			continue
		}
		if !c.give(w.worker, w.msg, now) {
			kept = append(kept, w)
		}
	}
	clear(c.waiting[len(kept):])
	c.waiting = kept
}

// enough reports whether a quorum has scores and, if so, ends the generation.
func (c *coordinator) enough(now time.Time) bool {
	if !c.short && c.Quorum < 1 && c.pairs-c.schedule.Missing >= int(math.Ceil(c.Quorum*float64(c.pairs))) && c.schedule.Late(now) {
		c.short = true
		c.signal()
	}
	return c.short
}

// give answers a worker with a chunk, if there is one for it.
func (c *coordinator) give(w *worker, m *nats.Msg, now time.Time) bool {
	if c.schedule == nil || c.enough(now) {
		return false
	}
	rate, known := 0.0, 0
	n := 0
	for _, other := range c.workers {
		if other.Expelled || now.Sub(other.seen) > 4*patience {
			continue
		}
		if n++; other.Rate > 0 {
			rate += other.Rate
			known++
		}
	}
	if known > 0 {
		rate *= float64(n) / float64(known)
	}
	ch := c.schedule.Assign(&w.Worker, now, rate, n)
	if ch == nil {
		return false
	}
	answer := work{c.session, c.hashes[0], chunkID{uint32(c.generation), uint32(ch.Number), uint32(ch.Lo), uint32(ch.Hi)}}
	m.Respond(answer.encode())
	return true
}

func (c *coordinator) answerAll(b []byte) {
	for _, w := range c.waiting {
		w.msg.Respond(b)
	}
	c.waiting = nil
}

// tick handles timeouts.
func (c *coordinator) tick(now time.Time) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.schedule == nil {
		return
	}
	n, alone := c.schedule.Overdue(now)
	c.counts.Overdue += int64(n)
	for _, ch := range alone {
		c.toCheck(ch)
	}
	c.serve(now)
	c.enough(now)
	c.waiting = slices.DeleteFunc(c.waiting, func(w waiter) bool {
		if now.Sub(w.at) < patience {
			return false
		}
		w.msg.Respond(encodeEmpty(kindWait))
		return true
	})
	active := 0
	for t, w := range c.workers {
		if age := now.Sub(w.seen); age > schedule.MaxDeadline {
			delete(c.workers, t)
		} else if age < 10*time.Second {
			active++
		}
	}
	if active == 0 && now.Sub(c.warned) > 10*time.Second {
		c.warned = now
		c.Log.Warn("waiting for workers", "run", c.Name, "generation", c.generation)
	}
}

package cluster

import (
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/Kaleaon/pentary-go/cluster/internal/schedule"
)

// malformed counts a message that cannot be read, and logs the first ones.
func (c *coordinator) malformed(m *nats.Msg, err error) {
	c.mutex.Lock()
	c.counts.Malformed++
	n := c.counts.Malformed
	c.mutex.Unlock()
	if n <= 10 || n%1000 == 0 {
		c.Log.Warn("a message that cannot be read", "subject", m.Subject, "bytes", len(m.Data), "why", err)
	}
}

// onInfo answers a question for the run's version, configuration and data.
func (c *coordinator) onInfo(m *nats.Msg) {
	if k, _, err := open(m.Data); err != nil || k != kindInfo {
		c.malformed(m, errors.Join(errMessage, err))
		return
	}
	answer := info{c.Version, c.replica.Config(), c.header.Data, len(c.Data) > 0}
	m.Respond(answer.encode())
}

// onJoin admits a worker or refuses it with the reason.
func (c *coordinator) onJoin(m *nats.Msg) {
	k, d, err := open(m.Data)
	var j join
	if err == nil && k != kindJoin {
		err = errMessage
	}
	if err == nil {
		err = j.decode(d)
	}
	if err != nil {
		c.malformed(m, err)
		return
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if why := c.refusal(&j); why != "" {
		c.Log.Warn("worker refused", "worker", j.name, "platform", j.platform, "why", why)
		m.Respond(encodeText(kindRefusal, why))
		return
	}
	if c.ended {
		m.Respond(encodeEmpty(kindEnd))
		return
	}
	if j.lost && c.checkpoint != c.generation {
		c.wanted = true
	}
	if c.checkpoint < 0 || c.wanted {
		c.signal()
		m.Respond(encodeEmpty(kindWait))
		return
	}
	w := &worker{name: j.name, platform: j.platform, seen: time.Now(), generation: c.checkpoint}
	rand.Read(w.token[:])
	if len(c.workers) >= 1<<16 {
		m.Respond(encodeEmpty(kindWait))
		return
	}
	for t, other := range c.workers { // the same one, which has lost its place
		if other.name == j.name {
			w.Rate, w.Pairs = other.Rate, other.Pairs
			w.first, w.last = other.first, other.last
			c.forget(t)
		}
	}
	c.workers[w.token] = w
	answer := welcome{c.session, w.token, uint32(c.checkpoint)}
	m.Respond(answer.encode())
	c.Log.Info("worker joined", "worker", w.name, "platform", w.platform, "generation", c.generation, "workers", len(c.workers))
}

// refusal returns why a process may not be a worker, or "" if it may.
func (c *coordinator) refusal(j *join) string {
	why, expelled := c.expelled[j.name]
	switch {
	case expelled:
		return "expelled: " + why
	case j.version != c.Version:
		return versionDiffers(c.Version, j.version)
	case j.config != c.config:
		return fmt.Sprintf("configuration: the run's has hash %x, and this worker's %x", c.config, j.config)
	case j.data != c.header.Data:
		return fmt.Sprintf("data: the run's have hash %x, and this worker's %x", c.header.Data, j.data)
	}
	return ""
}

// A worker is a worker as the coordinator knows it.
type worker struct {
	schedule.Worker
	token      token
	name       string
	platform   string
	seen       time.Time // last message
	generation int       // finished, as it said last
	scored     int       // newest generation of which the coordinator has taken scores unchecked

	// The first and last generation whose records have such scores; zero for none.
	first, last int
}

// forget removes a worker that joins again.
func (c *coordinator) forget(t token) {
	if c.schedule != nil {
		c.schedule.Forget(&c.workers[t].Worker)
	}
	delete(c.workers, t)
}

// knows reports whether the position of a worker is possible for one with the run's weights.
// A worker that has replayed the newest record before the coordinator's weights have moved is
// compared later.
func (c *coordinator) knows(p *position) bool {
	back := c.generation - int(p.generation)
	if back < 0 {
		return int(p.generation) <= c.announced
	}
	return back >= len(c.hashes) || c.hashes[back] == digest{} || p.weights == c.hashes[back]
}

// onPull takes the scores that a worker brings and gives it the next chunk, now or later.
func (c *coordinator) onPull(m *nats.Msg) {
	k, d, err := open(m.Data)
	var p pull
	if err == nil && k != kindPull {
		err = errMessage
	}
	if err == nil {
		err = p.decode(d)
	}
	if err != nil {
		c.malformed(m, err)
		return
	}
	now := time.Now()
	c.mutex.Lock()
	defer c.mutex.Unlock()
	w := c.workers[p.token]
	if p.session != c.session || w == nil {
		m.Respond(encodeText(kindRejoin, "the coordinator does not know this worker"))
		return
	}
	if w.Expelled {
		m.Respond(encodeText(kindRefusal, "expelled: "+c.expelled[w.name]))
		return
	}
	w.seen, w.generation = now, int(p.generation)
	if !c.knows(&p.position) {
		c.Log.Warn("worker with other weights joins again", "worker", w.name, "generation", p.generation)
		c.forget(w.token)
		m.Respond(encodeText(kindRejoin, fmt.Sprintf("weights: those of generation %d have another hash", p.generation)))
		return
	}
	if p.done {
		c.accept(w, &p, now)
	}
	if c.ended {
		m.Respond(encodeEmpty(kindEnd))
		return
	}
	c.waiting = slices.DeleteFunc(c.waiting, func(other waiter) bool { return other.worker == w })
	if !c.give(w, m, now) {
		c.waiting = append(c.waiting, waiter{w, m, now})
	}
	if len(c.waiting) > 1 && c.schedule != nil {
		c.serve(now) // what the result has made free
	}
}

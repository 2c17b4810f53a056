package cluster

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	mrand "math/rand/v2"
	"os/exec"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/es/journal"
	"github.com/Kaleaon/pentary-go/train"
)

// Options say how a run is distributed.
type Options struct {
	// Endpoint names the NATS server and the run. Without a URL the coordinator runs a
	// server of its own on the loopback interface, for Local and Processes alone.
	Endpoint

	// Local are workers in this process: runs of the same task and options, each with a
	// model and an evaluator of its own. They compute in turn, see Processes.
	Local []*train.Run

	// Processes is the number of worker processes that Command starts and that are started
	// again when they end before the run.
	Processes int
	// Command returns the command of a worker process, not yet started, for the server at
	// the URL. It is killed when the context is done.
	Command func(ctx context.Context, url string) *exec.Cmd

	// Check is the share of the chunks that the coordinator scores itself to compare, 0 to
	// 1. Default 0.01; negative: none.
	Check float64

	// Checkpoint is the time from one checkpoint in the object store to the next. Default
	// 30 s.
	Checkpoint time.Duration

	Log *slog.Logger // default: none
}

func (o *Options) complete() error {
	if err := o.Endpoint.complete(); err != nil {
		return err
	}
	switch {
	case o.Check == 0:
		o.Check = 0.01
	case o.Check > 1:
		return fmt.Errorf("cluster: a share of %v of the chunks to check, want at most 1", o.Check)
	}
	if o.Processes < 0 || o.Processes > 0 && o.Command == nil {
		return fmt.Errorf("cluster: %d worker processes without a command", o.Processes)
	}
	if o.Checkpoint == 0 {
		o.Checkpoint = 30 * time.Second
	}
	if o.Checkpoint < 0 {
		return fmt.Errorf("cluster: checkpoints every %v", o.Checkpoint)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return nil
}

// identity returns what workers must share with the coordinator.
func identity(r train.Replica) (h journal.Header, config journal.Hash) {
	h = r.Header()
	return h, sha256.Sum256([]byte(h.Config))
}

// Run is run.Train with workers that score the generations. Open comes before it if the
// run is kept. It waits for workers for as long as there is none. The error names a task
// whose evaluator cannot score ranges or whose messages would exceed the server's bound.
func Run(ctx context.Context, run *train.Run, o Options) (result *train.Result, err error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	c := &coordinator{Options: o, replica: run.Replica(), workers: map[token]*worker{}, expelled: map[string]string{}, wake: make(chan struct{}, 1), failed: make(chan error, 1)}
	var ok bool
	if c.evaluator, ok = c.replica.Task().Evaluator.(es.RangeEvaluator); !ok {
		return nil, fmt.Errorf("cluster: the task's evaluator, a %T, is not an es.RangeEvaluator", c.replica.Task().Evaluator)
	}
	c.header, c.config = identity(c.replica)
	if len(c.replica.Config()) > maxConfig {
		return nil, fmt.Errorf("cluster: a configuration of %d bytes, want at most %d", len(c.replica.Config()), maxConfig)
	}
	var in []nats.Option
	url := o.URL
	if url == "" {
		e, err := embed()
		if err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, e.close()) }()
		url = e.url
		in = append(in, nats.InProcessServer(e.server))
		c.URL = e.url
	}
	if c.nc, err = c.dial("coordinator", c.Name, append(in, nats.ReconnectHandler(func(*nats.Conn) { c.lost() }))...); err != nil {
		return nil, err
	}
	defer c.nc.Close()
	if err := c.begin(ctx); err != nil {
		return nil, err
	}
	workers, stop := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer stop()
	for _, r := range o.Local {
		running.Go(func() {
			err := Work(workers, r, WorkerOptions{Endpoint: Endpoint{url, o.Connect, c.Name, c.Version}, Log: o.Log})
			if err != nil && workers.Err() == nil {
				c.fail(fmt.Errorf("a worker in this process: %w", err))
			}
		})
	}
	for range o.Processes {
		running.Go(func() { c.keep(workers, url) })
	}
	first := c.generation
	running.Go(func() { c.report(workers, first) })

	run.Distribute(c)
	defer run.Distribute(nil)
	result, err = run.Train(ctx)
	if err == nil && !result.Interrupted {
		c.finish()
	}
	return result, err
}

// coordinator implements es.Evaluator by workers.
type coordinator struct {
	Options
	replica   train.Replica
	evaluator es.RangeEvaluator
	header    journal.Header
	config    journal.Hash
	nc        *nats.Conn
	stores    stores // of the goroutine that evaluates
	session   uint64
	wake      chan struct{}
	failed    chan error

	// Of the goroutine that evaluates.
	published int // generation
	saved     int // generation of the newest checkpoint, -1 for none
	savedAt   time.Time
	retry     time.Time // of a checkpoint that failed
	older     []string  // checkpoints
	warned    time.Time

	mutex      sync.Mutex
	workers    map[token]*worker
	expelled   map[string]string // by name, why
	waiting    []waiter
	generation int             // finished
	hashes     [2]journal.Hash // of the weights of this generation and of the one before
	schedule   *schedule       // nil between generations
	pairs      int
	samples    int // scores of a member
	scores     []int64
	checks     []*chunk
	checkpoint int  // generation of the newest one, -1 for none
	wanted     bool // a new checkpoint
	ensure     bool // that the stores are there
	ended      bool

	counts Counts
}

// Counts are of one coordinator's session.
type Counts struct {
	Chunks      int64 `json:"chunks"`       // scored
	Repeated    int64 `json:"repeated"`     // results of chunks that were done
	Overdue     int64 `json:"overdue"`      // chunks given to another worker after their time
	Checked     int64 `json:"checked"`      // chunks that the coordinator scored too
	Expelled    int64 `json:"expelled"`     // workers
	Malformed   int64 `json:"malformed"`    // messages
	ScoreBytes  int64 `json:"score_bytes"`  // received
	Records     int64 `json:"records"`      // published
	RecordBytes int64 `json:"record_bytes"` // published
}

// A waiter is a worker that has asked for a chunk and waits for the answer.
type waiter struct {
	worker *worker
	msg    *nats.Msg
	at     time.Time
}

// patience is how long a worker waits for a chunk before it is told to ask again.
const patience = 2 * time.Second

// begin makes the session and subscribes to the workers' requests.
func (c *coordinator) begin(ctx context.Context) error {
	var b [8]byte
	rand.Read(b[:])
	c.session = binary.LittleEndian.Uint64(b[:])
	c.saved, c.checkpoint, c.published, c.generation = -1, -1, c.replica.Generation(), c.replica.Generation()
	if k, _, err := ask(ctx, c.nc, 500*time.Millisecond, c.subject("info"), encodeEmpty(kindInfo)); err == nil && k == kindInfo {
		return fmt.Errorf("cluster: run %q has a coordinator already: choose another name", c.Name)
	}
	var err error
	setup, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	if c.stores, err = c.create(setup, c.nc); err != nil {
		return err
	}
	if err := c.stores.records.Purge(setup); err != nil {
		return err
	}
	old, err := c.stores.checkpoints.List(setup)
	if err != nil && !errors.Is(err, jetstream.ErrNoObjectsFound) {
		return err
	}
	for _, o := range old {
		c.older = append(c.older, o.Name)
	}
	for subject, handle := range map[string]func(*nats.Msg){"info": c.onInfo, "join": c.onJoin, "pull": c.onPull} {
		if _, err := c.nc.Subscribe(c.subject(subject), handle); err != nil {
			return err
		}
	}
	return c.nc.Flush()
}

// finish says that the run has ended.
func (c *coordinator) finish() {
	c.mutex.Lock()
	c.ended = true
	c.answerAll(encodeEmpty(kindEnd))
	c.mutex.Unlock()
	e := begin(kindEnd)
	e.u64(c.session)
	c.nc.Publish(c.subject("end"), e.end())
	c.nc.FlushTimeout(2 * time.Second)
}

func (c *coordinator) fail(err error) {
	select {
	case c.failed <- err:
	default:
	}
}

// lost follows a connection that has been made again: the server may have lost its store.
func (c *coordinator) lost() {
	c.mutex.Lock()
	c.ensure = true
	c.mutex.Unlock()
	c.signal()
}

func (c *coordinator) signal() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// Evaluate implements es.Evaluator.
func (c *coordinator) Evaluate(ctx context.Context, g es.Generation, scores []int64) error {
	if err := c.publish(); err != nil {
		return err
	}
	if err := c.open(&g, scores); err != nil {
		return err
	}
	defer c.close()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	c.warned = time.Now()
	for {
		done, check := c.next()
		if done {
			return nil
		}
		if err := c.maintain(ctx); err != nil {
			return err
		}
		if check != nil {
			if err := c.check(ctx, g, check); err != nil {
				return err
			}
			continue
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-c.failed:
			return err
		case <-c.wake:
		case <-tick.C:
			c.tick(time.Now())
		}
	}
}

// publish publishes the record of the last generation, unless it has been.
func (c *coordinator) publish() error {
	hash, err := journal.HashWeights(c.replica.Parameters())
	if err != nil {
		return err
	}
	n := c.replica.Generation()
	c.mutex.Lock()
	if n == c.generation+1 {
		c.hashes[1] = c.hashes[0]
	} else {
		c.hashes[1] = journal.Hash{}
	}
	c.hashes[0], c.generation = hash, n
	c.mutex.Unlock()
	r := c.replica.Record()
	if n == c.published || r.Finished != n {
		return nil
	}
	payload, err := journal.AppendRecord(nil, &r)
	if err != nil {
		return err
	}
	m := record{c.session, uint32(n), hash, payload}
	b := m.encode()
	c.published = n
	c.mutex.Lock()
	c.counts.Records++
	c.counts.RecordBytes += int64(len(b))
	c.mutex.Unlock()
	// The stream stores it. If it is lost on the way, the workers join again.
	if err := c.nc.Publish(recordSubject(&c.Endpoint, m.generation), b); err != nil {
		if c.nc.IsClosed() {
			return fmt.Errorf("cluster: publishing a record: %w", err)
		}
		c.Log.Warn("a record was not published", "generation", n, "bytes", len(b), "why", err)
	}
	return nil
}

// open begins a generation.
func (c *coordinator) open(g *es.Generation, scores []int64) error {
	samples := len(scores) / (2 * g.Pairs)
	room := int(c.nc.MaxPayload()) - 1024
	most, record := room/(2*samples*maxScoreBytes), g.Pairs*samples*2
	if most < 1 || record > room {
		return fmt.Errorf("cluster: a pair's scores take up to %d bytes and a record %d: raise the server's max_payload, which is %d",
			2*samples*maxScoreBytes, record, c.nc.MaxPayload())
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.pairs, c.samples, c.scores, c.checks = g.Pairs, samples, scores, nil
	c.schedule = newSchedule(g.Pairs, most)
	c.serve(time.Now())
	return nil
}

func (c *coordinator) close() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.schedule, c.scores, c.checks = nil, nil, nil
}

// next reports whether the generation is done, and returns a chunk to check if there is one.
func (c *coordinator) next() (done bool, check *chunk) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if len(c.checks) > 0 {
		check, c.checks = c.checks[0], c.checks[1:]
	}
	return c.schedule.missing == 0, check
}

// maintain keeps stores and checkpoints up. The weights do not move while it does.
func (c *coordinator) maintain(ctx context.Context) error {
	c.mutex.Lock()
	ensure, wanted := c.ensure, c.wanted
	c.mutex.Unlock()
	now := time.Now()
	due := c.saved < 0 || wanted || now.Sub(c.savedAt) >= c.Checkpoint && c.saved != c.replica.Generation()
	if !ensure && !due || now.Before(c.retry) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	err := c.save(ctx, ensure)
	if err == nil {
		return nil
	}
	c.retry = time.Now().Add(time.Second)
	if context.Cause(ctx) == context.Canceled {
		return ctx.Err()
	}
	c.Log.Warn("no checkpoint for workers that join", "why", err)
	return nil
}

// save puts a checkpoint into the object store, which it makes if need be, and removes
// older ones and the records that they need.
func (c *coordinator) save(ctx context.Context, ensure bool) (err error) {
	if ensure {
		if c.stores, err = c.create(ctx, c.nc); err != nil {
			return err
		}
	}
	var b bytes.Buffer
	if err := journal.WriteCheckpoint(&b, c.header, c.replica); err != nil {
		return err
	}
	n := c.replica.Generation()
	name := checkpointName(c.session, uint32(n))
	if _, err := c.stores.checkpoints.PutBytes(ctx, name, b.Bytes()); err != nil {
		return err
	}
	c.saved, c.savedAt = n, time.Now()
	c.mutex.Lock()
	c.checkpoint = n
	c.wanted = false
	if ensure {
		c.ensure = false
	}
	c.mutex.Unlock()
	for len(c.older) > 1 { // the one before may be on its way to somebody
		c.stores.checkpoints.Delete(ctx, c.older[0])
		c.older = c.older[1:]
		if m, err := c.stores.records.GetLastMsgForSubject(ctx, recordSubject(&c.Endpoint, uint32(n))); err == nil {
			c.stores.records.Purge(ctx, jetstream.WithPurgeSequence(m.Sequence))
		}
	}
	if !slices.Contains(c.older, name) {
		c.older = append(c.older, name)
	}
	return nil
}

// check scores a chunk and compares.
func (c *coordinator) check(ctx context.Context, g es.Generation, ch *chunk) error {
	own := make([]int64, 2*(ch.hi-ch.lo)*c.samples)
	if err := c.evaluator.EvaluateRange(ctx, g, ch.lo, ch.hi, own); err != nil {
		return err
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.counts.Checked++
	w := ch.by
	if !slices.Equal(own, ch.scores) {
		at, want, have := 0, int64(0), int64(0)
		for i, v := range own {
			if v != ch.scores[i] {
				at, want, have = ch.lo+i/(2*c.samples), v, ch.scores[i]
				break
			}
		}
		c.expel(w, fmt.Sprintf("pair %d of generation %d has score %d, and it sent %d", at, g.Number, want, have))
	}
	copy(c.scores[2*ch.lo*c.samples:], own)
	ch.by = nil // the coordinator's own now
	c.schedule.finish(ch)
	c.serve(time.Now())
	return nil
}

// expel ends the work of a worker that has sent wrong scores.
func (c *coordinator) expel(w *worker, why string) {
	if w.expelled {
		return
	}
	c.counts.Expelled++
	c.expelled[w.name] = why
	c.schedule.expel(w)
	c.Log.Warn("worker expelled", "worker", w.name, "platform", w.platform, "why", why,
		"working_since_generation", w.joined, "pairs_scored", w.pairs)
}

// accept takes the scores of a chunk.
func (c *coordinator) accept(w *worker, p *pull, now time.Time) {
	if c.schedule == nil || int(p.result.generation) != c.generation {
		c.counts.Repeated++ // of a generation that is done
		return
	}
	ch := c.schedule.find(w, p.result)
	if ch == nil {
		c.counts.Repeated++
		return
	}
	scores := c.scores[2*ch.lo*c.samples : 2*ch.hi*c.samples]
	checking := c.Check > 0 && mrand.Float64() < c.Check
	if checking {
		ch.scores = make([]int64, len(scores))
		scores = ch.scores
	}
	if err := decodeScores(scores, p.scores, c.samples); err != nil {
		c.counts.Malformed++
		c.Log.Warn("scores that cannot be read", "worker", w.name, "why", err)
		c.schedule.reopen(ch)
		return
	}
	c.counts.Chunks++
	c.counts.ScoreBytes += int64(len(p.scores))
	w.measure(ch.hi-ch.lo, now.Sub(ch.assignment(w).at))
	ch.by = w
	if checking {
		ch.state = chunkChecking
		c.checks = append(c.checks, ch)
		c.signal()
		return
	}
	if c.schedule.finish(ch); c.schedule.missing == 0 {
		c.signal()
	}
}

// serve gives chunks to the workers that wait.
func (c *coordinator) serve(now time.Time) {
	kept := c.waiting[:0]
	for _, w := range c.waiting {
		if w.worker.expelled {
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

// give answers a worker with a chunk, if there is one for it.
func (c *coordinator) give(w *worker, m *nats.Msg, now time.Time) bool {
	if c.schedule == nil {
		return false
	}
	rate, known := 0.0, 0
	n := 0
	for _, other := range c.workers {
		if other.expelled || now.Sub(other.seen) > 4*patience {
			continue
		}
		if n++; other.rate > 0 {
			rate += other.rate
			known++
		}
	}
	if known > 0 {
		rate *= float64(n) / float64(known)
	}
	ch := c.schedule.assign(w, now, rate, n)
	if ch == nil {
		return false
	}
	answer := work{c.session, chunkID{uint32(c.generation), uint32(ch.id), uint32(ch.lo), uint32(ch.hi)}}
	m.Respond(answer.encode())
	return true
}

func (c *coordinator) answerAll(b []byte) {
	for _, w := range c.waiting {
		w.msg.Respond(b)
	}
	c.waiting = nil
}

// tick looks after what time brings.
func (c *coordinator) tick(now time.Time) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.counts.Overdue += int64(c.schedule.overdue(now))
	c.serve(now)
	c.waiting = slices.DeleteFunc(c.waiting, func(w waiter) bool {
		if now.Sub(w.at) < patience {
			return false
		}
		w.msg.Respond(encodeEmpty(kindWait))
		return true
	})
	active := 0
	for t, w := range c.workers {
		if age := now.Sub(w.seen); age > maxDeadline {
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

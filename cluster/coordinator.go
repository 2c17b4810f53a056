package cluster

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/Kaleaon/pentary-go/cluster/internal/schedule"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/es/journal"
	"github.com/Kaleaon/pentary-go/train"
)

// Run is run.Train with workers that score the generations. If the run is kept, call run.Open
// first. Run waits while there are no workers. It returns an error if the task's evaluator
// cannot score ranges or if messages would exceed the server's bound.
func Run(ctx context.Context, run *train.Run, o Options) (result *train.Result, err error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	c := &coordinator{Options: o, replica: run.Replica(), workers: map[token]*worker{}, expelled: map[string]string{}, pending: map[*schedule.Chunk]*pending{}, began: time.Now(), wake: make(chan struct{}, 1), failed: make(chan error, 1)}
	for _, e := range o.Earlier {
		c.expelled[e.Worker] = e.Why
	}
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
		e, err := embed(o.Log)
		if err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, e.close()) }()
		url = e.url
		in = append(in, nats.InProcessServer(e.server))
		c.URL = e.url
	}
	if c.nc, err = c.dial("coordinator", c.Name, c.Log, append(in, nats.ReconnectHandler(func(*nats.Conn) { c.lost() }))...); err != nil {
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
	running.Go(func() { c.report(workers) })
	if o.Metrics != "" {
		close, err := c.serveMetrics(o.Metrics)
		if err != nil {
			return nil, err
		}
		defer close()
	}

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
	began     time.Time
	first     int // generation that the session began with
	wake      chan struct{}
	failed    chan error

	// Of the goroutine that evaluates.
	saved    int // generation of the newest checkpoint, -1 for none
	savedAt  time.Time
	retry    time.Time // of a checkpoint that failed
	older    []string  // checkpoints
	warned   time.Time
	told     int // expulsions that Options.Expelled was called with
	recorder recorder
	payload  []byte // of the record

	mutex      sync.Mutex
	workers    map[token]*worker
	expelled   map[string]string // by name, why
	expulsions []Expulsion
	waiting    []waiter
	generation int                // finished
	announced  int                // generation of the newest record that was published
	hashes     [2]digest          // of the weights of this generation and of the one before
	schedule   *schedule.Schedule // nil between generations
	pairs      int
	samples    int // scores of a member
	scores     []int64
	received   []int64 // by a second worker
	pending    map[*schedule.Chunk]*pending
	checks     []*schedule.Chunk
	short      bool  // the generation ends with a quorum
	mean       int64 // score of the generation before
	checkpoint int   // generation of the newest one, -1 for none
	wanted     bool  // a new checkpoint
	ensure     bool  // that the stores are there
	ended      bool

	counts Counts
}

// Counts are of one coordinator's session.
type Counts struct {
	Chunks      int64 `json:"chunks"`       // scored
	Repeated    int64 `json:"repeated"`     // results of chunks that were done
	Overdue     int64 `json:"overdue"`      // chunks given to another worker after their time
	Checked     int64 `json:"checked"`      // chunks that the coordinator scored too
	Compared    int64 `json:"compared"`     // chunks that a second worker scored too
	Missing     int64 `json:"missing"`      // pairs that were not waited for, see Options.Quorum
	Expelled    int64 `json:"expelled"`     // workers
	Malformed   int64 `json:"malformed"`    // messages
	ScoreBytes  int64 `json:"score_bytes"`  // received
	Records     int64 `json:"records"`      // published
	RecordBytes int64 `json:"record_bytes"` // published
}

// pending are the scores of a chunk that is compared or checked, by one worker or two.
type pending struct {
	by, other           *worker
	scores, otherScores []int64
}

// A waiter is a worker that has asked for a chunk and waits for the answer.
type waiter struct {
	worker *worker
	msg    *nats.Msg
	at     time.Time
}

// patience is how long a worker waits for a chunk before it is told to ask again.
const patience = 2 * time.Second

// begin starts the session and subscribes to the workers' requests.
func (c *coordinator) begin(ctx context.Context) error {
	var b [8]byte
	rand.Read(b[:])
	c.session = binary.LittleEndian.Uint64(b[:])
	n := c.replica.Generation()
	c.saved, c.checkpoint, c.announced, c.generation, c.first = -1, -1, n, n, n
	// The server says at once if nobody listens.
	if k, _, err := ask(ctx, c.nc, 3*time.Second, c.subject("info"), encodeEmpty(kindInfo)); err == nil && k == kindInfo {
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
		if !strings.HasPrefix(o.Name, dataPrefix) {
			c.older = append(c.older, o.Name)
		}
	}
	if err := c.shareData(ctx, old); err != nil {
		return err
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

// lost is called after a reconnection: the server may have lost its store.
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
	if err := c.open(&g, scores); err != nil {
		return err
	}
	defer c.close()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	c.warned = time.Now()
	for {
		done, check := c.next()
		c.tell()
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

// Announce implements es.Announcer: it publishes the record of a generation before the
// run's weights move and its journal has it, so that workers move theirs meanwhile. If the
// coordinator ends in between, its successor's session has them start from a checkpoint.
func (c *coordinator) Announce(r es.Record, stats es.Stats) error {
	c.payload = c.recorder.append(c.payload[:0], &r)
	m := record{c.session, uint32(r.Finished), c.payload}
	b := m.encode()
	c.mutex.Lock()
	c.announced, c.mean = r.Finished, stats.Mean
	c.counts.Records++
	c.counts.RecordBytes += int64(len(b))
	c.mutex.Unlock()
	// The stream stores it. If it is lost on the way, the workers join again.
	if err := c.nc.Publish(recordSubject(&c.Endpoint, m.generation), b); err != nil {
		if c.nc.IsClosed() {
			return fmt.Errorf("cluster: publishing a record: %w", err)
		}
		c.Log.Warn("a record was not published", "generation", r.Finished, "bytes", len(b), "why", err)
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
	hash, err := journal.HashWeights(c.replica.Parameters())
	if err != nil {
		return err
	}
	n := c.replica.Generation()
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if n == c.generation+1 {
		c.hashes[1] = c.hashes[0]
	} else {
		c.hashes[1] = digest{}
	}
	c.hashes[0], c.generation, c.announced = digestOf(hash), n, n
	c.pairs, c.samples, c.scores, c.checks, c.short = g.Pairs, samples, scores, nil, false
	clear(c.pending)
	c.schedule = schedule.New(g.Pairs, most)
	c.serve(time.Now())
	return nil
}

func (c *coordinator) close() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.schedule, c.scores, c.checks = nil, nil, nil
}

// next reports whether the generation is done, and returns a chunk to check if there is
// one. Once it is done no more scores are taken.
func (c *coordinator) next() (done bool, check *schedule.Chunk) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.schedule.Missing > 0 && !c.short {
		if len(c.checks) > 0 {
			check, c.checks = c.checks[0], c.checks[1:]
		}
		return false, check
	}
	for _, ch := range c.schedule.Chunks {
		if ch.State == schedule.Done {
			continue
		}
		of := c.scores[2*ch.Lo*c.samples : 2*ch.Hi*c.samples]
		for i := range of {
			of[i] = es.Failed
		}
		c.counts.Missing += int64(ch.Size())
	}
	for _, w := range c.workers {
		if w.scored == c.generation+1 && !w.Expelled {
			w.last = w.scored
			if w.first == 0 {
				w.first = w.scored
			}
		}
	}
	if n := c.schedule.Missing; n > 0 {
		c.Log.Info("generation ends without all scores", "generation", c.generation+1, "missing", n, "pairs", c.pairs)
	}
	c.schedule = nil
	return true, nil
}

// maintain restores missing stores and saves checkpoints. The weights do not move meanwhile.
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

// save puts a checkpoint into the object store, which it creates if it is missing, and
// removes older checkpoints and the records after them.
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

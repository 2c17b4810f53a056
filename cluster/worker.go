package cluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/es/journal"
	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/train"
)

// WorkerOptions configure a worker.
type WorkerOptions struct {
	Endpoint

	// WorkerName is the worker's name at the coordinator. Workers of one run have different
	// names. Default: the host, the process and a random number.
	WorkerName string

	// Wait is how long the worker keeps asking without an answer from a coordinator. Default 5
	// minutes.
	Wait time.Duration

	Log *slog.Logger // default: none
}

// ErrRefused is the error of a worker that the coordinator refuses.
var ErrRefused = errors.New("refused by the coordinator")

func (o *WorkerOptions) complete() error {
	if o.WorkerName == "" {
		host, err := os.Hostname()
		if err != nil {
			host = "host"
		}
		o.WorkerName = fmt.Sprintf("%.64s/%d/%04x", host, os.Getpid(), rand.Uint32N(1<<16))
	}
	if o.Wait == 0 {
		o.Wait = 5 * time.Minute
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o.Endpoint.complete()
}

// Work scores chunks of a run until the run has ended, or until the context is done, whose
// error it then returns. run must not be open; it has the task, options and configuration of
// the coordinator's run, and its weights become the coordinator's. The error is ErrRefused if
// the coordinator has another run or version, or has expelled the worker.
func Work(ctx context.Context, run *train.Run, o WorkerOptions) error {
	if err := o.complete(); err != nil {
		return err
	}
	w := &working{WorkerOptions: o, replica: run.Replica(), heard: time.Now(), records: map[uint32]*record{}, news: make(chan struct{}, 1)}
	var ok bool
	if w.evaluator, ok = w.replica.Task().Evaluator.(es.RangeEvaluator); !ok {
		return fmt.Errorf("cluster: the task's evaluator, a %T, is not an es.RangeEvaluator", w.replica.Task().Evaluator)
	}
	w.samples = 1
	if source, ok := w.evaluator.(es.InputSource); ok && w.replica.Ask().Noise.Estimator == lowrank.PerturbActivations {
		w.samples = source.Samples()
	}
	w.header, w.config = identity(w.replica)
	var err error
	if w.nc, err = w.dial("worker", w.WorkerName, w.Log); err != nil {
		return err
	}
	defer w.nc.Close()
	if _, err := w.nc.Subscribe(w.subject("record.*"), w.onRecord); err != nil {
		return err
	}
	if _, err := w.nc.Subscribe(w.subject("end"), w.onEnd); err != nil {
		return err
	}
	for {
		err := w.session(ctx)
		switch {
		case errors.Is(err, errEnded):
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, ErrRefused), errors.Is(err, errScoring):
			return err
		case time.Since(w.heard) > w.Wait:
			return fmt.Errorf("cluster: no coordinator of run %q for %v: %w", w.Name, w.Wait, err)
		}
		w.Log.Info("joining again", "why", err)
		if err := pause(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// errEnded says that the run has ended.
var errEnded = errors.New("cluster: the run has ended")

// working is the state of a worker.
type working struct {
	WorkerOptions
	replica   train.Replica
	evaluator es.RangeEvaluator
	samples   int // scores of a member
	header    journal.Header
	config    journal.Hash
	nc        *nats.Conn
	stores    stores
	heard     time.Time // of the coordinator, last
	lost      bool      // the checkpoint or a record could not be had
	failures  int       // to load a checkpoint, in a row
	recorder  recorder
	scores    []int64
	coded     []byte // the scores
	at        position

	mutex   sync.Mutex
	of      uint64 // session of the records that are kept
	records map[uint32]*record
	news    chan struct{}
	scoring uint32 // generation that is scored now
	cancel  context.CancelCauseFunc
}

// Bounds of the records that a worker keeps before it needs them.
const (
	maxKept      = 64
	maxKeptBytes = 8 << 20
)

// errScoring is in the error of an evaluator, which would be the same the next time.
var errScoring = errors.New("cluster: scoring failed")

// errStale says that the generation is done without the chunk.
var errStale = errors.New("cluster: the generation is done")

// onRecord keeps a record, and ends the scoring of a generation that it ends.
func (w *working) onRecord(m *nats.Msg) {
	n, err := strconv.ParseUint(m.Subject[strings.LastIndexByte(m.Subject, '.')+1:], 10, 32)
	if err != nil {
		return
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	r := &record{session: w.of, generation: uint32(n)}
	if r.open(m.Data) != nil {
		return
	}
	size := len(r.payload)
	for _, other := range w.records {
		size += len(other.payload)
	}
	if len(w.records) >= maxKept || size > maxKeptBytes {
		clear(w.records) // the stream has them
	}
	w.records[r.generation] = r
	if w.cancel != nil && r.generation > w.scoring {
		w.cancel(errStale)
	}
	select {
	case w.news <- struct{}{}:
	default:
	}
}

// over reports whether the stream says that the run has ended, for a worker that missed
// the message and finds nobody to answer.
func (w *working) over(ctx context.Context, err error) bool {
	if !errors.Is(err, nats.ErrNoResponders) || w.stores.records == nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	m, err := w.stores.records.GetLastMsgForSubject(ctx, w.subject("end"))
	if err != nil {
		return false
	}
	k, d, err := open(m.Data)
	return err == nil && k == kindEnd && d.u64() == w.of && d.end() == nil
}

func (w *working) onEnd(m *nats.Msg) {
	k, d, err := open(m.Data)
	if err != nil || k != kindEnd {
		return
	}
	session := d.u64()
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if d.end() == nil && session == w.of && w.cancel != nil {
		w.cancel(errEnded)
	}
}

// session joins, loads the run's weights and works until an error.
func (w *working) session(ctx context.Context) error {
	welcome, err := w.join(ctx)
	if err != nil {
		return err
	}
	w.mutex.Lock()
	w.of = welcome.session
	clear(w.records)
	w.mutex.Unlock()
	w.lost = true
	if err := w.load(ctx, welcome); err != nil {
		return err
	}
	if err := w.move(); err != nil {
		return err
	}
	w.at.session, w.at.token = welcome.session, welcome.token
	w.Log.Info("joined", "run", w.Name, "generation", w.replica.Generation())
	p := pull{position: w.at}
	for {
		answer, err := w.pull(ctx, &p)
		if err != nil {
			return err
		}
		w.lost = true // if it does not come to the chunk's generation
		if err := w.reach(ctx, answer); err != nil {
			return err
		}
		w.lost = false
		p = pull{position: w.at}
		if p.scores, err = w.score(ctx, &answer.chunkID); err == nil {
			p.done, p.result = true, answer.chunkID
		} else if !errors.Is(err, errStale) {
			return err
		}
	}
}

// reach replays records up to the generation of a chunk, whose weights it must come to.
func (w *working) reach(ctx context.Context, m *work) error {
	if w.at.generation > m.generation {
		return fmt.Errorf("cluster: a chunk of generation %d, and the worker is at %d", m.generation, w.at.generation)
	}
	for w.at.generation < m.generation {
		r, err := w.next(ctx, w.at.generation+1)
		if err != nil {
			return err
		}
		if err := w.replay(r); err != nil {
			return err
		}
	}
	if w.at.weights != m.weights {
		return fmt.Errorf("cluster: generation %d has weights of hash %x, and the coordinator's %x", m.generation, w.at.weights, m.weights)
	}
	return nil
}

// replay moves the weights by a record.
func (w *working) replay(r *record) error {
	record, err := w.recorder.decode(r.payload, int(r.generation), w.replica.Ask().Pairs, w.samples)
	if err != nil {
		return err
	}
	if _, err := w.replica.Replay(record); err != nil {
		return err
	}
	return w.move()
}

// join asks to be a worker until it is.
func (w *working) join(ctx context.Context) (*welcome, error) {
	j := join{w.Version, w.WorkerName, runtime.GOOS + "/" + runtime.GOARCH, w.config, w.header.Data, w.lost}
	for {
		k, d, err := ask(ctx, w.nc, 2*time.Second, w.subject("join"), j.encode())
		switch {
		case err != nil:
			if w.over(ctx, err) {
				return nil, errEnded
			}
		case k == kindWelcome:
			w.heard = time.Now()
			m := new(welcome)
			return m, m.decode(d)
		case k == kindWait:
			w.heard = time.Now()
			err = errors.New("cluster: no checkpoint yet")
		default:
			w.heard = time.Now()
			return nil, w.told(k, d)
		}
		if time.Since(w.heard) > w.Wait {
			return nil, err
		}
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return nil, err
		}
	}
}

// told returns the error that an answer of another kind reports.
func (w *working) told(k kind, d *decoder) error {
	text := ""
	switch k {
	case kindEnd:
		return errEnded
	case kindRefusal, kindRejoin:
		var err error
		if text, err = decodeText(d); err != nil {
			return err
		}
	}
	switch k {
	case kindRefusal:
		return fmt.Errorf("%w: %s", ErrRefused, text)
	case kindRejoin:
		return errors.New(text)
	}
	return errMessage
}

// load loads the checkpoint from the object store.
func (w *working) load(ctx context.Context, m *welcome) (err error) {
	// An answer that is lost on the way should not cost a minute, nor a large checkpoint fail.
	ctx, cancel := context.WithTimeout(ctx, min(4*time.Second<<min(w.failures, 4), time.Minute))
	defer cancel()
	w.failures++
	if w.stores, err = w.lookUp(ctx, w.nc); err != nil {
		return fmt.Errorf("cluster: stream and object store %q: %w", w.store(), err)
	}
	name := checkpointName(m.session, m.checkpoint)
	b, err := w.stores.checkpoints.GetBytes(ctx, name)
	if err != nil {
		return fmt.Errorf("cluster: checkpoint %s: %w", name, err)
	}
	w.failures = 0
	return journal.ReadCheckpoint(bytes.NewReader(b), int64(len(b)), "checkpoint "+name, w.header, w.replica)
}

// move sets the position to the replica's.
func (w *working) move() error {
	hash, err := journal.HashWeights(w.replica.Parameters())
	w.at.generation, w.at.weights = uint32(w.replica.Generation()), digestOf(hash)
	return err
}

// An answer is the coordinator's to a request.
type answer struct {
	kind   kind
	fields *decoder
	err    error
}

// pull asks for a chunk until it gets one. While it waits it replays the record that ends
// the generation.
func (w *working) pull(ctx context.Context, p *pull) (*work, error) {
	began := time.Now()
	for {
		answers := make(chan answer, 1)
		b := p.encode()
		go func() {
			k, d, err := ask(ctx, w.nc, 2*patience+time.Second, w.subject("pull"), b)
			answers <- answer{k, d, err}
		}()
		var a answer
		for waiting := true; waiting; {
			if r := w.kept(w.at.generation + 1); r != nil {
				if err := w.replay(r); err != nil {
					return nil, err
				}
				*p = pull{position: w.at}
				continue
			}
			select {
			case a = <-answers:
				waiting = false
			case <-w.news:
			}
		}
		switch {
		case a.err != nil:
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			if w.over(ctx, a.err) {
				return nil, errEnded
			}
			if now := time.Now(); now.Sub(w.heard) > w.Wait && now.Sub(began) > w.Wait {
				return nil, a.err
			}
			if err := pause(ctx, 50*time.Millisecond); err != nil {
				return nil, err
			}
		case a.kind == kindWork:
			w.heard = time.Now()
			m := new(work)
			if err := m.decode(a.fields); err != nil || m.generation >= w.at.generation {
				return m, err
			}
		case a.kind == kindWait:
			w.heard = time.Now()
			p.done, p.scores = false, nil // it has them
		default:
			w.heard = time.Now()
			return nil, w.told(a.kind, a.fields)
		}
	}
}

// kept returns the record of a generation if it has come, and drops those up to it.
func (w *working) kept(generation uint32) *record {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	r := w.records[generation]
	for n := range w.records {
		if n <= generation {
			delete(w.records, n)
		}
	}
	return r
}

// next returns the record of a generation: one that came, or that the stream has.
func (w *working) next(ctx context.Context, generation uint32) (*record, error) {
	for began := time.Now(); ; {
		if r := w.kept(generation); r != nil {
			return r, nil
		}
		asked, cancel := context.WithTimeout(ctx, 2*time.Second)
		m, err := w.stores.records.GetLastMsgForSubject(asked, recordSubject(&w.Endpoint, generation))
		cancel()
		if err == nil {
			r := &record{session: w.at.session, generation: generation}
			if r.open(m.Data) == nil {
				return r, nil
			}
		}
		if time.Since(began) > 2*time.Second {
			return nil, fmt.Errorf("cluster: no record of generation %d: %w", generation, errors.Join(err, ctx.Err()))
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-w.news:
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// score scores a chunk.
func (w *working) score(ctx context.Context, id *chunkID) ([]byte, error) {
	g := w.replica.Ask()
	lo, hi := int(id.lo), int(id.hi)
	if id.hi > uint32(g.Pairs) {
		return nil, fmt.Errorf("cluster: a chunk of pairs %d to %d of %d", lo, hi, g.Pairs)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	w.mutex.Lock()
	w.scoring, w.cancel = id.generation, cancel
	w.mutex.Unlock()
	w.scores = reuse.Slice(w.scores, 2*(hi-lo)*w.samples)
	err := w.evaluator.EvaluateRange(ctx, g, lo, hi, w.scores)
	w.mutex.Lock()
	w.cancel = nil
	w.mutex.Unlock()
	if cause := context.Cause(ctx); cause != nil {
		return nil, cause
	}
	if err != nil {
		return nil, fmt.Errorf("%w: pairs %d to %d of generation %d: %w", errScoring, lo, hi-1, id.generation, err)
	}
	w.coded = appendScores(w.coded[:0], w.scores, w.samples)
	return w.coded, nil
}

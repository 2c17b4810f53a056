package train

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/lowrank"
)

// session is a run as its journal sees it. It implements journal.Trainer.
type session struct{ *Run }

// Parameters implements journal.Trainer.
func (s session) Parameters() []lowrank.Parameter { return s.task.Parameters }

// Record implements journal.Trainer.
func (s session) Record() es.Record { return s.optimizer.Record() }

// Replay implements journal.Trainer. It measures where the generation had been
// measured.
func (s session) Replay(r es.Record) (es.Stats, error) {
	stats, err := s.optimizer.Replay(r)
	if err != nil {
		return stats, err
	}
	n := s.Generation()
	if s.due(n) {
		if err := s.measureDue(n); err != nil {
			return stats, err
		}
	}
	s.options.Observer.Replaying(n, s.es.Generations)
	return stats, s.advance()
}

// A state is, little-endian: the magic, wall time and training time in microseconds
// (u64), the generation (u32), the size of the test data (u64), the number of points
// (u32), for each point generation (u32), test and validation score (i64), the
// generation that is kept (u32), its score (i64) and its weights if there are
// validation scores, and then the optimizer's state.
const (
	stateMagic = "PETRAIN\x01"
	stateHead  = len(stateMagic) + 8 + 8 + 4 + 8 + 4
	statePoint = 4 + 8 + 8
	stateKept  = 4 + 8
)

// AppendState implements journal.Trainer.
func (s session) AppendState(b []byte) []byte {
	le := binary.LittleEndian
	b = append(b, stateMagic...)
	b = le.AppendUint64(b, uint64(s.timing.wall().Microseconds()))
	b = le.AppendUint64(b, uint64(s.timing.trained.Microseconds()))
	b = le.AppendUint32(b, uint32(s.Generation()))
	b = le.AppendUint64(b, uint64(s.task.Size))
	b = le.AppendUint32(b, uint32(len(s.curve)))
	for _, at := range s.curve {
		b = le.AppendUint32(b, uint32(at.Generation))
		b = le.AppendUint64(b, uint64(at.Test))
		b = le.AppendUint64(b, uint64(at.Validation))
	}
	b = le.AppendUint32(b, uint32(s.kept.generation))
	b = le.AppendUint64(b, uint64(s.kept.score))
	b = le.AppendUint32(b, uint32(len(s.kept.weights)))
	b = append(b, s.kept.weights...)
	return s.optimizer.AppendState(b)
}

var errState = errors.New("train: not a state of this run")

// RestoreState implements journal.Trainer.
func (s session) RestoreState(b []byte) error {
	d, err := s.decode(b)
	if err != nil {
		return err
	}
	r := s.Run
	reductions := 0
	if r.options.Reductions > 0 {
		reductions = min(r.plateaus(d.curve), r.options.Reductions)
	}
	if err := r.restoreOptimizer(d.generation, reductions, d.optimizer); err != nil {
		return err
	}
	r.timing.earlier, r.timing.trained = d.wall, d.trained
	r.curve, r.kept = d.curve, d.kept
	r.task.Size = d.size
	r.shown = r.last().Test
	return nil
}

// anyReductions stands for all of them in restoreOptimizer.
const anyReductions = -1

// restoreOptimizer sets the optimizer to a state of a generation, with the given reductions of
// the rate. After an error it is as it was.
func (r *Run) restoreOptimizer(generation, reductions int, state []byte) error {
	leg := 0
	for leg < len(r.options.Earlier) && generation >= r.options.Earlier[leg].Reached {
		leg++
	}
	fresh, err := r.newOptimizer(leg)
	if err != nil {
		return err
	}
	if err := fresh.RestoreState(state); err != nil {
		return err
	}
	if fresh.Generation() != generation || reductions != anyReductions && fresh.Reductions() != reductions {
		return errState
	}
	r.leg, r.optimizer = leg, fresh
	return nil
}

// decoded is a state apart.
type decoded struct {
	wall, trained time.Duration
	generation    int
	size          int
	curve         []Point
	kept          kept
	optimizer     []byte
}

// decode takes a state apart and checks it.
func (s session) decode(b []byte) (*decoded, error) {
	if len(b) < len(stateMagic) || string(b[:len(stateMagic)]) != stateMagic {
		return s.decodeOld(b)
	}
	in := reader{b: b[len(stateMagic):]}
	d := &decoded{wall: in.duration(), trained: in.duration(), generation: int(in.u32()), size: int(in.u64())}
	for n := in.count(statePoint); n > 0; n-- {
		d.curve = append(d.curve, Point{int(in.u32()), int64(in.u64()), int64(in.u64())})
	}
	d.kept.generation, d.kept.score = int(in.u32()), int64(in.u64())
	if n := in.count(1); n > 0 {
		d.kept.weights = append([]byte(nil), in.next(n)...)
		if n != weightBytes(s.task.Parameters) {
			return nil, errState
		}
	}
	d.optimizer = in.b
	if !in.failed && s.task.Validate != nil && d.kept.weights == nil {
		return nil, errors.New("train: a state without the best weights")
	}
	return d, s.check(d, in.failed)
}

// check returns an error if a state cannot be one of this run.
func (s session) check(d *decoded, failed bool) error {
	if failed || d.generation > s.es.Generations || s.task.Test != nil && d.size != s.task.Size {
		return errState
	}
	for i, at := range d.curve {
		if at.Generation > d.generation || i > 0 && at.Generation <= d.curve[i-1].Generation {
			return errState
		}
	}
	return nil
}

// decodeOld takes a state of a version before package train apart: wall and training
// time, then of a classifier the number of test samples, and of both the number of
// points, the points, and the optimizer's state. A classifier's point is generation,
// correct and validated samples (u32); the point of a language model is generation (u32) and
// score (i64). The optimizer's state has one length, which tells the two apart.
func (s session) decodeOld(b []byte) (*decoded, error) {
	const point = 12
	rest := len(s.optimizer.AppendState(nil))
	in := reader{b: b}
	d := &decoded{wall: in.duration(), trained: in.duration(), size: s.task.Size}
	classifier := (len(b)-rest-20)%point != 0
	if classifier {
		d.size = int(in.u32())
	}
	n := in.count(point)
	for ; n > 0; n-- {
		at := Point{Generation: int(in.u32())}
		if classifier {
			at.Test, at.Validation = int64(in.u32()), int64(in.u32())
		} else {
			at.Test = int64(in.u64())
		}
		d.curve = append(d.curve, at)
	}
	if in.failed || len(in.b) != rest {
		return nil, errState
	}
	if s.task.Validate != nil {
		return nil, errors.New("train: a state of an earlier version, without the best weights")
	}
	d.optimizer = in.b
	d.generation = int(binary.LittleEndian.Uint32(in.b))
	return d, s.check(d, in.failed)
}

// reader takes numbers off a state. Once one is missing it returns zeros.
type reader struct {
	b      []byte
	failed bool
}

func (r *reader) next(n int) []byte {
	if n > len(r.b) {
		r.failed, r.b = true, nil
		return make([]byte, min(n, 8))
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}

func (r *reader) u32() uint32 { return binary.LittleEndian.Uint32(r.next(4)) }
func (r *reader) u64() uint64 { return binary.LittleEndian.Uint64(r.next(8)) }

// count returns a number of elements of the given size that follow.
func (r *reader) count(size int) int {
	n := r.u32()
	if uint64(n)*uint64(size) > uint64(len(r.b)) {
		r.failed = true
		return 0
	}
	return int(n)
}

func (r *reader) duration() time.Duration {
	const century = 100 * 365 * 24 * 3600 * 1_000_000 // microseconds: what a Duration holds
	n := r.u64()
	if n > century {
		r.failed = true
		return 0
	}
	return time.Duration(n) * time.Microsecond
}

// The reasons of a run's end.
const (
	Complete     = "complete"
	StoppedEarly = "stopped early"
)

// End is how a run ended, the reason of its journal's end as JSON.
type End struct {
	Reason string `json:"reason"` // Complete or StoppedEarly
	// TrainingMicroseconds is the time that evaluations and updates took, without
	// measuring, saving and what a crash lost.
	TrainingMicroseconds int64 `json:"training_microseconds"`
	// Kept is the generation whose weights are the run's result; nil: the last.
	Kept *int `json:"kept_generation,omitempty"`
}

// end returns the end of a run with a result.
func (r *Run) end(result *Result) End {
	e := End{Reason: Complete, TrainingMicroseconds: result.Trained.Microseconds()}
	if result.Early {
		e.Reason = StoppedEarly
	}
	if r.task.Validate != nil {
		e.Kept = &result.Kept
	}
	return e
}

func (e End) text() string {
	b, err := json.Marshal(e)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func parseEnd(text string) (e End, err error) {
	if err = json.Unmarshal([]byte(text), &e); err == nil && (e.TrainingMicroseconds < 0 || e.Kept != nil && *e.Kept < 0) {
		err = errors.New("a negative number")
	}
	if err != nil {
		err = fmt.Errorf("end of the run %q: %w", text, err)
	}
	return e, err
}

package cli

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/Kaleaon/pentary-go/es"
)

// session is an optimizer together with what else of a run has to survive: its
// times and learning curve. It implements journal.Trainer.
type session struct {
	*es.Optimizer
	meter *meter
	bar   *replayBar
}

// Replay implements journal.Trainer. It measures where the generation had been
// measured.
func (s session) Replay(r es.Record) (es.Stats, error) {
	stats, err := s.Optimizer.Replay(r)
	if err != nil {
		return stats, err
	}
	if s.meter.test != nil && s.meter.due(stats.Generation) {
		s.meter.measure(stats.Generation)
	}
	s.bar.show(stats.Generation)
	return stats, nil
}

// A state is, little-endian: wall time and training time in microseconds (u64), the
// number of test samples and of points (u32), for each point generation, correct and
// validated (u32), and then the optimizer's state.
const (
	stateHead  = 8 + 8 + 4 + 4
	statePoint = 3 * 4
)

// AppendState implements journal.Trainer.
func (s session) AppendState(b []byte) []byte {
	le, m := binary.LittleEndian, s.meter
	b = le.AppendUint64(b, uint64(m.wall().Microseconds()))
	b = le.AppendUint64(b, uint64(m.trained.Microseconds()))
	b = le.AppendUint32(b, uint32(m.tested))
	b = le.AppendUint32(b, uint32(len(m.curve)))
	for _, at := range m.curve {
		for _, n := range []int{at.generation, at.correct, at.validated} {
			b = le.AppendUint32(b, uint32(n))
		}
	}
	return s.Optimizer.AppendState(b)
}

var errState = errors.New("state of no training session")

// RestoreState implements journal.Trainer.
func (s session) RestoreState(b []byte) error {
	if len(b) < stateHead {
		return errState
	}
	le := binary.LittleEndian
	wall, trained, tested, n := le.Uint64(b), le.Uint64(b[8:]), int(le.Uint32(b[16:])), uint64(le.Uint32(b[20:]))
	b = b[stateHead:]
	m := s.meter
	if n*statePoint > uint64(len(b)) || max(wall, trained) > maxMicroseconds || m.test != nil && tested != m.tested {
		return errState
	}
	curve := make([]measurement, n)
	for i := range curve {
		at := b[i*statePoint:]
		curve[i] = measurement{int(le.Uint32(at)), int(le.Uint32(at[4:])), int(le.Uint32(at[8:]))}
		if i > 0 && curve[i].generation <= curve[i-1].generation {
			return errState
		}
	}
	if err := s.Optimizer.RestoreState(b[n*statePoint:]); err != nil {
		return err
	}
	m.earlier, m.trained = time.Duration(wall)*time.Microsecond, time.Duration(trained)*time.Microsecond
	m.curve, m.measured, m.tested = curve, -1, tested
	if n > 0 {
		m.progress.Accuracy = m.points()[n-1].Accuracy
	}
	return nil
}

// maxMicroseconds is a century: what a Duration holds.
const maxMicroseconds = 100 * 365 * 24 * 3600 * 1_000_000

// The reasons of a journal's end.
const (
	complete     = "complete"
	stoppedEarly = "stopped early"
)

// ending is the reason that a journal's end gives, as JSON.
type ending struct {
	Reason string `json:"reason"`
	// TrainingMicroseconds is the time that evaluations and updates took, without
	// measuring, saving and what a crash lost.
	TrainingMicroseconds int64 `json:"training_microseconds"`
}

func (e ending) text() string {
	b, err := json.Marshal(e)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func parseEnding(text string) (e ending, err error) {
	if err = json.Unmarshal([]byte(text), &e); err == nil && e.TrainingMicroseconds < 0 {
		err = errors.New("a negative time")
	}
	if err != nil {
		err = fmt.Errorf("end of the run %q: %w", text, err)
	}
	return e, err
}

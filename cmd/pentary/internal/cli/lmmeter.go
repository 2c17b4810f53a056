package cli

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/es/journal"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/nn"
)

// lmMeter follows the training of a language model: it measures bits a byte on the
// held-out text and speed, keeps the learning curve, and tells an observer.
type lmMeter struct {
	scorer      *nn.TextScorer
	observer    lmObserver
	generations int
	every       int // generations from one measurement to the next
	tokens      int // member-tokens a generation

	began   time.Time // of this session, at generation first
	first   int
	earlier time.Duration // that sessions before this took
	trained time.Duration // that generations took, of all sessions
	session time.Duration // and of this one
	mark    time.Time     // when the generation under way began
	curve   []lmPoint
}

// lmPoint is a point of the learning curve: the sum of the log-probabilities of the
// held-out bytes, in 1/256 bit.
type lmPoint struct {
	generation int
	score      int64
}

func newLMMeter(s *lmSettings, o lmObserver, scorer *nn.TextScorer) *lmMeter {
	generations := s.options.Generations
	return &lmMeter{
		scorer: scorer, observer: o, generations: generations,
		every: (generations + measurements - 1) / measurements, tokens: s.tokens(),
	}
}

// bits returns the bits a byte of a score.
func (m *lmMeter) bits(score int64) float64 { return bitsPerByte(score, m.scorer.Len()) }

func bitsPerByte(score int64, n int) float64 {
	return -float64(score) / kernels.ScoreUnit / float64(n)
}

func (m *lmMeter) last() float64 {
	if len(m.curve) == 0 {
		return 0
	}
	return m.bits(m.curve[len(m.curve)-1].score)
}

// measure adds a point to the learning curve.
func (m *lmMeter) measure(generation int) {
	at := lmPoint{generation, m.scorer.Score()}
	if n := len(m.curve); n > 0 && m.curve[n-1].generation == generation {
		m.curve = m.curve[:n-1]
	}
	m.curve = append(m.curve, at)
}

// generation follows a generation, as a callback.
func (m *lmMeter) generation(stats es.Stats) error {
	took := time.Since(m.mark)
	m.trained, m.session = m.trained+took, m.session+took
	n := stats.Generation
	due := m.due(n)
	if due {
		m.measure(n)
	}
	m.observer.progress(lmProgress{
		Generation: n, Generations: m.generations, Bits: m.last(), Moved: stats.Moved,
		Throughput: m.throughput(n),
		ETA:        time.Since(m.began).Seconds() / float64(n-m.first) * float64(m.generations-n),
	}, due)
	return nil
}

func (m *lmMeter) due(generation int) bool {
	return generation%m.every == 0 || generation == m.generations
}

// next begins the time of the next generation, as the last callback.
func (m *lmMeter) next(es.Stats) error {
	m.mark = time.Now()
	return nil
}

// throughput returns the member-tokens a second of this session's generations.
func (m *lmMeter) throughput(generation int) float64 {
	return perSecond((generation-m.first)*m.tokens, m.session.Seconds())
}

// wall returns the time that all sessions took.
func (m *lmMeter) wall() time.Duration {
	if m.began.IsZero() {
		return m.earlier
	}
	return m.earlier + time.Since(m.began)
}

// lmSession is an optimizer together with what else of a run has to survive: its times
// and learning curve. It implements journal.Trainer.
type lmSession struct {
	*es.Optimizer
	meter *lmMeter
	bar   *replayBar
}

// train trains until the run is done or is interrupted, then with a checkpoint.
func (s *lmSession) train(ctx context.Context, log *journal.Log, lines *lineFile, every journal.Interval) (interrupted bool, err error) {
	m := s.meter
	callbacks := []func(es.Stats) error{m.generation}
	if lines != nil {
		callbacks = append(callbacks, es.LogJSON(lines.file))
	}
	if log != nil {
		callbacks = append(callbacks, log.Follow(s, every))
	}
	m.first, m.began, m.mark = s.Generation(), time.Now(), time.Now()
	if !s.Done() {
		err = s.Run(ctx, append(callbacks, m.next)...)
	}
	if interrupted = errors.Is(err, context.Canceled); interrupted {
		err = nil
		if log != nil {
			err = log.Checkpoint(s)
		}
	}
	m.observer.Clear()
	return interrupted, err
}

// Replay implements journal.Trainer. It measures where the generation had been measured.
func (s *lmSession) Replay(r es.Record) (es.Stats, error) {
	stats, err := s.Optimizer.Replay(r)
	if err != nil {
		return stats, err
	}
	if s.meter.due(stats.Generation) {
		s.meter.measure(stats.Generation)
	}
	s.bar.show(stats.Generation)
	return stats, nil
}

// A state is, little-endian: wall time and training time in microseconds (u64), the
// number of points (u32), for each point generation (u32) and score (i64), and then the
// optimizer's state.
const (
	lmStateHead  = 8 + 8 + 4
	lmStatePoint = 4 + 8
)

// AppendState implements journal.Trainer.
func (s *lmSession) AppendState(b []byte) []byte {
	le, m := binary.LittleEndian, s.meter
	b = le.AppendUint64(b, uint64(m.wall().Microseconds()))
	b = le.AppendUint64(b, uint64(m.trained.Microseconds()))
	b = le.AppendUint32(b, uint32(len(m.curve)))
	for _, at := range m.curve {
		b = le.AppendUint32(b, uint32(at.generation))
		b = le.AppendUint64(b, uint64(at.score))
	}
	return s.Optimizer.AppendState(b)
}

// RestoreState implements journal.Trainer.
func (s *lmSession) RestoreState(b []byte) error {
	if len(b) < lmStateHead {
		return errState
	}
	le := binary.LittleEndian
	wall, trained, n := le.Uint64(b), le.Uint64(b[8:]), uint64(le.Uint32(b[16:]))
	b = b[lmStateHead:]
	if n*lmStatePoint > uint64(len(b)) || max(wall, trained) > maxMicroseconds {
		return errState
	}
	curve := make([]lmPoint, n)
	for i := range curve {
		at := b[i*lmStatePoint:]
		curve[i] = lmPoint{int(le.Uint32(at)), int64(le.Uint64(at[4:]))}
		if i > 0 && curve[i].generation <= curve[i-1].generation {
			return errState
		}
	}
	if err := s.Optimizer.RestoreState(b[n*lmStatePoint:]); err != nil {
		return err
	}
	m := s.meter
	m.earlier, m.trained, m.curve = time.Duration(wall)*time.Microsecond, time.Duration(trained)*time.Microsecond, curve
	return nil
}

// lmStart is printed when training begins.
type lmStart struct {
	Task        string            `json:"task"`
	Model       string            `json:"model"`
	Weights     int               `json:"weights"`
	Text        string            `json:"text"`
	TrainBytes  int               `json:"train_bytes"`
	ValidBytes  int               `json:"valid_bytes"`
	Generations int               `json:"generations"`
	Settings    map[string]string `json:"settings"`
	Dir         string            `json:"dir,omitempty"` // of the journal
	Resumed     *resumedInfo      `json:"resumed,omitempty"`
}

// lmProgress is where a run stands.
type lmProgress struct {
	Generation  int     `json:"generation"`
	Generations int     `json:"generations"`
	Bits        float64 `json:"valid_bits_per_byte"` // last measured
	Moved       int     `json:"moved"`               // weights that the last generation moved
	Throughput  float64 `json:"member_tokens_per_second"`
	ETA         float64 `json:"eta_seconds"`
}

// lmObserver is told of a run's progress.
type lmObserver struct{ *console.Printer }

func (o lmObserver) start(e lmStart) {
	o.Print(console.Event{
		Name: "start", Message: "training", Fields: e,
		Log: []any{
			"task", e.Task, "model", e.Model, "weights", e.Weights, "text", e.Text,
			"train_bytes", e.TrainBytes, "valid_bytes", e.ValidBytes, "kernels", kernels.Selected(),
		},
		Text: func(s report.Style) string {
			return fmt.Sprintf("%s  %s\n", s.Bold("language model "+e.Model), s.Dim(fmt.Sprintf(
				"%s weights · %s bytes of %s, %s held out · %s", report.Count(e.Weights), report.Count(e.TrainBytes),
				report.Printable(e.Text), report.Count(e.ValidBytes), kernels.Selected())))
		},
	})
	e.Resumed.tell(o.Printer, e.Dir)
}

func (o lmObserver) progress(p lmProgress, measured bool) {
	if measured {
		o.Print(console.Event{Name: "progress", Fields: p, Log: []any{
			"generation", p.Generation, "of", p.Generations,
			"valid_bits_per_byte", fmt.Sprintf("%.4f", p.Bits), "moved", p.Moved,
			"member_tokens_per_second", fmt.Sprintf("%.0f", p.Throughput), "eta", console.Duration(p.ETA),
		}})
	}
	o.Show(func(width int) string { return lmProgressLine(p, width, o.Style) })
}

// lmProgressLine draws progress in at most width cells.
func lmProgressLine(p lmProgress, width int, s report.Style) string {
	text := fmt.Sprintf("gen %*d/%d  held-out %.3f bits/byte  %s member-tokens/s  ETA %s",
		len(fmt.Sprint(p.Generations)), p.Generation, p.Generations, p.Bits, report.Rate(p.Throughput), console.Duration(p.ETA))
	return console.Bar(p.Generation, p.Generations, text, width, s)
}

package cli

import (
	"errors"
	"time"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/nn"
)

const (
	// measurements is how often the held-out accuracy is measured in a run.
	measurements = 25
	// validationEvery says which training samples are held out for early stopping.
	validationEvery = 10
)

// meter follows a run: it measures accuracy and speed, keeps the learning curve,
// tells an observer, and decides on stopping early.
type meter struct {
	net         *nn.Model
	test        *data.Dataset
	tested      int           // number of test samples
	validation  *data.Dataset // for early stopping, or nil
	observer    observer
	generations int // of the whole run
	every       int // generations from one measurement to the next
	samples     int // member-samples a generation
	patience    int

	began    time.Time // of this session, at generation first
	first    int
	earlier  time.Duration // that sessions before this took
	trained  time.Duration // that generations took, of all sessions
	mark     time.Time     // when the generation under way began
	curve    []measurement
	measured int              // generation of last
	last     report.Confusion // of the last measurement
	seconds  float64          // of all sessions, once stopped
	progress progressEvent
}

// measurement is a point of the learning curve.
type measurement struct {
	generation int
	correct    int // of the test samples
	validated  int // correct of the validation samples
}

func newMeter(s *settings, o observer, net *nn.Model, test, validation *data.Dataset) *meter {
	generations := s.options.Generations
	return &meter{
		net: net, test: test, tested: test.Len(), validation: validation, observer: o,
		generations: generations,
		every:       (generations + measurements - 1) / measurements,
		samples:     2 * s.options.Pairs * s.batch,
		patience:    s.patience,
		measured:    -1,
		progress:    progressEvent{Generations: generations},
	}
}

// start begins a session that goes on from a generation.
func (m *meter) start(generation int) {
	m.first, m.began = generation, time.Now()
	m.mark = m.began
}

// lap ends the time of a generation, as the first callback of the optimizer's Run.
func (m *meter) lap(es.Stats) error {
	m.trained += time.Since(m.mark)
	return nil
}

// generation follows a generation, as a callback.
func (m *meter) generation(stats es.Stats) error {
	n := stats.Generation
	due := m.due(n)
	if due {
		m.measure(n)
	}
	elapsed := time.Since(m.began).Seconds()
	p := &m.progress
	p.Generation, p.Moved = n, stats.Moved
	p.Throughput = perSecond((n-m.first)*m.samples, elapsed)
	p.ETA = elapsed / float64(n-m.first) * float64(m.generations-n)
	m.observer.progress(*p, due)
	return nil
}

// next begins the time of the next generation, as the last callback, or stops
// before it.
func (m *meter) next(stats es.Stats) error {
	if m.due(stats.Generation) && m.stale() {
		return es.ErrStop
	}
	m.mark = time.Now()
	return nil
}

func (m *meter) due(generation int) bool {
	return generation%m.every == 0 || generation == m.generations
}

// stale reports whether the accuracy has not risen for so long that the run ends
// early. It depends on the curve alone, which is the same in a run that was resumed.
func (m *meter) stale() bool {
	if m.patience == 0 {
		return false
	}
	var at measurement
	stop := es.EarlyStop(m.patience, func(es.Stats) int64 { return int64(at.validated) })
	for _, at = range m.curve {
		if errors.Is(stop(es.Stats{}), es.ErrStop) {
			return true
		}
	}
	return false
}

// stop ends the run after so many generations, and measures the network unless
// that is done.
func (m *meter) stop(generations int) {
	m.seconds = m.wall().Seconds()
	m.observer.Clear()
	if m.measured != generations {
		m.measure(generations)
	}
}

// wall returns the time that all sessions took.
func (m *meter) wall() time.Duration {
	if m.began.IsZero() {
		return m.earlier
	}
	return m.earlier + time.Since(m.began)
}

// measure adds a point to the learning curve.
func (m *meter) measure(generation int) {
	m.last = confusion(m.net, m.test)
	at := measurement{generation: generation, correct: m.last.Correct()}
	if m.validation != nil {
		at.validated = confusion(m.net, m.validation).Correct()
	}
	if n := len(m.curve); n > 0 && m.curve[n-1].generation == generation {
		m.curve = m.curve[:n-1]
	}
	m.curve = append(m.curve, at)
	m.measured = generation
	m.progress.Accuracy = m.last.Accuracy()
}

func confusion(net *nn.Model, data *data.Dataset) report.Confusion {
	c, err := net.Confusion(data)
	if err != nil {
		panic(err) // the task's test samples are shaped as its training samples
	}
	return c
}

// points returns the learning curve.
func (m *meter) points() []report.Point {
	points := make([]report.Point, len(m.curve))
	for i, at := range m.curve {
		points[i] = report.Point{Generation: at.generation, Accuracy: float64(at.correct) / float64(m.tested)}
	}
	return points
}

// throughput returns the member-samples a second of this session, which has come to
// a generation.
func (m *meter) throughput(generation int) float64 {
	return perSecond((generation-m.first)*m.samples, m.seconds-m.earlier.Seconds())
}

func perSecond(n int, seconds float64) float64 {
	return float64(n) / max(seconds, 1e-6)
}

package cli

import (
	"time"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/nn"
)

// measurements is how often the held-out accuracy is measured in a run.
const measurements = 25

// meter follows a run: it measures accuracy and speed, keeps the learning curve
// and tells an observer.
type meter struct {
	net         *nn.MLP
	test        *nn.Dataset
	observer    observer
	generations int // of the whole run
	every       int // generations from one measurement to the next
	samples     int // member-samples a generation

	began    time.Time
	seconds  float64 // of the whole run, once stopped
	curve    []report.Point
	last     report.Confusion // of the last measurement
	progress progressEvent
}

func newMeter(t *trainer, s *streams, net *nn.MLP, test *nn.Dataset) *meter {
	o := t.settings.options
	return &meter{
		net: net, test: test, observer: newObserver(t.json, s),
		generations: o.Generations,
		every:       (o.Generations + measurements - 1) / measurements,
		samples:     2 * o.Pairs * t.settings.batch,
		progress:    progressEvent{Event: "progress", Generations: o.Generations},
	}
}

func (m *meter) start(e startEvent) {
	m.measure(0)
	m.observer.start(e)
	m.began = time.Now()
}

// generation follows a generation of the optimizer, as a callback of its Run.
func (m *meter) generation(stats es.Stats) error {
	n := stats.Generation
	measured := n%m.every == 0 || n == m.generations
	if measured {
		m.measure(n)
	}
	elapsed := time.Since(m.began).Seconds()
	p := &m.progress
	p.Generation, p.Moved = n, stats.Moved
	p.Throughput = perSecond(n*m.samples, elapsed)
	p.ETA = elapsed / float64(n) * float64(m.generations-n)
	m.observer.progress(*p, measured)
	return nil
}

// stop ends the run after so many generations, and measures the network unless
// that is done.
func (m *meter) stop(generations int) {
	m.seconds = time.Since(m.began).Seconds()
	m.observer.stop()
	if m.curve[len(m.curve)-1].Generation != generations {
		m.measure(generations)
	}
}

// measure adds a point to the learning curve.
func (m *meter) measure(generation int) {
	confusion, err := m.net.Confusion(m.test)
	if err != nil {
		panic(err) // the task's test samples are shaped as its training samples
	}
	m.last = confusion
	m.progress.Accuracy = m.last.Accuracy()
	m.curve = append(m.curve, report.Point{Generation: generation, Accuracy: m.progress.Accuracy})
}

// throughput returns the member-samples a second of a stopped run.
func (m *meter) throughput(generations int) float64 {
	return perSecond(generations*m.samples, m.seconds)
}

func perSecond(n int, seconds float64) float64 {
	return float64(n) / max(seconds, 1e-6)
}

package train

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/internal/terminal"
)

// An Observer follows a run, on the goroutine that runs it.
type Observer interface {
	// Start comes before the first generation of a session.
	Start(Start)
	// Progress follows each generation that is evaluated; one comes before the first of a
	// session.
	Progress(Progress)
	// Replaying follows each generation that is replayed.
	Replaying(generation, generations int)
	// Stop comes when the session ends, and before an error is returned.
	Stop()
}

// Start describes a run that is about to begin.
type Start struct {
	Title   string      // for people: the task and the network
	Note    string      // for people, about them
	About   []slog.Attr // for programs
	Dir     string      // of the journal, empty for a run that is not kept
	Resumed *Resumed    // nil for a run at its beginning
}

// Attrs returns the start by the keys of its JSON form.
func (s *Start) Attrs() []slog.Attr {
	attrs := slices.Clone(s.About)
	if s.Dir != "" {
		attrs = append(attrs, slog.String("dir", s.Dir))
	}
	if s.Resumed != nil {
		attrs = append(attrs, slog.Any("resumed", s.Resumed))
	}
	return attrs
}

// Progress is where a run stands.
type Progress struct {
	Generation  int // finished
	Generations int
	Stats       es.Stats // zero before the first generation of a session
	Measured    bool     // whether Score is new
	Score       int64    // of Task.Test, last measured
	Throughput  float64
	ETA         time.Duration

	task    *Task
	samples int // that a member's score is of
}

// Value returns the score in the unit of the task's metric.
func (p *Progress) Value() float64 {
	if p.task.Metric.Value == nil {
		return float64(p.Score)
	}
	return p.task.Metric.Value(p.Score, p.task.Size)
}

// Training returns what the task reports about the members' scores.
func (p *Progress) Training() []slog.Attr {
	if p.task.Training == nil {
		return nil
	}
	return p.task.Training(p.Stats, p.samples)
}

// Text returns the measurement for people, empty for none.
func (p *Progress) Text() string {
	if p.task.Metric.Text == nil {
		return ""
	}
	return p.task.Metric.Text(p.Value())
}

// Unit returns the unit of Throughput in the plural, empty if it is not reported.
func (p *Progress) Unit() string {
	switch {
	case p.task.Samples == 0:
		return ""
	case p.task.Unit == "":
		return "samples"
	}
	return p.task.Unit + "s"
}

// Attrs returns the progress by the keys of its JSON form.
func (p *Progress) Attrs() []slog.Attr {
	attrs := []slog.Attr{slog.Int("generation", p.Generation), slog.Int("generations", p.Generations)}
	if p.task.Metric.Key != "" {
		attrs = append(attrs, slog.Float64(p.task.Metric.Key, p.Value()))
	}
	attrs = append(append(attrs, slog.Int("moved", p.Stats.Moved)), p.Training()...)
	if unit := p.Unit(); unit != "" {
		attrs = append(attrs, slog.Float64("member_"+unit+"_per_second", p.Throughput))
	}
	return append(attrs, slog.Float64("eta_seconds", p.ETA.Seconds()))
}

// LogAttrs returns the progress for a log, with numbers as people read them.
func (p *Progress) LogAttrs() []slog.Attr {
	rounded := func(key string, value any) slog.Attr {
		return slog.String(key, fmt.Sprintf("%.*f", p.task.Metric.Digits, value))
	}
	attrs := []slog.Attr{slog.Int("generation", p.Generation), slog.Int("of", p.Generations)}
	if key := p.task.Metric.Key; key != "" {
		attrs = append(attrs, rounded(key, p.Value()))
	}
	attrs = append(attrs, slog.Int("moved", p.Stats.Moved))
	for _, a := range p.Training() {
		attrs = append(attrs, rounded(a.Key, a.Value.Any()))
	}
	if unit := p.Unit(); unit != "" {
		attrs = append(attrs, slog.String("member_"+unit+"_per_second", fmt.Sprintf("%.0f", p.Throughput)))
	}
	return append(attrs, slog.String("eta", terminal.Clock(p.ETA)))
}

// discard is the observer of a run without one.
type discard struct{}

func (discard) Start(Start)        {}
func (discard) Progress(Progress)  {}
func (discard) Replaying(int, int) {}
func (discard) Stop()              {}

// replayPause is the least time between two reports of a replay.
const replayPause = 2 * time.Second

// pause reports whether a report is worth it after the last one.
func pause(last *time.Time, generation int) bool {
	if last.IsZero() {
		*last = time.Now()
	}
	if generation%64 != 0 || time.Since(*last) < replayPause {
		return false
	}
	*last = time.Now()
	return true
}

// JSON returns an observer that writes events as JSON objects, one a line: "start",
// "progress" at each measurement, and "replay".
func JSON(w io.Writer) Observer { return &jsonLines{w: w} }

type jsonLines struct {
	w        io.Writer
	replayed time.Time
}

func (o *jsonLines) write(event string, attrs Attrs) {
	if b, err := append(Attrs{slog.String("event", event)}, attrs...).MarshalJSON(); err == nil {
		o.w.Write(append(b, '\n'))
	}
}

// Attrs is a list of attributes that marshals to a JSON object with their keys in order.
type Attrs []slog.Attr

// MarshalJSON implements json.Marshaler.
func (a Attrs) MarshalJSON() ([]byte, error) {
	b := []byte("{")
	for i, attr := range a {
		value, err := json.Marshal(attr.Value.Any())
		if err != nil {
			return nil, err
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(strconv.AppendQuote(b, attr.Key), ':'), value...)
	}
	return append(b, '}'), nil
}

func (o *jsonLines) Start(s Start) { o.write("start", s.Attrs()) }

func (o *jsonLines) Progress(p Progress) {
	if p.Measured {
		o.write("progress", p.Attrs())
	}
}

func (o *jsonLines) Replaying(generation, generations int) {
	if pause(&o.replayed, generation) {
		o.write("replay", Attrs{slog.Int("generation", generation), slog.Int("generations", generations)})
	}
}

func (o *jsonLines) Stop() {}

// Log returns an observer that logs the start, each measurement, and replays.
func Log(l *slog.Logger) Observer { return &logger{Logger: l} }

type logger struct {
	*slog.Logger
	replayed time.Time
}

func (o *logger) Start(s Start) {
	about := slices.DeleteFunc(slices.Clone(s.About), func(a slog.Attr) bool { return a.Value.Kind() == slog.KindAny })
	o.LogAttrs(context.Background(), slog.LevelInfo, "training", about...)
	if r := s.Resumed; r != nil {
		o.Info("resumed", "dir", s.Dir, "generation", r.Generation, "checkpoint", r.Checkpoint,
			"replayed", r.Replayed, "cut_bytes", r.CutBytes)
		if r.Ignored != "" {
			o.Warn("checkpoint ignored", "why", r.Ignored)
		}
	}
}

func (o *logger) Progress(p Progress) {
	if p.Measured {
		o.LogAttrs(context.Background(), slog.LevelInfo, "progress", p.LogAttrs()...)
	}
}

func (o *logger) Replaying(generation, generations int) {
	if pause(&o.replayed, generation) {
		o.Info("replaying", "generation", generation, "of", generations)
	}
}

func (o *logger) Stop() {}

package train

import (
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/train"
)

// printer writes the sections of a report.
type printer struct {
	report.Style
	out  io.Writer
	line func(label, text string)
}

func newPrinter(s *console.Streams) *printer {
	return &printer{s.OutStyle(), s.Out, console.Fields(s.Out, s.OutStyle())}
}

func (p *printer) title(text, note string) {
	fmt.Fprintf(p.out, "\n%s  %s\n", p.Bold(text), p.Dim(note))
}

// observer tells the console of a run. It implements train.Observer.
type observer struct {
	*console.Printer
	headline []string // attributes of the start that only JSON has
}

func newObserver(s *console.Streams, json bool) *observer {
	return &observer{console.NewPrinter(s, json), []string{"generations", "settings"}}
}

// Start implements train.Observer.
func (o *observer) Start(s train.Start) {
	var log []any
	for _, a := range s.About {
		if !slices.Contains(o.headline, a.Key) {
			log = append(log, a)
		}
	}
	o.Print(console.Event{
		Name: "start", Message: "training", Fields: train.Attrs(s.Attrs()), Log: log,
		Text: func(style report.Style) string {
			return fmt.Sprintf("%s  %s\n", style.Bold(s.Title), style.Dim(s.Note))
		},
	})
	r := s.Resumed
	if r == nil {
		return
	}
	o.Print(console.Event{
		Name: "resumed",
		Log:  []any{"dir", s.Dir, "generation", r.Generation, "checkpoint", r.Checkpoint, "replayed", r.Replayed, "cut_bytes", r.CutBytes},
		Text: func(style report.Style) string {
			return fmt.Sprintf("%s  %s\n", style.Bold("Resumed at generation "+report.Count(r.Generation)), style.Dim(note(r)))
		},
	})
	if r.Ignored != "" {
		o.Warn("checkpoint ignored", "why", r.Ignored)
	}
}

// note says where the generations came from, and what was lost.
func note(r *train.Resumed) string {
	text := fmt.Sprintf("%s from the checkpoint, %s replayed", report.Count(r.Checkpoint), report.Count(r.Replayed))
	if r.CutBytes > 0 {
		text += fmt.Sprintf(", %s bytes of a torn record cut", report.Count(int(r.CutBytes)))
	}
	return text
}

// Progress implements train.Observer.
func (o *observer) Progress(p train.Progress) {
	if p.Measured {
		var log []any
		for _, a := range p.LogAttrs() {
			log = append(log, a)
		}
		o.Print(console.Event{Name: "progress", Fields: train.Attrs(p.Attrs()), Log: log})
	}
	o.Show(func(width int) string { return progressLine(&p, width, o.Style) })
}

// progressLine draws progress in at most width cells.
func progressLine(p *train.Progress, width int, s report.Style) string {
	parts := []string{fmt.Sprintf("gen %*d/%d", len(fmt.Sprint(p.Generations)), p.Generation, p.Generations)}
	if text := p.Text(); text != "" {
		parts = append(parts, text)
	}
	if p.Generation > 0 {
		for _, a := range p.Training() {
			parts = append(parts, trainingText(a))
		}
		if unit := p.Unit(); unit != "" {
			parts = append(parts, report.Rate(p.Throughput)+" member-"+unit+"/s")
		}
		parts = append(parts, "ETA "+train.Clock(p.ETA))
	}
	return console.Bar(p.Generation, p.Generations, strings.Join(parts, "  "), width, s)
}

// trainingText writes what a task reports of the members' scores.
func trainingText(a slog.Attr) string {
	switch a.Key {
	case "training_bits":
		return fmt.Sprintf("training %.2f bits", a.Value.Float64())
	case "mean_reward":
		return fmt.Sprintf("mean %.1f", a.Value.Float64())
	case "best_reward":
		return fmt.Sprintf("best %.1f", a.Value.Float64())
	}
	return a.String()
}

// Replaying implements train.Observer.
func (o *observer) Replaying(generation, generations int) {
	o.Show(func(width int) string {
		return console.Bar(generation, generations, fmt.Sprintf("replaying %s/%s", report.Count(generation), report.Count(generations)), width, o.Style)
	})
	if generation%64 == 0 && o.Quiet(2*time.Second) {
		o.Print(console.Event{
			Name: "replay", Message: "replaying",
			Fields: train.Attrs{slog.Int("generation", generation), slog.Int("generations", generations)},
			Log:    []any{"generation", generation, "of", generations},
		})
	}
}

// Stop implements train.Observer.
func (o *observer) Stop() { o.Clear() }

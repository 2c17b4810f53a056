package train

import (
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/Kaleaon/pentary-go/internal/terminal"
)

// Terminal returns an observer that keeps one line of a terminal up to date: the share of the
// run that is done, its last measurement, and the remaining time. width returns the columns of
// the terminal; color says whether it shows colours.
func Terminal(w io.Writer, width func() int, color bool) Observer {
	return &line{terminal.NewLine(w, width, terminal.Style{Color: color})}
}

type line struct{ *terminal.Line }

func (o *line) Start(s Start) {
	o.Print(fmt.Sprintf("%s  %s\n", o.Style.Bold(s.Title), o.Style.Dim(s.Note)))
	r := s.Resumed
	if r == nil {
		return
	}
	note := fmt.Sprintf("%s from the checkpoint, %s replayed", terminal.Count(r.Checkpoint), terminal.Count(r.Replayed))
	if r.CutBytes > 0 {
		note += fmt.Sprintf(", %s bytes of a torn record cut", terminal.Count(int(r.CutBytes)))
	}
	o.Print(fmt.Sprintf("%s  %s\n", o.Style.Bold("Resumed at generation "+terminal.Count(r.Generation)), o.Style.Dim(note)))
	if r.Ignored != "" {
		o.Print(o.Style.Bad("checkpoint ignored: "+r.Ignored) + "\n")
	}
}

func (o *line) Progress(p Progress) {
	o.Show(func(width int) string { return progressLine(&p, width, o.Style) })
}

// progressLine draws progress in at most width cells.
func progressLine(p *Progress, width int, s terminal.Style) string {
	parts := []string{fmt.Sprintf("gen %*d/%d", len(fmt.Sprint(p.Generations)), p.Generation, p.Generations)}
	if text := p.Text(); text != "" {
		parts = append(parts, text)
	}
	if p.Stats.Finished > 0 { // else nothing has been evaluated in this session
		for _, a := range p.Training() {
			parts = append(parts, trainingText(a))
		}
		if unit := p.Unit(); unit != "" {
			parts = append(parts, terminal.Rate(p.Throughput)+" member-"+unit+"/s")
		}
		parts = append(parts, "ETA "+terminal.Clock(p.ETA))
	}
	return terminal.Bar(p.Generation, p.Generations, strings.Join(parts, "  "), width, s)
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

func (o *line) Replaying(generation, generations int) {
	o.Show(func(width int) string {
		text := fmt.Sprintf("replaying %s/%s", terminal.Count(generation), terminal.Count(generations))
		return terminal.Bar(generation, generations, text, width, o.Style)
	})
}

func (o *line) Stop() { o.Clear() }

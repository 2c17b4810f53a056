package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/es/journal"
)

// finishedResult is printed in place of a result where the run has ended before.
type finishedResult struct {
	Task          string  `json:"task"`
	Finished      bool    `json:"finished"` // true
	Reason        string  `json:"reason"`
	TestAccuracy  float64 `json:"test_accuracy"`
	WeightsSHA256 string  `json:"weights_sha256"`
	Generations   int     `json:"generations"`
	Seconds       float64 `json:"seconds"`
	Dir           string  `json:"dir"`
	File          string  `json:"file"`
	FileSHA256    string  `json:"file_sha256"`
}

// finished says that the run of a plan has ended, and saves its network once more.
// It needs no data.
func (t *trainer) finished(ctx context.Context, s *console.Streams, p *plan, end journal.End) error {
	why, err := parseEnding(end.Reason)
	if err != nil {
		return fmt.Errorf("%s: %w", t.journal.dir, err)
	}
	net, optimizer, err := p.start(t.data)
	if err != nil {
		return fmt.Errorf("%s: %w", t.journal.dir, err)
	}
	m := &meter{net: net}
	bar := newReplayBar(t.json, s, t.settings.options.Generations)
	log, _, err := t.journal.open(ctx, p.header, session{optimizer, m, bar})
	bar.Clear()
	if err != nil {
		return err
	}
	defer log.Close()
	if len(m.curve) == 0 {
		return fmt.Errorf("%s: the run has ended, and its checkpoint with the accuracy is gone; \"pentary replay\" rebuilds the network", t.journal.dir)
	}
	var saved result
	if err := t.save(&saved, net.File(t.meta(m, optimizer.Generation()))); err != nil {
		return err
	}
	points := m.points()
	r := &finishedResult{
		Task: t.task.Name, Finished: true, Reason: why.Reason,
		TestAccuracy: points[len(points)-1].Accuracy, WeightsSHA256: report.WeightsOf(net.File(nil).Tensors...).SHA256,
		Generations: optimizer.Generation(), Seconds: m.earlier.Seconds(),
		Dir: t.journal.dir, File: saved.File, FileSHA256: saved.FileSHA256,
	}
	if t.json {
		return s.PrintJSON("result", r)
	}
	r.write(s.Out, s.OutStyle(), points)
	return nil
}

func (r *finishedResult) write(out io.Writer, s report.Style, curve []report.Point) {
	line := console.Fields(out, s)
	fmt.Fprintf(out, "%s  %s\n", s.Bold("This run has finished"), s.Dim(r.Reason))
	if len(curve) > 1 {
		report.WriteCurve(out, curve)
	}
	line("Test accuracy", s.Good(fmt.Sprintf("%.1f %%", 100*r.TestAccuracy)))
	line("Trained", fmt.Sprintf("%s generations in %.1f s", report.Count(r.Generations), r.Seconds))
	line("Weights sha256", r.WeightsSHA256)
	line("File sha256", r.FileSHA256)
	line("Saved", r.File)
	line("Journal", r.Dir)
}

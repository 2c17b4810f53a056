package search

import (
	"fmt"
	"strconv"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/compare"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/machine"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/settings"
	"github.com/Kaleaon/pentary-go/kernels"
)

// compareResult is the last object printed by --json.
type compareResult struct {
	Task         string            `json:"task"`
	Network      string            `json:"network"`
	TrainSamples int               `json:"train_samples"`
	TestSamples  int               `json:"test_samples"`
	Budget       float64           `json:"seconds"` // training time per method
	Kernels      string            `json:"kernels"`
	Machine      machine.Machine   `json:"machine"`
	Methods      []*compare.Result `json:"methods"`
	Equal        *compare.Equal    `json:"equal_accuracy,omitempty"`
	Interrupted  bool              `json:"interrupted"`

	drew string // file of the chart
}

func newCompareResult(c *comparer, s *settings.Classifier) *compareResult {
	return &compareResult{
		Task: c.task.Name, Network: settings.Network(c.setup.Widths),
		TrainSamples: c.setup.Train.Len(), TestSamples: c.setup.Test.Len(), Budget: c.length.Seconds(),
		Kernels: kernels.Selected(), Machine: machine.This(), Methods: []*compare.Result{},
	}
}

// compareObserver shows the progress of a comparison.
type compareObserver struct {
	*console.Printer
	comparer *comparer
	done     int // finished methods
}

func (o *compareObserver) start(r *compareResult) {
	o.Print(console.Event{
		Name: "comparing",
		Log: []any{
			"task", r.Task, "network", r.Network, "methods", len(o.comparer.all),
			"seconds_each", r.Budget, "train_samples", r.TrainSamples, "test_samples", r.TestSamples, "kernels", r.Kernels,
		},
		Text: func(s report.Style) string {
			return fmt.Sprintf("%s  %s\n", s.Bold("Comparing "+r.Task+" "+r.Network), s.Dim(fmt.Sprintf(
				"%d methods of %s s · %s train, %s held out · %s", len(o.comparer.all), number(r.Budget),
				report.Count(r.TrainSamples), report.Count(r.TestSamples), r.Kernels)))
		},
	})
}

func (o *compareObserver) progress(p compare.Progress) {
	o.Bar(func() (int, int, string) {
		text := fmt.Sprintf("%d/%d  %s", min(o.done+1, len(o.comparer.all)), len(o.comparer.all), p.Method.Name)
		if p.Phase != "" {
			text += ", " + p.Phase
		}
		if p.Generations == 0 {
			return 0, 1, text + "  measuring its speed"
		}
		text += fmt.Sprintf("  gen %d/%d  held-out %5.1f %%  %s of %s s", p.Generation, p.Generations,
			100*p.Accuracy, number(p.Seconds), number(p.Budget))
		return int(1000 * p.Seconds), int(1000 * p.Budget), text
	})
}

// method reports the finished run of a method.
func (o *compareObserver) method(r *compare.Result) {
	o.done++
	o.Print(console.Event{Name: "method", Fields: r, Log: []any{
		"name", r.Method, "test_accuracy", fmt.Sprintf("%.4f", r.Accuracy),
		"generations", r.Generations, "of", r.Planned, "seconds", fmt.Sprintf("%.2f", r.Seconds),
	}})
}

// Write prints the result as text.
func (r *compareResult) Write(p *report.Printer) {
	p.Printf("%s  %s\n", p.Bold("Test accuracy, %, by time of training"), p.Dim(fmt.Sprintf(
		"%s %s, %s s each", r.Task, r.Network, number(r.Budget))))
	heading := []string{"method"}
	for _, part := range compare.Parts {
		heading = append(heading, number(part*r.Budget)+" s")
	}
	heading = append(heading, "generations", "planned", "member-samples/s", "bits per weight", "")
	var rows [][]string
	for _, m := range r.Methods {
		row := []string{m.Method}
		for _, mark := range m.Marks {
			row = append(row, fmt.Sprintf("%.2f", 100*mark.Accuracy))
		}
		note := ""
		if m.Interrupted {
			note = "interrupted"
		}
		rows = append(rows, append(row, strconv.Itoa(m.Generations), strconv.Itoa(m.Planned),
			report.Rate(m.Throughput), fmt.Sprintf("%.1f", m.Bits), note))
	}
	p.Table(1, heading, rows)
	if r.Equal != nil {
		writeEqual(p, r.Equal)
	}
	if r.Interrupted {
		p.Printf("\nInterrupted\n")
	}
	if r.drew != "" {
		p.Printf("Drew %s\n", r.drew)
	}
}

func writeEqual(p *report.Printer, e *compare.Equal) {
	p.Section("Time to equal accuracy", "first measurement that reaches it, in runs over the whole time")
	var rows [][]string
	for _, r := range e.Reaches {
		rows = append(rows, []string{
			fmt.Sprintf("%.2f %%", 100*r.Accuracy), number(r.Slow) + " s", number(r.Fast) + " s", fmt.Sprintf("%.1f ×", r.Ratio), "",
		})
	}
	p.Table(1, []string{"accuracy", e.Slow, e.Fast, "ratio", ""}, rows)
	p.Printf("\n%s  %s\n", p.Bold("Shorter runs of "+e.Fast), p.Dim(fmt.Sprintf(
		"with schedules of their length; %s reaches %.2f %% in the whole time", e.Slow, 100*e.Target)))
	rows = nil
	for _, r := range e.Shorts {
		rows = append(rows, []string{
			fmt.Sprintf("1/%d", r.Part), number(r.Seconds) + " s", fmt.Sprintf("%.2f %%", 100*r.Accuracy), "",
		})
	}
	p.Table(1, []string{"time", "seconds", "accuracy", ""}, rows)
	switch reached := e.Reached(); {
	case reached != nil:
		p.Printf("\n%s\n", p.Good(fmt.Sprintf("%s reaches the accuracy of %s in 1/%d of the time", e.Fast, e.Slow, reached.Part)))
	case len(e.Shorts) > 0 && e.Shorts[len(e.Shorts)-1].Part == 1: // not interrupted
		p.Printf("\n%s\n", p.Bad(fmt.Sprintf("%s does not reach the accuracy of %s in the same time", e.Fast, e.Slow)))
	}
}

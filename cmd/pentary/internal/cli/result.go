package cli

import (
	"fmt"
	"io"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/trit5"
)

// result is the last object that --json prints, of training and evaluation alike.
type result struct {
	Task          string  `json:"task"`
	TestAccuracy  float64 `json:"test_accuracy"`
	WeightsSHA256 string  `json:"weights_sha256"`

	*training // of a training run only

	Levels        [trit5.Levels]int `json:"levels"` // counts of -2 to +2
	BitsPerWeight float64           `json:"bits_per_weight"`
	Weights       int               `json:"weights"`
	Bytes         int               `json:"bytes"` // packed
	TestSamples   int               `json:"test_samples"`
	Confusion     [][]int           `json:"confusion"` // by true, then by assigned class
	File          string            `json:"file,omitempty"`
	FileSHA256    string            `json:"file_sha256,omitempty"`

	summary report.Weights
}

// training is the part of a result that only a training run has.
type training struct {
	Generations int     `json:"generations"`
	Seconds     float64 `json:"seconds"`
	Throughput  float64 `json:"member_samples_per_second"`
	Interrupted bool    `json:"interrupted"`
	Early       bool    `json:"stopped_early,omitempty"`
	Dir         string  `json:"dir,omitempty"`    // of the journal
	Resume      string  `json:"resume,omitempty"` // command that goes on
}

func resultOf(task string, net *nn.Model, confusion [][]int) *result {
	w := report.WeightsOf(net.File(nil).Tensors...)
	c := report.Confusion(confusion)
	return &result{
		Task: task, TestAccuracy: c.Accuracy(), WeightsSHA256: w.SHA256,
		Levels: w.Levels, BitsPerWeight: w.BitsPerWeight(), Weights: w.Count, Bytes: w.Bytes,
		TestSamples: c.Total(), Confusion: confusion,
		summary: w,
	}
}

// write prints the result for people.
func (r *result) write(out io.Writer, s report.Style, curve []report.Point) {
	title := func(text, note string) { fmt.Fprintf(out, "\n%s  %s\n", s.Bold(text), s.Dim(note)) }
	confusion := report.Confusion(r.Confusion)

	if len(curve) > 1 {
		title("Learning curve", "held-out accuracy by generation")
		report.WriteCurve(out, curve)
	}
	title("Confusion", "row: true class, column: assigned")
	confusion.Write(out, s)
	title("Levels", fmt.Sprintf("%s weights", report.Count(r.Weights)))
	r.summary.WriteLevels(out, s)
	title("Size", "of the weights")
	r.summary.WriteSize(out, s)

	line := console.Fields(out, s)
	fmt.Fprintln(out)
	line("Test accuracy", s.Good(report.Percent(confusion.Correct(), r.TestSamples))+"  "+s.Dim(fmt.Sprintf(
		"%s of %s held-out samples", report.Count(confusion.Correct()), report.Count(r.TestSamples))))
	if t := r.training; t != nil {
		label := "Trained"
		switch {
		case t.Interrupted:
			label = "Interrupted"
		case t.Early:
			label = "Stopped early"
		}
		line(label, fmt.Sprintf("%s generations in %.1f s, %s member-samples/s",
			report.Count(t.Generations), t.Seconds, report.Rate(t.Throughput)))
	}
	line("Weights sha256", r.WeightsSHA256)
	if r.File != "" {
		line("File sha256", r.FileSHA256)
		line("Saved", r.File)
	}
	if t := r.training; t != nil && t.Dir != "" {
		line("Journal", t.Dir)
		if t.Resume != "" {
			line("Go on with", t.Resume)
		}
	}
}

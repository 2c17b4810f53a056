package train

import (
	"fmt"
	"io"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/train"
	"github.com/Kaleaon/pentary-go/trit5"
)

// measured is the common part of all results, of training and of evaluation.
type measured struct {
	WeightsSHA256 string `json:"weights_sha256"`

	*trained // for a training run only

	Levels        [trit5.Levels]int `json:"levels"` // counts of -2 to +2
	BitsPerWeight float64           `json:"bits_per_weight"`
	Weights       int               `json:"weights"`
	PackedBytes   int               `json:"bytes"`
	saved
	*otherData

	summary report.Weights
	curve   []report.Point
}

// measuredOf returns the description of a model's weights.
func measuredOf(m *nn.Model) measured {
	w := report.WeightsOf(m.File(nil).Tensors...)
	return measured{
		WeightsSHA256: w.SHA256, Levels: w.Levels, BitsPerWeight: w.BitsPerWeight(), Weights: w.Count, PackedBytes: w.Bytes, summary: w,
	}
}

func (m *measured) with(t *trained, s saved, curve []report.Point) {
	m.trained, m.saved, m.curve = t, s, curve
}
func (m *measured) on(d *otherData) { m.otherData = d }

// rmseKey is the key of the metric for regressions.
var rmseKey = train.RMSE(1).Key

// measures describes the output of metrics, by key.
var measures = map[string]struct {
	label, note string // label of the value, note of its curve
	text        string // format of the value
	percent     bool
	curve       func(io.Writer, []report.Point)
	meta        string // format in a file; for an accuracy, both counts
}{
	train.Accuracy.Key:     {"Test accuracy", "held-out accuracy", "%.1f %%", true, report.WriteCurve, ""},
	train.BitsPerByte.Key:  {"Held out", "held-out bits per byte", "%.3f bits/byte", false, report.WriteBits, "%.4f"},
	train.Reward.Key:       {"Mean reward", "", "%.2f, mean reward at measurements", false, func(io.Writer, []report.Point) {}, "%.2f"},
	train.NatsPerToken.Key: {"Held out", "held-out nats per token", "%.3f nats/token", false, report.WriteBits, "%.4f"},
	train.MeanReward.Key:   {"Mean reward", "", "%.3f per completion", false, func(io.Writer, []report.Point) {}, "%.4f"},
	rmseKey:                {"Test RMSE", "root mean square error on the held-out rows", "%.4g", false, report.WriteErrors, "%.6g"},
}

// writeCurve prints the learning curve of a metric.
func (m *measured) writeCurve(p *report.Printer, key string) {
	if len(m.curve) > 1 {
		p.Section("Learning curve", measures[key].note+" by generation")
		measures[key].curve(p, m.curve)
	}
}

// writeWeights prints the histogram of the levels, with a note, and the size.
func (m *measured) writeWeights(p *report.Printer, note string) {
	p.Section("Levels", note)
	m.summary.WriteLevels(p)
	p.Section("Size", "of the weights")
	m.summary.WriteSize(p)
	fmt.Fprintln(p)
}

// writeRun prints the final lines of a report.
func (m *measured) writeRun(p *report.Printer) {
	m.trained.Write(p)
	p.Line("Weights sha256", m.WeightsSHA256)
	m.saved.Write(p)
	m.trained.writeDir(p)
}

// trained is the part of a result specific to training.
type trained struct {
	Generations int     `json:"generations"`
	Kept        *int    `json:"kept_generation,omitempty"` // generation whose weights are the result; nil: the last
	Seconds     float64 `json:"seconds"`
	Samples     float64 `json:"member_samples_per_second,omitempty"`
	Tokens      float64 `json:"member_tokens_per_second,omitempty"`
	Interrupted bool    `json:"interrupted"`
	Early       bool    `json:"stopped_early,omitempty"`
	Dir         string  `json:"dir,omitempty"`    // directory of the journal
	Resume      string  `json:"resume,omitempty"` // command that resumes the run

	unit string
}

func trainedOf(r *train.Result, t train.Task, dir string) *trained {
	s := &trained{
		Generations: r.Generations, Seconds: r.Wall.Seconds(), Interrupted: r.Interrupted, Early: r.Early, Dir: dir,
	}
	if t.Validate != nil {
		s.Kept = &r.Kept
	}
	switch {
	case t.Samples == 0:
	case t.Unit == "token":
		s.Tokens, s.unit = r.Throughput, "tokens"
	default:
		s.Samples, s.unit = r.Throughput, "samples"
	}
	if r.Interrupted && dir != "" {
		s.Resume = resumeCommand(dir)
	}
	return s
}

func (t *trained) Write(p *report.Printer) {
	if t == nil {
		return
	}
	label := "Trained"
	switch {
	case t.Interrupted:
		label = "Interrupted"
	case t.Early:
		label = "Stopped early"
	}
	text := fmt.Sprintf("%s in %.1f s", report.Plural(t.Generations, "generation", "generations"), t.Seconds)
	if t.unit != "" && t.Generations > 0 {
		text += fmt.Sprintf(", %s member-%s/s", report.Rate(t.Samples+t.Tokens), t.unit)
	}
	if t.Kept != nil {
		text += "  " + p.Dim(fmt.Sprintf("kept the weights of generation %d", *t.Kept))
	}
	p.Line(label, text)
}

func (t *trained) writeDir(p *report.Printer) {
	if t == nil || t.Dir == "" {
		return
	}
	p.Line("Journal", t.Dir)
	if t.Resume != "" {
		p.Line("Continue with", t.Resume)
	}
}

// finished is the result for a run that had already ended.
type finished struct {
	Task     string `json:"task"`
	Finished bool   `json:"finished"` // true
	Reason   string `json:"reason"`
	Early    bool   `json:"stopped_early,omitempty"`

	// The measurement of the weights, by metric.
	Accuracy *float64 `json:"test_accuracy,omitempty"`
	Bits     *float64 `json:"valid_bits_per_byte,omitempty"`
	Reward   *float64 `json:"tested_reward,omitempty"`
	RMSE     *float64 `json:"test_rmse,omitempty"`
	Nats     *float64 `json:"test_nats_per_token,omitempty"`

	MeanReward *float64 `json:"mean_reward,omitempty"`

	WeightsSHA256 string  `json:"weights_sha256"`
	Generations   int     `json:"generations"`
	Kept          *int    `json:"kept_generation,omitempty"`
	Seconds       float64 `json:"seconds"`
	Dir           string  `json:"dir"`
	saved
}

// Write prints the result as text: the value of the metric with a key, and its curve.
func (r *finished) Write(p *report.Printer, key string, value float64, curve []report.Point) {
	fmt.Fprintf(p, "%s  %s\n", p.Bold("This run has finished"), p.Dim(r.Reason))
	m := measures[key]
	m.curve(p, curve)
	if m.percent {
		value *= 100
	}
	p.Line(m.label, p.Good(fmt.Sprintf(m.text, value)))
	t := trained{Generations: r.Generations, Seconds: r.Seconds, Early: r.Early, Kept: r.Kept}
	t.Write(p)
	p.Line("Weights sha256", r.WeightsSHA256)
	r.saved.Write(p)
	p.Line("Journal", r.Dir)
	p.Line("Extend with", resumeCommand(r.Dir)+" --generations N")
}

// points returns a learning curve for a report.
func points(m train.Metric, curve []train.Point, size int) []report.Point {
	points := make([]report.Point, len(curve))
	for i, at := range curve {
		points[i] = report.Point{Generation: at.Generation, Accuracy: m.Value(at.Test, size)}
	}
	return points
}

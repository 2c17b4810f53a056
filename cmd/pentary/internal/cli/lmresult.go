package cli

import (
	"fmt"
	"io"
	"math"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/trit5"
)

// lmResult is the last object that --json prints, of training and evaluation alike.
type lmResult struct {
	Task      string  `json:"task"`
	Bits      float64 `json:"valid_bits_per_byte"` // by the integers that training sees
	FloatBits float64 `json:"float_bits_per_byte"` // of the same logits, by floats
	Bytes     int     `json:"valid_bytes"`

	*lmTraining // of a training run only

	WeightsSHA256 string            `json:"weights_sha256"`
	Levels        [trit5.Levels]int `json:"levels"` // counts of -2 to +2
	BitsPerWeight float64           `json:"bits_per_weight"`
	Weights       int               `json:"weights"`
	PackedBytes   int               `json:"bytes"`
	File          string            `json:"file,omitempty"`
	FileSHA256    string            `json:"file_sha256,omitempty"`

	layers  *nn.Model
	summary report.Weights
}

// lmTraining is the part of a result that only a training run has.
type lmTraining struct {
	Generations int     `json:"generations"`
	Seconds     float64 `json:"seconds"`
	Throughput  float64 `json:"member_tokens_per_second"`
	Interrupted bool    `json:"interrupted"`
	Dir         string  `json:"dir,omitempty"`    // of the journal
	Resume      string  `json:"resume,omitempty"` // command that goes on
}

// lmResultOf measures a model on the held-out text: by its own integer scores, and by
// floats from the same logits.
func lmResultOf(m *nn.Model, scorer *nn.TextScorer) *lmResult {
	w := report.WeightsOf(m.File(nil).Tensors...)
	sum := 0.0
	scorer.Visit(func(logits []int8, c, n int, target uint8) { sum += logProbability(logits, c, n, target) })
	return &lmResult{
		Task: lmTask, Bits: bitsPerByte(scorer.Score(), scorer.Len()),
		FloatBits: -sum / float64(scorer.Len()), Bytes: scorer.Len(),
		WeightsSHA256: w.SHA256, Levels: w.Levels, BitsPerWeight: w.BitsPerWeight(), Weights: w.Count, PackedBytes: w.Bytes,
		layers: m, summary: w,
	}
}

// logProbability returns the binary logarithm of the probability that column c of n
// gives the target, logits being in 1/16 bit.
func logProbability(logits []int8, c, n int, target uint8) float64 {
	logit := func(i int) float64 { return float64(logits[(i/4*n+c)*4+i%4]) / 16 }
	sum := 0.0
	for i := range nn.Bytes {
		sum += math.Exp2(logit(i))
	}
	return logit(int(target)) - math.Log2(sum)
}

// write prints the result for people.
func (r *lmResult) write(out io.Writer, s report.Style, curve []lmPoint) {
	title := func(text, note string) { fmt.Fprintf(out, "\n%s  %s\n", s.Bold(text), s.Dim(note)) }
	if len(curve) > 1 {
		title("Learning curve", "held-out bits a byte by generation")
		points := make([]report.Point, len(curve))
		for i, at := range curve {
			points[i] = report.Point{Generation: at.generation, Accuracy: bitsPerByte(at.score, r.Bytes)}
		}
		report.WriteBits(out, points)
	}
	title("Layers", fmt.Sprintf("%s weights", report.Count(r.Weights)))
	report.WriteLayers(out, s, r.layers.Summary())
	title("Levels", "of the weights")
	r.summary.WriteLevels(out, s)
	title("Size", "of the weights")
	r.summary.WriteSize(out, s)

	line := console.Fields(out, s)
	fmt.Fprintln(out)
	line("Held out", s.Good(fmt.Sprintf("%.3f bits/byte", r.Bits))+"  "+s.Dim(fmt.Sprintf(
		"of %s bytes; %.3f by floats", report.Count(r.Bytes), r.FloatBits)))
	if t := r.lmTraining; t != nil {
		label := "Trained"
		if t.Interrupted {
			label = "Interrupted"
		}
		line(label, fmt.Sprintf("%s generations in %.1f s, %s member-tokens/s",
			report.Count(t.Generations), t.Seconds, report.Rate(t.Throughput)))
	}
	line("Weights sha256", r.WeightsSHA256)
	if r.File != "" {
		line("File sha256", r.FileSHA256)
		line("Saved", r.File)
	}
	if t := r.lmTraining; t != nil && t.Dir != "" {
		line("Journal", t.Dir)
		if t.Resume != "" {
			line("Go on with", t.Resume)
		}
	}
}

package train

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"path/filepath"

	"github.com/spf13/pflag"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/chart"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/settings"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/data/opticks"
	"github.com/Kaleaon/pentary-go/es/journal"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/train"
)

// language trains a language model.
type language struct {
	*settings.Language
	model
	source *data.Text
	svg    string
}

func newLanguage() *language { return &language{Language: settings.NewLanguage()} }

func (l *language) name() string  { return task.Language }
func (l *language) short() string { return "a language model over the bytes of a text" }
func (l *language) long() string {
	return `Train a language model over the bytes of a text. The default text is Isaac Newton's Opticks
(4th edition, 1730), which is part of the program. The last 5 % of the text are held out;
--held-out sets another percentage.

The model reads streams of the text in parallel. By default, noise is in activations: every
step of a stream is a sample with its own score. "pentary sample" writes text with the trained
model.`
}

func (l *language) example() string {
	return "  pentary train lm --out lm.pent\n  pentary sample lm.pent --prompt \"The Rays of Light \"\n  pentary train lm --data book.txt --width 256 --layers 2"
}

func (l *language) dataFlag(f *pflag.FlagSet, path *string) {
	console.Input(f, path, "data", "text `file` to train on (default: Opticks)")
}

// extraFlags adds the flags specific to language models.
func (l *language) extraFlags(f *pflag.FlagSet) {
	console.Output(f, &l.svg, "svg", "draw the learning curve to this `file`, with n-gram models of the text for comparison").Ext("svg")
}

func (l *language) load(_ context.Context, path string) (err error) {
	if path == "" {
		l.source, err = opticks.Load()
	} else {
		l.source, err = data.ReadText(path)
	}
	if err == nil {
		l.source.HoldOut(l.HeldOut)
	}
	return err
}

func (l *language) open(f *packed.File) error {
	if err := l.SetMeta(f.Meta); err != nil {
		return err
	}
	return l.model.open(f)
}

func (l *language) whole() { l.source.Train = 0 }

func (l *language) data() (string, journal.Hash) { return l.source.Name, l.source.Hash() }

func (l *language) samples() int { return l.Batch.Streams * l.Batch.Steps }

func (l *language) memory() int {
	s := l.Shape
	layer := 8*s.Width*s.Width + 2*s.Hidden*s.Width*s.Width // for the largest cell
	weights := (s.Context*nn.VocabSize+s.Longest*s.Buckets+nn.VocabSize)*s.Width + s.Layers*layer
	return settings.WeightsMemory(weights) + settings.ColumnsMemory(max(nn.VocabSize, s.Width*max(1, s.Hidden)), 2*l.Batch.Streams)
}

func (l *language) build([]int) (err error) {
	l.net, err = nn.NewLanguageModel(l.Base.Seed, l.Shape)
	return err
}

// validation returns the number of validation bytes: the same as for the test.
func (l *language) validation() int {
	if l.Early.Patience == 0 {
		return 0
	}
	return len(l.source.Bytes) - l.source.Train
}

func (l *language) task() (train.Task, error) {
	if l.source == nil {
		t, err := l.untrained(train.BitsPerByte, l.samples())
		t.Unit = "token"
		return t, err
	}
	return train.Language(l.net, l.source.Bytes, l.validation(), len(l.source.Bytes)-l.source.Train, l.Batch)
}

func (l *language) start() train.Start {
	learned, held := l.source.Train-l.validation(), len(l.source.Bytes)-l.source.Train
	return startOf("language model", l.Name(), l.net,
		fmt.Sprintf("%s bytes of %s, %s held out", report.Count(learned), report.Printable(l.source.Name), report.Count(held)),
		slog.String("task", task.Language), slog.String("model", l.Name()), slog.String("text", l.source.Name),
		slog.Int("train_bytes", learned), slog.Int("valid_bytes", held),
		slog.Int("generations", l.Base.Generations), slog.Any("settings", settings.Texts(l)))
}

// plot draws the learning curve, held-out bits per byte over member-tokens, and the bits of n-gram
// models of the text, up to the n-grams with the model's context length.
func (l *language) plot(points []train.Point) error {
	curve := chart.Series{Name: l.Name(), Color: chart.Palette[0], Width: 2}
	tokens := 2 * l.Base.Pairs * l.Batch.Streams * l.Batch.Steps
	held := len(l.source.Bytes) - l.source.Train
	for _, at := range points {
		if at.Generation > 0 {
			curve.Points = append(curve.Points, chart.Point{X: float64(at.Generation * tokens), Y: train.BitsPerByte.Value(at.Test, held)})
		}
	}
	if l.svg == "" || len(curve.Points) < 2 {
		return nil
	}
	c := chart.Chart{
		Title: "Training a language model of pents on " + filepath.Base(l.source.Name),
		X:     chart.Axis{Title: "member-tokens", Scale: chart.Log}, Y: chart.Axis{Title: "held-out bits per byte"},
	}
	first, last := curve.Points[0].X, curve.Points[len(curve.Points)-1].X
	for i, level := range l.source.NGramBits(min(l.Shape.Context+1, data.MaxOrder)) {
		c.Series = append(c.Series, chart.Series{
			Name: fmt.Sprintf("%d-grams, %.2f", i+1, level), Color: chart.Pale, Width: 1, Dashes: chart.Dashes[0],
			Points: []chart.Point{{X: first, Y: level}, {X: last, Y: level}},
		})
	}
	c.Series = append(c.Series, curve)
	return console.Draw("--svg", l.svg, c.WriteSVG)
}

// modelled is the outcome of a language model.
type modelled struct {
	Task      string  `json:"task"`
	Bits      float64 `json:"valid_bits_per_byte"` // by the integer scores of training
	FloatBits float64 `json:"float_bits_per_byte"` // of the same logits, by floating point
	Bytes     int     `json:"valid_bytes"`
	measured

	layers *nn.Model
}

// measure measures the model on the held-out text, by integer scores and by floating point from the
// same logits.
func (l *language) measure() (outcome, error) {
	scorer, err := nn.NewTextScorer(l.net, l.source.Bytes, l.source.Train)
	if err != nil {
		return nil, err
	}
	sum := 0.0
	scorer.Visit(func(logits []int8, c, n int, target uint8) { sum += logProbability(logits, c, n, target) })
	bits := train.BitsPerByte.Value(scorer.Score(), scorer.Len())
	return &modelled{task.Language, bits, -sum / float64(scorer.Len()), scorer.Len(), measuredOf(l.net), l.net}, nil
}

// logProbability returns the binary logarithm of the target's probability by column c of n. Logits
// are in 1/16 bit.
func logProbability(logits []int8, c, n int, target uint8) float64 {
	logit := func(i int) float64 { return float64(logits[(i/4*n+c)*4+i%4]) / 16 }
	sum := 0.0
	for i := range nn.VocabSize {
		sum += math.Exp2(logit(i))
	}
	return logit(int(target)) - math.Log2(sum)
}

func (r *modelled) Write(p *report.Printer) {
	r.writeCurve(p, train.BitsPerByte.Key)
	p.Section("Layers", report.Count(r.Weights)+" weights")
	p.Layers(r.layers.Summary())
	r.writeWeights(p, "of the weights")
	p.Line("Held out", p.Good(fmt.Sprintf("%.3f bits/byte", r.Bits)), p.Dim(fmt.Sprintf(
		"of %s bytes; %.3f by floating point", report.Count(r.Bytes), r.FloatBits)))
	r.writeRun(p)
}

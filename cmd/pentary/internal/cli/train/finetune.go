package train

import (
	"crypto/sha256"
	"fmt"
	"log/slog"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/settings"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
	"github.com/Kaleaon/pentary-go/es/journal"
	"github.com/Kaleaon/pentary-go/interchange"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/train"
)

// finetune trains a model of tokens to expect what a teacher expects.
type finetune struct {
	*settings.Finetune
	model
	path    string
	file    *packed.File // of the model as it begins
	teacher *nn.Model
	texts   train.TokenTexts
	hash    journal.Hash
}

func newFinetune() *finetune { return &finetune{Finetune: settings.NewFinetune()} }

// NewFinetune returns the command finetune.
func NewFinetune(s *console.Streams) *cobra.Command {
	r := &run{kind: newFinetune(), streams: s}
	cmd := r.command(func(args []string) { r.data = args[0] })
	cmd.Use, cmd.Args, cmd.Annotations = "finetune MODEL.pent", console.OneArgument(".pent file"), console.Arguments(console.ArgModel)
	f := cmd.Flags().Lookup("data")
	f.Hidden = true
	cmd.Flags().Lookup("init").Hidden = true
	cmd.PreRunE = func(c *cobra.Command, _ []string) error {
		if f.Changed || c.Flags().Changed("init") {
			return console.Usagef("--data, --init: the model to tune is the argument of %s", cmd.CommandPath())
		}
		return nil
	}
	return cmd
}

func (t *finetune) name() string { return task.Finetune }
func (t *finetune) short() string {
	return "Tune a pretrained model of tokens by what a teacher expects"
}

func (t *finetune) long() string {
	return `Tune a model of tokens, such as a llama network whose matrices have become pents, to
expect what a teacher expects: the same network with weights of eight bits. The teacher
draws all texts, so that no data are needed. Matrices of one pent a weight are trained,
others stay as they are. Texts that are not learned are the test, in nats per token.

Keep both files where they are until the run has ended.`
}

func (t *finetune) example() string {
	return "  pentary finetune pents.pent --teacher eight-bits.pent --out tuned.pent"
}

func (t *finetune) dataFlag(f *pflag.FlagSet, path *string) {
	console.Input(f, path, "data", "the model `file` to tune").Ext("pent")
}

// The seeds of texts for validation and test, beside the seed of the texts to learn.
const (
	validationSeed = 1 << 62
	testSeed       = 1 << 63
	testTexts      = 64
)

// load reads both models and has the teacher draw the texts.
func (t *finetune) load(path string) (err error) {
	if t.Teacher == "" || path == "" {
		return console.Usagef("tuning needs the model and --teacher, the file of another one")
	}
	if t.Teacher, err = filepath.Abs(t.Teacher); err != nil {
		return err
	}
	t.path = path
	sum := sha256.New()
	read := func(path string) (*packed.File, *nn.Model, error) {
		f, err := packed.ReadFile(path)
		if err != nil {
			return nil, nil, err
		}
		m, err := nn.Load(f)
		if err == nil {
			_, err = f.WriteTo(sum)
		}
		if err == nil {
			_, err = train.NewTokenReader(m) // whether it takes tokens
		}
		if err == nil && m.Outputs()%4 != 0 {
			err = fmt.Errorf("a model of %d tokens, want a multiple of 4", m.Outputs())
		}
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", path, err)
		}
		return f, m, nil
	}
	var m *nn.Model
	if t.file, m, err = read(path); err != nil {
		return err
	}
	if _, t.teacher, err = read(t.Teacher); err != nil {
		return err
	}
	if m.Outputs() != t.teacher.Outputs() {
		return fmt.Errorf("%s has %d tokens, and the teacher %d", path, m.Outputs(), t.teacher.Outputs())
	}
	sum.Sum(t.hash[:0])
	texts := func(seed uint64, n int) *nn.Tokens {
		var tokens *nn.Tokens
		if err == nil {
			drawn := t.teacher.DrawTexts(t.Base.Seed^seed, n, t.Batch.Steps+1, 1)
			tokens, err = nn.NewTokens(m.Outputs(), drawn, t.Batch.Steps)
		}
		return tokens
	}
	t.texts = train.TokenTexts{Learned: texts(0, t.Texts), Test: texts(testSeed, testTexts)}
	if t.Early.Patience > 0 {
		t.texts.Validation = texts(validationSeed, testTexts)
	}
	if err == nil {
		err = t.texts.Learned.Teach(t.teacher)
	}
	return err
}

func (t *finetune) data() (string, journal.Hash) { return t.path, t.hash }
func (t *finetune) samples() int                 { return t.Batch.Streams * t.Batch.Steps }

func (t *finetune) memory() int {
	if t.file == nil {
		return 0
	}
	weights := 0
	for _, tensor := range t.file.Tensors {
		weights += tensor.Matrix.Rows() * tensor.Matrix.Cols()
	}
	return settings.WeightsMemory(2*weights) + settings.ColumnsMemory(t.teacher.Outputs(), 2*t.Batch.Streams)
}

func (t *finetune) build([]int) error {
	if t.file == nil {
		return fmt.Errorf("a fine-tuning without its model")
	}
	m, err := nn.Load(t.file)
	if err == nil {
		t.net, err = m.Clone()
	}
	if err == nil && t.Train != settings.TrainWeights {
		err = t.net.TrainScales(t.Train == settings.TrainBoth)
	}
	return err
}

// meta keeps what the model's file says of its tokens.
func (t *finetune) meta(meta map[string]string) {
	if text, ok := t.file.Meta[interchange.MetaTokenizer]; ok {
		meta[interchange.MetaTokenizer] = text
	}
}

func (t *finetune) task() (train.Task, error) {
	return train.Tokens(t.net, t.texts, t.hash, t.Batch)
}

func (t *finetune) start() train.Start {
	return startOf("fine-tuning", filepath.Base(t.path), t.net,
		fmt.Sprintf("%s texts of %d tokens by %s", report.Count(t.Texts), t.Batch.Steps, report.Printable(filepath.Base(t.Teacher))),
		slog.String("task", t.name()), slog.String("model", t.path), slog.String("teacher", t.Teacher),
		slog.Int("generations", t.Base.Generations), slog.Any("settings", settings.Texts(t)))
}

// tuned is the result of a fine-tuning.
type tuned struct {
	Task    string  `json:"task"`
	Nats    float64 `json:"test_nats_per_token"`
	Before  float64 `json:"untuned_nats_per_token"`
	Teacher float64 `json:"teacher_nats_per_token"`
	Tokens  int     `json:"test_tokens"`
	measured

	layers *nn.Model
}

func (t *finetune) measure() (outcome, error) {
	r := &tuned{Task: t.name(), Tokens: t.texts.Test.Len(), measured: measuredOf(t.net), layers: t.net}
	before, err := nn.Load(t.file)
	if err != nil {
		return nil, err
	}
	for m, to := range map[*nn.Model]*float64{t.net: &r.Nats, before: &r.Before, t.teacher: &r.Teacher} {
		sum, err := t.texts.Test.Total(m)
		if err != nil {
			return nil, err
		}
		*to = train.NatsPerToken.Value(sum, r.Tokens)
	}
	return r, nil
}

func (r *tuned) Write(p *report.Printer) {
	r.writeCurve(p, train.NatsPerToken.Key)
	p.Section("Layers", report.Count(r.Weights)+" pents")
	p.Layers(r.layers.Summary())
	r.writeWeights(p, "of the pents")
	style := p.Good
	if r.Nats > r.Before {
		style = p.Bad
	}
	p.Line("Held out", style(fmt.Sprintf("%.3f nats/token", r.Nats)), p.Dim(fmt.Sprintf(
		"of %s tokens; before tuning %.3f, the teacher %.3f", report.Count(r.Tokens), r.Before, r.Teacher)))
	if r.Nats > r.Before {
		p.Line("Warning", p.Bad("tuning made the model worse on the held-out texts"), p.Dim("try a lower --rate, or --early-stop"))
	}
	r.writeRun(p)
}

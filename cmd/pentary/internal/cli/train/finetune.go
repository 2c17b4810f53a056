package train

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/settings"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es/journal"
	"github.com/Kaleaon/pentary-go/interchange"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/train"
)

// finetune trains a pretrained model by a teacher's distributions, a text, or a program's scores.
type finetune struct {
	*settings.Finetune
	model
	path    string
	file    *packed.File // of the model as it begins
	teacher *nn.Model    // nil for none
	texts   train.TokenTexts
	hash    journal.Hash
	rewarded

	vocabulary int
}

func newFinetune() *finetune { return &finetune{Finetune: settings.NewFinetune()} }

// NewFinetune returns the command finetune.
func NewFinetune(s *console.Streams) *cobra.Command {
	t := newFinetune()
	r := &run{kind: t, streams: s}
	cmd := r.command(func(args []string) { r.data, t.command = args[0], t.Reward })
	cmd.Use, cmd.Args, cmd.Annotations = "finetune MODEL.pent", console.OneArgument(".pent file"), console.Arguments(console.ArgModel)
	cmd.Flags().Lookup("init").Hidden = true
	cmd.PreRunE = func(c *cobra.Command, _ []string) error {
		if c.Flags().Changed("init") {
			return console.Usagef("--init: the model to tune is the argument of %s", cmd.CommandPath())
		}
		for name, value := range settings.RewardDefaults {
			if f := c.Flags().Lookup(name); t.Reward != "" && !f.Changed {
				if err := f.Value.Set(value); err != nil {
					return err
				}
			}
		}
		return checkLimit(t.limit)
	}
	return cmd
}

func (t *finetune) name() string { return task.Finetune }
func (t *finetune) short() string {
	return "Tune a pretrained model of tokens by a teacher, a text, or a program's scores"
}

func (t *finetune) long() string {
	return `Tune a pretrained language model, such as a llama network of pents. One of three flags says
what is learned:

  --teacher  the teacher's distribution of each next token, on texts that it draws, or on the
             text of --data; the teacher is usually the same network with weights of eight bits
  --data     the tokens of a text
  --reward   scores that a program gives to the model's completions of --prompts; the model
             can also be one of bytes, by "pentary train lm"

Matrices of one pent a weight are trained, others stay as they are; --train selects
multipliers and biases of rows instead. Texts that training does not use are the test, in
nats per token; with --reward, 256 completions. The defaults of --reward are noise in
weights, --sigma 5 and 100 generations.

Keep all files where they are until the run has ended.`
}

func (t *finetune) example() string {
	return `  pentary finetune pents.pent --teacher eight-bits.pent --out tuned.pent
  pentary finetune pents.pent --data book.txt --out tuned.pent
  pentary finetune pents.pent --reward "sh score.sh" --prompts prompts.txt --out tuned.pent`
}

func (t *finetune) extraFlags(f *pflag.FlagSet) { limitFlag(f, &t.limit) }

// The seeds of texts for validation and test, beside the seed of the texts to learn.
const (
	validationSeed = 1 << 62
	testSeed       = 1 << 63
	testTexts      = 64
)

// load reads the model, and makes the texts or reads the prompts.
func (t *finetune) load(ctx context.Context, path string) (err error) {
	if path == "" || t.Teacher == "" && t.Data == "" && t.Reward == "" {
		return console.Usagef("tuning needs the model and --teacher, --data or --reward")
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
		if err == nil && t.Reward == "" {
			if _, err = train.NewTokenReader(m); err != nil {
				err = fmt.Errorf("%w; of other language models, --reward alone tunes those of bytes", err)
			}
		}
		if err == nil && t.Reward == "" && m.Outputs()%4 != 0 {
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
	t.vocabulary = m.Outputs()
	if t.Teacher != "" {
		if _, t.teacher, err = read(t.beside(t.Teacher)); err != nil {
			return err
		}
		if m.Outputs() != t.teacher.Outputs() {
			return fmt.Errorf("%s has %d tokens, and the teacher %d", path, m.Outputs(), t.teacher.Outputs())
		}
	}
	switch {
	case t.Reward != "":
		err = t.rewarded.load(t.beside(t.Prompts), m, t.file, sum)
	case t.Data != "":
		err = t.cut(m, sum)
	default:
		err = t.drawTexts(ctx, m)
	}
	sum.Sum(t.hash[:0])
	if err == nil && t.teacher != nil {
		err = t.texts.Learned.Teach(ctx, t.teacher)
	}
	return err
}

// beside returns where a file is that the tuning reads with the model: beside that, if both have
// moved there.
func (t *finetune) beside(path string) string {
	moved := filepath.Join(filepath.Dir(t.path), filepath.Base(path))
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(moved); err == nil {
			return moved
		}
	}
	return path
}

// companions returns the files beside the model that the tuning reads, by the names under which
// workers take them.
func (t *finetune) companions() map[string]*string {
	all := map[string]*string{"teacher": &t.Teacher, "text": &t.Data, "prompts": &t.Prompts}
	maps.DeleteFunc(all, func(_ string, path *string) bool { return *path == "" })
	return all
}

// drawTexts has the teacher draw the texts.
func (t *finetune) drawTexts(ctx context.Context, m *nn.Model) (err error) {
	texts := func(seed uint64, n int) (tokens *nn.Tokens) {
		var drawn [][]uint16
		if err == nil {
			drawn, err = t.teacher.DrawTexts(ctx, t.Base.Seed^seed, n, t.Batch.Steps+1, 1)
		}
		if err == nil {
			tokens, err = nn.NewTokens(m.Outputs(), drawn, t.Batch.Steps)
		}
		return tokens
	}
	t.texts = train.TokenTexts{Learned: texts(0, t.Texts), Test: texts(testSeed, testTexts)}
	if t.Early.Patience > 0 {
		t.texts.Validation = texts(validationSeed, testTexts)
	}
	return err
}

// cut makes texts of the file of --data: pieces of --steps tokens after the token that begins a
// text. A tenth of them, at most testTexts, the last ones, is the test, and those before validate.
func (t *finetune) cut(m *nn.Model, sum hash.Hash) error {
	of, err := openTokens(t.file)
	if err != nil {
		return fmt.Errorf("%s: %w", t.path, err)
	}
	text, err := data.ReadText(t.beside(t.Data))
	if err != nil {
		return err
	}
	sum.Write(text.Bytes)
	tokens := of.tokens.Encode(string(text.Bytes))
	var texts [][]uint16
	for ; len(tokens) >= t.Batch.Steps; tokens = tokens[t.Batch.Steps:] {
		piece := []uint16{uint16(of.tokens.BOS)}
		for _, token := range tokens[:t.Batch.Steps] {
			piece = append(piece, uint16(token))
		}
		texts = append(texts, piece)
	}
	held := min(max(len(texts)/10, 1), testTexts)
	parts := []**nn.Tokens{&t.texts.Test}
	if t.Early.Patience > 0 {
		parts = append(parts, &t.texts.Validation)
	}
	if len(texts) <= held*len(parts) {
		return fmt.Errorf("%s has %d pieces of %d tokens (--steps), want at least %d", t.Data, len(texts), t.Batch.Steps, len(parts)+1)
	}
	for _, part := range parts {
		rest := len(texts) - held
		if *part, err = nn.NewTokens(m.Outputs(), texts[rest:], t.Batch.Steps); err != nil {
			return err
		}
		texts = texts[:rest]
	}
	t.Texts = len(texts)
	t.texts.Learned, err = nn.NewTokens(m.Outputs(), texts, t.Batch.Steps)
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
	return settings.WeightsMemory(2*weights) + settings.ColumnsMemory(t.vocabulary, 2*t.Batch.Streams)
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
		err = t.net.SetTrained(nn.Trained{
			Weights: t.Train.Has(settings.TrainWeights), Residual: t.Train.Has(settings.TrainResidual),
			Scales: t.Train.Has(settings.TrainScales), Offsets: t.Train.Has(settings.TrainBiases), GainShift: t.Gains,
		})
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
	if t.Reward == "" {
		return train.Tokens(t.net, t.texts, t.hash, t.Batch)
	}
	if t.command == "" { // nobody has allowed it to be run
		made, err := t.untrained(train.MeanReward, t.Batch.Streams)
		made.Data, made.Size, made.Unit = func() journal.Hash { return t.hash }, train.TestCompletions, "completion"
		return made, err
	}
	return train.Completions(t.net, t.rate(), t.completions(), t.hash, t.Base.Seed)
}

// completions returns what is completed.
func (t *finetune) completions() nn.CompleterOptions {
	o := t.options
	o.Streams, o.Length, o.Log2Temperature = t.Batch.Streams, t.Batch.Steps, t.Log2Temperature
	return o
}

func (t *finetune) start() train.Start {
	by, source := "by "+report.Printable(filepath.Base(t.Teacher)), slog.String("teacher", t.Teacher)
	if t.Data != "" {
		by = "of " + report.Printable(filepath.Base(t.Data))
	}
	note := fmt.Sprintf("%s texts of %d tokens %s", report.Count(t.Texts), t.Batch.Steps, by)
	if t.Reward != "" {
		note = fmt.Sprintf("%s members · %s of up to %d tokens each, scored by %s", report.Count(2*t.Base.Pairs),
			report.Plural(t.Batch.Streams, "completion", "completions"), t.Batch.Steps, report.Printable(t.command))
		source = slog.String("reward", t.command)
	}
	return startOf("fine-tuning", filepath.Base(t.path), t.net, note,
		slog.String("task", t.name()), slog.String("model", t.path), source,
		slog.Int("generations", t.Base.Generations), slog.Any("settings", settings.Texts(t)))
}

// tuned is the result of a fine-tuning.
type tuned struct {
	Task    string  `json:"task"`
	Nats    float64 `json:"test_nats_per_token"`
	Before  float64 `json:"untuned_nats_per_token"`
	Teacher float64 `json:"teacher_nats_per_token,omitempty"`
	Tokens  int     `json:"test_tokens"`
	measured

	layers *nn.Model
}

func (t *finetune) measure() (outcome, error) {
	before, err := nn.Load(t.file)
	if err != nil {
		return nil, err
	}
	if t.Reward != "" {
		return t.measureReward(before)
	}
	r := &tuned{Task: t.name(), Tokens: t.texts.Test.Len(), measured: measuredOf(t.net), layers: t.net}
	for m, to := range map[*nn.Model]*float64{t.net: &r.Nats, before: &r.Before, t.teacher: &r.Teacher} {
		if m == nil {
			continue // no teacher
		}
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
	note := fmt.Sprintf("of %s tokens; before tuning %.3f", report.Count(r.Tokens), r.Before)
	if r.Teacher > 0 {
		note += fmt.Sprintf(", the teacher %.3f", r.Teacher)
	}
	p.Line("Held out", style(fmt.Sprintf("%.3f nats/token", r.Nats)), p.Dim(note))
	if r.Nats > r.Before {
		p.Line("Warning", p.Bad("tuning made the model worse on the held-out texts"), p.Dim("try a lower --rate, or more --texts"))
	}
	r.writeRun(p)
}

package train

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash"
	"os"
	"time"

	"github.com/spf13/pflag"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/reward"
	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/interchange"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/train"
)

// rewarded is the part of fine-tuning that is specific to a program's scores.
type rewarded struct {
	command string // permitted command, or empty
	limit   time.Duration

	program *reward.Program
	options nn.CompleterOptions
}

// permission is a command that the user permits for fine-tuning by --reward. The commands in a
// journal or from a coordinator are not trusted.
type permission struct {
	command string
	limit   time.Duration
}

func (r *permission) flags(f *pflag.FlagSet) {
	f.StringVar(&r.command, "reward", "", "for fine-tuning by --reward: `command` that scores completions; it runs only if this flag names it")
	limitFlag(f, &r.limit)
}

// allow permits the run to use the command, or returns an error if the run needs one and none is
// permitted.
func (r *permission) allow(p *plan, needed bool) error {
	t, ok := p.kind.(*finetune)
	switch err := checkLimit(r.limit); {
	case r.command != "" && err != nil:
		return err
	case !ok || t.Reward == "":
		if r.command != "" {
			return console.Usagef("--reward %q: the run has task %s, without --reward", r.command, p.kind.name())
		}
		return nil
	case r.command == "" && needed:
		return console.Usagef("a command scores this run's completions; --reward %s permits the original command", report.Printable(console.ShellLine(t.Reward)))
	}
	t.command, t.limit = r.command, r.limit
	return nil
}

func limitFlag(f *pflag.FlagSet, limit *time.Duration) {
	f.DurationVar(limit, "reward-timeout", time.Minute, "`time` limit for the command of --reward to answer a batch")
}

func checkLimit(limit time.Duration) error {
	if limit <= 0 {
		return console.Usagef("--reward-timeout %v: want more than 0", limit)
	}
	return nil
}

// maxPrompts is the largest size of a file of prompts, in bytes.
const maxPrompts = 64 << 20

// load reads the prompts for the model m of file f.
func (r *rewarded) load(path string, m *nn.Model, f *packed.File, sum hash.Hash) error {
	b, err := console.ReadFile(path, maxPrompts)
	if err != nil {
		return err
	}
	sum.Write(b)
	encode, text, ends, err := codec(m, f)
	if err != nil {
		return err
	}
	r.program = &reward.Program{Errors: os.Stderr}
	r.options.Ends = ends
	line := 0
	for l := range bytes.Lines(b) {
		line++
		l = bytes.TrimRight(l, "\r\n")
		if len(l) == 0 {
			continue
		}
		tokens := encode(string(l))
		if len(tokens) > nn.MaxWindow {
			return fmt.Errorf("%s: line %d: prompt of %d tokens, want at most %d", path, line, len(tokens), nn.MaxWindow)
		}
		r.program.Prompts = append(r.program.Prompts, reward.Prompt{Text: string(l), Line: line})
		r.options.Prompts = append(r.options.Prompts, tokens)
	}
	if len(r.options.Prompts) == 0 {
		return fmt.Errorf("%s: no prompts, want one per line", path)
	}
	r.program.Text = text
	return nil
}

// rate returns the rater that scores completions with the command.
func (r *rewarded) rate() nn.Rater {
	r.program.Command, r.program.Limit = r.command, r.limit
	return r.program.Rate
}

// codec returns the functions that convert prompts to tokens and completions to text, and the tokens
// that end a completion.
func codec(m *nn.Model, f *packed.File) (encode func(string) []uint16, text func(drawn []uint16) string, ends []uint16, err error) {
	if f.Meta[interchange.MetaTokenizer] == "" {
		if m.Outputs() != nn.VocabSize {
			return nil, nil, nil, errors.New("a model of tokens without tokenizer; pentary convert --tokenizer adds it")
		}
		encode = func(s string) []uint16 {
			tokens := []uint16{'\n'}
			for _, b := range []byte(s) {
				tokens = append(tokens, uint16(b))
			}
			return tokens
		}
		return encode, bytesOf, nil, nil
	}
	of, err := openTokens(f)
	if err != nil {
		return nil, nil, nil, err
	}
	t := &of.tokens
	for i, p := range t.Pieces {
		if p.Kind == data.ControlPiece || i == t.BOS || i == t.EOS {
			ends = append(ends, uint16(i))
		}
	}
	encode = func(s string) []uint16 {
		tokens := []uint16{uint16(t.BOS)}
		for _, token := range t.Encode(s) {
			tokens = append(tokens, uint16(token))
		}
		return tokens
	}
	text = func(drawn []uint16) string {
		s := ""
		for _, token := range drawn {
			s += t.Text(int(token))
		}
		return s
	}
	return encode, text, ends, nil
}

func bytesOf(tokens []uint16) string {
	b := make([]byte, len(tokens))
	for i, token := range tokens {
		b[i] = byte(token)
	}
	return string(b)
}

// Close ends the processes of the program.
func (r *rewarded) Close() error {
	if r.program == nil {
		return nil
	}
	return r.program.Close()
}

// rewardedResult is the outcome of fine-tuning by a program's scores.
type rewardedResult struct {
	Task        string  `json:"task"`
	Mean        float64 `json:"mean_reward"` // per completion
	Before      float64 `json:"untuned_mean_reward"`
	Completions int     `json:"test_completions"`
	measured

	layers *nn.Model
}

// measureReward tests the model, and the model before tuning.
func (t *finetune) measureReward(before *nn.Model) (outcome, error) {
	r := &rewardedResult{Task: t.name(), Completions: train.TestCompletions, measured: measuredOf(t.net), layers: t.net}
	for m, to := range map[*nn.Model]*float64{t.net: &r.Mean, before: &r.Before} {
		c, err := nn.NewCompleter(m, t.rate(), t.completions())
		if err != nil {
			return nil, err
		}
		sum, err := train.TestReward(context.Background(), c, t.Base.Seed)
		if err != nil {
			return nil, err
		}
		*to = train.MeanReward.Value(sum, r.Completions)
	}
	return r, nil
}

func (r *rewardedResult) Write(p *report.Printer) {
	p.Section("Layers", report.Count(r.Weights)+" pents")
	p.Layers(r.layers.Summary())
	r.writeWeights(p, "of the pents")
	style := p.Good
	if r.Mean < r.Before {
		style = p.Bad
	}
	p.Line("Mean reward", style(fmt.Sprintf("%.3f", r.Mean)), p.Dim(fmt.Sprintf("of %s completions; before tuning %.3f", report.Count(r.Completions), r.Before)))
	r.writeRun(p)
}

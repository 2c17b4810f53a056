package train

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/interchange"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/train"
)

// tokenModel is a language model over tokens, with its tokenizer.
type tokenModel struct {
	net    *nn.Model
	tokens data.Tokenizer
}

// ofTokens reports whether a file holds a model of tokens.
func ofTokens(f *packed.File) bool {
	if f.Meta[interchange.MetaTokenizer] != "" {
		return true
	}
	m, err := nn.Load(f)
	return err == nil && (f.Meta["task"] == "" || f.Meta["task"] == "finetune") && m.Inputs() == 2 && m.Outputs() > nn.VocabSize
}

// openTokens returns the model and the tokenizer in a file.
func openTokens(f *packed.File) (*tokenModel, error) {
	m := &tokenModel{}
	if f.Meta[interchange.MetaTokenizer] == "" {
		return nil, errors.New("a model of tokens without tokenizer; pentary convert --tokenizer adds it")
	}
	var err error
	if err = m.tokens.UnmarshalText([]byte(f.Meta[interchange.MetaTokenizer])); err != nil {
		return nil, err
	}
	if m.net, err = nn.Load(f); err != nil {
		return nil, err
	}
	if m.net.Outputs() != len(m.tokens.Pieces) || m.tokens.BOS < 0 {
		return nil, fmt.Errorf("a model of %d outputs and a tokenizer of %d pieces with %d as the beginning of a text", m.net.Outputs(), len(m.tokens.Pieces), m.tokens.BOS)
	}
	return m, nil
}

// write writes the prompt and the text drawn from the model, until the model ends it.
func (m *tokenModel) write(ctx context.Context, s *console.Streams, w *sampler) error {
	prompt := w.prompt
	if !w.chosen {
		prompt = ""
	}
	drawn, err := train.GenerateTokens(m.net, append([]int{m.tokens.BOS}, m.tokens.Encode(prompt)...), w.log2Temperature, w.seed)
	if err != nil {
		return err
	}
	safe := console.NewText(s)
	out := bufio.NewWriter(safe)
	out.WriteString(prompt)
	begun, n := prompt != "", 0
	for token := range drawn {
		// A control piece has no text. It ends the loop, which would otherwise not terminate if the
		// model drew only control pieces.
		if token == m.tokens.EOS || token == m.tokens.BOS || m.tokens.Pieces[token].Kind == data.ControlPiece || n >= w.bytes || err != nil {
			break
		}
		if ctx.Err() != nil {
			err = console.ErrInterrupted
			break
		}
		text := m.tokens.Text(token)
		if !begun { // like Decode
			text = m.tokens.Decode([]int{token})
			begun = true
		}
		text = text[:min(len(text), w.bytes-n)]
		n += len(text)
		out.WriteString(text)
		if s.OutTerm != nil {
			err = out.Flush()
		}
	}
	err = errors.Join(err, out.Flush(), safe.Close())
	if s.OutTerm != nil {
		fmt.Fprintln(s.Out)
	}
	return err
}

// tokensMeasured is the cross-entropy of a text by a model of tokens.
type tokensMeasured struct {
	Tokens int     `json:"tokens"`
	Bytes  int     `json:"bytes"`
	Nats   float64 `json:"nats_per_token"`
	Bits   float64 `json:"bits_per_byte"`
}

// tokenSteps is the number of tokens per piece of a measured text; each piece starts with a new
// state.
const tokenSteps = 256

// eval measures the model on a text, in pieces of tokenSteps tokens.
func (m *tokenModel) eval(s *console.Streams, path string, json bool) error {
	text, err := data.ReadText(path)
	if err != nil {
		return err
	}
	r, err := train.NewTokenReader(m.net)
	if err != nil {
		return err
	}
	r.Freeze()
	tokens := m.tokens.Encode(string(text.Bytes))
	sum := 0.0
	for at := 0; at < len(tokens); at += tokenSteps {
		r.Restart()
		before := m.tokens.BOS
		for _, token := range tokens[at:min(at+tokenSteps, len(tokens))] {
			sum -= tokenLogProbability(r.Read(before), token)
			before = token
		}
	}
	o := tokensMeasured{Tokens: len(tokens), Bytes: len(text.Bytes), Nats: sum * math.Ln2 / float64(len(tokens)), Bits: sum / float64(len(text.Bytes))}
	if json {
		return s.PrintJSON("result", o)
	}
	p := s.Printer()
	p.Line("Text", report.Printable(path), p.Dim(fmt.Sprintf("%s tokens, %s bytes", report.Count(o.Tokens), report.Count(o.Bytes))))
	p.Line("Cross-entropy", fmt.Sprintf("%.3f nats per token", o.Nats), p.Dim(fmt.Sprintf("%.3f bits per byte", o.Bits)))
	return nil
}

// tokenLogProbability returns the binary logarithm of a token's probability. Logits are in 1/16
// bit.
func tokenLogProbability(logits []int8, token int) float64 {
	sum := 0.0
	for _, l := range logits {
		sum += math.Exp2(float64(l) / 16)
	}
	return float64(logits[token])/16 - math.Log2(sum)
}

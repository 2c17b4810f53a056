package interchange

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/packed"
)

// Int8 keeps weights of eight bits; it is for networks of the llama architecture.
const Int8 Method = "int8"

// LlamaMethods lists the methods for networks of the llama architecture.
var LlamaMethods = append([]Method{Int8}, Methods...)

// MetaTokenizer is the key under which a .pent file keeps a tokenizer, as its MarshalText
// returns it.
const MetaTokenizer = "tokenizer"

// DrawnTexts is how many texts a network draws to be calibrated by, unless ConvertOptions say
// otherwise.
const DrawnTexts = 64

// The texts that a network draws, and those to be measured by.
const (
	maxDrawn       = 1 << 12
	measuredTexts  = 4
	drawnLength    = 256
	seedOfDrawn    = 1
	seedOfMeasured = 2
)

// A LlamaConversion is a network on its way to another format.
type LlamaConversion struct {
	Tensors []Report // of matrices that have become pents

	// The cross-entropy of Tokens fresh tokens that the float network has drawn, in nats a
	// token: of the network itself, and with the weights that are written, by floats or, after
	// File, in integers.
	Tokens        int
	Before, After float64

	exact, result   *Llama
	drawn, measured [][]int
}

// ConvertOptions say how Convert quantizes.
type ConvertOptions struct {
	Method  Method // default ErrorFeedback
	Sharing Sharing
	Texts   int // that the network draws to be calibrated by; default DrawnTexts
	Sweeps  int // see LlamaOptions

	// Progress, if not nil, is called during the sweeps with the rows of matrices that have been
	// fitted, and how many will be.
	Progress func(done, rows int)
}

// Convert quantizes the matrices of a network, calibrated with texts that the network draws, and
// measures it on others. The error may be the context's.
func (l *Llama) Convert(ctx context.Context, o ConvertOptions) (*LlamaConversion, error) {
	o.Method, o.Texts = cmp.Or(o.Method, ErrorFeedback), cmp.Or(o.Texts, DrawnTexts)
	if o.Texts < 1 || o.Texts > maxDrawn {
		return nil, fmt.Errorf("interchange: %d texts to calibrate by, want 1 to %d", o.Texts, maxDrawn)
	}
	if err := l.Check(); err != nil {
		return nil, err
	}
	c := &LlamaConversion{exact: l, result: l}
	length := min(drawnLength, l.Context)
	if length < 2 {
		return nil, fmt.Errorf("interchange: llama with a context of %d tokens, want at least 2", l.Context)
	}
	c.drawn = l.sample(ctx, o.Texts, length, seedOfDrawn)
	c.measured = l.sample(ctx, measuredTexts, length, seedOfMeasured)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if o.Method != Int8 {
		var err error
		if c.result, c.Tensors, err = l.Quantize(LlamaOptions{Method: o.Method, Sharing: o.Sharing, Calibration: c.drawn, Sweeps: o.Sweeps, ctx: ctx, progress: o.Progress}); err != nil {
			return nil, err
		}
	}
	c.Tokens = measuredTexts * (length - 1)
	c.Before = c.surprise(func() func(int) []float64 { return l.run().step })
	c.After = c.surprise(func() func(int) []float64 { return c.result.run().step })
	return c, nil
}

// surprise returns the cross-entropy of the measured texts, in nats a token; begin returns what
// takes one token after another and returns their logits.
func (c *LlamaConversion) surprise(begin func() func(token int) []float64) float64 {
	sum := 0.0
	for _, text := range c.measured {
		step := begin()
		for i, token := range text[:len(text)-1] {
			logits := step(token)
			most, total := logits[largest(logits)], 0.0
			for _, v := range logits {
				total += math.Exp(v - most)
			}
			sum += most + math.Log(total) - logits[text[i+1]]
		}
	}
	return sum / float64(c.Tokens)
}

// integerSteps returns what takes a model through tokens.
func integerSteps(m *nn.Model) func(token int) []float64 {
	r, x := m.NewRunner(1), make([]int8, 4)
	return func(token int) []float64 {
		for i := range m.Inputs() {
			x[i] = int8(token >> (8 * i))
		}
		out := r.Step(x)
		logits := make([]float64, len(out))
		for i, v := range out {
			logits[i] = float64(v) / 16 * math.Ln2
		}
		return logits
	}
}

// File returns the network in integers as a .pent file, with the tokenizer, unless it is nil.
func (c *LlamaConversion) File(t *data.Tokenizer) (*packed.File, error) {
	m, err := c.result.Model(c.drawn)
	if err != nil {
		return nil, err
	}
	c.After = c.surprise(func() func(int) []float64 { return integerSteps(m) })
	meta := map[string]string{}
	if t != nil {
		if len(t.Pieces) != c.exact.Vocab {
			return nil, fmt.Errorf("interchange: a tokenizer of %d pieces for a vocabulary of %d", len(t.Pieces), c.exact.Vocab)
		}
		text, err := t.MarshalText()
		if err != nil {
			return nil, err
		}
		meta[MetaTokenizer] = string(text)
	}
	return m.File(meta), nil
}

// WriteGGUF writes the network, see WriteLlamaGGUF.
func (c *LlamaConversion) WriteGGUF(w io.Writer, t *data.Tokenizer, blocks DType) error {
	return WriteLlamaGGUF(w, c.result, t, blocks)
}

// writeTokensGGUF writes a file that LlamaConversion.File has made, or whose weights have changed
// since.
func writeTokensGGUF(w io.Writer, f *packed.File, blocks DType) error {
	t := &data.Tokenizer{}
	if err := t.UnmarshalText([]byte(f.Meta[MetaTokenizer])); err != nil {
		return err
	}
	m, err := nn.Load(f)
	if err != nil {
		return err
	}
	l, err := LlamaOf(m)
	if err != nil {
		return err
	}
	return WriteLlamaGGUF(w, l, t, blocks)
}

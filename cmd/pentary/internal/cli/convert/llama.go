package convert

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/interchange"
	"github.com/Kaleaon/pentary-go/internal/durable"
	"github.com/Kaleaon/pentary-go/packed"
)

// maxTokenizer is the largest size of a tokenizer file.
const maxTokenizer = 64 << 20

// ggufs are the formats for writing networks of the llama architecture.
var ggufs = []interchange.Format{interchange.FormatGGUFMXFP4, interchange.FormatGGUFQ4}

// isLlama reports whether an archive holds a network of the llama architecture.
func isLlama(a *interchange.Archive) bool { return a.Meta["general.architecture"] == "llama" }

// llama converts the network that an archive holds.
func llama(ctx context.Context, s *console.Streams, a *interchange.Archive, path string, o options) error {
	tokenizer, err := tokenizerOf(a, o.tokenizer)
	if err != nil {
		return err
	}
	l, err := a.Llama()
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if tokenizer != nil && len(tokenizer.Pieces) != l.Vocab {
		return fmt.Errorf("%s: a vocabulary of %d, and the tokenizer has %d pieces", path, l.Vocab, len(tokenizer.Pieces))
	}
	if !o.methodChosen {
		o.method = interchange.ErrorFeedback
	}
	sharing := interchange.RowScales
	if o.to == interchange.FormatGGUFMXFP4 {
		sharing = interchange.BlockPowers
	}
	line := console.NewLine(s.ErrTerm)
	c, err := l.Convert(ctx, interchange.ConvertOptions{Method: o.method, Sharing: sharing, Texts: o.texts, Sweeps: o.sweeps, Progress: func(done, rows int) {
		line.Show(func(width int) string {
			return console.Bar(done, rows, fmt.Sprintf("%d of %d rows refined", done, rows), width, line.Style)
		})
	}})
	line.Clear()
	var f *packed.File
	if err == nil && o.to == "" {
		f, err = c.File(tokenizer)
	}
	if ctx.Err() != nil {
		return fmt.Errorf("%w; %s is not written", console.ErrInterrupted, report.Printable(o.out))
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if o.to == "" {
		return save(s, f, c.Tensors, imported{drawn: &drawn{c.Tokens, c.Before, c.After}}, path, o)
	}
	blocks := interchange.MXFP4
	if o.to == interchange.FormatGGUFQ4 {
		blocks = interchange.Q4_0
	}
	if err := durable.Write(o.out, func(w io.Writer) error { return c.WriteGGUF(w, tokenizer, blocks) }); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := printTensors(s, c.Tensors, o); err != nil {
		return err
	}
	measured := &drawn{c.Tokens, c.Before, c.After}
	if !o.json {
		measured.print(s)
	}
	return printWritten(s, path, measured, o)
}

// tokenizerOf returns the tokenizer in the file at path, or, if path is empty, the archive's.
func tokenizerOf(a *interchange.Archive, path string) (*data.Tokenizer, error) {
	if path == "" {
		return a.Tokenizer()
	}
	b, err := console.ReadFile(path, maxTokenizer)
	if err != nil {
		return nil, err
	}
	t, err := interchange.ReadTokenizer(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return t, nil
}

func (d *drawn) print(s *console.Streams) {
	if d != nil {
		fmt.Fprintf(s.Out, "Cross-entropy on %s tokens drawn by the network: %.3f nats per token, %.3f after conversion\n", report.Count(d.Tokens), d.Before, d.After)
	}
}

// checkFormats returns an error if the formats and other flags are in conflict.
func (o options) checkFormats() error {
	switch {
	case o.to == "" && o.from == "":
		return console.Usagef("want --to, one of %s, or --from, one of %s",
			console.List(names(interchange.Outputs)), console.List(names(interchange.Inputs)))
	case o.to != "" && o.from != "" && (!slices.Contains(ggufs, o.to) || o.from != interchange.FormatGGUF && o.from != interchange.FormatLlama2C):
		return console.Usagef("--from %s with --to %s: want --from %s or %s with --to %s, or one of them", o.from, o.to, interchange.FormatLlama2C, interchange.FormatGGUF, console.List(names(ggufs)))
	case o.tokenizer != "" && o.from != interchange.FormatLlama2C && o.from != interchange.FormatGGUF:
		return console.Usagef("--tokenizer requires --from %s or %s", interchange.FormatLlama2C, interchange.FormatGGUF)
	case o.ofLlama != "" && o.from == interchange.FormatONNX:
		return console.Usagef("--%s requires a network of the llama architecture", o.ofLlama)
	case o.texts < 1:
		return console.Usagef("--texts %d: want at least 1", o.texts)
	case o.sweeps < 0:
		return console.Usagef("--sweeps %d: want at least 0", o.sweeps)
	case o.out == "":
		return console.Usagef("--out is missing, the file to write")
	}
	return nil
}

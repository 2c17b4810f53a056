package train

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"iter"
	"math/bits"
	"sync"

	"github.com/Kaleaon/pentary-go/es/journal"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/nn"
)

// Language returns the task of a language model over the bytes of a text. The last bytes of
// the text are for the test, the bytes before them for validation, both in bits per byte; it
// trains on the rest. Without validation bytes there is no hold-out.
func Language(m *nn.Model, text []byte, validation, test int, o nn.EvaluatorOptions) (Task, error) {
	if validation < 0 || test < 1 || validation > len(text) || test >= len(text)-validation {
		return Task{}, fmt.Errorf("train: %d and %d of %d bytes held out, want at least 0 and 1, and some to learn", validation, test, len(text))
	}
	until := len(text) - test
	source := &nn.Text{Data: text[:until-validation], Context: m.Inputs()}
	if err := source.Check(); err != nil {
		return Task{}, err
	}
	evaluator, err := nn.NewEvaluator(m, source, o)
	if err != nil {
		return Task{}, err
	}
	scorer, err := nn.NewTextScorer(m, text, until)
	if err != nil {
		return Task{}, err
	}
	t := Task{
		Parameters: m.Parameters(), Evaluator: evaluator, File: m.File,
		Samples: evaluator.Samples(), Unit: "token",
		Data: sync.OnceValue(func() journal.Hash { return sha256.Sum256(text) }), Size: test, Metric: BitsPerByte, Test: scorer.Score,
	}
	if o.Discount == 0 { // else a score has the worth of later ones in it
		t.Training = trainingBits
	}
	if validation > 0 {
		held, err := nn.NewTextScorer(m, text[:until], until-validation)
		if err != nil {
			return Task{}, err
		}
		t.Validate = held.Score
	}
	return t, nil
}

// BitsPerByte is the cross-entropy of a text's bytes; a score is the sum of their
// log-probabilities in units of 1/256 bit.
var BitsPerByte = Metric{
	Key: "valid_bits_per_byte", Digits: 4,
	Value: func(score int64, size int) float64 {
		return -float64(score) / kernels.LogProbUnit / float64(max(size, 1))
	},
	Text: func(v float64) string { return fmt.Sprintf("held-out %.3f bits/byte", v) },
}

// Generate returns the bytes that a language model draws after a prompt, without end. log2Temperature
// is the binary logarithm of the temperature, within ±nn.MaxLog2Temperature. The same seed gives
// the same bytes on every machine.
func Generate(m *nn.Model, prompt []byte, log2Temperature int, seed uint64) (iter.Seq[byte], error) {
	if m.Outputs() != nn.VocabSize {
		return nil, fmt.Errorf("a model of %d outputs, want %d of a language model", m.Outputs(), nn.VocabSize)
	}
	if err := errors.Join(checkTemperature(log2Temperature), checkEmbedding(m)); err != nil {
		return nil, err
	}
	return func(yield func(byte) bool) {
		r := m.NewRunner(1)
		r.Freeze()
		x := make([]int8, kernels.Quads(m.Inputs())*4)
		text := []byte{'\n'}
		// The model sees the bytes before, the latest first.
		read := func() []int8 {
			for i := range m.Inputs() {
				x[i] = '\n'
				if at := len(text) - 1 - i; at >= 0 {
					x[i] = int8(text[at])
				}
			}
			return r.Step(x)
		}
		logits := read()
		for _, b := range prompt {
			text = append(text, b)
			logits = read()
		}
		stream := lowrank.StreamOf(seed, 0, 0, lowrank.Batch, 0)
		for i := uint32(0); ; i++ {
			b := byte(nn.Sample(logits, 0, nn.VocabSize, 1, log2Temperature, stream.Block(i)[0]))
			if !yield(b) {
				return
			}
			text = append(text[max(0, len(text)-m.Inputs()):], b)
			logits = read()
		}
	}, nil
}

func checkTemperature(log2 int) error {
	if log2 < -nn.MaxLog2Temperature || log2 > nn.MaxLog2Temperature {
		return fmt.Errorf("train: log2 temperature %d, want %d to %d", log2, -nn.MaxLog2Temperature, nn.MaxLog2Temperature)
	}
	return nil
}

// checkEmbedding returns an error if the model may draw tokens that it does not take.
func checkEmbedding(m *nn.Model) error {
	if e, ok := m.Layers[0].(*nn.Embedding); ok && e.Vocabulary < m.Outputs() {
		return fmt.Errorf("train: a model of %d outputs and an embedding of %d tokens, want at least as many", m.Outputs(), e.Vocabulary)
	}
	return nil
}

// GenerateTokens is Generate for a model that takes one token a step, such as a llama: one
// input of a vocabulary of up to 256, else two, the low byte and the high one. The prompt has
// at least one token.
func GenerateTokens(m *nn.Model, prompt []int, log2Temperature int, seed uint64) (iter.Seq[int], error) {
	if err := checkTemperature(log2Temperature); err != nil {
		return nil, err
	}
	r, err := NewTokenReader(m)
	if err != nil {
		return nil, err
	}
	if len(prompt) == 0 {
		return nil, errors.New("train: a prompt without tokens")
	}
	for i, token := range prompt {
		if token < 0 || token >= m.Outputs() {
			return nil, fmt.Errorf("train: token %d of the prompt is %d, want 0 to %d", i, token, m.Outputs()-1)
		}
	}
	return func(yield func(int) bool) {
		r.Restart()
		r.Freeze()
		var logits []int8
		for _, token := range prompt {
			logits = r.Read(token)
		}
		stream := lowrank.StreamOf(seed, 0, 0, lowrank.Batch, 0)
		for i := uint32(0); ; i++ {
			token := nn.Sample(logits, 0, m.Outputs(), 1, log2Temperature, stream.Block(i)[0])
			if !yield(token) {
				return
			}
			logits = r.Read(token)
		}
	}, nil
}

// A TokenReader takes a model through tokens one at a time.
type TokenReader struct {
	runner *nn.Runner
	x      []int8
	inputs int
}

// NewTokenReader returns a reader at the start of a sequence. A model with other inputs than one
// or two bytes of a token, or with fewer tokens in its embedding than outputs, is an error.
func NewTokenReader(m *nn.Model) (*TokenReader, error) {
	inputs := m.Inputs()
	if want := 1 + (bits.Len(uint(m.Outputs()-1))-1)/8; inputs != want || inputs > 2 {
		return nil, fmt.Errorf("train: a model of %d inputs and %d outputs, want the bytes of a token as inputs", inputs, m.Outputs())
	}
	if err := checkEmbedding(m); err != nil {
		return nil, err
	}
	return &TokenReader{m.NewRunner(1), make([]int8, kernels.Quads(inputs)*4), inputs}, nil
}

// Freeze says that the model's weights stay as they are until it is called again, see
// nn.Runner.Freeze.
func (r *TokenReader) Freeze() { r.runner.Freeze() }

// Restart begins a new sequence.
func (r *TokenReader) Restart() { r.runner.Restart(1) }

// Read returns the logits after a token, valid until the next call.
func (r *TokenReader) Read(token int) []int8 {
	for i := range r.inputs {
		r.x[i] = int8(token >> (8 * i))
	}
	return r.runner.Step(r.x)
}

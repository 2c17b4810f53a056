package train

import (
	"fmt"
	"math"

	"github.com/Kaleaon/pentary-go/es/journal"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/nn"
)

// TokenTexts are the texts of a model of tokens. Validation is nil for no hold-out.
type TokenTexts struct {
	Learned, Validation, Test *nn.Tokens
}

// Tokens returns the task of a model that predicts the tokens of texts, or a teacher's
// distribution of them, see nn.Tokens.Teach. hash identifies the data from which the texts and
// the model were made.
func Tokens(m *nn.Model, texts TokenTexts, hash journal.Hash, o nn.EvaluatorOptions) (Task, error) {
	evaluator, err := nn.NewEvaluator(m, texts.Learned, o)
	if err != nil {
		return Task{}, err
	}
	total := func(t *nn.Tokens) (func() int64, error) {
		if m.Inputs() != t.Inputs() || m.Outputs() != t.Outputs() {
			return nil, fmt.Errorf("train: model of %d→%d for texts of %d tokens", m.Inputs(), m.Outputs(), t.Outputs())
		}
		return func() int64 {
			sum, err := t.Total(m)
			if err != nil {
				panic(err) // the shape is checked
			}
			return sum
		}, nil
	}
	t := Task{
		Parameters: m.Parameters(), Evaluator: evaluator, File: m.File, Samples: evaluator.Samples(), Unit: "token",
		Data: func() journal.Hash { return hash }, Size: texts.Test.Len(), Metric: NatsPerToken, Training: trainingBits,
	}
	if t.Test, err = total(texts.Test); err == nil && texts.Validation != nil {
		t.Validate, err = total(texts.Validation)
	}
	return t, err
}

// NatsPerToken is the cross-entropy of texts' tokens; a score is the sum of their
// log-probabilities in units of 1/256 bit.
var NatsPerToken = Metric{
	Key: "test_nats_per_token", Digits: 4,
	Value: func(score int64, size int) float64 {
		return -float64(score) / kernels.LogProbUnit / float64(max(size, 1)) * math.Ln2
	},
	Text: func(v float64) string { return fmt.Sprintf("held-out %.3f nats/token", v) },
}

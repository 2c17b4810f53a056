package nn

import (
	"errors"
	"fmt"

	"github.com/Kaleaon/pentary-go/internal/parallel"
)

// A TextScorer takes a model through a text in scoreStreams equal parts side by side, the
// last one shorter, each after a warm-up of the scoreWarmUp bytes before it, around the end of
// the text for the first ones. The warm-up is not scored.
const (
	scoreStreams = 64
	scoreWarmUp  = 64
)

// A TextScorer measures a language model on a text. It reuses its memory.
type TextScorer struct {
	model *Model
	text  Text
	from  int
	parts int // that the streams are divided into
	work  []scorerWork
	part  func(worker, i int)
	each  func(logits []int8, c, n int, target uint8)
}

type scorerWork struct {
	runner  *Runner
	batch   Batch
	scoring Scoring
	sum     int64
}

// NewTextScorer returns a scorer of the bytes of a text from the given one on. The model reads
// the bytes before them as context.
func NewTextScorer(model *Model, text []byte, from int) (*TextScorer, error) {
	if model == nil {
		return nil, errors.New("nn: NewTextScorer: the model is nil")
	}
	t := Text{Data: text, Context: model.Inputs()}
	if err := t.Check(); err != nil {
		return nil, err
	}
	if model.Outputs() != VocabSize || from < 0 || from >= len(text) {
		return nil, fmt.Errorf("nn: model of %d outputs for a text of %d bytes from %d on, want %d outputs", model.Outputs(), len(text), from, VocabSize)
	}
	s := &TextScorer{model: model, text: t, from: from, work: make([]scorerWork, parallel.Workers())}
	for i := range s.work {
		s.work[i].runner = model.NewRunner(1)
	}
	s.part = s.scorePart
	return s, nil
}

// Use makes Multipliers compute the products W·x from now on, one for each goroutine.
func (s *TextScorer) Use(multiplier func() Multiplier) {
	for i := range s.work {
		s.work[i].runner.Use(multiplier())
	}
}

// Len returns the number of bytes that are scored.
func (s *TextScorer) Len() int { return len(s.text.Data) - s.from }

// Score returns the sum of the log-probabilities of all bytes, in units of 1/256 bit: the
// same for any number of processors. Bits per byte are -Score()/256/Len().
func (s *TextScorer) Score() int64 {
	s.parts = min(len(s.work), scoreStreams)
	parallel.For(len(s.work), s.parts, s.part)
	sum := int64(0)
	for i := range s.work {
		sum += s.work[i].sum
		s.work[i].sum = 0
	}
	return sum
}

// Visit calls visit for every byte that Score scores, with the logits of all columns of
// a step, the byte's column, and the byte, on the goroutine of the caller.
func (s *TextScorer) Visit(visit func(logits []int8, c, n int, target uint8)) {
	s.each = visit
	defer func() { s.each = nil }()
	s.parts = 1
	s.scorePart(0, 0)
	s.work[0].sum = 0
}

// scorePart scores some of the streams. Streams are as long as each other, but for the
// last, which is shorter: what comes after the end is not counted.
func (s *TextScorer) scorePart(worker, i int) {
	ws := &s.work[worker]
	lo, hi := i*scoreStreams/s.parts, (i+1)*scoreStreams/s.parts
	n, length := hi-lo, (s.Len()+scoreStreams-1)/scoreStreams
	ws.runner.Restart(n)
	b := &ws.batch
	b.Streams, b.WarmUp, b.Steps = n, 0, 1
	for step := -scoreWarmUp; step < length; step++ {
		b.reset(s.model.Inputs(), true)
		for c := range n {
			s.text.fill(b, c, s.from+(lo+c)*length+step)
		}
		logits := ws.runner.Step(b.X[0])
		if step < 0 {
			continue
		}
		q := &ws.scoring
		q.Outputs, q.Columns, q.width, q.targets = logits, n, VocabSize, b.Targets[0]
		q.entropy()
		for c, v := range q.bits {
			if (lo+c)*length+step >= s.Len() {
				continue
			}
			ws.sum += int64(v)
			if s.each != nil {
				s.each(logits, c, n, b.Targets[0][c])
			}
		}
	}
}

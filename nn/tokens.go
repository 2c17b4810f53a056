package nn

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/Kaleaon/pentary-go/internal/fixed"
	"github.com/Kaleaon/pentary-go/internal/parallel"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
)

// Tokens is the task of predicting the next token of texts, for models that take one token a
// step. A score, in units of 1/256 bit, is the log-probability of the text's own token, or the
// mean log-probability under a teacher's distribution.
//
// A stream of a batch is the beginning of a text that is drawn uniformly.
type Tokens struct {
	vocabulary int
	texts      [][]uint16 // one token longer than length
	length     int        // of all texts

	// expected are the tokens that are expected after position i of text k, from
	// first[k·length+i] on to the next.
	first    []int32
	expected []expectation
}

// An expectation is a token and its probability in 1/4096.
type expectation struct{ token, weight uint16 }

// NewTokens returns the task of predicting the texts' own tokens, at the first length
// positions of each. The error names a text that is too short or a token out of range.
func NewTokens(vocabulary int, texts [][]uint16, length int) (*Tokens, error) {
	if vocabulary < 4 || vocabulary%4 != 0 || vocabulary > MaxVocabulary || length < 1 || len(texts) < 1 || len(texts) > maxExpected/length {
		return nil, fmt.Errorf("nn: %d texts of %d of %d tokens, want at least 1 and 1, up to %d in all, and a vocabulary in steps of 4", len(texts), length, vocabulary, maxExpected)
	}
	t := &Tokens{vocabulary: vocabulary, texts: texts, length: length}
	for k, text := range texts {
		if len(text) <= length {
			return nil, fmt.Errorf("nn: text %d has %d tokens, want more than %d", k, len(text), length)
		}
		for i, token := range text[:length+1] {
			if int(token) >= vocabulary {
				return nil, fmt.Errorf("nn: token %d of text %d is %d, want less than %d", i, k, token, vocabulary)
			}
			if i > 0 {
				t.first = append(t.first, int32(len(t.expected)))
				t.expected = append(t.expected, expectation{token, 1 << fixed.Exp2Bits})
			}
		}
	}
	t.first = append(t.first, int32(len(t.expected)))
	return t, nil
}

// maxExpected bounds the positions of all texts.
const maxExpected = 1 << 24

// tokensAtOnce is how many texts go through a model side by side.
const tokensAtOnce = 32

// maxTaught bounds the target tokens of all positions: a table of them takes 8 bytes each while
// it is built, 4 afterwards, and int32 indexes it.
var maxTaught int64 = 1 << 27

// Teach makes the distributions of a teacher, a model with the same vocabulary, the targets at all
// positions. It returns an error if the distributions have more than 2^27 tokens in total, or the
// context's error.
func (t *Tokens) Teach(ctx context.Context, teacher *Model) error {
	if err := t.checkModel(teacher); err != nil {
		return err
	}
	at := make([][]expectation, len(t.texts)*t.length)
	var taught atomic.Int64
	err := t.forEach(ctx, teacher, func(logits []int8, c, n, sample int) {
		if taught.Load() > maxTaught {
			return
		}
		sum, weights := int64(0), make([]int32, t.vocabulary)
		most := int32(logits[(largest(logits, c, t.vocabulary, n)/4*n+c)*4+largest(logits, c, t.vocabulary, n)%4])
		for i := range weights {
			weights[i] = fixed.Exp2(int32(logits[(i/4*n+c)*4+i%4]) - most)
			sum += int64(weights[i])
		}
		for i, w := range weights {
			if w := fixed.RoundDiv(int64(w)<<fixed.Exp2Bits, sum); w > 0 {
				at[sample] = append(at[sample], expectation{uint16(i), uint16(w)})
			}
		}
		taught.Add(int64(len(at[sample])))
	})
	if err != nil {
		return err
	}
	if taught.Load() > maxTaught {
		return fmt.Errorf("nn: the teacher expects more than %d tokens after %d positions of %d texts, want fewer or shorter texts", maxTaught, t.Len(), len(t.texts))
	}
	t.first, t.expected = t.first[:0], make([]expectation, 0, taught.Load())
	for i, e := range at {
		t.first = append(t.first, int32(len(t.expected)))
		t.expected = append(t.expected, e...)
		at[i] = nil
	}
	t.first = append(t.first, int32(len(t.expected)))
	return nil
}

func (t *Tokens) checkModel(m *Model) error {
	if m.Inputs() != t.Inputs() || m.Outputs() != t.vocabulary {
		return fmt.Errorf("nn: model of %d→%d for %d tokens, want %d→%[3]d", m.Inputs(), m.Outputs(), t.vocabulary, t.Inputs())
	}
	return nil
}

// Len returns the number of positions of all texts.
func (t *Tokens) Len() int { return len(t.texts) * t.length }

// Total returns the sum of the scores of a model at all positions.
func (t *Tokens) Total(m *Model) (int64, error) {
	if err := t.checkModel(m); err != nil {
		return 0, err
	}
	scores := make([]int64, t.Len())
	t.forEach(context.Background(), m, func(logits []int8, c, n, sample int) {
		sum := uint64(0)
		for i := range t.vocabulary {
			sum += kernels.Power(logits[(i/4*n+c)*4+i%4])
		}
		scores[sample] = t.score(logits, c, n, sample, sum)
	})
	return sum(scores), nil
}

// forEach takes a model through all texts, and calls visit with the logits of n columns after
// each position, of which column c is of the sample text·length + position. Goroutines call it
// at the same time. It returns the context's error.
func (t *Tokens) forEach(ctx context.Context, m *Model, visit func(logits []int8, c, n, sample int)) error {
	chunks := (len(t.texts) + tokensAtOnce - 1) / tokensAtOnce
	runners := make([]*Runner, parallel.Workers())
	parallel.For(len(runners), chunks, func(worker, i int) {
		texts := t.texts[i*tokensAtOnce : min((i+1)*tokensAtOnce, len(t.texts))]
		n := len(texts)
		if runners[worker] == nil {
			runners[worker] = m.NewRunner(n)
		}
		r := runners[worker]
		r.Restart(n)
		x := make([]int8, 4*n)
		for position := range t.length {
			if ctx.Err() != nil {
				return
			}
			for c, text := range texts {
				x[4*c] = int8(text[position])
				if t.Inputs() > 1 {
					x[4*c+1] = int8(text[position] >> 8)
				}
			}
			logits := r.Step(x)
			for c := range texts {
				visit(logits, c, n, (i*tokensAtOnce+c)*t.length+position)
			}
		}
	})
	return ctx.Err()
}

// score returns the score of a column whose powers add up to sum.
func (t *Tokens) score(logits []int8, c, n, sample int, sum uint64) int64 {
	dot, total := int64(0), int64(0)
	for _, e := range t.expected[t.first[sample]:t.first[sample+1]] {
		i := int(e.token)
		dot += int64(e.weight) * int64(logits[(i/4*n+c)*4+i%4])
		total += int64(e.weight)
	}
	const unit = kernels.LogProbUnit / 16 // of a logit
	return (dot*unit - total*int64(kernels.LogSum(sum))) >> fixed.Exp2Bits
}

// Inputs implements Task.
func (t *Tokens) Inputs() int { return (&Embedding{Vocabulary: t.vocabulary}).bytes() }

// Outputs implements Task.
func (t *Tokens) Outputs() int { return t.vocabulary }

// Draw implements Task. The steps are at most the texts' length.
func (t *Tokens) Draw(b *Batch, seed uint64, generation, group int) {
	if steps := b.WarmUp + b.Steps; steps > t.length {
		panic(fmt.Sprintf("nn: %d steps of texts of %d tokens", steps, t.length))
	}
	DrawBatch(len(t.texts), seed, generation, group, b.Streams, func(stream, text int) {
		for step := range b.X {
			token := t.texts[text][step]
			b.Set(step, 0, stream, int8(token))
			if t.Inputs() > 1 {
				b.Set(step, 1, stream, int8(token>>8))
			}
			if step >= b.WarmUp {
				b.Samples[step-b.WarmUp][stream] = int32(text*t.length + step)
			}
		}
	})
}

// powers are kernels.Power of all logits.
var powers = func() (p [256]uint64) {
	for l := range p {
		p[l] = kernels.Power(int8(l))
	}
	return p
}()

// Score implements Task.
func (t *Tokens) Score(s *Scoring) {
	n := s.Columns
	s.sums = grow(s.sums, n)
	clear(s.sums)
	for at := 0; at < len(s.Outputs); {
		for c := range s.sums {
			l := s.Outputs[at : at+4]
			s.sums[c] += powers[uint8(l[0])] + powers[uint8(l[1])] + powers[uint8(l[2])] + powers[uint8(l[3])]
			at += 4
		}
	}
	for c, sum := range s.sums {
		s.Scores[c] = t.score(s.Outputs, c, n, s.Sample(c), sum)
	}
}

// DrawTexts returns texts that a model of tokens draws. Each has the given length and begins with
// the token first. The error is the context's. Text k uses the random numbers of group k of the
// seed.
func (m *Model) DrawTexts(ctx context.Context, seed uint64, texts, length int, first uint16) ([][]uint16, error) {
	all := make([][]uint16, texts)
	vocabulary := m.Outputs()
	parallel.For(parallel.Workers(), (texts+tokensAtOnce-1)/tokensAtOnce, func(_, i int) {
		lo, hi := i*tokensAtOnce, min((i+1)*tokensAtOnce, texts)
		n := hi - lo
		r, x := m.NewRunner(n), make([]int8, 4*n)
		for c := range n {
			all[lo+c] = append(make([]uint16, 0, length), first)
		}
		for at := 1; at < length && ctx.Err() == nil; at++ {
			for c := range n {
				token := all[lo+c][at-1]
				x[4*c] = int8(token)
				if m.Inputs() > 1 {
					x[4*c+1] = int8(token >> 8)
				}
			}
			logits := r.Step(x)
			for c := range n {
				u := lowrank.StreamOf(seed, 0, 0, lowrank.Batch, lo+c).Block(uint32(at))[0]
				all[lo+c] = append(all[lo+c], uint16(Sample(logits, c, vocabulary, n, 0, u)))
			}
		}
	})
	return all, ctx.Err()
}

package nn

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/lowrank"
)

// Text is the task of predicting the bytes of a text, for language models: the inputs of a
// step are the bytes before the one to predict, the last of them first. A score is a
// log-probability.
// Each stream continues where it ended in the generation before, and starts again at the
// front after the end of the text, so each reads all of it. Stream b of a group begins at byte
// (2^32·u₀ + u₁) mod len(Data), where u are the words of block b of the group's stream of
// random numbers (lowrank.Batch of tensor 0, generation 0), and moves by Steps bytes in every
// generation.
type Text struct {
	Data    []byte
	Context int // bytes of context per step, see Embedding
}

// Inputs implements Task.
func (t *Text) Inputs() int { return t.Context }

// Outputs implements Task.
func (t *Text) Outputs() int { return VocabSize }

// Score implements Task.
func (t *Text) Score(s *Scoring) { s.CrossEntropy() }

// Check returns an error if the text is too short.
func (t *Text) Check() error {
	if t == nil || len(t.Data) < 2 || t.Context < 1 {
		n, context := 0, 0
		if t != nil {
			n, context = len(t.Data), t.Context
		}
		return fmt.Errorf("nn: text of %d bytes for %d of context, want at least 2 and 1", n, context)
	}
	return nil
}

// Draw implements Task.
func (t *Text) Draw(b *Batch, seed uint64, generation, group int) {
	random := lowrank.StreamOf(seed, 0, 0, lowrank.Batch, group)
	for stream := range b.Streams {
		block := random.Block(uint32(stream))
		start := (uint64(block[0])<<32 | uint64(block[1])) % uint64(len(t.Data))
		at := int((start + uint64(generation)*uint64(b.Steps)) % uint64(len(t.Data)))
		t.fill(b, stream, at)
	}
}

// fill lets a stream read the byte at at first after the warm-up.
func (t *Text) fill(b *Batch, stream, at int) {
	n := len(t.Data)
	for step := range b.X {
		target := ((at+step-b.WarmUp)%n + n) % n
		if step >= b.WarmUp {
			b.Targets[step-b.WarmUp][stream] = t.Data[target]
		}
		for j := range t.Context {
			b.Set(step, j, stream, int8(t.Data[((target-1-j)%n+n)%n]))
		}
	}
}

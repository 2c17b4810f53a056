package nn

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/lowrank"
)

// Text is a source of sequences of bytes, for language models: what comes in at a step
// are the bytes before the one to predict, the last of them first.
//
// Streams read on where they were in the generation before. A stream begins at a place
// of its own and starts again at the front after the end, so that all of them read all
// of the text.
type Text struct {
	Data   []byte
	Places int // bytes that come in at a step, see Embedding
}

// Inputs implements Sequences.
func (t *Text) Inputs() int { return t.Places }

// Classes implements Sequences.
func (t *Text) Classes() int { return 256 }

// Check returns an error if there is too little to read.
func (t *Text) Check() error {
	if len(t.Data) < 2 || t.Places < 1 {
		return fmt.Errorf("nn: text of %d bytes for %d places, want at least 2 and 1", len(t.Data), t.Places)
	}
	return nil
}

// Draw implements Sequences.
func (t *Text) Draw(s *Sequence, seed uint64, generation uint32, group int) {
	stream := lowrank.StreamOf(seed, 0, 0, lowrank.Batch, group)
	for b := range s.Streams {
		block := stream.Block(uint32(b))
		start := (uint64(block[0])<<32 | uint64(block[1])) % uint64(len(t.Data))
		at := int((start + uint64(generation)*uint64(s.Steps)) % uint64(len(t.Data)))
		t.fill(s, b, at)
	}
}

// fill lets a stream read the byte at at first after the lead.
func (t *Text) fill(s *Sequence, stream, at int) {
	n := len(t.Data)
	for step := range s.X {
		target := ((at+step-s.Lead)%n + n) % n
		if step >= s.Lead {
			s.Targets[step-s.Lead][stream] = t.Data[target]
		}
		for j := range t.Places {
			s.Set(step, j, stream, int8(t.Data[((target-1-j)%n+n)%n]))
		}
	}
}

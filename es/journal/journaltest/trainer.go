// Package journaltest has a trainer for tests of what keeps and restores trainers. It
// learns nothing and is quick, and every bit of its parameters and state decides all
// that it does afterwards, so that no mistake in restoring it can go unnoticed.
package journaltest

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/trit5"
)

// Trainer implements journal.Trainer.
type Trainer struct {
	// Wide makes codes that do not fit 4 bits.
	Wide bool

	params     []lowrank.Parameter
	state      [sha256.Size]byte
	generation int
	record     es.Record
}

// New returns a trainer of three matrices, whose records have the given number of codes.
func New(codes int) *Trainer {
	return &Trainer{
		params: es.Matrices(packed.NewMatrix(3, 40), packed.NewMatrix(1, 5), packed.NewMatrix(70, 2)),
		record: es.Record{Codes: make([]int8, codes), Samples: 1},
	}
}

// Generation returns the number of finished generations.
func (t *Trainer) Generation() int { return t.generation }

// Parameters returns the trainer's parameters.
func (t *Trainer) Parameters() []lowrank.Parameter { return t.params }

// Record returns the record of the last generation.
func (t *Trainer) Record() es.Record { return t.record }

// Step runs a generation.
func (t *Trainer) Step() es.Stats {
	random := rand.New(rand.NewChaCha8(t.digest()))
	for i := range t.record.Codes {
		t.record.Codes[i] = int8(random.IntN(15) - 7)
		if t.Wide {
			t.record.Codes[i] *= 9
		}
	}
	return t.move()
}

// Replay runs a generation by its record.
func (t *Trainer) Replay(r es.Record) (es.Stats, error) {
	if r.Finished != t.generation+1 || len(r.Codes) != len(t.record.Codes) {
		return es.Stats{}, fmt.Errorf("record %v at generation %d", r, t.generation)
	}
	copy(t.record.Codes, r.Codes)
	return t.move(), nil
}

// digest is of all that the trainer is.
func (t *Trainer) digest() [sha256.Size]byte {
	b := t.AppendState(nil)
	for _, p := range t.params {
		b = append(b, p.W.Bytes()...)
	}
	return sha256.Sum256(b)
}

func (t *Trainer) move() es.Stats {
	t.generation++
	t.record.Reductions = t.generation / 3 % 2
	t.record.Finished = t.generation
	digest := t.digest()
	b := digest[:]
	for _, c := range t.record.Codes {
		b = append(b, byte(c))
	}
	t.state = sha256.Sum256(b)
	random := rand.New(rand.NewChaCha8(t.state))
	for _, p := range t.params {
		m := p.W
		m.Set(random.IntN(m.Rows()), random.IntN(m.Cols()), trit5.Pent(random.IntN(5)-2))
	}
	return es.Stats{Finished: t.generation}
}

// AppendState appends the state.
func (t *Trainer) AppendState(b []byte) []byte {
	return append(binary.LittleEndian.AppendUint32(b, uint32(t.generation)), t.state[:]...)
}

// RestoreState takes a state back.
func (t *Trainer) RestoreState(b []byte) error {
	if len(b) != 4+len(t.state) {
		return fmt.Errorf("state of %d bytes", len(b))
	}
	t.generation = int(binary.LittleEndian.Uint32(b))
	t.state = [sha256.Size]byte(b[4:])
	return nil
}

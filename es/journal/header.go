package journal

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"unicode/utf8"
)

// Header says which run a journal is of. Two runs of equal headers come to equal
// weights.
type Header struct {
	Seed    uint64
	Config  string // all that determines the run, as canonical text in UTF-8
	Data    Hash   // hash of the training data
	Weights Hash   // HashWeights of the initial weights
}

// headerSize is the size of a header's payload without Config.
const headerSize = 8 + 2*sha256.Size

func (h *Header) append(b []byte) []byte {
	b = binary.LittleEndian.AppendUint64(b, h.Seed)
	b = append(b, h.Data[:]...)
	b = append(b, h.Weights[:]...)
	return append(b, h.Config...)
}

func (h *Header) decode(b []byte) error {
	if len(b) < headerSize {
		return fmt.Errorf("header of %d bytes, want at least %d", len(b), headerSize)
	}
	h.Seed = binary.LittleEndian.Uint64(b)
	h.Data = Hash(b[8:])
	h.Weights = Hash(b[8+sha256.Size:])
	h.Config = string(b[headerSize:])
	return h.check()
}

func (h *Header) check() error {
	if !utf8.ValidString(h.Config) {
		return errors.New("configuration is not UTF-8")
	}
	return nil
}

// id returns what a checkpoint names its run by.
func (h *Header) id() Hash { return sha256.Sum256(h.append(nil)) }

// mismatch returns an error that says in what the run of h is another than that
// wanted, or nil.
func (h *Header) mismatch(want *Header) error {
	switch {
	case h.Seed != want.Seed:
		return fmt.Errorf("seed %d, not %d", h.Seed, want.Seed)
	case h.Config != want.Config:
		return fmt.Errorf("configuration %q, not %q", h.Config, want.Config)
	case h.Data != want.Data:
		return fmt.Errorf("data of hash %x, not %x", h.Data, want.Data)
	case h.Weights != want.Weights:
		return fmt.Errorf("initial weights of hash %x, not %x", h.Weights, want.Weights)
	}
	return nil
}

// End is how a run ended. No record follows it.
type End struct {
	Reason  string // in UTF-8
	Weights Hash   // HashWeights of the final weights
}

func (e *End) append(b []byte) []byte { return append(append(b, e.Weights[:]...), e.Reason...) }

func (e *End) decode(b []byte) error {
	if len(b) < sha256.Size {
		return fmt.Errorf("end of %d bytes, want at least %d", len(b), sha256.Size)
	}
	e.Weights = Hash(b)
	e.Reason = string(b[sha256.Size:])
	return e.check()
}

func (e *End) check() error {
	if !utf8.ValidString(e.Reason) {
		return errors.New("reason is not UTF-8")
	}
	return nil
}

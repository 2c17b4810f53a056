package journal

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/Kaleaon/pentary-go/kernels"
)

// Header identifies the run of a journal. Two runs with equal headers end with equal weights.
type Header struct {
	Seed      uint64
	Generator kernels.Generator // of the noise
	Config    string            // all that determines the run, as canonical text in UTF-8
	Data      Hash              // hash of the training data
	Weights   Hash              // HashWeights of the initial weights
}

// Sizes of a header's payload without Config.
const (
	headerSize  = 8 + 2*sha256.Size + 4
	headerSize2 = 8 + 2*sha256.Size // of versions 1 and 2
)

// generators are the generators of noise by their number in a header. Headers of versions
// 1 and 2 have no number, and the first.
var generators = [...]kernels.Generator{kernels.Philox4x32, kernels.ARS4x32}

func (h *Header) append(b []byte, version uint16) []byte {
	b = binary.LittleEndian.AppendUint64(b, h.Seed)
	b = append(b, h.Data[:]...)
	b = append(b, h.Weights[:]...)
	if version > 2 {
		b = binary.LittleEndian.AppendUint32(b, uint32(slices.Index(generators[:], h.Generator)))
	}
	return append(b, h.Config...)
}

// decode reads a header of a version. It accepts what append makes and nothing else.
func (h *Header) decode(b []byte, version uint16) error {
	size := headerSize
	if version <= 2 {
		size = headerSize2
	}
	if len(b) < size {
		return fmt.Errorf("header of %d bytes, want at least %d", len(b), size)
	}
	h.Seed = binary.LittleEndian.Uint64(b)
	h.Data = Hash(b[8:])
	h.Weights = Hash(b[8+sha256.Size:])
	h.Generator = generators[0]
	if version > 2 {
		n := binary.LittleEndian.Uint32(b[headerSize2:])
		if n >= uint32(len(generators)) {
			return fmt.Errorf("generator %d of the noise, want 0 to %d", n, len(generators)-1)
		}
		h.Generator = generators[n]
	}
	h.Config = string(b[size:])
	return h.check()
}

func (h *Header) check() error {
	if !slices.Contains(generators[:], h.Generator) {
		return fmt.Errorf("unknown generator %v", h.Generator)
	}
	if !utf8.ValidString(h.Config) {
		return errors.New("configuration is not UTF-8")
	}
	return nil
}

// id returns what a checkpoint names the run by whose journal has this version.
func (h *Header) id(version uint16) Hash { return sha256.Sum256(h.append(nil, version)) }

// mismatch returns an error that says how the run of h differs from the one wanted, or nil.
func (h *Header) mismatch(want *Header) error {
	switch {
	case h.Seed != want.Seed:
		return fmt.Errorf("seed %d, not %d", h.Seed, want.Seed)
	case h.Generator != want.Generator:
		return fmt.Errorf("generator %v, not %v", h.Generator, want.Generator)
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

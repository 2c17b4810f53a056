package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/Kaleaon/pentary-go/es"
)

// errSparse is the error of a generation that moved some rows of a matrix only. Earlier
// programs of the library could write such records; no network of it did.
var errSparse = errors.New("it moved some rows only, as those of sparse parameters, which this program does not train")

// generationSize is the size of a generation's payload without codes.
const generationSize = 12

// checkCodes returns an error if a record cannot be written.
func checkCodes(r *es.Record) error {
	if samples := max(r.Samples, 1); len(r.Codes)%samples != 0 {
		return fmt.Errorf("%d codes of %d samples", len(r.Codes), samples)
	}
	if r.Reductions < 0 || r.Reductions > es.MaxReductions {
		return fmt.Errorf("a rate divided by 2^%d, want 0 to %d", r.Reductions, es.MaxReductions)
	}
	if len(r.Codes) > maxCodes {
		return fmt.Errorf("%d codes, want at most %d", len(r.Codes), maxCodes)
	}
	for i, c := range r.Codes {
		if c == math.MinInt8 {
			return fmt.Errorf("code -128 at %d, want at most ±127", i)
		}
	}
	return r.CheckMissing()
}

// decodeMissingAndCodes reads the rest of a generation.
func decodeMissingAndCodes(r *es.Record, b []byte, missing bool, pairs, samples uint32) (err error) {
	if missing {
		if b, err = decodeMissing(r, b, pairs); err != nil {
			return err
		}
	}
	r.Samples = int(samples)
	if r.Codes, b, err = decodeCodes(r.Codes[:0], b, pairs, samples); err != nil {
		return err
	}
	if err := r.CheckMissing(); err != nil {
		return err
	}
	return atEnd(b)
}

// appendGeneration appends the payload of a record that checkCodes passed. The record's
// number is not in it: it is the sequence number.
func appendGeneration(b []byte, r *es.Record, version uint16) []byte {
	if version == 1 {
		return appendGeneration1(b, r)
	}
	le := binary.LittleEndian
	samples := max(r.Samples, 1)
	b = le.AppendUint32(b, uint32(len(r.Codes)/samples))
	b = le.AppendUint32(b, uint32(samples))
	b = le.AppendUint32(b, flagsField(r))
	return AppendCodes(appendMissing(b, r), r.Codes, samples)
}

// appendMissing appends the bitmap of the pairs without scores, if there is one.
func appendMissing(b []byte, r *es.Record) []byte {
	if len(r.Missing) == 0 {
		return b
	}
	pairs := len(r.Codes) / max(r.Samples, 1)
	at := len(b)
	b = append(b, make([]byte, (pairs+7)/8)...)
	for _, p := range r.Missing {
		b[at+p/8] |= 1 << (p % 8)
	}
	return b
}

// decodeMissing reads the bitmap of the pairs without scores into r, and returns the bytes
// after it.
func decodeMissing(r *es.Record, b []byte, pairs uint32) ([]byte, error) {
	size := (int64(pairs) + 7) / 8
	if size > int64(len(b)) {
		return b, fmt.Errorf("which of %d pairs have no scores, in %d bytes", pairs, len(b))
	}
	for p := range 8 * int(size) {
		if b[p/8]>>(p%8)&1 == 0 {
			continue
		}
		if p >= int(pairs) {
			return b, fmt.Errorf("pair %d of %d without scores", p, pairs)
		}
		r.Missing = append(r.Missing, p)
	}
	if len(r.Missing) == 0 {
		return b, errors.New("pairs without scores, but none")
	}
	return b[size:], nil
}

// decodeGeneration reads a payload into r, whose memory it reuses. It accepts only what
// appendGeneration makes, and allocates at most a byte for each code, of which b has to
// hold as many as it claims.
func decodeGeneration(r *es.Record, b []byte, version uint16) error {
	if version == 1 {
		return decodeGeneration1(r, b)
	}
	if len(b) < generationSize {
		return fmt.Errorf("generation of %d bytes, want at least %d", len(b), generationSize)
	}
	le := binary.LittleEndian
	pairs, samples := le.Uint32(b), le.Uint32(b[4:])
	missing, err := setFlags(r, le.Uint32(b[8:]))
	if err != nil {
		return err
	}
	if samples == 0 {
		return errors.New("pairs of no codes")
	}
	return decodeMissingAndCodes(r, b[generationSize:], missing, pairs, samples)
}

// hasFlags marks a field of flags and of the reductions of the rate. Without it any number
// but zero counts the sets of rows in a record of sparse parameters.
const (
	hasFlags   = 1 << 31
	hasMissing = 1 << 30 // the bitmap of pairs without scores is there
)

func flagsField(r *es.Record) uint32 {
	field := uint32(r.Reductions)
	if len(r.Missing) > 0 {
		field |= hasMissing
	}
	if field != 0 {
		field |= hasFlags
	}
	return field
}

func errReductions(n int) error {
	return fmt.Errorf("a rate divided by 2^%d, want 1 to %d", n, es.MaxReductions)
}

// setFlags sets the reductions, and no pairs without scores, and reports whether their
// bitmap follows.
func setFlags(r *es.Record, field uint32) (missing bool, err error) {
	missing = field&hasMissing != 0
	r.Reductions, r.Missing = int(field&^(hasFlags|hasMissing)), r.Missing[:0]
	switch {
	case field != 0 && field&hasFlags == 0:
		return false, errSparse
	case field == hasFlags || r.Reductions > es.MaxReductions:
		return false, errReductions(r.Reductions)
	}
	return missing, nil
}

// atEnd returns an error unless nothing is left of a payload.
func atEnd(b []byte) error {
	if len(b) != 0 {
		return fmt.Errorf("%d bytes after the last code", len(b))
	}
	return nil
}

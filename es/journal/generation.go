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
	return nil
}

// AppendRecord appends a record to b as a journal's generation holds it, without the
// record's number, for programs that exchange records.
func AppendRecord(b []byte, r *es.Record) ([]byte, error) {
	if err := checkCodes(r); err != nil {
		return b, fmt.Errorf("journal: record: %w", err)
	}
	return appendGeneration(b, r, journalVersion), nil
}

// DecodeRecord reads what AppendRecord has written into r, whose memory it uses again. It
// accepts nothing else. It does not set r.Finished.
func DecodeRecord(r *es.Record, b []byte) error {
	if err := decodeGeneration(r, b, journalVersion); err != nil {
		return fmt.Errorf("journal: record: %w", err)
	}
	return nil
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
	b = le.AppendUint32(b, reductionsField(r))
	return appendCodes(b, r.Codes, samples)
}

// decodeGeneration reads a payload into r, whose memory it uses again. It accepts
// what appendGeneration makes and nothing else, and allocates no more than a byte for
// each code, of which b has to hold as many as it claims.
func decodeGeneration(r *es.Record, b []byte, version uint16) error {
	if version == 1 {
		return decodeGeneration1(r, b)
	}
	if len(b) < generationSize {
		return fmt.Errorf("generation of %d bytes, want at least %d", len(b), generationSize)
	}
	le := binary.LittleEndian
	pairs, samples := le.Uint32(b), le.Uint32(b[4:])
	if err := setReductions(r, le.Uint32(b[8:])); err != nil {
		return err
	}
	if samples == 0 {
		return errors.New("pairs of no codes")
	}
	var err error
	r.Samples = int(samples)
	if r.Codes, b, err = decodeCodes(r.Codes[:0], b[generationSize:], pairs, samples); err != nil {
		return err
	}
	return atEnd(b)
}

// reduced marks a field that counts the reductions of the rate. Without it any number but
// zero is that of the sets of rows in a record of sparse parameters.
const reduced = 1 << 31

func reductionsField(r *es.Record) uint32 {
	if r.Reductions == 0 {
		return 0
	}
	return reduced | uint32(r.Reductions)
}

func setReductions(r *es.Record, field uint32) error {
	r.Reductions = int(field &^ reduced)
	switch {
	case field != 0 && field&reduced == 0:
		return errSparse
	case field == reduced || r.Reductions > es.MaxReductions:
		return fmt.Errorf("a rate divided by 2^%d, want 1 to %d", r.Reductions, es.MaxReductions)
	}
	return nil
}

// atEnd returns an error unless nothing is left of a payload.
func atEnd(b []byte) error {
	if len(b) != 0 {
		return fmt.Errorf("%d bytes after the last code", len(b))
	}
	return nil
}

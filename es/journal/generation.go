package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/Kaleaon/pentary-go/es"
)

// generationSize is the size of a generation's payload without codes and rows.
const generationSize = 12

// checkCodes returns an error if a record cannot be written.
func checkCodes(r *es.Record) error {
	if samples := max(r.Samples, 1); len(r.Codes)%samples != 0 {
		return fmt.Errorf("%d codes of %d samples", len(r.Codes), samples)
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
// accepts nothing else. It does not set r.Generation.
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
	b = le.AppendUint32(b, uint32(len(r.Touched)))
	b = appendCodes(b, r.Codes, samples)
	return appendTouched(b, r.Touched)
}

func appendTouched(b []byte, touched [][]uint64) []byte {
	for _, rows := range touched {
		b = binary.AppendUvarint(b, uint64(len(rows)))
		for _, word := range rows {
			b = binary.LittleEndian.AppendUint64(b, word)
		}
	}
	return b
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
	pairs, samples, sets := le.Uint32(b), le.Uint32(b[4:]), uint64(le.Uint32(b[8:]))
	if samples == 0 {
		return errors.New("pairs of no codes")
	}
	var err error
	r.Samples = int(samples)
	if r.Codes, b, err = decodeCodes(r.Codes[:0], b[generationSize:], pairs, samples); err != nil {
		return err
	}
	return decodeTouched(r, b, sets)
}

func decodeTouched(r *es.Record, b []byte, sets uint64) error {
	le := binary.LittleEndian
	if sets > uint64(len(b)) {
		return fmt.Errorf("%d sets of rows in %d bytes", sets, len(b))
	}
	if cap(r.Touched) < int(sets) {
		r.Touched = make([][]uint64, sets)
	}
	r.Touched = r.Touched[:sets]
	for i := range r.Touched {
		words, n := binary.Uvarint(b)
		if n <= 0 || n > 1 && b[n-1] == 0 { // a last byte of 0 could be left out
			return fmt.Errorf("set %d of rows has no size", i)
		}
		b = b[n:]
		if words > uint64(len(b))/8 {
			return fmt.Errorf("set %d of rows claims %d words in %d bytes", i, words, len(b))
		}
		rows := slices.Grow(r.Touched[i][:0], int(words))
		for range words {
			rows = append(rows, le.Uint64(b))
			b = b[8:]
		}
		if words == 0 {
			rows = nil // all rows
		}
		r.Touched[i] = rows
	}
	if len(b) != 0 {
		return fmt.Errorf("%d bytes after the last set of rows", len(b))
	}
	return nil
}

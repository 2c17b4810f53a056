package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/Kaleaon/pentary-go/es"
)

// generationSize is the size of a generation's payload without codes and rows.
const generationSize = 9

// codeBits returns the bits that each of the codes takes.
func codeBits(codes []int8) byte {
	for _, c := range codes {
		if c != c<<4>>4 {
			return 8
		}
	}
	return 4
}

// appendGeneration appends the payload of a record. The record's number is not in
// it: it is the sequence number.
func appendGeneration(b []byte, r *es.Record) []byte {
	le := binary.LittleEndian
	bits := codeBits(r.Codes)
	b = append(b, bits)
	b = le.AppendUint32(b, uint32(len(r.Codes)))
	b = le.AppendUint32(b, uint32(len(r.Touched)))
	if bits == 8 {
		for _, c := range r.Codes {
			b = append(b, byte(c))
		}
	} else {
		for i, c := range r.Codes {
			if i%2 == 0 {
				b = append(b, byte(c)&15)
			} else {
				b[len(b)-1] |= byte(c) << 4
			}
		}
	}
	for _, rows := range r.Touched {
		b = binary.AppendUvarint(b, uint64(len(rows)))
		for _, word := range rows {
			b = le.AppendUint64(b, word)
		}
	}
	return b
}

// decodeGeneration reads a payload into r, whose memory it uses again. It accepts
// what appendGeneration makes and nothing else, and allocates no more than 32 bytes
// for each of b.
func decodeGeneration(r *es.Record, b []byte) error {
	if len(b) < generationSize {
		return fmt.Errorf("generation of %d bytes, want at least %d", len(b), generationSize)
	}
	le := binary.LittleEndian
	bits, codes, sets := b[0], uint64(le.Uint32(b[1:])), uint64(le.Uint32(b[5:]))
	b = b[generationSize:]
	if bits != 4 && bits != 8 {
		return fmt.Errorf("codes of %d bits, want 4 or 8", bits)
	}
	size := (codes*uint64(bits) + 7) / 8 // no overflow: both are 32 bits at most
	if size > uint64(len(b)) {
		return fmt.Errorf("%d codes of %d bits in %d bytes", codes, bits, len(b))
	}
	if err := decodeCodes(r, b[:size], int(codes), bits); err != nil {
		return err
	}
	return decodeTouched(r, b[size:], sets)
}

func decodeCodes(r *es.Record, b []byte, n int, bits byte) error {
	r.Codes = slices.Grow(r.Codes[:0], n+n%2)
	if bits == 8 {
		for _, c := range b {
			r.Codes = append(r.Codes, int8(c))
		}
		if codeBits(r.Codes) != 8 {
			return errors.New("codes of 8 bits that fit 4")
		}
		return nil
	}
	for _, c := range b {
		r.Codes = append(r.Codes, int8(c<<4)>>4, int8(c)>>4)
	}
	if n < len(r.Codes) {
		if r.Codes[n] != 0 {
			return errors.New("a code after the last")
		}
		r.Codes = r.Codes[:n]
	}
	return nil
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

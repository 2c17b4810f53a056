package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/Kaleaon/pentary-go/es"
)

// Journals of version 1 give every code of a generation 4 or 8 bits, and do not say how
// many samples a pair has.

// errMissing1 says that a record cannot be kept.
var errMissing1 = errors.New("pairs without scores, which a journal of version 1 cannot hold")

// generationSize1 is the size of a generation's payload without codes.
const generationSize1 = 9

// codeBits returns the bits that each of the codes takes.
func codeBits(codes []int8) byte {
	for _, c := range codes {
		if c != c<<4>>4 {
			return 8
		}
	}
	return 4
}

func appendGeneration1(b []byte, r *es.Record) []byte {
	le := binary.LittleEndian
	bits := codeBits(r.Codes)
	b = append(b, bits)
	b = le.AppendUint32(b, uint32(len(r.Codes)))
	b = le.AppendUint32(b, flagsField(r))
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
	return b
}

func decodeGeneration1(r *es.Record, b []byte) error {
	if len(b) < generationSize1 {
		return fmt.Errorf("generation of %d bytes, want at least %d", len(b), generationSize1)
	}
	le := binary.LittleEndian
	missing, err := setFlags(r, le.Uint32(b[5:]))
	if err != nil {
		return err
	}
	if missing {
		return errMissing1
	}
	bits, codes := b[0], uint64(le.Uint32(b[1:]))
	b = b[generationSize1:]
	if bits != 4 && bits != 8 {
		return fmt.Errorf("codes of %d bits, want 4 or 8", bits)
	}
	size := (codes*uint64(bits) + 7) / 8 // no overflow: both are 32 bits at most
	if size > uint64(len(b)) {
		return fmt.Errorf("%d codes of %d bits in %d bytes", codes, bits, len(b))
	}
	r.Samples = 0
	if err := decodeCodes1(r, b[:size], int(codes), bits); err != nil {
		return err
	}
	return atEnd(b[size:])
}

func decodeCodes1(r *es.Record, b []byte, n int, bits byte) error {
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

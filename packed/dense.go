package packed

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/trit5"
)

// The dense code is for transport: three pents in 7 bits, 2.33 bits each, where
// log₂ 5 = 2.32. A triple of codes c0, c1, c2 is the number c0 + 5·c1 + 25·c2, at
// most 124. The triples of a vector follow one another, 7 bits each, from the
// lowest bit of the first byte on. Zero weights fill the last triple and zero
// bits the last byte, so that equal vectors have equal bytes.
const (
	tripleBits = 7
	tripleMax  = 4 + 5*4 + 25*4

	// A chunk ends with a whole block, a whole triple and a whole byte.
	chunkPents = 3 * BlockPents
	chunkBytes = chunkPents / 3 * tripleBits / 8
)

// DenseLen returns the bytes that n ≥ 0 pents take in the dense code: 7 bits for
// every three pents, rounded up to whole bytes.
func DenseLen(n int) int {
	t := triples(n)
	return t/8*tripleBits + (t%8*tripleBits+7)/8
}

// triples returns n/3 rounded up.
func triples(n int) int { return n/3 + (n%3+2)/3 }

// AppendDense appends v in the dense code, DenseLen(v.Len()) bytes, to dst and
// returns the extended slice. The length is not among them: DecodeDense is told.
func AppendDense(dst []byte, v Vector) []byte {
	var codes [chunkPents]uint8
	for from := 0; from < v.n; from += chunkPents {
		span := min(v.n-from, chunkPents)
		UnpackCodes(codes[:], v.data[from/BlockPents*BlockBytes:], span)
		padded := 3 * triples(span)
		for i := span; i < padded; i++ {
			codes[i] = trit5.CodeZero
		}
		dst = appendTriples(dst, codes[:padded])
	}
	return dst
}

func appendTriples(dst []byte, codes []uint8) []byte {
	var acc, bits uint
	for ; len(codes) > 0; codes = codes[3:] {
		acc |= uint(codes[0]+5*codes[1]+25*codes[2]) << bits
		bits += tripleBits
		if bits >= 8 {
			dst = append(dst, byte(acc))
			acc >>= 8
			bits -= 8
		}
	}
	if bits > 0 {
		dst = append(dst, byte(acc))
	}
	return dst
}

// DecodeDense returns the vector of n pents whose dense code is src. It accepts
// exactly the bytes that AppendDense makes. Otherwise it returns an error that
// names the byte: for another length, a triple above 124, or padding that is not
// zero. It allocates in proportion to src, whatever n claims.
func DecodeDense(src []byte, n int) (Vector, error) {
	if n < 0 {
		return Vector{}, fmt.Errorf("packed: dense: negative length %d", n)
	}
	if want := DenseLen(n); len(src) != want {
		return Vector{}, fmt.Errorf("packed: dense: %d pents take %d bytes, not %d", n, want, len(src))
	}
	v := Vector{n: n, data: make([]byte, RowBytes(n))}
	var codes [chunkPents]uint8
	for from, at := 0, 0; from < n; from, at = from+chunkPents, at+chunkBytes {
		span := min(n-from, chunkPents)
		coded := 3 * triples(span)
		if err := readTriples(codes[:coded], src, at); err != nil {
			return Vector{}, err
		}
		for _, c := range codes[span:coded] {
			if c != trit5.CodeZero {
				return Vector{}, fmt.Errorf("packed: dense: padding that ends in byte %d is not the zero weight", len(src)-1)
			}
		}
		for i := coded; i < PaddedLen(span); i++ {
			codes[i] = trit5.CodeZero
		}
		PackCodes(v.data[from/BlockPents*BlockBytes:], codes[:], span)
	}
	return v, nil
}

// readTriples decodes len(codes)/3 triples that start at byte at of src.
func readTriples(codes []uint8, src []byte, at int) error {
	var acc, bits uint
	for ; len(codes) > 0; codes = codes[3:] {
		if bits < tripleBits {
			acc |= uint(src[at]) << bits
			bits += 8
			at++
		}
		triple := acc & (1<<tripleBits - 1)
		if triple > tripleMax {
			return fmt.Errorf("packed: dense: triple that ends in byte %d is %d, above %d", at-1, triple, tripleMax)
		}
		codes[0], codes[1], codes[2] = uint8(triple%5), uint8(triple/5%5), uint8(triple/25)
		acc >>= tripleBits
		bits -= tripleBits
	}
	if acc != 0 {
		return fmt.Errorf("packed: dense: spare bits of byte %d are not zero", at-1)
	}
	return nil
}

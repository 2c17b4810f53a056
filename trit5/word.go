package trit5

import "fmt"

// Word is the number of the Pentary architecture: 16 pents of 3 bits, pent 0 least
// significant and in the low bits. Its value is Σ pᵢ·5ⁱ, in [-WordMax, WordMax],
// and its arithmetic wraps modulo 5^16.
//
// The range is symmetric: Neg and Abs never overflow. The zero value of a Word is
// -WordMax; start from [ZeroWord]. A Word holds valid codes only: every function of
// this package preserves that, and [WordFromBits] checks bits from outside.
type Word uint64

const (
	WordPents = 16             // pents in a Word
	WordMax   = 76_293_945_312 // the largest value of a Word, (5^16 − 1)/2

	// ZeroWord is the number zero: code 010 in every place.
	ZeroWord Word = 0x492492492492
)

const (
	codeBits = 3
	codeMask = 1<<codeBits - 1
	wordBits = WordPents * codeBits
	wordMask = 1<<wordBits - 1
)

// WordFromBits returns the word stored as b, or an error if one of its 16 codes
// is invalid or a bit above the 48 used is set.
func WordFromBits(b uint64) (Word, error) {
	if b > wordMask {
		return ZeroWord, fmt.Errorf("trit5: WordFromBits: %#x has bits above the low %d", b, wordBits)
	}
	for i := range WordPents {
		if c := uint8(b >> (codeBits * i) & codeMask); !ValidCode(c) {
			return ZeroWord, fmt.Errorf("trit5: WordFromBits: %#x: code %d of pent %d is invalid", b, c, i)
		}
	}
	return Word(b), nil
}

// Bits returns the 48 bits of w.
func (w Word) Bits() uint64 { return uint64(w) }

// FromInt64 returns n wrapped modulo 5^16, and whether that changed it.
func FromInt64(n int64) (w Word, overflow bool) {
	w = ZeroWord
	for i := range WordPents {
		p, carry := split5(n)
		w, n = w.With(i, p), carry
	}
	return w, n != 0
}

// split5 writes n as p + 5·quotient, for any n.
func split5(n int64) (p Pent, quotient int64) {
	p, carry := split(Pent(n % Levels))
	return p, n/Levels + int64(carry)
}

// Int64 returns the value of w.
func (w Word) Int64() int64 {
	var n int64
	for i := WordPents - 1; i >= 0; i-- {
		n = Levels*n + int64(w.Pent(i))
	}
	return n
}

// Pent returns the digit of weight 5^i. It panics unless i is in [0, 16).
func (w Word) Pent(i int) Pent {
	checkPlace("Pent", i)
	return Pent(w>>(codeBits*i)&codeMask) - CodeZero
}

// With returns w with p as its digit of weight 5^i. It panics unless i is in
// [0, 16) and p is valid.
func (w Word) With(i int, p Pent) Word {
	checkPlace("With", i)
	if !p.Valid() {
		panic(fmt.Sprintf("trit5: Word.With: invalid digit %v", p))
	}
	shift := codeBits * i
	return w&^(codeMask<<shift) | Word(p.Code())<<shift
}

func checkPlace(method string, i int) {
	if uint(i) >= WordPents {
		panic(fmt.Sprintf("trit5: Word.%s: place %d of a %d-pent word", method, i, WordPents))
	}
}

package trit5

import (
	"cmp"
	"math/bits"
)

// The operations below work digit by digit, as the hardware does, and not in binary.

// Add returns w + v, by a ripple of 16 full adders, and whether it wrapped.
func (w Word) Add(v Word) (sum Word, overflow bool) {
	sum = ZeroWord
	var carry Pent
	for i := range WordPents {
		var p Pent
		p, carry = Add(w.Pent(i), v.Pent(i), carry)
		sum = sum.With(i, p)
	}
	return sum, carry != 0
}

// Sub returns w − v and whether it wrapped.
func (w Word) Sub(v Word) (difference Word, overflow bool) {
	return w.Add(v.Neg())
}

// Neg returns −w.
func (w Word) Neg() Word {
	// 2·ZeroWord is code 4 in every place; c ≤ 4 leaves nothing to borrow.
	return 2*ZeroWord - w
}

// Abs returns |w|.
func (w Word) Abs() Word {
	if w.Cmp(ZeroWord) < 0 {
		return w.Neg()
	}
	return w
}

// Mul2 returns 2·w and whether it wrapped. (A shift by one place is ×5.)
func (w Word) Mul2() (double Word, overflow bool) {
	return w.Add(w)
}

// halves holds, for n in [-3, 3] at n+3, the pent h with 2·h ≡ n modulo 5.
var halves = [...]Pent{1, -1, 2, 0, -2, 1, -1}

// Div2 returns w/2 truncated toward zero and the remainder, which is 0 or has
// the sign of w: w = 2·quotient + remainder.
func (w Word) Div2() (quotient Word, remainder Pent) {
	// Every power of 5 is odd, so w is odd if the number of its odd digits is odd;
	// a digit has the parity of its code.
	const lowBits = ZeroWord >> 1
	remainder = Pent(bits.OnesCount64(uint64(w&lowBits)) & 1)
	if w.Cmp(ZeroWord) < 0 {
		remainder = remainder.Neg()
	}
	even, _ := w.Sub(ZeroWord.With(0, remainder))

	// The even rest is halved from the low end: twice a digit of the quotient, plus
	// the carry, ends in the digit of the rest (Jebelean, "An algorithm for exact
	// division", 1993, with divisor 2).
	quotient = ZeroWord
	var carry Pent
	for i := range WordPents {
		h := halves[even.Pent(i)-carry+3]
		_, carry = Add(h, h, carry)
		quotient = quotient.With(i, h)
	}
	return quotient, remainder
}

// Cmp returns -1, 0 or +1 as w is less than, equal to or greater than v.
func (w Word) Cmp(v Word) int {
	// The places below i together weigh less than half of 5^i, so the highest place
	// that differs decides, and codes are in the order of their pents.
	return cmp.Compare(w, v)
}

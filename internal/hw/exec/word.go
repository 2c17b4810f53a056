package exec

import "math/bits"

// Registers and words of memory are stored as int64 within ±wordMax. Only CONS needs their
// pents.
const (
	wordMax     = 76_293_945_312 // trit5.WordMax
	wordModulus = 2*wordMax + 1  // 5^16
)

// wrap returns v modulo 5^16 in the range of a word.
func wrap(v int64) int64 {
	if v >= -wordMax && v <= wordMax {
		return v
	}
	switch v %= wordModulus; {
	case v > wordMax:
		return v - wordModulus
	case v < -wordMax:
		return v + wordModulus
	}
	return v
}

// divide returns v = 5^16·q + r with r in the range of a word.
func divide(v int64) (q, r int64) {
	r = wrap(v)
	return (v - r) / wordModulus, r
}

// accumulator is ACC, a register of 32 pents: 5^16·high + low, both in the range of a word.
type accumulator struct{ high, low int64 }

// add adds a product modulo 5^32.
func (a *accumulator) add(x, y int64) {
	hi, lo := bits.Mul64(uint64(max(x, -x)), uint64(max(y, -y)))
	q, r := bits.Div64(hi, lo, wordModulus) // hi is at most 315
	high, low := int64(q), int64(r)
	if (x < 0) != (y < 0) {
		high, low = -high, -low
	}
	carry, low := divide(a.low + low)
	a.high, a.low = wrap(a.high+high+carry), low
}

// powers holds 5^0 to 5^16.
var powers = func() (p [17]int64) {
	p[0] = 1
	for i := range p[1:] {
		p[i+1] = 5 * p[i]
	}
	return p
}()

// word returns pents place to place+15.
func (a *accumulator) word(place int) int64 {
	p := powers[place]
	// Dropping the lower pents rounds to nearest. There are no ties, because the power is
	// odd.
	half := (p - 1) / 2
	_, low := divideBy(a.low, p, half)
	_, rest := divideBy(a.high, p, half)
	return (a.low-low)/p + rest*powers[16-place]
}

// divideBy returns v = p·q + r with r within ±half, for p = 2·half + 1.
func divideBy(v, p, half int64) (q, r int64) {
	switch r = v % p; {
	case r > half:
		r -= p
	case r < -half:
		r += p
	}
	return (v - r) / p, r
}

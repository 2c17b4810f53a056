package control

import "math/bits"

// The unit of an angle inside this file is a turn of 2^64, so that whole turns vanish
// by wrapping around; the unit of a magnitude below one is 2^-64.

const (
	turnsPerRadian = 0x28be60db9391054a // 2^64/2π
	quarterPi      = 0xc90fdaa22168c235 // 2^64·π/4
)

// turns returns x modulo a whole turn.
func turns(x Q40) uint64 {
	hi, lo := bits.Mul64(uint64(x), turnsPerRadian)
	hi -= uint64(x>>63) & turnsPerRadian
	return hi<<(64-fraction) | lo>>fraction
}

// Wrap returns the angle of [-π, π) that is x modulo a whole turn.
func Wrap(x Q40) Q40 {
	t := turns(x)
	hi, lo := bits.Mul64(t, uint64(tau))
	hi -= uint64(int64(t)>>63) & uint64(tau)
	return Q40(hi + lo>>63)
}

// Sincos returns the sine and cosine of x radians, |x| ≤ 2^10, to within 0.53·2^-40.
//
// Both are Taylor series of the angle y from the nearest quarter turn, at most π/4:
// up to y^13 and y^14 they leave less than 2^-45 and 2^-49.
func Sincos(x Q40) (sin, cos Q40) {
	t := turns(x)
	quarter := (t + 1<<61) >> 62
	r := int64(t - quarter<<62)
	y := high(uint64(max(r, -r))<<2, quarterPi) << 1
	z := high(y, y)
	sin, cos = sine(y, z), cosine(z)
	if r < 0 {
		sin = -sin
	}
	switch quarter & 3 {
	case 1:
		return cos, -sin
	case 2:
		return -sin, -cos
	case 3:
		return -cos, sin
	}
	return sin, cos
}

// unit is the largest magnitude.
const unit = 1<<64 - 1

// sine returns the sine of y, given z = y².
func sine(y, z uint64) Q40 {
	p := uint64(unit/39916800) - high(z, unit/6227020800) // 11!, 13!
	p = unit/362880 - high(z, p)
	p = unit/5040 - high(z, p)
	p = unit/120 - high(z, p)
	p = unit/6 - high(z, p)
	return round(y - high(high(y, z), p))
}

// cosine returns the cosine of √z.
func cosine(z uint64) Q40 {
	p := uint64(unit/479001600) - high(z, unit/87178291200) // 12!, 14!
	p = unit/3628800 - high(z, p)
	p = unit/40320 - high(z, p)
	p = unit/720 - high(z, p)
	p = unit/24 - high(z, p)
	p = unit/2 - high(z, p)
	return one - round(high(z, p))
}

// high returns a·b.
func high(a, b uint64) uint64 {
	hi, _ := bits.Mul64(a, b)
	return hi
}

// round returns a magnitude as a Q40.
func round(m uint64) Q40 { return Q40(m>>(64-fraction) + m>>(63-fraction)&1) }

package trit5

// Neg returns −p. No valid pent overflows.
func (p Pent) Neg() Pent { return -p }

// Add is the full adder: a + b + carryIn = sum + 5·carry. The digits must be
// valid and carryIn in [-1, 1]. The total is then in [-5, 5], so carry is in [-1, 1]
// too and can be the next adder's carryIn.
func Add(a, b, carryIn Pent) (sum, carry Pent) {
	return split(a + b + carryIn)
}

// MulInt returns p·t by shift and add: 0, ±t or ±2t. p must be valid. The product
// wraps on overflow; it cannot overflow if |t| < 2^30.
func MulInt(p Pent, t int32) int32 {
	switch p {
	case -2:
		return -(t << 1)
	case -1:
		return -t
	case 1:
		return t
	case 2:
		return t << 1
	}
	return 0
}

// split writes n, in [-7, 7], as digit + 5·carry.
func split(n Pent) (digit, carry Pent) {
	switch {
	case n > Max:
		return n - Levels, 1
	case n < Min:
		return n + Levels, -1
	}
	return n, 0
}

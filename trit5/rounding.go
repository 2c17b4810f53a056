package trit5

import "fmt"

// Rounding is a rounding mode. The first three round to nearest and differ in ties;
// Stochastic rounds every value at random.
type Rounding uint8

const (
	HalfAway   Rounding = iota // away from zero, which keeps QuantizeQ16(-x) = -QuantizeQ16(x); the default
	HalfUp                     // toward +∞, as the Pentary hardware rounds
	HalfEven                   // to the even neighbour, as IEEE 754 rounds
	Stochastic                 // up with probability equal to the fraction
)

var roundings = [...]string{
	HalfAway:   "half-away",
	HalfUp:     "half-up",
	HalfEven:   "half-even",
	Stochastic: "stochastic",
}

// String returns the name of the mode.
func (r Rounding) String() string {
	if int(r) >= len(roundings) {
		return fmt.Sprintf("Rounding(%d)", uint8(r))
	}
	return roundings[r]
}

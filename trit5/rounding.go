package trit5

import "fmt"

// Rounding says which way a value halfway between two pents goes; Stochastic
// makes every value's way a matter of chance.
type Rounding uint8

const (
	HalfAway   Rounding = iota // away from zero, which keeps Quantize(-x) = -Quantize(x); the default
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

// String returns the name that [ParseRounding] reads.
func (r Rounding) String() string {
	if int(r) >= len(roundings) {
		return fmt.Sprintf("Rounding(%d)", uint8(r))
	}
	return roundings[r]
}

// ParseRounding returns the mode named s: half-away, half-up, half-even or
// stochastic.
func ParseRounding(s string) (Rounding, error) {
	for r, name := range roundings {
		if s == name {
			return Rounding(r), nil
		}
	}
	return 0, fmt.Errorf("trit5: ParseRounding: %.16q is none of %q", s, roundings)
}

// mustBeDeterministic panics, in the name of the exported function fn, unless r
// rounds without random bits.
func (r Rounding) mustBeDeterministic(fn string) {
	switch {
	case r == Stochastic:
		panic("trit5: " + fn + ": mode stochastic needs random bits: call " + fn + "Stochastic")
	case r > Stochastic:
		panic("trit5: " + fn + ": unknown mode " + r.String())
	}
}

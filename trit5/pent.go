package trit5

import "fmt"

// Pent is a balanced base-5 digit, in [Min, Max]. Its zero value is the digit
// zero; in storage zero is [CodeZero].
type Pent int8

// The range of a Pent.
const (
	Min    = -2
	Max    = 2
	Levels = 5
)

// Code is a pent as stored: p + 2, in the low 3 bits.
type Code = uint8

// CodeZero is the code of the pent 0.
const CodeZero = 2

// symbols are the symbols of the pents, indexed by code.
var symbols = [Levels]rune{'⊖', '-', '0', '+', '⊕'}

// ValidCode reports whether c is the code of a pent.
func ValidCode(c uint8) bool { return c < Levels }

// FromCode returns the pent whose code is c, or an error if c is above 4.
func FromCode(c uint8) (Pent, error) {
	if !ValidCode(c) {
		return 0, fmt.Errorf("trit5: FromCode: code %d is no pent (0 to %d are)", c, Levels-1)
	}
	return Pent(c) - CodeZero, nil
}

// Valid reports whether p is in [Min, Max].
func (p Pent) Valid() bool { return Min <= p && p <= Max }

// Code returns the 3-bit code of p, which must be valid.
func (p Pent) Code() uint8 { return uint8(p + CodeZero) }

// String returns the symbol of p: one of ⊖ - 0 + ⊕.
func (p Pent) String() string {
	if !p.Valid() {
		return fmt.Sprintf("Pent(%d)", int8(p))
	}
	return string(symbols[p.Code()])
}

// ParsePent reads a pent written as a symbol (⊖ - 0 + ⊕) or as a decimal
// (-2, -1, 0, 1, 2, +1, +2).
func ParsePent(s string) (Pent, error) {
	switch s {
	case "⊖", "-2":
		return -2, nil
	case "-", "-1":
		return -1, nil
	case "0":
		return 0, nil
	case "+", "1", "+1":
		return 1, nil
	case "⊕", "2", "+2":
		return 2, nil
	}
	return 0, fmt.Errorf("trit5: ParsePent: %.16q is no pent (-2 to 2, or one of ⊖ - 0 + ⊕)", s)
}

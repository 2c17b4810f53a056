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

// CodeZero is the code of the pent 0.
const CodeZero = 2

// symbols are the symbols of the pents, indexed by code.
var symbols = [Levels]rune{'⊖', '-', '0', '+', '⊕'}

// ValidCode reports whether c is the code of a pent.
func ValidCode(c uint8) bool { return c < Levels }

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

package isa

import (
	"fmt"
	"strconv"
	"strings"
)

// Reg is the number of a register.
type Reg uint8

// Registers with a special use.
const (
	Zero Reg = 0  // always zero
	SP   Reg = 29 // stack pointer, used by PUSH and POP
	FP   Reg = 30 // frame pointer, by convention
	LR   Reg = 31 // link register, used by CALL and RET
)

// Registers is the number of registers.
const Registers = 32

// String returns the name of the register in disassembly.
func (r Reg) String() string {
	switch r {
	case SP:
		return "SP"
	case FP:
		return "FP"
	case LR:
		return "LR"
	}
	return fmt.Sprintf("P%d", uint8(r))
}

// parseRegister returns the register with a name, in either case: P0 to P31, R0 to R31, SP, FP or
// LR.
func parseRegister(name string) (r Reg, ok bool) {
	switch name = strings.ToUpper(name); name {
	case "SP":
		return SP, true
	case "FP":
		return FP, true
	case "LR":
		return LR, true
	}
	if len(name) < 2 || len(name) > 3 || name[0] != 'P' && name[0] != 'R' || name[1] == '0' && len(name) > 2 {
		return 0, false
	}
	n, err := strconv.ParseUint(name[1:], 10, 8)
	return Reg(n), err == nil && n < Registers
}

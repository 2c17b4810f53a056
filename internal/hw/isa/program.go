package isa

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/Kaleaon/pentary-go/trit5"
)

// Section is the section in which a symbol's value is an address.
type Section uint8

// Sections.
const (
	Text Section = iota // an instruction
	Data                // a word
)

// Symbol is a named address.
type Symbol struct {
	Name    string
	Section Section
	Value   int
}

// Program is a program of the machine: the instructions, beginning at address 0, and the initial
// words of data memory.
type Program struct {
	Code    []uint64
	Data    []trit5.Word
	Symbols []Symbol // by section and value; names are unique

	// Lines has the source line of each instruction, beginning at 1. Object files do not
	// store it.
	Lines []int
}

// Limits of a program.
const (
	MaxCode    = 1 << 20 // instructions
	MaxData    = 1 << 22 // words
	MaxSymbols = 1 << 16
	MaxName    = 255 // bytes in a symbol
)

// Find returns the address of a symbol of the data section.
func (p *Program) Find(name string) (address int, ok bool) {
	for _, s := range p.Symbols {
		if s.Name == name && s.Section == Data {
			return s.Value, true
		}
	}
	return 0, false
}

func (p *Program) sortSymbols() {
	slices.SortStableFunc(p.Symbols, compareSymbols)
}

// compareSymbols orders symbols by section and value.
func compareSymbols(a, b Symbol) int {
	return cmp.Or(cmp.Compare(a.Section, b.Section), cmp.Compare(a.Value, b.Value))
}

// Where returns the location of an instruction for an error: its source line if known, otherwise
// its address.
func (p *Program) Where(pc int) string {
	if pc >= 0 && pc < len(p.Lines) {
		return fmt.Sprintf("line %d", p.Lines[pc])
	}
	return fmt.Sprintf("instruction %d", pc)
}

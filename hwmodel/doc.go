// Package hwmodel is the Pentary accelerator as a model that runs: one stream of
// instructions and everything that watches it.
//
//	isa       the instruction set: its table, assembler, disassembler, object files
//	exec      the machine that runs programs on this library's kernels, and reports
//	          each instruction to observers
//	programs  compiled networks, and whole runs of evolution strategies
//
// The table of package isa is the only statement of what an instruction is. What an
// instruction computes is package exec's, bit for bit that of packages kernels and
// lowrank; how long it takes and what energy, are observers' matters. No package of
// the library imports this one.
package hwmodel

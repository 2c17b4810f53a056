// Package hwmodel is the Pentary accelerator as a model that runs: one stream of
// instructions and everything that watches it.
//
//	isa       the instruction set: its table, assembler, disassembler, object files
//	exec      the machine that runs programs on this library's kernels, and reports
//	          each instruction to observers
//	programs  compiled networks, and whole runs of evolution strategies
//	cycles    how long it takes: pipeline, tiles, crossbars, noise, memory
//	energy    what it costs, from a table with a source for every price
//	crossbar  what analog arrays make of a product, and how they age
//	rtl       the units in Verilog, simulated against the library's kernels
//	claims    what the architecture's documents promise, computed
//
// The table of package isa is the only statement of what an instruction is. What an
// instruction computes is package exec's, bit for bit that of packages kernels and
// lowrank; how long it takes and what energy, are observers' matters. No package of
// the library imports this one.
package hwmodel

// Package hwmodel documents the model of the Pentary accelerator; it has no API of its
// own.
//
//	crossbar  analog arrays: their products, their errors and their ageing
//	rtl       the units in Verilog, simulated against the library's kernels
//
// The rest of the model has one user, the command pentary hw, and is internal:
//
//	internal/hw/isa       the instruction set: its table, assembler, disassembler, object files
//	internal/hw/exec      the machine that runs programs on this library's kernels, and
//	                      reports each instruction to observers
//	internal/hw/programs  compiled networks, and whole runs of evolution strategies
//	internal/hw/cycles    timing: pipeline, tiles, crossbars, noise, memory
//	internal/hw/energy    energy, from a table with a source for every price
//	internal/hw/claims    the figures of the Pentary documents beside computed ones
//
// The table of package isa is the only definition of the instructions' encoding. Package
// exec defines their results, bit-identical to the results of packages kernels and lowrank;
// observers compute timing and energy. No package of the library imports this one.
package hwmodel

// Package hwmodel documents the model of the Pentary accelerator; it has no API of its
// own.
//
//	crossbar  analog arrays: products, errors, ageing
//	rtl       the units in Verilog, simulated against the library's kernels
//
// The rest of the model is internal; only the command pentary hw uses it:
//
//	internal/hw/isa       the instruction set: table, assembler, disassembler, object files
//	internal/hw/exec      a machine that runs programs on this library's kernels and
//	                      reports each instruction to observers
//	internal/hw/programs  compiled networks, and whole runs of evolution strategies
//	internal/hw/cycles    timing: pipeline, tiles, crossbars, noise, memory
//	internal/hw/energy    energy, from a table with a source for every figure
//	internal/hw/claims    the figures of the Pentary documents compared with computed ones
//
// The table in package isa is the only definition of the encoding of instructions. Package
// exec defines their results, which are bit-identical to the results of packages kernels and
// lowrank. Observers compute timing and energy. No package of the library imports hwmodel.
package hwmodel

// Package isa defines the instruction set of the Pentary accelerator: 48-bit instructions for
// 16-pent words, matrices of pents, and the low-rank perturbations of evolution strategies.
//
// The format and the mnemonics come from the Pentary documents, which assign no codes and give
// the instructions for evolution strategies no operands. Codes, operands and semantics are
// assigned in one table, Specs. The assembler, the disassembler, the executor and docs/isa.md all
// use this table.
//
// # Instructions
//
//	R     op 4   rd 5   rs1 5   rs2 5   funct 11   imm 18
//	I     op 4   rd 5   rs1 5   imm 34
//	B     op 4   ra 5   rb 5    imm 34
//
// An immediate consists of pents, like a register: six in imm18 (±7,812), eleven in imm34
// (±24,414,062), whose top bit is clear. The adder therefore takes it without conversion, and an
// instruction has one encoding (docs/decisions.md#immediates-as-pents). Fields that an
// instruction does not use are zero: register P0, or zero pents.
//
// # State
//
// There are 32 registers of 16 pents; P0 is always zero, SP is P29, FP P30 and LR P31. Registers
// are initially zero, which is 0x492492492492; a word of zero bits is the most negative number.
// ACC is a register of 32 pents. Numbers wrap around modulo 5^16 and 5^32.
//
// Instructions are numbered from 0 and have their own memory. Data memory holds words. Three
// other memories hold the elements of tensors: pents of three bits, activations of one byte,
// accumulators of 32 bits. The operands of tensor instructions are registers that hold the
// addresses of descriptors in data memory: see Kind.
package isa

//go:generate go run ../../../cmd/pentary/gen -docs ../../../docs isa

// Package isa is the instruction set of the Pentary accelerator: 48-bit
// instructions over 16-pent words, matrices of pents, and the low-rank
// perturbations of evolution strategies.
//
// The format and the mnemonics come from the Pentary documents, which assign no numbers
// and give the evolution-strategy group no operands; the numbers, operands and semantics
// are assigned here, in one table (Specs) that the assembler, the disassembler, the
// executor and docs/isa.md all read.
//
// # Instructions
//
//	R     op 4   rd 5   rs1 5   rs2 5   funct 11   imm 18
//	I     op 4   rd 5   rs1 5   imm 34
//	B     op 4   ra 5   rb 5    imm 34
//
// An immediate is a number of pents, as registers hold: six in imm18, ±7,812, and
// eleven in imm34, whose top bit is clear, ±24,414,062. So the adder takes it without
// conversion, and an instruction has one encoding (docs/decisions.md#immediates-as-pents).
// Fields that an instruction does not use are zero: register P0, or zero pents.
//
// # State
//
// 32 registers of 16 pents, of which P0 is always zero; SP is P29, FP P30 and LR P31.
// A fresh register holds zero, 0x492492492492: a word of zero bits is the most
// negative number. ACC is a register of 32 pents. Numbers wrap around modulo 5^16 and
// 5^32.
//
// Instructions are numbered from 0 and lie in a memory of their own. Data memory
// holds words; three other memories hold the elements of tensors: pents at three bits
// each, activations of a byte, accumulators of 32 bits. Tensor instructions take
// registers that hold the addresses of descriptors, which lie in data memory: see
// Kinds.
package isa

//go:generate go run ../../../cmd/pentary/gen -docs ../../../docs isa

// Package rtl is the hardware of the Pentary architecture as Verilog, with its figures:
// cycles, gates, cells of an FPGA and clock frequencies.
//
// The units are hand-written Verilog-2005 in the folder verilog, a module a file, with
// parameters for their sizes; the head of each file states its function, its latency and
// its bounds. Emit returns the files of a unit with its parameters set.
//
//	pent_full_adder  pent_adder  pent_halver  pent_alu   balanced base-5 words
//	pent_partial     pent_lane   pent_dot     pent_tile  products of pents and int8
//	requantize       pent_quantizer                      the way back to int8 and to pents
//	aes_sbox         ars_noise        lowrank            noise, members of a population
//	philox_noise                                         random numbers other than noise
//	pent_crossbar                                        all products at once, checked
//	uart_rx          uart_tx     pent_top                a tile behind a serial port
//
// # Verification
//
// Every unit is bit-identical to a function of this module: trit5.Word and
// trit5.QuantizeQ16, kernels.MatMul, Requantize and Noise, lowrank.Noise.Product. The
// tests run each in Icarus Verilog and in Verilator on the same vectors, prove the
// digit cells, the adder, the lane and the quantizer by SAT, and synthesize the small
// units again. Units with a clock also run random sequences of operations and resets at
// the shortest distance that the unit allows; values and cycles must equal the ones of
// single operations. Both tools' lint is clean at four sizes of each unit.
//
// Without the tools, the tests check the golden vectors of the package;
// PENTARY_REQUIRE_RTL=1 makes a missing tool a failure. PENTARY_LONG=1 runs a million
// vectors a unit.
//
// # Numbers
//
// The functions Cycles... are formulas that the tests compare with counted cycles.
// [Resources] has the results of synthesis and place-and-route.
package rtl

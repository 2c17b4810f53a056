// Package rtl holds the hardware units of the Pentary architecture in Verilog, with their cycle
// counts, gate counts, FPGA cells and clock frequencies.
//
// The units are hand-written Verilog-2005 in the folder verilog, one module per file, with
// their sizes as parameters. The head of each file states function, latency and bounds. Emit
// returns the files of a unit with its parameters set.
//
//	pent_full_adder  pent_adder  pent_halver  pent_alu   balanced base-5 words
//	pent_partial     pent_lane   pent_dot     pent_tile  products of pents and int8
//	requantize       pent_quantizer                      conversions to int8 and to pents
//	aes_sbox         ars_noise        lowrank            noise, products of perturbed members
//	philox_noise                                         random numbers other than noise
//	pent_crossbar                                        a matrix product, checked by checksums
//	uart_rx          uart_tx     pent_top                a tile behind a serial port
//
// # Verification
//
// Every unit is bit-identical to a function of this module: trit5.Word, trit5.QuantizeQ16,
// kernels.MatMul, Requantize and Noise, and lowrank.Noise.Product. The tests run each unit in
// Icarus Verilog and in Verilator on the same vectors; prove the digit cells, the adder, the
// lane and the quantizer by SAT; and synthesize the small units again. Clocked units also run
// random sequences of operations and resets at the shortest distance that the unit allows;
// values and cycles must equal the values and cycles of single operations. Both tools' linters
// pass at four sizes of each unit.
//
// Without these tools, the tests check the package's golden vectors. PENTARY_REQUIRE_RTL=1
// makes a missing tool a failure. PENTARY_LONG=1 runs a million vectors per unit.
//
// # Numbers
//
// The functions Cycles... are formulas, which the tests compare with simulated cycles.
// [Resources] returns the results of synthesis and place-and-route.
package rtl

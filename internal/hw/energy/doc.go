// Package energy models what the accelerator's parts dissipate. Every physical
// number stands in one table, with its range, its technology and where it comes
// from; everything else is arithmetic on the table.
//
// # Two calibrations
//
// What a multiply-accumulate of a pent and an int8 costs is computed in two ways
// that share nothing but the price of an int8 one: from published energies of adders
// and multipliers (Horowitz), and from the ratio of two synthesized lanes
// (Synthesized). They bracket each other; a result is worth what both agree on. Of a
// gate-level simulation the ratio alone is portable, so absolute values are anchored
// to the published int8 operation.
//
// # Analog macros
//
// A Macro is an analog crossbar with its converters. Its two constants are solved
// from two published points of a chip; a point that was held out tells how far to
// trust the rest, see Published.
//
// Energies are in picojoules and powers in watts unless a name says otherwise. The
// arithmetic is float64 without fused operations, so results are the same on every
// CPU; Reachable alone takes a power, whose last bit may differ.
package energy

// Package energy models the energy of the accelerator's parts. Every physical number is
// in one table, with its range, its technology and its source; everything else is
// arithmetic on the table.
//
// # Two calibrations
//
// The energy of a multiply-accumulate of a pent and an int8 is computed in two ways that
// share only the price of an int8 one: from published energies of adders and multipliers
// (Horowitz), and from the ratio of two synthesized lanes (Synthesized). A result is
// reliable as far as both agree (docs/decisions.md#energy-of-an-operation). Only the ratio of a gate-level simulation is portable, so
// absolute values are anchored to the published int8 operation.
//
// # Analog macros
//
// A Macro is an analog crossbar with its converters. Its two constants are solved
// from two published points of a chip; a held-out point tests the model, see Published.
//
// Energies are in picojoules and powers in watts unless a name says otherwise. The
// arithmetic is float64 without fused operations, so results are the same on every
// CPU; Reachable alone takes a power, whose last bit may differ.
package energy

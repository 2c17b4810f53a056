// Package energy models the energy of the accelerator's parts. One table holds every physical
// number with its range, technology and source; everything else is computed from the table.
//
// # Two calibrations
//
// The energy of a multiply-accumulate of a pent and an int8 is computed in two ways: from
// published energies of adders and multipliers (Horowitz), and from the ratio of two synthesized
// lanes (Synthesized). They share only the energy of an int8 multiply-accumulate. A result is
// reliable as far as both agree (docs/decisions.md#energy-of-an-operation). Only ratios of a
// gate-level simulation are portable, so absolute values are anchored to the published int8
// operation.
//
// # Analog macros
//
// A Macro is an analog crossbar with its converters. Its two constants are solved from two
// published points of a chip; a held-out point tests the model (see Published).
//
// Energies are in picojoules and powers in watts unless a name says otherwise. The arithmetic is
// float64 without fused operations, so results are the same on every CPU. The exception is
// Reachable, which raises to a power: the last bit may differ.
package energy

// Package cycles models when the accelerator does what a program asks: a scalar
// pipeline of five stages that issues in order, and units that work beside it.
//
// It is fed the instructions that a run executed, one Op after another, and keeps no
// values: the executor has those. A Pipeline is a recurrence over the stages' start
// times, so a program of any length takes constant memory; the Timeline keeps as many
// instructions as it is asked to.
//
// The pipeline forwards results from the end of execute and of memory, stalls for a
// cycle where a load's result is used at once, predicts every branch as not taken and
// resolves it in execute. Work for a unit leaves execute after one cycle and occupies
// the unit; later instructions wait if they need the unit, a register it writes, or
// memory that it reads or writes. FENCE, SYNC and HALT wait for all units.
//
// Times are cycles of one clock. Latencies given in nanoseconds, those of analog
// arrays, are rounded up to whole cycles of the machine's clock.
package cycles

// Package cycles models the accelerator's timing: a scalar pipeline of five stages that
// issues in order, and units that work in parallel with it.
//
// Its input is the executed instructions, one Op after another; it keeps no values. A
// Pipeline is a recurrence over the stages' start times, so a program of any length takes
// constant memory (docs/decisions.md#pipeline-as-a-recurrence); the Timeline keeps a limited number of instructions.
//
// The pipeline forwards results from the end of execute and of memory, stalls for a
// cycle where a load's result is used at once, predicts every branch as not taken and
// resolves it in execute. Work for a unit leaves execute after one cycle and occupies
// the unit; later instructions wait if they need the unit, a register it writes, or
// memory that it reads or writes. FENCE, SYNC and HALT wait for all units.
//
// Times are cycles of one clock. The latencies of analog arrays are in nanoseconds, and
// rounded up to whole cycles of the machine's clock.
package cycles

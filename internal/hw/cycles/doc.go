// Package cycles models the accelerator's timing: a five-stage, in-order scalar pipeline, and
// units that work in parallel with it.
//
// Its input is the sequence of executed instructions, one Op each, without values. A Pipeline
// is a recurrence over the start times of the stages, so a program of any length takes constant
// memory (docs/decisions.md#pipeline-as-a-recurrence). A Timeline keeps a limited number of
// instructions.
//
// The pipeline forwards results from the end of execute and of memory, stalls for one cycle if
// the next instruction uses a load's result, predicts every branch as not taken and resolves it
// in execute. Work for a unit leaves execute after one cycle and occupies the unit. Later
// instructions wait if they need the unit, a register that it writes, or memory that it reads
// or writes. FENCE, SYNC and HALT wait for all units.
//
// Times are in cycles of one clock. The latencies of analog arrays are in nanoseconds, rounded
// up to whole cycles of the machine's clock.
package cycles

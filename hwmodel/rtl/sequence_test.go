package rtl_test

import (
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/kernels"
)

// TestSequences runs random sequences of all operations, with resets in between, on every
// clocked unit. Each operation begins in the first cycle in which the unit may take it, or a few
// cycles later. Every result and its cycle must equal the result of the single operation. The
// sizes maximize the number of overlapping operations: short intervals and long latencies.
func TestSequences(t *testing.T) {
	need(t, "iverilog", "vvp")
	n := 40
	if testing.Short() {
		n = 8
	}
	if long() {
		n = 1000
	}
	for _, b := range sequences() {
		t.Run(b.title(), func(t *testing.T) {
			t.Parallel()
			inputs := slices.Collect(b.inputs(max(2, n/b.scale), 3))
			for i, out := range icarus(t, &b, inputs) {
				if !b.compare(t, inputs[i], out) {
					return
				}
			}
		})
	}
}

// sequences returns the benches of sequences, at several sizes. Their modules' names end in
// _sequence, except for the top's bench, which has only sequences.
func sequences() []bench {
	return []bench{
		dotSequence(1), dotSequence(16),
		requantizeSequence(), noiseSequence(kernels.ARS4x32), noiseSequence(kernels.Philox4x32),
		tileSequence(3, 2), tileSequence(3, 64), tileSequence(16, 16), tileSequence(37, 8),
		lowrankSequence(2, 2), lowrankSequence(2, 64), lowrankSequence(2, 512),
		lowrankSequence(16, 16), lowrankSequence(40, 32),
		crossbarSequence(2, 1), crossbarSequence(16, 16), crossbarSequence(5, 30),
		uartTxSequence(2), uartTxSequence(5), uartRxSequence(),
		topSequence(3, 8, 4), topSequence(16, 16, 5), topSequence(128, 8, 4),
		topLatency(4), topLatency(9),
	}
}

// Kinds of operations. A bench ignores the kinds that its unit does not have.
const (
	opStart = iota
	opLoad
	opDraw
	opReset
)

// player writes operations to an input record: gap, kind and operands, at a fixed width.
type player struct {
	*writer
	*rand.Rand
	width int
}

func (p *player) op(kind int, operands func()) {
	end := p.at + p.width
	gap := 0
	if p.IntN(3) == 0 {
		gap = p.IntN(8)
	}
	p.put(uint64(gap), 3)
	p.put(uint64(kind), 2)
	operands()
	for p.at < end {
		p.put(0, min(64, end-p.at))
	}
}

// schedule records when a unit takes operations and when its results appear.
type schedule struct {
	now    int // the first cycle free for an operation
	events []event
}

type event struct {
	cycle int
	bits  record // from bit 0
	n     int
}

// take returns the cycle in which a unit takes an operation, if it is ready from cycle ready
// on.
func (s *schedule) take(ready, gap int) int {
	at := max(s.now, ready) + gap
	s.now = at + 1
	return at
}

// result adds a result, the contents of w, in a cycle.
func (s *schedule) result(cycle int, w *writer) {
	s.events = append(s.events, event{cycle: cycle, bits: w.bits, n: w.at})
}

// reset drops the results that a reset prevents.
func (s *schedule) reset(at int) {
	s.events = slices.DeleteFunc(s.events, func(e event) bool { return e.cycle > at })
}

// record writes the results, padded with zeros to n.
func (s *schedule) record(w *writer, n, width int) {
	slices.SortStableFunc(s.events, func(a, b event) int { return a.cycle - b.cycle })
	for i := range n {
		end := w.at + width
		if i < len(s.events) {
			e := s.events[i]
			w.put(uint64(e.cycle), 16)
			copyBits(w, &reader{bits: e.bits}, e.n)
		}
		for w.at < end {
			w.put(0, min(64, end-w.at))
		}
	}
}

func copyBits(w *writer, in *reader, n int) {
	for n > 0 {
		step := min(64, n)
		w.put(in.take(step), step)
		n -= step
	}
}

// played calls do for each operation of an input: gap, kind, and a reader of the operands.
func played(in *reader, ops, width int, do func(gap, kind int, operands *reader)) {
	for i := range ops {
		in.at = i * width
		gap, kind := int(in.take(3)), int(in.take(2))
		do(gap, kind, in)
	}
}

func log2(n int) int { return bits.Len(uint(n)) - 1 }

func clog2(n int) int { return bits.Len(uint(n - 1)) }

package rtl_test

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/hwmodel/rtl"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/trit5"
)

// TestSequences has every unit with a clock compute random sequences of all its
// operations, each in the first cycle in which the unit may take it or a few later, with
// resets in between, and compares every result and its cycle with what the operations give
// one at a time. The sizes are those at which most is under way at once: units whose
// products follow closely, and whose results come late.
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

// sequences returns the benches of sequences, at several sizes. The names of their
// modules end in _sequence, except for the top's, which knows nothing else.
func sequences() []bench {
	return []bench{
		dotSequence(1), dotSequence(16),
		requantizeSequence(), noiseSequence(),
		tileSequence(3, 2), tileSequence(3, 64), tileSequence(16, 16), tileSequence(37, 8),
		lowrankSequence(2, 2), lowrankSequence(2, 64), lowrankSequence(2, 512),
		lowrankSequence(16, 16), lowrankSequence(40, 32),
		crossbarSequence(2, 1), crossbarSequence(16, 16), crossbarSequence(5, 30),
		uartTxSequence(2), uartTxSequence(5), uartRxSequence(),
		topSequence(3, 8, 4), topSequence(16, 16, 5), topSequence(128, 8, 4),
	}
}

// The kinds of operations. Those that a unit does not have, its bench ignores.
const (
	opStart = iota
	opLoad
	opDraw
	opReset
)

// A player puts operations into an input record: gap, kind and operands, at a fixed width.
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

// A schedule is when a unit takes operations and when its results come.
type schedule struct {
	now    int // the first cycle that is free for an operation
	events []event
}

type event struct {
	cycle int
	bits  record // from bit 0
	n     int
}

// take returns the cycle in which an operation is taken by a unit that is ready for it
// from a cycle on.
func (s *schedule) take(ready, gap int) int {
	at := max(s.now, ready) + gap
	s.now = at + 1
	return at
}

// result adds a result: its cycle and what w has.
func (s *schedule) result(cycle int, w *writer) {
	s.events = append(s.events, event{cycle: cycle, bits: w.bits, n: w.at})
}

// reset drops the results that a reset comes before.
func (s *schedule) reset(at int) {
	s.events = slices.DeleteFunc(s.events, func(e event) bool { return e.cycle > at })
}

// record writes the results, and zeros for those that are missing to n.
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

// played calls do with the operations of an input: gap, kind, and a reader of the
// operands.
func played(in *reader, ops, width int, do func(gap, kind int, operands *reader)) {
	for i := range ops {
		in.at = i * width
		gap, kind := int(in.take(3)), int(in.take(2))
		do(gap, kind, in)
	}
}

func log2(n int) int { return bits.Len(uint(n)) - 1 }

func clog2(n int) int { return bits.Len(uint(n - 1)) }

// --- Units that take an operation every cycle -------------------------------

func dotSequence(lanes int) bench {
	const ops = 24
	width := 3 + 11*lanes
	sum := 10 + log2(lanes)
	return bench{
		name: "dot_sequence", params: []string{fmt.Sprint("LANES=", lanes)}, in: ops * width, out: ops * (16 + sum), scale: 1,
		draw: func(w *writer, r *rand.Rand) {
			for range ops {
				w.put(uint64(r.IntN(8)*r.IntN(2)), 3)
				drawCodes(w, r, lanes)
				drawInt8s(w, r, lanes)
			}
		},
		want: func(in *reader, w *writer) {
			var s schedule
			for range ops {
				at := s.take(0, int(in.take(3)))
				weights := takePents(in, lanes)
				v := &writer{}
				v.put(uint64(dot(weights, takeInt8s(in, lanes))), sum)
				s.result(at+rtl.CyclesDot(lanes).Latency, v)
			}
			s.record(w, ops, 16+sum)
		},
	}
}

func requantizeSequence() bench {
	const ops, width = 32, 75
	return bench{
		name: "requantize_sequence", in: ops * width, out: ops * 24, scale: 1,
		draw: func(w *writer, r *rand.Rand) {
			p := &player{w, r, width}
			for range ops {
				p.op(startOrReset(r), func() { drawRequantize(w, r) })
			}
		},
		want: func(in *reader, w *writer) {
			var s schedule
			played(in, ops, width, func(gap, kind int, in *reader) {
				at := s.take(0, gap)
				if kind == opReset {
					s.reset(at)
					return
				}
				y, bias, shift, relu := int32(in.signed(32)), int32(in.signed(32)), uint(in.take(5)), in.take(1) == 1
				var dst [4]int8
				kernels.Requantize(dst[:], []int32{y}, 1, 1, kernels.Output{Bias: []int32{bias}, Shift: shift, ReLU: relu})
				v := &writer{}
				v.put(uint64(dst[0]), 8)
				s.result(at+rtl.CyclesRequantize().Latency, v)
			})
			s.record(w, ops, 24)
		},
	}
}

func startOrReset(r *rand.Rand) int {
	if r.IntN(12) == 0 {
		return opReset
	}
	return opStart
}

// --- Noise -------------------------------------------------------------------

func noiseSequence() bench {
	const ops, width = 16, 197
	return bench{
		name: "noise_sequence", in: ops * width, out: ops*112 + 1, scale: 1,
		draw: func(w *writer, r *rand.Rand) {
			p := &player{w, r, width}
			for range ops {
				p.op(startOrReset(r), func() { drawNoise(w, r) })
			}
		},
		want: func(in *reader, w *writer) {
			var s schedule
			ready := 0
			played(in, ops, width, func(gap, kind int, in *reader) {
				if kind == opReset {
					at := s.take(0, gap)
					s.reset(at)
					ready = at + 1
					return
				}
				at := s.take(ready, gap)
				stream := kernels.Stream{Seed: in.take(64), Generation: uint32(in.take(32)), Tensor: uint32(in.take(32)), Pair: uint32(in.take(32))}
				v := &writer{}
				for _, c := range noise(stream, int(in.take(32)), 1) {
					v.put(uint64(c), 3)
				}
				s.result(at+rtl.CyclesNoise().Latency, v)
				ready = at + rtl.CyclesNoise().Interval
			})
			s.record(w, ops, 112)
			w.put(0, 1)
		},
	}
}

// noise returns the codes of n blocks.
func noise(s kernels.Stream, block, n int) []uint8 {
	codes := make([]uint8, (block+n)*kernels.NoiseUnit)
	kernels.Noise(codes, kernels.Binomial, s)
	return codes[block*kernels.NoiseUnit:]
}

// --- Tile --------------------------------------------------------------------

func tileSequence(rows, cols int) bench {
	const products = 12
	width := 5 + clog2(rows) + 8*cols
	result := 49 + clog2(rows)
	return bench{
		name: "tile_sequence", params: []string{fmt.Sprint("ROWS=", rows), fmt.Sprint("COLS=", cols)},
		in: (rows + products) * width, out: products * rows * result, scale: 1 + rows*cols/256,
		draw: func(w *writer, r *rand.Rand) {
			p := &player{w, r, width}
			load := func(row int) {
				p.op(opLoad, func() {
					w.put(uint64(row), clog2(rows))
					drawCodes(w, r, cols)
				})
			}
			for row := range rows {
				load(row)
			}
			fresh := true // what the accumulators hold is not known
			for range products {
				switch k := r.IntN(10); {
				case k == 0:
					p.op(opReset, func() {})
					fresh = true
				case k < 4:
					load(r.IntN(rows))
				default:
					p.op(opStart, func() {
						w.put(bit(!fresh && r.IntN(2) == 0), 1)
						w.put(0, clog2(rows)-1)
						drawInt8s(w, r, cols)
					})
					fresh = false
				}
			}
		},
		want: func(in *reader, w *writer) {
			var s schedule
			weights := make([][]int32, rows)
			sums := make([]int32, rows)
			c := rtl.CyclesTile(rows, cols)
			ready := 0
			played(in, rows+products, width, func(gap, kind int, in *reader) {
				operands := in.at
				switch kind {
				case opReset:
					at := s.take(0, gap)
					s.reset(at)
					ready = at + 1
				case opLoad:
					s.take(ready, gap)
					row := in.take(clog2(rows))
					weights[row] = takePents(in, cols)
				default:
					at := s.take(ready, gap)
					accumulate := in.take(1) == 1
					in.at = operands + clog2(rows)
					x := takeInt8s(in, cols)
					for i := range rows {
						sums[i] = dot(weights[i], x) + sums[i]*int32(bit(accumulate))
						v := &writer{}
						v.put(uint64(i), clog2(rows))
						v.put(bit(i == rows-1), 1)
						v.put(uint64(sums[i]), 32)
						s.result(at+c.Latency-rows+1+i, v)
					}
					ready = at + c.Interval
				}
			})
			s.record(w, products*rows, result)
		},
	}
}

// takePents and takeInt8s read operands, and dot is their product, by its definition.
func takePents(in *reader, n int) []int32 {
	w := make([]int32, n)
	for i := range w {
		w[i] = int32(pent(in))
	}
	return w
}

func takeInt8s(in *reader, n int) []int32 {
	x := make([]int32, n)
	for i := range x {
		x[i] = int32(in.signed(8))
	}
	return x
}

func dot(w, x []int32) (sum int32) {
	for i, v := range w {
		sum += v * x[i]
	}
	return sum
}

// --- Low rank ----------------------------------------------------------------

func lowrankSequence(rows, cols int) bench {
	rowBits := clog2(rows + 1)
	width := 5 + max(8*cols+7, 164)
	others := min(16, 65535/width-rows) // Icarus Verilog's vectors end at 2^16 bits
	result := 49 + rowBits
	blocks := (rows+31)/32 + (cols+31)/32
	return bench{
		name: "lowrank_sequence", params: []string{fmt.Sprint("ROWS=", rows), fmt.Sprint("COLS=", cols), fmt.Sprint("OTHERS=", others)},
		in: (rows + others) * width, out: others * rows * result, scale: 1 + rows*cols/256,
		draw: func(w *writer, r *rand.Rand) {
			p := &player{w, r, width}
			load := func(row int) {
				p.op(opLoad, func() {
					w.put(uint64(row), rowBits)
					drawCodes(w, r, cols)
				})
			}
			for row := range rows {
				load(row)
			}
			drawn, summed := false, false // factors and accumulators are known
			for range others {
				switch k := r.IntN(16); {
				case k == 0:
					p.op(opReset, func() {})
					drawn, summed = false, false
				case k < 5:
					load(r.IntN(rows))
				case k < 8 || !drawn:
					p.op(opDraw, func() {
						w.put(r.Uint64(), 64)
						w.put(uint64(r.Uint32()), 32)
						w.put(uint64(r.Uint32()>>4), 28)
						w.put(uint64(r.Uint32()), 32)
						w.put(uint64(r.IntN(4)), 2)
						w.put(uint64(r.IntN(4)), 2)
					})
					drawn = true
				default:
					p.op(opStart, func() {
						w.put(bit(summed && r.IntN(2) == 0), 1)
						w.put(uint64(r.IntN(2)), 1)
						w.put(uint64(r.IntN(5)*r.IntN(5)), 5)
						drawInt8s(w, r, cols)
					})
					summed = true
				}
			}
		},
		want: func(in *reader, w *writer) {
			var s schedule
			weights := make([][]int32, rows)
			sums := make([]int32, rows+1) // of b first
			var a, b []int32
			c := rtl.CyclesLowRank(rows, cols)
			ready := 0
			stores := -1       // the cycle in which b is stored
			afterDraw := false // loads need not wait
			played(in, rows+others, width, func(gap, kind int, in *reader) {
				switch kind {
				case opReset:
					at := s.take(0, gap)
					s.reset(at)
					ready, afterDraw, stores = at+1, false, -1
				case opLoad:
					from := ready
					if afterDraw {
						from = 0
					}
					if s.take(from, gap) == stores { // b waits
						stores++
						ready++
					}
					row := in.take(rowBits)
					weights[row] = takePents(in, cols)
				case opDraw:
					at := s.take(ready, gap)
					stream := kernels.Stream{Seed: in.take(64), Generation: uint32(in.take(32))}
					tensor := uint32(in.take(28))
					stream.Pair = uint32(in.take(32))
					rowBlock, colBlock := int(in.take(2)), int(in.take(2))
					factor := func(kind uint32, block, n int) []int32 {
						stream.Tensor = tensor<<4 | kind
						f := make([]int32, n)
						for i, code := range noise(stream, block, (n+31)/32)[:n] {
							f[i] = int32(code) - trit5.CodeZero
						}
						return f
					}
					a, b = factor(0, rowBlock, rows), factor(1, colBlock, cols)
					ready = at + rtl.CyclesDraw(rows, cols).Interval
					stores, afterDraw = at+10*blocks+1, true
				default:
					at := s.take(ready, gap)
					afterDraw = false
					accumulate := int32(in.take(1))
					minus := in.take(1) == 1
					sigma := uint(in.take(5))
					x := takeInt8s(in, cols)
					t := dot(b, x) + accumulate*sums[0]
					sums[0] = t
					for i := range rows {
						sums[i+1] = dot(weights[i], x) + accumulate*sums[i+1]
						delta := a[i] * t
						if sigma > 0 {
							delta = (delta + 1<<(sigma-1)) >> sigma
						}
						if minus {
							delta = -delta
						}
						v := &writer{}
						v.put(uint64(i), rowBits)
						v.put(bit(i == rows-1), 1)
						v.put(uint64(sums[i+1]+delta), 32)
						s.result(at+c.Latency-rows+1+i, v)
					}
					ready = at + c.Interval
				}
			})
			s.record(w, others*rows, result)
		},
	}
}

// --- Crossbar ----------------------------------------------------------------

func crossbarSequence(rows, cols int) bench {
	const products = 12
	checks := rtl.Checks(cols)
	lines := cols + checks
	rowBits, sumBits := clog2(rows), 10+clog2(rows)
	width := 5 + rowBits + max(8*rows, 3*lines)
	result := 17 + sumBits*cols
	return bench{
		name: "crossbar_sequence", params: []string{fmt.Sprint("ROWS=", rows), fmt.Sprint("COLS=", cols), fmt.Sprint("CHECKS=", checks)},
		in: (rows + products) * width, out: products*result + 1, scale: 1,
		draw: func(w *writer, r *rand.Rand) {
			p := &player{w, r, width}
			load := func(row int) {
				p.op(opLoad, func() {
					w.put(uint64(row), rowBits)
					cells := make([]trit5.Pent, 0, lines)
					for range cols {
						cells = append(cells, trit5.Pent(r.IntN(5)-2))
					}
					cells = rtl.AppendChecks(cells, cells)
					if r.IntN(8) == 0 { // a cell goes wrong
						cells[r.IntN(lines)] = trit5.Pent(r.IntN(5) - 2)
					}
					for _, p := range cells {
						w.put(uint64(p.Code()), 3)
					}
				})
			}
			for row := range rows {
				load(row)
			}
			for range products {
				switch k := r.IntN(12); {
				case k == 0:
					p.op(opReset, func() {})
				case k < 4:
					load(r.IntN(rows))
				default:
					p.op(opStart, func() { drawInt8s(w, r, rows) })
				}
			}
		},
		want: func(in *reader, w *writer) {
			var s schedule
			cells := make([][]int32, rows)
			ready := 0
			played(in, rows+products, width, func(gap, kind int, in *reader) {
				switch kind {
				case opReset:
					at := s.take(0, gap)
					s.reset(at)
					ready = at + 1
				case opLoad:
					s.take(ready, gap)
					row := in.take(rowBits)
					cells[row] = takePents(in, lines)
				default:
					at := s.take(ready, gap)
					x := takeInt8s(in, rows)
					v := &writer{}
					off, power := int32(0), int32(1)
					for j := range lines {
						y := int32(0)
						for i := range rows {
							y += cells[i][j] * x[i]
						}
						if j < cols {
							v.put(uint64(y), sumBits)
							off += y
							continue
						}
						off -= power * y
						power *= 5
					}
					v.put(bit(off == 0), 1)
					s.result(at+rtl.CyclesCrossbar().Latency, v)
					ready = at + rtl.CyclesCrossbar().Interval
				}
			})
			s.record(w, products, result)
			w.put(0, 1)
		},
	}
}

// --- Serial line -------------------------------------------------------------

func uartTxSequence(divider int) bench {
	const ops, width = 12, 13
	return bench{
		name: "uart_tx_sequence", params: []string{fmt.Sprint("DIVIDER=", divider)}, in: ops * width, out: 10 * ops * 17, scale: 1,
		draw: func(w *writer, r *rand.Rand) {
			p := &player{w, r, width}
			for range ops {
				p.op(startOrReset(r), func() { w.put(uint64(r.IntN(256)), 8) })
			}
		},
		want: func(in *reader, w *writer) {
			var s schedule
			ready := 0
			levels := make([]uint64, 0, 4096) // of the line, by cycle; 1 after them
			played(in, ops, width, func(gap, kind int, in *reader) {
				if kind == opReset {
					at := s.take(0, gap)
					levels = levels[:min(len(levels), at+1)]
					ready = at + 1
					return
				}
				at := s.take(ready, gap)
				for len(levels) <= at {
					levels = append(levels, 1)
				}
				frame := in.take(8)<<1 | 1<<9
				for i := range 10 * divider {
					levels = append(levels, frame>>(i/divider)&1)
				}
				ready = at + 1 + 10*divider
			})
			level := uint64(1)
			for at, l := range append(levels, 1) {
				if l != level {
					v := &writer{}
					v.put(l, 1)
					s.result(at, v)
				}
				level = l
			}
			s.record(w, 10*ops, 17)
		},
	}
}

func uartRxSequence() bench {
	const divider, ops, most = 8, 160, 24
	return bench{
		name: "uart_rx_sequence", in: ops * 14, out: 9 * most, scale: 1,
		draw: func(w *writer, r *rand.Rand) {
			n := 0
			level := func(l uint64, cycles int) {
				for ; cycles > 0 && n < ops; cycles -= 1024 {
					n++
					w.put(0, 3)
					w.put(uint64(min(cycles, 1024)-1), 10)
					w.put(l, 1)
				}
			}
			level(1, 2*divider)
			for n < ops-13 {
				// A sender's clock is off by up to three parts in a hundred.
				pace := float64(divider) * (1 + 0.06*(r.Float64()-0.5))
				frame := uint64(r.IntN(256))<<1 | 1<<9
				switch r.IntN(6) {
				case 0: // the stop bit is missing
					frame &^= 1 << 9
				case 1: // a line that stays low, to an end at any time
					level(0, 10*divider+r.IntN(20*divider))
					level(1, 2*divider)
					continue
				case 2: // a start bit too short to be one
					level(0, 1+r.IntN(divider/2-2))
					level(1, divider)
					continue
				}
				for i := range 10 {
					level(frame>>i&1, int(pace*float64(i+1))-int(pace*float64(i)))
				}
				if frame>>9 == 0 {
					level(1, divider)
				}
			}
			for n < ops {
				level(1, 1)
			}
		},
		want: func(in *reader, w *writer) {
			var line []uint64
			for range ops {
				in.take(3)
				cycles := int(in.take(10)) + 1
				line = append(line, slices.Repeat([]uint64{in.take(1)}, cycles)...)
			}
			n := 0
			for at := 0; at+10*divider < len(line); {
				sample := func(i int) uint64 { return line[at+divider/2+i*divider] }
				if line[at] == 1 || sample(0) == 1 {
					at++
					continue
				}
				data := uint64(0)
				for i := range 8 {
					data |= sample(1+i) << i
				}
				stop := sample(9)
				at += 9*divider + divider/2
				if stop == 1 {
					w.put(data|1<<8, 9)
					n++
				}
				for at < len(line) && line[at] == 0 {
					at++
				}
			}
			w.put(0, 0)
			for ; n < most; n++ {
				w.put(0, 9)
			}
		},
	}
}

// --- Top ---------------------------------------------------------------------

// A host is a serial line that keeps what is sent, with how many bytes have been received
// by then, and answers with zeros.
type host struct {
	sent     []byte
	after    []int
	received int
}

func (h *host) Write(p []byte) (int, error) {
	for _, b := range p {
		h.sent, h.after = append(h.sent, b), append(h.after, h.received)
	}
	return len(p), nil
}

func (h *host) Read(p []byte) (int, error) {
	clear(p)
	h.received += len(p)
	return len(p), nil
}

// topOp is the width of an operation of the top's bench: gap, byte, bytes received before.
const topOp = 27

// put writes the n operations of an input, the last of them bytes that are no command.
func (h *host) put(w *writer, n int, gap func() int) {
	for i := range n {
		b, after := byte(0), h.received
		if i < len(h.sent) {
			b, after = h.sent[i], h.after[i]
		}
		w.put(uint64(gap()), 3)
		w.put(uint64(b), 8)
		w.put(uint64(after), 16)
	}
}

// topSequence is a bench of commands: all, in any order, without a pause.
func topSequence(rows, cols, divider int) bench {
	const commands = 12
	load := 1 + 3*rows*cols/8
	send := 2*load + commands*(1+cols)
	receive := commands * 4 * rows
	return bench{
		name: "top", params: []string{fmt.Sprint("ROWS=", rows), fmt.Sprint("COLS=", cols), fmt.Sprint("DIVIDER=", divider), fmt.Sprint("SEND=", send), fmt.Sprint("RECEIVE=", receive)},
		in: send * topOp, out: 8 * receive, scale: 1 + rows*cols/16,
		draw: func(w *writer, r *rand.Rand) {
			var line host
			port := rtl.NewPort(&line, rows, cols)
			matrix := func() *packed.Matrix {
				m := packed.NewMatrix(rows, cols)
				for i := range rows {
					for j := range cols {
						m.Set(i, j, trit5.Pent(r.IntN(5)-2))
					}
				}
				return m
			}
			vector := func() []int8 {
				x := make([]int8, cols)
				for i := range x {
					x[i] = int8(r.IntN(256))
				}
				return x
			}
			errs := []error{port.Load(matrix()), port.Multiply(vector())}
			for n := 2; n < commands; n++ {
				var err error
				switch k := r.IntN(10); {
				case k == 0 && len(line.sent)+load+(commands-n)*(1+cols) <= send:
					err = port.Load(matrix())
				case k < 3:
					err = port.Multiply(vector())
				case k < 6:
					err = port.Accumulate(vector())
				case k < 8:
					err = port.Read(make([]int32, rows))
				default:
					err = port.Activate(make([]int8, rows), uint(r.IntN(12)), r.IntN(2) == 0)
				}
				errs = append(errs, err)
			}
			for _, err := range errs {
				if err != nil {
					panic(err)
				}
			}
			line.put(w, send, func() int { return r.IntN(8) * r.IntN(2) })
		},
		want: func(in *reader, w *writer) {
			bytes := make([]byte, send)
			for i := range bytes {
				in.take(3)
				bytes[i] = byte(in.take(8))
				in.take(16)
			}
			wantCommands(&reader{bits: bytes}, send, rows, cols, w)
			for w.at < 8*receive {
				w.put(0, 8)
			}
		},
	}
}

// wantCommands writes what a top answers to the n bytes of in.
func wantCommands(in *reader, n, rows, cols int, w *writer) {
	weights := make([][]int32, rows)
	y := make([]int32, rows)
	for in.at < 8*n {
		switch command := in.take(8); command {
		case 1:
			for i := range weights {
				weights[i] = takePents(in, cols)
			}
		case 2, 3:
			x := takeInt8s(in, cols)
			for i := range y {
				y[i] = dot(weights[i], x) + int32(command-2)*y[i]
			}
		case 4:
			for _, v := range y {
				w.put(uint64(v), 32)
			}
		case 5:
			how := in.take(8)
			q := make([]int8, kernels.Quads(rows)*4)
			kernels.Requantize(q, y, rows, 1, kernels.Output{Shift: uint(how & 31), ReLU: how>>7 == 1})
			for _, v := range q[:rows] {
				w.put(uint64(v), 8)
			}
		}
	}
}

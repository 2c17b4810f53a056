package rtl_test

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/Kaleaon/pentary-go/hwmodel/rtl"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/trit5"
)

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
				// The sender's clock is off by up to 3 %.
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

// host is a serial line that records each byte sent with the number of bytes received so far,
// and answers with zeros.
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

// topOp is the width in bits of an operation of the top's bench: gap, byte, bytes received
// before.
const topOp = 27

// put writes the n operations of an input, padded with bytes that are not commands.
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

// topSequence is a bench of all commands in random order, without pauses.
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

// wantCommands writes the expected answers of a top to the n bytes of in.
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

// topLatency is a bench of the time until an answer begins. Later bytes of an answer do not
// show the top's latency, because the line is slower.
func topLatency(divider int) bench {
	const ops = 2
	return bench{
		name: "top_latency", params: []string{fmt.Sprint("DIVIDER=", divider)}, in: ops * 11, out: 16, scale: 1,
		draw: func(w *writer, r *rand.Rand) {
			bytes := [ops]uint64{0, 4} // nothing, read
			if r.IntN(2) == 0 {
				bytes = [ops]uint64{5, uint64(r.IntN(31))} // activate
			}
			for _, b := range bytes {
				w.put(uint64(r.IntN(8)), 3)
				w.put(b, 8)
			}
		},
		want: func(_ *reader, w *writer) {
			// The last byte is valid half a bit after the beginning of its stop bit, plus the
			// delay of the registers at both ends.
			const registers, answerCycles = 3, 8
			w.put(uint64(9*divider+divider/2+registers+answerCycles), 16)
		},
	}
}

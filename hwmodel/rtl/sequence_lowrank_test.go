package rtl_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/Kaleaon/pentary-go/hwmodel/rtl"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/trit5"
)

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
			sums := make([]int32, rows+1) // b's first
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
					stores, afterDraw = at+rtl.CyclesNoise().Of(blocks)+1, true
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

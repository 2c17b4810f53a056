package rtl_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/Kaleaon/pentary-go/hwmodel/rtl"
)

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
			fresh := true // the accumulators are undefined
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

// takePents and takeInt8s read operands; dot is their product by definition.
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

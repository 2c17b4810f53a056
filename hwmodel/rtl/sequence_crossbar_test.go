package rtl_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/Kaleaon/pentary-go/hwmodel/rtl"
	"github.com/Kaleaon/pentary-go/trit5"
)

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

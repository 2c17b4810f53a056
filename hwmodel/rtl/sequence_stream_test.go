package rtl_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/Kaleaon/pentary-go/hwmodel/rtl"
	"github.com/Kaleaon/pentary-go/kernels"
)

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

// noiseSequence is a bench of sequences for the noise unit of generator g.
func noiseSequence(g kernels.Generator) bench {
	const ops, width = 16, 197
	c, philox := rtl.CyclesNoise(), 0
	if g == kernels.Philox4x32 {
		c, philox = rtl.CyclesRandom(), 1
	}
	return bench{
		name: "noise_sequence", params: []string{fmt.Sprint("PHILOX=", philox)}, in: ops * width, out: ops*112 + 1, scale: 1,
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
				stream := kernels.Stream{Generator: g, Seed: in.take(64), Generation: uint32(in.take(32)), Tensor: uint32(in.take(32)), Pair: uint32(in.take(32))}
				v := &writer{}
				for _, c := range noise(stream, int(in.take(32)), 1) {
					v.put(uint64(c), 3)
				}
				s.result(at+c.Latency, v)
				ready = at + c.Interval
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

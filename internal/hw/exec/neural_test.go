package exec

import (
	"testing"

	"github.com/Kaleaon/pentary-go/internal/hw/isa"
)

// trials is the number of random cases per instruction.
const trials = 40

func TestMatVec(t *testing.T) {
	for seed := range uint64(trials) {
		l := newLab(t, seed)
		m, k, n := l.size(40), l.size(90), l.size(9)
		y, yn := l.tensor(isa.Accumulators, m, n)
		w, wn := l.tensor(isa.Pents, m, k)
		x, xn := l.tensor(isa.Bytes, k, n)
		l.must(l.run(nil, "MATVEC %s, %s, %s", y, w, x))
		census := Census{}
		for i := range m {
			for j := range k {
				switch l.at(wn, i, j) {
				case 0:
					census.Zero++
				case -1, 1:
					census.One++
				default:
					census.Two++
				}
			}
		}
		l.want(yn, func(i, c int) (sum int64) {
			for j := range k {
				sum += l.at(wn, i, j) * l.at(xn, j, c)
			}
			return sum
		})
		if e := l.e; e.M != m || e.K != k || e.N != n || e.MACs() != m*k*n || e.Weights != census || census.Total() != m*k ||
			e.Read.Bytes != (k+3)/4*4*n || e.Read.Words != 3*6*6 || e.Written.Accumulators != 4*m*n ||
			e.Tensors != [4]Tensor{l.tensors[yn], l.tensors[wn], l.tensors[xn]} {
			t.Fatalf("event %+v of %d×%d×%d with %+v", e, m, k, n, census)
		}
	}
}

func TestReLU(t *testing.T) {
	for seed := range uint64(trials) {
		l := newLab(t, seed)
		m, n := l.size(20), l.size(9)
		y, yn := l.tensor(isa.Bytes, m, n)
		x, xn := l.tensor(isa.Bytes, m, n)
		if seed%2 == 0 {
			y, yn = x, xn // in place
		}
		var before func(i, j int) int64
		l.must(l.run(func() { before = l.snapshot(xn) }, "RELU %s, %s", y, x))
		l.want(yn, func(i, j int) int64 { return max(0, before(i, j)) })
	}
}

func TestQuant(t *testing.T) {
	for seed := range uint64(trials) {
		l := newLab(t, seed)
		m, n, shift := l.size(20), l.size(9), l.rng.IntN(16)
		x, xn := l.tensor(isa.Bytes, m, n)
		y, yn := l.tensor(isa.Accumulators, m, n)
		b, bn := l.tensor(isa.Accumulators, m, 1)
		bias := func(i int) int64 { return l.at(bn, i, 0) }
		if seed%2 == 0 {
			b, bias = "P0", func(int) int64 { return 0 }
		}
		l.must(l.run(nil, "QUANT %s, %s, %d, %s", x, y, shift, b))
		l.want(xn, func(i, c int) int64 {
			return min(max(roundShift(l.at(yn, i, c)+bias(i), uint(shift)), -127), 127)
		})
	}
}

func TestPool(t *testing.T) {
	for seed := range uint64(trials) {
		l := newLab(t, seed)
		size, channels, n := l.size(3), l.size(4), l.size(5)
		height, width := size+l.rng.IntN(6), size+l.rng.IntN(6)
		y, yn := l.tensor(isa.Bytes, channels*(height/size)*(width/size), n, height/size, width/size)
		x, xn := l.tensor(isa.Bytes, channels*height*width, n, height, width)
		l.must(l.run(nil, "POOL %s, %s, %d", y, x, size))
		h, w := height/size, width/size
		l.want(yn, func(row, c int) int64 {
			best := int64(-1000)
			for u := range size {
				for v := range size {
					i, j := row/w%h*size+u, row%w*size+v
					best = max(best, l.at(xn, row/(h*w)*height*width+i*width+j, c))
				}
			}
			return best
		})
	}
}

func TestConv(t *testing.T) {
	for seed := range uint64(trials) {
		l := newLab(t, seed)
		out, channels, n, stride := l.size(4), l.size(3), l.size(4), l.size(3)
		kh, kw := l.size(3), l.size(3)
		height, width := kh+l.rng.IntN(6), kw+l.rng.IntN(6)
		h, w := (height-kh)/stride+1, (width-kw)/stride+1
		y, yn := l.tensor(isa.Accumulators, out*h*w, n, h, w)
		weights, wn := l.tensor(isa.Pents, out, channels*kh*kw, kh, kw)
		x, xn := l.tensor(isa.Bytes, channels*height*width, n, height, width)
		l.must(l.run(nil, "CONV %s, %s, %s, %d", y, weights, x, stride))
		l.want(yn, func(row, c int) (sum int64) {
			o, i, j := row/(h*w), row/w%h, row%w
			for ch := range channels {
				for u := range kh {
					for v := range kw {
						pixel := ch*height*width + (i*stride+u)*width + j*stride + v
						sum += l.at(wn, o, (ch*kh+u)*kw+v) * l.at(xn, pixel, c)
					}
				}
			}
			return sum
		})
		if e := l.e; e.M != out || e.K != channels*kh*kw || e.N != h*w*n || e.Weights.Total() != out*channels*kh*kw {
			t.Fatalf("event %+v", e)
		}
	}
}

// Images too wide for one batch of patches are split.
func TestConvInParts(t *testing.T) {
	l := newLab(t, 1)
	const width, kw = 3000, 700
	y, yn := l.tensor(isa.Accumulators, width-kw+1, 1, 1, width-kw+1)
	w, wn := l.tensor(isa.Pents, 1, kw, 1, kw)
	x, xn := l.tensor(isa.Bytes, width, 1, 1, width)
	l.must(l.run(nil, "CONV %s, %s, %s, 1", y, w, x))
	l.want(yn, func(j, _ int) (sum int64) {
		for v := range kw {
			sum += l.at(wn, 0, v) * l.at(xn, j+v, 0)
		}
		return sum
	})
}

func TestTransfer(t *testing.T) {
	for seed := range uint64(trials) {
		l := newLab(t, seed)
		kind, m, n := isa.Kind(1+seed%3), l.size(30), l.size(40)
		to, tn := l.tensor(kind, m, n)
		from, fn := l.tensor(kind, m, n)
		op := []string{"LOADV", "STOREV"}[seed/3%2]
		l.must(l.run(nil, "%s %s, %s", op, to, from))
		l.want(tn, func(i, j int) int64 { return l.at(fn, i, j) })
		if e := l.e; e.Far != l.tensors[tn].traffic().Total() || e.Read.Total() != e.Written.Total()+2*36 {
			t.Fatalf("event %+v", e)
		}
	}
	for seed := range uint64(trials) {
		l := newLab(t, seed)
		kind, m, n := []isa.Kind{isa.Bytes, isa.Accumulators}[seed%2], l.size(30), l.size(9)
		wide, wn := l.tensor(kind, m, n)
		narrow, nn := l.tensor(kind, m, 1)
		column := l.rng.IntN(n)
		c := l.value(column)
		var before func(i, j int) int64
		prepare := func() { before = l.snapshot(wn) }
		if seed/2%2 == 0 {
			l.must(l.run(prepare, "LOADV %s, %s, %s", wide, narrow, c))
			l.want(wn, func(i, j int) int64 {
				if j == column {
					return l.at(nn, i, 0)
				}
				return before(i, j)
			})
		} else {
			l.must(l.run(prepare, "STOREV %s, %s, %s", narrow, wide, c))
			l.want(nn, func(i, _ int) int64 { return before(i, column) })
		}
	}
}

package interchange

import (
	"context"
	"math"
	"math/cmplx"
	"slices"

	"github.com/Kaleaon/pentary-go/internal/parallel"
)

// fisherRidge is added to the diagonal of a Fisher information whose diagonal has the mean one:
// later branches make up for errors in some directions, which the float network does not show.
const fisherRidge = 0.3

// A metric says how much errors in the residual stream after a branch matter: the square of an
// error e is e·h·e. Its h is the Fisher information of the float network's next-token
// distributions with respect to the residual stream, averaged over tokens and scaled to a mean
// diagonal of one: to second order, e·h·e is proportional to the divergence of the distributions
// of the network with the error from those without.
type metric struct {
	h    [][]float64
	root [][]float64 // lower triangular, h = root·rootᵀ
}

// white returns rootᵀ·x, whose squared length is the square of x in the metric; x without one.
func (m *metric) white(x []float64) []float64 {
	if m == nil {
		return x
	}
	y := make([]float64, len(x))
	for i, v := range x {
		for j, r := range m.root[i][:i+1] {
			y[j] += r * v
		}
	}
	return y
}

// newMetric returns the metric of second moments of derivatives, of which it reads the lower half.
func newMetric(moments [][]float64) *metric {
	mean := dampingOf(moments, 1)
	m := &metric{h: squareOf(len(moments)), root: squareOf(len(moments))}
	for i, row := range moments {
		for j, v := range row[:i+1] {
			v /= mean * (1 + fisherRidge)
			if i == j {
				v += fisherRidge / (1 + fisherRidge)
			}
			m.h[i][j], m.h[j][i] = v, v
			for k := range j {
				v -= m.root[i][k] * m.root[j][k]
			}
			if i == j {
				m.root[i][i] = math.Sqrt(v)
			} else {
				m.root[i][j] = v / m.root[j][j]
			}
		}
	}
	return m
}

// squareOf returns an n × n matrix of zeros.
func squareOf(n int) [][]float64 {
	m := make([][]float64, n)
	for i := range m {
		m[i] = make([]float64, n)
	}
	return m
}

// metrics returns the metric after each branch, two a block, for texts that the network has drawn. If
// the context ends, it leaves out texts.
func (l *Llama) metrics(ctx context.Context, texts [][]int) []*metric {
	parts := make([][][][]float64, min(tokenParts, len(texts)))
	parallel.For(parallel.Workers(), len(parts), func(_, part int) {
		sums := make([][][]float64, 2*len(l.Blocks))
		for branch := range sums {
			sums[branch] = squareOf(l.Width)
		}
		for i := part; i < len(texts) && ctx.Err() == nil; i += len(parts) {
			for branch, gradients := range l.gradients(texts[i]) {
				for _, g := range gradients {
					for j, v := range g {
						for k, u := range g[:j+1] {
							sums[branch][j][k] += v * u
						}
					}
				}
			}
		}
		parts[part] = sums
	})
	all := make([]*metric, 2*len(l.Blocks))
	for branch := range all {
		sum := squareOf(l.Width)
		for _, part := range parts {
			for j, row := range part[branch] {
				for k, v := range row[:j+1] {
					sum[j][k] += v
				}
			}
		}
		all[branch] = newMetric(sum)
	}
	return all
}

// gradients returns the derivatives of the summed surprise of a text's tokens with respect to the
// residual stream after each branch, by branch and token. Norms within blocks have gains of one.
func (l *Llama) gradients(text []int) [][][]float64 {
	text = text[:min(len(text), l.Context)]
	r := newResiduals(l, [][]int{text})
	var streams [][][]float64 // before each branch
	for i := range l.Blocks {
		b := &l.Blocks[i]
		streams = append(streams, cloned(r.x))
		x := r.normed()
		r.add(products(b.Out, r.attended(products(b.Query, x), products(b.Key, x), products(b.Value, x))))
		streams = append(streams, cloned(r.x))
		x = r.normed()
		r.add(products(b.Down, gated(products(b.Gate, x), products(b.Up, x))))
	}
	back := l.backward(len(text))
	g := make([][]float64, len(text))
	for t, x := range r.x {
		if t == len(text)-1 {
			g[t] = make([]float64, l.Width)
			break
		}
		h := back.normed(x)
		z := times(l.output(), gained(h, l.Norm))
		softmax(z, z)
		z[text[t+1]]--
		g[t] = back.norm(x, h, gained(transposedTimes(l.output(), z, l.Width), l.Norm))
	}
	all := make([][][]float64, len(streams))
	for branch := len(streams) - 1; branch >= 0; branch-- {
		all[branch] = cloned(g)
		switch b := &l.Blocks[branch/2]; {
		case branch == 0: // nothing is asked of the embedding
		case branch%2 == 1:
			back.gated(b, streams[branch], g)
		default:
			back.attended(b, streams[branch], g)
		}
	}
	return all
}

func cloned(x [][]float64) [][]float64 {
	y := make([][]float64, len(x))
	for t := range x {
		y[t] = slices.Clone(x[t])
	}
	return y
}

// transposedTimes returns wᵀ·y, of n columns.
func transposedTimes(w []float32, y []float64, n int) []float64 {
	x := make([]float64, n)
	for i, v := range y {
		for j, u := range w[i*n:][:n] {
			x[j] += v * float64(u)
		}
	}
	return x
}

// A backward turns the derivatives with respect to the residual stream after a branch into those
// before it, in place.
type backward struct {
	*llamaRun
	turns [][]complex128 // by position, against the ones of the forward pass
}

func (l *Llama) backward(positions int) *backward {
	b := &backward{llamaRun: l.run()}
	for range positions {
		b.turn()
		turns := slices.Clone(b.llamaRun.turns)
		for i, v := range turns {
			turns[i] = cmplx.Conj(v)
		}
		b.turns = append(b.turns, turns)
		b.position++
	}
	return b
}

// norm returns the derivatives with respect to x from those with respect to h, x normed.
func (b *backward) norm(x, h, by []float64) []float64 {
	along, squares := 0.0, 0.0
	for i, v := range by {
		along += v * h[i]
		squares += x[i] * x[i]
	}
	n := float64(len(x))
	scale, dx := 1/math.Sqrt(squares/n+b.Epsilon), make([]float64, len(x))
	for i, v := range by {
		dx[i] = scale * (v - h[i]*along/n)
	}
	return dx
}

func addTo(sum, x []float64) {
	for i, v := range x {
		sum[i] += v
	}
}

// gated goes back through a gated layer.
func (b *backward) gated(block *LlamaBlock, stream, g [][]float64) {
	for t, x := range stream {
		h := b.normed(x)
		gate, up := times(block.Gate, h), times(block.Up, h)
		for j, v := range transposedTimes(block.Down, g[t], b.Hidden) {
			open := 1 / (1 + math.Exp(-gate[j]))
			gate[j], up[j] = v*up[j]*open*(1+gate[j]*(1-open)), v*silu(gate[j])
		}
		by := transposedTimes(block.Gate, gate, b.Width)
		addTo(by, transposedTimes(block.Up, up, b.Width))
		addTo(g[t], b.norm(x, h, by))
	}
}

// attended goes back through attention.
func (b *backward) attended(block *LlamaBlock, stream, g [][]float64) {
	h := make([][]float64, len(stream))
	for t, x := range stream {
		h[t] = b.normed(x)
	}
	q, k, v := products(block.Query, h), products(block.Key, h), products(block.Value, h)
	for t := range h {
		for i, turn := range b.turns[t] {
			b.llamaRun.turns[i] = cmplx.Conj(turn)
		}
		b.rotate(q[t])
		b.rotate(k[t])
	}
	byQ, byK, byV := zerosLike(q), zerosLike(k), zerosLike(v)
	width, group := b.Width/b.Heads, b.Heads/b.KVHeads
	root := 1 / math.Sqrt(float64(width))
	shares, byShares := make([]float64, len(h)), make([]float64, len(h))
	for t := range h {
		out := transposedTimes(block.Out, g[t], b.Width)
		for head := range b.Heads {
			from, at := head*width, head/group*width
			query, by := q[t][from:][:width], out[from:][:width]
			for s := range t + 1 {
				shares[s], byShares[s] = root*inner(query, k[s][at:]), inner(by, v[s][at:])
			}
			softmax(shares[:t+1], shares[:t+1])
			mean := inner(shares[:t+1], byShares)
			for s, share := range shares[:t+1] {
				score := root * share * (byShares[s] - mean)
				for i := range width {
					byV[s][at+i] += share * by[i]
					byQ[t][from+i] += score * k[s][at+i]
					byK[s][at+i] += score * query[i]
				}
			}
		}
	}
	for t, x := range stream {
		copy(b.llamaRun.turns, b.turns[t])
		b.rotate(byQ[t])
		b.rotate(byK[t])
		by := transposedTimes(block.Query, byQ[t], b.Width)
		addTo(by, transposedTimes(block.Key, byK[t], b.Width))
		addTo(by, transposedTimes(block.Value, byV[t], b.Width))
		addTo(g[t], b.norm(x, h[t], by))
	}
}

func zerosLike(x [][]float64) [][]float64 {
	y := make([][]float64, len(x))
	for t := range x {
		y[t] = make([]float64, len(x[t]))
	}
	return y
}

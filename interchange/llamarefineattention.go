package interchange

import (
	"math"
	"slices"
)

// A headGroup is the attention of the heads of a block that share keys and values, in the network
// of pents. It sees the branch's error by the products of the last matrix's columns.
type headGroup struct {
	*llamaQuantizer
	block, number int // of the group
	heads, width  int // heads of the group, and the width of each
	x             [][]float64
	begin         []int          // of each token's text
	turns         [][]complex128 // by position

	query, out []float64     // by token, of the group's heads; query is turned
	key, value []float64     // by token; key is turned
	share      [][][]float64 // by head, token, and earlier token of the text
	seen       [][][]float64 // by head and token: the mean of the inputs by the shares
	gram       [][]float64   // products of the columns of the last matrix, by the branch's metric
	left       []float64     // by token: products of these columns with what is left of the target
}

// refineAttention refines the matrices of queries, keys and values of block i, so that the last
// matrix of the branch returns target. It returns what attention returns.
func (q *llamaQuantizer) refineAttention(i int, target [][]float64) [][]float64 {
	b, x := &q.result.Blocks[i], q.b.normed()
	all := q.b.attended(products(b.Query, x), products(b.Key, x), products(b.Value, x))
	left := missed(target, products(b.Out, all))
	for number := 0; number < q.exact.KVHeads && q.o.ctx.Err() == nil; number++ {
		g := q.headGroup(i, number, x, left)
		before := slices.Clone(g.out)
		g.setSeen()
		for unit := range g.width {
			g.refineValue(unit)
			q.sweep()
		}
		for unit := range g.width {
			for head := range g.heads {
				g.refineQuery(head, unit)
				q.sweep()
			}
			g.refineKey(unit)
			q.sweep()
		}
		n := len(g.gram)
		for t := range x {
			for k := range left[t] {
				left[t][k] -= dot(b.Out[k*q.exact.Width+number*n:][:n], subtracted(g.out[t*n:][:n], before[t*n:][:n]))
			}
			copy(all[t][number*n:], g.out[t*n:][:n])
		}
	}
	return all
}

func subtracted(a, b []float64) []float64 {
	y := make([]float64, len(a))
	for i, v := range a {
		y[i] = v - b[i]
	}
	return y
}

// headGroup returns a group with its activations for the inputs x, and what is left of the
// branch's target.
func (q *llamaQuantizer) headGroup(i, number int, x, left [][]float64) *headGroup {
	g := &headGroup{llamaQuantizer: q, block: i, number: number, heads: q.exact.Heads / q.exact.KVHeads, width: q.exact.Width / q.exact.Heads, x: x}
	run := q.b.run()
	for _, n := range q.b.lengths {
		for at := len(g.begin); n > 0; n-- {
			if g.begin = append(g.begin, at); len(g.turns) <= len(g.begin)-1-at {
				run.turn()
				g.turns = append(g.turns, slices.Clone(run.turns))
				run.position++
			}
		}
	}
	b, n, all := &q.result.Blocks[i], q.exact.Width, g.heads*g.width
	metric, columns := q.metric(i, "attn_output"), make([][]float64, all)
	for c := range columns {
		for k := range n {
			columns[c] = append(columns[c], float64(b.Out[k*n+number*all+c]))
		}
		columns[c] = metric.white(columns[c])
	}
	product := func(a, b []float64) (sum float64) {
		for k, v := range a {
			sum += v * b[k]
		}
		return sum
	}
	for _, c := range columns {
		row := make([]float64, all)
		for j, d := range columns {
			row[j] = product(c, d)
		}
		g.gram = append(g.gram, row)
	}
	rows := func(w []float32, count int, turn bool) (y []float64) {
		for t, v := range products(w[number*count*n:][:count*n], x) {
			if turn {
				copy(run.turns, g.turns[t-g.begin[t]])
				run.rotate(v)
			}
			y = append(y, v...)
		}
		return y
	}
	g.query, g.key, g.value = rows(b.Query, all, true), rows(b.Key, g.width, true), rows(b.Value, g.width, false)
	g.share, g.out = make([][][]float64, g.heads), make([]float64, len(x)*all)
	for head := range g.heads {
		g.share[head] = g.shares(head, g.query, g.key)
		g.outputs(head, g.share[head], g.out)
	}
	for t := range x {
		white := metric.white(left[t])
		for _, c := range columns {
			g.left = append(g.left, product(c, white))
		}
	}
	return g
}

// shares returns a head's attention, by token and earlier token.
func (g *headGroup) shares(head int, query, key []float64) [][]float64 {
	root, n, all := 1/math.Sqrt(float64(g.width)), g.width, make([][]float64, len(g.x))
	g.inParts(func(_, lo, hi int) {
		for t := lo; t < hi; t++ {
			q, most, sum := query[t*len(g.gram)+head*n:][:n], math.Inf(-1), 0.0
			shares := make([]float64, t+1-g.begin[t])
			for i, keys := 0, key[g.begin[t]*n:]; i < len(shares); i, keys = i+1, keys[n:] {
				score := 0.0
				for j, v := range keys[:len(q)] {
					score += q[j] * v
				}
				shares[i] = score * root
				most = max(most, shares[i])
			}
			for i, v := range shares {
				shares[i] = math.Exp(v - most)
				sum += shares[i]
			}
			for i := range shares {
				shares[i] /= sum
			}
			all[t] = shares
		}
	})
	return all
}

// outputs writes a head's outputs by its shares.
func (g *headGroup) outputs(head int, shares [][]float64, out []float64) {
	n := g.width
	g.inParts(func(_, lo, hi int) {
		for t := lo; t < hi; t++ {
			to := out[t*len(g.gram)+head*n:][:n]
			clear(to)
			values := g.value[g.begin[t]*n:]
			for _, share := range shares[t] {
				for j, v := range values[:len(to)] {
					to[j] += share * v
				}
				values = values[n:]
			}
		}
	})
}

// gain returns by how much the branch's squared error falls with other outputs.
func (g *headGroup) gain(out []float64) float64 {
	n := len(g.gram)
	return g.sumParts(func(lo, hi int) (sum float64) {
		for t := lo; t < hi; t++ {
			by := subtracted(out[t*n:][:n], g.out[t*n:][:n])
			for i, v := range by {
				if v == 0 {
					continue
				}
				square := 0.0
				for j, u := range by {
					square += u * g.gram[i][j]
				}
				sum += v * (2*g.left[t*n+i] - square)
			}
		}
		return sum
	})
}

// accept makes other outputs the group's.
func (g *headGroup) accept(out []float64) {
	n := len(g.gram)
	for i, v := range out {
		by := v - g.out[i]
		if by == 0 {
			continue
		}
		for j, u := range g.gram[i%n] {
			g.left[i/n*n+j] -= by * u
		}
	}
	g.out = out
}

// setSeen sets the means of the inputs by the shares.
func (g *headGroup) setSeen() {
	g.seen = make([][][]float64, g.heads)
	for head := range g.seen {
		g.seen[head] = make([][]float64, len(g.x))
		g.inParts(func(_, lo, hi int) {
			for t := lo; t < hi; t++ {
				seen := make([]float64, g.exact.Width)
				for i, share := range g.share[head][t] {
					for j, v := range g.x[g.begin[t]+i] {
						seen[j] += share * v
					}
				}
				g.seen[head][t] = seen
			}
		})
	}
}

// fitValue returns the fit of the row of an element of the values.
func (g *headGroup) fitValue(unit int) *rowFit {
	step, all := every(len(g.x), curvedTokens), len(g.gram)
	return g.fitParts(func(f *rowFit, lo, hi int) {
		others := make([]float64, g.exact.Width)
		for t := lo; t < hi; t++ {
			for head := range g.heads {
				i, seen := head*g.width+unit, g.seen[head][t]
				f.pulled(g.left[t*all+i], seen)
				if t%step != 0 {
					continue
				}
				clear(others)
				for k := range g.heads {
					for j, v := range g.seen[k][t] {
						others[j] += float64(step) * g.gram[i][k*g.width+unit] * v
					}
				}
				f.curveBy(seen, others)
			}
		}
	})
}

// refineValue refines the row of an element of the values.
func (g *headGroup) refineValue(unit int) {
	m := g.move(g.fitValue(unit), g.block, "attn_v", g.number*g.width+unit)
	if m == nil {
		return
	}
	value, out := g.value, slices.Clone(g.out)
	g.value = slices.Clone(value)
	for t := range g.x {
		g.value[t*g.width+unit] = dot(m.to, g.x[t])
	}
	for head := range g.heads {
		g.outputs(head, g.share[head], out)
	}
	if !(g.gain(out) > 0) {
		g.value = value
		return
	}
	m.take()
	g.accept(out)
}

// turned returns the changes of a pair of turned elements when one is added to an element before
// the turn.
func (g *headGroup) turned(t, unit int) (first, second float64) {
	c := g.turns[t-g.begin[t]][unit/2]
	if unit%2 == 0 {
		return real(c), imag(c)
	}
	return -imag(c), real(c)
}

// turn returns turned elements, of n a token, after a change of a row whose elements are at unit of
// those from at on.
func (g *headGroup) turn(v []float64, n, at, unit int, m *rowMove) []float64 {
	v = slices.Clone(v)
	for t, x := range g.x {
		by := dot(m.to, x) - dot(m.now, x)
		first, second := g.turned(t, unit)
		v[t*n+at+unit/2*2] += by * first
		v[t*n+at+unit/2*2+1] += by * second
	}
	return v
}

// fitQuery returns the fit of the row of an element of a head's queries.
func (g *headGroup) fitQuery(head, unit int) *rowFit {
	root, step := 1/math.Sqrt(float64(g.width)), every(len(g.x), curvedTokens)
	n, pair, at := g.width, unit/2*2, head*g.width
	return g.fitParts(func(f *rowFit, lo, hi int) {
		slope := make([]float64, n) // of the outputs
		for t := lo; t < hi; t++ {
			first, second := g.turned(t, unit)
			first, second = first*root, second*root
			clear(slope)
			mean := 0.0
			keys, values := g.key[g.begin[t]*n:], g.value[g.begin[t]*n:]
			for _, share := range g.share[head][t] {
				by := share * (first*keys[pair] + second*keys[pair+1])
				mean += by
				for j, v := range values[:len(slope)] {
					slope[j] += by * v
				}
				keys, values = keys[n:], values[n:]
			}
			pull, curve := 0.0, 0.0
			for j := range slope {
				slope[j] -= mean * g.out[t*len(g.gram)+at+j]
				pull += slope[j] * g.left[t*len(g.gram)+at+j]
			}
			f.pulled(pull, g.x[t])
			if t%step != 0 {
				continue
			}
			for i, v := range slope {
				for j, u := range slope {
					curve += v * u * g.gram[at+i][at+j]
				}
			}
			f.curve(float64(step)*curve, g.x[t])
		}
	})
}

// refineQuery refines the row of an element of a head's queries.
func (g *headGroup) refineQuery(head, unit int) {
	m := g.move(g.fitQuery(head, unit), g.block, "attn_q", g.number*len(g.gram)+head*g.width+unit)
	if m == nil {
		return
	}
	query, out := g.turn(g.query, len(g.gram), head*g.width, unit, m), slices.Clone(g.out)
	shares := g.shares(head, query, g.key)
	g.outputs(head, shares, out)
	if g.gain(out) > 0 {
		m.take()
		g.accept(out)
		g.query, g.share[head] = query, shares
	}
}

// fitKey returns the fit of the row of an element of the keys.
func (g *headGroup) fitKey(unit int) *rowFit {
	root, step := 1/math.Sqrt(float64(g.width)), every(len(g.x), curvedKeys)
	n, all, pair := g.width, len(g.gram), unit/2*2
	return g.fitParts(func(f *rowFit, lo, hi int) {
		pulls := make([]float64, hi-lo)  // of the keys' element
		slopes := make([][]float64, all) // of the outputs, by the row's columns
		for i := range slopes {
			slopes[i] = make([]float64, g.exact.Width)
		}
		weighted := make([]float64, g.exact.Width)
		for t := lo; t < hi; t++ {
			curved := t%step == 0
			for head := range g.heads {
				at := t*all + head*n
				q, left, out := g.query[at:][:n], g.left[at:][:n], g.out[at:][:n]
				same := 0.0
				for j, v := range out {
					same += v * left[j]
					if curved {
						clear(slopes[head*n+j])
					}
				}
				values := g.value[g.begin[t]*n:]
				for i, share := range g.share[head][t] {
					s := g.begin[t] + i
					first, second := g.turned(s, unit)
					by := share * (first*q[pair] + second*q[pair+1]) * root
					toward := -same
					for j, v := range values[:len(left)] {
						toward += v * left[j]
					}
					pulls[s-lo] += by * toward
					if curved {
						for j, v := range values[:len(out)] {
							v = by * (v - out[j])
							to := slopes[head*n+j]
							for k, u := range g.x[s] {
								to[k] += v * u
							}
						}
					}
					values = values[n:]
				}
			}
			if !curved {
				continue
			}
			for i := range slopes {
				clear(weighted)
				for j, s := range slopes {
					by := float64(step) * g.gram[i][j]
					for k, v := range s {
						weighted[k] += by * v
					}
				}
				f.curveBy(slopes[i], weighted)
			}
		}
		for i, pull := range pulls {
			f.pulled(pull, g.x[lo+i])
		}
	})
}

// refineKey refines the row of an element of the keys.
func (g *headGroup) refineKey(unit int) {
	m := g.move(g.fitKey(unit), g.block, "attn_k", g.number*g.width+unit)
	if m == nil {
		return
	}
	key, out, shares := g.turn(g.key, g.width, 0, unit, m), slices.Clone(g.out), make([][][]float64, g.heads)
	for head := range g.heads {
		shares[head] = g.shares(head, g.query, key)
		g.outputs(head, shares[head], out)
	}
	if g.gain(out) > 0 {
		m.take()
		g.accept(out)
		g.key, g.share = key, shares
	}
}

package interchange

import (
	"math"
	"math/rand/v2"
	"testing"
)

// branchOutputs returns what the last matrix of a branch returns in the network of pents.
func branchOutputs(q *llamaQuantizer, attention bool) (hidden, y [][]float64) {
	b, x := &q.result.Blocks[0], q.b.normed()
	if attention {
		hidden = q.b.attended(products(b.Query, x), products(b.Key, x), products(b.Value, x))
		return hidden, products(b.Out, hidden)
	}
	hidden = gated(products(b.Gate, x), products(b.Up, x))
	return hidden, products(b.Down, hidden)
}

func squaredError(target, y [][]float64) (sum float64) {
	for t := range y {
		for k, v := range y[t] {
			sum += (target[t][k] - v) * (target[t][k] - v)
		}
	}
	return sum
}

// The fit of a row has the slope of the branch's squared error, and the squares of the slopes of its
// outputs, along any change of the row.
func TestRowFits(t *testing.T) {
	l := seededLlama(3, 268, false)
	texts := l.Sample(5, 30, 1)
	rng := rand.New(rand.NewPCG(1, 2))
	for _, part := range blockMatrices {
		attention := part[:4] == "attn"
		if part == "attn_output" || part == "ffn_down" {
			continue
		}
		q := &llamaQuantizer{o: LlamaOptions{ctx: t.Context()}, exact: l, result: l.clone(), b: newResiduals(l, texts)}
		_, target := branchOutputs(q, attention)
		for _, y := range target {
			for k := range y {
				y[k] += rng.NormFloat64()
			}
		}
		number := l.KVHeads - 1
		row, f := 0, (*rowFit)(nil)
		switch width := l.Width / l.Heads; part {
		case "ffn_gate", "ffn_up":
			row = 5
			f = q.gatedLayer(0, target).fit(part, row)
		default:
			_, y := branchOutputs(q, true)
			g := q.headGroup(0, number, q.b.normed(), missed(target, y))
			const unit = 1
			switch part {
			case "attn_v":
				g.setSeen()
				row, f = number*width+unit, g.fitValue(unit)
			case "attn_k":
				row, f = number*width+unit, g.fitKey(unit)
			case "attn_q":
				head := g.heads - 1
				row, f = (number*g.heads+head)*width+unit, g.fitQuery(head, unit)
			}
		}
		const step = 1. / 256
		w := q.result.Blocks[0].matrix(part)[row*l.Width:][:l.Width]
		by, before := make([]float64, l.Width), append([]float32(nil), w...)
		want, curve := 0.0, 0.0
		for j := range by {
			by[j] = float64(rng.IntN(3) - 1)
			want += by[j] * f.pull[j]
			for k := range j {
				curve += 2 * by[j] * by[k] * f.h[j][k]
			}
			curve += by[j] * by[j] * f.h[j][j]
		}
		at := func(sign float64) [][]float64 {
			for j, v := range before {
				w[j] = v + float32(sign*step*by[j])
			}
			_, y := branchOutputs(q, attention)
			return y
		}
		up, down := at(1), at(-1)
		slope := (squaredError(target, down) - squaredError(target, up)) / (4 * step)
		square := squaredError(up, down) / (4 * step * step)
		if t.Logf("%s: slope %g, squares %g", part, slope, square); math.Abs(slope-want) > 0.01*math.Abs(slope) || math.Abs(square-curve) > 0.01*square {
			t.Errorf("%s: slope %g and squares %g, want %g and %g", part, want, curve, slope, square)
		}
	}
}

// A refinement lowers the error of a branch, and returns the activations of the new matrices.
func TestRefine(t *testing.T) {
	l := seededLlama(4, 268, false).folded()
	texts := l.Sample(12, 30, 1)
	for _, s := range Sharings {
		q := &llamaQuantizer{
			o: LlamaOptions{Method: LeastSquares, Sharing: s, ctx: t.Context()}, exact: l, result: l.clone(),
			b: newResiduals(l, texts), scales: map[string][]float64{},
		}
		_, attention := branchOutputs(q, true)
		_, layer := branchOutputs(q, false)
		for _, part := range blockMatrices {
			q.matrix(0, part, toFloat64(l.Blocks[0].matrix(part)), nil)
		}
		q.report(0)
		for name, refine := range map[string]func(int, [][]float64) [][]float64{"attention": q.refineAttention, "gated layer": q.refineGated} {
			target := map[string][][]float64{"attention": attention, "gated layer": layer}[name]
			_, y := branchOutputs(q, name == "attention")
			before := squaredError(target, y)
			got := refine(0, target)
			hidden, y := branchOutputs(q, name == "attention")
			after, off := squaredError(target, y), squaredError(hidden, got)
			if t.Logf("%s, %s: squared error %.3g to %.3g", s, name, before, after); after > 0.7*before || off > 1e-9*after {
				t.Errorf("%s, %s: squared error %g to %g; activations off by %g", s, name, before, after, off)
			}
		}
		q.reports = nil
		q.report(0)
		for _, r := range q.reports {
			sum := 0
			for _, n := range r.Levels {
				sum += n
			}
			if sum != r.Rows*r.Cols {
				t.Errorf("%s: %+v", s, r)
			}
		}
	}
}

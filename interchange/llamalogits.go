package interchange

import (
	"context"
	"math"

	"github.com/Kaleaon/pentary-go/internal/parallel"
)

const (
	logitSteps = 12      // of conjugate gradients, of which the last ones gain little
	maxLogits  = 1 << 24 // that are fitted

	// logitRidge is the share of the inputs' mean square by which rows are drawn towards those that the
	// fit begins with. Of 0.01 to 0.5, 0.1 has the least cross-entropy on other texts.
	logitRidge = 0.1
)

// A logitFit fits a matrix of logits to target distributions, by conjugate gradients with a
// preconditioner. The function is the cross-entropy and a ridge, and convex.
type logitFit struct {
	m        *moments
	x        [][]float64 // inputs by token
	p        [][]float64 // target distributions
	z        [][]float64 // logits
	w, begin []float64   // rows of len(x[0])
	weights  []float64   // of rows in the ridge and the preconditioner: mean targets, with a floor

	parts [tokenParts][]float64
}

// fitLogits begins with the matrix w, and returns one whose logits for the inputs x have less
// cross-entropy with the distributions of the logits target. It overwrites target.
func fitLogits(ctx context.Context, w []float64, x, target [][]float64) []float64 {
	f := newLogitFit(w, x, target)
	direction := make([]float64, len(w))
	var before, scaled []float64 // the gradient and the preconditioned one of the step before
	for range logitSteps {
		g := f.gradient()
		y := f.precondition(g)
		change, length := 0.0, 0.0
		for i := range before {
			change += y[i] * (g[i] - before[i])
			length += scaled[i] * before[i]
		}
		keep := 0.0 // Polak and Ribière's share of the last direction
		if length > 0 {
			keep = max(0, change/length)
		}
		for i, v := range y {
			direction[i] = keep*direction[i] - v
		}
		if ctx.Err() != nil || !f.search(direction) {
			break
		}
		before, scaled = g, y
	}
	return f.w
}

func newLogitFit(w []float64, x, target [][]float64) *logitFit {
	if step := (len(x)*len(target[0]) + maxLogits - 1) / maxLogits; step > 1 {
		x, target = each(x, step), each(target, step)
	}
	f := &logitFit{m: momentsOf(x), x: x, p: target, begin: w, w: append([]float64(nil), w...), weights: make([]float64, len(target[0]))}
	f.z = f.products(f.w)
	for _, p := range f.p {
		softmax(p, p)
		for i, v := range p {
			f.weights[i] += v / float64(len(f.p))
		}
	}
	for i := range f.weights {
		f.weights[i] += 0.1 / float64(len(f.weights))
	}
	return f
}

// each returns one in step of the rows.
func each(x [][]float64, step int) (some [][]float64) {
	for t := 0; t < len(x); t += step {
		some = append(some, x[t])
	}
	return some
}

// softmax writes the distribution of logits.
func softmax(to, z []float64) {
	most, sum := z[largest(z)], 0.0
	for i, v := range z {
		to[i] = math.Exp(v - most)
		sum += to[i]
	}
	for i := range to {
		to[i] /= sum
	}
}

// inParts calls do for each part of the tokens, side by side.
func (f *logitFit) inParts(do func(part, lo, hi int)) {
	n := len(f.x)
	parallel.For(parallel.Workers(), tokenParts, func(_, part int) {
		do(part, part*n/tokenParts, (part+1)*n/tokenParts)
	})
}

// products returns the products of a matrix with the inputs.
func (f *logitFit) products(w []float64) [][]float64 {
	n, y := len(f.x[0]), make([][]float64, len(f.x))
	f.inParts(func(_, lo, hi int) {
		for t := lo; t < hi; t++ {
			y[t] = make([]float64, len(f.weights))
			for i := range y[t] {
				y[t][i] = inner(w[i*n:][:n], f.x[t])
			}
		}
	})
	return y
}

// inner returns the inner product, of four sums that the processor adds to side by side.
func inner(w, x []float64) float64 {
	var sum [4]float64
	for ; len(w) >= 4; w, x = w[4:], x[4:] {
		x := x[:4]
		sum[0] += w[0] * x[0]
		sum[1] += w[1] * x[1]
		sum[2] += w[2] * x[2]
		sum[3] += w[3] * x[3]
	}
	for j, v := range w {
		sum[0] += v * x[j]
	}
	return sum[0] + sum[1] + (sum[2] + sum[3])
}

// ridge returns the factor of the squares of a row's changes, halved.
func (f *logitFit) ridge(row int) float64 {
	return logitRidge / dampingShare * f.m.damping * f.weights[row]
}

// gradient returns the gradient.
func (f *logitFit) gradient() []float64 {
	n := len(f.x[0])
	f.inParts(func(part, lo, hi int) {
		if f.parts[part] == nil {
			f.parts[part] = make([]float64, len(f.w))
		}
		g, s := f.parts[part], make([]float64, len(f.weights))
		clear(g)
		for t := lo; t < hi; t++ {
			softmax(s, f.z[t])
			for i, v := range s {
				off, row := v-f.p[t][i], g[i*n:][:n]
				for j, x := range f.x[t] {
					row[j] += off * x
				}
			}
		}
	})
	g := make([]float64, len(f.w))
	for i := range g {
		for _, part := range f.parts {
			g[i] += part[i]
		}
		g[i] += f.ridge(i/n) * (f.w[i] - f.begin[i])
	}
	return g
}

// precondition divides rows by the second moments of the inputs and by their weights.
func (f *logitFit) precondition(g []float64) []float64 {
	n, y := len(f.x[0]), make([]float64, 0, len(g))
	for i, weight := range f.weights {
		for _, v := range f.m.solve(g[i*n:][:n]) {
			y = append(y, v/weight)
		}
	}
	return y
}

// search moves along a direction to where the function is least, by Newton's method, and reports
// whether it has moved.
func (f *logitFit) search(direction []float64) bool {
	const rounds = 3
	n, dz, at := len(f.x[0]), f.products(direction), 0.0
	for range rounds {
		var slopes, curves [tokenParts]float64
		f.inParts(func(part, lo, hi int) {
			s, z := make([]float64, len(f.weights)), make([]float64, len(f.weights))
			for t := lo; t < hi; t++ {
				for i, v := range f.z[t] {
					z[i] = v + at*dz[t][i]
				}
				softmax(s, z)
				mean, square := 0.0, 0.0
				for i, d := range dz[t] {
					slopes[part] += (s[i] - f.p[t][i]) * d
					mean += s[i] * d
					square += s[i] * d * d
				}
				curves[part] += square - mean*mean
			}
		})
		slope, curve := 0.0, 0.0
		for part := range slopes {
			slope += slopes[part]
			curve += curves[part]
		}
		for i, d := range direction {
			slope += f.ridge(i/n) * (f.w[i] + at*d - f.begin[i]) * d
			curve += f.ridge(i/n) * d * d
		}
		if !(curve > 0) {
			break
		}
		at -= slope / curve
	}
	if !(at > 0) {
		return false
	}
	for i, d := range direction {
		f.w[i] += at * d
	}
	for t := range f.z {
		for i, d := range dz[t] {
			f.z[t][i] += at * d
		}
	}
	return true
}

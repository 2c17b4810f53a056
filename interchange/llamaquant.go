package interchange

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
)

// A Sharing says which weights of a matrix share a scale.
type Sharing string

// The kinds of scales.
const (
	RowScales   Sharing = "row"         // a number of 11 bits a row
	RowPowers   Sharing = "row-power"   // a power of two a row
	BlockPowers Sharing = "block-power" // a power of two every 32 columns of a row, as in MXFP4
)

// Sharings lists the kinds of scales.
var Sharings = []Sharing{RowScales, RowPowers, BlockPowers}

func (s Sharing) String() string { return string(s) }

// LlamaOptions say how a Llama's matrices become pents.
type LlamaOptions struct {
	Method  Method
	Sharing Sharing

	// Calibration are sequences of tokens, of which ErrorFeedback takes the activations. It
	// needs as many tokens as the widest matrix has columns.
	Calibration [][]int

	// Sweeps is how often ErrorFeedback fits the matrices within a branch and the branch's last
	// matrix in turn, see Quantize. A sweep takes longer than everything else.
	Sweeps int

	ctx      context.Context      // of Convert; nil: none
	progress func(done, rows int) // of the sweeps; nil: none
}

// Quantize returns a network whose matrices within blocks are pents times scales, exactly, and
// a report of each. Embeddings and norms stay as they are, but the gains of the norms within blocks,
// which become part of the matrices after them.
//
// ErrorFeedback goes through the blocks in turn, with the activations that the blocks before
// have as pents: each matrix is fitted to what the float matrix returns for the activations of
// the float network, and those that end in the residual stream also make up for how far that
// has come off. Its pents, after the errors of columns have been moved to later columns, are
// improved one at a time until none changes. Errors in the residual stream count by how much they
// change the float network's distributions, see metric. Sweeps then fit the matrices within a branch to what
// the branch adds to the residual stream: the pents of a row move to where the squared error of the
// branch is least, to second order in the row's changes (Gauss-Newton), and stay there if the error
// is less. At last the matrix of the logits is fitted to the float network's logits, and from there to
// the least cross-entropy with its distributions.
func (l *Llama) Quantize(o LlamaOptions) (*Llama, []Report, error) {
	tokens := 0
	for _, text := range o.Calibration {
		tokens += len(text)
	}
	switch {
	case !slices.Contains(Methods, o.Method):
		return nil, nil, fmt.Errorf("interchange: unknown method %q", o.Method)
	case o.Sweeps < 0:
		return nil, nil, fmt.Errorf("interchange: %d sweeps, want at least 0", o.Sweeps)
	case !slices.Contains(Sharings, o.Sharing):
		return nil, nil, fmt.Errorf("interchange: unknown scales %q", o.Sharing)
	case o.Method == ErrorFeedback && tokens < max(l.Width, l.Hidden):
		return nil, nil, fmt.Errorf("interchange: error feedback by %d tokens, want at least %d", tokens, max(l.Width, l.Hidden))
	case o.Method == ErrorFeedback && max(l.Width, l.Hidden) > maxFeedback:
		return nil, nil, fmt.Errorf("interchange: matrices of %d columns, error feedback takes at most %d", max(l.Width, l.Hidden), maxFeedback)
	}
	if err := l.Check(); err != nil {
		return nil, nil, err
	}
	if l.hasBiases() {
		return nil, nil, errors.New("interchange: a llama network with biases cannot be quantized to pents, want method int8")
	}
	if o.ctx == nil {
		o.ctx = context.Background()
	}
	exact := l.folded()
	q := llamaQuantizer{o: o, exact: exact, result: exact.clone(), scales: map[string][]float64{}}
	if o.Method == ErrorFeedback {
		q.a, q.b = newResiduals(exact, o.Calibration), newResiduals(exact, o.Calibration)
		q.metrics = exact.metrics(o.ctx, o.Calibration)
	}
	for i := range exact.Blocks {
		q.block(i)
		q.report(i)
		if err := o.ctx.Err(); err != nil {
			return nil, nil, err
		}
	}
	if q.a != nil {
		q.refitOutput()
	}
	return q.result, q.reports, nil
}

// refitOutput fits the matrix of the logits by least squares, and then to the float network's
// distributions.
func (q *llamaQuantizer) refitOutput() {
	last := func(r *residuals) [][]float64 {
		x := r.normed()
		for t := range x {
			x[t] = gained(x[t], r.Norm)
		}
		return x
	}
	x, w := last(q.b), q.exact.output()
	logits := products(w, last(q.a))
	q.result.Output = float32s(fitLogits(q.o.ctx, momentsOf(x).fitted(w, x, logits), x, logits))
}

// folded returns the network with gains of one within blocks.
func (l *Llama) folded() *Llama {
	f := l.clone()
	fold := func(gains []float32, matrices ...[]float32) {
		for _, w := range matrices {
			for i := range w {
				w[i] *= gains[i%len(gains)]
			}
		}
		for i := range gains {
			gains[i] = 1
		}
	}
	for i := range f.Blocks {
		b := &f.Blocks[i]
		fold(b.AttentionNorm, b.Query, b.Key, b.Value)
		fold(b.FeedForwardNorm, b.Gate, b.Up)
	}
	return f
}

// clone returns a copy whose blocks' weights are its own.
func (l *Llama) clone() *Llama {
	c := *l
	c.Blocks = slices.Clone(l.Blocks)
	for i := range c.Blocks {
		b := &c.Blocks[i]
		for _, w := range []*[]float32{&b.AttentionNorm, &b.Query, &b.Key, &b.Value, &b.Out, &b.FeedForwardNorm, &b.Gate, &b.Up, &b.Down} {
			*w = slices.Clone(*w)
		}
	}
	return &c
}

// residuals are the residual streams of sequences, on their way through the blocks.
type residuals struct {
	*Llama
	lengths []int
	x       [][]float64 // by token
}

func newResiduals(l *Llama, texts [][]int) *residuals {
	r := &residuals{Llama: l}
	for _, text := range texts {
		text = text[:min(len(text), l.Context)]
		r.lengths = append(r.lengths, len(text))
		for _, token := range text {
			x := make([]float64, l.Width)
			for i, v := range l.Embedding[token*l.Width:][:l.Width] {
				x[i] = float64(v)
			}
			r.x = append(r.x, x)
		}
	}
	return r
}

func (r *residuals) normed() [][]float64 {
	run := r.run()
	h := make([][]float64, len(r.x))
	for t, x := range r.x {
		h[t] = run.normed(x)
	}
	return h
}

// products returns W·x of each token.
func products(w []float32, x [][]float64) [][]float64 {
	y := make([][]float64, len(x))
	for t := range x {
		y[t] = times(w, x[t])
	}
	return y
}

// attended returns what attention returns for queries, keys and values.
func (r *residuals) attended(q, k, v [][]float64) [][]float64 {
	var out [][]float64
	for _, n := range r.lengths {
		run := r.run()
		for range n {
			t := len(out)
			run.turn()
			run.rotate(q[t])
			run.rotate(k[t])
			run.keys[0], run.values[0] = append(run.keys[0], k[t]...), append(run.values[0], v[t]...)
			out = append(out, run.attend(0, q[t]))
			run.position++
		}
	}
	return out
}

func (r *residuals) add(y [][]float64) {
	for t := range y {
		for i, v := range y[t] {
			r.x[t][i] += v
		}
	}
}

// gated returns u·silu(g).
func gated(g, u [][]float64) [][]float64 {
	for t := range g {
		for i, v := range g[t] {
			u[t][i] *= v / (1 + math.Exp(-v))
		}
	}
	return u
}

// A llamaQuantizer quantizes the blocks of a network in turn.
type llamaQuantizer struct {
	o             LlamaOptions
	exact, result *Llama
	a, b          *residuals // of the float network, and of the one of pents
	reports       []Report
	metrics       []*metric // after each branch, two a block; nil: squared errors

	scales map[string][]float64 // of the weights of a matrix
	fits   [tokenParts]*rowFit
	swept  int // rows
}

// sweep counts a row that has been fitted.
func (q *llamaQuantizer) sweep() {
	q.swept++
	if l := q.exact; q.o.progress != nil {
		q.o.progress(q.swept, len(l.Blocks)*q.o.Sweeps*(l.Width+2*l.kvWidth()+2*l.Hidden))
	}
}

// blockMatrices are the names of a block's matrices in GGUF.
var blockMatrices = []string{"attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"}

// matrix returns a matrix of a block by its name in GGUF.
func (b *LlamaBlock) matrix(part string) []float32 {
	return map[string][]float32{
		"attn_q": b.Query, "attn_k": b.Key, "attn_v": b.Value, "attn_output": b.Out,
		"ffn_gate": b.Gate, "ffn_up": b.Up, "ffn_down": b.Down,
	}[part]
}

// metric returns the metric after the branch that ends in a matrix of block i, or nil.
func (q *llamaQuantizer) metric(i int, part string) *metric {
	switch {
	case q.metrics == nil:
		return nil
	case part == "ffn_down":
		return q.metrics[2*i+1]
	}
	return q.metrics[2*i]
}

func (q *llamaQuantizer) block(i int) {
	exact, pents := &q.exact.Blocks[i], &q.result.Blocks[i]
	if q.a == nil {
		for _, part := range blockMatrices {
			q.matrix(i, part, toFloat64(exact.matrix(part)), nil)
		}
		return
	}
	// fit quantizes matrices with inputs x, and y in the float network, and returns the
	// products of both. The last matrix of a branch adds to the residual stream.
	fit := func(x, y [][]float64, last bool, parts ...string) (of, by [][][]float64) {
		m := momentsOf(x)
		for _, part := range parts {
			w, to := exact.matrix(part), pents.matrix(part)
			target := products(w, y)
			of = append(of, target)
			if last {
				target = q.missing(target)
			}
			fitted := m.fitted(w, x, target)
			q.matrix(i, part, fitted, m)
			if last {
				q.coupleRows(i, part, fitted, m)
			}
			by = append(by, products(to, x))
		}
		return of, by
	}
	of, by := fit(q.b.normed(), q.a.normed(), false, "attn_q", "attn_k", "attn_v")
	attended := q.a.attended(of[0], of[1], of[2])
	of, by = fit(q.b.attended(by[0], by[1], by[2]), attended, true, "attn_output")
	for range q.o.Sweeps {
		of, by = fit(q.refineAttention(i, q.missing(of[0])), attended, true, "attn_output")
	}
	q.a.add(of[0])
	q.b.add(by[0])
	q.equalize(exact)
	of, by = fit(q.b.normed(), q.a.normed(), false, "ffn_gate", "ffn_up")
	hidden := gated(of[0], of[1])
	of, by = fit(gated(by[0], by[1]), hidden, true, "ffn_down")
	for range q.o.Sweeps {
		of, by = fit(q.refineGated(i, q.missing(of[0])), hidden, true, "ffn_down")
	}
	q.a.add(of[0])
	q.b.add(by[0])
}

// equalize moves half of the difference in size between hidden activations, in logarithms,
// from the rows of one matrix to the columns of the next one.
func (q *llamaQuantizer) equalize(b *LlamaBlock) {
	h := q.a.normed()
	hidden := gated(products(b.Gate, h), products(b.Up, h))
	sizes, most := make([]float64, q.exact.Hidden), 0.0
	for _, v := range hidden {
		for j, x := range v {
			sizes[j] = max(sizes[j], math.Abs(x))
			most = max(most, sizes[j])
		}
	}
	if most == 0 {
		return
	}
	for j, size := range sizes {
		factor := math.Sqrt(most / max(most/1000, size, 1e-30))
		for k := range q.exact.Width {
			b.Up[j*q.exact.Width+k] *= float32(factor)
			b.Down[k*q.exact.Hidden+j] /= float32(factor)
		}
	}
}

// missing returns what has to be added to the residual stream of the network of pents, so that
// it is the float network's after y is added to that.
func (q *llamaQuantizer) missing(y [][]float64) [][]float64 {
	all := make([][]float64, len(y))
	for t := range y {
		all[t] = make([]float64, len(y[t]))
		for k, v := range y[t] {
			all[t][k] = v + q.a.x[t][k] - q.b.x[t][k]
		}
	}
	return all
}

func toFloat64(w []float32) []float64 {
	v := make([]float64, len(w))
	for i, x := range w {
		v[i] = float64(x)
	}
	return v
}

// columns returns the number of columns of a matrix.
func (q *llamaQuantizer) columns(part string) int {
	if part == "ffn_down" {
		return q.exact.Hidden
	}
	return q.exact.Width
}

// matrix writes pents times scales for the weights target to a matrix of block i.
func (q *llamaQuantizer) matrix(i int, part string, target []float64, m *moments) {
	to, cols := q.result.Blocks[i].matrix(part), q.columns(part)
	scales := q.scales[llamaTensor(i, part)]
	if scales == nil {
		scales = make([]float64, len(to))
		q.scales[llamaTensor(i, part)] = scales
	}
	pents := make([]int8, cols)
	for at := 0; at < len(to) && q.o.ctx.Err() == nil; at += cols {
		q.row(pents, scales[at:][:cols], target[at:][:cols], m)
		for j, p := range pents {
			to[at+j] = float32(float64(p) * scales[at+j])
		}
	}
}

// coupleRounds bounds how often coupleRows goes through the rows: later rounds gain little.
const coupleRounds = 8

// coupleRows improves the rows of the last matrix of a branch of block i, which are pents for the
// weights target, by the branch's metric: each row in turn also makes up for the errors of the others.
func (q *llamaQuantizer) coupleRows(i int, part string, target []float64, m *moments) {
	metric, cols := q.metric(i, part), q.columns(part)
	if metric == nil {
		return
	}
	to, scales := q.result.Blocks[i].matrix(part), q.scales[llamaTensor(i, part)]
	off := make([]float64, len(to))
	for j, v := range to {
		off[j] = target[j] - float64(v)
	}
	for round, moved := 0, true; moved && round < coupleRounds && q.o.ctx.Err() == nil; round++ {
		moved = false
		for k := range metric.h {
			if scales[k*cols] == 0 { // a row of zeros
				continue
			}
			row := slices.Clone(target[k*cols:][:cols])
			for other, h := range metric.h[k] {
				if other == k {
					continue
				}
				for j, v := range off[other*cols:][:cols] {
					row[j] += h / metric.h[k][k] * v
				}
			}
			s := &search{m: m, w: row, pents: make([]int8, cols), scales: scales[k*cols:][:cols], group: q.group(cols), powers: q.o.Sharing != RowScales}
			now := to[k*cols:][:cols]
			for j, v := range now {
				s.pents[j] = pentOf(v, s.scales[j])
			}
			s.restart()
			s.improve()
			if !s.powers {
				roundScales(s.scales)
			}
			for j, p := range s.pents {
				v := float32(float64(p) * s.scales[j])
				moved = moved || v != now[j]
				now[j], off[k*cols+j] = v, target[k*cols+j]-float64(v)
			}
		}
	}
}

// report reports how far the matrices of block i are from the float network's.
func (q *llamaQuantizer) report(i int) {
	for _, part := range blockMatrices {
		name, cols := llamaTensor(i, part), q.columns(part)
		w, is, scales := q.exact.Blocks[i].matrix(part), q.result.Blocks[i].matrix(part), q.scales[llamaTensor(i, part)]
		r := Report{Name: name, Rows: len(w) / cols, Cols: cols}
		for j := range is {
			r.add(float64(w[j]), scales[j], pentOf(is[j], scales[j]))
		}
		r.finish()
		q.reports = append(q.reports, r)
	}
}

// row writes the pents and the columns' scales of a row.
func (q *llamaQuantizer) row(pents []int8, scales, row []float64, m *moments) {
	if m == nil {
		for at := 0; at < len(row); at += q.group(len(row)) {
			part := row[at:min(at+q.group(len(row)), len(row))]
			scale := realScale(part, q.o.Method)
			if q.o.Sharing != RowScales {
				scale = math.Ldexp(1, powerOfTwo(float32s(part), q.o.Method))
			}
			setAll(scales[at:][:len(part)], scale)
		}
		feedback{}.quantize(pents, row, scales)
		roundScales(scales)
		return
	}
	best := math.Inf(1)
	s := &search{m: m, w: row, pents: make([]int8, len(row)), scales: make([]float64, len(row)), group: q.group(len(row)), powers: q.o.Sharing != RowScales}
	try := func() {
		s.start()
		s.improve()
		if e := s.error(); e < best {
			best = e
			copy(pents, s.pents)
			copy(scales, s.scales)
		}
	}
	if s.powers {
		for _, lower := range []int{0, 1} {
			for at := 0; at < len(row); at += s.group {
				part := row[at:min(at+s.group, len(row))]
				setAll(s.scales[at:][:len(part)], math.Ldexp(1, powerOfTwo(float32s(part), LeastSquares)-lower))
			}
			try()
		}
		copy(s.scales, scales)
		copy(s.pents, pents)
		s.restart()
		s.powersAround()
		copy(pents, s.pents)
		copy(scales, s.scales)
		return
	}
	scale := realScale(row, LeastSquares)
	for _, factor := range []float64{0.7, 0.8, 0.9, 1, 1.1} {
		setAll(s.scales, scale*factor)
		try()
	}
	roundScales(scales)
}

// group returns how many columns share a scale.
func (q *llamaQuantizer) group(cols int) int {
	if q.o.Sharing == BlockPowers {
		return blockSize
	}
	return cols
}

func setAll(v []float64, x float64) {
	for i := range v {
		v[i] = x
	}
}

func float32s(v []float64) []float32 {
	f := make([]float32, len(v))
	for i, x := range v {
		f[i] = float32(x)
	}
	return f
}

// roundScales rounds scales to 11 bits, which float16 and float32 hold.
func roundScales(scales []float64) {
	for i, s := range scales {
		fraction, e := math.Frexp(s)
		scales[i] = math.Ldexp(math.Round(math.Ldexp(fraction, 11)), e-11)
	}
}

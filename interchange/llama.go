package interchange

import (
	"context"
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"slices"

	"github.com/Kaleaon/pentary-go/nn"
)

// Llama is a float network of the llama architecture, as files hold it. Matrices are
// row-major, outputs × inputs; rotary positions turn the pairs 2i and 2i+1.
type Llama struct {
	Width, Hidden, Heads, KVHeads, Vocab, Context int

	RotaryBase int     // usually 10,000
	Epsilon    float64 // of norms, usually 1e-5

	Embedding []float32 // Vocab × Width
	Blocks    []LlamaBlock
	Norm      []float32 // Width
	Output    []float32 // Vocab × Width; nil: Embedding
}

// A LlamaBlock holds the weights of attention and of the gated layer after it. A bias is nil if there
// is none.
type LlamaBlock struct {
	AttentionNorm, Query, Key, Value, Out []float32
	FeedForwardNorm, Gate, Up, Down       []float32

	QueryBias, KeyBias, ValueBias, OutBias []float32
	GateBias, UpBias, DownBias             []float32
}

// A llamaBias is a bias of a block, of the matrix whose part of llama.cpp's names is part.
type llamaBias struct {
	part string
	bias *[]float32
	size int
}

// biases returns the places of the biases of a block of the network.
func (l *Llama) biases(b *LlamaBlock) []llamaBias {
	return []llamaBias{
		{"attn_q", &b.QueryBias, l.Width},
		{"attn_k", &b.KeyBias, l.kvWidth()},
		{"attn_v", &b.ValueBias, l.kvWidth()},
		{"attn_output", &b.OutBias, l.Width},
		{"ffn_gate", &b.GateBias, l.Hidden},
		{"ffn_up", &b.UpBias, l.Hidden},
		{"ffn_down", &b.DownBias, l.Width},
	}
}

// hasBiases reports whether a block has a bias.
func (l *Llama) hasBiases() bool {
	for i := range l.Blocks {
		for _, b := range l.biases(&l.Blocks[i]) {
			if *b.bias != nil {
				return true
			}
		}
	}
	return false
}

// kvWidth returns the width of keys and of values.
func (l *Llama) kvWidth() int { return l.Width / l.Heads * l.KVHeads }

func (l *Llama) config() nn.LlamaConfig {
	return nn.LlamaConfig{
		Width: l.Width, Hidden: l.Hidden, Layers: len(l.Blocks), Heads: l.Heads, KVHeads: l.KVHeads,
		Vocabulary: l.Vocab, Window: min(l.Context, nn.MaxWindow), Rotary: l.RotaryBase,
	}
}

// maxWeight bounds weights, whose products then stay finite.
const maxWeight = 1 << 30

// Check returns an error if sizes do not fit, naming the tensor, a number is none or beyond ±2^30,
// or Epsilon is not from above 0 to 1.
func (l *Llama) Check() error {
	if !(l.Epsilon > 0 && l.Epsilon <= 1) {
		return fmt.Errorf("interchange: llama with an epsilon of %v, want more than 0 and at most 1", l.Epsilon)
	}
	if l.Width < 1 || l.Heads < 1 || l.Width%l.Heads != 0 || l.Width/l.Heads%2 != 0 || l.KVHeads < 1 || l.Heads%l.KVHeads != 0 ||
		l.Hidden < 1 || l.Vocab < 2 || l.Context < 1 || l.Vocab > nn.MaxVocabulary || l.Width > 1<<15 || l.Hidden > 1<<17 {
		return fmt.Errorf("interchange: llama of width %d, %d hidden, %d and %d heads, %d tokens, %d steps", l.Width, l.Hidden, l.Heads, l.KVHeads, l.Vocab, l.Context)
	}
	check := func(name string, v []float32, rows, cols int) error {
		if len(v) != rows*cols {
			return fmt.Errorf("interchange: %s has %d numbers, want %d×%d", name, len(v), rows, cols)
		}
		for i, x := range v {
			if !(max(x, -x) <= maxWeight) {
				return fmt.Errorf("interchange: %s: number %d is %v, want ±%d at most", name, i, x, maxWeight)
			}
		}
		return nil
	}
	tensors := []struct {
		name       string
		v          []float32
		rows, cols int
	}{{"embedding", l.Embedding, l.Vocab, l.Width}, {"norm", l.Norm, 1, l.Width}}
	if l.Output != nil {
		tensors = append(tensors, struct {
			name       string
			v          []float32
			rows, cols int
		}{"output", l.Output, l.Vocab, l.Width})
	}
	for _, t := range tensors {
		if err := check(t.name, t.v, t.rows, t.cols); err != nil {
			return err
		}
	}
	w, kv, h := l.Width, l.kvWidth(), l.Hidden
	for i, b := range l.Blocks {
		for _, t := range []struct {
			name       string
			v          []float32
			rows, cols int
		}{
			{"attention norm", b.AttentionNorm, 1, w},
			{"query", b.Query, w, w},
			{"key", b.Key, kv, w},
			{"value", b.Value, kv, w},
			{"attention output", b.Out, w, w},
			{"feed-forward norm", b.FeedForwardNorm, 1, w},
			{"gate", b.Gate, h, w},
			{"up", b.Up, h, w},
			{"down", b.Down, w, h},
		} {
			if err := check(fmt.Sprintf("block %d: %s", i, t.name), t.v, t.rows, t.cols); err != nil {
				return err
			}
		}
		for _, t := range l.biases(&b) {
			if *t.bias == nil {
				continue
			}
			if err := check(fmt.Sprintf("block %d: bias of %s", i, t.part), *t.bias, 1, t.size); err != nil {
				return err
			}
		}
	}
	return nil
}

// output returns the matrix of the logits.
func (l *Llama) output() []float32 {
	if l.Output != nil {
		return l.Output
	}
	return l.Embedding
}

// llamaRun is a sequence in float64.
type llamaRun struct {
	*Llama
	keys, values [][]float64 // by block, of all positions
	position     int
	turns        []complex128                              // at the position, by pair of a head
	see          func(block int, what string, v []float64) // nil: nobody looks
}

func (l *Llama) run() *llamaRun {
	return &llamaRun{Llama: l, keys: make([][]float64, len(l.Blocks)), values: make([][]float64, len(l.Blocks)), turns: make([]complex128, l.Width/l.Heads/2)}
}

func times(w []float32, x []float64) []float64 {
	y := make([]float64, len(w)/len(x))
	for i := range y {
		sum := 0.0
		for j, v := range w[i*len(x):][:len(x)] {
			sum += float64(v) * x[j]
		}
		y[i] = sum
	}
	return y
}

// affine returns W·x plus a bias, unless it is nil.
func affine(w, bias []float32, x []float64) []float64 {
	y := times(w, x)
	for i, v := range bias {
		y[i] += float64(v)
	}
	return y
}

// normed returns x over its root mean square.
func (r *llamaRun) normed(x []float64) []float64 {
	sum := 0.0
	for _, v := range x {
		sum += v * v
	}
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = v / math.Sqrt(sum/float64(len(x))+r.Epsilon)
	}
	return y
}

func gained(x []float64, gains []float32) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = v * float64(gains[i])
	}
	return y
}

// turn sets the turns of the present position.
func (r *llamaRun) turn() {
	width := r.Width / r.Heads
	for i := range r.turns {
		r.turns[i] = cmplx.Rect(1, float64(r.position)*math.Pow(float64(r.RotaryBase), -float64(2*i)/float64(width)))
	}
}

// rotate turns heads by the present position.
func (r *llamaRun) rotate(x []float64) {
	width := r.Width / r.Heads
	for i := 0; i < len(x); i += 2 {
		t := r.turns[i%width/2]
		x[i], x[i+1] = x[i]*real(t)-x[i+1]*imag(t), x[i]*imag(t)+x[i+1]*real(t)
	}
}

func (r *llamaRun) attend(block int, q []float64) []float64 {
	width, kv, group := r.Width/r.Heads, r.kvWidth(), r.Heads/r.KVHeads
	out := make([]float64, r.Width)
	weights := make([]float64, r.position+1)
	for head := range r.Heads {
		at, most := head/group*width, math.Inf(-1)
		query := q[head*width:][:width]
		for t := range weights {
			dot := 0.0
			for i, v := range r.keys[block][t*kv+at:][:width] {
				dot += query[i] * v
			}
			weights[t] = dot / math.Sqrt(float64(width))
			most = max(most, weights[t])
		}
		sum := 0.0
		for t, v := range weights {
			weights[t] = math.Exp(v - most)
			sum += weights[t]
		}
		to := out[head*width:][:width]
		for t, weight := range weights {
			weight /= sum
			for i, v := range r.values[block][t*kv+at:][:width] {
				to[i] += weight * v
			}
		}
	}
	return out
}

// step returns the logits after a token.
func (r *llamaRun) step(token int) []float64 {
	see := r.see
	if see == nil {
		see = func(int, string, []float64) {}
	}
	r.turn()
	x := make([]float64, r.Width)
	for i, v := range r.Embedding[token*r.Width:][:r.Width] {
		x[i] = float64(v)
	}
	add := func(block int, y []float64) {
		for i, v := range y {
			x[i] += v
		}
		see(block, "residual", x)
	}
	see(0, "residual", x)
	for i := range r.Blocks {
		b := &r.Blocks[i]
		h := r.normed(x)
		see(i, "attention norm", h)
		h = gained(h, b.AttentionNorm)
		q, k, v := affine(b.Query, b.QueryBias, h), affine(b.Key, b.KeyBias, h), affine(b.Value, b.ValueBias, h)
		see(i, "query", q)
		see(i, "key", k)
		r.rotate(q)
		r.rotate(k)
		see(i, "query", q)
		see(i, "key", k)
		see(i, "value", v)
		r.keys[i], r.values[i] = append(r.keys[i], k...), append(r.values[i], v...)
		add(i, affine(b.Out, b.OutBias, r.attend(i, q)))

		h = r.normed(x)
		see(i, "feed-forward norm", h)
		h = gained(h, b.FeedForwardNorm)
		g, u := affine(b.Gate, b.GateBias, h), affine(b.Up, b.UpBias, h)
		see(i, "gate", g)
		see(i, "up", u)
		for j, v := range g {
			u[j] *= v / (1 + math.Exp(-v))
		}
		see(i, "hidden", u)
		add(i, affine(b.Down, b.DownBias, u))
	}
	h := r.normed(x)
	see(0, "norm", h)
	r.position++
	return times(r.output(), gained(h, r.Norm))
}

// Logits returns the logits after each token of a sequence that begins with it, in float64.
func (l *Llama) Logits(tokens []int) ([][]float64, error) {
	r := l.run()
	var all [][]float64
	for i, t := range tokens {
		if t < 0 || t >= l.Vocab {
			return nil, fmt.Errorf("interchange: token %d is %d, want 0 to %d", i, t, l.Vocab-1)
		}
		all = append(all, r.step(t))
	}
	return all, nil
}

// beginToken begins a text.
const beginToken = 1

// Sample returns n sequences of a length that the network draws at temperature 1, each after
// the token 1, which begins a text.
func (l *Llama) Sample(n, length int, seed uint64) [][]int {
	return l.sample(context.Background(), n, length, seed)
}

// sample is Sample until the context is cancelled.
func (l *Llama) sample(ctx context.Context, n, length int, seed uint64) [][]int {
	random := rand.New(rand.NewPCG(seed, 0))
	all := make([][]int, n)
	for i := range all {
		r := l.run()
		all[i] = []int{beginToken}
		for len(all[i]) < length && ctx.Err() == nil {
			logits := r.step(all[i][len(all[i])-1])
			most, sum := logits[largest(logits)], 0.0
			for j, v := range logits {
				logits[j] = math.Exp(v - most)
				sum += logits[j]
			}
			left, token := random.Float64()*sum, 0
			for left -= logits[0]; left > 0 && token < len(logits)-1; left -= logits[token] {
				token++
			}
			all[i] = append(all[i], token)
		}
	}
	return all
}

// The calibration of Llama.Model without tokens.
const (
	calibrationTexts  = 12
	calibrationLength = 200
)

// wideTop is the largest wide activation.
const wideTop = 127*128 + 63

// eightBits is the largest weight of eight bits, and its digits in balanced base 5.
const (
	eightBits       = 127
	eightBitsDigits = 4
)

// Model returns the network in integers, with a multiplier for each row, and weights of eight
// bits, or of one pent in matrices that Quantize has made with RowScales or RowPowers. The gains of norms become part of the matrices after them. Scales of activations
// hold what occurs in the tokens' sequences; without tokens the network draws some.
func (l *Llama) Model(tokens [][]int) (*nn.Model, error) {
	if err := l.Check(); err != nil {
		return nil, err
	}
	m, err := nn.NewLlama(0, l.config())
	if err != nil {
		return nil, err
	}
	if tokens == nil {
		tokens = l.Sample(calibrationTexts, min(calibrationLength, l.Context), 1)
	}
	seen := l.seen(tokens)
	const margin = 1.05 // over the activations that occur
	most := func(block int, what string) float64 {
		return max(1e-6, margin*slices.Max(seen[place{block, what}]))
	}
	residual := most(0, "residual") * 1.5 / wideTop
	matrices := m.Matrices()
	next := func(parts ...llamaPart) {
		fill(matrices[0], parts)
		matrices = matrices[1:]
	}
	norm := func(layer nn.Layer, block int, what string) (unit float64) {
		n := layer.(*nn.LayerNorm)
		n.Target = int(max(1, min(127, 127/most(block, what))))
		return 1 / float64(n.Target)
	}
	same := func(unit float64, n int) []float64 { return slices.Repeat([]float64{unit}, n) }
	next(llamaPart{w: transposed(l.Embedding, l.Vocab, l.Width), in: same(1./16, l.Vocab), out: same(residual, l.Width)})
	for i := range l.Blocks {
		b := &l.Blocks[i]
		attention := m.Layers[1+2*i].(*nn.Residual).Layers
		in := norm(attention[0], i, "attention norm")
		a := attention[1].(*nn.Attention)
		// q·k is in 2^Shift sixteenths of a bit of the score.
		a.Project.Wide = true
		k, score := most(i, "key")/wideTop, 16/math.Ln2/math.Sqrt(float64(l.Width/l.Heads))
		a.Shift = uint(max(1, min(30, math.Floor(-math.Log2(most(i, "query")/wideTop*k*score)))))
		q := 1 / (k * score * math.Exp2(float64(a.Shift)))
		v := most(i, "value") / 127
		inputs := gained(same(in, l.Width), b.AttentionNorm)
		next(llamaPart{b.Query, b.QueryBias, inputs, same(q, l.Width)}, llamaPart{b.Key, b.KeyBias, inputs, same(k, l.kvWidth())},
			llamaPart{b.Value, b.ValueBias, inputs, same(v/128, l.kvWidth())})
		next(llamaPart{b.Out, b.OutBias, same(v, l.Width), same(residual, l.Width)})

		gated := m.Layers[2+2*i].(*nn.Residual).Layers
		in = norm(gated[0], i, "feed-forward norm")
		g := gated[1].(*nn.SwiGLU)
		// Hidden activations differ in size by units: half of that, in logarithms, goes into
		// the matrix after them, unless it has pents, see Quantize.
		hidden, up := make([]float64, l.Hidden), make([]float64, l.Hidden)
		all, ratio := most(i, "hidden"), 1.0
		pents := arePents([]llamaPart{{w: b.Down, in: same(1, l.Hidden), out: same(1, l.Width)}})
		for j := range hidden {
			if hidden[j] = all / 127; !pents {
				hidden[j] = math.Sqrt(all*max(all/1000, margin*seen[place{i, "hidden"}][j])) / 127
			}
			ratio = min(ratio, hidden[j]*127/max(1e-6, margin*seen[place{i, "up"}][j]))
		}
		g.GateShift = int(max(0, min(7, math.Floor(math.Log2(ratio)))))
		for j, v := range hidden {
			up[j] = math.Ldexp(v, -g.GateShift)
		}
		inputs = gained(same(in, l.Width), b.FeedForwardNorm)
		next(llamaPart{b.Gate, b.GateBias, inputs, same(1./16, l.Hidden)}, llamaPart{b.Up, b.UpBias, inputs, up})
		next(llamaPart{b.Down, b.DownBias, hidden, same(residual, l.Width)})
	}
	in := norm(m.Layers[len(m.Layers)-3], 0, "norm")
	next(llamaPart{w: l.output(), in: gained(same(in, l.Width), l.Norm), out: same(math.Ln2/16, l.Vocab)})
	return m, nil
}

// A place is where activations occur.
type place struct {
	block int // 0 for the residual stream
	what  string
}

// seen returns the largest magnitudes that occur in sequences, by place and element.
func (l *Llama) seen(tokens [][]int) map[place][]float64 {
	seen := map[place][]float64{}
	for _, text := range tokens {
		r := l.run()
		r.see = func(block int, what string, v []float64) {
			if what == "residual" {
				block = 0
			}
			most := seen[place{block, what}]
			if most == nil {
				most = make([]float64, len(v))
				seen[place{block, what}] = most
			}
			for i, x := range v {
				most[i] = max(most[i], math.Abs(x))
			}
		}
		for _, t := range text[:min(len(text), l.Context)] {
			r.step(t)
		}
	}
	return seen
}

// A llamaPart is rows of a matrix, and what the units of inputs and outputs stand for.
type llamaPart struct {
	w, bias []float32 // bias: nil for none
	in, out []float64
}

// biasOf returns the bias of a row.
func (p *llamaPart) biasOf(row int) float64 {
	if p.bias == nil {
		return 0
	}
	return float64(p.bias[row])
}

func transposed(w []float32, rows, cols int) []float32 {
	t := make([]float32, len(w))
	for i := range rows {
		for j := range cols {
			t[j*rows+i] = w[i*cols+j]
		}
	}
	return t
}

// fill gives a matrix weights of eight bits, with a multiplier and where there are biases an offset for
// each row, or of one pent where all rows are pents times a scale. Weights of a row are coarser than
// eight bits if its bias needs that.
func fill(d *nn.Dense, parts []llamaPart) {
	var weights []int32
	var biases []float64
	var factors []float64
	cols := len(parts[0].in)
	most := float64(eightBits)
	if d.Digits = eightBitsDigits; arePents(parts) {
		d.Digits, most = 1, 2
	}
	for _, p := range parts {
		for i, out := range p.out {
			row, scale := make([]float64, cols), 0.0
			for j, v := range p.w[i*cols:][:cols] {
				row[j] = float64(v) * p.in[j]
				scale = max(scale, math.Abs(row[j])/most)
			}
			if d.Digits == 1 {
				s, _ := pentScale(p.w[i*cols:][:cols])
				scale = float64(s) * p.in[0]
			}
			bias := p.biasOf(i)
			if size := math.Abs(bias); slices.Max(row) == 0 && slices.Min(row) == 0 {
				scale = size / eightBits
			} else if d.Digits > 1 {
				scale = max(scale, size/nn.MaxScale)
			}
			scale = max(scale, 1e-12/eightBits)
			biases = append(biases, bias/scale)
			for _, v := range row {
				weights = append(weights, int32(math.Round(v/scale)))
			}
			factors = append(factors, scale/out)
		}
	}
	d.W = nn.Weights5(weights, len(factors), cols, d.Digits)
	setScale(d, factors)
	if slices.ContainsFunc(parts, func(p llamaPart) bool { return p.bias != nil }) {
		d.Offset = make([]int32, len(biases))
		for i, b := range biases {
			d.Offset[i] = int32(math.Round(b))
		}
	}
}

// arePents reports whether all rows are pents times a scale, in one unit of the inputs, and their biases
// fit.
func arePents(parts []llamaPart) bool {
	for _, p := range parts {
		cols := len(p.in)
		for _, unit := range p.in {
			if unit != parts[0].in[0] {
				return false
			}
		}
		for i := range p.out {
			scale, ok := pentScale(p.w[i*cols:][:cols])
			if !ok || math.Abs(p.biasOf(i)) > nn.MaxScale*float64(scale)*p.in[0] {
				return false
			}
		}
	}
	return true
}

// setScale gives a matrix the multipliers and the shift for factors of its accumulators.
func setScale(d *nn.Dense, factors []float64) {
	most := 1e-12
	for _, f := range factors {
		most = max(most, f)
	}
	d.Shift = uint(max(0, min(30, math.Floor(math.Log2(nn.MaxScale/most)))))
	d.Scale = make([]int32, len(factors))
	for i, f := range factors {
		d.Scale[i] = int32(min(nn.MaxScale, math.Round(math.Ldexp(f, int(d.Shift)))))
	}
}

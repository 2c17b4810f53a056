package interchange

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/nn"
)

// MLPOptions say how an MLP becomes a model.
type MLPOptions struct {
	Method Method
	Unit   int // activation that stands for an input of 1; 0: 16

	// Calibration holds inputs, one sample after another. With it, shifts are chosen by the
	// activations that occur, and biases make up for the mean error of each output.
	Calibration []float32
}

// An MLPReport says what became of an MLP.
type MLPReport struct {
	Tensors []Report

	// Of Samples of the calibration, Agree have the largest output where the MLP has it.
	Samples, Agree int
}

// maxFeedback bounds the inputs of a layer for ErrorFeedback, which inverts a matrix of
// its square.
const maxFeedback = 1 << 13

// Model quantizes the MLP. Each row has a scale of its own: the scale of a hidden layer's row
// is one of its activation, by which the weights of the next layer are divided before they
// are quantized. The last layer has one scale, and, after a softmax, weights that the mean
// of its rows has been subtracted from, which changes no probability.
//
// ErrorFeedback needs calibration. An MLP whose layers do not fit, and calibration of
// other than whole samples, are errors.
func (m *MLP) Model(o MLPOptions) (*nn.Model, *MLPReport, error) {
	if o.Unit == 0 {
		o.Unit = 16
	}
	if err := m.check(); err != nil {
		return nil, nil, fmt.Errorf("interchange: %w", err)
	}
	in := m.Layers[0].In
	switch {
	case !slices.Contains(Methods, o.Method):
		return nil, nil, fmt.Errorf("interchange: unknown method %q", o.Method)
	case o.Unit < 1 || o.Unit > 127:
		return nil, nil, fmt.Errorf("interchange: unit %d, want 1 to 127", o.Unit)
	case len(o.Calibration)%in != 0:
		return nil, nil, fmt.Errorf("interchange: calibration of %d numbers, want samples of %d", len(o.Calibration), in)
	case o.Method == ErrorFeedback && len(o.Calibration) == 0:
		return nil, nil, errors.New("interchange: error feedback needs calibration")
	}
	for _, l := range m.Layers {
		if l.In >= kernels.MaxK || l.Out >= kernels.MaxK {
			return nil, nil, fmt.Errorf("interchange: matrix %q of %d×%d, want less than %d", l.Name, l.Out, l.In, kernels.MaxK)
		}
		if o.Method == ErrorFeedback && l.In > maxFeedback {
			return nil, nil, fmt.Errorf("interchange: matrix %q has %d inputs, error feedback takes at most %d", l.Name, l.In, maxFeedback)
		}
	}
	network := slices.Clone(m.Layers)
	if m.Softmax {
		network[len(network)-1] = centred(network[len(network)-1])
	}
	q := quantizer{o: o, samples: len(o.Calibration) / in, gains: slices.Repeat([]float64{float64(o.Unit)}, in)}
	for _, v := range o.Calibration {
		q.exact = append(q.exact, float64(v))
		q.seen = append(q.seen, math.Max(-127, math.Min(127, math.Round(float64(v)*float64(o.Unit)))))
	}
	var layers []nn.Layer
	r := &MLPReport{Samples: q.samples}
	for i, l := range network {
		d, report := q.layer(l, i == len(network)-1, m.Softmax)
		layers, r.Tensors = append(layers, d), append(r.Tensors, report)
	}
	for n := range q.samples {
		out := m.Layers[len(m.Layers)-1].Out
		if largest(q.exact[n*out:][:out]) == largest(q.seen[n*out:][:out]) {
			r.Agree++
		}
	}
	return nn.NewModel(layers...), r, nil
}

func largest(v []float64) int {
	best := 0
	for i := range v {
		if v[i] > v[best] {
			best = i
		}
	}
	return best
}

// A quantizer takes an MLP's calibration through its layers.
type quantizer struct {
	o       MLPOptions
	samples int
	exact   []float64 // activations of the MLP, samples × width
	seen    []float64 // activations of the model, integers
	gains   []float64 // how many units of the model's a unit of the MLP's activations is
}

// centred returns a layer whose rows' mean, and whose biases' mean, is zero.
func centred(l Linear) Linear {
	centre := func(v []float32, cols int) []float32 {
		c := slices.Clone(v)
		for j := range cols {
			sum := 0.0
			for i := j; i < len(c); i += cols {
				sum += float64(c[i])
			}
			for i := j; i < len(c); i += cols {
				c[i] -= float32(sum / float64(l.Out))
			}
		}
		return c
	}
	l.W = centre(l.W, l.In)
	if l.Bias != nil {
		l.Bias = centre(l.Bias, 1)
	}
	return l
}

// layer quantizes a layer and moves on to its outputs.
func (q *quantizer) layer(l Linear, last, softmax bool) (*nn.Dense, Report) {
	in, out := l.In, l.Out
	w := make([]float64, in*out) // for the model's activations
	for i, v := range l.W {
		w[i] = float64(v) / q.gains[i%in]
	}
	pents, scales := make([]int8, in*out), make([]float64, out)
	report := Report{Name: l.Name, Rows: out, Cols: in}
	common := realScale(w, q.o.Method)
	feedback := q.feedback(in)
	same := make([]float64, in)
	for i := range out {
		row := w[i*in:][:in]
		if scales[i] = common; !last {
			scales[i] = realScale(row, q.o.Method)
		}
		for j := range same {
			same[j] = scales[i]
		}
		feedback.quantize(pents[i*in:][:in], row, same)
		for j, v := range row {
			report.add(v, scales[i], pents[i*in+j])
		}
	}
	report.finish()

	exact, sums := q.products(l, pents)
	offsets := make([]float64, out) // what biases are to add to sums
	for i := range out {
		if l.Bias != nil {
			offsets[i] = float64(l.Bias[i]) / scales[i]
		}
		if q.samples > 0 {
			offsets[i] = 0
			for n := range q.samples {
				offsets[i] += (exact[n*out+i]/scales[i] - sums[n*out+i]) / float64(q.samples)
			}
		}
	}
	d := dense(l, pents, offsets, sums)
	d.Shift = q.shift(d, sums, common, last && softmax)
	q.move(d, exact, sums, scales)
	return d, report
}

// realScale returns a scale for weights: the one of the least squared error, or for Nearest
// the one at which the largest is a 2.
func realScale(w []float64, m Method) float64 {
	most := 0.0
	for _, v := range w {
		most = max(most, math.Abs(v))
	}
	if most == 0 {
		return 1
	}
	if m == Nearest {
		return most / 2
	}
	best, least := most/2, math.Inf(1)
	for step := range 64 {
		scale := most / 2 * float64(64-step) / 64
		// The best scale for the pents that this one makes.
		products, squares := 0.0, 0.0
		for _, v := range w {
			p := float64(roundPent(v / scale))
			products += v * p
			squares += p * p
		}
		if squares > 0 {
			scale = products / squares
		}
		sum := 0.0
		for _, v := range w {
			off := v - float64(roundPent(v/scale))*scale
			sum += off * off
		}
		if sum < least {
			best, least = scale, sum
		}
	}
	return best
}

// products returns what a layer's matrix and biases return for the activations of the
// MLP, and the pents' products with the model's.
func (q *quantizer) products(l Linear, pents []int8) (exact, sums []float64) {
	for n := range q.samples {
		x, y := q.exact[n*l.In:][:l.In], q.seen[n*l.In:][:l.In]
		for i := range l.Out {
			a, b := 0.0, 0.0
			if l.Bias != nil {
				a = float64(l.Bias[i])
			}
			for j, v := range l.W[i*l.In:][:l.In] {
				a += float64(v) * x[j]
				b += float64(pents[i*l.In+j]) * y[j]
			}
			exact, sums = append(exact, a), append(sums, b)
		}
	}
	return exact, sums
}

// dense returns the layer of pents whose biases add about offsets to the sums, to which
// it adds what they do add.
func dense(l Linear, pents []int8, offsets, sums []float64) *nn.Dense {
	d := nn.NewDense(l.In, l.Out, l.ReLU)
	constant, least := 0, math.Inf(1)
	for c := range 128 {
		sum := 0.0
		for _, v := range offsets {
			off := v
			if c > 0 {
				off -= float64(c) * float64(roundPent(v/float64(c)))
			}
			sum += off * off
		}
		if sum < least {
			constant, least = c, sum
		}
	}
	if constant == 0 {
		d.W.Pack(pents)
		return d
	}
	d = nn.NewBiasedDense(l.In, l.Out, l.ReLU)
	d.Bias = int8(constant)
	var all []int8
	for i, v := range offsets {
		p := roundPent(v / float64(constant))
		all = append(append(all, pents[i*l.In:][:l.In]...), p)
		for n := i; n < len(sums); n += l.Out {
			sums[n] += float64(p) * float64(constant)
		}
	}
	d.W.Pack(all)
	return d
}

// shift returns the shift of a layer: the least at which 999 of 1,000 activations of the
// calibration, those that ReLU leaves, are within ±127; without calibration the shift of a new
// layer. Logits are not scaled above 1/16 bit a unit: scale is what their sums are in.
func (q *quantizer) shift(d *nn.Dense, sums []float64, scale float64, logits bool) uint {
	shift := d.Shift
	if q.samples > 0 {
		var sizes []float64
		for _, v := range sums {
			if v > 0 || !d.ReLU {
				sizes = append(sizes, math.Abs(v))
			}
		}
		slices.Sort(sizes)
		shift = 0
		if len(sizes) > 0 {
			for most := sizes[(len(sizes)-1)*999/1000]; most > 127.5*math.Ldexp(1, int(shift)) && shift < 30; {
				shift++
			}
		}
	}
	if logits {
		units := scale * 16 / math.Ln2 // that a sum of one is
		shift = max(shift, uint(max(0, min(30, math.Round(-math.Log2(units))))))
	}
	return shift
}

// move makes the outputs of a layer the activations.
func (q *quantizer) move(d *nn.Dense, exact, sums, scales []float64) {
	q.gains = make([]float64, len(scales))
	for i, s := range scales {
		q.gains[i] = math.Ldexp(1/s, -int(d.Shift))
	}
	low := -127.0
	if d.ReLU {
		low = 0
		for i, v := range exact {
			exact[i] = max(v, 0)
		}
	}
	for i, v := range sums {
		sums[i] = max(low, min(127, math.Floor(math.Ldexp(v, -int(d.Shift))+rounding(d.Shift))))
	}
	q.exact, q.seen = exact, sums
}

// rounding is what a shift adds before it rounds down.
func rounding(shift uint) float64 {
	if shift == 0 {
		return 0
	}
	return 0.5
}

// A feedback spreads the errors of a row's columns over the columns after them: upper is
// the upper Cholesky factor of the inverse of the inputs' covariance, in the order of
// columns. Without one, weights are rounded alone.
type feedback struct {
	upper [][]float64
	order []int
}

// feedback returns the feedback for the activations that the model has now.
func (q *quantizer) feedback(in int) feedback {
	if q.o.Method != ErrorFeedback {
		return feedback{}
	}
	mean := make([]float64, in)
	for i, v := range q.seen {
		mean[i%in] += v / float64(q.samples)
	}
	h := make([][]float64, in)
	for i := range h {
		h[i] = make([]float64, in)
	}
	for n := range q.samples {
		x := q.seen[n*in:][:in]
		for i := range in {
			if a := x[i] - mean[i]; a != 0 {
				for j := range i + 1 {
					h[i][j] += a * (x[j] - mean[j])
				}
			}
		}
	}
	return feedbackOf(h, dampingOf(h, 0.01))
}

// dampingOf returns what is added to each input's variance: a share of the mean one.
func dampingOf(h [][]float64, share float64) float64 {
	trace := 0.0
	for i := range h {
		trace += h[i][i]
	}
	return share*trace/float64(len(h)) + 1e-9
}

// feedbackOf returns the feedback for inputs of a covariance, of which it reads the lower half,
// and damping, which is added to each variance.
func feedbackOf(h [][]float64, damping float64) feedback {
	// Columns of the largest variance first: the errors of the first have the most columns
	// left that can make up for them.
	order := make([]int, len(h))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(h[b][b], h[a][a]) })
	sorted := make([][]float64, len(h))
	for i, a := range order {
		sorted[i] = make([]float64, len(h))
		for j, b := range order[:i+1] {
			sorted[i][j] = h[max(a, b)][min(a, b)]
		}
		sorted[i][i] += damping
	}
	return feedback{upper: inverseFactor(sorted), order: order}
}

// inverseFactor returns the upper triangular U of UᵀU = H⁻¹, of the lower half of a
// positive definite H: U is the inverse of the factor of H in reverse.
func inverseFactor(h [][]float64) [][]float64 {
	n := len(h)
	// H = RRᵀ with an upper R, from the last column on; then H⁻¹ = R⁻ᵀR⁻¹ and U = R⁻¹.
	r := make([][]float64, n)
	for i := range r {
		r[i] = make([]float64, n)
	}
	for j := n - 1; j >= 0; j-- {
		sum := h[j][j]
		for k := j + 1; k < n; k++ {
			sum -= r[j][k] * r[j][k]
		}
		r[j][j] = math.Sqrt(max(sum, 1e-12))
		for i := range j {
			sum := h[j][i]
			for k := j + 1; k < n; k++ {
				sum -= r[i][k] * r[j][k]
			}
			r[i][j] = sum / r[j][j]
		}
	}
	u := make([][]float64, n)
	for i := range u {
		u[i] = make([]float64, n)
	}
	for j := range n {
		u[j][j] = 1 / r[j][j]
		for i := j - 1; i >= 0; i-- {
			sum := 0.0
			for k := i + 1; k <= j; k++ {
				sum += r[i][k] * u[k][j]
			}
			u[i][j] = -sum / r[i][i]
		}
	}
	return u
}

// quantize writes the pents of a row whose columns have scales.
func (f feedback) quantize(pents []int8, row, scales []float64) {
	if f.upper == nil {
		for j, v := range row {
			pents[j] = roundPent(v / scales[j])
		}
		return
	}
	w := make([]float64, len(row))
	for j, column := range f.order {
		w[j] = row[column]
	}
	for j, column := range f.order {
		pents[column] = roundPent(w[j] / scales[column])
		off := (w[j] - float64(pents[column])*scales[column]) / f.upper[j][j]
		for k := j + 1; k < len(w); k++ {
			w[k] -= off * f.upper[j][k]
		}
	}
}

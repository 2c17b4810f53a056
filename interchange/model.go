package interchange

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/nn"
)

// NetworkOptions are the settings of Network.Model.
type NetworkOptions struct {
	Method Method // Int8: weights of eight bits
	Unit   int    // activation that stands for an input of 1; 0: 16

	// Calibration holds inputs, one sample after another, in the order of the ONNX model. With
	// it, shifts are chosen by the activations that occur, and biases correct the mean error of
	// each output. If the network takes sequences, a sample is a sequence of Steps inputs.
	Calibration []float32
	Steps       int // 0: 1

	hard bool // calibrated by the gates of package nn, for tests
}

// A NetworkReport describes the model made from a Network.
type NetworkReport struct {
	Tensors []Report // none of Int8
	Unit    float64  // what an output of one is in the network; after a softmax outputs differ by a constant

	// Agree is the number of the Samples of the calibration for which model and network have the
	// same largest output after the last step.
	Samples, Agree int
}

// maxFeedback bounds the inputs of a layer for ErrorFeedback, which inverts a matrix of
// its square.
const maxFeedback = 1 << 13

// Model quantizes the network. Each row of a hidden layer has its own scale, by which the weights of
// the next layer are divided before they are quantized. The last layer has one scale. If a
// softmax follows, the mean of its rows is subtracted from each row first, which changes no
// probability. Rows of recurrent layers have multipliers, because the units of their gates and states
// are fixed.
//
// Before a recurrent layer with biases, a dense layer copies the activations and appends four constants.
//
// A recurrent layer computes gates and states as package nn does: sigmoids are clip(v/4+½, 0, 1),
// hyperbolic tangents are clip(v, ±1), a forget gate is at least a quarter open, and the cells of an
// LSTM stay within ±1.
//
// ErrorFeedback needs calibration. Model returns an error if layers do not fit, or if the calibration is
// not a whole number of samples.
func (n *Network) Model(o NetworkOptions) (*nn.Model, *NetworkReport, error) {
	m, r, err := n.model(o)
	if err != nil {
		return nil, nil, fmt.Errorf("interchange: %w", err)
	}
	return m, r, nil
}

func (n *Network) model(o NetworkOptions) (*nn.Model, *NetworkReport, error) {
	if o.Unit == 0 {
		o.Unit = 16
	}
	if o.Steps == 0 {
		o.Steps = 1
	}
	if err := n.check(); err != nil {
		return nil, nil, err
	}
	if err := n.checkOptions(&o); err != nil {
		return nil, nil, err
	}
	q, err := n.quantizer(o)
	if err != nil {
		return nil, nil, err
	}
	for i, l := range n.Layers {
		q.last = !slices.ContainsFunc(n.Layers[i+1:], func(l FloatLayer) bool { return l.size() > 0 })
		q.logits = q.last && n.Softmax
		switch l := l.(type) {
		case *Linear:
			q.linear(l)
		case *Convolution:
			err = q.convolution(l)
		case *MaxPool:
			err = q.pool(l)
		case *Recurrent:
			err = q.recurrent(l)
		}
		if err != nil {
			return nil, nil, err
		}
	}
	if err := q.selectOutputs(); err != nil {
		return nil, nil, err
	}
	r := &NetworkReport{Tensors: q.reports, Unit: 1 / q.gains[0], Samples: q.samples}
	out := n.Outputs()
	for s := range q.samples {
		at := ((s+1)*q.steps - 1) * out
		if largest(q.exact[at:][:out]) == largest(q.seen[at:][:out]) {
			r.Agree++
		}
	}
	return nn.NewModel(q.layers...), r, nil
}

// checkOptions returns an error if options with defaults filled in do not go with the network.
func (n *Network) checkOptions(o *NetworkOptions) error {
	in := n.Inputs()
	switch {
	case !slices.ContainsFunc(n.Layers, func(l FloatLayer) bool { return l.size() > 0 }):
		return errors.New("no matrices")
	case !slices.Contains(LlamaMethods, o.Method):
		return fmt.Errorf("unknown method %q", o.Method)
	case o.Unit < 1 || o.Unit > 127:
		return fmt.Errorf("unit %d, want 1 to 127", o.Unit)
	case o.Steps < 1 || o.Steps > 1 && !n.Sequences():
		return fmt.Errorf("calibration in %d steps, want 1, or more of a recurrent network", o.Steps)
	case len(o.Calibration)%in != 0 || len(o.Calibration)/in%o.Steps != 0:
		return fmt.Errorf("calibration of %d numbers, want samples of %d in %d steps", len(o.Calibration), in, o.Steps)
	case o.Method == ErrorFeedback && len(o.Calibration) == 0:
		return errors.New("error feedback needs calibration")
	}
	return nil
}

// quantizer returns a quantizer before the first layer. The error names a layer that does not fit.
func (n *Network) quantizer(o NetworkOptions) (*quantizer, error) {
	in := n.Inputs()
	q := &quantizer{
		o: o, samples: len(o.Calibration) / in / o.Steps, steps: o.Steps,
		gains: repeated(float64(o.Unit), in), index: sequence(in, 1, 1), width: in, most: 2,
	}
	if o.Method == Int8 {
		q.most = eightBits
	}
	for _, l := range n.Layers {
		cols := l.Inputs()
		switch l := l.(type) {
		case *Convolution:
			cols = l.area() * l.Channels
		case *MaxPool:
			cols = 0
		case *Recurrent:
			cols += l.Out
		}
		if cols >= kernels.MaxK || l.Outputs() >= kernels.MaxK {
			return nil, fmt.Errorf("matrix %q of %d columns and %d outputs, want less than %d", nameOf(l), cols, l.Outputs(), kernels.MaxK)
		}
		if o.Method == ErrorFeedback && cols > maxFeedback {
			return nil, fmt.Errorf("matrix %q has %d inputs, error feedback takes at most %d", nameOf(l), cols, maxFeedback)
		}
	}
	inputs := o.Calibration
	if channels := n.channels(); n.ChannelsFirst && channels > 0 {
		inputs = slices.Clone(inputs)
		for at := 0; at < len(inputs); at += in {
			copy(inputs[at:], transposed(inputs[at:at+in], channels, in/channels))
		}
	}
	for _, v := range inputs {
		q.exact = append(q.exact, float64(v))
		q.seen = append(q.seen, math.Max(-127, math.Min(127, math.Round(float64(v)*float64(o.Unit)))))
	}
	return q, nil
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

// sequence returns n numbers, groups of size of each step.
func sequence(n, size, step int) []int {
	v := make([]int, n)
	for i := range v {
		v[i] = i/size*step + i%size
	}
	return v
}

// A quantizer takes a network's calibration through its layers.
type quantizer struct {
	o              NetworkOptions
	most           int // largest weight
	samples, steps int
	last, logits   bool // of the layer at hand

	exact []float64 // activations of the network, samples × steps × len(index)
	seen  []float64 // activations of the model, integers, samples × steps × width
	width int
	index []int     // where the model has each activation of the network
	gains []float64 // how many units of the model's a unit of the network's activations is

	channels int // of the model's picture, 0 if it is none

	layers  []nn.Layer
	reports []Report
}

// rows returns the number of the calibration's steps.
func (q *quantizer) rows() int { return q.samples * q.steps }

// A fitted matrix has integer weights, rows × cols, a scale for each row, and what exact and
// quantized weights return for the calibration, exact with biases.
type fitted struct {
	weights       []int8
	scales        []float64
	exact, sums   []float64
	offsets       []float64 // what is to be added to the sums of each row
	common        float64   // scale of all rows
	multiplicands int       // products that exact and sums hold of each row
}

// fit quantizes a matrix for inputs of the given gains. operand writes product i of n: what the
// network multiplies by, and what the model does. With correct, offsets make up for the mean
// error, else they are the biases.
func (q *quantizer) fit(name string, matrix, bias []float32, gains []float64, correct, shared bool, n int, operand func(i int, exact, seen []float64)) fitted {
	cols := len(gains)
	rows := len(matrix) / cols
	w := make([]float64, len(matrix)) // for the model's activations
	for i, v := range matrix {
		w[i] = float64(v) / gains[i%cols]
	}
	f := fitted{weights: make([]int8, len(w)), scales: make([]float64, rows), offsets: make([]float64, rows), common: q.scale(w), multiplicands: n}
	least := make([]float64, rows) // scales at which 127 times a weight of eight bits is the bias
	if q.o.Method == Int8 {
		for i, b := range bias {
			least[i] = math.Abs(float64(b)) / (127 * eightBits)
		}
		f.common = max(f.common, slices.Max(least))
	}
	report := Report{Name: name, Rows: rows, Cols: cols}
	spread := q.feedback(cols, n, correct, operand)
	same := make([]float64, cols)
	for i := range rows {
		row := w[i*cols:][:cols]
		if f.scales[i] = f.common; !shared {
			f.scales[i] = max(q.scale(row), least[i])
		}
		for j := range same {
			same[j] = f.scales[i]
		}
		if q.o.Method == Int8 {
			for j, v := range row {
				f.weights[i*cols+j] = int8(max(-eightBits, min(eightBits, math.Round(v/f.scales[i]))))
			}
		} else {
			spread.quantize(f.weights[i*cols:][:cols], row, same)
		}
		for j, v := range row {
			if q.o.Method != Int8 {
				report.add(v, f.scales[i], f.weights[i*cols+j])
			}
		}
	}
	if report.finish(); q.o.Method != Int8 { // of eight bits there are no levels to report
		q.reports = append(q.reports, report)
	}
	f.multiply(matrix, bias, operand)
	f.offset(bias, correct)
	return f
}

// multiply computes what the exact and the quantized weights return for the operands.
func (f *fitted) multiply(matrix, bias []float32, operand func(i int, exact, seen []float64)) {
	rows := len(f.scales)
	cols := len(matrix) / rows
	x, y := make([]float64, cols), make([]float64, cols)
	for k := range f.multiplicands {
		operand(k, x, y)
		for i := range rows {
			a, b := 0.0, 0.0
			if bias != nil {
				a = float64(bias[i])
			}
			weights := f.weights[i*cols:][:cols]
			for j, v := range matrix[i*cols:][:cols] {
				a += float64(v) * x[j]
				b += float64(weights[j]) * y[j]
			}
			f.exact, f.sums = append(f.exact, a), append(f.sums, b)
		}
	}
}

// offset sets the offsets to the biases, or with correct and operands to the mean errors.
func (f *fitted) offset(bias []float32, correct bool) {
	rows, n := len(f.scales), f.multiplicands
	for i := range rows {
		if bias != nil {
			f.offsets[i] = float64(bias[i]) / f.scales[i]
		}
		if n > 0 && correct {
			f.offsets[i] = 0
			for k := range n {
				f.offsets[i] += (f.exact[k*rows+i]/f.scales[i] - f.sums[k*rows+i]) / float64(n)
			}
		}
	}
}

// scale returns a scale for weights.
func (q *quantizer) scale(w []float64) float64 {
	if q.o.Method != Int8 {
		return realScale(w, q.o.Method)
	}
	most := 0.0
	for _, v := range w {
		most = max(most, math.Abs(v))
	}
	if most == 0 {
		return 1
	}
	return most / eightBits
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

// maxCovariance bounds the operands that a covariance is summed over.
const maxCovariance = 1 << 15

// feedback returns the feedback for n operands, less their means if biases make up for these.
func (q *quantizer) feedback(in, n int, centre bool, operand func(i int, exact, seen []float64)) feedback {
	if q.o.Method != ErrorFeedback {
		return feedback{}
	}
	step := (n + maxCovariance - 1) / maxCovariance
	mean, exact, x := make([]float64, in), make([]float64, in), make([]float64, in)
	for i := 0; i < n && centre; i += step {
		operand(i, exact, x)
		for j, v := range x {
			mean[j] += v / float64((n+step-1)/step)
		}
	}
	h := make([][]float64, in)
	for i := range h {
		h[i] = make([]float64, in)
	}
	for k := 0; k < n; k += step {
		operand(k, exact, x)
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

// set gives a matrix its weights.
func (q *quantizer) set(d *nn.Dense, weights []int32, cols int) {
	if d.Digits = 0; q.most > 2 {
		d.Digits = eightBitsDigits
	}
	d.W = nn.Weights5(weights, len(weights)/cols, cols, max(1, d.Digits))
}

// add appends layers and takes the calibration through them.
func (q *quantizer) add(outputs int, layers ...nn.Layer) {
	q.layers = append(q.layers, layers...)
	q.width = layers[len(layers)-1].Outputs()
	if q.rows() == 0 {
		return
	}
	const atOnce = 64
	m, in := nn.NewModel(layers...), layers[0].Inputs()
	seen := make([]float64, q.rows()*q.width)
	for from := 0; from < q.samples; from += atOnce {
		n := min(atOnce, q.samples-from)
		r, x := m.NewRunner(n), make([]int8, kernels.Quads(in)*4*n)
		for step := range q.steps {
			for c := range n {
				for i, v := range q.seen[((from+c)*q.steps+step)*in:][:in] {
					x[(i/4*n+c)*4+i%4] = int8(v)
				}
			}
			y := r.Step(x)
			for c := range n {
				row := seen[((from+c)*q.steps+step)*q.width:][:q.width]
				for i := range row {
					row[i] = float64(y[(i/4*n+c)*4+i%4])
				}
			}
		}
	}
	q.seen = seen
}

// linear quantizes a fully connected layer and moves on to its outputs.
func (q *quantizer) linear(l *Linear) {
	if q.logits {
		l = centred(l)
	}
	f := q.fit(l.Name, l.W, l.Bias, q.gains, true, q.last, q.rows(), func(i int, exact, seen []float64) {
		copy(exact, q.exact[i*l.In:])
		for j, at := range q.index {
			seen[j] = q.seen[i*q.width+at]
		}
	})
	d := q.dense(l, f)
	d.Shift = q.shift(d, f)
	q.gains = make([]float64, l.Out)
	for i, s := range f.scales {
		q.gains[i] = math.Ldexp(1/s, -int(d.Shift))
	}
	if q.exact = f.exact; l.ReLU {
		rectify(q.exact)
	}
	q.add(l.Out, d)
	q.index, q.channels = sequence(l.Out, 1, 1), 0
}

// centred returns a layer whose rows' mean, and whose biases' mean, is zero.
func centred(l *Linear) *Linear {
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
	other := *l
	other.W = centre(l.W, l.In)
	if l.Bias != nil {
		other.Bias = centre(l.Bias, 1)
	}
	return &other
}

// dense returns the layer of weights whose biases add about the offsets to the sums.
func (q *quantizer) dense(l *Linear, f fitted) *nn.Dense {
	d := nn.NewDense(q.width, l.Out, l.ReLU)
	q.biasedWeights(d, f, l.Out, q.index)
	return d
}

// biasedWeights gives a new matrix fitted weights, in the columns of index, and biases that add about the
// offsets to the sums of the first out rows, to which it adds what they do add.
func (q *quantizer) biasedWeights(d *nn.Dense, f fitted, out int, index []int) {
	cols, constant := d.Inputs(), q.constantFor(f.offsets, 1)
	if constant > 0 {
		cols++
		d.Bias = int8(constant)
	}
	all := make([]int32, d.Outputs()*cols)
	for i, v := range f.weights {
		all[i/len(index)*cols+index[i%len(index)]] = int32(v)
	}
	for i, v := range f.offsets {
		b, added := addends(v, []int{constant}, q.most)
		if constant > 0 {
			all[(i+1)*cols-1] = int32(b[0])
		}
		for k := range f.multiplicands {
			f.sums[k*out+i] += float64(added)
		}
	}
	q.set(d, all, cols)
}

// extraShift is what weights of eight bits are larger than pents, in bits.
const extraShift = 5

// shift returns the shift of a layer: the least at which 999 of 1,000 activations of the
// calibration, those that ReLU leaves, are within ±127; without calibration the shift of a new
// layer. Logits are not scaled above 1/16 bit a unit.
func (q *quantizer) shift(d *nn.Dense, f fitted) uint {
	shift := d.Shift
	if q.most > 2 {
		shift += extraShift
	}
	if q.samples > 0 {
		var sizes []float64
		for _, v := range f.sums {
			if v > 0 || !d.ReLU {
				sizes = append(sizes, math.Abs(v))
			}
		}
		slices.Sort(sizes)
		shift = 0
		if len(sizes) > 0 {
			for most := sizes[(len(sizes)*999+999)/1000-1]; most > 127.5*math.Ldexp(1, int(shift)) && shift < 30; {
				shift++
			}
		}
	}
	if q.logits {
		units := f.common * 16 / math.Ln2 // that a sum of one is
		shift = max(shift, uint(max(0, min(30, math.Round(-math.Log2(units))))))
	}
	return min(shift, 30)
}

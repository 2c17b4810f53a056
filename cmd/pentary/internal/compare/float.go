package compare

import (
	"cmp"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/trit5"
)

// floatNet is an nn.Model of dense layers without biases in float32. Its weights are plain floats,
// or pents with latent floats; with pents, the outputs equal the model's.
type floatNet struct {
	model  *nn.Model
	pents  bool
	layers []floatLayer
	rng    *rand.Rand
	labels []uint8
	moved  []int8
}

// floatLayer computes y = x·wᵀ for a batch. With pents, y is rounded and clipped as in nn.Dense.
type floatLayer struct {
	in, out   int
	w, used   []float32 // latent weights and multiplied weights, out × in
	g, m, v   []float32 // gradient, its moving mean and mean square
	x, y, dy  []float32 // samples × in, × out
	scale     float32   // of the products of pents
	low, high float32   // clipping range of y
}

func newFloatNet(model *nn.Model, seed uint64, pents bool) (*floatNet, error) {
	dense, ok := model.Dense()
	if !ok {
		return nil, errors.New("want dense layers")
	}
	n := &floatNet{model: model, pents: pents, rng: rand.New(rand.NewPCG(seed, 0x5eed))}
	for i, d := range dense {
		l := floatLayer{in: d.Inputs(), out: d.Outputs(), scale: 1, low: float32(math.Inf(-1)), high: float32(math.Inf(1))}
		if i < len(dense)-1 {
			l.low = 0
		}
		if pents {
			l.scale, l.low, l.high = float32(math.Exp2(-float64(d.Shift))), max(l.low, -127), 127
		}
		spread := math.Sqrt(2 / float64(l.in))
		for row := range l.out {
			for column := range l.in {
				w := float32(d.W.At(row, column))
				if !pents {
					w = float32(n.rng.NormFloat64() * spread)
				}
				l.w = append(l.w, w)
			}
		}
		l.used = l.w
		if pents {
			l.used = make([]float32, len(l.w))
		}
		n.layers = append(n.layers, l)
	}
	return n, nil
}

func (n *floatNet) weights() (count int) {
	for i := range n.layers {
		count += len(n.layers[i].w)
	}
	return count
}

// draw sets the input to a batch of random samples.
func (n *floatNet) draw(d *data.Dataset, batch int) {
	n.labels = n.labels[:0]
	n.moved = slices.Grow(n.moved[:0], d.Features)[:d.Features]
	n.resize(batch)
	for i := range batch {
		sample := n.rng.IntN(d.Len())
		n.labels = append(n.labels, d.Labels[sample])
		x := d.Sample(sample)
		if d.Shift > 0 {
			side := 2*d.Shift + 1
			d.Move(n.moved, sample, n.rng.IntN(side)-d.Shift, n.rng.IntN(side)-d.Shift)
			x = n.moved
		}
		n.set(i, x)
	}
}

// set sets the input of sample i to x.
func (n *floatNet) set(i int, x []int8) {
	scale := float32(1)
	if !n.pents {
		scale = 1. / 64
	}
	for j, v := range x {
		n.layers[0].x[i*len(x)+j] = scale * float32(v)
	}
}

func (n *floatNet) resize(samples int) {
	for i := range n.layers {
		l := &n.layers[i]
		l.y = slices.Grow(l.y[:0], samples*l.out)[:samples*l.out]
		l.dy = slices.Grow(l.dy[:0], samples*l.out)[:samples*l.out]
		if i == 0 {
			l.x = slices.Grow(l.x[:0], samples*l.in)[:samples*l.in]
		} else {
			l.x = n.layers[i-1].y
		}
	}
}

var multiply gonum.Implementation

// forward computes the outputs of the input and returns them.
func (n *floatNet) forward() []float32 {
	for i := range n.layers {
		l := &n.layers[i]
		samples := len(l.y) / l.out
		if n.pents {
			for j, w := range l.w {
				l.used[j] = float32(math.Round(float64(w)))
			}
		}
		multiply.Sgemm(blas.NoTrans, blas.Trans, samples, l.out, l.in, l.scale, l.x, l.in, l.used, l.in, 0, l.y, l.out)
		for j, v := range l.y {
			if n.pents {
				v = float32(math.Floor(float64(v) + .5))
			}
			l.y[j] = min(max(v, l.low), l.high)
		}
	}
	return n.layers[len(n.layers)-1].y
}

// loss returns the mean cross-entropy of the batch and stores its gradient with respect to the
// outputs in the last layer's dy. With pents, outputs are logits in 1/16 bit.
func (n *floatNet) loss() float64 {
	l := &n.layers[len(n.layers)-1]
	unit, total := 1., 0.
	if n.pents {
		unit = math.Ln2 / 16
	}
	for i, label := range n.labels {
		y, dy := l.y[i*l.out:][:l.out], l.dy[i*l.out:][:l.out]
		most, sum := slices.Max(y), 0.
		for _, v := range y {
			sum += math.Exp(unit * float64(v-most))
		}
		for j, v := range y {
			p := math.Exp(unit*float64(v-most)) / sum
			if dy[j] = float32(p); j == int(label) {
				total -= math.Log(p)
				dy[j]--
			}
		}
	}
	return total / float64(len(n.labels))
}

// backward computes the gradient of the batch with respect to all weights. Roundings are ignored
// (straight-through); the gradient of clipped outputs is zero.
func (n *floatNet) backward() {
	for i := len(n.layers) - 1; i >= 0; i-- {
		l := &n.layers[i]
		samples := len(l.y) / l.out
		for j, v := range l.y {
			if v <= l.low || v >= l.high {
				l.dy[j] = 0
			}
		}
		l.g = slices.Grow(l.g[:0], len(l.w))[:len(l.w)]
		multiply.Sgemm(blas.Trans, blas.NoTrans, l.out, l.in, samples, l.scale/float32(samples), l.dy, l.out, l.x, l.in, 0, l.g, l.in)
		if i > 0 {
			multiply.Sgemm(blas.NoTrans, blas.NoTrans, samples, l.in, l.out, l.scale, l.dy, l.out, l.used, l.in, 0, n.layers[i-1].dy, l.in)
		}
	}
}

// adam updates the weights (Kingma and Ba, arXiv 1412.6980, with the constants from there).
func (n *floatNet) adam(rate float64, step int) {
	const β1, β2 = .9, .999
	rate *= math.Sqrt(1-math.Pow(β2, float64(step))) / (1 - math.Pow(β1, float64(step)))
	for i := range n.layers {
		l := &n.layers[i]
		if l.m == nil {
			l.m, l.v = make([]float32, len(l.w)), make([]float32, len(l.w))
		}
		for j, g := range l.g {
			l.m[j] += (1 - β1) * (g - l.m[j])
			l.v[j] += (1 - β2) * (g*g - l.v[j])
			l.w[j] -= float32(rate) * l.m[j] / (float32(math.Sqrt(float64(l.v[j]))) + 1e-8)
			if n.pents {
				l.w[j] = min(max(l.w[j], -2), 2)
			}
		}
	}
}

// right returns the number of samples that the network classifies correctly.
func (n *floatNet) right(d *data.Dataset) (count int) {
	if n.pents {
		n.store()
		count, err := n.model.Accuracy(d)
		if err != nil {
			panic(err) // shaped as the training samples
		}
		return count
	}
	const piece = 256
	for lo := 0; lo < d.Len(); lo += piece {
		samples := min(piece, d.Len()-lo)
		n.resize(samples)
		for i := range samples {
			n.set(i, d.Sample(lo+i))
		}
		y := n.forward()
		for i := range samples {
			row := y[i*d.Classes:][:d.Classes]
			if slices.Index(row, slices.Max(row)) == int(d.Labels[lo+i]) {
				count++
			}
		}
	}
	return count
}

// store copies the pents to the model.
func (n *floatNet) store() {
	for i, d := range n.model.Matrices() {
		l := &n.layers[i]
		for j, w := range l.w {
			d.W.Set(j/l.in, j%l.in, trit5.Pent(math.Round(float64(w))))
		}
	}
}

// Backprop returns backpropagation with Adam, with a learning rate that falls linearly to 0, for
// a network of float32 weights or for pents by straight-through estimation (arXiv 1308.3432).
func Backprop(name string, seed uint64, batch int, rate float64, pents bool) Method {
	bits := 96. // weight, moving mean and mean square
	if pents {
		bits += 3
	}
	return Method{Name: name, Baseline: true, FloatBytes: 20, start: func(model *nn.Model, d *data.Dataset, generations int) (*run, error) {
		n, err := newFloatNet(model, seed, pents)
		if err != nil {
			return nil, err
		}
		return &run{net: model, samples: batch, bits: bits, right: n.right, train: steps(generations, func(step int) {
			n.draw(d, batch)
			n.forward()
			n.loss()
			n.backward()
			n.adam(rate*(1-float64(step)/float64(generations)), step+1)
		})}, nil
	}}
}

// steps returns a training with the given number of steps.
func steps(count int, step func(int)) func(context.Context, func(es.Stats) error) error {
	return func(ctx context.Context, each func(es.Stats) error) error {
		for i := range count {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			step(i)
			if err := each(es.Stats{Finished: i + 1}); errors.Is(err, es.ErrStop) {
				return nil
			} else if err != nil {
				return err
			}
		}
		return nil
	}
}

// SNES returns the separable natural evolution strategy for float32 weights (Schaul, Glasmachers
// and Schmidhuber, GECCO 2011) with mirrored samples. The initial standard deviation of a layer is
// sigma times its initial weights' standard deviation.
func SNES(name string, seed uint64, pairs, batch int, sigma float64) Method {
	return Method{Name: name, Baseline: true, FloatBytes: 24, start: func(model *nn.Model, d *data.Dataset, generations int) (*run, error) {
		n, err := newFloatNet(model, seed, false)
		if err != nil {
			return nil, err
		}
		s := newSNES(n, seed, pairs, sigma)
		return &run{net: model, samples: 2 * pairs * batch, bits: 64, right: n.right, train: steps(generations, func(step int) {
			n.draw(d, batch)
			s.step(step)
		})}, nil
	}}
}

type snes struct {
	net             *floatNet
	seed            uint64
	means           [][]float32 // by layer
	sigmas          [][]float32
	toMean, toSigma [][]float32 // gradients
	losses          []float64   // of members: plus and minus of each pair
	utilities       []float64   // by rank, best first
	order           []int
	sigmaRate       float64
}

func newSNES(n *floatNet, seed uint64, pairs int, sigma float64) *snes {
	s := &snes{net: n, seed: seed, losses: make([]float64, 2*pairs), order: make([]int, 2*pairs)}
	for i := range n.layers {
		l := &n.layers[i]
		s.means = append(s.means, slices.Clone(l.w))
		s.sigmas = append(s.sigmas, slices.Repeat([]float32{float32(sigma * math.Sqrt(2/float64(l.in)))}, len(l.w)))
		s.toMean = append(s.toMean, make([]float32, len(l.w)))
		s.toSigma = append(s.toSigma, make([]float32, len(l.w)))
	}
	weights := float64(n.weights())
	s.sigmaRate = (3 + math.Log(weights)) / (5 * math.Sqrt(weights))
	sum := 0.
	for k := range s.order {
		u := max(0, math.Log(float64(pairs)+1)-math.Log(float64(k)+1))
		s.utilities = append(s.utilities, u)
		sum += u
	}
	for k := range s.utilities {
		s.utilities[k] = s.utilities[k]/sum - 1/float64(2*pairs)
	}
	return s
}

// noise calls use for every weight with its standard normal number in a pair.
func (s *snes) noise(step, pair int, use func(layer, i int, z float32)) {
	rng := rand.New(rand.NewPCG(s.seed, uint64(step)<<32|uint64(pair)))
	for layer, mean := range s.means {
		for i := range mean {
			use(layer, i, float32(rng.NormFloat64()))
		}
	}
}

func (s *snes) step(step int) {
	n := s.net
	for member := range s.losses {
		sign := float32(1 - 2*(member%2))
		s.noise(step, member/2, func(layer, i int, z float32) {
			n.layers[layer].w[i] = s.means[layer][i] + sign*s.sigmas[layer][i]*z
		})
		n.forward()
		s.losses[member], s.order[member] = n.loss(), member
	}
	slices.SortStableFunc(s.order, func(a, b int) int { return cmp.Compare(s.losses[a], s.losses[b]) })
	utility := make([]float64, len(s.order))
	for rank, member := range s.order {
		utility[member] = s.utilities[rank]
	}
	for layer := range s.toMean {
		clear(s.toMean[layer])
		clear(s.toSigma[layer])
	}
	for pair := range len(utility) / 2 {
		difference, sum := float32(utility[2*pair]-utility[2*pair+1]), float32(utility[2*pair]+utility[2*pair+1])
		s.noise(step, pair, func(layer, i int, z float32) {
			s.toMean[layer][i] += difference * z
			s.toSigma[layer][i] += sum * (z*z - 1)
		})
	}
	for layer, mean := range s.means {
		sigma := s.sigmas[layer]
		for i := range mean {
			mean[i] += sigma[i] * s.toMean[layer][i]
			sigma[i] *= float32(math.Exp(s.sigmaRate / 2 * float64(s.toSigma[layer][i])))
		}
		copy(n.layers[layer].w, mean)
	}
}

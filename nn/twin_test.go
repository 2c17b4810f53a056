package nn

import (
	"fmt"
	"hash/fnv"
	"slices"

	"github.com/Kaleaon/pentary-go/internal/fixed"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

// A twin is a slow reference of a model: one column, weight by weight, written from the
// layers' definitions.
type twin struct {
	model  *Model
	states [][]int

	// Of a member; nil for the model without noise.
	noise   *lowrank.Noise
	pair    int
	sign    int
	sample  int // of the present step
	samples int // of the member

	position int // within a convolution

	tensor, memory int // next within the step
	time           int

	seen     [][][]int // by matrix, all that it has multiplied
	returned [][][]int // and its activations
}

func (t *twin) step(x []int) []int {
	t.tensor, t.memory = 0, 0
	x = t.chain(t.model.Layers, x)
	t.time++
	return x
}

func (t *twin) chain(layers []Layer, x []int) []int {
	for _, l := range layers {
		x = t.layer(l, x)
	}
	return x
}

// state returns the next state, zeros to begin with.
func (t *twin) state(n int) []int {
	i := t.memory
	t.memory++
	if i == len(t.states) {
		t.states = append(t.states, make([]int, n))
	}
	return t.states[i]
}

func (t *twin) layer(l Layer, x []int) []int {
	switch l := l.(type) {
	case *Dense:
		return t.product(l, x)
	case *Embedding:
		code := make([]int, l.Context*l.Vocabulary)
		for j, token := range x {
			code[j*l.Vocabulary+int(uint8(token))] = 16
		}
		return t.product(l.Rows, code)
	case *NGrams:
		code := make([]int, l.Context*128+(l.Longest-1)*l.Buckets)
		for j, b := range x {
			code[128*j+b&127] = 16
		}
		for n := 2; n <= l.Longest; n++ {
			h := fnv.New32a()
			for _, b := range x[:n] {
				h.Write([]byte{byte(b)})
			}
			sum := h.Sum32()
			code[l.Context*128+(n-2)*l.Buckets+int((sum^sum>>15)%uint32(l.Buckets))] = 16
		}
		return t.product(l.Rows, code)
	case *LayerNorm:
		y := normal(x, l.Target)
		if l.Gains == nil {
			return y
		}
		for i, g := range t.product(l.Gains, []int{64}) {
			y[i] = clip(roundShift((127+g)*y[i], 8) + clip(y[i]+roundShift((127-g)*-y[i], 8)))
		}
		return y
	case *Residual:
		y := t.chain(l.Layers, x)
		for i := range y {
			y[i] = clip(y[i] + x[i])
		}
		return y
	case *RNN:
		h := t.state(l.Outputs())
		copy(h, t.product(l.State, join(x, h)))
		return join(h)
	case *MinGRU:
		h := t.state(l.Outputs())
		f := t.product(l.Forget, join(x, h))
		past := make([]int, len(h))
		for i := range h {
			past[i] = gate(f[i], h[i])
		}
		c := t.product(l.Candidate, join(x, past))
		for i := range h {
			h[i] += gate(f[i], c[i]-h[i])
		}
		return join(h)
	case *GRU:
		h := t.state(l.Outputs())
		g := t.product(l.Gates, join(x, h))
		r, z := g[:len(h)], g[len(h):]
		past := make([]int, len(h))
		for i := range h {
			past[i] = gate(r[i], h[i])
		}
		c := t.product(l.Candidate, join(x, past))
		for i := range h {
			h[i] += gate(z[i], c[i]-h[i])
		}
		return join(h)
	case *LSTM:
		h, c := t.state(l.Outputs()), t.state(l.Outputs())
		g := t.product(l.Gates, join(x, h))
		n := len(h)
		for i := range h {
			c[i] = clip(gate(clip(g[n+i]+64), c[i]) + gate(g[i], g[3*n+i]))
			h[i] = gate(g[2*n+i], c[i])
		}
		return join(h)
	case *Conv1D:
		window := t.state(l.Width * l.Inputs())
		copy(window[len(x):], window[:len(window)-len(x)])
		copy(window, x)
		return t.product(l.Kernel, window)
	case *Conv2D:
		return t.conv2D(l, x)
	case *Attention:
		return t.attention(l, x)
	}
	panic(fmt.Sprintf("no twin of %T", l))
}

func (t *twin) conv2D(l *Conv2D, x []int) []int {
	var y []int
	first := t.tensor
	defer func() { t.position = 0 }()
	for row := 0; row+l.Size <= l.Rows; row += l.Stride {
		for column := 0; column+l.Size <= l.Columns; column += l.Stride {
			var patch []int
			for i := range l.Size {
				for j := range l.Size {
					patch = append(patch, x[((row+i)*l.Columns+column+j)*l.Channels:][:l.Channels]...)
				}
			}
			t.tensor = first
			y = append(y, t.product(l.Kernel, patch)...)
			t.position++
		}
	}
	return y
}

func (t *twin) attention(l *Attention, x []int) []int {
	width := l.Inputs()
	qkv := t.product(l.Project, x)
	past := t.state(2 * width * l.Window) // the latest steps first
	copy(past[2*width:], past[:len(past)-2*width])
	copy(past, qkv[width:])
	y := make([]int, width)
	head, shift := width/l.Heads, 4
	for n := head; n >= 2; n /= 4 { // the nearest power of two to √head
		shift++
	}
	for first := 0; first < width; first += head {
		var scores []int
		for j := range min(t.time+1, l.Window) {
			dot := 0
			for i := first; i < first+head; i++ {
				dot += qkv[i] * past[2*width*j+i]
			}
			scores = append(scores, dot>>shift)
		}
		most := scores[0]
		for _, s := range scores {
			most = max(most, s)
		}
		for i := first; i < first+head; i++ {
			total, sum := 0, 0
			for j, s := range scores {
				w := int(fixed.Exp2(int32(s - most)))
				total += w * past[2*width*j+width+i]
				sum += w
			}
			y[i] = (2*abs(total) + sum) / (2 * sum)
			if total < 0 {
				y[i] = -y[i]
			}
		}
	}
	return y
}

// product returns the activations of a matrix, with the member's perturbation.
func (t *twin) product(d *Dense, x []int) []int {
	i := t.tensor
	t.tensor++
	if d.Bias != 0 {
		x = append(join(x), int(d.Bias))
	}
	for len(t.seen) <= i {
		t.seen, t.returned = append(t.seen, nil), append(t.returned, nil)
	}
	t.seen[i] = append(t.seen[i], x)
	y := make([]int, d.Outputs())
	for row := range y {
		for j, v := range x {
			y[row] += int(d.W.At(row, j)) * v
		}
	}
	if t.noise != nil {
		t.perturb(y, uint32(i), d, x)
	}
	for row := range y {
		low := -127
		if d.ReLU {
			low = 0
		}
		y[row] = min(max(roundShift(y[row], d.Shift), low), 127)
	}
	t.returned[i] = append(t.returned[i], slices.Clone(y))
	return y
}

// perturb adds the noise of a member, of rank 1 under the binomial law, to accumulators.
func (t *twin) perturb(y []int, number uint32, d *Dense, x []int) {
	n := t.noise
	a := make([]uint8, packed.PaddedLen(d.Outputs()))
	n.Factor(a, lowrank.FactorA, number, t.pair, d.Outputs())
	dot := 0
	if n.Estimator == lowrank.PerturbActivations {
		at := t.position*t.samples + t.sample
		raw := make([]uint8, packed.PaddedLen(at+1))
		kernels.Random(raw, n.Stream(lowrank.Signs, number, t.pair))
		dot = (1 - 2*int(raw[at]&1)) << (d.Shift + activationBits)
	} else {
		b := make([]uint8, packed.PaddedLen(d.W.Cols()))
		n.Factor(b, lowrank.FactorB, number, t.pair, d.W.Cols())
		for j, v := range x {
			dot += (int(b[j]) - 2) * v
		}
	}
	for row := range y {
		y[row] += t.sign * roundShift((int(a[row])-2)*dot, n.Sigma)
	}
}

// normal is the integer layer normalization, without its fixed-point reciprocal's
// rounding only where that does not show: it is kernels.Normalize of one column.
func normal(x []int, target int) []int {
	batch, y := make([]int8, kernels.Quads(len(x))*4), make([]int8, kernels.Quads(len(x))*4)
	for i, v := range x {
		batch[i] = int8(v)
	}
	kernels.Normalize(y, batch, len(x), 1, target)
	out := make([]int, len(x))
	for i := range out {
		out[i] = int(y[i])
	}
	return out
}

func gate(g, x int) int { return roundShift((g+127)*x, 8) }

func clip(v int) int { return min(max(v, -127), 127) }

func abs(v int) int { return max(v, -v) }

// join returns the vectors one after another, as a copy.
func join(vectors ...[]int) (all []int) {
	for _, v := range vectors {
		all = append(all, v...)
	}
	return all
}

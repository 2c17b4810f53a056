package nn

import (
	"fmt"
	"hash/fnv"
	"math"
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

	position int // within a convolution or a scan

	tensor, memory int // next within the step
	unit           int // of the noise of numbers of rows
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
		for j := range l.Context {
			token := int(uint8(x[j*len(x)/l.Context]))
			if l.Vocabulary > 256 {
				token += 256 * int(uint8(x[2*j+1]))
			}
			code[j*l.Vocabulary+token] = 16
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
		y := rms(l, x)
		if !l.RMS {
			y = normal(x, l.Target)
		}
		if l.Gains == nil {
			return y
		}
		for i, g := range t.product(l.Gains, []int{64}) {
			y[i] = clip(roundShift((127+g)*y[i], 8) + clip(y[i]+roundShift((127-g)*-y[i], 8)))
		}
		return y
	case *Residual:
		y := t.chain(l.Layers, x)
		if l.Wide {
			y, x := joined(y), joined(x)
			for i := range y {
				y[i] = min(max(y[i]+x[i], -16319), 16319)
			}
			return wideDigits(y)
		}
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
		var c []int
		if l.State == nil {
			c = t.product(l.Candidate, join(x, past))
		} else {
			u := t.product(l.State, h)
			c = t.product(l.Candidate, x)
			for i := range c {
				c[i] = clip(clip(c[i]+gate(r[i], u[i])) << l.Shift)
			}
		}
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
	case *MaxPool:
		var y []int
		l = &MaxPool{Window: l.Window}
		x = surround(&l.Window, x, -1000)
		for row := 0; row+l.Height <= l.Rows; row += l.Stride {
			for column := 0; column+l.Width <= l.Columns; column += l.Stride {
				for c := range l.Channels {
					most := -1000
					for i := range l.Height {
						for j := range l.Width {
							most = max(most, x[((row+i)*l.Columns+column+j)*l.Channels+c])
						}
					}
					y = append(y, most)
				}
			}
		}
		return y
	case *Scan:
		return t.scan(l, x)
	case *Attention:
		return t.attention(l, x)
	case *SwiGLU:
		gates := t.product(l.Project, x)
		y := make([]int, l.Outputs())
		for i := range y {
			g := float64(gates[i]) / 16
			y[i] = clip(roundShift(int(math.Round(256*g/(1+math.Exp(-g))))*gates[l.Outputs()+i], uint(8+l.GateShift)))
		}
		return y
	case *Logits:
		v := joined(x)
		y := make([]int, len(v))
		for i := range y {
			y[i] = max(v[i]-slices.Max(v)+127, -127)
		}
		return y
	}
	panic(fmt.Sprintf("no twin of %T", l))
}

// surround adds the padding to a picture, and leaves none.
func surround(w *Window, x []int, value int) (padded []int) {
	rows, columns := w.Top+w.Rows+w.Bottom, w.Left+w.Columns+w.Right
	for y := range rows {
		for column := range columns {
			for c := range w.Channels {
				v, row, at := value, y-w.Top, column-w.Left
				if row >= 0 && row < w.Rows && at >= 0 && at < w.Columns {
					v = x[(row*w.Columns+at)*w.Channels+c]
				}
				padded = append(padded, v)
			}
		}
	}
	*w = Window{rows, columns, w.Channels, w.Height, w.Width, w.Stride, 0, 0, 0, 0}
	return padded
}

func (t *twin) conv2D(l *Conv2D, x []int) []int {
	l = &Conv2D{l.Window, l.Kernel}
	x = surround(&l.Window, x, 0)
	var y []int
	first, outer := t.tensor, t.position
	t.position *= l.places()
	defer func() { t.position = outer }()
	for row := 0; row+l.Height <= l.Rows; row += l.Stride {
		for column := 0; column+l.Width <= l.Columns; column += l.Stride {
			var patch []int
			for i := range l.Height {
				for j := range l.Width {
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

func (t *twin) scan(l *Scan, x []int) []int {
	before := *t
	size := len(x) / l.Parts
	t.states = nil
	var y, all []int
	for part := range l.Parts {
		t.position, t.time, t.tensor, t.memory = before.position*l.Parts+part, part, before.tensor, 0
		y = t.chain(l.Layers, x[part*size:][:size])
		all = append(all, y...)
	}
	t.position, t.time, t.states, t.memory = before.position, before.time, before.states, before.memory
	if l.All {
		return all
	}
	return y
}

func (t *twin) attention(l *Attention, x []int) []int {
	width, head := l.Inputs(), l.Inputs()/l.Heads
	kv := head * l.KVHeads
	qkv := t.product(l.Project, x)
	most := 127
	if l.Project.Wide {
		qkv, most = joined(qkv), 16319
	}
	if l.Rotary > 0 {
		for i := 0; i < width+kv; i += 2 {
			turn := l.turns.at(i%head/2, t.time)
			a, b := qkv[i], qkv[i+1]
			qkv[i] = min(max(roundShift(a*int(turn.Cos)-b*int(turn.Sin), 14), -most), most)
			qkv[i+1] = min(max(roundShift(a*int(turn.Sin)+b*int(turn.Cos), 14), -most), most)
		}
	}
	past := t.state(2 * kv * l.Window) // the latest steps first
	copy(past[2*kv:], past[:len(past)-2*kv])
	copy(past, qkv[width:])
	y := make([]int, width)
	for first := 0; first < width; first += head {
		shared := first / head / (l.Heads / l.KVHeads) * head
		var scores []int
		for j := range min(t.time+1, l.Window) {
			dot := 0
			for i := range head {
				dot += qkv[first+i] * past[2*kv*j+shared+i]
			}
			scores = append(scores, dot>>l.Shift)
		}
		for i := range head {
			total, sum := 0, 0
			for j, s := range scores {
				w := int(fixed.Exp2(int32(s - slices.Max(scores))))
				v := past[2*kv*j+kv+shared+i]
				if l.Project.Wide {
					v = roundShift(v, 7)
				}
				total += w * v
				sum += w
			}
			y[first+i] = (2*abs(total) + sum) / (2 * sum)
			if total < 0 {
				y[first+i] = -y[first+i]
			}
		}
	}
	return y
}

// joined returns the values of wide activations, and wideDigits their digits.
func joined(x []int) []int {
	v := make([]int, len(x)/2)
	for i := range v {
		v[i] = 128*x[i] + x[len(v)+i]
	}
	return v
}

func wideDigits(v []int) []int {
	x := make([]int, 2*len(v))
	for i, v := range v {
		x[i] = roundShift(v, 7)
		x[len(x)/2+i] = v - 128*x[i]
	}
	return x
}

// rms is the norm by the root mean square.
func rms(l *LayerNorm, x []int) []int {
	if l.Wide {
		x = joined(x)
	}
	sum := 0
	for _, v := range x {
		sum += v * v
	}
	root := max(1, int(fixed.Sqrt(uint64(sum<<20/len(x)))))
	y := make([]int, len(x))
	for i, v := range x {
		y[i] = clip(roundShift(v*((l.Target<<30+root/2)/root), 20))
	}
	return y
}

// product returns the activations of a matrix, with the member's perturbation.
func (t *twin) product(d *Dense, x []int) []int {
	var gains, offsets []int
	constants := []int{127, 116, 106, 95, 85, 74, 64, 53}
	if d.gains != nil {
		t.unit = map[uint]int{5: 8, 6: 9, 7: 10}[d.gains.Shift]
		gains = t.product(d.gains, constants)
	}
	if d.offsets != nil {
		if t.unit = 9; d.offsets.Shift != 8-uint(min(log2Root(d.W.Cols()), 4)) {
			panic("another step of offsets")
		}
		offsets = t.product(d.offsets, constants)
	}
	i := t.tensor
	t.tensor++
	if d.Bias != 0 {
		x = append(join(x), int(d.Bias))
	}
	for len(t.seen) <= i {
		t.seen, t.returned = append(t.seen, nil), append(t.returned, nil)
	}
	t.seen[i] = append(t.seen[i], x)
	y := make([]int, d.values())
	for row := range y {
		for j, v := range x {
			y[row] += int(d.Weight(row, j)) * v
		}
	}
	if t.noise != nil && d.Digits <= 1 && !d.frozen {
		t.perturb(y, uint32(i), d, x)
	}
	for row := range y {
		low := -127
		if d.ReLU {
			low = 0
		}
		if d.Offset != nil {
			offset := int(d.Offset[row])
			if offsets != nil {
				offset = min(max(offset+offsets[row]<<max(log2Root(len(x))-4, 0), -7812), 7812)
			}
			y[row] += offset
		}
		if d.Scale != nil {
			scale := int(d.Scale[row])
			if gains != nil {
				scale = min(roundShift(scale*(128+gains[row]), 7), MaxScale)
			}
			y[row] *= scale
		}
		if y[row] = roundShift(y[row], d.Shift); !d.Wide {
			y[row] = min(max(y[row], low), 127)
		}
		y[row] = min(max(y[row], -16319), 16319)
	}
	if d.Wide {
		y = wideDigits(y)
	}
	t.returned[i] = append(t.returned[i], slices.Clone(y))
	return y
}

// log2Root is the binary logarithm of √n, rounded.
func log2Root(n int) int { return int(math.Floor(math.Log2(math.Sqrt(2 * float64(n))))) }

// perturb adds the noise of a member, of rank 1 under the binomial law, to accumulators.
func (t *twin) perturb(y []int, number uint32, d *Dense, x []int) {
	n, sigma, unit := t.noise, t.noise.Sigma, d.log2Scale()
	if d.one > 0 {
		sigma, unit = uint(max(int(sigma)-4, 0)), uint(t.unit)
	}
	a := make([]uint8, packed.PaddedLen(d.values()))
	n.Factor(a, lowrank.FactorA, number, t.pair, d.values())
	dot := 0
	if n.Estimator == lowrank.PerturbActivations {
		at := t.position*t.samples + t.sample
		raw := make([]uint8, packed.PaddedLen(at+1))
		kernels.Random(raw, n.Stream(lowrank.Signs, number, t.pair))
		dot = (1 - 2*int(raw[at]&1)) << unit
	} else {
		b := make([]uint8, packed.PaddedLen(d.W.Cols()))
		n.Factor(b, lowrank.FactorB, number, t.pair, d.W.Cols())
		for j, v := range x {
			dot += (int(b[j]) - 2) * v
		}
	}
	for row := range y {
		y[row] += t.sign * roundShift((int(a[row])-2)*dot, sigma)
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

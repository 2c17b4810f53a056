package nn_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/packed"
)

// maxout is a layer of a user's: the larger of two products, plus what it returned at the
// step before, halved.
type maxout struct {
	in, out int
	Both    *nn.Dense // 2·out × in
}

func newMaxout(in, out int, from nn.Source) (*maxout, error) {
	both, err := from("both", 2*out, in, false)
	return &maxout{in, out, both}, err
}

func init() {
	nn.Register("maxout", 2, func(s nn.Spec, from nn.Source) (nn.Layer, error) {
		return newMaxout(s.Sizes[0], s.Sizes[1], from)
	})
}

func (l *maxout) Inputs() int    { return l.in }
func (l *maxout) Outputs() int   { return l.out }
func (l *maxout) String() string { return fmt.Sprintf("maxout %d→%d", l.in, l.out) }

func (l *maxout) Spec() nn.Spec { return nn.Spec{Kind: "maxout", Sizes: []int{l.in, l.out}} }

func (l *maxout) Weights(add func(string, *nn.Dense)) { add("both", l.Both) }

func (l *maxout) Step(p *nn.Pass, x []int8) []int8 {
	last := p.State(l.out)
	both := p.Product(l.Both, x)
	y := p.Alloc(l.out)
	for i := range y {
		y[i] = max(both[i], both[len(y)+i])/2 + last[i]/2
	}
	copy(last, y)
	p.Free(both)
	return y
}

// parity is a task of a user's: a bit a step, and the parity of the last two is asked for.
type parity struct{ nn.CrossEntropy }

func (parity) Inputs() int { return 4 }

func (parity) Draw(b *nn.Batch, seed uint64, generation, group int) {
	for stream := range b.Streams {
		bits := (seed+1)*uint64(generation*b.Streams+stream+group+1)*0x9e3779b97f4a7c15 | 1
		for step := range b.X {
			bit, before := int8(bits>>(20+step)&1), int8(bits>>(19+step)&1)
			b.Set(step, 0, stream, 100*(1-2*bit))
			b.Set(step, 1, stream, 100*(1-2*before))
			b.Set(step, 2, stream, 64)
			if scored := step - b.WarmUp; scored >= 0 {
				b.Targets[scored][stream] = uint8(bit ^ before)
			}
		}
	}
}

// A layer and a task from outside the package are trained, saved and loaded as others are.
func TestLayerAndTaskOfAUser(t *testing.T) {
	var first []byte
	for _, columns := range []int{16, 1000} { // the pieces of the work do not matter
		hidden, err := newMaxout(4, 16, nn.Zeros)
		if err != nil {
			t.Fatal(err)
		}
		m := nn.NewModel(hidden, nn.NewDense(16, 2, false))
		m.Randomize(1)
		task := parity{nn.CrossEntropy{Classes: 2}}
		e, err := nn.NewEvaluator(m, task, nn.EvaluatorOptions{Streams: 8, Steps: 4, WarmUp: 1, Columns: columns})
		if err != nil {
			t.Fatal(err)
		}
		opt, err := es.New(m.Parameters(), e, es.Options{Seed: 1, Generations: 80, Pairs: 64, Sigma: 2})
		if err != nil {
			t.Fatal(err)
		}
		if err := opt.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		if score, err := e.Score(2, 1000); err != nil || score < -8*4*256/2 {
			t.Errorf("score %d, error %v, want half a bit a target or better", score, err)
		}
		var file bytes.Buffer
		if _, err := m.File(nil).WriteTo(&file); err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = file.Bytes()
		}
		if !bytes.Equal(file.Bytes(), first) {
			t.Errorf("%d columns at once: other weights", columns)
		}
		f, err := packed.Decode(file.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		back, err := nn.Load(f)
		if err != nil {
			t.Fatal(err)
		}
		a, b := m.NewRunner(1), back.NewRunner(1)
		for _, x := range [][]int8{{1, 2, 3, 4}, {90, -80, 70, -60}} {
			if !slices.Equal(a.Step(x), b.Step(x)) {
				t.Error("a loaded model returns other outputs")
			}
		}
	}
}

// halves is a layer of a user's that multiplies both halves of its input by one matrix, as a
// convolution over a picture of two pixels does.
type halves struct{ *nn.Conv2D }

func (l halves) Step(p *nn.Pass, x []int8) []int8 {
	y, n := p.Alloc(l.Outputs()), p.Columns()
	for place := range 2 {
		p.ProductAt(y[place*8*n:][:8*n], l.Kernel, x[place*4*n:][:4*n], place, 2)
	}
	return y
}

// A layer of places trains to the weights of a convolution, which shares its first product.
func TestPlacesOfAUser(t *testing.T) {
	d := &data.Dataset{Features: 8, Classes: 2}
	for i := range 40 {
		d.Labels = append(d.Labels, uint8(i%2))
		d.Inputs = append(d.Inputs, 64, 8, int8(i), int8(10-i), int8(40-80*(i%2)), 3, 64, -64)
	}
	for _, estimator := range []lowrank.Estimator{lowrank.PerturbWeights, lowrank.PerturbActivations} {
		var weights [2][]byte
		for i := range weights {
			filters := nn.NewConv2D(1, 2, 4, 8, 1, 1, 1, true)
			var first nn.Layer = filters
			if i == 1 {
				first = halves{filters}
			}
			m := nn.NewModel(first, nn.NewDense(16, 2, false))
			m.Randomize(3)
			e, err := nn.NewEvaluator(m, nn.Classify(d), nn.EvaluatorOptions{Streams: 8, Columns: 64})
			if err != nil {
				t.Fatal(err)
			}
			opt, err := es.New(m.Parameters(), e, es.Options{Generations: 10, Pairs: 9, Estimator: estimator})
			if err != nil {
				t.Fatal(err)
			}
			if err := opt.Run(context.Background()); err != nil {
				t.Fatal(err)
			}
			for _, w := range m.Matrices() {
				weights[i] = append(weights[i], w.W.Bytes()...)
			}
		}
		if !bytes.Equal(weights[0], weights[1]) {
			t.Errorf("noise in %v: other weights than the convolution's", estimator)
		}
	}
}

// broken is a layer that breaks a rule.
type broken struct {
	nn.Layer
	step func(p *nn.Pass, x []int8) []int8
}

func (b broken) Step(p *nn.Pass, x []int8) []int8 { return b.step(p, x) }

// A layer that breaks the rules of Layer is an error before training, not a wrong result.
func TestBrokenLayers(t *testing.T) {
	d := &data.Dataset{Features: 4, Classes: 4, Inputs: make([]int8, 8), Labels: []uint8{0, 1}}
	dense, other := nn.NewDense(4, 4, false), nn.NewDense(4, 4, false)
	for want, step := range map[string]func(p *nn.Pass, x []int8) []int8{
		"multiplies by 0 matrices, the layers have 1": func(p *nn.Pass, _ []int8) []int8 { return p.Alloc(4) },
		"is not matrix 0 of Weights":                  func(p *nn.Pass, x []int8) []int8 { return p.Product(other, x) },
		"is not matrix 1 of Weights": func(p *nn.Pass, x []int8) []int8 {
			p.Product(dense, x)
			return p.Product(dense, x)
		},
		"returns 8 activations in 1 columns, want 4 in 1": func(p *nn.Pass, x []int8) []int8 {
			p.Product(dense, x)
			return p.Alloc(8)
		},
	} {
		_, err := nn.NewEvaluator(nn.NewModel(broken{dense, step}), nn.Classify(d), nn.EvaluatorOptions{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
	defer func() {
		if r := recover(); !strings.Contains(fmt.Sprint(r), `kind "gru" is known already`) {
			t.Errorf("panic %v", r)
		}
	}()
	nn.Register("gru", 2, nil)
}

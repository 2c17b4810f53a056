package nn

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/lowrank"
)

// Turns are what cosines and sines are, to half a unit and what 2^-25 adds.
func TestRotary(t *testing.T) {
	for _, base := range []int{1, 2, 10000, maxRotary} {
		for _, width := range []int{4, 8, 64, maxRotaryWidth} {
			r := newRotary(base, width)
			for i := range width / 2 {
				theta := math.Pow(float64(base), -2*float64(i)/float64(width))
				for _, at := range []int{0, 1, 2, 77, 1023, 1024, 5000, 1<<20 - 1} {
					sin, cos := math.Sincos(theta * float64(at))
					got := r.at(i, at)
					if off := max(math.Abs(float64(got.Cos)/(1<<14)-cos), math.Abs(float64(got.Sin)/(1<<14)-sin)); off > (0.5+1./2048)/(1<<14) {
						t.Fatalf("base %d, width %d, pair %d, position %d: %v, want %v, %v", base, width, i, at, got, cos, sin)
					}
				}
			}
		}
	}
}

// Layers of one base and width share their tables.
func TestRotaryShared(t *testing.T) {
	a, b, c := NewRotaryAttention(16, 2, 2, 4, 100), NewRotaryAttention(32, 4, 2, 8, 100), NewRotaryAttention(16, 2, 2, 4, 99)
	if a.turns != b.turns || a.turns == c.turns {
		t.Error("tables of base 100 differ, or are those of base 99")
	}
}

// quadsOf returns columns of k values in quads.
func quadsOf(columns [][]int, k int) []int8 {
	n := len(columns)
	x := make([]int8, (k+3)/4*4*n)
	for c, v := range columns {
		for i, a := range v {
			x[(i/4*n+c)*4+i%4] = int8(a)
		}
	}
	return x
}

// runLayer returns what a layer without weights returns for columns.
func runLayer(l Layer, columns [][]int) (y [][]int) {
	p := newPass(&Model{})
	p.begin(len(columns))
	out := l.Step(&p, quadsOf(columns, l.Inputs()))
	for c := range columns {
		y = append(y, columnOf(out, c, l.Outputs(), len(columns)))
	}
	return y
}

// A norm by the root mean square is within 0.51 of float64, wide or not.
func TestRMSNorm(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for _, wide := range []bool{false, true} {
		for _, size := range []int{1, 20, 126, 16319} {
			l := &LayerNorm{Width: 36, Target: 20, RMS: true, Wide: wide}
			var columns, values [][]int
			for range 5 {
				v := make([]int, l.Width)
				for i := range v {
					v[i] = random.IntN(2*size+1) - size
					if !wide {
						v[i] = clip(v[i])
					}
				}
				values = append(values, v)
				if wide {
					v = wideDigits(v)
				}
				columns = append(columns, v)
			}
			for c, y := range runLayer(l, columns) {
				sum := 0.0
				for _, v := range values[c] {
					sum += float64(v * v)
				}
				for i, v := range values[c] {
					want := 20 * float64(v) / math.Sqrt(sum/float64(l.Width))
					if math.Abs(float64(y[i])-max(-127, min(127, want))) > 0.51 {
						t.Fatalf("wide %v, element %d of %d: %d, want %v", wide, i, size, y[i], want)
					}
				}
			}
		}
	}
}

// Logits keep their differences, and the largest is 127.
func TestLogits(t *testing.T) {
	y := runLayer(NewLogits(4), [][]int{wideDigits([]int{-5, 300, 299, -9000}), wideDigits([]int{7, 7, 7, -247})})
	if want := [][]int{{-127, 127, 126, -127}, {127, 127, 127, -127}}; !slices.EqualFunc(y, want, slices.Equal) {
		t.Errorf("%v, want %v", y, want)
	}
}

// Attention with rotary positions and shared keys is within 1.5 units of float64 if queries
// and keys are wide, and within 6 if they are rounded to eight bits, twice.
func TestAttentionFloat(t *testing.T) {
	for _, wide := range []bool{false, true} {
		l := NewRotaryAttention(16, 4, 2, 8, 10000)
		tolerance := 6.0
		if l.Project.Wide = wide; wide {
			l.Project.Scale, tolerance = slices.Repeat([]int32{128}, 32), 1.5
			l.Shift += 2 * wideBits
		}
		m := NewModel(l)
		m.Randomize(5)
		random := rand.New(rand.NewPCG(2, 2))
		r := m.NewRunner(1)
		var past [][]float64
		for step := range 20 {
			x := make([]int8, 16)
			for i := range x {
				x[i] = int8(random.IntN(101) - 50)
			}
			qkv := make([]float64, 32)
			for i := range qkv {
				for j, v := range x {
					qkv[i] += float64(l.Project.W.At(i, j)) * float64(v) / math.Exp2(float64(l.Project.Shift))
				}
				qkv[i] = max(-127, min(127, qkv[i])) / 16
			}
			for i := 0; i < 24; i += 2 {
				sin, cos := math.Sincos(float64(step) * math.Pow(10000, -float64(i%4)/4))
				qkv[i], qkv[i+1] = qkv[i]*cos-qkv[i+1]*sin, qkv[i]*sin+qkv[i+1]*cos
			}
			past = append(past, qkv)
			y := r.Step(x)
			for head := range 4 {
				var out [4]float64
				sum := 0.0
				for _, kv := range past[max(0, len(past)-8):] {
					dot := 0.0
					for i := range 4 {
						dot += qkv[4*head+i] * kv[16+head/2*4+i]
					}
					w := math.Exp2(dot / 2) // the root of the width
					sum += w
					for i := range 4 {
						out[i] += w * kv[24+head/2*4+i] * 16
					}
				}
				for i, v := range out {
					if got := float64(y[4*head+i]); math.Abs(got-v/sum) > tolerance {
						t.Errorf("wide %v, step %d, head %d: %v, want %.2f", wide, step, head, got, v/sum)
					}
				}
			}
		}
	}
}

// A network of the llama architecture learns a text, by noise in weights and in activations.
func TestLlamaLearns(t *testing.T) {
	if testing.Short() {
		t.Skip("it trains two models")
	}
	for _, place := range []lowrank.Estimator{lowrank.PerturbWeights, lowrank.PerturbActivations} {
		m := mustModel(NewLlama(1, LlamaConfig{Width: 16, Hidden: 32, Layers: 1, Heads: 2, KVHeads: 1, Vocabulary: VocabSize, Window: 8, Rotary: 10000}))
		e, err := NewEvaluator(m, &Text{Data: text, Context: 1}, EvaluatorOptions{Streams: 16, Steps: 4, WarmUp: 4})
		if err != nil {
			t.Fatal(err)
		}
		opt, err := es.New(m.Parameters(), e, es.Options{
			Seed: 1, Generations: 30, Pairs: 32, Sigma: 3, Estimator: place, Rule: es.ErrorFeedback{Rate: es.Ratio(1, 5)},
		})
		if err != nil {
			t.Fatal(err)
		}
		s, err := NewTextScorer(m, text, 2000)
		if err != nil {
			t.Fatal(err)
		}
		bits := func() float64 { return -float64(s.Score()) / 256 / float64(s.Len()) }
		before := bits()
		if err := opt.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		after := bits()
		t.Logf("noise in %v: from %.2f to %.2f bits", place, before, after)
		if after > before-2 {
			t.Errorf("noise in %v: from %.2f to %.2f bits a byte, want 2 less", place, before, after)
		}
	}
}

func TestLlamaErrors(t *testing.T) {
	good := LlamaConfig{Width: 16, Hidden: 12, Layers: 2, Heads: 4, KVHeads: 2, Vocabulary: 8, Window: 5, Rotary: 10000}
	for want, spoil := range map[string]func(l *LlamaConfig){
		"of 0 layers":         func(l *LlamaConfig) { l.Layers = 0 },
		"llama of widths":     func(l *LlamaConfig) { l.Hidden = 13 },
		"70000 tokens":        func(l *LlamaConfig) { l.Vocabulary = 70000 },
		"3 of keys":           func(l *LlamaConfig) { l.KVHeads = 3 },
		"base -1":             func(l *LlamaConfig) { l.Rotary = -1 },
		"a window of 1 to":    func(l *LlamaConfig) { l.Window = 5000 },
		"with RMS, want at":   func(l *LlamaConfig) { l.Width, l.Heads = 1<<16, 1<<12 },
		"heads of a multiple": func(l *LlamaConfig) { l.Heads = 5 },
	} {
		l := good
		spoil(&l)
		if _, err := NewLlama(1, l); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v, want %q in it", l, err, want)
		}
	}
	m := mustModel(NewLlama(1, good))
	f := m.File(nil)
	f.Tensors[1].Matrix.Set(5, 0, -2)
	if _, err := Load(f); err == nil || !strings.Contains(err.Error(), `tensor "0.rows.scale": number 0 is -6`) {
		t.Errorf("error %v", err)
	}
	f.Tensors[1].Matrix = f.Tensors[0].Matrix
	if _, err := Load(f); err == nil || !strings.Contains(err.Error(), `tensor "0.rows.scale": shape`) {
		t.Errorf("error %v", err)
	}
}

func mustModel(m *Model, err error) *Model {
	if err != nil {
		panic(err)
	}
	return m
}

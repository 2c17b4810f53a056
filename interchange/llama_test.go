package interchange

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/Kaleaon/pentary-go/nn"
)

// stories returns stories260K in the format of llama2.c, where it is.
func stories(t testing.TB) *Llama {
	dir := os.Getenv("PENTARY_MODELS")
	if dir == "" {
		t.Skip("PENTARY_MODELS names no folder with stories260K.bin")
	}
	b, err := os.ReadFile(filepath.Join(dir, "stories260K.bin"))
	if err != nil {
		t.Fatal(err)
	}
	var h [7]int32
	r := bytes.NewReader(b)
	binary.Read(r, binary.LittleEndian, &h)
	l := &Llama{
		Width: int(h[0]), Hidden: int(h[1]), Heads: int(h[3]), KVHeads: int(h[4]), Vocab: int(h[5]), Context: int(h[6]),
		RotaryBase: 10000, Epsilon: 1e-5, Blocks: make([]LlamaBlock, h[2]),
	}
	read := func(n int) []float32 {
		v := make([]float32, n)
		if err := binary.Read(r, binary.LittleEndian, v); err != nil {
			t.Fatal(err)
		}
		return v
	}
	w, kv, hidden := l.Width, l.kvWidth(), l.Hidden
	l.Embedding = read(l.Vocab * w)
	for _, f := range []struct {
		n  int
		to func(b *LlamaBlock) *[]float32
	}{
		{w, func(b *LlamaBlock) *[]float32 { return &b.AttentionNorm }},
		{w * w, func(b *LlamaBlock) *[]float32 { return &b.Query }},
		{w * kv, func(b *LlamaBlock) *[]float32 { return &b.Key }},
		{w * kv, func(b *LlamaBlock) *[]float32 { return &b.Value }},
		{w * w, func(b *LlamaBlock) *[]float32 { return &b.Out }},
		{w, func(b *LlamaBlock) *[]float32 { return &b.FeedForwardNorm }},
		{w * hidden, func(b *LlamaBlock) *[]float32 { return &b.Gate }},
		{w * hidden, func(b *LlamaBlock) *[]float32 { return &b.Down }},
		{w * hidden, func(b *LlamaBlock) *[]float32 { return &b.Up }},
	} {
		for i := range l.Blocks {
			*f.to(&l.Blocks[i]) = read(f.n)
		}
	}
	l.Norm = read(w)
	return l
}

// nats returns the cross-entropy a token of sequences, each after its first token, by logits
// in nats.
func nats(texts [][]int, logits func(text []int) [][]float64) float64 {
	sums, n := make([]float64, len(texts)), 0
	var group sync.WaitGroup
	for k, text := range texts {
		n += len(text) - 1
		group.Go(func() {
			for i, l := range logits(text[:len(text)-1]) {
				most := l[largest(l)]
				total := 0.0
				for _, v := range l {
					total += math.Exp(v - most)
				}
				sums[k] -= l[text[i+1]] - most - math.Log(total)
			}
		})
	}
	group.Wait()
	sum := 0.0
	for _, v := range sums {
		sum += v
	}
	return sum / float64(n)
}

func modelLogits(m *nn.Model) func(text []int) [][]float64 {
	return func(text []int) (all [][]float64) {
		r := m.NewRunner(1)
		for _, t := range text {
			out := r.Step([]int8{int8(t), int8(t >> 8), 0, 0})
			l := make([]float64, len(out))
			for i, v := range out {
				l[i] = float64(v) / 16 * math.Ln2
			}
			all = append(all, l)
		}
		return all
	}
}

// randomLlama returns a network of random weights whose logits differ by some nats.
func randomLlama(seed uint64) *Llama {
	l := &Llama{Width: 16, Hidden: 20, Heads: 4, KVHeads: 2, Vocab: 300, Context: 32, RotaryBase: 100, Epsilon: 1e-5, Blocks: make([]LlamaBlock, 2)}
	random := rand.New(rand.NewPCG(seed, 0))
	normal := func(n int, mean, deviation float64) []float32 {
		v := make([]float32, n)
		for i := range v {
			v[i] = float32(mean + deviation*random.NormFloat64())
		}
		return v
	}
	w, h, kv := l.Width, l.Hidden, l.kvWidth()
	l.Embedding, l.Norm, l.Output = normal(l.Vocab*w, 0, 1), normal(w, 1, 0.2), normal(l.Vocab*w, 0, 0.5)
	for i := range l.Blocks {
		l.Blocks[i] = LlamaBlock{
			AttentionNorm: normal(w, 1, 0.3), Query: normal(w*w, 0, 0.5), Key: normal(kv*w, 0, 0.5), Value: normal(kv*w, 0, 0.3), Out: normal(w*w, 0, 0.3),
			FeedForwardNorm: normal(w, 1, 0.3), Gate: normal(h*w, 0, 0.4), Up: normal(h*w, 0, 0.3), Down: normal(w*h, 0, 0.3),
		}
	}
	return l
}

// withBiases returns a network with biases of normal distribution in every matrix of its blocks.
func withBiases(l *Llama, deviation float64) *Llama {
	random := rand.New(rand.NewPCG(7, 0))
	l = l.clone()
	for i := range l.Blocks {
		for _, b := range l.biases(&l.Blocks[i]) {
			*b.bias = make([]float32, b.size)
			for j := range *b.bias {
				(*b.bias)[j] = float32(deviation * random.NormFloat64())
			}
		}
	}
	return l
}

// A network that cannot be computed is an error; one of zeros, or of large numbers, is not.
func TestLlamaCheck(t *testing.T) {
	for want, change := range map[string]func(l *Llama){
		"an epsilon of 0":      func(l *Llama) { l.Epsilon = 0 },
		"an epsilon of NaN":    func(l *Llama) { l.Epsilon = math.NaN() },
		"an epsilon of -1":     func(l *Llama) { l.Epsilon = -1 },
		"16 and 16 heads":      func(l *Llama) { l.Heads, l.KVHeads = 16, 16 },
		"a context of 1 token": func(l *Llama) { l.Context = 1 },
		"number 3 is NaN":      func(l *Llama) { l.Norm[3] = float32(math.NaN()) },
		"number 3 is 1e+30":    func(l *Llama) { l.Blocks[1].Up[3] = 1e30 },
		"bias of ffn_up has 3": func(l *Llama) { l.Blocks[1].UpBias = make([]float32, 3) },
		"number 3 is -Inf":     func(l *Llama) { l.Output[3] = float32(math.Inf(-1)) },
		"": func(l *Llama) {
			clear(l.Embedding)
			clear(l.Blocks[0].Up)
			for i := range l.Blocks[1].Gate {
				l.Blocks[1].Gate[i] = maxWeight / 8 // times the gains
			}
		},
	} {
		l := randomLlama(1)
		change(l)
		for _, method := range []Method{Int8, ErrorFeedback} {
			fitted, rows := 0, 0
			progress := func(done, of int) {
				if fitted++; done != fitted {
					t.Errorf("%d rows done after %d", done, fitted)
				}
				rows = of
			}
			c, err := l.Convert(t.Context(), ConvertOptions{Method: method, Sharing: RowScales, Sweeps: 1, Progress: progress})
			if want != "" {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("error %v, want %s", err, want)
				}
				continue
			}
			if fitted != rows || (fitted > 0) != (method == ErrorFeedback) {
				t.Errorf("%d of %d rows fitted", fitted, rows)
			}
			if err == nil {
				_, err = c.File(nil)
			}
			if err != nil || math.IsNaN(c.Before) || math.IsNaN(c.After) {
				t.Errorf("%s: from %v to %v nats: %v", method, c.Before, c.After, err)
			}
			for _, r := range c.Tensors {
				if math.IsNaN(r.SNR) {
					t.Errorf("%s: %+v", method, r)
				}
			}
		}
	}
}

// The integer network says what the float one says, to a small part of a nat, with biases and with rows
// that have a bias alone. Biases matter, and pents cannot be fitted beside them.
func TestLlamaBiases(t *testing.T) {
	plain := randomLlama(1)
	for _, pents := range []bool{false, true} {
		l := withBiases(plain, 0.5)
		if pents {
			q, _, err := plain.Quantize(LlamaOptions{Method: LeastSquares, Sharing: RowScales})
			if err != nil {
				t.Fatal(err)
			}
			l = withBiases(q, 0.5)
		}
		clear(l.Blocks[0].Query[:2*l.Width])
		clear(l.Blocks[1].Down[3*l.Hidden:][:l.Hidden])
		texts := l.Sample(8, 32, 3)
		m, err := l.Model(nil)
		if err != nil {
			t.Fatal(err)
		}
		if d := m.Matrices()[1]; d.Offset == nil || (d.Digits > 1) == pents {
			t.Errorf("pents %t: matrix %v", pents, d)
		}
		back, err := LlamaOf(m)
		if err != nil {
			t.Fatal(err)
		}
		logits := func(l *Llama) func([]int) [][]float64 {
			return func(text []int) [][]float64 { v, _ := l.Logits(text); return v }
		}
		float, integer, again := nats(texts, logits(l)), nats(texts, modelLogits(m)), nats(texts, logits(back))
		for i := range l.Blocks {
			for _, b := range l.biases(&l.Blocks[i]) {
				*b.bias = nil
			}
		}
		without := nats(texts, logits(l))
		t.Logf("pents %t: float %.4f, integer %.4f, its float network %.4f, without biases %.4f nats a token", pents, float, integer, again, without)
		if math.Abs(integer-float) > 0.03 || math.Abs(again-integer) > 0.05 || without < float+0.3 {
			t.Errorf("pents %t: integer forward is %.4f nats above float, want at most 0.03", pents, integer-float)
		}
	}
	if _, _, err := withBiases(plain, 1).Quantize(LlamaOptions{Method: Nearest, Sharing: RowScales}); err == nil || !strings.Contains(err.Error(), "biases") {
		t.Errorf("error %v", err)
	}
	m, err := plain.Model(nil)
	if err != nil {
		t.Fatal(err)
	}
	head := m.Layers[len(m.Layers)-2].(*nn.Dense)
	head.Offset = make([]int32, head.Outputs()/2)
	if _, err := LlamaOf(m); err == nil || !strings.Contains(err.Error(), "with offsets wide") {
		t.Errorf("error %v", err)
	}
}

// The integer network says what the float one says, to a small part of a nat.
func TestLlamaModel(t *testing.T) {
	l := randomLlama(1)
	texts := l.Sample(8, 32, 3)
	m, err := l.Model(nil)
	if err != nil {
		t.Fatal(err)
	}
	float := nats(texts, func(text []int) [][]float64 { v, _ := l.Logits(text); return v })
	integer := nats(texts, modelLogits(m))
	if t.Logf("float %.4f, integer %.4f nats a token", float, integer); math.Abs(integer-float) > 0.02 {
		t.Errorf("integer forward is %.4f nats above float, want at most 0.02", integer-float)
	}
	if _, err := nn.Load(m.File(nil)); err != nil {
		t.Error(err)
	}
	if err := WriteONNX(io.Discard, m); err == nil || !strings.Contains(err.Error(), "matrix 0, dense 300→16") {
		t.Errorf("error %v", err)
	}
	l.Blocks[1].Up = l.Blocks[1].Up[1:]
	if _, err := l.Model(nil); err == nil || !strings.Contains(err.Error(), "block 1: up has 319 numbers, want 20×16") {
		t.Errorf("error %v", err)
	}
}

// stories260K in integers is within 0.02 nats of float, measured on stories that it draws.
func TestStoriesInIntegers(t *testing.T) {
	l := stories(t)
	texts := l.Sample(16, 200, 7)
	float := nats(texts, func(text []int) [][]float64 { v, _ := l.Logits(text); return v })
	m, err := l.Model(nil)
	if err != nil {
		t.Fatal(err)
	}
	integer := nats(texts, modelLogits(m))
	t.Logf("float %.4f, integer %.4f nats a token", float, integer)
	if integer > float+0.02 {
		t.Errorf("integer forward is %.4f nats above float, want at most 0.02", integer-float)
	}
}

// A context that is cancelled ends a conversion.
func TestConvertCancelled(t *testing.T) {
	l := randomLlama(1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Convert(ctx, ConvertOptions{Sharing: RowScales, Sweeps: 1}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	texts := l.Sample(4, 40, 1)
	if _, _, err := l.Quantize(LlamaOptions{Method: ErrorFeedback, Sharing: RowScales, Calibration: texts, ctx: ctx}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

package interchange

import (
	"bytes"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/nn"
)

// smallLlama returns a network of random weights.
func smallLlama(tied bool) *Llama { return seededLlama(3, 266, tied) }

func seededLlama(seed uint64, vocab int, tied bool) *Llama {
	rng := rand.New(rand.NewPCG(seed, 4))
	numbers := func(n int, around, spread float64) []float32 {
		v := make([]float32, n)
		for i := range v {
			v[i] = float32(around + spread*rng.NormFloat64())
		}
		return v
	}
	const width, hidden, keys = 32, 64, 16
	l := &Llama{Width: width, Hidden: hidden, Heads: 4, KVHeads: 2, Vocab: vocab, Context: 40, RotaryBase: 10000, Epsilon: float64(float32(1e-5))}
	l.Embedding, l.Norm = numbers(vocab*width, 0, 1), numbers(width, 1, 0.2)
	if !tied {
		l.Output = numbers(vocab*width, 0, 1)
	}
	for range 2 {
		matrix := func(rows, cols int) []float32 { return numbers(rows*cols, 0, 1/math.Sqrt(float64(cols))) }
		l.Blocks = append(l.Blocks, LlamaBlock{
			AttentionNorm: numbers(width, 1, 0.2), Query: matrix(width, width), Key: matrix(keys, width), Value: matrix(keys, width), Out: matrix(width, width),
			FeedForwardNorm: numbers(width, 1, 0.2), Gate: matrix(hidden, width), Up: matrix(hidden, width), Down: matrix(width, hidden),
		})
	}
	return l
}

// A network that is written as GGUF comes back, to the bit, with its tokenizer.
func TestLlamaGGUF(t *testing.T) {
	tok, err := ReadTokenizer(pieceFile(" t", "he", " the", "h", "e", "t", " "))
	if err != nil {
		t.Fatal(err)
	}
	for _, sharing := range append(slices.Clone(Sharings), "") {
		for _, blocks := range []DType{MXFP4, Q4_0} {
			l := smallLlama(sharing == RowPowers)
			if sharing != "" {
				if l, _, err = l.Quantize(LlamaOptions{Method: LeastSquares, Sharing: sharing}); err != nil {
					t.Fatal(err)
				}
			}
			var b bytes.Buffer
			err := WriteLlamaGGUF(&b, l, tok, blocks)
			if sharing == RowScales && blocks == MXFP4 {
				if err == nil || !strings.Contains(err.Error(), `tensor "blk.0.attn_q.weight": a scale of`) || b.Len() > 0 {
					t.Errorf("MXFP4 of scales that are no powers of two: %v", err)
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			a, err := open(b.Bytes(), FormatGGUF)
			if err != nil {
				t.Fatal(err)
			}
			kinds := map[DType]int{}
			for _, tensor := range a.Tensors {
				kinds[tensor.Type]++
			}
			if want := map[bool]int{true: 0, false: 14}[sharing == ""]; kinds[blocks] != want || a.Meta["pentary.rounded"] != "" {
				t.Errorf("%s, %s: types %v", sharing, blocks, kinds)
			}
			back, err := a.Llama()
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(back, l) {
				t.Errorf("%s, %s: another network comes back", sharing, blocks)
			}
			read, err := a.Tokenizer()
			if err != nil || !reflect.DeepEqual(read, tok) {
				t.Errorf("another tokenizer comes back: %v", err)
			}
		}
	}
	// Biases come back, too.
	some := withBiases(smallLlama(false), 1)
	some.Blocks[1].KeyBias, some.Blocks[0].DownBias = nil, nil
	var b bytes.Buffer
	if err := WriteLlamaGGUF(&b, some, nil, Q4_0); err != nil {
		t.Fatal(err)
	}
	a, err := open(b.Bytes(), FormatGGUF)
	if err != nil {
		t.Fatal(err)
	}
	if back, err := a.Llama(); err != nil || !reflect.DeepEqual(back, some) {
		t.Errorf("another network with biases comes back: %v", err)
	}
	for i := range a.Tensors {
		if a.Tensors[i].Name == "blk.1.attn_v.bias" {
			a.Tensors[i].Shape = []int{15}
		}
	}
	if _, err := a.Llama(); err == nil || !strings.Contains(err.Error(), `tensor "blk.1.attn_v.bias" at offset`) {
		t.Errorf("error %v", err)
	}
	b.Reset()
	// A scale of more than 11 bits is rounded, and said so.
	l := smallLlama(true)
	fillPents := l.Blocks[0].Query
	for i := range fillPents {
		fillPents[i] = 1.0001 * float32(i%5-2)
	}
	if err := WriteLlamaGGUF(&b, l, nil, Q4_0); err != nil {
		t.Fatal(err)
	}
	a, err = open(b.Bytes(), FormatGGUF)
	if err != nil || a.Meta["pentary.rounded"] != "blk.0.attn_q.weight" {
		t.Errorf("meta %v: %v", a.Meta, err)
	}
	if tok, err := a.Tokenizer(); tok != nil || err != nil {
		t.Errorf("a tokenizer: %v", err)
	}
	if err := WriteLlamaGGUF(&b, smallLlama(true), tok, Q8_0); err == nil {
		t.Error("blocks of Q8_0 are written")
	}
	tok.Pieces = tok.Pieces[1:]
	if err := WriteLlamaGGUF(&b, smallLlama(true), tok, Q4_0); err == nil || !strings.Contains(err.Error(), "265 pieces for a vocabulary of 266") {
		t.Errorf("error %v", err)
	}
}

// A file that is none of this architecture is an error that names what does not fit.
func TestLlamaErrors(t *testing.T) {
	for want, damage := range map[string]func(a *Archive){
		`architecture "gpt2"`:                     func(a *Archive) { a.Meta["general.architecture"] = "gpt2" },
		`rope.scaling.type is "yarn"`:             func(a *Archive) { a.Meta["llama.rope.scaling.type"] = "yarn" },
		"llama.block_count is 0":                  func(a *Archive) { delete(a.numbers, "llama.block_count") },
		"llama.embedding_length is 32.5":          func(a *Archive) { a.numbers["llama.embedding_length"] = 32.5 },
		"llama.context_length is NaN":             func(a *Archive) { a.numbers["llama.context_length"] = math.NaN() },
		"llama.attention.key_length is 4":         func(a *Archive) { a.numbers["llama.attention.key_length"] = 4 },
		`no tensor "blk.2.attn_norm.weight"`:      func(a *Archive) { a.numbers["llama.block_count"] = 3 },
		`tensor "blk.1.attn_norm.weight" at offs`: func(a *Archive) { a.numbers["llama.block_count"] = 1 },
		`tensor "blk.0.ffn_gate.weight" at offse`: func(a *Archive) { a.numbers["llama.feed_forward_length"] = 63 },
		`no tensor "token_embd.weight"`:           func(a *Archive) { a.Tensors = a.Tensors[1:] },
		"llama.rope.dimension_count is 8":         func(a *Archive) { a.numbers["llama.attention.head_count"] = 3 },
		`is none of a llama's`:                    func(a *Archive) { a.Tensors = append(a.Tensors, Tensor{Name: "rope_freqs.weight"}) },
	} {
		var b bytes.Buffer
		if err := WriteLlamaGGUF(&b, smallLlama(false), nil, MXFP4); err != nil {
			t.Fatal(err)
		}
		a, err := open(b.Bytes(), FormatGGUF)
		if err != nil {
			t.Fatal(err)
		}
		damage(a)
		if _, err := a.Llama(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

// A checkpoint of llama2.c is the network whose weights it holds.
func TestLlama2CNetwork(t *testing.T) {
	a, err := open(checkpoint(8, 12, 2, 2, 1, -6, 4), FormatLlama2C)
	if err != nil {
		t.Fatal(err)
	}
	l, err := a.Llama()
	if err != nil {
		t.Fatal(err)
	}
	if l.Width != 8 || l.Hidden != 12 || l.Heads != 2 || l.KVHeads != 1 || l.Vocab != 6 || l.Context != 4 || l.RotaryBase != 10000 || l.Epsilon != 1e-5 || len(l.Blocks) != 2 || len(l.Output) != 48 {
		t.Errorf("%+v", l)
	}
	if l.Embedding[1] != 1./1024 || l.Blocks[1].AttentionNorm[0] != 56./1024 {
		t.Errorf("weights %v, %v", l.Embedding[1], l.Blocks[1].AttentionNorm[0])
	}
}

// Halves are rounded to the nearest, and to the even of two.
func TestToHalf(t *testing.T) {
	for h := range 0x7c00 {
		low, high := float64(half(uint16(h))), float64(half(uint16(h+1)))
		if h == 0x7bff {
			high = 65536
		}
		for _, v := range []float64{low, (3*low + high) / 4, (low + high) / 2, (low + 3*high) / 4} {
			want := uint16(h)
			if v > (low+high)/2 || v == (low+high)/2 && h%2 == 1 {
				want++
			}
			if got := toHalf(float32(v)); got != want || v > 0 && toHalf(float32(-v)) != want|1<<15 {
				t.Fatalf("%v is %#x, want %#x", v, got, want)
			}
		}
	}
}

// The error of the outputs is less with error feedback than without it, and less with a free
// scale than with powers of two.
func TestLlamaQuantize(t *testing.T) {
	l := smallLlama(true)
	calibration, fresh := l.Sample(6, 40, 1), l.Sample(2, 40, 2)
	off := func(o LlamaOptions) float64 {
		o.Calibration = calibration
		q, reports, err := l.Quantize(o)
		if err != nil {
			t.Fatal(err)
		}
		if len(reports) != 14 || reports[6].Name != "blk.0.ffn_down.weight" || reports[6].Cols != 64 || reports[6].Rows != 32 {
			t.Errorf("reports %+v", reports)
		}
		for i := range q.Blocks {
			for _, part := range []string{"attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"} {
				w := q.Blocks[i].matrix(part)
				group := map[bool]int{true: blockSize, false: len(reports[0].Name)}[o.Sharing == BlockPowers]
				if group != blockSize {
					group = map[bool]int{true: 64, false: 32}[part == "ffn_down"]
				}
				for at := 0; at < len(w); at += group {
					scale, ok := pentScale(w[at : at+group])
					if fraction, _ := math.Frexp(float64(scale)); !ok || o.Sharing != RowScales && fraction != 0.5 {
						t.Fatalf("%+v: block %d, %s: scale %v of %v", o, i, part, scale, w[at:at+group])
					}
				}
			}
		}
		sum := 0.0
		for _, text := range fresh {
			want, _ := l.Logits(text)
			got, _ := q.Logits(text)
			for i := range want {
				for j, v := range want[i] {
					sum += (got[i][j] - v) * (got[i][j] - v)
				}
			}
		}
		return sum
	}
	for _, s := range Sharings {
		nearest, squares, feedback := off(LlamaOptions{Method: Nearest, Sharing: s}), off(LlamaOptions{Method: LeastSquares, Sharing: s}), off(LlamaOptions{Method: ErrorFeedback, Sharing: s})
		t.Logf("%s: squared error of logits: nearest %.0f, least squares %.0f, error feedback %.0f", s, nearest, squares, feedback)
		if feedback > 0.8*squares || squares > nearest {
			t.Errorf("%s: nearest %.0f, least squares %.0f, error feedback %.0f", s, nearest, squares, feedback)
		}
	}
	for want, o := range map[string]LlamaOptions{
		"unknown method": {Sharing: RowScales},
		"unknown scales": {Method: Nearest},
		"by 1 tokens":    {Method: ErrorFeedback, Sharing: RowScales, Calibration: [][]int{{1}}},
	} {
		if _, _, err := l.Quantize(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

// The float network of an integer one says about what that says, and has its pents; written as
// GGUF it comes back with its scales rounded to 11 bits.
func TestLlamaOf(t *testing.T) {
	l := randomLlama(5)
	q, _, err := l.Quantize(LlamaOptions{Method: LeastSquares, Sharing: RowScales})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range []*Llama{l, q} {
		m, err := l.Model(nil)
		if err != nil {
			t.Fatal(err)
		}
		back, err := LlamaOf(m)
		if err != nil {
			t.Fatal(err)
		}
		if back.Width != l.Width || back.Hidden != l.Hidden || back.Heads != l.Heads || back.KVHeads != l.KVHeads || back.Vocab != l.Vocab || back.RotaryBase != l.RotaryBase || len(back.Blocks) != len(l.Blocks) {
			t.Fatalf("sizes %+v", back)
		}
		texts := l.Sample(4, 32, 9)
		said := nats(texts, modelLogits(m))
		if meant := nats(texts, func(x []int) [][]float64 { y, _ := back.Logits(x); return y }); math.Abs(said-meant) > 0.05 {
			t.Errorf("%.3f nats of the model, %.3f of its float network", said, meant)
		}
		if l == q {
			for i, b := range back.Blocks {
				for _, part := range []string{"attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"} {
					got, want := b.matrix(part), q.Blocks[i].matrix(part)
					cols := map[bool]int{true: l.Hidden, false: l.Width}[part == "ffn_down"]
					for at := 0; at < len(got); at += cols {
						a, ok := pentScale(got[at : at+cols])
						c, _ := pentScale(want[at : at+cols])
						for j := range cols {
							if v, w := roundPent(float64(got[at+j]/a)), roundPent(float64(want[at+j]/c)); !ok || v != w && 2*v != w && v != 2*w {
								t.Fatalf("block %d, %s: weight %d is %d, want %d", i, part, at+j, v, w)
							}
						}
					}
				}
			}
		}
	}
	for _, m := range []*nn.Model{nn.NewMLP(1, 8, 4), nn.NewMLP(1, 8, 4, 4, 4, 4, 4, 4)} {
		if _, err := LlamaOf(m); err == nil {
			t.Errorf("%v is one", m)
		}
	}
}

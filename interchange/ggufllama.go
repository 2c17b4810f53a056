package interchange

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/Kaleaon/pentary-go/data"
)

// WriteLlamaGGUF writes a network as GGUF of the architecture "llama", which llama.cpp runs,
// with the tokenizer, unless that is nil. A matrix of which every 32 columns of a row are pents
// times a scale is written in blocks, MXFP4 or Q4_0; others, and those with columns that are no
// multiple of 32, as F16 where that is exact, else as F32.
//
// MXFP4 holds scales of powers of two from 2^-127 to 2^127; another one is an error. Q4_0 holds
// scales of 11 bits; another one is rounded, and "pentary.rounded" names the tensors.
func WriteLlamaGGUF(w io.Writer, l *Llama, t *data.Tokenizer, blocks DType) error {
	if blocks != MXFP4 && blocks != Q4_0 {
		return fmt.Errorf("interchange: GGUF in blocks of %s, want %s or %s", blocks, MXFP4, Q4_0)
	}
	if err := l.Check(); err != nil {
		return err
	}
	if t != nil && len(t.Pieces) != l.Vocab {
		return fmt.Errorf("interchange: a tokenizer of %d pieces for a vocabulary of %d", len(t.Pieces), l.Vocab)
	}
	tensors := l.tensors()
	var rounded []string
	for i := range tensors {
		exact, err := tensors[i].choose(blocks)
		if err != nil {
			return fmt.Errorf("interchange: tensor %q: %w", tensors[i].name, err)
		}
		if !exact {
			rounded = append(rounded, tensors[i].name)
		}
	}
	b := ggufLlamaMeta(l, t, rounded)
	at := int64(0)
	for _, t := range tensors {
		b.tensor(t.name, t.kind, at, t.shape...)
		at += t.size() + int64(len(pad(nil, t.size())))
	}
	out := bufio.NewWriterSize(w, 1<<16)
	out.Write(b.file(len(tensors))) // an error is Flush's
	for _, t := range tensors {
		t.write(out)
		out.Write(pad(nil, t.size()))
	}
	return out.Flush()
}

// ggufLlamaMeta returns the sizes and the tokenizer, by llama.cpp's keys.
func ggufLlamaMeta(l *Llama, t *data.Tokenizer, rounded []string) *ggufWriter {
	b := &ggufWriter{}
	b.string("general.architecture", "llama")
	b.string("general.name", "pentary")
	head := l.Width / l.Heads
	for _, n := range []struct {
		key   string
		value int
	}{
		{"context_length", l.Context},
		{"embedding_length", l.Width},
		{"block_count", len(l.Blocks)},
		{"feed_forward_length", l.Hidden},
		{"rope.dimension_count", head},
		{"attention.head_count", l.Heads},
		{"attention.head_count_kv", l.KVHeads},
		{"vocab_size", l.Vocab},
	} {
		b.uint32("llama."+n.key, uint32(n.value))
	}
	b.float32("llama.attention.layer_norm_rms_epsilon", float32(l.Epsilon))
	b.float32("llama.rope.freq_base", float32(l.RotaryBase))
	if len(rounded) > 0 {
		b.string(ggufPrefix+"rounded", strings.Join(rounded, " "))
	}
	if t == nil {
		return b
	}
	const prefix = "tokenizer.ggml."
	b.string(prefix+"model", "llama")
	n := len(t.Pieces)
	b.list(prefix+"tokens", ggufString, n)
	for _, p := range t.Pieces {
		text := p.Text
		if p.Kind == data.NormalPiece {
			text = strings.ReplaceAll(text, " ", "\u2581")
		}
		b.text(text)
	}
	b.list(prefix+"scores", ggufFloat32, n)
	for _, p := range t.Pieces {
		b.word(math.Float32bits(-float32(p.Rank)))
	}
	b.list(prefix+"token_type", ggufInt32, n)
	for _, p := range t.Pieces {
		b.word(uint32(p.Kind))
	}
	for _, id := range []struct {
		key   string
		token int
	}{{"bos", t.BOS}, {"eos", t.EOS}} {
		if id.token >= 0 {
			b.uint32(prefix+id.key+"_token_id", uint32(id.token))
		}
	}
	prefixed := byte(0)
	if t.Prefix {
		prefixed = 1
	}
	b.bool(prefix+"add_space_prefix", prefixed)
	return b
}

// A ggufFloats is a tensor of floats that is written.
type ggufFloats struct {
	name  string
	w     []float32
	shape []int // outermost first
	kind  DType
}

// tensors returns the tensors of the network by llama.cpp's names.
func (l *Llama) tensors() []ggufFloats {
	all := []ggufFloats{{name: "token_embd.weight", w: l.Embedding, shape: []int{l.Vocab, l.Width}}}
	for i := range l.Blocks {
		b := &l.Blocks[i]
		add := func(part string, w []float32, shape ...int) {
			all = append(all, ggufFloats{name: llamaTensor(i, part), w: w, shape: shape})
		}
		keys := l.Width / l.Heads * l.KVHeads
		add("attn_norm", b.AttentionNorm, l.Width)
		add("attn_q", b.Query, l.Width, l.Width)
		add("attn_k", b.Key, keys, l.Width)
		add("attn_v", b.Value, keys, l.Width)
		add("attn_output", b.Out, l.Width, l.Width)
		add("ffn_norm", b.FeedForwardNorm, l.Width)
		add("ffn_gate", b.Gate, l.Hidden, l.Width)
		add("ffn_down", b.Down, l.Width, l.Hidden)
		add("ffn_up", b.Up, l.Hidden, l.Width)
		for _, bias := range l.biases(b) {
			if *bias.bias != nil {
				all = append(all, ggufFloats{name: llamaBiasTensor(i, bias.part), w: *bias.bias, shape: []int{bias.size}})
			}
		}
	}
	all = append(all, ggufFloats{name: "output_norm.weight", w: l.Norm, shape: []int{l.Width}})
	if l.Output != nil {
		all = append(all, ggufFloats{name: "output.weight", w: l.Output, shape: []int{l.Vocab, l.Width}})
	}
	return all
}

func (t *ggufFloats) cols() int { return t.shape[len(t.shape)-1] }

func (t *ggufFloats) size() int64 {
	kind := dtypes[t.kind]
	return int64(len(t.w)/kind.elements) * int64(kind.bytes)
}

// choose sets the type of the tensor. exact is false where scales are rounded.
func (t *ggufFloats) choose(blocks DType) (exact bool, err error) {
	exact = true
	t.kind = F32 // of vectors always, as llama.cpp wants them
	if len(t.shape) > 1 && !slices.ContainsFunc(t.w, func(v float32) bool { return half(toHalf(v)) != v }) {
		t.kind = F16
	}
	if len(t.shape) == 1 || t.cols()%blockSize != 0 {
		return true, nil
	}
	for at := 0; at < len(t.w); at += blockSize {
		scale, ok := pentScale(t.w[at : at+blockSize])
		if !ok {
			return true, nil
		}
		fraction, e := math.Frexp(float64(scale))
		if blocks == MXFP4 && (fraction != 0.5 || e-1 < -127 || e-1 > 127) {
			return false, fmt.Errorf("a scale of %v in row %d, %s holds 2^-127 to 2^127", scale, at/t.cols(), MXFP4)
		}
		if blocks == Q4_0 {
			h := toHalf(scale)
			if half(h) == 0 || math.IsInf(float64(half(h)), 0) {
				return false, fmt.Errorf("a scale of %v in row %d, %s holds 2^-24 to 65504", scale, at/t.cols(), Q4_0)
			}
			exact = exact && half(h) == scale
		}
	}
	t.kind = blocks
	return exact, nil
}

// pentScale returns a scale of which all values are -2, -1, 0, 1 or 2 times, of zeros 1.
func pentScale(values []float32) (scale float32, ok bool) {
	most := float32(0)
	for _, v := range values {
		most = max(most, v, -v)
	}
	if most == 0 {
		return 1, true
	}
	for _, scale := range []float32{most / 2, most} {
		ok = scale > 0
		for _, v := range values {
			ok = ok && (v == 0 || max(v, -v) == scale || max(v, -v) == 2*scale)
		}
		if ok {
			return scale, true
		}
	}
	return 0, false
}

// write writes the data.
func (t *ggufFloats) write(out io.Writer) {
	var b []byte
	step := max(t.cols(), 1)
	pents := make([]int8, blockSize)
	for at := 0; at < len(t.w); at += step {
		row := t.w[at : at+step]
		b = b[:0]
		switch t.kind {
		case F32:
			for _, v := range row {
				b = le.AppendUint32(b, math.Float32bits(v))
			}
		case F16:
			for _, v := range row {
				b = le.AppendUint16(b, toHalf(v))
			}
		default:
			for ; len(row) > 0; row = row[blockSize:] {
				scale, _ := pentScale(row[:blockSize])
				for i, v := range row[:blockSize] {
					pents[i] = roundPent(float64(v / scale))
				}
				if t.kind == Q4_0 {
					b = appendBlocks(b, pents, le.AppendUint16(nil, toHalf(scale)), codesQ4)
				} else {
					_, e := math.Frexp(float64(scale))
					b = appendBlocks(b, pents, []byte{byte(e - 1 + 127)}, codesMXFP4)
				}
			}
		}
		out.Write(b) // the buffer's Flush returns the error
	}
}

// toHalf returns the nearest binary16, of two the even one.
func toHalf(v float32) uint16 {
	sign := uint16(math.Float32bits(v)>>16) & (1 << 15)
	size := math.Abs(float64(v))
	switch {
	case size != size:
		return 0x7e00
	case size >= 65520:
		return sign | 0x7c00
	case size < 0x1p-14:
		return sign | uint16(math.RoundToEven(size*0x1p24))
	}
	fraction, e := math.Frexp(size) // size is fraction·2^e, and at least 2^(e-1)
	return sign | uint16((e+13)<<10+int(math.RoundToEven(fraction*0x1p11)))
}

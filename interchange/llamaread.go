package interchange

import (
	"fmt"
	"math"
	"slices"
)

// Llama returns the float network that the archive of a llama2.c checkpoint, or of a GGUF file
// of the architecture "llama", holds. Errors name the key, or the tensor and its offset: a size
// that is missing or does not fit, a tensor that is missing or that this network does not have
// (experts), and scaled rotary positions.
func (a *Archive) Llama() (*Llama, error) {
	if architecture := a.Meta["general.architecture"]; architecture != "llama" {
		return nil, fmt.Errorf("interchange: architecture %q, want \"llama\"", architecture)
	}
	if kind, ok := a.Meta["llama.rope.scaling.type"]; ok && kind != "none" {
		return nil, fmt.Errorf("interchange: llama.rope.scaling.type is %q, want \"none\"", kind)
	}
	var err error
	size := func(key string, otherwise float64) int {
		v, ok := a.numbers["llama."+key]
		if !ok {
			v = otherwise
		}
		if err == nil && (v < 1 || v > math.MaxInt32 || v != math.Trunc(v)) {
			err = fmt.Errorf("interchange: llama.%s is %v, want an integer from 1 to %d", key, v, math.MaxInt32)
		}
		return int(v)
	}
	heads := size("attention.head_count", 0)
	l := &Llama{
		Width: size("embedding_length", 0), Hidden: size("feed_forward_length", 0), Context: size("context_length", 0),
		Heads: heads, KVHeads: size("attention.head_count_kv", float64(heads)), RotaryBase: size("rope.freq_base", 10000),
		Epsilon: a.numbers["llama.attention.layer_norm_rms_epsilon"],
	}
	blocks := size("block_count", 0)
	if err != nil {
		return nil, err
	}
	head := float64(l.Width / l.Heads)
	for _, key := range []string{"rope.dimension_count", "attention.key_length", "attention.value_length"} {
		if v, ok := a.numbers["llama."+key]; ok && v != head {
			return nil, fmt.Errorf("interchange: llama.%s is %v, and a head has %v", key, v, head)
		}
	}
	tensors := map[string]*Tensor{}
	for i := range a.Tensors {
		tensors[a.Tensors[i].Name] = &a.Tensors[i]
	}
	read := func(name string, shape ...int) []float32 {
		t := tensors[name]
		if delete(tensors, name); err != nil {
			return nil
		}
		if t == nil {
			err = fmt.Errorf("interchange: no tensor %q", name)
			return nil
		}
		if !slices.Equal(t.Shape, shape) {
			err = t.errorf(0, "shape %v, want %v", t.Shape, shape)
			return nil
		}
		v := make([]float32, 0, t.Rows()*t.Cols())
		err = t.Read(func(_ int, row []float32) error {
			v = append(v, row...)
			return nil
		})
		return v
	}
	embedding := tensors["token_embd.weight"]
	if embedding == nil {
		return nil, fmt.Errorf("interchange: no tensor %q", "token_embd.weight")
	}
	l.Vocab = embedding.Rows()
	l.Embedding = read("token_embd.weight", l.Vocab, l.Width)
	keys := l.Width / l.Heads * l.KVHeads
	for i := 0; i < blocks && err == nil; i++ {
		part := func(name string, shape ...int) []float32 { return read(llamaTensor(i, name), shape...) }
		l.Blocks = append(l.Blocks, LlamaBlock{
			AttentionNorm: part("attn_norm", l.Width), Query: part("attn_q", l.Width, l.Width),
			Key: part("attn_k", keys, l.Width), Value: part("attn_v", keys, l.Width), Out: part("attn_output", l.Width, l.Width),
			FeedForwardNorm: part("ffn_norm", l.Width), Gate: part("ffn_gate", l.Hidden, l.Width),
			Down: part("ffn_down", l.Width, l.Hidden), Up: part("ffn_up", l.Hidden, l.Width),
		})
		for _, b := range l.biases(&l.Blocks[i]) {
			if name := llamaBiasTensor(i, b.part); tensors[name] != nil {
				*b.bias = read(name, b.size)
			}
		}
	}
	l.Norm = read("output_norm.weight", l.Width)
	if tensors["output.weight"] != nil {
		l.Output = read("output.weight", l.Vocab, l.Width)
	}
	if err != nil {
		return nil, err
	}
	for i := range a.Tensors {
		if t := &a.Tensors[i]; tensors[t.Name] != nil {
			return nil, t.errorf(0, "is none of a llama's")
		}
	}
	return l, l.Check()
}

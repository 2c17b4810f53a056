package interchange

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/Kaleaon/pentary-go/data"
)

// llama2cHeader is the length of the header of a checkpoint: seven int32.
const llama2cHeader = 7 * 4

// llamaTensor returns GGUF's name of a tensor of a block.
func llamaTensor(block int, part string) string { return fmt.Sprintf("blk.%d.%s.weight", block, part) }

// llamaBiasTensor returns GGUF's name of a bias.
func llamaBiasTensor(block int, part string) string {
	return fmt.Sprintf("blk.%d.%s.bias", block, part)
}

// readLlama2C reads a checkpoint of https://github.com/karpathy/llama2.c of the first, unnumbered
// version: sizes, then float32. Its tensors get GGUF's names, a tensor each block, and its sizes
// GGUF's keys.
func readLlama2C(r io.ReaderAt, size int64) (*Archive, error) {
	var b [llama2cHeader]byte
	if _, err := r.ReadAt(b[:], 0); err != nil {
		return nil, fmt.Errorf("llama2.c: header at offset 0: %w", noEOF(err))
	}
	if string(b[:4]) == "24ka" {
		return nil, fmt.Errorf("llama2.c: version %d of the format, want the one without a number", le.Uint32(b[4:]))
	}
	var n [7]int // width, hidden, blocks, heads, key-value heads, vocabulary, context
	for i := range n {
		n[i] = int(int32(le.Uint32(b[4*i:])))
	}
	tied := n[5] > 0
	n[5] = max(n[5], -n[5])
	width, hidden, blocks, heads, shared, vocab, context := n[0], n[1], n[2], n[3], n[4], n[5], n[6]
	for i, v := range n {
		if v < 1 || v > math.MaxInt32 {
			return nil, fmt.Errorf("llama2.c: size %d at offset %d is %d, want at least 1", i, 4*i, v)
		}
	}
	if width%heads != 0 || width/heads%2 != 0 || shared > heads || heads%shared != 0 {
		return nil, fmt.Errorf("llama2.c: width %d, %d heads, %d key-value heads: want heads that divide the width evenly and key-value heads that divide them", width, heads, shared)
	}
	if int64(blocks) > size/4 { // a block has a norm at least
		return nil, fmt.Errorf("llama2.c: %d blocks in a file of %d bytes", blocks, size)
	}
	a := &Archive{Meta: map[string]string{"general.architecture": "llama"}, numbers: map[string]float64{
		"llama.embedding_length": float64(width), "llama.feed_forward_length": float64(hidden), "llama.block_count": float64(blocks),
		"llama.attention.head_count": float64(heads), "llama.attention.head_count_kv": float64(shared), "llama.vocab_size": float64(vocab),
		"llama.context_length": float64(context), "llama.attention.layer_norm_rms_epsilon": 1e-5, "llama.rope.freq_base": 10000,
	}}
	at := int64(llama2cHeader)
	var err error
	add := func(name string, shape ...int) {
		t := Tensor{Name: name, Shape: shape, Type: F32, Offset: at}
		if err != nil {
			return
		}
		if err = t.check(-1); err == nil && t.Size > size-at {
			err = t.errorf(0, "%d bytes of data, and there are %d", t.Size, max(0, size-at))
		}
		at += t.Size
		t.section(r)
		a.Tensors = append(a.Tensors, t)
	}
	each := func(part string, shape ...int) {
		for i := 0; i < blocks && err == nil; i++ {
			add(llamaTensor(i, part), shape...)
		}
	}
	keys := width / heads * shared
	add("token_embd.weight", vocab, width)
	each("attn_norm", width)
	each("attn_q", width, width)
	each("attn_k", keys, width)
	each("attn_v", keys, width)
	each("attn_output", width, width)
	each("ffn_norm", width)
	each("ffn_gate", hidden, width)
	each("ffn_down", width, hidden)
	each("ffn_up", hidden, width)
	add("output_norm.weight", width)
	at += int64(context) * int64(width/heads) * 4 // cosines and sines of positions
	if !tied {
		add("output.weight", vocab, width)
	}
	if err == nil && at != size {
		err = fmt.Errorf("the tensors end at offset %d, in a file of %d bytes", at, size)
	}
	if err != nil {
		return nil, fmt.Errorf("llama2.c: %w", err)
	}
	return a, nil
}

// ReadTokenizer reads the tokenizer of a llama2.c checkpoint: the length of the longest piece,
// then the score, length and text of each. Piece 0 is the unknown one, 1 and 2 are beginning and
// end, then come the 256 bytes.
func ReadTokenizer(b []byte) (*data.Tokenizer, error) {
	const first = 4
	if len(b) < first {
		return nil, fmt.Errorf("llama2.c: tokenizer of %d bytes", len(b))
	}
	var texts []string
	var scores []float32
	var kinds []int32
	for at := first; at < len(b); {
		if len(b)-at < 8 || uint64(le.Uint32(b[at+4:])) > uint64(len(b)-at-8) {
			return nil, fmt.Errorf("llama2.c: tokenizer: piece %d at offset %d is cut off", len(texts), at)
		}
		n := int(le.Uint32(b[at+4:]))
		kind := data.NormalPiece
		switch i := len(texts); {
		case i == 0:
			kind = data.UnknownPiece
		case i <= 2:
			kind = data.ControlPiece
		case i <= 2+256:
			kind = data.BytePiece
		}
		texts, kinds = append(texts, string(b[at+8:at+8+n])), append(kinds, int32(kind))
		scores = append(scores, math.Float32frombits(le.Uint32(b[at:])))
		at += 8 + n
	}
	return tokenizer(texts, scores, kinds, true, 1, 2)
}

// Tokenizer returns the tokenizer that a GGUF file holds, nil if it holds none. Any other than
// byte pairs by SentencePiece's scores is an error.
func (a *Archive) Tokenizer() (*data.Tokenizer, error) {
	const prefix = "tokenizer.ggml."
	model, ok := a.Meta[prefix+"model"]
	if !ok {
		return nil, nil
	}
	if model != "llama" {
		return nil, fmt.Errorf("gguf: tokenizer %q, want \"llama\"", model)
	}
	number := func(key string, otherwise float64) int {
		if v, ok := a.numbers[prefix+key]; ok {
			return int(max(-1, min(v, math.MaxInt32)))
		}
		return int(otherwise)
	}
	return tokenizer(a.texts, a.points, a.kinds, number("add_space_prefix", 1) != 0, number("bos_token_id", 1), number("eos_token_id", 2))
}

// tokenizer ranks pieces by their scores, the highest first.
func tokenizer(texts []string, scores []float32, kinds []int32, prefix bool, bos, eos int) (*data.Tokenizer, error) {
	if len(scores) != len(texts) || len(kinds) != len(texts) {
		return nil, fmt.Errorf("interchange: tokenizer of %d texts, %d scores and %d kinds", len(texts), len(scores), len(kinds))
	}
	ranks, err := ranksOf(scores)
	if err != nil {
		return nil, err
	}
	pieces := make([]data.Piece, len(texts))
	for i := range pieces {
		kind := kinds[i]
		if kind < 0 || kind > 127 {
			return nil, fmt.Errorf("interchange: piece %d of kind %d", i, kind)
		}
		text := texts[i]
		if data.PieceKind(kind) == data.NormalPiece {
			text = strings.ReplaceAll(text, "\u2581", " ")
		}
		pieces[i] = data.Piece{Text: text, Kind: data.PieceKind(kind), Rank: ranks[i]}
	}
	t, err := data.NewTokenizer(pieces, prefix, bos, eos)
	if err != nil {
		return nil, fmt.Errorf("interchange: %w", err)
	}
	return t, nil
}

// ranksOf returns the ranks of scores: 0 of the highest, equal ones of equal scores.
func ranksOf(scores []float32) ([]int, error) {
	order := make([]int, len(scores))
	for i, s := range scores {
		if s != s {
			return nil, fmt.Errorf("interchange: the score of piece %d is no number", i)
		}
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	ranks := make([]int, len(scores))
	for i, piece := range order {
		if ranks[piece] = i; i > 0 && scores[piece] == scores[order[i-1]] {
			ranks[piece] = ranks[order[i-1]]
		}
	}
	return ranks, nil
}

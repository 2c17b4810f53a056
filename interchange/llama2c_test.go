package interchange

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// modelFile returns the path of a published model, or skips.
func modelFile(t *testing.T, name string) string {
	t.Helper()
	dir := os.Getenv("PENTARY_MODELS")
	if dir == "" {
		t.Skip("PENTARY_MODELS names no folder with ", name)
	}
	path := filepath.Join(dir, name)
	if _, err := os.Stat(path); err != nil {
		t.Skip(err)
	}
	return path
}

// checkpoint returns a llama2.c file whose float number i, from the first on, is i/1024.
func checkpoint(width, hidden, blocks, heads, shared, vocab, context int) []byte {
	var b []byte
	for _, n := range []int{width, hidden, blocks, heads, shared, vocab, context} {
		b = le.AppendUint32(b, uint32(n))
	}
	tables := 1
	if vocab < 0 {
		vocab, tables = -vocab, 2
	}
	keys := width / heads * shared
	floats := tables*vocab*width + blocks*(2*width+2*width*width+2*keys*width+3*hidden*width) + width + context*width/heads
	for i := range floats {
		b = le.AppendUint32(b, math.Float32bits(float32(i)/1024))
	}
	return b
}

// pieceFile returns a llama2.c tokenizer of the given pieces after the bytes, with falling scores.
func pieceFile(pieces ...string) []byte {
	b := le.AppendUint32(nil, 9)
	add := func(text string, score float32) {
		b = le.AppendUint32(b, math.Float32bits(score))
		b = append(le.AppendUint32(b, uint32(len(text))), text...)
	}
	for _, text := range []string{"<unk>", "\n<s>\n", "\n</s>\n"} {
		add(text, 0)
	}
	for i := range 256 {
		add(fmt.Sprintf("<0x%02X>", i), 0)
	}
	for i, text := range pieces {
		add(text, -float32(i))
	}
	return b
}

// testdata/llama2c.bin is a network of random weights, small enough to convert in no time, and
// testdata/tok.bin its tokenizer.
func TestSampleCheckpoint(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 9))
	b := checkpoint(8, 12, 1, 2, 1, 264, 8)
	for at := llama2cHeader; at < len(b); at += 4 {
		v := float32(rng.NormFloat64() / 2)
		le.PutUint32(b[at:], math.Float32bits(v))
	}
	for name, want := range map[string][]byte{"llama2c.bin": b, "tok.bin": pieceFile(" ", "a", "b", " a", "ab")} {
		path := filepath.Join("testdata", name)
		got, err := os.ReadFile(path)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is another file: %v", path, err)
		}
	}
}

// Every tensor of a checkpoint is where the format has it, and takes all of it.
func TestLlama2C(t *testing.T) {
	for _, vocab := range []int{6, -6} {
		b := checkpoint(8, 12, 2, 2, 1, vocab, 4)
		a, err := open(b, FormatLlama2C)
		if err != nil {
			t.Fatal(err)
		}
		next := 0 // number of the float that comes next
		want := func(name string, shape ...int) {
			t.Helper()
			i := slices.IndexFunc(a.Tensors, func(t Tensor) bool { return t.Name == name })
			if i < 0 || !slices.Equal(a.Tensors[i].Shape, shape) {
				t.Fatalf("no tensor %q of %v", name, shape)
			}
			err := a.Tensors[i].Read(func(_ int, row []float32) error {
				for _, v := range row {
					if v != float32(next)/1024 {
						return fmt.Errorf("%v, want %v", v, float32(next)/1024)
					}
					next++
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		each := func(part string, shape ...int) {
			t.Helper()
			want("blk.0."+part+".weight", shape...)
			want("blk.1."+part+".weight", shape...)
		}
		want("token_embd.weight", 6, 8)
		each("attn_norm", 8)
		each("attn_q", 8, 8)
		each("attn_k", 4, 8)
		each("attn_v", 4, 8)
		each("attn_output", 8, 8)
		each("ffn_norm", 8)
		each("ffn_gate", 12, 8)
		each("ffn_down", 8, 12)
		each("ffn_up", 12, 8)
		want("output_norm.weight", 8)
		if next += 4 * 4; vocab < 0 {
			want("output.weight", 6, 8)
		}
		if llama2cHeader+4*next != len(b) || a.numbers["llama.attention.head_count_kv"] != 1 || a.numbers["llama.context_length"] != 4 {
			t.Errorf("%d of %d bytes, sizes %v", llama2cHeader+4*next, len(b), a.numbers)
		}
	}
}

func TestLlama2CErrors(t *testing.T) {
	whole := checkpoint(8, 12, 2, 2, 1, 6, 4)
	for n := range whole {
		if a, err := open(whole[:n], FormatLlama2C); err == nil {
			t.Fatalf("%d of %d bytes are read: %v", n, len(whole), a)
		}
	}
	sizes := func(n ...uint32) []byte {
		b := slices.Clone(whole)
		for i, v := range n {
			le.PutUint32(b[4*i:], v)
		}
		return b
	}
	for want, b := range map[string][]byte{
		"header at offset 0":                       whole[:27],
		"version 2 of the format":                  append([]byte("24ka\x02\x00\x00\x00"), whole...),
		"size 0 at offset 0 is 0":                  sizes(0),
		"size 1 at offset 4 is -1":                 sizes(8, math.MaxUint32),
		"size 5 at offset 20 is 2147483648":        sizes(8, 12, 2, 2, 1, 1<<31),
		"2147483647 blocks in a file":              sizes(8, 12, math.MaxInt32),
		"width 8, 8 heads":                         sizes(8, 12, 2, 8, 1),
		"width 8, 2 heads, 3 key-value heads":      sizes(8, 12, 2, 2, 3),
		"want at least 1":                          sizes(8, 12, 2, 2, 0),
		`tensor "blk.0.ffn_gate.weight" at offset`: sizes(8, 1<<30),
		`tensor "token_embd.weight" at offset 28`:  sizes(8, 12, 2, 2, 1, 1<<30),
		"in a file of":                             append(slices.Clone(whole), 0),
	} {
		if _, err := open(b, FormatLlama2C); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

func TestReadTokenizer(t *testing.T) {
	b := pieceFile(" t", "he", " the", "h", "e", "t", " ")
	tok, err := ReadTokenizer(b)
	if err != nil {
		t.Fatal(err)
	}
	if got := tok.Encode("the end"); !slices.Equal(got, []int{261, 265, 263, 3 + 'n', 3 + 'd'}) || tok.Decode(got) != "the end" || tok.BOS != 1 || tok.EOS != 2 {
		t.Errorf("tokens %d", got)
	}
	for n := range b {
		if _, err := ReadTokenizer(b[:n]); err == nil && n < len(b)-50 && n > 4 && !bytes.HasPrefix(b[n:], []byte{0, 0}) {
			t.Errorf("%d of %d bytes are read", n, len(b))
		}
	}
	for want, b := range map[string][]byte{
		"piece 266 at offset":         append(slices.Clone(b), 0, 0, 0, 0, 255, 255, 255, 255),
		"piece 266 is no number":      append(slices.Clone(b), 0, 0, 0xc0, 0x7f, 1, 0, 0, 0, 'x'),
		"\"h\" is empty or piece 262": append(slices.Clone(b), 0, 0, 0, 0, 1, 0, 0, 0, 'h'),
	} {
		if _, err := ReadTokenizer(b); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

func FuzzReadTokenizer(f *testing.F) {
	f.Add(pieceFile("a", "b", "ab"), "ab a")
	f.Fuzz(func(t *testing.T, b []byte, text string) {
		tok, err := ReadTokenizer(b)
		if err != nil || len(text) > 1000 {
			return
		}
		if tokens := tok.Encode(text); slices.Contains(tokens, 0) && len(tok.Pieces) >= 3+256 {
			t.Errorf("%q has unknown pieces", text)
		} else if slices.Contains(tokens, 0) {
			return
		}
		if got := tok.Decode(tok.Encode(text)); got != text {
			t.Errorf("%q comes back as %q", text, got)
		}
	})
}

// The tokenizer of stories260K splits and joins text, and its checkpoint has the known sizes.
func TestStories(t *testing.T) {
	a, err := Open(modelFile(t, "stories260K.bin"), FormatLlama2C)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	weights := 0
	for _, tensor := range a.Tensors {
		weights += tensor.Rows() * tensor.Cols()
	}
	if weights != 260032 {
		t.Errorf("%d weights", weights)
	}
	b, err := os.ReadFile(modelFile(t, "tok512.bin"))
	if err != nil {
		t.Fatal(err)
	}
	tok, err := ReadTokenizer(b)
	if err != nil {
		t.Fatal(err)
	}
	const text = "Once upon a time, there was a little girl named Lily."
	tokens := tok.Encode(text)
	if len(tok.Pieces) != 512 || tok.Decode(tokens) != text || len(tokens) > len(text)/2 {
		t.Errorf("%d pieces, tokens %d", len(tok.Pieces), tokens)
	}
}

// A GGUF file's tokenizer has its spaces as U+2581, and says itself where texts begin.
func TestGGUFTokenizer(t *testing.T) {
	text := func(b []byte, s string) []byte { return append(le.AppendUint64(b, uint64(len(s))), s...) }
	list := func(b []byte, key string, kind uint32, n int) []byte {
		return le.AppendUint64(le.AppendUint32(le.AppendUint32(text(b, "tokenizer.ggml."+key), ggufArray), kind), uint64(n))
	}
	pieces := []string{"<unk>", "<s>", "\u2581a", "a", "b", "\u2581"}
	file := func(model string, scores int) []byte {
		b := le.AppendUint32([]byte(ggufMagic), 3)
		b = le.AppendUint64(le.AppendUint64(b, 0), 5)
		b = text(le.AppendUint32(text(b, "tokenizer.ggml.model"), ggufString), model)
		b = list(b, "tokens", ggufString, len(pieces))
		for _, p := range pieces {
			b = text(b, p)
		}
		b = list(b, "scores", ggufFloat32, scores)
		for i := range scores {
			b = le.AppendUint32(b, math.Float32bits(-float32(i)))
		}
		b = list(b, "token_type", ggufInt32, len(pieces))
		for _, kind := range []uint32{2, 3, 1, 1, 1, 1} {
			b = le.AppendUint32(b, kind)
		}
		b = le.AppendUint32(text(b, "tokenizer.ggml.eos_token_id"), ggufUint32)
		return le.AppendUint32(b, 3)
	}
	a, err := open(file("llama", len(pieces)), FormatGGUF)
	if err != nil {
		t.Fatal(err)
	}
	tok, err := a.Tokenizer()
	if err != nil {
		t.Fatal(err)
	}
	if got := tok.Encode("ab a?"); !slices.Equal(got, []int{2, 4, 2, 0}) || tok.BOS != 1 || tok.EOS != 3 || tok.Decode(got[:3]) != "ab a" {
		t.Errorf("tokens %d, BOS %d, EOS %d", got, tok.BOS, tok.EOS)
	}
	for want, b := range map[string][]byte{
		`tokenizer "gpt2"`: file("gpt2", len(pieces)),
		"5 scores":         file("llama", len(pieces)-1),
	} {
		if a, err = open(b, FormatGGUF); err == nil {
			_, err = a.Tokenizer()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
	if a, err = open(encode(t, ggufFile(), FormatGGUFQ4), FormatGGUF); err == nil {
		tok, err = a.Tokenizer()
	}
	if tok != nil || err != nil {
		t.Errorf("a file without a tokenizer: %v, %v", tok, err)
	}
}

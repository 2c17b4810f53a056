package interchange

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/data"
)

// published returns stories260K and its tokenizer, or skips.
func published(t *testing.T) (*Llama, *data.Tokenizer) {
	t.Helper()
	a, err := Open(modelFile(t, "stories260K.bin"), FormatLlama2C)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	l, err := a.Llama()
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(modelFile(t, "tok512.bin"))
	if err != nil {
		t.Fatal(err)
	}
	tok, err := ReadTokenizer(b)
	if err != nil {
		t.Fatal(err)
	}
	return l, tok
}

// greedy continues tokens with the largest logits in float64.
func greedy(t *testing.T, l *Llama, tokens []int, n int) []int {
	t.Helper()
	r := l.run()
	var logits []float64
	for _, token := range tokens {
		logits = r.step(token)
	}
	var out []int
	for range n {
		out = append(out, largest(logits))
		logits = r.step(out[len(out)-1])
	}
	return out
}

// llama.cpp reads what WriteLlamaGGUF writes: it splits text into the same tokens, and with
// matrices of pents tells the same story as the float64 network here, at temperature 0, until
// its 8-bit activations part them.
func TestLlamaCPP(t *testing.T) {
	dir := clients(t)
	if _, err := os.Stat(filepath.Join(dir, "node_modules/node-llama-cpp")); err != nil {
		t.Skip(err)
	}
	l, tok := published(t)
	const text, count = "Once upon a time, there was a little dog.", 30
	type job struct {
		Path  string `json:"path"`
		Text  string `json:"text"`
		Count int    `json:"count"`
	}
	var jobs []job
	var names []string
	var networks []*Llama
	for _, c := range []struct {
		sharing Sharing
		blocks  DType
	}{{"", Q4_0}, {BlockPowers, MXFP4}, {BlockPowers, Q4_0}} {
		q := l
		if c.sharing != "" {
			var err error
			if q, _, err = l.Quantize(LlamaOptions{Method: LeastSquares, Sharing: c.sharing}); err != nil {
				t.Fatal(err)
			}
		}
		path := filepath.Join(t.TempDir(), "model.gguf")
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := WriteLlamaGGUF(f, q, tok, c.blocks); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		jobs, networks, names = append(jobs, job{path, text, count}), append(networks, q), append(names, string(c.sharing)+" "+string(c.blocks))
	}
	var found []struct {
		Prompt, Tokens []int
		Text           string
	}
	if err := json.Unmarshal(node(t, dir, "llama.mjs", jobs), &found); err != nil {
		t.Fatal(err)
	}
	prompt := tok.Encode(text)
	for i, got := range found {
		if !slices.Equal(got.Prompt, prompt) {
			t.Errorf("%s: %q is %d, want %d", names[i], text, got.Prompt, prompt)
		}
		want := greedy(t, networks[i], append([]int{tok.BOS}, prompt...), count)
		same := 0
		for same < len(want) && same < len(got.Tokens) && got.Tokens[same] == want[same] {
			same++
		}
		t.Logf("%s: %d of %d tokens as here\n%q\n%q", names[i], same, count, got.Text, tok.Decode(want))
		if same < 20 {
			t.Errorf("%s: %d tokens as here, want at least 20", names[i], same)
		}
	}
	if !slices.Equal(found[1].Tokens, found[2].Tokens) {
		t.Error("MXFP4 and Q4_0 of one network differ")
	}
}

package interchange

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/train"
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

// A llamaJob is a model for testdata/clients/llama.mjs, a text, and how many tokens are to follow.
type llamaJob struct {
	Path  string `json:"path"`
	Text  string `json:"text"`
	Count int    `json:"count"`
}

// A llamaResult is the tokens of the text, and the tokens that follow.
type llamaResult struct {
	Prompt, Tokens []int
	Text           string
}

// writeLlama writes a GGUF file and returns its path.
func writeLlama(t *testing.T, l *Llama, tok *data.Tokenizer, blocks DType) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "model.gguf")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := WriteLlamaGGUF(f, l, tok, blocks); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// llamaCPP has llama.cpp continue texts.
func llamaCPP(t *testing.T, dir string, jobs []llamaJob) (found []llamaResult) {
	t.Helper()
	if err := json.Unmarshal(node(t, dir, "llama.mjs", jobs), &found); err != nil || len(found) != len(jobs) {
		t.Fatalf("%d results of %d jobs: %v", len(found), len(jobs), err)
	}
	return found
}

// confident returns a small network of pents with a power of two every 32 columns, and with biases of a
// standard deviation unless it is 0, and the tokens that follow a prompt: of some seeds the one whose largest logit is the farthest above the others
// at every token, so that roundings do not decide.
func confident(t *testing.T, prompt []int, count int, biases float64) (best *Llama, tokens []int) {
	t.Helper()
	most := 0.0
	for seed := range uint64(40) {
		l, _, err := seededLlama(seed, 268, false).Quantize(LlamaOptions{Method: LeastSquares, Sharing: BlockPowers})
		if err != nil {
			t.Fatal(err)
		}
		if biases > 0 {
			l = withBiases(l, biases)
		}
		r, least := l.run(), math.Inf(1)
		var logits []float64
		for _, token := range prompt {
			logits = r.step(token)
		}
		var own []int
		distinct := map[int]bool{}
		for range count {
			first := largest(logits)
			own, distinct[first] = append(own, first), true
			lead, top := math.Inf(1), logits[first]
			for i, v := range logits {
				if i != first {
					lead = min(lead, top-v)
				}
			}
			if least = min(least, lead); first < 3 { // unknown, beginning or end
				least = 0
			}
			logits = r.step(first)
		}
		if least > most && len(distinct) >= count/4 {
			best, tokens, most = l, own, least
		}
	}
	if best == nil {
		t.Fatal("no network is confident")
	}
	t.Logf("the largest logit leads by %.3f nats at least", most)
	return best, tokens
}

// llama.cpp continues a text with MXFP4 and Q4_0 of one small network, and with Q4_0 of one that an
// evolution strategy has tuned, as the integer model here
// does at temperature 0, and splits text as Encode does, pieces of the user included.
func TestLlamaCPPSmall(t *testing.T) {
	dir := clients(t)
	if _, err := os.Stat(filepath.Join(dir, "node_modules/node-llama-cpp")); err != nil {
		t.Fatalf("PENTARY_CLIENTS lacks a package of testdata/clients/package.json, see step install of .ci/run: %v", err)
	}
	const text, count = "hehe the", 24
	tok, err := ReadTokenizer(pieceFile(" t", "he", " the", "h", "e", "t", " ", "a", ","))
	if err != nil {
		t.Fatal(err)
	}
	pieces := slices.Clone(tok.Pieces)
	for i, p := range pieces {
		if p.Text == "he" || p.Text == " t" {
			pieces[i].Kind = data.UserPiece
		}
	}
	if tok, err = data.NewTokenizer(pieces, true, tok.BOS, tok.EOS); err != nil {
		t.Fatal(err)
	}
	prompt := tok.Encode(text)
	whole := append([]int{tok.BOS}, prompt...)
	l, want := confident(t, whole, count, 0)
	m, err := l.Model(nil)
	if err != nil {
		t.Fatal(err)
	}
	own := integerGreedy(t, m, whole, count)
	tuned := tune(t, m, l.Sample(8, 30, 1))
	float, err := LlamaOf(tuned)
	if err != nil {
		t.Fatal(err)
	}
	strong, biased := confident(t, whole, count, 0.5)
	jobs := []llamaJob{
		{writeLlama(t, l, tok, MXFP4), text, count},
		{writeLlama(t, l, tok, Q4_0), text, count},
		{writeLlama(t, l, tok, Q4_0), "the hehe, t the e  he", 1},
		{writeLlama(t, float, tok, Q4_0), text, count},
		{writeLlama(t, strong, tok, Q4_0), text, count},
	}
	found := llamaCPP(t, dir, jobs)
	for i, got := range found {
		if w := tok.Encode(jobs[i].Text); !slices.Equal(got.Prompt, w) {
			t.Errorf("%q is %d, want %d", jobs[i].Text, got.Prompt, w)
		}
	}
	if !slices.Equal(own, want) || !slices.Equal(found[0].Tokens, want) || !slices.Equal(found[1].Tokens, want) {
		t.Errorf("float64     %d\nhere        %d\nMXFP4       %d\nQ4_0        %d", want, own, found[0].Tokens, found[1].Tokens)
	}
	if w := integerGreedy(t, tuned, whole, count); !slices.Equal(found[3].Tokens, w) {
		t.Errorf("tuned: %d as Q4_0, %d here, %d before", found[3].Tokens, w, want)
	}
	if !slices.Equal(found[4].Tokens, biased) {
		t.Errorf("with biases: %d as Q4_0, %d here", found[4].Tokens, biased)
	}
}

// integerGreedy continues tokens with the largest logits of an integer model.
func integerGreedy(t *testing.T, m *nn.Model, tokens []int, count int) (own []int) {
	t.Helper()
	generated, err := train.GenerateTokens(m, tokens, -8, 1)
	if err != nil {
		t.Fatal(err)
	}
	for token := range generated {
		if own = append(own, token); len(own) == count {
			break
		}
	}
	return own
}

// tune returns a model whose weights, multipliers and offsets an evolution strategy has moved.
func tune(t *testing.T, m *nn.Model, texts [][]int) *nn.Model {
	t.Helper()
	tuned, err := m.Clone()
	if err == nil {
		err = tuned.SetTrained(nn.Trained{Weights: true, Scales: true, Offsets: true})
	}
	if err != nil {
		t.Fatal(err)
	}
	short := make([][]uint16, len(texts))
	for i, text := range texts {
		for _, token := range text {
			short[i] = append(short[i], uint16(token))
		}
	}
	tokens, err := nn.NewTokens(m.Outputs(), short, len(texts[0])-1)
	if err != nil {
		t.Fatal(err)
	}
	evaluator, err := nn.NewEvaluator(tuned, tokens, nn.EvaluatorOptions{Streams: 4, Steps: len(texts[0]) - 1})
	if err != nil {
		t.Fatal(err)
	}
	o, err := es.New(tuned.Parameters(), evaluator, es.Options{
		Generations: 10, Pairs: 8, Sigma: 4, Estimator: lowrank.PerturbActivations, Rule: es.ErrorFeedback{Rate: es.Ratio(1, 40)},
	})
	if err != nil {
		t.Fatal(err)
	}
	moved := 0
	err = o.Run(t.Context(), func(s es.Stats) error {
		moved += s.Moved
		return nil
	})
	if t.Logf("tuning moved %d pents", moved); err != nil || moved == 0 {
		t.Fatalf("%d pents moved: %v", moved, err)
	}
	loaded, err := nn.Load(tuned.File(nil))
	if err != nil {
		t.Fatal(err)
	}
	return loaded
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
	var jobs []llamaJob
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
		path := writeLlama(t, q, tok, c.blocks)
		jobs, networks, names = append(jobs, llamaJob{path, text, count}), append(networks, q), append(names, string(c.sharing)+" "+string(c.blocks))
	}
	found := llamaCPP(t, dir, jobs)
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

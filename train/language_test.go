package train

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/nn"
)

// The held-out end of a text does not change the weights; the part before it does.
func TestHeldOutIsNotLearned(t *testing.T) {
	text := bytes.Repeat([]byte("the quick brown fox jumps over the lazy dog. "), 30)
	heldOut := len(text) / 20
	weights := func(text []byte, activations bool) string {
		p := language(activations)
		_, o := p.task(t)
		m, err := nn.NewLanguageModel(o.Seed, nn.LanguageConfig{Width: 8, Layers: 1, Mixer: nn.MixerMinGRU, Context: 2})
		if err != nil {
			t.Fatal(err)
		}
		task, err := Language(m, text, 0, heldOut, nn.EvaluatorOptions{Streams: 16, Steps: 8, WarmUp: 4})
		if err != nil {
			t.Fatal(err)
		}
		if activations {
			o.Estimator = lowrank.PerturbActivations
		}
		r, err := New(task, o, Options{})
		if err != nil {
			t.Fatal(err)
		}
		finish(t, r)
		return hash(t, r)
	}
	for _, activations := range []bool{false, true} {
		want := weights(text, activations)
		other := bytes.Clone(text)
		for i := len(other) - heldOut; i < len(other); i++ {
			other[i] = 'x'
		}
		if got := weights(other, activations); got != want {
			t.Error("the held-out end has changed the weights")
		}
		other[len(other)-heldOut-1] = 'x' // the last byte that is learned
		other[len(other)-heldOut-2] = 'y'
		if got := weights(other, activations); got == want {
			t.Error("the end of the part to learn has not changed the weights")
		}
	}
}

func TestLanguageErrors(t *testing.T) {
	m, err := nn.NewLanguageModel(1, nn.LanguageConfig{Width: 8, Layers: 1, Mixer: nn.MixerMinGRU, Context: 2})
	if err != nil {
		t.Fatal(err)
	}
	for _, heldOut := range []int{0, -1, 100, 101} {
		if _, err := Language(m, make([]byte, 100), 0, heldOut, nn.EvaluatorOptions{Streams: 1, Steps: 1}); err == nil {
			t.Errorf("%d bytes held out are no error", heldOut)
		}
	}
}

// A text does not depend on how much of it is taken, and does on prompt, seed and temperature.
func TestGenerate(t *testing.T) {
	m, err := nn.NewLanguageModel(1, nn.LanguageConfig{Width: 8, Layers: 1, Mixer: nn.MixerMinGRU, Context: 3})
	if err != nil {
		t.Fatal(err)
	}
	take := func(prompt string, log2Temperature int, seed uint64, n int) string {
		text, err := Generate(m, []byte(prompt), log2Temperature, seed)
		if err != nil {
			t.Fatal(err)
		}
		var b []byte
		for c := range text {
			if b = append(b, c); len(b) == n {
				break
			}
		}
		return string(b)
	}
	long := take("ab", 0, 1, 200)
	if short := take("ab", 0, 1, 50); short != long[:50] {
		t.Errorf("%q does not begin %q", long, short)
	}
	for name, other := range map[string]string{"prompt": take("ba", 0, 1, 200), "temperature": take("ab", 2, 1, 200), "seed": take("ab", 0, 2, 200)} {
		if other == long {
			t.Errorf("another %s gives the same text", name)
		}
	}
	// The same by the definition: the model reads, at every byte, those before it.
	text := []byte("\nab")
	r, x := m.NewRunner(1), make([]int8, kernels.Quads(m.Inputs())*4)
	random := lowrank.StreamOf(1, 0, 0, lowrank.Batch, 0)
	for at := range 3 + len(long) {
		for i := range m.Inputs() {
			x[i] = '\n'
			if at-i >= 0 {
				x[i] = int8(text[at-i])
			}
		}
		if logits := r.Step(x); at >= 2 {
			text = append(text, byte(nn.Sample(logits, 0, nn.VocabSize, 1, 0, random.Block(uint32(at - 2))[0])))
		}
	}
	if string(text[3:3+len(long)]) != long {
		t.Errorf("generated %q, by the definition %q", long, text[3:])
	}
	if _, err := Generate(m, nil, nn.MaxLog2Temperature+1, 0); err == nil {
		t.Error("too high a temperature is no error")
	}
	if _, err := Generate(nn.NewModel(nn.NewDense(4, 4, false)), nil, 0, 0); err == nil {
		t.Error("a model of four outputs is no error")
	}
}

// A model that returns more tokens than its embedding takes is an error, of any vocabulary.
func TestTokenReader(t *testing.T) {
	for _, vocabulary := range []int{8, 256, 260, 1024} {
		m, err := nn.NewLlama(1, nn.LlamaConfig{Width: 8, Hidden: 8, Layers: 1, Heads: 2, KVHeads: 1, Vocabulary: vocabulary, Window: 8, Rotary: 100})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := NewTokenReader(m); err != nil {
			t.Errorf("%d tokens: %v", vocabulary, err)
		}
		m.Layers[0].(*nn.Embedding).Vocabulary--
		if _, err := NewTokenReader(m); err == nil || !strings.Contains(err.Error(), "an embedding of") {
			t.Errorf("%d tokens: error %v", vocabulary-1, err)
		}
		if _, err := GenerateTokens(m, []int{1}, 0, 0); err == nil {
			t.Errorf("%d tokens are drawn by an embedding of one less", vocabulary)
		}
	}
}

// Drawing tokens takes the weights unpacked, where that is faster: as they are when it begins.
func TestGenerateTokensFrozen(t *testing.T) {
	m, err := nn.NewLlama(1, nn.LlamaConfig{Width: 16, Hidden: 16, Layers: 1, Heads: 2, KVHeads: 1, Vocabulary: 64, Window: 8, Rotary: 100})
	if err != nil {
		t.Fatal(err)
	}
	if !kernels.PrefersCodes(m.Size()) {
		t.Skip("this implementation of the kernels takes weights packed")
	}
	draw := func(after func()) (all []int) {
		tokens, err := GenerateTokens(m, []int{1}, 0, 5)
		if err != nil {
			t.Fatal(err)
		}
		for token := range tokens {
			if all = append(all, token); len(all) == 30 {
				break
			}
			after()
		}
		return all
	}
	want := draw(func() {})
	got := draw(func() {
		for i, p := range m.Parameters() {
			lowrank.Randomize(p, kernels.Uniform, uint64(i))
		}
	})
	if !slices.Equal(got, want) {
		t.Errorf("weights that change meanwhile make tokens %v, want %v", got, want)
	}
	if slices.Equal(draw(func() {}), want) {
		t.Error("drawing anew takes the earlier weights")
	}
}

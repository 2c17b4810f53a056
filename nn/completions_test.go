package nn

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
)

// value is the score of a completion in tests.
func value(prompt int, tokens []uint16) (v int64) {
	v = int64(100 * prompt)
	for i, token := range tokens {
		v += int64(i+1) * int64(token)
	}
	return v
}

func rateByValue(_ context.Context, _ int, all []Completion, scores []int64) error {
	for i, c := range all {
		scores[i] = value(c.Prompt, c.Tokens)
	}
	return nil
}

// completedByTwin returns the score of a completion that a twin draws.
func completedByTwin(tw *twin, o CompleterOptions, prompt int, random kernels.Stream) int64 {
	m := tw.model
	text := append([]uint16{'\n', '\n', '\n'}, o.Prompts[prompt]...)
	begin := len(text)
	for at := 3; ; at++ {
		x := make([]int, m.Inputs())
		for j := range x {
			x[j] = int(int8(text[at-j]))
		}
		if m.Outputs() > 256 {
			x = []int{int(int8(text[at])), int(text[at] >> 8)}
		}
		y := tw.step(x)
		if at+1 < len(text) {
			continue
		}
		logits := make([]int8, kernels.Quads(len(y))*4)
		for i, v := range y {
			logits[i] = int8(v)
		}
		token := uint16(Sample(logits, 0, len(y), 1, o.Log2Temperature, random.Block(uint32(len(text) - begin))[0]))
		if slices.Contains(o.Ends, token) {
			break
		}
		if text = append(text, token); len(text) == begin+o.Length {
			break
		}
	}
	return value(prompt, text[begin:])
}

// Twins draw the same completions, of members and of the model without noise.
func TestCompleterTwin(t *testing.T) {
	for name, m := range map[string]*Model{
		"tokens": tokenModel(1, 8), "many tokens": tokenModel(1, 300),
		"bytes": mustModel(NewLanguageModel(1, LanguageConfig{Width: 8, Layers: 1, Mixer: MixerGRU, Hidden: 1, Context: 3})),
	} {
		o := CompleterOptions{Prompts: [][]uint16{{1}, {1, 5, 3}, {2, 2}}, Ends: []uint16{1, 2}, Streams: 3, Length: 5, Log2Temperature: 1}
		c, err := NewCompleter(m, rateByValue, o)
		if err != nil {
			t.Fatal(err)
		}
		const pairs, groups = 6, 2
		g := generationOf(m, lowrank.PerturbWeights, pairs, groups)
		scores := make([]int64, 2*pairs)
		for c.chunk = range []int{4, 1, 2} {
			c.chunk++
			if err := c.Evaluate(t.Context(), g, scores); err != nil {
				t.Fatal(err)
			}
			for member := range scores {
				want, group := int64(0), member/2/(pairs/groups)
				DrawBatch(len(o.Prompts), g.Noise.Seed, g.Number, group, o.Streams, func(stream, prompt int) {
					tw := &twin{model: m, noise: &g.Noise, pair: member / 2, sign: 1 - member%2*2}
					want += completedByTwin(tw, o, prompt, lowrank.StreamOf(g.Noise.Seed, g.Number, 1, lowrank.Batch, group*o.Streams+stream))
				})
				if scores[member] != want {
					t.Fatalf("%s: score of member %d is %d, want %d", name, member, scores[member], want)
				}
			}
		}
		part := make([]int64, 6)
		if err := c.EvaluateRange(t.Context(), g, 2, 5, part); err != nil || !slices.Equal(part, scores[4:10]) {
			t.Errorf("%s: pairs 2 to 5 have scores %v, want %v, %v", name, part, scores[4:10], err)
		}
		want := int64(0)
		for i := range 7 {
			want += completedByTwin(&twin{model: m}, o, i%3, lowrank.StreamOf(9, 0, 1, lowrank.Batch, i))
		}
		if got, err := c.Test(t.Context(), 9, 7); err != nil || got != want {
			t.Errorf("%s: test %d, want %d, %v", name, got, want, err)
		}
	}
}

func TestCompleterErrors(t *testing.T) {
	m := tokenModel(1, 8)
	o := CompleterOptions{Prompts: [][]uint16{{1}}, Streams: 1, Length: 1}
	for want, change := range map[string]func(o *CompleterOptions){
		"no prompts":               func(o *CompleterOptions) { o.Prompts = nil },
		"prompt 1 has no tokens":   func(o *CompleterOptions) { o.Prompts = [][]uint16{{1}, nil} },
		"token 1 of prompt 0 is 8": func(o *CompleterOptions) { o.Prompts = [][]uint16{{1, 8}} },
		"0 completions of 1":       func(o *CompleterOptions) { o.Streams = 0 },
		"1 completions of 0":       func(o *CompleterOptions) { o.Length = 0 },
		"log2 temperature 9":       func(o *CompleterOptions) { o.Log2Temperature = 9 },
	} {
		bad := o
		if change(&bad); bad.Prompts == nil {
			bad.Prompts = [][]uint16{}
		}
		if _, err := NewCompleter(m, rateByValue, bad); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
	failed := errors.New("no score")
	for _, rate := range []Rater{
		func(context.Context, int, []Completion, []int64) error { return failed },
		func(_ context.Context, _ int, _ []Completion, scores []int64) error {
			scores[0] = MaxRating + 1
			return nil
		},
	} {
		c, err := NewCompleter(m, rate, o)
		if err != nil {
			t.Fatal(err)
		}
		g := generationOf(m, lowrank.PerturbWeights, 2, 1)
		if c.Evaluate(t.Context(), g, make([]int64, 4)) == nil {
			t.Error("a score that is not there is no error")
		}
		if _, err := c.Test(t.Context(), 1, 1); err == nil {
			t.Error("a test without scores is no error")
		}
	}
	c, err := NewCompleter(m, rateByValue, o)
	if err != nil {
		t.Fatal(err)
	}
	g := generationOf(m, lowrank.PerturbActivations, 2, 1)
	if err := c.Evaluate(t.Context(), g, make([]int64, 4)); err == nil || !strings.Contains(err.Error(), "noise in activations") {
		t.Errorf("error %v", err)
	}
}

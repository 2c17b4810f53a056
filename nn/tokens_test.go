package nn

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/lowrank"
)

func tokenModel(seed uint64, vocabulary int) *Model {
	return mustModel(NewLlama(seed, LlamaConfig{Width: 16, Hidden: 12, Layers: 1, Heads: 2, KVHeads: 1, Vocabulary: vocabulary, Window: 12, Rotary: 10000}))
}

func drawn(t *testing.T, m *Model, texts, length int) [][]uint16 {
	t.Helper()
	all, err := m.DrawTexts(t.Context(), 5, texts, length, 1)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// The score of a text's own tokens is the log-probability of LogProb, of fewer than 256 tokens
// and of more.
func TestTokensScore(t *testing.T) {
	for _, vocabulary := range []int{8, 300} {
		m := tokenModel(1, vocabulary)
		texts := drawn(t, m, 40, 10)
		if again := drawn(t, tokenModel(1, vocabulary), 40, 10); !slices.EqualFunc(texts, again, slices.Equal) {
			t.Error("texts are drawn anew")
		}
		task, err := NewTokens(vocabulary, texts, 9)
		if err != nil {
			t.Fatal(err)
		}
		total, err := task.Total(m)
		if err != nil {
			t.Fatal(err)
		}
		want, float := int64(0), 0.0
		for _, text := range texts {
			tw := twin{model: m}
			for i, token := range text[:9] {
				x := []int{int(token)}
				if vocabulary > 256 {
					x = []int{int(int8(token)), int(token >> 8)}
				}
				y := tw.step(x)
				if vocabulary <= 256 {
					want += int64(scoreOf(y, uint8(text[i+1])))
				}
				sum := 0.0
				for _, v := range y {
					sum += math.Exp2(float64(v) / 16)
				}
				float += float64(y[text[i+1]])/16 - math.Log2(sum)
			}
		}
		if vocabulary <= 256 && total != want {
			t.Errorf("total %d, want %d", total, want)
		}
		if off := float64(total)/256/360 - float/360; math.Abs(off) > 0.01 {
			t.Errorf("%d tokens: %.3f bits, want %.3f", vocabulary, float64(total)/256/360, float/360)
		}
	}
}

// No model scores better than the teacher, up to rounding, and tuning comes closer to it by
// either noise. A task scores as Total does.
func TestTokensTeach(t *testing.T) {
	teacher, m := tokenModel(1, 8), tokenModel(2, 8)
	task, err := NewTokens(8, drawn(t, teacher, 64, 10), 9)
	if err == nil {
		err = task.Teach(t.Context(), teacher)
	}
	if err != nil {
		t.Fatal(err)
	}
	bits := func(m *Model) float64 {
		total, err := task.Total(m)
		if err != nil {
			t.Fatal(err)
		}
		return -float64(total) / 256 / float64(task.Len())
	}
	best := bits(teacher)
	for _, place := range []lowrank.Estimator{lowrank.PerturbWeights, lowrank.PerturbActivations} {
		m, err := m.Clone()
		if err != nil {
			t.Fatal(err)
		}
		e, err := NewEvaluator(m, task, EvaluatorOptions{Streams: 32, Steps: 9})
		if err != nil {
			t.Fatal(err)
		}
		opt, err := es.New(m.Parameters(), e, es.Options{Seed: 1, Generations: 60, Pairs: 32, Sigma: 3, Estimator: place, Rule: es.ErrorFeedback{Rate: es.Ratio(1, 10)}})
		if err != nil {
			t.Fatal(err)
		}
		before := bits(m)
		if err := opt.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		after := bits(m)
		if t.Logf("noise in %v: teacher %.3f, model %.3f, tuned %.3f bits", place, best, before, after); before < best || after > (before+best)/2 {
			t.Errorf("noise in %v: from %.3f to %.3f bits, want half the way to %.3f", place, before, after, best)
		}
	}
}

func TestTokensErrors(t *testing.T) {
	for want, make := range map[string]func() (*Tokens, error){
		"a vocabulary in steps of 4":       func() (*Tokens, error) { return NewTokens(7, [][]uint16{{1, 2}}, 1) },
		"text 1 has 2 tokens, want more":   func() (*Tokens, error) { return NewTokens(8, [][]uint16{{1, 2, 3}, {1, 2}}, 2) },
		"token 2 of text 0 is 8, want les": func() (*Tokens, error) { return NewTokens(8, [][]uint16{{1, 2, 8}}, 2) },
	} {
		if _, err := make(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
	task, err := NewTokens(8, [][]uint16{{1, 2}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := task.Teach(t.Context(), tokenModel(1, 12)); err == nil || !strings.Contains(err.Error(), "model of 1→12 for 8 tokens") {
		t.Errorf("error %v", err)
	}
	teacher := tokenModel(1, 8)
	if task, err = NewTokens(8, drawn(t, teacher, 64, 10), 9); err != nil {
		t.Fatal(err)
	}
	before := slices.Clone(task.expected)
	defer func(most int64) { maxTaught = most }(maxTaught)
	maxTaught = 1000
	if err := task.Teach(t.Context(), teacher); err == nil || !strings.Contains(err.Error(), "expects more than 1000 tokens after 576 positions of 64 texts") || !slices.Equal(task.expected, before) {
		t.Errorf("error %v", err)
	}
	maxTaught = 8 * 576
	if err := task.Teach(t.Context(), teacher); err != nil {
		t.Errorf("error %v", err)
	}
}

// A context that is cancelled ends drawing and teaching.
func TestTokensCancelled(t *testing.T) {
	m := tokenModel(1, 8)
	task, err := NewTokens(8, [][]uint16{{1, 2}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := m.DrawTexts(ctx, 1, 2, 3, 1); err == nil {
		t.Error("texts are drawn")
	}
	if task.Teach(ctx, m) == nil {
		t.Error("a teacher is asked")
	}
}

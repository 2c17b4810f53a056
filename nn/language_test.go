package nn

import (
	"context"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/internal/fixed"
	"github.com/Kaleaon/pentary-go/lowrank"
)

// text is a stretch of regular prose, made up.
var text = []byte(strings.Repeat("the cat sat on the mat and the dog sat on the log. ", 60))

func languageModel(t testing.TB, l LanguageConfig) *Model {
	m, err := NewLanguageModel(1, l)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// logProbability is the binary logarithm of the target's probability, by floats.
func logProbability(logits []int8, c, n int, target uint8) float64 {
	sum := 0.0
	for i := range VocabSize {
		sum += math.Exp2(float64(logits[(i/4*n+c)*4+i%4]) / 16)
	}
	return float64(logits[(int(target)/4*n+c)*4+int(target)%4])/16 - math.Log2(sum)
}

// The integer score equals the score of floats from the same logits to a hundredth of a bit a
// byte, and every byte counts once.
func TestTextScore(t *testing.T) {
	m := languageModel(t, LanguageConfig{Width: 16, Layers: 1, Mixer: MixerMinGRU, Context: 3})
	const from = 1000
	s, err := NewTextScorer(m, text, from)
	if err != nil {
		t.Fatal(err)
	}
	float, seen := 0.0, map[uint8]int{}
	s.Visit(func(logits []int8, c, n int, target uint8) {
		float += logProbability(logits, c, n, target)
		seen[target]++
	})
	integer := float64(s.Score()) / 256
	if off := math.Abs(integer-float) / float64(s.Len()); off > 0.01 {
		t.Errorf("%.4f bits a byte, by floats %.4f", -integer/float64(s.Len()), -float/float64(s.Len()))
	}
	for _, b := range text[from:] {
		seen[b]--
	}
	for b, n := range seen {
		if n != 0 {
			t.Errorf("byte %q counts %+d times too often", b, n)
		}
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, procs := range []int{1, 2, 5} {
		runtime.GOMAXPROCS(procs)
		again, err := NewTextScorer(m, text, from)
		if err != nil {
			t.Fatal(err)
		}
		if got := float64(again.Score()) / 256; got != integer {
			t.Errorf("%v on %d processors, want %v", got, procs, integer)
		}
	}
}

// A model of every cell learns a text, by noise in weights and in activations.
func TestLanguageModelLearns(t *testing.T) {
	if testing.Short() {
		t.Skip("it trains six models")
	}
	for _, cell := range Mixers {
		l := LanguageConfig{Width: 16, Layers: 1, Mixer: cell, Context: 2, Heads: 1, Window: 4}
		m := languageModel(t, l)
		source := &Text{Data: text, Context: l.Context}
		p, err := NewEvaluator(m, source, EvaluatorOptions{Streams: 16, Steps: 4, WarmUp: 4})
		if err != nil {
			t.Fatal(err)
		}
		opt, err := es.New(m.Parameters(), p, es.Options{
			Seed: 1, Generations: 200, Pairs: 32, Sigma: 3, Estimator: lowrank.PerturbActivations, Rule: es.ErrorFeedback{Rate: es.Ratio(1, 5)},
		})
		if err != nil {
			t.Fatal(err)
		}
		s, err := NewTextScorer(m, text, 2000)
		if err != nil {
			t.Fatal(err)
		}
		bits := func() float64 { return -float64(s.Score()) / 256 / float64(s.Len()) }
		before := bits()
		if err := opt.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		if after := bits(); before < 4 || after > 2.5 {
			t.Errorf("%v: from %.2f to %.2f bits a byte, want at most 2.5", cell, before, after)
		}
	}
}

func TestLanguageModelErrors(t *testing.T) {
	for _, test := range []struct {
		l    LanguageConfig
		want string
	}{
		{LanguageConfig{Width: 6, Context: 1, Mixer: NoMixer}, "language model of widths [6]"},
		{LanguageConfig{Width: 8, Context: 0, Mixer: NoMixer}, "language model of widths [0]"},
		{LanguageConfig{Width: 8, Context: 3, Longest: 4, Buckets: 8, Mixer: NoMixer}, "NGrams of up to 4 bytes, want 2 to the context of 3"},
		{LanguageConfig{Width: 8, Context: 4, Longest: 4, Mixer: NoMixer}, "NGrams of 0 buckets"},
		{LanguageConfig{Width: 8, Context: 1, Mixer: "elman"}, `of "elman"`},
		{LanguageConfig{Width: 8, Context: 1, Mixer: NoMixer, Layers: -1}, "-1 layers"},
		{LanguageConfig{Width: 8, Context: 1 << 20, Mixer: NoMixer}, "too large"},
		{LanguageConfig{Width: 8, Context: 1, Mixer: MixerAttention, Heads: 3, Window: 4}, "3 heads"},
	} {
		if _, err := NewLanguageModel(1, test.l); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: error %v, want %q in it", test.l, err, test.want)
		}
	}
	m := languageModel(t, LanguageConfig{Width: 8, Context: 1, Mixer: NoMixer})
	for _, from := range []int{-1, len(text)} {
		if _, err := NewTextScorer(m, text, from); err == nil {
			t.Errorf("a scorer from %d on is no error", from)
		}
	}
	if _, err := NewTextScorer(m, nil, 0); err == nil || !strings.Contains(err.Error(), "text of 0 bytes") {
		t.Errorf("error %v", err)
	}
}

// Classes are drawn as often as their probabilities say, at every temperature.
func TestSample(t *testing.T) {
	logits := []int8{-16, 0, 16, 32, -100, 0, 0, 0} // 1:2:4:8 and next to nothing
	for _, test := range []struct {
		log2Temperature int
		want            []float64
	}{
		{0, []float64{1, 2, 4, 8, 0.05}},
		{1, []float64{1, math.Sqrt2, 2, 2 * math.Sqrt2, 0.16}},
		{-1, []float64{1, 4, 16, 64, 0}},
		{-8, []float64{0, 0, 0, 1, 0}},
	} {
		counts, sum := make([]float64, 5), 0.0
		const draws = 1 << 16
		for i := range draws {
			counts[Sample(logits, 0, 5, 1, test.log2Temperature, uint32(i)<<16)]++
		}
		for _, w := range test.want {
			sum += w
		}
		for i, w := range test.want {
			if got, want := counts[i]/draws, w/sum; math.Abs(got-want) > 0.002 {
				t.Errorf("temperature 2^%d, class %d: %.4f, want %.4f", test.log2Temperature, i, got, want)
			}
		}
	}
}

// Exp2 is the power of two to within its last bit.
func TestExp2(t *testing.T) {
	for v := int32(-300); v <= 0; v++ {
		if got, want := float64(fixed.Exp2(v)), 4096*math.Exp2(float64(v)/16); math.Abs(got-want) > 1 {
			t.Errorf("Exp2(%d) is %v, want %v", v, got, want)
		}
	}
}

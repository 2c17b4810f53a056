package settings

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/nn"
)

// Limits of language models, so that a typing error does not request all memory.
const (
	maxLayers  = 32
	maxContext = 64
	maxBuckets = 1 << 16
)

// Language holds the settings of a language model's training.
type Language struct {
	Optimizer
	Shape nn.LanguageConfig
	Batch nn.EvaluatorOptions

	HeldOut int // held-out percentage of the text
}

// heldOut is the name of the flag for Language.HeldOut, heldOutPercent its default.
const (
	heldOut        = "held-out"
	heldOutPercent = 5
)

// NewLanguage returns the default settings (docs/decisions.md#estimator-of-language-models).
func NewLanguage() *Language {
	return &Language{
		Optimizer: NewOptimizer(es.Options{Generations: 12000, Pairs: 32, Estimator: lowrank.PerturbActivations}, "0.0245"),
		Shape:     nn.LanguageConfig{Width: 128, Layers: 1, Mixer: nn.NoMixer, Context: 4, Longest: 4, Buckets: 640, Heads: 4, Window: 16},
		Batch:     nn.EvaluatorOptions{Streams: 512, Steps: 1, WarmUp: 16},
		HeldOut:   heldOutPercent,
	}
}

// Groups implements Settings.
func (s *Language) Groups() console.Groups {
	var groups console.Groups
	f := groups.Add("Model")
	integer(f, &s.Shape.Width, "width", 4, MaxWidth, "width of the layers, a multiple of 4")
	integer(f, &s.Shape.Layers, "layers", 0, maxLayers, "number of blocks, each with a mixer and a two-layer MLP")
	f.Var(console.Choice[nn.Mixer]{Value: &s.Shape.Mixer, Options: nn.Mixers}, "mixer", "layer that mixes steps: recurrent, attention or none")
	integer(f, &s.Shape.Hidden, "mlp", 0, MaxWidth, "hidden width of the blocks' MLP, as a multiple of --width; 0: no MLP")
	f.BoolVar(&s.Shape.Gains, "gains", s.Shape.Gains, "add trained gains to norms")
	integer(f, &s.Shape.Context, "context", 1, maxContext, "bytes of context per step")
	integer(f, &s.Shape.Longest, "ngrams", 0, maxContext, "length in bytes of the longest n-grams with embeddings, 2 to --context; 0: none")
	integer(f, &s.Shape.Buckets, "buckets", 1, maxBuckets, "number of embeddings for the n-grams of each length, shared by hash")
	f.IntVar(&s.Shape.Heads, "heads", s.Shape.Heads, "attention: heads")
	f.IntVar(&s.Shape.Window, "span", s.Shape.Window, "attention: steps in the window, including the present one")
	f.Uint64Var(&s.Base.Seed, "seed", s.Base.Seed, "key of all random numbers")

	f = groups.Add("Text")
	integer(f, &s.Batch.Streams, "streams", 1, 1<<20, "streams that each member reads in parallel")
	integer(f, &s.Batch.Steps, "steps", 1, 1<<20, "bytes of each stream per generation")
	integer(f, &s.Batch.WarmUp, "warm-up", 0, 1<<20, "preceding bytes that set the model's initial state")
	integer(f, &s.Batch.Discount, "discount", 0, 256, "noise in activations: weight of each score, in 1/256 of the previous one")

	integer(f, &s.HeldOut, heldOut, 1, 50, "percentage of the text that is held out, at its end")

	for now, before := range oldFlags {
		for _, g := range groups {
			if g.Flags.Lookup(now) != nil {
				console.Alias(g.Flags, now, before)
			}
		}
	}
	f = s.population(&groups)
	s.earlyStop(f, "the same amount of text before the held-out end")
	s.noiseAndUpdate(&groups)
	return groups
}

// SetGenerator implements Settings. Versions with noise from Philox did not scale down the sums of
// MLP blocks.
func (s *Language) SetGenerator(g kernels.Generator) {
	s.Optimizer.SetGenerator(g)
	s.Shape.PlainBlocks = g == kernels.Philox4x32
}

// Complete implements Settings. It limits n-grams to the context.
func (s *Language) Complete() {
	s.Optimizer.Complete()
	l := &s.Shape
	if l.Longest = min(l.Longest, l.Context); l.Context == 1 {
		l.Longest = 0
	}
}

// Check implements Settings. Packages nn and es check the other settings.
func (s *Language) Check() error {
	if err := s.Optimizer.Check(); err != nil {
		return err
	}
	l, b := s.Shape, s.Batch
	switch {
	case l.Width%4 != 0:
		return fmt.Errorf("--width %d: want a multiple of 4", l.Width)
	case l.Hidden > MaxWidth/l.Width:
		return fmt.Errorf("--mlp %d: want 0 to %d", l.Hidden, MaxWidth/l.Width)
	case l.Longest == 1:
		return errors.New("--ngrams 1: want 2 or more, or 0 for none: single bytes have embeddings anyway")
	case l.Mixer == nn.MixerAttention && (l.Heads < 1 || l.Width%(4*l.Heads) != 0):
		return fmt.Errorf("--heads %d: want a divisor of --width %d divided by 4", l.Heads, l.Width)
	case l.Mixer == nn.MixerAttention && (l.Window < 1 || l.Window > nn.MaxWindow):
		return fmt.Errorf("--span %d: want 1 to %d", l.Window, nn.MaxWindow)
	case b.Streams*b.Steps > 1<<20:
		return fmt.Errorf("--streams %d --steps %d: want a product of at most %d", b.Streams, b.Steps, 1<<20)
	}
	return nil
}

// SetMeta sets the held-out share of the text from the values that Meta returned.
func (s *Language) SetMeta(meta map[string]string) error {
	text, ok := meta[heldOut]
	if !ok {
		return nil
	}
	if percent, err := strconv.Atoi(text); err == nil && percent >= 1 && percent <= 50 {
		s.HeldOut = percent
		return nil
	}
	return fmt.Errorf("the model has a held-out percentage of %q, want 1 to 50", text)
}

// Name returns a short description of the model.
func (s *Language) Name() string {
	l, kind := s.Shape, s.Shape.Mixer.String()
	switch {
	case l.Longest > 0 && l.Mixer == nn.NoMixer:
		kind = fmt.Sprintf("%d-grams", l.Longest)
	case l.Longest > 0:
		kind += fmt.Sprintf(" on %d-grams", l.Longest)
	}
	return fmt.Sprintf("%s %d×%d", kind, l.Layers, l.Width)
}

package cli

import (
	"fmt"
	"strconv"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/corpus"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/nn"
)

// Limits of a language model, so that a slip of a finger does not ask for all memory.
const (
	maxLayers = 32
	maxPlaces = 64
)

// lmSettings are all that determines the weights of a language model, its text aside.
type lmSettings struct {
	optimizerSettings
	shape nn.Language
	batch nn.EvaluatorOptions
}

func defaultLM() *lmSettings {
	return &lmSettings{
		optimizerSettings: defaultOptimizer(es.Options{Generations: 8000, Pairs: 64, Rank: 1, Sigma: 3, Estimator: lowrank.PerturbActivations}, "0.03"),
		shape:             nn.Language{Width: 128, Layers: 1, Cell: nn.CellMinGRU, Places: 4, Heads: 4, Window: 16},
		batch:             nn.EvaluatorOptions{Streams: 64, Steps: 4, Lead: 16},
	}
}

// groups returns the settings as flags, whose defaults they are, by subject.
func (s *lmSettings) groups() console.Groups {
	var groups console.Groups
	f := groups.Add("Model")
	f.IntVar(&s.shape.Width, "width", s.shape.Width, "of the layers, a multiple of 4")
	f.IntVar(&s.shape.Layers, "layers", s.shape.Layers, "of blocks: a recurrent layer, and the two layers of an MLP")
	f.Var(console.Choice[nn.Cell]{Value: &s.shape.Cell, Options: nn.Cells}, "cell", "recurrent layer")
	f.IntVar(&s.shape.Hidden, "mlp", s.shape.Hidden, "width within the blocks' MLP, in widths; 0 for no MLP")
	f.IntVar(&s.shape.Places, "places", s.shape.Places, "bytes that come in at a step")
	f.IntVar(&s.shape.Heads, "heads", s.shape.Heads, "attention: heads")
	f.IntVar(&s.shape.Window, "span", s.shape.Window, "attention: steps that it sees, the present one included")
	f.Uint64Var(&s.options.Seed, "seed", s.options.Seed, "key of all random numbers")

	f = groups.Add("Text")
	f.IntVar(&s.batch.Streams, "streams", s.batch.Streams, "that each member reads side by side")
	f.IntVar(&s.batch.Steps, "steps", s.batch.Steps, "bytes of each stream in a generation")
	f.IntVar(&s.batch.Lead, "lead", s.batch.Lead, "bytes before them that bring the model to its state")
	f.IntVar(&s.batch.Discount, "discount", s.batch.Discount, "noise in activations: worth of a later score, in 1/256 of the one before")

	s.population(&groups)
	s.noiseAndUpdate(&groups)
	return groups
}

func (s *lmSettings) texts() map[string]string { return s.groups().Texts() }

// setTexts sets what texts returned.
func (s *lmSettings) setTexts(texts map[string]string) error {
	return s.groups().SetTexts(texts)
}

// check returns an error that names the first flag out of range. Package nn and es
// check the rest.
func (s *lmSettings) check() error {
	if err := s.optimizerSettings.check(); err != nil {
		return err
	}
	l := s.shape
	switch {
	case l.Width < 4 || l.Width > maxWidth || l.Width%4 != 0:
		return fmt.Errorf("--width %d: want a multiple of 4 up to %d", l.Width, maxWidth)
	case s.batch.Streams < 1 || s.batch.Steps < 1:
		return fmt.Errorf("--streams %d, --steps %d: want at least 1", s.batch.Streams, s.batch.Steps)
	case l.Layers < 0 || l.Layers > maxLayers:
		return fmt.Errorf("--layers %d: want 0 to %d", l.Layers, maxLayers)
	case l.Hidden < 0 || l.Hidden*l.Width > maxWidth:
		return fmt.Errorf("--mlp %d: want 0 to %d", l.Hidden, maxWidth/l.Width)
	case l.Places < 1 || l.Places > maxPlaces:
		return fmt.Errorf("--places %d: want 1 to %d", l.Places, maxPlaces)
	}
	return nil
}

func (s *lmSettings) model() (*nn.Model, error) {
	return nn.NewLanguageModel(s.options.Seed, s.shape)
}

// predictor returns the evaluator of the model on the part of the text to learn from.
func (s *lmSettings) predictor(m *nn.Model, text *corpus.Text) (*nn.Evaluator, error) {
	source := &nn.Text{Data: text.Bytes[:text.Train], Places: s.shape.Places}
	if err := source.Check(); err != nil {
		return nil, err
	}
	return nn.NewEvaluator(m, source, s.batch)
}

func (s *lmSettings) start(m *nn.Model, e es.Evaluator) (*es.Optimizer, error) {
	return es.New(m.Parameters(), e, s.esOptions())
}

// tokens returns the member-tokens of a generation.
func (s *lmSettings) tokens() int { return 2 * s.options.Pairs * s.batch.Streams * s.batch.Steps }

// name describes the model in a word.
func (s *lmSettings) name() string {
	return fmt.Sprintf("%s %d×%d", s.shape.Cell, s.shape.Layers, s.shape.Width)
}

// meta returns what a saved file says of the run.
func (s *lmSettings) meta() map[string]string {
	meta := s.optimizerSettings.meta()
	meta["streams"], meta["steps"], meta["lead"] = strconv.Itoa(s.batch.Streams), strconv.Itoa(s.batch.Steps), strconv.Itoa(s.batch.Lead)
	if s.options.Estimator == lowrank.PerturbActivations {
		meta["discount"] = strconv.Itoa(s.batch.Discount)
	}
	return meta
}

package settings

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/nn"
)

// maxTexts and maxLength bound the teacher's texts; maxDrawn bounds their product, as in
// nn.NewTokens.
const (
	maxTexts  = 1 << 16
	maxLength = 1 << 10
	maxDrawn  = 1 << 24
)

// Finetune holds the settings of fine-tuning.
type Finetune struct {
	Optimizer
	Batch   nn.EvaluatorOptions
	Teacher string // file
	Data    string // text file to learn from instead of the teacher's texts
	Texts   int    // number of texts that the teacher draws
	Train   Trained
	Gains   uint // shift of the gains of multipliers, see nn.Trained

	Reward          string // command that scores completions
	Prompts         string // file
	Log2Temperature int    // binary logarithm of the completions' temperature
}

// Trained is the set of parameters that fine-tuning trains.
type Trained uint

// Elements of Trained.
const (
	TrainWeights Trained = 1 << iota
	TrainScales
	TrainBiases
	TrainResidual
)

// trainedNames are the names of the elements, in their order.
var trainedNames = []string{"weights", "scales", "biases", "residual"}

// trainedBoth is the name of weights and scales in models and runs, as earlier versions wrote it.
const trainedBoth = "both"

// Set implements pflag.Value.
func (t *Trained) Set(text string) error {
	if text == trainedBoth {
		*t = TrainWeights | TrainScales
		return nil
	}
	var set Trained
	for name := range strings.SplitSeq(text, ",") {
		i := slices.Index(trainedNames, name)
		if i < 0 {
			return console.OneOf(name, trainedNames)
		}
		set |= 1 << i
	}
	*t = set
	return nil
}

// String implements pflag.Value.
func (t *Trained) String() string {
	if *t == TrainWeights|TrainScales {
		return trainedBoth
	}
	var names []string
	for i, name := range trainedNames {
		if *t>>i&1 != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, ",")
}

// Type implements pflag.Value.
func (t *Trained) Type() string { return "partSlice" }

// Has reports whether the set has an element.
func (t *Trained) Has(element Trained) bool { return *t&element != 0 }

// trainsScales reports whether multipliers are among the parts that a text names.
func trainsScales(text string) bool {
	var t Trained
	return t.Set(text) == nil && t.Has(TrainScales)
}

// gainShift is the name of the flag for Finetune.Gains.
const gainShift = "gain-shift"

// NewFinetune returns the default settings.
func NewFinetune() *Finetune {
	o := NewOptimizer(es.Options{Generations: 400, Pairs: 32, Sigma: 6, Estimator: lowrank.PerturbActivations}, "0.008")
	o.measured.capped = true // large steps damage pretrained weights, even if they are few
	o.Early.Patience = patience
	return &Finetune{
		Optimizer: o,
		Batch:     nn.EvaluatorOptions{Streams: 4, Steps: 256}, // shorter texts do not train later positions
		Texts:     1024,
		Train:     TrainWeights,
		Gains:     nn.FineGains,
	}
}

// patience is the default patience of early stopping. Tuning can make a pretrained model worse; then
// its initial weights are kept.
const patience = 5

// RewardDefaults has the defaults of flags with --reward, by name.
var RewardDefaults = map[string]string{
	"noise": lowrank.PerturbWeights.String(), "sigma": "5", "steps": "32", "streams": "8", "pairs": "32", "generations": "100", "early-stop": "0",
}

// Complete implements Settings. It makes file names absolute.
func (s *Finetune) Complete() {
	for _, path := range []*string{&s.Teacher, &s.Data, &s.Prompts} {
		if absolute, err := filepath.Abs(*path); err == nil && *path != "" {
			*path = absolute
		}
	}
	s.Optimizer.Complete()
}

// Groups implements Settings.
func (s *Finetune) Groups() console.Groups {
	var groups console.Groups
	f := groups.Add("Teacher and texts")
	console.Input(f, &s.Teacher, "teacher", "model `file` whose next-token distributions are learned, and which draws the texts").Ext("pent")
	console.Input(f, &s.Data, "data", "text `file`, cut into pieces of --steps tokens, instead of texts drawn by the teacher")
	integer(f, &s.Texts, "texts", 1, maxTexts, "number of texts that the teacher draws")
	integer(f, &s.Batch.Steps, "steps", 1, maxLength, "tokens learned from the beginning of each text; with --reward, largest number of tokens in a completion, by default "+RewardDefaults["steps"])
	integer(f, &s.Batch.Streams, "streams", 1, 1<<16, "texts that each member reads per generation; with --reward, prompts that it completes, by default "+RewardDefaults["streams"])
	integer(f, &s.Batch.Discount, "discount", 0, 256, "noise in activations: weight of each score, in 1/256 of the previous one")
	f.Var(&s.Train, "train", "trained `parts`, separated by commas: weights (of one pent), or residual (weights of the matrices that end residual branches), scales and biases (one per row of a matrix)")
	console.Offer(f, "train", trainedNames...)
	f.UintVar(&s.Gains, gainShift, s.Gains, "scales: each level of a pent moves a multiplier by 0.4 to 0.8 % with 7, and by 1.3 to 3.1 % with 5")
	console.Bound(f, gainShift, nn.CoarseGains, nn.FineGains)
	f.Uint64Var(&s.Base.Seed, "seed", s.Base.Seed, "key of all random numbers, including the texts")
	f = groups.Add("Reward")
	f.StringVar(&s.Reward, "reward", s.Reward, "shell `command` that scores completions: it reads JSON lines and prints one integer per line")
	console.Input(f, &s.Prompts, "prompts", "text `file` of prompts to complete, one per line")
	integer(f, &s.Log2Temperature, "log2-temperature", -nn.MaxLog2Temperature, nn.MaxLog2Temperature, "binary logarithm of the temperature of completions")
	f = s.population(&groups)
	s.earlyStop(f, "separate texts")
	s.noiseAndUpdate(&groups)
	return groups
}

// Check implements Settings.
func (s *Finetune) Check() error {
	if s.Texts*s.Batch.Steps > maxDrawn {
		return fmt.Errorf("--texts %d --steps %d: want a product of at most %d", s.Texts, s.Batch.Steps, maxDrawn)
	}
	switch {
	case s.Reward == "" && s.Prompts != "", s.Reward != "" && s.Prompts == "":
		return errors.New("--reward and --prompts must be used together")
	case s.Reward == "":
	case s.Teacher != "" || s.Data != "":
		return errors.New("--reward: cannot be combined with --teacher or --data")
	case s.Base.Estimator != lowrank.PerturbWeights:
		return fmt.Errorf("--noise %v: want %v with --reward", s.Base.Estimator, lowrank.PerturbWeights)
	case s.Early.Patience > 0:
		return errors.New("--early-stop: cannot be combined with --reward, which has no hold-out")
	}
	return s.Optimizer.Check()
}

package settings

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/nn"
)

// maxTexts and maxLength bound what a teacher draws, and maxDrawn, as nn.NewTokens does, their product.
const (
	maxTexts  = 1 << 16
	maxLength = 1 << 10
	maxDrawn  = 1 << 24
)

// Finetune are the settings of a fine-tuning.
type Finetune struct {
	Optimizer
	Batch   nn.EvaluatorOptions
	Teacher string // file
	Data    string // file of a text to learn instead of what the teacher draws
	Texts   int    // that the teacher draws to learn from
	Train   Trained

	Reward          string // command that scores completions
	Prompts         string // file
	Log2Temperature int    // of completions
}

// Trained says what a fine-tuning trains.
type Trained string

// What a fine-tuning trains.
const (
	TrainWeights Trained = "weights"
	TrainScales  Trained = "scales"
	TrainBoth    Trained = "both"
)

func (t Trained) String() string { return string(t) }

// NewFinetune returns the default settings.
func NewFinetune() *Finetune {
	o := NewOptimizer(es.Options{Generations: 400, Pairs: 32, Sigma: 5, Estimator: lowrank.PerturbActivations}, "0.008")
	o.measured.capped = true // large steps spoil pretrained weights, however few they are
	o.Early.Patience = patience
	return &Finetune{
		Optimizer: o,
		Batch:     nn.EvaluatorOptions{Streams: 4, Steps: 256}, // shorter texts teach nothing about later positions
		Texts:     1024,
		Train:     TrainWeights,
	}
}

// patience is the default of early stopping: tuning can make a pretrained model worse, and then the
// weights that it began with are kept.
const patience = 5

// RewardDefaults are the defaults of flags with --reward, by name.
var RewardDefaults = map[string]string{
	"noise": lowrank.PerturbWeights.String(), "steps": "32", "streams": "8", "pairs": "32", "generations": "100", "early-stop": "0",
}

// Complete implements Settings: files keep their names in other folders.
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
	console.Input(f, &s.Teacher, "teacher", "model `file` whose distribution of each next token is learned, and which draws the texts").Ext("pent")
	console.Input(f, &s.Data, "data", "text `file`, cut into pieces of --steps tokens, instead of texts that the teacher draws")
	integer(f, &s.Texts, "texts", 1, maxTexts, "texts that the teacher draws to learn from")
	integer(f, &s.Batch.Steps, "steps", 1, maxLength, "tokens of a text that are learned, from its beginning; with --reward, the most tokens of a completion, by default "+RewardDefaults["steps"])
	integer(f, &s.Batch.Streams, "streams", 1, 1<<16, "texts that each member reads in a generation; with --reward, prompts that it completes, by default "+RewardDefaults["streams"])
	integer(f, &s.Batch.Discount, "discount", 0, 256, "noise in activations: weight of each later score, in 1/256 of the one before")
	f.Var(console.Choice[Trained]{Value: &s.Train, Options: []Trained{TrainWeights, TrainScales, TrainBoth}}, "train",
		"what is trained: the weights of one pent, a multiplier for each row of a matrix, or both")
	f.Uint64Var(&s.Base.Seed, "seed", s.Base.Seed, "key of all random numbers, of the texts too")
	f = groups.Add("Reward")
	f.StringVar(&s.Reward, "reward", s.Reward, "shell `command` that scores completions: it reads JSON lines and prints an integer a line")
	console.Input(f, &s.Prompts, "prompts", "text `file` of prompts to complete, one a line")
	integer(f, &s.Log2Temperature, "log2-temperature", -nn.MaxLog2Temperature, nn.MaxLog2Temperature, "binary logarithm of the temperature of completions")
	f = s.population(&groups)
	s.earlyStop(f, "texts of their own")
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
		return errors.New("--reward and --prompts go together")
	case s.Reward == "":
	case s.Teacher != "" || s.Data != "":
		return errors.New("--reward: scores come from the command, without --teacher and --data")
	case s.Base.Estimator != lowrank.PerturbWeights:
		return fmt.Errorf("--noise %v: want %v with --reward", s.Base.Estimator, lowrank.PerturbWeights)
	case s.Early.Patience > 0:
		return errors.New("--early-stop: not with --reward, which has no hold-out")
	}
	return s.Optimizer.Check()
}

package train

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"log/slog"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/es/journal"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/nn/control"
)

const (
	// TestEpisodes is the number of episodes that a policy is tested on.
	TestEpisodes = 100

	// ValidationEpisodes is the default number of others that validate it. The best of many
	// measurements of 100 episodes would often be the luckiest.
	ValidationEpisodes = 400
)

// PolicyOptions are the options of Policy.
type PolicyOptions struct {
	Seed       uint64 // of the run
	Episodes   int    // of each member in a generation
	Validation int    // episodes of a measurement; 0 for ValidationEpisodes
}

// Policy returns the task of a network that acts in an environment. The run keeps the weights
// of the best of its measurements, on episodes that the seed draws for them alone.
func Policy(net *nn.Model, env control.Environment, o PolicyOptions) (Task, error) {
	episodes := cmp.Or(o.Validation, ValidationEpisodes)
	policy, err := control.NewPolicy(net, env)
	if err != nil {
		return Task{}, err
	}
	evaluator, err := control.NewEvaluator(net, env, o.Episodes)
	if err != nil {
		return Task{}, err
	}
	measure := func() int64 {
		sum := control.Q40(0)
		for _, r := range policy.Test(o.Seed, control.HeldOut+1, episodes) {
			sum += r
		}
		return int64(sum)
	}
	var measured int64
	return Task{
		Parameters: net.Parameters(), Evaluator: evaluator, File: net.File,
		Data: func() journal.Hash { return sha256.Sum256([]byte(env.Spec().Name)) }, Size: episodes, Metric: Reward,
		// One measurement serves both: what is reported last comes from other episodes.
		Test:     func() int64 { measured = measure(); return measured },
		Validate: func() int64 { return measured },
		Training: func(s es.Stats, _ int) []slog.Attr { return trainingRewards(evaluator, s) },
	}, nil
}

// trainingRewards reports the mean and the best reward of the members' episodes.
func trainingRewards(e *control.Evaluator, s es.Stats) []slog.Attr {
	if e.Generation() != s.Finished {
		return nil // evaluated elsewhere
	}
	mean, best := e.Rewards()
	return []slog.Attr{slog.Float64("mean_reward", reward(mean)), slog.Float64("best_reward", reward(best))}
}

func reward(q control.Q40) float64 { return float64(q) / float64(control.One) }

// Reward is the mean reward of an episode; a score is the sum of all, as control.Q40.
var Reward = Metric{
	Key: "tested_reward", Digits: 1,
	Value: func(score int64, size int) float64 { return reward(control.Q40(score)) / float64(max(size, 1)) },
	Text:  func(v float64) string { return fmt.Sprintf("tested %.1f", v) },
}

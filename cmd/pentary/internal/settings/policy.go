package settings

import (
	"math"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/nn/control"
)

// Policy holds the settings of a policy's training.
type Policy struct {
	Optimizer
	Hidden       []int
	Episodes     int // of each member per generation
	Measurements int // in a run; the best policy is kept
}

// measurements is the name of the flag for Policy.Measurements.
const measurements = "measurements"

// NewPolicy returns settings that solve an environment.
func NewPolicy(env control.Environment) *Policy {
	o := es.Options{Seed: 1, Generations: 200, Pairs: 64, Sigma: 1}
	s := &Policy{Hidden: []int{16}, Episodes: 8, Measurements: Measurements}
	rate := "0.3"
	switch env.(type) {
	case control.CartPole:
		o.Generations = 60
	case control.MountainCarContinuous:
		o.Generations, o.Groups, s.Episodes = 100, 8, 2
	case control.Acrobot:
		// Groups see more initial states at the same cost. Most of the gain comes late, when the
		// rate is low. Rewards still vary by 5 between generations, so the best of many measurements
		// is kept.
		o.Generations, o.Groups, o.Sigma, s.Hidden, rate = 2000, 16, 2, []int{32, 32}, "0.141"
		s.Measurements = 500
	case control.Pendulum:
		// The policy has to swing up and then to balance: it needs three layers and more time.
		o.Generations, o.Groups, o.Sigma, s.Episodes, s.Hidden = 1500, 16, 2, 4, []int{16, 16, 16}
	case control.Breakout:
		o.Generations, o.Groups, o.Sigma, rate = 1000, 8, 2, "0.15"
	case control.SpaceInvaders:
		o.Generations, s.Episodes = 100, 4
	}
	s.Optimizer = NewOptimizer(o, rate)
	return s
}

// Groups implements Settings.
func (s *Policy) Groups() console.Groups {
	var groups console.Groups
	f := groups.Add("Policy and episodes")
	f.Var((*console.Widths)(&s.Hidden), "hidden", "`widths` of the hidden layers, separated by commas, or none")
	integer(f, &s.Episodes, "episodes", 1, control.MaxEpisodes, "episodes of each member per generation; all members begin in the same states")
	integer(f, &s.Measurements, measurements, 1, math.MaxInt32, "number of measurements of the policy on other episodes; the best policy is kept")
	f.Uint64Var(&s.Base.Seed, "seed", s.Base.Seed, "key of all random numbers, including the test episodes")
	s.population(&groups)
	s.noiseAndUpdate(&groups)
	return groups
}

// Measured implements Settings.
func (s *Policy) Measured() int { return s.Measurements }

// Check implements Settings.
func (s *Policy) Check() error {
	if err := s.Optimizer.Check(); err != nil {
		return err
	}
	return checkHidden(s.Hidden, int(s.Rank))
}

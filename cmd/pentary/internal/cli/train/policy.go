package train

import (
	"crypto/sha256"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/settings"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
	"github.com/Kaleaon/pentary-go/es/journal"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/nn/control"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/train"
)

// policy trains the policy of an environment.
type policy struct {
	*settings.Policy
	model
	env        control.Environment
	validation int // episodes per measurement; 0: default
	tested     int // episodes in the test
}

func newPolicy(env control.Environment) *policy {
	return &policy{Policy: settings.NewPolicy(env), env: env, tested: train.TestEpisodes}
}

// policyAbout has a title and the rules of each environment.
var policyAbout = map[string][2]string{
	"cartpole": {"Balance a pole on a cart", `A cart on a track of 4.8 m carries a pole of 1 m and is pushed left or right with 10 N
every 20 ms. The reward is 1 per step, at most 500, until the pole leans by 12 degrees or
the cart leaves the track. Gymnasium's CartPole-v1.`},
	"mountaincar": {"Drive a weak car out of a valley", `The engine is weaker than gravity on the slope, so the car has to swing up. The reward is
−1 per step, at most 200 steps, until the car reaches the flag. Gymnasium's MountainCar-v0.`},
	"mountaincarcontinuous": {"Drive a weak car out of a valley, with a throttle", `The valley of mountaincar, with a throttle for the engine, which is still weaker than
gravity. The reward is −0.1 times the square of the power per step, at most 999 steps, and
100 at the flag. Gymnasium's MountainCarContinuous-v0.`},
	"breakout": {"Return a ball that breaks bricks", `The reward is 1 per brick. The episode ends when the ball is missed, or after 1,000 steps.
The policy observes 4 planes of 10×10 cells. MinAtar's Breakout; 10 % of the actions are
repeated.`},
	"spaceinvaders": {"Shoot aliens that descend and shoot back", `The reward is 1 per alien. The episode ends when a shot or an alien hits the cannon or an
alien lands, or after 1,000 steps. The policy observes 6 planes of 10×10 cells. MinAtar's
Space Invaders; 10 % of the actions are repeated.`},
	"acrobot": {"Swing a double pendulum above a line", `The only torque is at the joint between two links of 1 m. The reward is −1 per step of
0.2 s, at most 500 steps, until the tip is 1 m above the pivot. Gymnasium's Acrobot-v1.`},
	"pendulum": {"Swing a pendulum up and hold it", `The torque is at most 2 Nm, too weak to lift the pendulum directly. A step of 50 ms costs
the square of the angle from upright, plus terms for speed and torque, for 200 steps.
Gymnasium's Pendulum-v1, which defines no threshold.`},
}

func environmentNames() string {
	names := make([]string, len(control.All))
	for i, env := range control.All {
		names[i] = env.Spec().Name
	}
	return strings.Join(names, ", ")
}

func (c *policy) name() string  { return c.env.Spec().Name }
func (c *policy) short() string { return policyAbout[c.name()][0] }
func (c *policy) long() string {
	about := policyAbout[c.name()]
	return about[0] + ".\n\n" + about[1]
}

func (c *policy) data() (string, journal.Hash) {
	return "environment " + c.name(), sha256.Sum256([]byte(c.name()))
}

func (c *policy) samples() int { return 0 }

func (c *policy) memory() int {
	return settings.NetworkMemory(control.Widths(c.env, c.Hidden...), c.Options(), c.Episodes)
}

// SetGenerator implements settings.Settings. Versions with noise from Philox selected the policy on
// fewer episodes.
func (c *policy) SetGenerator(g kernels.Generator) {
	c.Policy.SetGenerator(g)
	if c.validation = 0; g == kernels.Philox4x32 {
		c.validation = 100
	}
}

// versions are the environments whose observations differ between this and earlier versions, latest
// first.
var versions = [][]control.Environment{
	{control.Pendulum{}, control.Pendulum{NoEnergy: true}, control.Pendulum{NoConstant: true}},
}

// see selects the version of the environment for a policy with the given number of inputs.
func (c *policy) see(inputs int) {
	for _, of := range versions {
		if of[0].Spec().Name != c.name() {
			continue
		}
		for _, env := range of {
			if env.Spec().Inputs == inputs {
				c.env = env
			}
		}
	}
}

func (c *policy) build(network []int) error {
	if len(network) > 0 {
		c.see(network[0])
	}
	if want := c.network(); network != nil && !slices.Equal(network, want) {
		return fmt.Errorf("network %s, want %s", settings.Network(network), settings.Network(want))
	}
	c.net = nn.NewMLP(c.Base.Seed, c.network()...)
	return nil
}

func (c *policy) network() []int { return control.Widths(c.env, c.Hidden...) }

func (c *policy) open(f *packed.File) (err error) {
	if err := task.Expect(f.Meta, c.name()); err != nil {
		return err
	}
	if err := c.model.open(f); err != nil {
		return err
	}
	c.see(c.net.Inputs())
	_, err = control.NewPolicy(c.net, c.env)
	return err
}

func (c *policy) task() (train.Task, error) {
	return train.Policy(c.net, c.env, train.PolicyOptions{Seed: c.Base.Seed, Episodes: c.Episodes, Validation: c.validation})
}

func (c *policy) meta(meta map[string]string) { meta[task.MetaEnvironment] = c.name() }

func (c *policy) start() train.Start {
	network := settings.Network(c.network())
	return startOf(c.name(), network, c.net,
		fmt.Sprintf("%s members · %s each", report.Count(2*c.Base.Pairs), report.Plural(c.Episodes, "episode", "episodes")),
		slog.String("environment", c.name()), slog.String("network", network), slog.Int("generations", c.Base.Generations),
		slog.Int("pairs", c.Base.Pairs), slog.Int("episodes", c.Episodes))
}

// acted is the outcome of a policy.
type acted struct {
	Environment string  `json:"environment"`
	MeanReward  float64 `json:"mean_reward"` // per episode
	MinReward   float64 `json:"min_reward"`
	MaxReward   float64 `json:"max_reward"`
	Episodes    int     `json:"episodes"`
	Seconds     float64 `json:"seconds"` // of training, or of the test without training
	Solved      bool    `json:"solved"`
	Threshold   float64 `json:"threshold"` // threshold of the mean reward for Solved

	measured
	Frames string `json:"frames,omitempty"`
}

// measure tests the policy on fresh episodes.
func (c *policy) measure() (outcome, error) {
	p, err := control.NewPolicy(c.net, c.env)
	if err != nil {
		return nil, err
	}
	rewards := p.Test(c.Base.Seed, control.HeldOut, c.tested)
	sum, n := control.Q40(0), control.Q40(len(rewards))
	for _, r := range rewards {
		sum += r
	}
	float := func(q control.Q40) float64 { return float64(q) / float64(control.One) }
	spec := c.env.Spec()
	return &acted{
		Environment: spec.Name,
		MeanReward:  float(sum) / float64(n), MinReward: float(slices.Min(rewards)), MaxReward: float(slices.Max(rewards)),
		Episodes: len(rewards), Solved: sum >= spec.Threshold*n, Threshold: float(spec.Threshold),
		measured: measuredOf(c.net),
	}, nil
}

func (r *acted) with(t *trained, s saved, curve []report.Point) {
	r.measured.with(t, s, curve)
	r.Seconds = t.Seconds
}

func (r *acted) Write(p *report.Printer) {
	verdict := p.Good("solved")
	if !r.Solved {
		verdict = p.Bad("not solved")
	}
	p.Line("Mean reward", fmt.Sprintf("%.2f", r.MeanReward), verdict, p.Dim(fmt.Sprintf("from %g on", r.Threshold)))
	p.Line("Range", fmt.Sprintf("%.2f to %.2f  %s", r.MinReward, r.MaxReward, p.Dim(fmt.Sprintf("%d fresh episodes", r.Episodes))))
	p.Line("Weights", report.Count(r.Weights))
	if r.Frames != "" {
		p.Line("Frames", r.Frames)
	}
	r.writeRun(p)
}

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
	validation int // episodes of a measurement; 0 for the default
	tested     int // episodes of the test
}

func newPolicy(env control.Environment) *policy {
	return &policy{Policy: settings.NewPolicy(env), env: env, tested: train.TestEpisodes}
}

// policyAbout says what the environments are about: a title, and the rules.
var policyAbout = map[string][2]string{
	"cartpole": {"Balance a pole on a cart", `A cart on a track of 4.8 m carries a pole of 1 m, and is pushed left or right by 10 N
every 20 ms. A step is worth 1, up to 500, until the pole leans by 12 degrees or the
cart leaves the track. Gymnasium's CartPole-v1.`},
	"mountaincar": {"Drive a weak car out of a valley", `The engine is weaker than gravity on the slope: the car has to swing up. A step costs 1,
up to 200, until the car is at the flag. Gymnasium's MountainCar-v0.`},
	"mountaincarcontinuous": {"Drive a weak car out of a valley, with a throttle", `The valley of mountaincar, with a throttle for the engine, which is still weaker than
gravity. A step costs a tenth of the square of the power, up to 999 steps, and the flag is
worth 100. Gymnasium's MountainCarContinuous-v0.`},
	"breakout": {"Return a ball that breaks bricks", `A brick is worth 1. The episode ends when the ball is missed, and after 1,000 steps. A
policy sees 4 planes of 10×10 cells. MinAtar's Breakout, with a tenth of the actions
repeated.`},
	"spaceinvaders": {"Shoot aliens that come down and shoot back", `An alien is worth 1. The episode ends when a shot or an alien hits the cannon, or an
alien lands, and after 1,000 steps. A policy sees 6 planes of 10×10 cells. MinAtar's
Space Invaders, with a tenth of the actions repeated.`},
	"acrobot": {"Swing a double pendulum above a line", `The only torque is at the joint between two links of 1 m. A step of 0.2 s costs 1, up to
500, until the tip is 1 m above the pivot. Gymnasium's Acrobot-v1.`},
	"pendulum": {"Swing a pendulum up and hold it", `The torque is at most 2 Nm, too weak to lift the pendulum directly. A step of 50 ms
costs the square of the angle from upright, and some for speed and torque, for 200
steps. Gymnasium's Pendulum-v1, which has no threshold of its own.`},
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

// SetGenerator implements settings.Settings. In the versions whose noise came from Philox fewer
// episodes chose the policy.
func (c *policy) SetGenerator(g kernels.Generator) {
	c.Policy.SetGenerator(g)
	if c.validation = 0; g == kernels.Philox4x32 {
		c.validation = 100
	}
}

// versions are the environments that policies of this version and earlier ones saw in other
// ways, the latest first.
var versions = [][]control.Environment{
	{control.Pendulum{}, control.Pendulum{NoEnergy: true}, control.Pendulum{NoConstant: true}},
}

// see makes the environment the version that a policy of some inputs sees.
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

// acted is the result of a policy.
type acted struct {
	Environment string  `json:"environment"`
	MeanReward  float64 `json:"mean_reward"` // of an episode
	MinReward   float64 `json:"min_reward"`
	MaxReward   float64 `json:"max_reward"`
	Episodes    int     `json:"episodes"`
	Seconds     float64 `json:"seconds"` // of training, or of the test alone
	Solved      bool    `json:"solved"`
	Threshold   float64 `json:"threshold"` // of the mean reward

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

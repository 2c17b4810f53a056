package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/film"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/internal/durable"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/nn/control"
	"github.com/Kaleaon/pentary-go/packed"
)

// controller is a run of pentary control as the command line asks for it.
type controller struct {
	env      control.Environment
	options  es.Options // without the rule
	rate     decimal
	hidden   []int
	episodes int
	policy   string // file to test in place of training, or empty
	out      string // file to save to, or empty
	frames   string // picture, or empty
	json     bool
}

// testEpisodes is how many fresh episodes a policy is tested on, and how many others
// each measurement takes in the course of training.
const testEpisodes = 100

func newControl(s *console.Streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "control",
		Short: "Train a policy that balances, drives or swings",
		Long: `Train a network of pents as the policy of a classic control task, and test it on 100
episodes that training has not seen; or test a saved one. The physics is computed in
fixed point, so a seed gives the same policy and the same episodes on every machine.

The policy that is kept is the best of 25 measurements in the course of training, each
of 100 episodes of their own. Ctrl-C stops after the generation in flight, and then
tests and saves as a whole run does.`,
		Example: "  pentary control cartpole --out pole.pent --frames pole.svg\n  pentary control cartpole --policy pole.pent",
		Args:    console.Subcommands,
		RunE: func(*cobra.Command, []string) error {
			return console.Usagef("control what? There are %s", strings.Join(environmentNames(), ", "))
		},
	}
	for _, env := range control.All {
		cmd.AddCommand(newControlTask(env, s))
	}
	return cmd
}

func environmentNames() []string {
	names := make([]string, len(control.All))
	for i, env := range control.All {
		names[i] = env.Spec().Name
	}
	return names
}

// controlDefaults are the settings that solve each environment.
func controlDefaults(env control.Environment) *controller {
	c := &controller{
		env: env, rate: newDecimal("0.3", 1), hidden: []int{16}, episodes: 8,
		options: es.Options{Seed: 1, Pairs: 64, Sigma: 1},
	}
	switch env.(type) {
	case control.CartPole:
		c.options.Generations = 60
	case control.MountainCar, control.Acrobot:
		c.options.Generations = 200
	case control.Pendulum:
		// It first has to swing up, and then to hold: two layers, and time.
		c.options.Generations, c.episodes, c.hidden = 1500, 4, []int{16, 16}
	}
	return c
}

// controlAbout says what the environments are about: a title, and the rules.
var controlAbout = map[string][2]string{
	"cartpole": {"Balance a pole on a cart", `A cart on a track of 4.8 m carries a pole of 1 m, and is pushed left or right by 10 N
every 20 ms. A step is worth 1, up to 500, until the pole leans by 12 degrees or the
cart leaves the track. Gymnasium's CartPole-v1.`},
	"mountaincar": {"Drive a weak car out of a valley", `The engine is weaker than gravity on the slope: the car has to swing up. A step costs 1,
up to 200, until the car is at the flag. Gymnasium's MountainCar-v0.`},
	"acrobot": {"Swing a double pendulum above a line", `The only torque is at the joint between two links of 1 m. A step of 0.2 s costs 1, up to
500, until the tip is 1 m above the pivot. Gymnasium's Acrobot-v1.`},
	"pendulum": {"Swing a pendulum up and hold it", `The torque is any of up to 2 Nm, too weak to lift the pendulum at once. A step of 50 ms
costs the square of the angle from upright, and some for speed and torque, for 200
steps. Gymnasium's Pendulum-v1, which has no threshold of its own.`},
}

func newControlTask(env control.Environment, s *console.Streams) *cobra.Command {
	spec := env.Spec()
	c, about := controlDefaults(env), controlAbout[spec.Name]
	cmd := &cobra.Command{
		Use:   spec.Name,
		Short: about[0],
		Long:  about[0] + ".\n\n" + about[1],
		Args:  console.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if c.policy != "" {
				for _, name := range []string{"generations", "pairs", "episodes", "hidden", "sigma", "rate", "out"} {
					if cmd.Flags().Changed(name) {
						return console.Usagef("--%s is of training, and --policy tests what is trained", name)
					}
				}
			}
			return c.run(cmd.Context(), s)
		},
	}
	f, o := cmd.Flags(), &c.options
	f.SortFlags = false
	f.IntVar(&o.Generations, "generations", o.Generations, "length of the run")
	f.IntVar(&o.Pairs, "pairs", o.Pairs, "antithetic pairs a generation, half the population")
	f.IntVar(&c.episodes, "episodes", c.episodes, "of each member a generation; all members begin in the same states")
	f.Var((*console.Widths)(&c.hidden), "hidden", "`widths` of the hidden layers, separated by commas, or none")
	f.UintVar(&o.Sigma, "sigma", o.Sigma, "perturb by 2^-sigma levels")
	f.Var(&c.rate, "rate", "levels that one standard deviation of the update moves a weight, decaying to 0")
	f.Uint64Var(&o.Seed, "seed", o.Seed, "key of all random numbers, those of the test episodes too")
	console.Input(f, &c.policy, "policy", "test the policy in this .pent `file` in place of training").Ext("pent")
	console.Output(f, &c.out, "out", "save the policy to this .pent `file`").Model()
	console.Output(f, &c.frames, "frames", "draw the first test episode to this .svg or .png `file`").Ext("svg", "png")
	f.BoolVar(&c.json, "json", false, "print one JSON object a line")
	return cmd
}

func (c *controller) run(ctx context.Context, s *console.Streams) error {
	if err := c.check(); err != nil {
		return err
	}
	if c.policy != "" {
		return c.test(s)
	}
	return c.train(ctx, s)
}

// check returns an error that names the first flag out of range, or that asks for a
// file that cannot be made.
func (c *controller) check() error {
	switch {
	case c.options.Pairs < 1:
		return console.Usagef("--pairs %d: want at least 1", c.options.Pairs)
	case len(c.hidden) > maxHidden:
		return console.Usagef("--hidden: %d layers, want at most %d", len(c.hidden), maxHidden)
	}
	for _, width := range c.hidden {
		if width < 1 || width > maxWidth {
			return console.Usagef("--hidden %d: want 1 to %d", width, maxWidth)
		}
	}
	if c.frames != "" {
		if _, err := painter(c.frames); err != nil {
			return console.UsageError{Err: err}
		}
	}
	return nil
}

// train trains a policy, tests it, saves it and draws it.
func (c *controller) train(ctx context.Context, s *console.Streams) error {
	net := nn.NewMLP(c.options.Seed, control.Widths(c.env, c.hidden...)...)
	policy, err := control.NewPolicy(net, c.env)
	if err != nil {
		return err
	}
	began := time.Now()
	training, err := c.learn(ctx, s, net, policy)
	if err != nil {
		return err
	}
	seconds := time.Since(began).Seconds()
	r := newControlResult(c.env, net, policy.Test(c.options.Seed, control.Fresh, testEpisodes))
	r.Seconds, r.controlTraining = seconds, training
	var saveErr error
	if c.out != "" {
		if r.FileSHA256, saveErr = console.Save(c.out, net.File(c.meta(r))); saveErr == nil {
			r.File = c.out
		}
	}
	if err := errors.Join(saveErr, c.report(s, r, policy)); err != nil {
		return err
	}
	if training.Interrupted {
		return console.ErrInterrupted
	}
	return nil
}

// learn trains a policy's network until the run is done or interrupted, and leaves the
// best that was measured in it.
func (c *controller) learn(ctx context.Context, s *console.Streams, net *nn.Model, policy *control.Policy) (*controlTraining, error) {
	evaluator, err := control.NewEvaluator(net, c.env, c.episodes)
	if err != nil {
		return nil, console.UsageError{Err: err}
	}
	o := c.options
	o.Rule = es.Residual{Rate: c.rate.q16()}
	optimizer, err := es.New(net.Parameters(), wholeGenerations{evaluator}, o)
	if err != nil {
		return nil, console.UsageError{Err: err}
	}
	best := newBestPolicy(net, policy, o.Seed)
	printer := console.NewPrinter(s, c.json)
	c.startEvent(net).tell(printer)
	began := time.Now()
	err = optimizer.Run(ctx, func(stats es.Stats) error {
		n := stats.Generation
		due := n%max(1, o.Generations/measurements) == 0 || n == o.Generations
		if due {
			best.measure(n)
		}
		mean, top := evaluator.Rewards()
		controlProgress{
			Generation: n, Generations: o.Generations,
			Mean: float(mean), Best: float(top), Tested: float(best.last) / testEpisodes, Moved: stats.Moved,
			ETA: time.Since(began).Seconds() / float64(n) * float64(o.Generations-n),
		}.tell(printer, due)
		return nil
	})
	printer.Clear()
	interrupted := errors.Is(err, context.Canceled)
	if err != nil && !interrupted {
		return nil, err
	}
	if best.measured != optimizer.Generation() {
		best.measure(optimizer.Generation())
	}
	best.restore()
	return &controlTraining{Generations: optimizer.Generation(), Kept: best.generation, Interrupted: interrupted}, nil
}

// test tests the policy of a file.
func (c *controller) test(s *console.Streams) error {
	f, err := packed.ReadFile(c.policy)
	if err != nil {
		return err
	}
	policy, net, err := c.load(f)
	if err != nil {
		return fmt.Errorf("%s: %w", c.policy, err)
	}
	began := time.Now()
	r := newControlResult(c.env, net, policy.Test(c.options.Seed, control.Fresh, testEpisodes))
	r.Seconds = time.Since(began).Seconds()
	return c.report(s, r, policy)
}

func (c *controller) load(f *packed.File) (*control.Policy, *nn.Model, error) {
	name := c.env.Spec().Name
	if of, ok := f.Meta[metaEnvironment]; ok && of != name {
		return nil, nil, fmt.Errorf("a policy for %q, not for %s", of, name)
	}
	net, err := nn.Load(f)
	if err != nil {
		return nil, nil, err
	}
	policy, err := control.NewPolicy(net, c.env)
	return policy, net, err
}

// metaEnvironment is the key of a saved policy's environment.
const metaEnvironment = "environment"

// meta returns what a saved policy says of its run.
func (c *controller) meta(r *controlResult) map[string]string {
	o := &c.options
	return map[string]string{
		metaEnvironment: r.Environment,
		"seed":          strconv.FormatUint(o.Seed, 10),
		"generations":   fmt.Sprintf("%d of %d", r.Kept, o.Generations),
		"pairs":         strconv.Itoa(o.Pairs),
		"episodes":      strconv.Itoa(c.episodes),
		"sigma":         strconv.FormatUint(uint64(o.Sigma), 10),
		"rate":          c.rate.String(),
		"mean_reward":   fmt.Sprintf("%.2f", r.MeanReward),
	}
}

// report draws the episode if that is asked for, and prints the result. That comes even
// if the picture could not be written.
func (c *controller) report(s *console.Streams, r *controlResult, policy *control.Policy) error {
	drawErr := c.draw(policy)
	if drawErr == nil {
		r.Frames = c.frames
	}
	if c.json {
		return errors.Join(drawErr, s.PrintJSON("result", r))
	}
	r.write(s.Out, s.OutStyle())
	return drawErr
}

// draw draws the first test episode to the file of --frames, if there is one.
func (c *controller) draw(policy *control.Policy) error {
	if c.frames == "" {
		return nil
	}
	paint, err := painter(c.frames)
	if err != nil {
		return err
	}
	f := film.Record(policy, c.env, c.options.Seed, control.Fresh)
	if err := durable.Write(c.frames, func(w io.Writer) error { return paint(f, w) }); err != nil {
		return fmt.Errorf("--frames: %w", err)
	}
	return nil
}

// painter returns what draws a film in the format that the file's name ends in.
func painter(path string) (func(f *film.Film, w io.Writer) error, error) {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".svg":
		return (*film.Film).WriteSVG, nil
	case ".png":
		return (*film.Film).WritePNG, nil
	}
	return nil, fmt.Errorf("--frames %s: want a name that ends in .svg or .png", path)
}

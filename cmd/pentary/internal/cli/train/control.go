package train

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/animation"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/nn/control"
	"github.com/Kaleaon/pentary-go/packed"
)

// NewControl returns the command control.
func NewControl(s *console.Streams) *cobra.Command {
	var subs []*cobra.Command
	for _, env := range control.All {
		subs = append(subs, newControlTask(env, s))
	}
	return console.WithSubcommands(&cobra.Command{
		Use:   "control",
		Short: "Train a policy for a control task or a game",
		Long: `Train a network of pents as the policy of a classic control task or a game, and test it on
episodes not used in training; or test a saved policy. The physics uses fixed-point
arithmetic, so a seed gives the same policy and the same episodes on every machine.

Training measures the policy at regular intervals, on 400 episodes not used otherwise, and
keeps the best policy. Ctrl-C discards the current generation; the policy is then tested and
saved as after a complete run.`,
		Example: "  pentary control cartpole --out pole.pent --frames pole.svg\n  pentary control cartpole --policy pole.pent --tested 1000",
	}, subs...)
}

// newControlTask returns the command that trains or tests the policy of an environment.
func newControlTask(env control.Environment, s *console.Streams) *cobra.Command {
	k := newPolicy(env)
	r := &run{kind: k, streams: s}
	var saved, frames string // file of a policy to test instead of training, and output file
	cmd := &cobra.Command{Use: k.name(), Short: k.short(), Long: k.long()}
	groups := r.groups()
	r.finish = func(o outcome) error { return draw(k, o.(*acted), frames) }
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if frames != "" {
			if _, err := painter(frames); err != nil {
				return console.UsageError{Err: err}
			}
		}
		if err := r.check(cmd.Flags()); err != nil {
			return err
		}
		if saved == "" {
			return r.begin(cmd)
		}
		for _, g := range groups {
			var wrong string
			g.Flags.VisitAll(func(f *pflag.Flag) {
				if cmd.Flags().Changed(f.Name) && !slices.Contains([]string{"policy", "frames", "tested", "seed", "json", "threads"}, f.Name) {
					wrong = f.Name
				}
			})
			if wrong != "" {
				return console.Usagef("--%s is a setting of training; --policy tests a trained policy", wrong)
			}
		}
		return testPolicy(k, s, saved, frames, r.json)
	}
	f := groups[0].Flags
	console.Input(f, &saved, "policy", "test the policy in this .pent `file`, instead of training").Ext("pent")
	f.IntVar(&k.tested, "tested", k.tested, "number of test `episodes`, which training does not use")
	console.Bound(f, "tested", 1, 1<<20)
	console.Output(f, &frames, "frames", "draw the first test episode to this .svg or .png `file`").Ext("svg", "png")
	groups.Bind(cmd)
	return cmd
}

// testPolicy tests the policy in a file.
func testPolicy(k *policy, s *console.Streams, path, frames string, json bool) error {
	f, err := packed.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := k.open(f.File); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	began := time.Now()
	o, err := k.measure()
	if err != nil {
		return err
	}
	result := o.(*acted)
	result.Seconds = time.Since(began).Seconds()
	drawErr := draw(k, result, frames)
	return errors.Join(drawErr, s.Report(json, false, result))
}

// draw draws the first test episode to the file of --frames, if set.
func draw(k *policy, r *acted, frames string) error {
	if frames == "" {
		return nil
	}
	paint, err := painter(frames)
	if err != nil {
		return err
	}
	p, err := control.NewPolicy(k.net, k.env)
	if err != nil {
		return err
	}
	scenes := animation.Record(p, k.env, k.Base.Seed, control.HeldOut)
	if err := console.Draw("--frames", frames, func(w io.Writer) error { return paint(scenes, w) }); err != nil {
		return err
	}
	r.Frames = frames
	return nil
}

// painter returns the function that writes an animation in the format given by the file extension.
func painter(path string) (func(f *animation.Animation, w io.Writer) error, error) {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".svg":
		return (*animation.Animation).WriteSVG, nil
	case ".png":
		return (*animation.Animation).WritePNG, nil
	}
	return nil, fmt.Errorf("--frames %s: want a name ending in .svg or .png", path)
}

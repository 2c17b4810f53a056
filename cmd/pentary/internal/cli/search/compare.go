package search

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/compare"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/settings"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/es/baseline"
	"github.com/Kaleaon/pentary-go/lowrank"
)

// Methods other than update rules.
const (
	fullMethod      = "full"
	randomMethod    = "random"
	prototypeMethod = "prototype"
	mendedMethod    = "mended"
	adamMethod      = "adam"
	throughMethod   = "straight-through"
	snesMethod      = "snes"
)

// ownSettings are the default settings of methods on floats, chosen on every tenth training sample
// of the digits and of MNIST.
var ownSettings = map[string]map[string]string{
	adamMethod:    {"rate": "0.001"},
	throughMethod: {"rate": "0.03"},
	snesMethod:    {"rate": "0.1", "pairs": "8"},
}

// longest is the largest --for.
const longest = 7 * 24 * time.Hour

// methodNames returns the names of all methods.
func methodNames() []string {
	var names []string
	for _, r := range settings.RuleNames {
		names = append(names, r.String())
	}
	return append(names, fullMethod, randomMethod, prototypeMethod, mendedMethod, adamMethod, throughMethod, snesMethod)
}

// comparer holds the options of the command compare.
type comparer struct {
	task    *task.Task
	length  time.Duration // training time per method
	methods []string
	data    string // folder
	svg     string // output file of the chart, or empty
	limit   console.ByteSize
	json    bool

	all   []compare.Method
	each  []*settings.Classifier // settings of each method
	setup compare.Setup
}

// NewCompare returns the command compare.
func NewCompare(s *console.Streams) *cobra.Command {
	return console.WithSubcommands(&cobra.Command{
		Use:   "compare",
		Short: "Compare training methods on a task, each for the same time",
		Long: `Train the same network on the same data by every method, for the same time, and report
the accuracy on the held-out samples.

The methods are the update rules ` + strings.Join(ruleTexts(), ", ") + `
and
  full       full-rank antithetic evolution strategies (OpenAI, arXiv 1703.03864):
             dense noise, with the task's other settings
  random     random search: keeps the best of a population of candidates if it is better
  prototype  the algorithm of this project's first prototype, unchanged
  mended     the same with a sigma and a rate large enough to move its weights
  adam       backpropagation of float32 weights with Adam, with a rate that falls to 0
  straight-through
             the same for the network of pents: float32 weights that are rounded to
             pents in products, and 8-bit activations
  snes       separable natural evolution strategy (Schaul et al., GECCO 2011) on
             float32 weights; rate is the initial sigma, in standard deviations of the
             initial weights
The last three ignore --rate, and snes ignores --pairs: set them by adam:rate=0.002.

A method can have its own settings, such as full:pairs=64:rate=0.2, and can be given
several times with different settings. A flag of train applies to all methods that do
not set it. The task's settings suit its default rule; use pentary tune to find settings
for another rule or for --rank full.

Schedules span a whole run, so the speed of each method is measured first, for 1/16 of
--for, to plan its generations. A run that deviates from the plan by more than 1/10 is
repeated, at most twice. Time is training time without the 24 measurements of accuracy.
Finally, the first rule trains again for 1/64, 1/32, … of the time, until it is as
accurate as the best run of full in the whole time.

Run it on an idle machine: other load makes the times wrong.`,
		Example: `  pentary compare digits --for 10s
  pentary compare digits --methods error-feedback,full,full:pairs=64 --svg digits.svg`,
	}, ofTasks(newCompareTask, s)...)
}

func ruleTexts() []string { return methodNames()[:len(settings.RuleNames)] }

func newCompareTask(t *task.Task, s *console.Streams) *cobra.Command {
	base := settings.NewClassifier(t)
	c := &comparer{task: t}
	cmd := &cobra.Command{
		Use:   t.Name,
		Short: t.Title,
		Long:  fmt.Sprintf("Compare training methods on %s.\n\n%s", t.Title, t.Source),
	}
	f := console.NewFlags()
	f.DurationVar(&c.length, "for", 30*time.Second, "`time` of training for each method")
	console.Renamed(f, "seconds", "for", func(text string) error {
		plain, _ := console.Decimal(text, true)
		seconds, err := strconv.ParseFloat(plain, 64)
		if err != nil || seconds > longest.Seconds() {
			return fmt.Errorf("want a number up to %v", longest.Seconds())
		}
		c.length = time.Duration(seconds * float64(time.Second))
		return nil
	})
	f.StringSliceVar(&c.methods, "methods", methodNames(), "`names` of the methods, separated by commas")
	if !t.Embedded {
		console.InputFolder(f, &c.data, "data", "`folder` of the task's IDX files, plain or gzipped")
	}
	console.Offer(f, "methods", methodNames()...)
	console.Output(f, &c.svg, "svg", "draw accuracy over time to this `file`").Ext("svg")
	console.Threads(f)
	settings.LimitFlag(f, &c.limit)
	f.BoolVar(&c.json, "json", false, "print one JSON object per line")
	groups := console.Groups{{Title: "Comparison", Flags: f}}
	for _, g := range base.Groups() {
		groups = append(groups, g.Without("generations", "early-stop", "reductions", "rule"))
	}
	groups.Bind(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		base.Complete()
		if err := c.prepare(base); err != nil {
			return console.UsageError{Err: err}
		}
		return c.run(cmd.Context(), s, base)
	}
	return cmd
}

// prepare creates the methods of the flags. Its errors are usage errors.
func (c *comparer) prepare(s *settings.Classifier) error {
	if c.length < 10*time.Millisecond || c.length > longest {
		return fmt.Errorf("--for %v: want 10ms to %v", c.length, longest)
	}
	if err := s.Check(); err != nil {
		return err
	}
	c.setup.Budget = c.length
	if len(c.methods) == 0 {
		return errors.New("--methods: want at least one method")
	}
	for i, text := range c.methods {
		if slices.Contains(c.methods[:i], text) {
			return fmt.Errorf("--methods: %s is given twice", text)
		}
		m, own, err := c.method(text, s)
		if err != nil {
			return fmt.Errorf("--methods %s: %w", text, err)
		}
		c.all, c.each = append(c.all, m), append(c.each, own)
	}
	return nil
}

// method returns the method of a text, a name with optional settings, and all its settings.
func (c *comparer) method(text string, common *settings.Classifier) (compare.Method, *settings.Classifier, error) {
	parts := strings.Split(text, ":")
	name := settings.NameOfRule(parts[0])
	if !slices.Contains(methodNames(), name) {
		return compare.Method{}, nil, console.OneOf(name, methodNames())
	}
	texts := settings.Texts(common)
	if name == fullMethod || name == settings.QES.String() {
		texts["noise"] = lowrank.PerturbWeights.String() // the only estimator for this method
	}
	maps.Copy(texts, ownSettings[name])
	for _, part := range parts[1:] {
		flag, value, found := strings.Cut(part, "=")
		switch _, known := texts[flag]; {
		case !found:
			return compare.Method{}, nil, fmt.Errorf("%q, want flag=value", part)
		case !known:
			return compare.Method{}, nil, fmt.Errorf("unknown setting %q%s", flag, console.DidYouMean(flag, slices.Collect(maps.Keys(texts))))
		case slices.Contains([]string{"generations", "hidden", "seed", "early-stop", "reductions", "rule"}, flag):
			return compare.Method{}, nil, fmt.Errorf("methods cannot differ in %s", flag)
		}
		texts[flag] = value
	}
	switch {
	case slices.Contains(ruleTexts(), name):
		texts["rule"] = name
	case name == fullMethod:
		texts["rank"] = settings.FullRank
	}
	s := settings.NewClassifier(c.task)
	if err := settings.SetTexts(s, texts); err != nil {
		return compare.Method{}, nil, err
	}
	if err := s.Check(); err != nil {
		return compare.Method{}, nil, err
	}
	return c.methodOf(name, text, s), s, nil
}

// methodOf returns the named method with the settings.
func (c *comparer) methodOf(name, title string, s *settings.Classifier) (m compare.Method) {
	defer func() { m.Shift = s.Shift }()
	seed, members := s.Base.Seed, 2*s.Base.Pairs
	switch name {
	case randomMethod:
		return compare.RandomSearch(title, seed, members, s.Batch)
	case prototypeMethod:
		return compare.Prototype(title, baseline.PrototypeOptions{Seed: seed, Members: 100}, s.Batch)
	case mendedMethod:
		return compare.Prototype(title, baseline.PrototypeOptions{
			Seed: seed, Members: 100, Rank: 8, Sigma: es.Ratio(1, 2), Rate: es.Ratio(1, 1),
		}, s.Batch)
	}
	rate := float64(s.Rule.Rate.Q16()) / (1 << 16)
	switch name {
	case adamMethod, throughMethod:
		return compare.Backprop(title, seed, s.Batch, rate, name == throughMethod)
	case snesMethod:
		return compare.SNES(title, seed, s.Base.Pairs, s.Batch, rate)
	}
	m = compare.Strategy(title, s.Options(), s.Batch)
	m.Baseline = name == fullMethod
	m.Settings = settings.Meta(s)
	delete(m.Settings, "schedule") // it includes the generations, which are not known yet
	return m
}

func (c *comparer) run(ctx context.Context, s *console.Streams, common *settings.Classifier) error {
	if err := c.task.Check(c.data); err != nil {
		return console.UsageError{Err: err}
	}
	train, test, err := c.task.Load(c.data)
	if err != nil {
		return err
	}
	c.setup.Seed, c.setup.Widths = common.Base.Seed, common.Widths(train.Features, train.Classes)
	c.setup.Train, c.setup.Test = train, test
	if err := checkMemory(c.each, train, c.floatBytes(), c.limit); err != nil {
		return err
	}
	for _, m := range c.all {
		if err := c.setup.Check(m); err != nil {
			return console.UsageError{Err: err}
		}
	}
	o := &compareObserver{Printer: console.NewPrinter(s, c.json), comparer: c}
	c.setup.Progress = o.progress
	r := newCompareResult(c, common)
	o.start(r)
	for _, m := range c.all {
		result, err := c.setup.Run(ctx, m, c.setup.Budget, "")
		if err != nil {
			return err
		}
		if result.Generations > 0 || !result.Interrupted {
			r.Methods = append(r.Methods, result)
			o.method(result)
		}
		if ctx.Err() != nil {
			break
		}
	}
	if ctx.Err() == nil {
		if r.Equal, err = c.equal(ctx, r.Methods); err != nil {
			return err
		}
	}
	o.Clear()
	r.Interrupted = ctx.Err() != nil
	return c.finish(s, r)
}

// floatBytes returns the memory of the largest network of float32 weights among the methods.
func (c *comparer) floatBytes() (most int) {
	weights, widths := 0, c.setup.Widths
	for i, in := range widths[:len(widths)-1] {
		weights += in * widths[i+1]
	}
	for _, m := range c.all {
		most = max(most, m.FloatBytes*weights)
	}
	return most
}

// checkMemory returns an error if the largest of several consecutive runs, together with beside
// bytes, needs more memory than is available or than limit allows.
func checkMemory(runs []*settings.Classifier, train *data.Dataset, beside int, limit console.ByteSize) error {
	most := beside
	for _, s := range runs {
		most = max(most, beside+settings.NetworkMemory(s.Widths(train.Features, train.Classes), s.Options(), s.Batch))
	}
	return settings.CheckMemory(console.ByteSize(most), limit)
}

// equal compares the first rule with the best run of full rank, if there are both.
func (c *comparer) equal(ctx context.Context, results []*compare.Result) (*compare.Equal, error) {
	slow := -1
	for i, m := range c.all {
		name, _, _ := strings.Cut(m.Name, ":")
		if name == fullMethod && (slow < 0 || results[i].Accuracy > results[slow].Accuracy) {
			slow = i
		}
	}
	fast := slices.IndexFunc(c.all, func(m compare.Method) bool { return !m.Baseline })
	if slow < 0 || fast < 0 {
		return nil, nil
	}
	e := &compare.Equal{
		Slow: results[slow].Method, Fast: results[fast].Method, Target: results[slow].Accuracy,
		Reaches: compare.Reaches(results[slow], results[fast]),
	}
	for _, part := range compare.ShortParts {
		if e.Reached() != nil {
			return e, nil
		}
		r, err := c.setup.Run(ctx, c.all[fast], c.setup.Budget/time.Duration(part), fmt.Sprintf("1/%d of the time", part))
		if err != nil || r.Interrupted {
			return e, err
		}
		e.Shorts = append(e.Shorts, compare.Short{Part: part, Seconds: r.Seconds, Accuracy: r.Accuracy})
	}
	if e.Reached() == nil {
		e.Shorts = append(e.Shorts, compare.Short{Part: 1, Seconds: results[fast].Seconds, Accuracy: results[fast].Accuracy})
	}
	return e, nil
}

// finish draws the chart and reports the result.
func (c *comparer) finish(s *console.Streams, r *compareResult) error {
	svg := c.svg
	if len(r.Methods) == 0 {
		svg = ""
	}
	title := fmt.Sprintf("pentary compare %s: %s, %s s each", c.task.Name, r.Network, number(c.length.Seconds()))
	err := console.Draw("--svg", svg, compare.Plot(r.Methods, title).WriteSVG)
	if err == nil {
		r.drew = svg
	}
	if reported := s.Report(c.json, r.Interrupted, r); err == nil {
		err = reported
	}
	return err
}

// number formats a number of seconds without meaningless digits.
func number(v float64) string {
	if v >= 100 {
		return fmt.Sprintf("%.0f", math.Round(v))
	}
	return fmt.Sprintf("%.3g", v)
}

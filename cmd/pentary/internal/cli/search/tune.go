// Package search holds the commands compare and tune.
package search

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/settings"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/tune"
)

// judgedEvery is the interval of training samples that are held out to measure configurations.
const judgedEvery = 5

// tuner holds the options of the command tune.
type tuner struct {
	task  *task.Task
	plan  tune.Plan
	vary  []string
	data  string // folder
	dir   string // folder of the log and the charts, or empty
	limit console.ByteSize
	json  bool

	networks architecture

	// The search: the initial settings by flag, and the space.
	start          map[string]string
	given          []string // flags set on the command line
	space          tune.Space
	configurations []tune.Configuration

	train, validation *data.Dataset
}

// NewTune returns the command tune.
func NewTune(s *console.Streams) *cobra.Command {
	return console.WithSubcommands(&cobra.Command{
		Use:   "tune",
		Short: "Search for the best settings or network for a task",
		Long: fmt.Sprintf(`Search for the best settings for a task by successive halving: many configurations,
drawn with the seed, train with a small budget; the best of them train again with a budget
--eta times as large, and so on. The task's own settings are one of the configurations.

Every %dth training sample is held out to measure the configurations; the test samples are
not used. The budget counts member-samples, which are evaluations of one sample by one
member of a population, so the same command finds the same settings on every machine. With
a large rank or the rule qes, runs with the same budget take longer.

A flag of train applies to all configurations and is not varied. --architecture searches
over networks: the number of hidden layers and their widths. The score is
100·accuracy − price·log2(bytes/1024): a network with twice the bytes must be more accurate
by --price percentage points. Bytes are the size of the weights in a file, three bits each.
The front lists the networks for which no smaller network is as accurate, each with its
last run.

--dir keeps all results. After an interrupt or a kill, the same command continues with the
interrupted run.`, judgedEvery),
		Example: `  pentary tune digits --dir tuned
  pentary tune digits --rank 1 --configurations 81
  pentary tune digits --vary hidden=32,64,128-64 --vary rate=0.1,0.2,0.4
  pentary tune digits --architecture --depths 1,2 --widths 8,16,32 --dir nets`,
	}, ofTasks(newTuneTask, s)...)
}

// ofTasks returns one command per task.
func ofTasks(newCommand func(*task.Task, *console.Streams) *cobra.Command, s *console.Streams) []*cobra.Command {
	var all []*cobra.Command
	for _, t := range task.All {
		all = append(all, newCommand(t, s))
	}
	return all
}

func newTuneTask(t *task.Task, s *console.Streams) *cobra.Command {
	base := settings.NewClassifier(t)
	u := &tuner{task: t, plan: tune.Plan{Configurations: 27, Eta: 3, Budget: samples(base)}, networks: defaultArchitecture(t)}
	cmd := &cobra.Command{
		Use:   t.Name,
		Short: t.Title,
		Long:  fmt.Sprintf("Search for the best settings or network for %s.\n\n%s", t.Title, t.Source),
	}
	f := console.NewFlags()
	console.OutputFolder(f, &u.dir, "dir", "keep results and plots in this `folder`, and continue from the results in it",
		func() []string { return append(tune.Files(), budgetsPlot, parametersPlot, frontPlot) })
	if !t.Embedded {
		console.InputFolder(f, &u.data, "data", "`folder` of the task's IDX files, plain or gzipped")
	}
	f.IntVar(&u.plan.Configurations, "configurations", u.plan.Configurations, "number of configurations in the first, shortest runs")
	f.IntVar(&u.plan.Budget, "budget", u.plan.Budget, "`member-samples` of the longest runs")
	f.IntVar(&u.plan.Eta, "eta", u.plan.Eta, "1/eta of the configurations train again, in runs eta times as long")
	f.StringArrayVar(&u.vary, "vary", nil, varyUsage(t))
	console.Offer(f, "vary", starts(base)...)
	console.Threads(f)
	settings.LimitFlag(f, &u.limit)
	f.BoolVar(&u.json, "json", false, "print one JSON object per line")
	groups := console.Groups{{Title: "Search", Flags: f}}
	u.networks.flags(groups.Add("Search over networks"))
	for _, g := range base.Groups() {
		groups = append(groups, g.Without("generations", "early-stop", "reductions"))
	}
	groups.Bind(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		base.Complete()
		if err := u.prepare(cmd.Flags(), base); err != nil {
			return console.UsageError{Err: err}
		}
		return u.run(cmd.Context(), s)
	}
	return cmd
}

// starts returns the beginnings of values of --vary.
func starts(s *settings.Classifier) []string {
	var texts []string
	for _, name := range slices.Sorted(maps.Keys(settings.Texts(s))) {
		texts = append(texts, name+"=")
	}
	return texts
}

// samples returns the member-samples of a run.
func samples(s *settings.Classifier) int { return s.Base.Generations * generationSamples(s) }

// generationSamples returns the member-samples of a generation.
func generationSamples(s *settings.Classifier) int { return 2 * s.Base.Pairs * s.Batch }

// varied returns the default space of a search for the task.
func varied(t *task.Task) tune.Space {
	numbers := func(name string, n ...int) tune.Parameter {
		p := tune.Parameter{Name: name}
		for _, v := range n {
			p.Values = append(p.Values, strconv.Itoa(v))
		}
		return p
	}
	sigma, pairs := int(t.Options.SigmaShift()), t.Options.Pairs
	return tune.Space{
		numbers("sigma", max(sigma-1, 0), max(sigma-1, 0)+1, sigma+1, sigma+2),
		{Name: "rate", Values: []string{"0.1", "0.15", "0.2", "0.3", "0.45", "0.6"}},
		numbers("rank", 1, 4, 16),
		numbers("pairs", pairs/4, pairs/2, pairs, 2*pairs),
		numbers("batch", t.Batch/2, t.Batch, 2*t.Batch, 4*t.Batch),
		{Name: "rule", Values: []string{"error-feedback", "error-feedback4", "stochastic", "threshold"}},
		{Name: "share", Values: []string{"0.01", "0.02", "0.05", "0.1"}},
	}
}

// varyUsage returns the usage of the flag --vary.
func varyUsage(t *task.Task) string {
	var b strings.Builder
	b.WriteString("a flag of train and the values to try, `flag=values`, such as rate=0.1,0.2; repeat --vary for each flag to vary; other flags keep their values. " +
		"For --hidden, join the widths of a network with dashes: hidden=64,128-32 tries one and two layers. Default: ")
	for i, p := range varied(t) {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(p.Name + "=" + strings.Join(p.Values, ","))
	}
	return b.String()
}

// prepare creates the search of the flags. Its errors are usage errors.
func (u *tuner) prepare(flags *pflag.FlagSet, s *settings.Classifier) error {
	switch p := u.plan; {
	case p.Configurations < 1 || p.Configurations > 10_000:
		return fmt.Errorf("--configurations %d: want 1 to 10000", p.Configurations)
	case p.Eta < 2 || p.Eta > 100:
		return fmt.Errorf("--eta %d: want 2 to 100", p.Eta)
	case p.Budget < 1:
		return fmt.Errorf("--budget %d: want at least 1", p.Budget)
	}
	if err := s.Check(); err != nil {
		return err
	}
	if err := u.networks.check(flags); err != nil {
		return err
	}
	u.start = settings.Texts(s)
	delete(u.start, "generations")
	delete(u.start, "early-stop")
	delete(u.start, "reductions")
	flags.Visit(func(f *pflag.Flag) {
		if _, ok := u.start[f.Name]; ok {
			u.given = append(u.given, f.Name)
		}
	})
	if err := u.setSpace(); err != nil {
		return err
	}
	first, err := u.key(nil)
	if err != nil {
		return err
	}
	u.configurations, err = u.space.Draw(s.Base.Seed, u.plan.Configurations, first, u.key)
	u.plan.Configurations = len(u.configurations)
	return err
}

// setSpace sets the space of the search.
func (u *tuner) setSpace() error {
	if u.networks.on {
		u.space = u.networks.space()
	} else if len(u.vary) == 0 {
		for _, p := range varied(u.task) {
			if !slices.Contains(u.given, p.Name) {
				u.space = append(u.space, p)
			}
		}
	}
	for _, text := range u.vary {
		p, err := tune.ParseParameter(text)
		switch {
		case err != nil:
			return fmt.Errorf("--vary %w", err)
		case u.start[p.Name] == "":
			return fmt.Errorf("--vary %s: no such setting%s", p.Name, console.DidYouMean(p.Name, slices.Collect(maps.Keys(u.start))))
		case u.networks.on && p.Name == "hidden":
			return errors.New("--vary hidden: conflicts with --architecture, which varies it")
		case slices.ContainsFunc(u.space, func(q tune.Parameter) bool { return q.Name == p.Name }):
			return fmt.Errorf("--vary %s: is given twice", p.Name)
		}
		for _, v := range p.Values {
			if err := settings.SetTexts(settings.NewClassifier(u.task), map[string]string{p.Name: flagText(v)}); err != nil {
				return fmt.Errorf("--vary %s: %w", p.Name, err)
			}
		}
		u.space = append(u.space, p)
	}
	return nil
}

// flagText returns the value of a flag for a value in --vary, where commas separate values.
func flagText(value string) string {
	if strings.Trim(value, "0123456789-") != "" { // such as error-feedback
		return value
	}
	return strings.ReplaceAll(value, "-", ",")
}

// texts returns the settings of a configuration by flag.
func (u *tuner) texts(c tune.Configuration) map[string]string {
	texts := maps.Clone(u.start)
	for name, value := range u.space.Texts(c) {
		texts[name] = flagText(value)
	}
	u.networks.join(texts)
	return texts
}

// values returns the values of a configuration for the named parameters or settings, in the form of
// the space. Values without effect for the configuration's rule or network are empty.
func (u *tuner) values(configuration int, names []string) []string {
	s, err := u.settingsOf(u.configurations[configuration], 0)
	if err != nil {
		panic(err) // cannot happen: the configuration has been drawn
	}
	texts := settings.Texts(s)
	u.networks.split(texts, s.Hidden)
	values := make([]string, len(names))
	for i, name := range names {
		if settings.Takes(texts, name) {
			values[i] = strings.ReplaceAll(texts[name], ",", "-")
		}
	}
	return values
}

// varying returns the names of the settings that vary.
func (u *tuner) varying() []string {
	var names []string
	if u.networks.on {
		names = append(names, "hidden")
	}
	for _, p := range u.space {
		if _, ok := u.start[p.Name]; ok { // excludes the parameters of a network
			names = append(names, p.Name)
		}
	}
	return names
}

// settingsOf returns the settings of a configuration for a run with budget member-samples.
func (u *tuner) settingsOf(c tune.Configuration, budget int) (*settings.Classifier, error) {
	s := settings.NewClassifier(u.task)
	if err := settings.SetTexts(s, u.texts(c)); err != nil {
		return nil, err
	}
	if err := s.Check(); err != nil {
		return nil, err
	}
	s.Base.Generations = max(1, budget/generationSamples(s))
	return s, nil
}

// key returns a text that is equal for configurations with equal training.
func (u *tuner) key(c tune.Configuration) (string, error) {
	s, err := u.settingsOf(c, 0)
	if err != nil {
		return "", err
	}
	return fmt.Sprint(s.Options(), s.Hidden, s.Batch, s.Shift), nil
}

// tuneHeader identifies a search: searches with equal headers have equal results.
type tuneHeader struct {
	Format         int               `json:"format"`
	Task           string            `json:"task"`
	Data           string            `json:"data_sha256"`
	TrainSamples   int               `json:"train_samples"`
	Validation     int               `json:"validation_samples"`
	Configurations int               `json:"configurations"`
	Eta            int               `json:"eta"`
	Rungs          []tune.Rung       `json:"rungs"`
	Price          string            `json:"price,omitempty"` // for a search over networks
	Settings       map[string]string `json:"settings"`        // initial settings of the search
	Space          tune.Space        `json:"space"`
}

func (u *tuner) run(ctx context.Context, s *console.Streams) error {
	if err := u.task.Check(u.data); err != nil {
		return console.UsageError{Err: err}
	}
	all, _, err := u.task.Load(u.data)
	if err != nil {
		return err
	}
	u.train, u.validation = all.HoldOut(judgedEvery)
	if err := u.checkMemory(); err != nil {
		return err
	}
	search := &tune.Search{Rungs: u.plan.Rungs()}
	if u.networks.on {
		search.Price = tune.Price(u.networks.price.Q16())
	}
	header := tuneHeader{
		Format: 1, Task: u.task.Name, Data: fmt.Sprintf("%x", data.Hash(all)),
		TrainSamples: u.train.Len(), Validation: u.validation.Len(),
		Configurations: len(u.configurations), Eta: u.plan.Eta, Rungs: search.Rungs,
		Settings: u.start, Space: u.space,
	}
	if u.networks.on {
		header.Price = u.networks.price.String()
	}
	o := &tuneObserver{Printer: console.NewPrinter(s, u.json), tuner: u, search: search}
	record := func(tune.Trial) error { return nil }
	var known []tune.Trial
	if u.dir != "" {
		log, trials, dropped, err := tune.OpenLog(u.dir, struct {
			Event string `json:"event"`
			tuneHeader
		}{"tune", header})
		if err != nil {
			return fmt.Errorf("--dir: %w", err)
		}
		defer log.Close()
		record, known = log.Append, trials
		o.resume(len(trials), dropped)
	}
	o.start(header)
	began := time.Now()
	err = search.Run(ctx, known, func(ctx context.Context, rung, c int) (tune.Trial, error) {
		return u.trial(ctx, o, search.Rungs[rung], rung, c)
	}, func(t tune.Trial) error {
		o.trial(t)
		return record(t)
	})
	o.Clear()
	interrupted := errors.Is(err, context.Canceled)
	if err != nil && !interrupted {
		return err
	}
	return u.finish(s, search, time.Since(began).Seconds(), interrupted)
}

// checkMemory returns an error if a configuration needs more memory than is available or than the
// limit allows.
func (u *tuner) checkMemory() error {
	runs := make([]*settings.Classifier, len(u.configurations))
	for i, c := range u.configurations {
		var err error
		if runs[i], err = u.settingsOf(c, 0); err != nil {
			return err
		}
	}
	return checkMemory(runs, u.train, 0, u.limit)
}

// trial trains a configuration and measures its accuracy on the validation samples.
func (u *tuner) trial(ctx context.Context, o *tuneObserver, rung tune.Rung, r, c int) (tune.Trial, error) {
	fail := func(err error) (tune.Trial, error) {
		return tune.Trial{}, fmt.Errorf("configuration %d (%s): %w", c, u.describe(c), err)
	}
	s, err := u.settingsOf(u.configurations[c], rung.Budget)
	if err != nil {
		return fail(err)
	}
	net := nn.NewMLP(s.Base.Seed, s.Widths(u.train.Features, u.train.Classes)...)
	began := time.Now()
	err = task.Train(ctx, net, s.Samples(u.train), s.Batch, s.Options(), func(stats es.Stats) error {
		o.generation(r, c, stats.Finished, s)
		return nil
	})
	if ctx.Err() != nil {
		return tune.Trial{}, err
	} else if err != nil {
		return fail(err)
	}
	seconds := time.Since(began).Seconds()
	correct, err := net.Accuracy(u.validation)
	if err != nil {
		return fail(err)
	}
	weights := report.WeightsOf(net.File(nil).Tensors...)
	return tune.Trial{
		Rung: r, Configuration: c, Generations: s.Base.Generations, Samples: samples(s),
		Correct: correct, Total: u.validation.Len(), Bytes: weights.Bytes, Seconds: seconds,
		SHA256: weights.SHA256,
	}, nil
}

// describe returns the varying settings of a configuration, for example "sigma 3, rank 1".
func (u *tuner) describe(c int) string {
	var parts []string
	names := u.varying()
	for i, v := range u.values(c, names) {
		if v != "" {
			parts = append(parts, names[i]+" "+v)
		}
	}
	return cmp.Or(strings.Join(parts, ", "), "no choice")
}

// command returns the command line that trains a configuration on all training samples with the
// budget of the longest runs.
func (u *tuner) command(c int) []string {
	configuration := u.configurations[c]
	s, err := u.settingsOf(configuration, u.plan.Budget)
	if err != nil {
		panic(err) // cannot happen: the configuration has been trained
	}
	args := []string{"pentary", "train", u.task.Name, "--generations", strconv.Itoa(s.Base.Generations)}
	if u.data != "" {
		args = append(args, "--data", u.data)
	}
	texts, varying := u.texts(configuration), u.varying()
	for _, g := range s.Groups() {
		g.Flags.VisitAll(func(f *pflag.Flag) {
			if settings.Takes(texts, f.Name) && (slices.Contains(varying, f.Name) || slices.Contains(u.given, f.Name)) {
				args = append(args, "--"+f.Name, texts[f.Name])
			}
		})
	}
	return args
}

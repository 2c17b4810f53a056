package search

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/settings"
	"github.com/Kaleaon/pentary-go/internal/durable"
	"github.com/Kaleaon/pentary-go/tune"
)

// tuneObserver shows the progress of a search.
type tuneObserver struct {
	*console.Printer
	tuner  *tuner
	search *tune.Search
	best   tune.Trial // of the rung, by score
	total  int        // member-samples of the search
	done   int        // member-samples of finished runs in this process
	began  time.Time
}

// resume reports the contents of a log.
func (o *tuneObserver) resume(trials, dropped int) {
	if trials == 0 && dropped == 0 {
		return
	}
	o.Print(console.Event{
		Name: "resumed", Log: []any{"runs", trials, "dropped_bytes", dropped},
		Text: func(report.Style) string {
			text := fmt.Sprintf("Continuing after %d runs", trials)
			if dropped > 0 {
				text += fmt.Sprintf("; the log ended with an incomplete line of %d bytes", dropped)
			}
			return text + "\n"
		},
	})
}

func (o *tuneObserver) start(h tuneHeader) {
	o.began = time.Now()
	for _, r := range h.Rungs {
		o.total += r.Size * r.Budget
	}
	o.Print(console.Event{
		Name: "tune", Message: "tuning", Fields: h,
		Log: []any{
			"task", h.Task, "configurations", h.Configurations, "rungs", len(h.Rungs), "member_samples", o.total,
			"train_samples", h.TrainSamples, "validation_samples", h.Validation,
		},
		Text: func(s report.Style) string {
			return fmt.Sprintf("%s  %s\n", s.Bold("Tuning "+h.Task), s.Dim(fmt.Sprintf(
				"%s member-samples: %s", report.Rate(float64(o.total)), rungsText(h.Rungs))))
		},
	})
}

// rungsText returns a description of the rungs, for example "27 runs of 1.46 M, 9 of 4.37 M".
func rungsText(rungs []tune.Rung) string {
	parts := make([]string, len(rungs))
	for i, r := range rungs {
		parts[i] = fmt.Sprintf("%d of %s", r.Size, report.Rate(float64(r.Budget)))
	}
	return strings.Replace(strings.Join(parts, ", "), " of", " runs of", 1)
}

// generation reports a generation of a run.
func (o *tuneObserver) generation(rung, configuration, generation int, s *settings.Classifier) {
	o.Bar(func() (int, int, string) {
		known, first, last := 0, 0, len(o.search.Trials)
		for r, t := range o.search.Trials {
			known += t.Samples
			if t.Rung < rung {
				first = r + 1
			}
		}
		now := generation * generationSamples(s)
		left := max(0, o.total-known-now)
		eta := time.Since(o.began).Seconds() / float64(max(1, o.done+now)) * float64(left)
		text := fmt.Sprintf("rung %d/%d  run %d/%d", rung+1, len(o.search.Rungs), last-first+1, o.search.Rungs[rung].Size)
		if o.best.Total > 0 {
			text += "  best " + report.Percent(o.best.Correct, o.best.Total)
		}
		text += fmt.Sprintf("  %s  ETA %s", o.tuner.describe(configuration), console.Duration(eta))
		return o.total - left, o.total, text
	})
}

// trial reports a finished run.
func (o *tuneObserver) trial(t tune.Trial) {
	o.done += t.Samples
	if t.Rung != o.best.Rung || o.search.Price.Score(t) > o.search.Price.Score(o.best) {
		o.best = t
	}
	o.Print(console.Event{Name: "trial", Message: "run", Fields: o.tuner.report(o.search, t), Log: []any{
		"rung", t.Rung + 1, "configuration", t.Configuration, "settings", o.tuner.describe(t.Configuration),
		"validation_accuracy", fmt.Sprintf("%.4f", t.Accuracy()), "bytes", t.Bytes, "seconds", fmt.Sprintf("%.2f", t.Seconds),
	}})
}

// tuneTrial is the JSON object of a run.
type tuneTrial struct {
	tune.Trial
	Accuracy float64           `json:"validation_accuracy"`
	Score    *float64          `json:"score,omitempty"` // for a search over networks, see tune.Price
	Front    bool              `json:"front,omitempty"` // in the result of such a search: whether no smaller network is as accurate
	Settings map[string]string `json:"settings"`        // varying settings, without parameters of other rules
}

// report returns the JSON object of a run.
func (u *tuner) report(search *tune.Search, t tune.Trial) tuneTrial {
	r := tuneTrial{Trial: t, Accuracy: t.Accuracy(), Settings: map[string]string{}}
	names := u.varying()
	for i, v := range u.values(t.Configuration, names) {
		if v != "" {
			r.Settings[names[i]] = v
		}
	}
	if u.networks.on {
		score := search.Price.Score(t)
		r.Score = &score
	}
	return r
}

// tuneResult is the last object printed by --json.
type tuneResult struct {
	Task        string      `json:"task"`
	Ranking     []tuneTrial `json:"ranking"` // the last run of each configuration, best first
	Command     []string    `json:"command"` // command that trains the best configuration
	Seconds     float64     `json:"seconds"` // time of this process
	Interrupted bool        `json:"interrupted"`
	Plots       []string    `json:"plots,omitempty"`

	tuner *tuner
}

// finish draws the charts and reports the result.
func (u *tuner) finish(s *console.Streams, search *tune.Search, seconds float64, interrupted bool) error {
	r := &tuneResult{tuner: u, Task: u.task.Name, Ranking: []tuneTrial{}, Seconds: seconds, Interrupted: interrupted}
	ranking := search.Ranking()
	front := tune.Front(ranking)
	for _, t := range ranking {
		text := u.report(search, t)
		text.Front = u.networks.on && slices.Contains(front, t)
		r.Ranking = append(r.Ranking, text)
	}
	if len(r.Ranking) > 0 {
		r.Command = u.command(r.Ranking[0].Configuration)
		if u.dir != "" {
			var err error
			if r.Plots, err = u.draw(search); err != nil {
				return err
			}
		}
	}
	return s.Report(u.json, interrupted, r)
}

// differences returns a function that labels configurations of the last rung by number and by the
// settings in which they differ.
func (u *tuner) differences(search *tune.Search) func(configuration int) string {
	ranking, names := search.Ranking(), u.varying()
	differ := make([]bool, len(names))
	for _, t := range ranking {
		if t.Rung == ranking[0].Rung {
			for i, v := range u.values(t.Configuration, names) {
				differ[i] = differ[i] || v != u.values(ranking[0].Configuration, names)[i]
			}
		}
	}
	return func(c int) string {
		var parts []string
		for i, v := range u.values(c, names) {
			if differ[i] && v != "" {
				parts = append(parts, names[i]+" "+v)
			}
		}
		return strings.TrimSuffix(fmt.Sprintf("%d: %s", c, strings.Join(parts, ", ")), ": ")
	}
}

// draw draws the charts and returns their files.
func (u *tuner) draw(search *tune.Search) ([]string, error) {
	p := &plots{search, "pentary tune " + u.task.Name}
	name := u.differences(search)
	if u.networks.on {
		p.title += " --architecture"
		name = func(c int) string { return u.values(c, []string{"hidden"})[0] }
	}
	var names []string // names in the space
	for _, parameter := range u.space {
		names = append(names, parameter.Name)
	}
	plots := []struct {
		name  string
		write func(io.Writer) error
	}{
		{budgetsPlot, func(out io.Writer) error {
			return p.writeBudgets(out, name)
		}},
		{parametersPlot, func(out io.Writer) error {
			return p.writeParameters(out, u.space, func(c int) []string { return u.values(c, names) })
		}},
		{frontPlot, func(out io.Writer) error {
			return p.writeFront(out, name)
		}},
	}
	if !u.networks.on {
		plots = plots[:2]
	}
	var files []string
	for _, plot := range plots {
		path := filepath.Join(u.dir, plot.name)
		if err := durable.Write(path, plot.write); err != nil {
			return nil, fmt.Errorf("--dir: %w", err)
		}
		files = append(files, path)
	}
	return files, nil
}

// Write prints the result as text.
func (r *tuneResult) Write(p *report.Printer) {
	u := r.tuner
	heading := []string{"no.", "rung", "validation", "score", "bytes", "front", "member-samples", "seconds"}
	heading = append(heading, u.varying()...)
	var rows [][]string
	for _, t := range r.Ranking {
		var score, bytes, front string // columns of a search over networks
		if t.Score != nil {
			score, bytes = fmt.Sprintf("%.2f", *t.Score), report.Count(t.Bytes)
		}
		if t.Front {
			front = "*"
		}
		row := []string{
			strconv.Itoa(t.Configuration), strconv.Itoa(t.Rung + 1), fmt.Sprintf("%.2f %%", 100*t.Accuracy),
			score, bytes, front, report.Rate(float64(t.Samples)), fmt.Sprintf("%.2f", t.Seconds),
		}
		rows = append(rows, append(row, u.values(t.Configuration, u.varying())...))
	}
	p.Printf("%s  %s\n", p.Bold("Configurations"), p.Dim(fmt.Sprintf(
		"best first, by last run; no. 0 has the task's settings; %s validation samples", report.Count(u.validation.Len()))))
	p.Table(0, heading, rows)
	if u.networks.on {
		fmt.Fprintln(p, p.Dim(fmt.Sprintf("score: accuracy minus %v points per doubling of the bytes beyond 1024; *: on the front", &u.networks.price)))
	}
	fmt.Fprintln(p)
	for _, file := range r.Plots {
		p.Printf("Drew %s\n", file)
	}
	if len(r.Command) > 0 {
		p.Printf("Train the best with\n  %s\n", p.Good(console.ShellLine(r.Command...)))
	}
	if r.Interrupted {
		text := "Interrupted"
		if u.dir != "" {
			text += "; repeat the command to continue"
		}
		fmt.Fprintln(p, text)
	}
}

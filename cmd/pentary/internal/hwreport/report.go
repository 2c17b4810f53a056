// Package hwreport writes the results of the hardware model as one self-contained HTML page. Text
// and layout of the page are in page.html.
package hwreport

import (
	"context"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/chart"
	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/hwmodel/crossbar"
	"github.com/Kaleaon/pentary-go/internal/hw/claims"
	"github.com/Kaleaon/pentary-go/internal/hw/cycles"
	"github.com/Kaleaon/pentary-go/internal/hw/energy"
	"github.com/Kaleaon/pentary-go/nn"
)

// Report is the data of the page.
type Report struct {
	Name, Shape string  // name and shape of the network
	Accuracy    float64 // of the exact network
	Run         *traced
	Worn        *worn
	Aged        *aged
	Claims      []claims.Finding
}

//go:embed page.html
var page string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"class":   func(v claims.Verdict) string { return strings.ReplaceAll(string(v), " ", "-") },
	"percent": func(v float64) string { return fmt.Sprintf("%.1f %%", 100*v) },
	"times":   func(a, b float64) float64 { return a * b },
	"of":      share[float64],
	"part":    share[int64],
	"short":   func(v any) string { return chart.Prefixed(number(v)) },
	"joules":  joules,
	"nanos":   nanoseconds,
	"png":     heatmap,
	"chip":    func() crossbar.Config { return Chip },
	"points":  energy.OperatingPoints,
	"macros":  energy.Published,
	"bars":    macroBars,
	"stall":   func(reason int) string { return cycles.Stall(reason).String() },
}).Parse(page))

// Write writes the page.
func (r *Report) Write(out io.Writer) error { return pageTemplate.Execute(out, r) }

// share returns part/whole.
func share[T float64 | int64](part, whole T) float64 { return float64(part) / float64(whole) }

func number(v any) float64 {
	switch v := v.(type) {
	case int64:
		return float64(v)
	case uint32:
		return float64(v)
	}
	return v.(float64)
}

// joules formats an energy given in pJ.
func joules(pj float64) string { return scaled("%.3g %s", pj, "pJ", "nJ", "µJ", "mJ", "J") }

// nanoseconds formats a time given in ns.
func nanoseconds(ns float64) string { return scaled("%g %s", ns, "ns", "µs", "ms") }

// scaled formats a number in the first unit in which it is below 1000. Each unit is 1000 times the
// previous one.
func scaled(format string, v float64, units ...string) string {
	for len(units) > 1 && v >= 999.5 {
		v /= 1000
		units = units[1:]
	}
	return fmt.Sprintf(format, v, units[0])
}

// Held returns the number of claims that hold.
func (r *Report) Held() (n int) {
	for _, f := range r.Claims {
		if f.Verdict == claims.Confirmed || f.Verdict == claims.Understated {
			n++
		}
	}
	return n
}

// idle is the state of a core that waits for a time, with its mean power as a fraction of full
// power.
type idle struct {
	Nanoseconds float64
	State       string
	Power       float64
}

// Idle returns the states for some waiting times.
func (r *Report) Idle() (all []idle) {
	for _, ns := range []float64{1, 10, 60, 200, 1000, 10_000, 1e6} {
		state, power := energy.Idle(ns)
		all = append(all, idle{ns, state.Name, power})
	}
	return all
}

// Subject is the subject of a report: a trained network, and the options for training it further.
type Subject struct {
	Name        string // name of the network in the report
	Net         *nn.Model
	Train, Test *data.Dataset
	Batch       int // samples per generation
	Pairs       int // pairs per generation of training through the crossbar
	Generations int // generations of that training
}

// options returns the options of training through a chip: noise in weights of rank 1, and an
// initial learning rate of 1/5 level.
func options(pairs, generations int) es.Options {
	return es.Options{
		Seed: 1, Generations: generations, Pairs: pairs, Rank: 1, Sigma: 3, Fitness: es.FourBit,
		Rule: es.ErrorFeedback{Rate: es.Ratio(1, 5)},
	}
}

// Progress is called with the name of a step and its finished part.
type Progress func(what string, part, whole int)

// Build computes the report, with the given findings. It returns the context's error soon after the
// context is done.
func Build(ctx context.Context, s *Subject, findings []claims.Finding, progress Progress) (r *Report, err error) {
	r = &Report{Name: s.Name, Shape: shape(s.Net), Claims: findings}
	if r.Accuracy, err = accuracy(s.Net, s.Test); err != nil {
		return nil, err
	}
	progress("running a generation", 0, 1)
	if r.Run, err = s.trace(ctx); err != nil {
		return nil, err
	}
	if r.Worn, err = s.trainThrough(ctx, progress); err != nil {
		return nil, err
	}
	if r.Aged, err = s.age(ctx, r.Accuracy, progress); err != nil {
		return nil, err
	}
	return r, nil
}

// shape returns a network's widths as text.
func shape(net *nn.Model) string {
	widths := fmt.Sprint(net.Inputs())
	for _, l := range net.Layers {
		widths += fmt.Sprintf("-%d", l.Outputs())
	}
	return fmt.Sprintf("%s, %d weights", widths, net.Size())
}

// accuracy returns the accuracy of the exact network.
func accuracy(net *nn.Model, d *data.Dataset) (float64, error) {
	correct, err := net.Accuracy(d)
	return float64(correct) / float64(d.Len()), err
}

// Package hwreport writes the results of the hardware model as one page of HTML, pictures
// included. The page's texts and layout are in page.html.
package hwreport

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/chart"
	"github.com/Kaleaon/pentary-go/hwmodel/crossbar"
	"github.com/Kaleaon/pentary-go/internal/hw/claims"
	"github.com/Kaleaon/pentary-go/internal/hw/cycles"
	"github.com/Kaleaon/pentary-go/internal/hw/energy"
)

// Report is the data of the page.
type Report struct {
	Name, Shape string  // of the network
	Accuracy    float64 // of the network itself
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
}).Parse(page))

// Write writes the page.
func (r *Report) Write(out io.Writer) error { return pageTemplate.Execute(out, r) }

// share returns a part of a whole that is not zero.
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

// joules writes an energy given in pJ.
func joules(pj float64) string { return scaled("%.3g %s", pj, "pJ", "nJ", "µJ", "mJ", "J") }

// nanoseconds writes a time given in ns.
func nanoseconds(ns float64) string { return scaled("%g %s", ns, "ns", "µs", "ms") }

// scaled writes a number in the first unit that leaves it below 1000. Each unit is a
// thousand of the one before it.
func scaled(format string, v float64, units ...string) string {
	for len(units) > 1 && v >= 999.5 {
		v /= 1000
		units = units[1:]
	}
	return fmt.Sprintf(format, v, units[0])
}

// Held returns the number of claims that hold as they are meant.
func (r *Report) Held() (n int) {
	for _, f := range r.Claims {
		if f.Verdict == claims.Confirmed || f.Verdict == claims.Understated {
			n++
		}
	}
	return n
}

// Chip returns the configuration of the chips.
func (r *Report) Chip() crossbar.Config { return Chip }

// idle is the state of a core that waits for a time, with its average power as a
// share of full power.
type idle struct {
	Nanoseconds float64
	State       string
	Power       float64
}

// Idle returns the states of some waits.
func (r *Report) Idle() (all []idle) {
	for _, ns := range []float64{1, 10, 60, 200, 1000, 10_000, 1e6} {
		state, power := energy.Idle(ns)
		all = append(all, idle{ns, state.Name, power})
	}
	return all
}

// Points returns the operating points of the Pentary documents.
func (r *Report) Points() []energy.OperatingPoint { return energy.OperatingPoints() }

// Macros returns the published macros beside the model.
func (r *Report) Macros() []energy.Point { return energy.Published() }

// stall counts the cycles lost for a reason.
type stall struct {
	Reason string
	Cycles int64
}

// Stalls returns the reasons for which the pipeline waited.
func (t *traced) Stalls() (all []stall) {
	for reason, n := range t.Cycles.Pipeline.Stalls {
		if n > 0 {
			all = append(all, stall{cycles.Stall(reason).String(), n})
		}
	}
	return all
}

package bench

import (
	"fmt"
	"strings"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
)

// Write prints the report as text: one table per implementation.
func (r *Report) Write(p *report.Printer) {
	p.Title(r.CPU, fmt.Sprintf("%s, %s, one thread unless stated", r.Platform, r.Go))
	if len(r.Bandwidths) > 0 {
		parts := make([]string, len(r.Bandwidths))
		for i, b := range r.Bandwidths {
			parts[i] = fmt.Sprintf("%s %s", b.Level, RateText(b.BytesPerSecond, "B/s"))
		}
		p.Printf("Reads   %s\n", strings.Join(parts, ", "))
	}
	if r.Busy != "" {
		p.Printf("Busy    %s\n", r.Busy)
	}
	for _, impl := range r.impls() {
		var products, others [][]string
		var bound float64
		for _, m := range r.Measurements {
			if m.Impl != impl {
				continue
			}
			if m.GMACs > 0 {
				products = append(products, m.productRow())
				if m.Threads == 0 {
					bound = max(bound, m.Bound)
				}
			} else {
				others = append(others, m.otherRow())
			}
		}
		title := p.Bold(impl)
		if bound > 0 {
			title += "  " + p.Dim(fmt.Sprintf("multiply-adds in registers: up to %.1f GMAC/s", bound))
		}
		p.Printf("\n%s\n", title)
		p.Table(2, []string{"kernel", "shape", "GMAC/s", "best", "of bound", "× generic", ""}, products)
		if len(products) > 0 && len(others) > 0 {
			fmt.Fprintln(p)
		}
		p.Table(2, []string{"kernel", "shape", "GB/s", "best", "pents/s", "× generic", ""}, others)
	}
}

// impls returns the measured implementations, in order.
func (r *Report) impls() (names []string) {
	seen := map[string]bool{}
	for _, m := range r.Measurements {
		if !seen[m.Impl] {
			seen[m.Impl] = true
			names = append(names, m.Impl)
		}
	}
	return names
}

func (m Measurement) productRow() []string {
	note := ""
	switch {
	case m.Efficiency > 0:
		note = "rank " + fmt.Sprint(m.Rank) + ", " + percent(m.Efficiency) + " of the plain product"
	case m.StreamFraction > 0:
		note = percent(m.StreamFraction) + " of read bandwidth"
	case m.Threads > 0:
		note = fmt.Sprintf("%d threads, %.2f× one", m.Threads, m.Scaling)
	}
	return []string{
		m.Kernel, m.Shape(), fmt.Sprintf("%.1f", m.GMACs), fmt.Sprintf("%.1f", m.GMACsBest),
		percent(m.Fraction), times(m.Speedup), note,
	}
}

func (m Measurement) otherRow() []string {
	pents := ""
	if m.PentsPerSecond > 0 {
		pents = report.Rate(m.PentsPerSecond)
	}
	return []string{
		m.Kernel, m.Shape(), fmt.Sprintf("%.2f", m.BytesPerSecond/1e9), fmt.Sprintf("%.2f", m.BytesPerSecondBest/1e9),
		pents, times(m.Speedup), "",
	}
}

func percent(fraction float64) string {
	if fraction == 0 {
		return ""
	}
	return fmt.Sprintf("%.1f %%", 100*fraction)
}

func times(ratio float64) string {
	if ratio == 0 {
		return ""
	}
	return fmt.Sprintf("%.1f", ratio)
}

// RateText formats a rate with its unit, for example "12.3 GB/s".
func RateText(perSecond float64, unit string) string {
	text := report.Rate(perSecond)
	if !strings.Contains(text, " ") {
		text += " "
	}
	return text + unit
}

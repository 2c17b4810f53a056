// Package results combines the runs of "pentary bench" in docs/results, one file per CPU, in one
// table.
package results

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/bench"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/page"
)

// Document returns the page results/cpus.md of the folder docs, with the fastest implementation for
// each kernel and shape (rows) in each file results/*.jsonl (columns).
func Document(docs string) (*page.Document, error) {
	paths, err := filepath.Glob(filepath.Join(docs, "results", "*.jsonl"))
	if err != nil {
		return nil, err
	}
	var labels []string
	var runs []map[string]bench.Measurement
	head := []string{""}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		r, err := bench.Parse(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		all, best := r.Best()
		for _, label := range all {
			if !slices.Contains(labels, label) {
				labels = append(labels, label)
			}
		}
		runs = append(runs, best)
		name := filepath.Base(path)
		head = append(head, fmt.Sprintf("[%s](%s): %s, %s", strings.TrimSuffix(name, ".jsonl"), name, r.CPU, r.Go))
	}
	var rows [][]string
	for _, label := range labels {
		row := []string{label}
		for _, best := range runs {
			row = append(row, cell(best[label]))
		}
		rows = append(rows, row)
	}
	return &page.Document{Page: "results/cpus.md", Command: "go run ./cmd/pentary/gen results", Table: page.Table("---", head, rows)}, nil
}

// cell formats a rate, its percentage of the bound, and the implementation.
func cell(m bench.Measurement) string {
	rate, unit := m.Rate()
	if rate == 0 {
		return ""
	}
	text := bench.RateText(rate, unit)
	if m.Fraction > 0 {
		text += fmt.Sprintf(" (%.0f %%)", 100*m.Fraction)
	}
	return text + ", " + m.Impl
}

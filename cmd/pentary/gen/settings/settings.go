// Package settings measures the interaction of the settings of a run, on the digits, for
// docs/settings.md.
package settings

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/chart"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/page"
	"github.com/Kaleaon/pentary-go/internal/durable"
)

const resultsFile = "settings.csv"

// Document returns docs/settings.svg, docs/settings-curves.svg and the table of
// docs/settings.md, from the results in the folder docs.
func Document(docs string) (*page.Document, error) {
	text, err := os.ReadFile(filepath.Join(docs, resultsFile))
	if err != nil {
		return nil, err
	}
	results, err := readResults(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", resultsFile, err)
	}
	d := &page.Document{Page: "settings.md", Command: "go run ./cmd/pentary/gen settings"}
	b, err := newBench()
	if err == nil {
		d.Table, err = statistics(b, results)
	}
	var svg, curves bytes.Buffer
	if err == nil {
		err = chart.WriteGrid(&svg, "", 2,
			panel(results, "sigma", "Rate, by σ", "rate"),
			panel(results, "population", "Rate, by population", "rate"),
			panel(results, "budget", "As many evaluations in all, by pairs", "pairs"),
			panel(results, "rank", "Rank, by population", "rank"))
	}
	if err == nil {
		err = chart.WriteGrid(&curves, "", 1, panel(results, "curves", "What a wrong value looks like", "generation"))
	}
	d.Files = map[string][]byte{"settings.svg": svg.Bytes(), "settings-curves.svg": curves.Bytes()}
	return d, err
}

// Measure runs all experiments and writes the results into the folder docs.
func Measure(docs string) error {
	b, err := newBench()
	if err != nil {
		return err
	}
	var all []result
	for _, e := range experiments {
		for _, l := range e.lines {
			for _, x := range e.xs {
				for seed := range seeds {
					r, err := b.measure(e, l, x, uint64(seed))
					if err != nil {
						return err
					}
					all = append(all, r...)
				}
			}
			fmt.Fprintf(os.Stderr, "%s, %s\n", e.name, l.name)
		}
	}
	return durable.Write(filepath.Join(docs, resultsFile), func(out io.Writer) error { return writeResults(out, all) })
}

// Settings measures how the settings of a run play together, on the digits, and draws
// docs/settings.svg, docs/settings-curves.svg and the table of docs/settings.md. Run it from the repository's root:
//
//	go run ./cmd/pentary/gen/settings            # measures, for some minutes, and draws
//	go run ./cmd/pentary/gen/settings -draw      # draws what docs/settings.csv has
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/page"
	"github.com/Kaleaon/pentary-go/internal/durable"
)

const (
	resultsFile = "settings.csv"
	pageFile    = "settings.md"
	command     = "go run ./cmd/pentary/gen/settings"
	docs        = "docs"
)

func main() {
	log.SetFlags(0)
	drawOnly := flag.Bool("draw", false, "draw what has been measured")
	flag.Parse()
	if err := run(*drawOnly); err != nil {
		log.Fatal(err)
	}
}

func run(drawOnly bool) error {
	if !drawOnly {
		if err := measureAll(filepath.Join(docs, resultsFile)); err != nil {
			return err
		}
	}
	text, err := os.ReadFile(filepath.Join(docs, resultsFile))
	if err != nil {
		return err
	}
	results, err := readResults(bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("%s: %w", resultsFile, err)
	}
	b, err := newBench()
	if err != nil {
		return err
	}
	table, err := statistics(b, results)
	if err != nil {
		return err
	}
	name := filepath.Join(docs, pageFile)
	text, err = os.ReadFile(name)
	if err == nil {
		text, err = page.Insert(text, command, table)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := os.WriteFile(name, text, 0o644); err != nil {
		return err
	}
	for _, p := range plots {
		if err := durable.Write(filepath.Join(docs, p.file), func(out io.Writer) error { return p.write(out, results) }); err != nil {
			return err
		}
	}
	return nil
}

// measureAll measures all experiments and writes the results.
func measureAll(path string) error {
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
	return durable.Write(path, func(out io.Writer) error { return writeResults(out, all) })
}

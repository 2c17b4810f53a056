package measure

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/machine"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/selftest"
	"github.com/Kaleaon/pentary-go/internal/durable"
)

// selftester holds the options of the command selftest.
type selftester struct {
	length time.Duration
	seed   uint64
	impls  []string
	dir    string // folder for the reproducer of a failure
	replay string // reproducer to repeat, or empty
	json   bool

	// implementations returns the implementations to test.
	implementations func(names ...string) ([]selftest.Implementation, error)
}

// NewSelftest returns the command selftest. The function implementations returns the
// implementations to test by name.
func NewSelftest(s *console.Streams, implementations func(...string) ([]selftest.Implementation, error)) *cobra.Command {
	t := selftester{implementations: implementations, dir: "."}
	cmd := &cobra.Command{
		Use:   "selftest",
		Short: "Test the kernels on this CPU",
		Long: `Compare every implementation of the kernels that this CPU supports with the generic one,
bit for bit, on random calls. A difference is an error; the call is saved as a reproducer,
a small JSON file, which --replay repeats. Ctrl-C stops and prints the coverage.`,
		Example: "  pentary selftest --for 10m\n  pentary selftest --replay pentary-selftest-MatMul-avx2-7-4.json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !cmd.Flags().Changed("seed") {
				t.seed = uint64(rand.Uint32())
			}
			return t.run(cmd.Context(), s)
		},
	}
	f := cmd.Flags()
	f.DurationVar(&t.length, "for", time.Minute, "duration of the test, such as 90s or 2h")
	f.Uint64Var(&t.seed, "seed", 0, "key of the random calls (default: random)")
	f.StringSliceVar(&t.impls, "impl", nil, "test only these `implementations`, separated by commas")
	console.OutputFolder(f, &t.dir, "dir", "`folder` for the reproducer of a failure", nil)
	console.Input(f, &t.replay, "replay", "only repeat the call of this reproducer `file`").Ext("json")
	console.Alias(f, "dir", "out")
	console.Offer(f, "impl", selftest.Names()...)
	f.BoolVar(&t.json, "json", false, "print one JSON object")
	return cmd
}

func (t *selftester) run(ctx context.Context, s *console.Streams) error {
	if t.length <= 0 {
		return console.Usagef("--for %v: want more than 0", t.length)
	}
	impls, err := t.implementations(t.impls...)
	if err != nil {
		return err
	}
	if t.replay != "" {
		return t.rerun(s, impls)
	}
	if info, err := os.Stat(t.dir); err != nil {
		return fmt.Errorf("--dir: %w", err)
	} else if !info.IsDir() {
		return fmt.Errorf("--dir %s: not a folder", t.dir)
	}
	r := selftestResult{Machine: machine.This(), Seed: t.seed}
	r.test(ctx, t, impls, s)
	var saveErr error
	if r.Failure != nil {
		r.Reproducer, saveErr = t.save(r.Failure)
	}
	if err := s.Report(t.json, false, &r); err != nil {
		return err
	}
	switch {
	case r.Failure != nil && saveErr != nil:
		return fmt.Errorf("%w; and it could not be saved: %w", failed(r.Failure), saveErr)
	case r.Failure != nil:
		return fmt.Errorf("%w\nSaved as %s; repeat with --replay", failed(r.Failure), r.Reproducer)
	case r.Interrupted:
		return console.ErrInterrupted
	}
	return nil
}

// failed returns the failure as an error.
func failed(f *selftest.Failure) error {
	return fmt.Errorf("%s, %s %v: %s", f.Impl, f.Kernel, f.Shape, f.Difference)
}

// selftestResult is the object printed by --json.
type selftestResult struct {
	machine.Machine
	Seed        uint64              `json:"seed"`
	Passed      bool                `json:"passed"`
	Cases       int                 `json:"cases"`
	Elements    int64               `json:"elements"` // compared elements
	Seconds     float64             `json:"seconds"`
	Interrupted bool                `json:"interrupted"`
	Coverage    []selftest.Coverage `json:"coverage"`
	Failure     *selftest.Failure   `json:"failure,omitempty"`
	Reproducer  string              `json:"reproducer,omitempty"` // file
}

// test runs the test and shows its progress.
func (r *selftestResult) test(ctx context.Context, t *selftester, impls []selftest.Implementation, s *console.Streams) {
	r.Coverage = []selftest.Coverage{}
	began := time.Now()
	if len(impls) > 0 {
		printer := console.NewPrinter(s, t.json)
		printer.Print(console.Event{Name: "testing", Log: []any{"seed", t.seed, "for", t.length}})
		r.Coverage, r.Failure = selftest.Run(ctx, t.length, impls, t.seed, func(cases int) {
			r.Cases = cases
			printer.Bar(func() (int, int, string) {
				elapsed := time.Since(began)
				text := fmt.Sprintf("%s calls, seed %d  ETA %s", report.Count(cases), t.seed, console.Duration((t.length - elapsed).Seconds()))
				return int(elapsed.Milliseconds()), int(t.length.Milliseconds()), text
			})
		})
		printer.Clear()
	}
	r.Seconds = time.Since(began).Seconds()
	for _, c := range r.Coverage {
		r.Elements += c.Elements
	}
	r.Interrupted = ctx.Err() != nil
	r.Passed = r.Failure == nil
}

// Write prints the result as text.
func (r *selftestResult) Write(p *report.Printer) {
	if len(r.Coverage) == 0 {
		p.Printf("This CPU supports only the generic implementation: there is nothing to compare.\n")
		return
	}
	writeCoverage(p, r.Coverage)
	verdict := p.Good("no difference")
	if r.Failure != nil {
		verdict = p.Bad("a difference")
	}
	if r.Interrupted {
		verdict += ", interrupted"
	}
	p.Printf("\n%s  %s calls of seed %d, %s elements compared in %.1f s: %s\n",
		p.Bold(r.CPU), report.Count(r.Cases), r.Seed, report.Count(int(r.Elements)), r.Seconds, verdict)
}

// writeCoverage prints one row per kernel: calls of each implementation, compared elements and the
// largest shape.
func writeCoverage(p *report.Printer, coverage []selftest.Coverage) {
	var impls []string
	for _, c := range coverage {
		if c.Kernel == coverage[0].Kernel {
			impls = append(impls, c.Impl)
		}
	}
	heading := slices.Concat([]string{"kernel"}, impls, []string{"elements", "largest"})
	var rows [][]string
	for ; len(coverage) > 0; coverage = coverage[len(impls):] {
		row := []string{coverage[0].Kernel}
		var elements int64
		for _, c := range coverage[:len(impls)] {
			row = append(row, report.Count(c.Cases))
			elements += c.Elements
		}
		rows = append(rows, append(row, report.Count(int(elements)), fmt.Sprint(coverage[0].Largest)))
	}
	p.Table(1, heading, rows)
}

// reproducer is the file of a failure. It determines the call, and describes the failure and the
// machine for information.
type reproducer struct {
	Format string `json:"format"` // reproducerFormat
	selftest.Failure
	Version string `json:"version"` // of pentary
	machine.Machine
}

const reproducerFormat = "pentary selftest 1"

// save writes the reproducer of a failure and returns its name.
func (t *selftester) save(f *selftest.Failure) (path string, err error) {
	text, err := json.MarshalIndent(reproducer{reproducerFormat, *f, machine.ThisBuild().String(), machine.This()}, "", "  ")
	if err != nil {
		return "", err
	}
	name := []string{"pentary-selftest", f.Kernel, f.Impl, strconv.FormatUint(f.Seed, 10), strconv.FormatUint(f.Index, 10)}
	path = filepath.Join(t.dir, strings.Join(name, "-")+".json")
	return path, durable.Write(path, func(w io.Writer) error {
		_, err := w.Write(append(text, '\n'))
		return err
	})
}

// maxReproducer is the largest size of a reproducer in bytes.
const maxReproducer = 1 << 16

// rerun repeats the call of a reproducer.
func (t *selftester) rerun(s *console.Streams, impls []selftest.Implementation) error {
	f, err := readReproducer(t.replay)
	if err != nil {
		return err
	}
	failure, err := selftest.Replay(impls, f)
	if err != nil {
		return fmt.Errorf("%s: %w", t.replay, err)
	}
	r := &replayResult{Machine: machine.This(), Passed: failure == nil, Case: f.Case, Impl: f.Impl, Failure: failure}
	if err := s.Report(t.json, false, r); err != nil {
		return err
	}
	if failure != nil {
		return failed(failure)
	}
	return nil
}

// replayResult is the object printed by --replay --json.
type replayResult struct {
	machine.Machine
	Passed bool `json:"passed"`
	selftest.Case
	Impl    string            `json:"impl"`
	Failure *selftest.Failure `json:"failure,omitempty"`
}

// Write prints that there is no difference; a difference is the error of the command.
func (r *replayResult) Write(p *report.Printer) {
	if r.Passed {
		p.Printf("%s, %s %v: %s\n", r.Impl, r.Kernel, r.Shape, p.Good("no difference"))
	}
}

func readReproducer(path string) (f selftest.Failure, err error) {
	text, err := console.ReadFile(path, maxReproducer)
	if err != nil {
		return f, err
	}
	var r reproducer
	if err := json.Unmarshal(text, &r); err != nil {
		return f, fmt.Errorf("%s: not a reproducer: %w", path, err)
	}
	if r.Format != reproducerFormat {
		return f, fmt.Errorf("%s: not a reproducer: format %q, want %q", path, r.Format, reproducerFormat)
	}
	return r.Failure, nil
}

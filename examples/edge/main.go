// Command edge trains on a small device: a network of 64-64-5 pents learns to tell
// what is wrong with a machine from its vibration, on windows that it forgets again,
// in 64 KiB of heap. It sets that limit itself, counts what it takes, and allocates
// nothing once training is under way.
//
//	go run ./edge
//	GOOS=linux GOARCH=riscv64 go build ./edge   # or arm64, arm, js/wasm: same weights
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"syscall"

	"github.com/Kaleaon/pentary-go/packed"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal kills
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is the command, and returns its exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("edge", flag.ContinueOnError)
	flags.SetOutput(stderr)
	var c config
	flags.Uint64Var(&c.seed, "seed", 1, "`number` that all random numbers follow from")
	flags.IntVar(&c.generations, "generations", 3000, "`length` of the run")
	flags.IntVar(&c.hidden, "hidden", 64, "`width` of the network")
	flags.IntVar(&c.pairs, "pairs", 40, "antithetic `pairs` of a generation, half the population")
	flags.IntVar(&c.batch, "batch", 16, "`windows` that each member is scored by")
	flags.IntVar(&c.kept, "kept", 64, "`windows` that are kept to draw from")
	flags.IntVar(&c.fresh, "fresh", 16, "new `windows` in each generation")
	flags.IntVar(&c.columns, "columns", 32, "`number` of members times windows that are evaluated at once")
	o := options{stdout: stdout}
	flags.IntVar(&c.limit, "limit", 64, "`KiB` of heap that the run may take beside what Go took to start")
	threads := flags.Int("threads", 1, "`processors` to use; each takes memory")
	flags.IntVar(&o.reports, "reports", 6, "`times` to report")
	flags.IntVar(&o.windows, "test", 1000, "`windows` to test on")
	flags.BoolVar(&o.json, "json", false, "print a JSON object a line")
	flags.StringVar(&o.out, "out", "", "`file` for the trained network (.pent)")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	}
	if err := check(flags, c, o, *threads); err != nil {
		fmt.Fprintf(stderr, "edge: %v\n", err)
		return 2
	}

	runtime.GOMAXPROCS(*threads)
	err := train(ctx, c, o)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, context.Canceled):
		return 130 // as in shells after SIGINT
	}
	fmt.Fprintf(stderr, "edge: %v\n", err)
	return 1
}

// options are what decides no weight.
type options struct {
	stdout  io.Writer
	reports int
	windows int
	json    bool
	out     string
}

// due reports whether to report after generation n of all.
func (o *options) due(n, all int) bool {
	part := func(n int) int64 { return int64(n) * int64(o.reports) / int64(all) }
	return part(n) > part(n-1)
}

// maxSize bounds all sizes, so that no product of two overflows.
const maxSize = 1 << 12

// check returns an error about the first argument out of range.
func check(flags *flag.FlagSet, c config, o options, threads int) error {
	if flags.NArg() > 0 {
		return fmt.Errorf("no arguments wanted, and got %q", flags.Arg(0))
	}
	for _, size := range []struct {
		flag        string
		value, most int
	}{
		{"generations", c.generations, 1<<31 - 1},
		{"hidden", c.hidden, maxSize},
		{"pairs", c.pairs, maxSize},
		{"batch", c.batch, maxSize},
		{"kept", c.kept, maxSize},
		{"fresh", c.fresh, maxSize},
		{"columns", c.columns, maxSize},
		{"limit", c.limit, 1 << 20},
		{"threads", threads, 1 << 10},
		{"reports", o.reports, 1<<31 - 1},
		{"test", o.windows, 1<<31 - 1},
	} {
		if size.value < 1 || size.value > size.most {
			return fmt.Errorf("-%s is %d, want 1 to %d", size.flag, size.value, size.most)
		}
	}
	return nil
}

// train is the run. After an interrupt it reports what it has before it returns.
func train(ctx context.Context, c config, o options) error {
	memory := startHeap(c.limit << 10)
	l, err := newLearner(c)
	if err != nil {
		return err
	}
	r := report{options: o, learner: l, heap: memory}
	r.begin()
	for !l.optimizer.Done() {
		before := objects()
		if err = l.step(ctx); err != nil {
			break
		}
		n := l.optimizer.Generation()
		if n > 1 { // the first step makes the memory that the others use
			r.allocations += objects() - before
			r.steps++
		}
		if n == 1 || o.due(n, c.generations) {
			if err := r.line(); err != nil {
				return err
			}
		}
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	if o.out != "" {
		if err := packed.WriteFile(o.out, l.net.File(map[string]string{"source": "examples/edge"})); err != nil {
			return err
		}
	}
	return errors.Join(r.end(), err)
}

package main

import (
	"fmt"
	"runtime"
	"strings"

	"github.com/Kaleaon/pentary-go/kernels"
)

// A report is what a run prints, in words or as JSON. The lines are written out here:
// a package for JSON keeps more on the heap than the network takes.
type report struct {
	options
	*learner
	*heap

	steps       int    // whose allocations are counted
	allocations uint64 // of those
}

func (r *report) begin() {
	if r.json {
		return
	}
	fmt.Fprintf(r.stdout, `A network %d-%d-%d of %d pents learns the condition of a machine from its vibration.
%s/%s, %s kernels, %d KiB of heap allowed beside %v KiB that Go took to start.

generation    windows   accuracy    KiB used
`, bands, r.hidden, conditions, r.net.Size(), runtime.GOOS, runtime.GOARCH, kernels.Selected(), r.config.limit, kib(r.heap.start))
}

// line reports on the network as it is.
func (r *report) line() error {
	c := r.test(r.windows)
	if err := r.check(); err != nil {
		return err
	}
	format := "%10d %10d %8d.%d %% %10v\n"
	if r.json {
		format = `{"generation":%d,"windows":%d,"accuracy_percent":%d.%d,"heap_kib":%v}` + "\n"
	}
	accuracy := c.accuracy()
	_, err := fmt.Fprintf(r.stdout, format, r.optimizer.Generation(), r.sensor.n, accuracy/10, accuracy%10, kib(r.own))
	return err
}

// end reports on the run.
func (r *report) end() error {
	c := r.test(r.windows)
	if err := r.check(); err != nil {
		return err
	}
	accuracy, majority := c.accuracy(), c.majority()
	if r.json {
		_, err := fmt.Fprintf(r.stdout, `{"result":true,"generations":%d,"windows":%d,"accuracy_percent":%d.%d,"majority_percent":%d.%d,`+
			`"peak_heap_kib":%v,"limit_kib":%d,"start_heap_kib":%v,"system_kib":%d,"counted_steps":%d,"allocations":%d,"weights":%q}`+"\n",
			r.optimizer.Generation(), r.sensor.n, accuracy/10, accuracy%10, majority/10, majority%10,
			kib(r.peak), r.config.limit, kib(r.heap.start), stats.Sys>>10, r.steps, r.allocations, r.hash())
		return err
	}
	var b strings.Builder
	if n := r.optimizer.Generation(); n < r.generations {
		fmt.Fprintf(&b, "interrupted after generation %d\n", n)
	}
	fmt.Fprintf(&b, "\naccuracy          %d.%d %% of %d windows that training never sees;\n", accuracy/10, accuracy%10, r.windows)
	fmt.Fprintf(&b, "                  always %q would be right in %d.%d %%\n", conditionNames[healthy], majority/10, majority%10)
	for i, name := range conditionNames {
		share := tenths(c.right[i], c.all[i])
		fmt.Fprintf(&b, "  %-15s %d.%d %% of %d\n", name, share/10, share%10, c.all[i])
	}
	fmt.Fprintf(&b, "peak heap         %v KiB for weights, training and data, garbage included, of %d allowed;\n", kib(r.peak), r.config.limit)
	fmt.Fprintf(&b, "                  %v KiB with what Go took to start, in %d KiB from the system\n", kib(r.peak+r.heap.start), stats.Sys>>10)
	fmt.Fprintf(&b, "allocations       %d in %d steps\n", r.allocations, r.steps)
	fmt.Fprintf(&b, "weights           %s\n", r.hash())
	_, err := fmt.Fprint(r.stdout, b.String())
	return err
}

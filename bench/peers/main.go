// Command peers measures the matrix products of other libraries beside
// package kernels' own: the same shapes and numbers, in one run, on one thread, and all
// results compared. From its folder:
//
//	go run .                        gonum and vek, in Go
//	go run -tags openblas,dnnl .    OpenBLAS and oneDNN too
//
// The tags need a C compiler and the libraries; on Debian that is apt-get install
// gcc pkg-config libopenblas-dev libdnnl-dev. Each tag works without the other, and
// a run names what it leaves out. oneDNN may be 2 or 3: Debian 12 has 2.6, Debian testing
// 3.12. To measure a newer one than the system has, unpack its packages into a folder,
//
//	for p in libdnnl-dev libdnnl3.6 libc6 libgomp1 libstdc++6 libgcc-s1; do dpkg -x $p*.deb DIR; done
//	export CGO_CFLAGS=-I$DIR/usr/include CGO_LDFLAGS="-L$DIR/usr/lib/x86_64-linux-gnu -Wl,--allow-shlib-undefined"
//	go build -tags dnnl -o peers . && $DIR/usr/lib64/ld-linux-x86-64.so.2 --library-path $DIR/usr/lib/x86_64-linux-gnu ./peers
//
// The libraries choose their instructions themselves, and the table says what they
// chose. OpenBLAS falls back to SSE3, "Prescott", on a CPU younger than itself:
// OPENBLAS_CORETYPE=SkylakeX, or Haswell, corrects that. To hold all to AVX2, compare
// with our avx2 in
//
//	OPENBLAS_CORETYPE=Haswell DNNL_MAX_CPU_ISA=AVX2 go run -tags openblas,dnnl .
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/Kaleaon/pentary-go/internal/impl"
	"github.com/Kaleaon/pentary-go/kernels"
)

// A contender is one way to compute Y = W·X.
type contender struct {
	name    string
	prepare func(p *problem) (job, error)
}

// A job is a product with its operands in place.
type job struct {
	by     string // the code that runs, in the library's words
	run    func()
	result func() []int32 // Y, row-major
	close  func()         // nil if there is nothing to free
}

// others lists the libraries that are built in; each file adds its own. missing
// says how to get the rest.
var (
	others  []contender
	missing []string
)

// A result is one measurement, as --json prints it.
type result struct {
	Kernel string  `json:"kernel"`
	Impl   string  `json:"impl"`
	By     string  `json:"by,omitempty"`
	M      int     `json:"m"`
	K      int     `json:"k"`
	N      int     `json:"n"`
	GMACs  float64 `json:"gmacs"`
	Ratio  float64 `json:"ratio"` // to the best of ours, median of the rounds
}

func main() {
	rounds := flag.Int("rounds", 7, "measurements of each, of which the median counts")
	quick := flag.Bool("quick", false, "leave out the products of 4096³")
	only := flag.String("only", "", "contenders to measure, separated by commas; one of ours among them")
	asJSON := flag.Bool("json", false, "print a line of JSON a measurement")
	flag.Parse()
	if flag.NArg() > 0 || *rounds < 1 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(*rounds, *quick, *asJSON, *only); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

func run(rounds int, quick, asJSON bool, only string) error {
	runtime.GOMAXPROCS(1)
	runtime.LockOSThread() // OpenMP counts its threads for each thread that calls

	contenders := slices.Concat(ours(), others)
	if only != "" {
		names := strings.Split(only, ",")
		for _, name := range names {
			if !slices.ContainsFunc(contenders, func(c contender) bool { return c.name == name }) {
				return fmt.Errorf("no contender %q", name)
			}
		}
		contenders = slices.DeleteFunc(contenders, func(c contender) bool { return !slices.Contains(names, c.name) })
		if !slices.Contains(kernels.Implementations(), contenders[0].name) {
			return fmt.Errorf("none of ours, %s, among %s", strings.Join(kernels.Implementations(), ", "), only)
		}
	}
	for _, m := range missing {
		fmt.Fprintln(os.Stderr, m)
	}
	for _, s := range shapes {
		if quick && s.m*s.k*s.n > 1<<32 {
			continue
		}
		results, err := measure(newProblem(s), contenders, rounds)
		if err != nil {
			return err
		}
		write := writeTable
		if asJSON {
			write = writeJSON
		}
		if err := write(os.Stdout, results); err != nil {
			return err
		}
	}
	return nil
}

// ours returns the implementations of package kernels, the fastest last.
func ours() []contender {
	var list []contender
	for _, name := range kernels.Implementations() {
		list = append(list, contender{name, func(p *problem) (job, error) {
			y := make([]int32, p.m*p.n)
			return job{
				run: func() {
					if err := impl.Select(name); err != nil {
						panic(err)
					}
					kernels.MatMul(y, p.weights, p.x, p.n)
				},
				result: func() []int32 { return y },
			}, nil
		}})
	}
	return list
}

const (
	span   = 20 * time.Millisecond // of a measurement; faster jobs are repeated to fill it
	tooFew = 2 * time.Second       // a job that takes longer is measured once
)

// measure runs the contenders in turns and returns the median of each.
func measure(p *problem, contenders []contender, rounds int) ([]result, error) {
	jobs := make([]job, len(contenders))
	times := make([][]time.Duration, len(contenders))
	for i, c := range contenders {
		j, err := c.prepare(p)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		if j.close != nil {
			defer j.close()
		}
		jobs[i] = j
		times[i] = []time.Duration{clock(j, 1)} // warms up, and lets the results be compared
		if err := p.check(j.result(), jobs[0].result()); err != nil {
			return nil, fmt.Errorf("%s and %s differ: %w", c.name, contenders[0].name, err)
		}
	}
	repeats := make([]int, len(jobs))
	for i := range jobs {
		repeats[i] = int(span/max(1, times[i][0])) + 1
	}
	for round := range rounds {
		for i, j := range jobs {
			switch {
			case times[i][0] > tooFew:
			case round == 0:
				times[i] = []time.Duration{clock(j, repeats[i])}
			default:
				times[i] = append(times[i], clock(j, repeats[i]))
			}
		}
	}
	results := make([]result, len(contenders))
	best := times[0] // of ours, which come first
	for i, c := range contenders {
		if slices.Contains(kernels.Implementations(), c.name) {
			best = times[i]
		}
	}
	macs := float64(p.m) * float64(p.k) * float64(p.n)
	for i, c := range contenders {
		var speeds, ratios []float64
		for round, took := range times[i] {
			speeds = append(speeds, macs/float64(took))
			ratios = append(ratios, float64(best[min(round, len(best)-1)])/float64(took))
		}
		results[i] = result{Kernel: p.kernel(), Impl: c.name, By: jobs[i].by, M: p.m, K: p.k, N: p.n, GMACs: median(speeds), Ratio: median(ratios)}
	}
	return results, nil
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

// clock returns how long a run of j takes, on the average of n.
func clock(j job, n int) time.Duration {
	start := time.Now()
	for range n {
		j.run()
	}
	return time.Since(start) / time.Duration(n)
}

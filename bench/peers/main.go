// Command peers measures the matrix products of other libraries beside
// package kernels' own: the same shapes and numbers, in interleaved rounds of one run, on one
// thread, and all results compared. From its folder:
//
//	go run .                                     gonum and vek, in Go
//	go run -tags openblas,dnnl,ggml,xnnpack .    OpenBLAS, oneDNN, ggml and XNNPACK too
//
// Each tag works without the others, and a run names what it leaves out. The tags need a C
// compiler and the libraries; on Debian that is apt-get install gcc pkg-config
// libopenblas-dev libdnnl-dev libggml-dev libxnnpack-dev libpthreadpool-dev. oneDNN may be 2 or 3: Debian 12 has
// 2.6 and no ggml, Debian testing ("forky" today) oneDNN 3.12 and ggml 0.27. To measure what is
// newer than the system, install it in a folder and run there, as root:
//
//	ln -s sid /usr/share/debootstrap/scripts/forky    if debootstrap does not know it
//	debootstrap --variant=minbase --include=gcc,pkg-config,libopenblas-dev,libdnnl-dev,libggml-dev,libxnnpack-dev,libpthreadpool-dev forky DIR
//	mkdir -p DIR/mnt/go DIR/mnt/src DIR/mnt/mod
//	mount --bind "$(go env GOROOT)" DIR/mnt/go
//	mount --bind ../.. DIR/mnt/src
//	mount --bind "$(go env GOMODCACHE)" DIR/mnt/mod
//	chroot DIR sh -c 'cd /mnt/src/bench/peers &&
//	    GOFLAGS=-buildvcs=false GOMODCACHE=/mnt/mod /mnt/go/bin/go build -tags openblas,dnnl,ggml,xnnpack -o /peers .'
//	chroot DIR /peers
//
// The libraries choose their instructions themselves, and the table says what they
// chose. OpenBLAS falls back to SSE3, "Prescott", on a CPU younger than itself:
// OPENBLAS_CORETYPE=SkylakeX, or Haswell, corrects that. To hold all to AVX2, compare
// with our avx2 in
//
//	OPENBLAS_CORETYPE=Haswell DNNL_MAX_CPU_ISA=AVX2 go run -tags openblas,dnnl .
//
// ggml takes X in float32 and quantizes it in each run, as its models do. Its types TQ2_0 and
// Q2_K have no 2: their weights are cut off at 1.
//
// -busy multiplies on another processor meanwhile, of the same core if there is one: what a
// server gives that does the same on all of them.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/Kaleaon/pentary-go/internal/bench/busy"
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
	result func() []int32    // Y, row-major
	clip   func(w int8) int8 // what becomes of a weight; nil: it stays
	close  func()            // nil if there is nothing to free
}

// errSkip is the error of a contender that does not take a problem's shape.
var errSkip = errors.New("not this shape")

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
	Best   float64 `json:"gmacs_best"`
	Micros float64 `json:"microseconds"` // median
	Ratio  float64 `json:"ratio"`        // to the best of ours, median of the rounds
	Busy   bool    `json:"busy,omitempty"`
}

func main() {
	rounds := flag.Int("rounds", 7, "measurements of each, of which the median counts")
	quick := flag.Bool("quick", false, "leave out products of more than 2^32 multiply-adds")
	only := flag.String("only", "", "contenders to measure, separated by commas; one of ours among them")
	sizes := flag.String("shapes", "", "shapes m×k×n to measure, as in 1024x1024x4,256x256x1, or bitnet")
	keepBusy := flag.Bool("busy", false, "keep another processor busy meanwhile")
	loop := flag.Int("busy-loop", -1, "the process that -busy starts: the processor to keep busy")
	asJSON := flag.Bool("json", false, "print a line of JSON a measurement")
	flag.Parse()
	if flag.NArg() > 0 || *rounds < 1 {
		flag.Usage()
		os.Exit(2)
	}
	err := error(nil)
	if *loop >= 0 {
		err = busy.Loop(*loop, os.Stdin, os.Stdout)
	} else {
		err = run(*rounds, *quick, *asJSON, *keepBusy, *only, *sizes)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

func run(rounds int, quick, asJSON, keepBusy bool, only, sizes string) error {
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
	chosen, err := parseShapes(sizes)
	if err != nil {
		return err
	}
	if keepBusy {
		where, stop, err := busy.Start("-busy-loop")
		if err != nil {
			return err
		}
		defer stop()
		fmt.Fprintln(os.Stderr, where)
	}
	for _, s := range chosen {
		if quick && s.m*s.k*s.n > 1<<32 {
			continue
		}
		results, err := measure(newProblem(s), contenders, rounds)
		if err != nil {
			return err
		}
		for i := range results {
			results[i].Busy = keepBusy
		}
		write := writeTable
		if asJSON {
			write = writeJSON
		}
		if err := write(os.Stdout, results); err != nil {
			return err
		}
		if us := bitnet[s]; us > 0 && !asJSON {
			fmt.Printf("bitnet.cpp publishes %.2f µs for its 2-bit kernel on an A100.\n\n", us)
		}
	}
	return nil
}

// ours returns the implementations of package kernels, the fastest last, and the fastest with
// codes kept in bytes.
func ours() []contender {
	var list []contender
	for _, name := range kernels.Implementations() {
		list = append(list, contender{name, func(p *problem) (job, error) {
			y := make([]int32, p.m*p.n)
			return job{
				run: func() {
					impl.Use(name)
					kernels.MatMul(y, p.weights, p.x, p.n)
				},
				result: func() []int32 { return y },
			}, nil
		}})
	}
	best := list[len(list)-1].name
	return append(list, contender{"codes", func(p *problem) (job, error) {
		if p.n > kernels.MaxVecs {
			return job{}, errSkip
		}
		y, codes := make([]int32, p.m*p.n), make([]uint8, kernels.CodesLen(p.m, p.k))
		kernels.InterleaveCodes(codes, p.weights)
		return job{
			by: best + ", codes kept in bytes",
			run: func() {
				impl.Use(best)
				kernels.MatVecCodes(y, codes, p.x, p.m, p.k, p.n)
			},
			result: func() []int32 { return y },
		}, nil
	}})
}

const (
	span   = 20 * time.Millisecond // of a measurement; faster jobs are repeated to fill it
	tooFew = 2 * time.Second       // a job that takes longer is measured once
)

// measure runs the contenders that take the shape in turns and returns the median of each.
func measure(p *problem, contenders []contender, rounds int) ([]result, error) {
	p.expected(nil) // by the implementation in use, the fastest at first
	var jobs []job
	var names []string
	var times [][]time.Duration
	for _, c := range contenders {
		j, err := c.prepare(p)
		if errors.Is(err, errSkip) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		if j.close != nil {
			defer j.close()
		}
		jobs, names = append(jobs, j), append(names, c.name)
		times = append(times, []time.Duration{clock(j, 1)}) // warms up, and lets the results be compared
		if err := p.check(j.result(), p.expected(j.clip)); err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
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
	results := make([]result, len(jobs))
	best := times[0] // of ours, which come first
	for i, name := range names {
		if slices.Contains(kernels.Implementations(), name) {
			best = times[i]
		}
	}
	macs := float64(p.m) * float64(p.k) * float64(p.n)
	for i, name := range names {
		var speeds, ratios []float64
		for round, took := range times[i] {
			speeds = append(speeds, macs/float64(took))
			ratios = append(ratios, float64(best[min(round, len(best)-1)])/float64(took))
		}
		speed := median(speeds)
		results[i] = result{
			Kernel: p.kernel(), Impl: name, By: jobs[i].by, M: p.m, K: p.k, N: p.n,
			GMACs: speed, Best: slices.Max(speeds), Micros: macs / speed / 1e3, Ratio: median(ratios),
		}
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

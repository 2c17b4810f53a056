// Package bench measures the speed of the kernels on this CPU and compares it with physical bounds
// measured in the same run.
package bench

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/machine"
	"github.com/Kaleaon/pentary-go/internal/bench/cases"
	"github.com/Kaleaon/pentary-go/internal/bench/roofline"
	"github.com/Kaleaon/pentary-go/internal/impl"
	"github.com/Kaleaon/pentary-go/internal/memory"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
)

// Generic is the baseline implementation of speed-ups.
const Generic = "generic"

// Options select the measurements.
type Options struct {
	Impls   []string // implementations of package kernels; all if empty
	Kernels []string // names in Kernels(); all if empty
	Quick   bool     // fewer shapes, and less time for each
}

// Check returns an error that names the first implementation or kernel that is not available.
func (o Options) Check() error {
	for _, impl := range o.Impls {
		if here := kernels.Implementations(); !slices.Contains(here, impl) {
			return console.InvalidValue("impl", impl, fmt.Errorf("not on this CPU: %w", console.OneOf(impl, here)))
		}
	}
	for _, kernel := range o.Kernels {
		if all := Kernels(); !contains(all, kernel) {
			return console.InvalidValue("kernel", kernel, console.OneOf(kernel, all))
		}
	}
	return nil
}

// contains reports whether names contains name, ignoring case.
func contains(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
}

// Kernels returns the names of the measured kernels.
func Kernels() (names []string) {
	for _, c := range cases.All() {
		if !slices.Contains(names, c.Kernel) {
			names = append(names, c.Kernel)
		}
	}
	return names
}

// Measurement is the measurement of one kernel of one implementation at one shape. Rates are from
// the median run unless stated otherwise. Fields that do not apply are 0.
type Measurement struct {
	Kernel  string `json:"kernel"`
	Impl    string `json:"impl"`
	M       int    `json:"m"`
	K       int    `json:"k"`
	N       int    `json:"n"`
	Rank    int    `json:"rank,omitempty"`
	Threads int    `json:"threads,omitempty"` // if not 1

	GMACs     float64 `json:"gmacs,omitempty"` // 10^9 multiply-adds per second
	GMACsBest float64 `json:"gmacs_best,omitempty"`
	Bound     float64 `json:"bound,omitempty"`    // of GMACs, for the same number of cores
	Fraction  float64 `json:"fraction,omitempty"` // of the bound

	PentsPerSecond     float64 `json:"pents_per_second,omitempty"`
	PentsPerSecondBest float64 `json:"pents_per_second_best,omitempty"`
	BytesPerSecond     float64 `json:"bytes_per_second,omitempty"` // bytes of operands per second
	BytesPerSecondBest float64 `json:"bytes_per_second_best,omitempty"`

	Speedup        float64 `json:"speedup,omitempty"`         // relative to the generic implementation
	Efficiency     float64 `json:"efficiency,omitempty"`      // for a population: time of the plain product divided by its time
	StreamFraction float64 `json:"stream_fraction,omitempty"` // of the bandwidth for reading weights
	Scaling        float64 `json:"scaling,omitempty"`         // for several threads: time on one thread divided by the time

	Bytes int64 `json:"-"` // bytes of operands
}

// Shape returns the dimensions, for example 1024³ or 1024²×8.
func (m Measurement) Shape() string {
	switch {
	case m.M == 0 && m.K == 0:
		return strconv.Itoa(m.N)
	case m.M == 0 && m.N == 0:
		return strconv.Itoa(m.K)
	case m.M == 0:
		return fmt.Sprintf("%d×%d", m.K, m.N)
	case m.K == 0:
		return fmt.Sprintf("%d×%d", m.M, m.N)
	case m.M == m.K && m.K == m.N:
		return fmt.Sprintf("%d³", m.M)
	case m.M == m.K:
		return fmt.Sprintf("%d²×%d", m.M, m.N)
	}
	return fmt.Sprintf("%d×%d×%d", m.M, m.K, m.N)
}

// Intensity returns the multiply-adds per byte of operands.
func (m Measurement) Intensity() float64 {
	return float64(m.M) * float64(m.K) * float64(m.N) / float64(max(m.Bytes, 1))
}

// Bandwidth is the speed at which one core reads a buffer whose size determines the level of
// memory.
type Bandwidth struct {
	Level          string  `json:"level"` // "L1", "L2" or "memory"
	Bytes          int     `json:"bytes"` // of the buffer
	BytesPerSecond float64 `json:"bytes_per_second"`
}

// Report is the result of a run.
type Report struct {
	machine.Machine
	Threads      int           `json:"threads"`        // available threads
	Busy         string        `json:"busy,omitempty"` // description of the processor kept busy
	Bandwidths   []Bandwidth   `json:"bandwidths"`
	Measurements []Measurement `json:"-"`
	LeftOut      int           `json:"left_out"` // measurements omitted for lack of time
	Seconds      float64       `json:"seconds"`
	Interrupted  bool          `json:"interrupted"`
}

// Progress is the progress of a run.
type Progress struct {
	Next        string // the next measurement
	Done, Total int    // number of measurements
	Left        time.Duration
}

// Approximate time per measurement, and the time limit of a quick run, which omits steps not begun
// by then.
const (
	budget      = 200 * time.Millisecond
	quickBudget = 50 * time.Millisecond
	quickLimit  = 15 * time.Second
)

// Run measures until all is measured or ctx is done; the current measurement is finished. It calls
// observe before each step and emit for each measurement. It runs on one thread, and restores
// GOMAXPROCS and the selected implementation.
func Run(ctx context.Context, o Options, observe func(Progress), emit func(Measurement)) *Report {
	r := &run{
		Options: o, Report: &Report{Machine: machine.This(), Threads: runtime.GOMAXPROCS(0)},
		observe: observe, emit: emit,
		budget: budget, start: time.Now(), generic: map[reference]float64{},
	}
	r.Impls = slices.DeleteFunc(kernels.Implementations(), func(impl string) bool {
		return len(o.Impls) > 0 && !slices.Contains(o.Impls, impl)
	})
	defer impl.Use(kernels.Selected())()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))

	limited := ctx
	if o.Quick {
		var cancel context.CancelFunc
		limited, cancel = context.WithTimeout(ctx, quickLimit)
		defer cancel()
		r.budget = quickBudget
	}
	r.steps = r.plan()
	r.all(limited)
	r.Interrupted = ctx.Err() != nil
	r.Seconds = digits(time.Since(r.start).Seconds())
	return r.Report
}

// run is the state of a run.
type run struct {
	Options
	*Report
	observe func(Progress)
	emit    func(Measurement)
	budget  time.Duration
	start   time.Time
	steps   []step
	generic map[reference]float64 // runs per second, times their work
	stream  []byte                // buffer as large as the largest weights
}

// step is a group of measurements with the same operands.
type step struct {
	name  string
	count int           // number of measurements
	cost  time.Duration // estimated
	do    func(ctx context.Context)
}

// all executes the steps until the context is done.
func (r *run) all(ctx context.Context) {
	var whole, done time.Duration
	total, count := 0, 0
	for _, s := range r.steps {
		whole += s.cost
		total += s.count
	}
	began := time.Now()
	for _, s := range r.steps {
		p := Progress{Next: s.name, Done: count, Total: total, Left: whole}
		if done > 0 {
			p.Left = time.Duration(float64(time.Since(began)) / float64(done) * float64(whole-done))
		}
		r.observe(p)
		s.do(ctx)
		done += s.cost
		count += s.count
	}
	r.LeftOut = total - len(r.Measurements)
}

// plan returns the steps: bandwidths, cases, and scaling over threads.
func (r *run) plan() []step {
	steps := []step{{"read bandwidth", 0, time.Second, r.bandwidths}}
	for _, c := range cases.All() {
		if !r.wants(c) {
			continue
		}
		name := Measurement{Kernel: c.Kernel, M: c.M, K: c.K, N: c.N, Rank: c.Rank}.Label()
		s := step{name: name, do: func(ctx context.Context) { r.measureCase(ctx, c) }}
		for _, impl := range r.Impls {
			if r.takes(impl, c) {
				s.count++
				s.cost += r.budget + time.Duration(c.MACs/50)
			}
		}
		if s.count > 0 {
			steps = append(steps, s)
		}
	}
	for _, c := range cases.All() {
		threads := r.threadCounts()
		if c.Kernel != "MatMul" || c.N != 2048 || len(threads) == 0 || !r.names(c.Kernel) {
			continue
		}
		for _, impl := range r.Impls {
			if impl != Generic {
				steps = append(steps, step{
					"threads of " + impl, len(threads), r.budget + time.Duration(c.MACs/20),
					func(ctx context.Context) { r.scaling(ctx, impl, c, threads) },
				})
			}
		}
	}
	return steps
}

// Memory returns an estimate of the peak memory of a run in bytes: the operands of the largest case
// and of the case before it.
func (o Options) Memory() int {
	largest, r := 0, run{Options: o}
	for _, c := range cases.All() {
		if r.wants(c) {
			largest = max(largest, int(c.Bytes))
		}
	}
	return 2 * largest
}

// names reports whether the options select a kernel.
func (r *run) names(kernel string) bool {
	return len(r.Kernels) == 0 || contains(r.Kernels, kernel)
}

// wants reports whether the options select a case.
func (r *run) wants(c cases.Case) bool {
	if !r.names(c.Kernel) {
		return false
	}
	if !r.Quick || c.MACs == 0 {
		return true
	}
	switch c.Kernel {
	case "MatMul":
		return c.M == c.K && (c.M == 256 || c.M == 1024)
	case "MatVec":
		return c.M == 4096 && c.N > 1 || c.M == 16384 && c.N == 1 || c.M == 1024
	case cases.PopulationForward:
		return c.Rank != 4
	}
	return true
}

// takes reports whether an implementation is measured on a case. The generic implementation skips
// long cases.
func (r *run) takes(impl string, c cases.Case) bool {
	return impl != Generic || c.MACs <= 1<<26
}

// reference is the key of generic figures. A shape too large for the generic implementation uses
// the figure of the next smaller shape.
type reference struct {
	kernel string
	rank   int
	vecs   int
}

func referenceOf(c cases.Case) reference {
	ref := reference{kernel: c.Kernel, rank: c.Rank}
	if c.Kernel == "MatVec" {
		ref.vecs = c.N
	}
	return ref
}

// work returns the work of a run of a case, in the unit of its rate.
func work(c cases.Case) float64 { return float64(cmp.Or(c.MACs, c.Pents, c.Bytes)) }

// measureCase measures a case with every implementation.
func (r *run) measureCase(ctx context.Context, c cases.Case) {
	if ctx.Err() != nil {
		return
	}
	impl.Use(r.Impls[len(r.Impls)-1])
	runs := []func(){c.New()}
	if c.Kernel == cases.PopulationForward {
		runs = append(runs, c.Plain().New())
	}
	runtime.GC() // so that it does not run during a timing
	if !slices.Contains(r.Impls, Generic) && r.takes(Generic, c) {
		impl.Use(Generic)
		r.generic[referenceOf(c)] = work(c) / cases.Measure(quickBudget, runs[0])[0].Median.Seconds()
	}
	for _, name := range r.Impls {
		if !r.takes(name, c) || ctx.Err() != nil {
			continue
		}
		impl.Use(name)
		r.measure(name, c, runs)
	}
}

// measure measures a case with the selected implementation.
func (r *run) measure(impl string, c cases.Case, runs []func()) {
	m := Measurement{Kernel: c.Kernel, Impl: impl, M: c.M, K: c.K, N: c.N, Rank: c.Rank, Bytes: c.Bytes}
	bound := roofline.MultiplyAdd(impl)
	weights := c.M * packed.RowBytes(c.K)
	streams := c.Kernel == "MatVec" && weights >= 64<<20
	stream := 0.0
	if streams {
		stream = roofline.Read(r.filled(weights))
	}
	samples := cases.Measure(r.budget, runs...)
	bound = max(bound, roofline.MultiplyAdd(impl))
	median, best := samples[0].Median.Seconds(), samples[0].Best.Seconds()

	switch {
	case c.MACs > 0:
		m.GMACs, m.GMACsBest = work(c)/median/1e9, work(c)/best/1e9
		m.Bound = bound / 1e9
		if bound > 0 {
			m.Fraction = m.GMACs / m.Bound
		}
	case c.Pents > 0:
		m.PentsPerSecond, m.PentsPerSecondBest = work(c)/median, work(c)/best
	}
	m.BytesPerSecond, m.BytesPerSecondBest = float64(c.Bytes)/median, float64(c.Bytes)/best
	if streams {
		stream = max(stream, roofline.Read(r.filled(weights)))
		m.StreamFraction = float64(weights) / median / stream
	}
	if len(samples) > 1 {
		m.Efficiency = samples[1].Median.Seconds() / median
	}
	ref := referenceOf(c)
	if impl == Generic {
		r.generic[ref] = work(c) / median
	} else if generic := r.generic[ref]; generic > 0 {
		m.Speedup = work(c) / median / generic
	}
	r.add(m)
}

func (r *run) add(m Measurement) {
	for _, v := range []*float64{
		&m.GMACs, &m.GMACsBest, &m.Bound, &m.Fraction, &m.PentsPerSecond, &m.PentsPerSecondBest,
		&m.BytesPerSecond, &m.BytesPerSecondBest, &m.Speedup, &m.Efficiency, &m.StreamFraction, &m.Scaling,
	} {
		*v = digits(*v)
	}
	r.Measurements = append(r.Measurements, m)
	r.emit(m)
}

// digits rounds v to five significant digits.
func digits(v float64) float64 {
	if v == 0 {
		return 0
	}
	scale := math.Pow(10, 4-math.Floor(math.Log10(math.Abs(v))))
	return math.Round(v*scale) / scale
}

// filled returns a buffer of n bytes that have been written, so that every page is mapped.
func (r *run) filled(n int) []byte {
	if len(r.stream) != n {
		r.stream = fill(n)
	}
	return r.stream
}

func fill(n int) []byte {
	buf := make([]byte, n)
	for i := copy(buf, "pents"); i < n; i *= 2 {
		copy(buf[i:], buf[:i])
	}
	return buf
}

// bandwidths measures reading a buffer of half a cache's size, and a buffer in memory: at least
// twice the last cache, at most a quarter of the available memory.
func (r *run) bandwidths(ctx context.Context) {
	c := r.Caches
	l1, l2 := cmp.Or(c.L1, 32<<10)/2, cmp.Or(c.L2, 256<<10)/2
	large := min(max(128<<20, 2*c.L3), 1<<30)
	if available := memory.Available(); available > 0 {
		large = min(large, available/4)
	}
	for _, b := range []Bandwidth{{Level: "L1", Bytes: l1}, {Level: "L2", Bytes: l2}, {Level: "memory", Bytes: large}} {
		if ctx.Err() != nil {
			return
		}
		b.Bytes &^= 255
		b.BytesPerSecond = digits(roofline.Read(fill(b.Bytes)))
		r.Bandwidths = append(r.Bandwidths, b)
	}
	runtime.GC()
}

// threadCounts returns the numbers of threads to compare with one thread.
func (r *run) threadCounts() []int {
	switch {
	case r.Threads < 2:
		return nil
	case r.Threads == 2:
		return []int{2}
	}
	return []int{2, r.Threads}
}

// scaling measures a case on one thread and on several, in turn.
func (r *run) scaling(ctx context.Context, name string, c cases.Case, threads []int) {
	if ctx.Err() != nil {
		return
	}
	impl.Use(name)
	product := c.New()
	runs := []func(){product}
	for range threads {
		runs = append(runs, product)
	}
	for i, n := range append([]int{1}, threads...) {
		runs[i] = func() {
			if runtime.GOMAXPROCS(0) != n {
				runtime.GOMAXPROCS(n)
			}
			product()
		}
	}
	runtime.GC()
	bound := roofline.MultiplyAdd(name)
	samples := cases.Measure(r.budget, runs...)
	runtime.GOMAXPROCS(1)
	bound = max(bound, roofline.MultiplyAdd(name)) / 1e9
	for i, n := range threads {
		s := samples[i+1]
		m := Measurement{
			Kernel: c.Kernel, Impl: name, M: c.M, K: c.K, N: c.N, Threads: n, Bytes: c.Bytes,
			GMACs: work(c) / s.Median.Seconds() / 1e9, GMACsBest: work(c) / s.Best.Seconds() / 1e9,
			Bound:   bound * float64(n),
			Scaling: samples[0].Median.Seconds() / s.Median.Seconds(),
		}
		m.Fraction = m.GMACs / m.Bound
		r.add(m)
	}
}

// Package bench measures the kernels on this CPU: how fast they are, and how far
// from what the CPU could do at best, by physical bounds that are measured in the
// same run.
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

// Generic is the implementation that speed-ups are relative to.
const Generic = "generic"

// Options choose what is measured.
type Options struct {
	Impls   []string // implementations of package kernels; none means all
	Kernels []string // names of Kernels; none means all
	Quick   bool     // fewer shapes, and less time for each
}

// Check returns an error that names the first implementation or kernel that does
// not exist here.
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

// contains reports whether a name is one of a list, in whatever case.
func contains(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
}

// Kernels lists the kernels that are measured.
func Kernels() (names []string) {
	for _, c := range cases.All() {
		if !slices.Contains(names, c.Kernel) {
			names = append(names, c.Kernel)
		}
	}
	return names
}

// Measurement is one kernel of one implementation at one shape. Rates are of the
// median run, unless said; what does not apply is 0.
type Measurement struct {
	Kernel  string `json:"kernel"`
	Impl    string `json:"impl"`
	M       int    `json:"m"`
	K       int    `json:"k"`
	N       int    `json:"n"`
	Rank    int    `json:"rank,omitempty"`
	Threads int    `json:"threads,omitempty"` // if not one

	GMACs     float64 `json:"gmacs,omitempty"` // 10^9 multiply-adds a second
	GMACsBest float64 `json:"gmacs_best,omitempty"`
	Bound     float64 `json:"bound,omitempty"`    // of GMACs, of as many cores
	Fraction  float64 `json:"fraction,omitempty"` // of the bound

	PentsPerSecond     float64 `json:"pents_per_second,omitempty"`
	PentsPerSecondBest float64 `json:"pents_per_second_best,omitempty"`
	BytesPerSecond     float64 `json:"bytes_per_second,omitempty"` // of operands
	BytesPerSecondBest float64 `json:"bytes_per_second_best,omitempty"`

	Speedup        float64 `json:"speedup,omitempty"`         // over the generic implementation
	Efficiency     float64 `json:"efficiency,omitempty"`      // of a population: time of the plain product over its time
	StreamFraction float64 `json:"stream_fraction,omitempty"` // of the bandwidth at which weights could be read
	Scaling        float64 `json:"scaling,omitempty"`         // of threads: time of one over their time

	Bytes int64 `json:"-"` // of the operands
}

// Shape writes the dimensions, as in 1024³ or 1024²×8.
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

// Intensity returns the multiply-adds for each byte of the operands.
func (m Measurement) Intensity() float64 {
	return float64(m.M) * float64(m.K) * float64(m.N) / float64(max(m.Bytes, 1))
}

// Bandwidth is how fast one core reads a buffer of a size that selects a level of
// the memory.
type Bandwidth struct {
	Level          string  `json:"level"` // "L1", "L2" or "memory"
	Bytes          int     `json:"bytes"` // of the buffer
	BytesPerSecond float64 `json:"bytes_per_second"`
}

// Report is what a run measured.
type Report struct {
	machine.Machine
	Threads      int           `json:"threads"`        // that there are
	Busy         string        `json:"busy,omitempty"` // which other processor was kept busy
	Bandwidths   []Bandwidth   `json:"bandwidths"`
	Measurements []Measurement `json:"-"`
	LeftOut      int           `json:"left_out"` // measurements that there was no time for
	Seconds      float64       `json:"seconds"`
	Interrupted  bool          `json:"interrupted"`
}

// Progress is where a run stands.
type Progress struct {
	Next        string // what is measured next
	Done, Total int    // measurements
	Left        time.Duration
}

// Time that a measurement takes about, and the limit of a quick run: what has not
// begun by then is left out.
const (
	budget      = 200 * time.Millisecond
	quickBudget = 50 * time.Millisecond
	quickLimit  = 15 * time.Second
)

// Run measures until it is through or ctx is done; the measurement in flight is
// finished. It tells observe of each step before it, and emits measurements as
// they come. It runs on one thread, and leaves GOMAXPROCS and the selected
// implementation as they were.
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

// run is a run in flight.
type run struct {
	Options
	*Report
	observe func(Progress)
	emit    func(Measurement)
	budget  time.Duration
	start   time.Time
	steps   []step
	generic map[reference]float64 // runs a second, times their work
	stream  []byte                // as large as the weights that are read last
}

// step is a few measurements that share their operands.
type step struct {
	name  string
	count int           // of its measurements
	cost  time.Duration // estimated
	do    func(ctx context.Context)
}

// all does the steps that the context allows.
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

// plan lists the steps: the bandwidths, the cases, and several threads.
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

// Memory returns the bytes that a run takes at most, about: the operands of the largest
// case beside the operands of the case before.
func (o Options) Memory() int {
	largest, r := 0, run{Options: o}
	for _, c := range cases.All() {
		if r.wants(c) {
			largest = max(largest, int(c.Bytes))
		}
	}
	return 2 * largest
}

// names reports whether a kernel was asked for.
func (r *run) names(kernel string) bool {
	return len(r.Kernels) == 0 || contains(r.Kernels, kernel)
}

// wants reports whether a case is to be measured.
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

// takes reports whether an implementation is measured on a case: the generic one
// skips what takes it long.
func (r *run) takes(impl string, c cases.Case) bool {
	return impl != Generic || c.MACs <= 1<<26
}

// reference is what generic figures are kept under: figures of a shape too large
// for it are taken from the next smaller.
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

// work is what a run of a case does, in the unit of its rate.
func work(c cases.Case) float64 { return float64(cmp.Or(c.MACs, c.Pents, c.Bytes)) }

// measureCase measures a case with each implementation.
func (r *run) measureCase(ctx context.Context, c cases.Case) {
	if ctx.Err() != nil {
		return
	}
	impl.Use(r.Impls[len(r.Impls)-1])
	runs := []func(){c.New()}
	if c.Kernel == cases.PopulationForward {
		runs = append(runs, c.Plain().New())
	}
	runtime.GC() // now, and not while the clock runs
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

// digits rounds to the five significant digits that a measurement may have.
func digits(v float64) float64 {
	if v == 0 {
		return 0
	}
	scale := math.Pow(10, 4-math.Floor(math.Log10(math.Abs(v))))
	return math.Round(v*scale) / scale
}

// filled returns a buffer of n bytes that were written, so that each page is
// there.
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

// bandwidths measures reading from half of a cache's size, and from memory: at least twice
// the last cache, but within a quarter of the memory that is available.
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

// threadCounts returns the numbers of threads to compare with one.
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

// Package selftest compares every implementation of the kernels with the generic one on this CPU,
// with random calls: shapes at and off the edges of the kernels' blocks, operands at any alignment,
// corner values. Results, the memory next to them, and input operands must be bit-identical.
//
// A seed and an index determine a case, so that a failed case can be repeated.
package selftest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/internal/catalogue"
	"github.com/Kaleaon/pentary-go/internal/impl"
	"github.com/Kaleaon/pentary-go/kernels"
)

// Implementation executes calls of a kernel.
type Implementation struct {
	Name string
	run  func(c *catalogue.Call) int
}

// Implementations returns the named implementations of package kernels; without names, all except
// the reference. It returns an error for an implementation that this CPU does not support, and for
// the reference.
func Implementations(names ...string) ([]Implementation, error) {
	all := Names()
	if len(names) == 0 {
		names = all
	}
	var impls []Implementation
	for _, name := range names {
		switch {
		case name == catalogue.Reference:
			return nil, console.InvalidValue("impl", name, errors.New("is the reference of the comparison"))
		case len(all) == 0:
			return nil, console.InvalidValue("impl", name, fmt.Errorf("this CPU supports only %s", catalogue.Reference))
		case !slices.Contains(all, name):
			return nil, console.InvalidValue("impl", name, fmt.Errorf("not on this CPU: %w", console.OneOf(name, all)))
		}
		impls = append(impls, Implementation{name, func(c *catalogue.Call) int { return under(name, c.Run) }})
	}
	return impls, nil
}

// Names returns the implementations that this CPU supports, without the reference.
func Names() []string {
	return slices.DeleteFunc(slices.Clone(kernels.Implementations()), func(name string) bool { return name == catalogue.Reference })
}

// Faulty returns the reference with a fault in the bytes of the first result that is not empty, for
// tests of failures.
func Faulty(name string, fault func(result []byte)) []Implementation {
	return []Implementation{{name, func(c *catalogue.Call) int {
		result := under(catalogue.Reference, c.Run)
		for _, output := range c.Outputs() {
			if len(output) > 0 && fault != nil {
				fault(output)
				break
			}
		}
		return result
	}}}
}

// under executes a call with the named implementation selected.
func under(name string, call func() int) int {
	defer impl.Use(name)()
	return call()
}

// Case identifies and describes one call of a kernel.
type Case struct {
	Seed   uint64 `json:"seed"`
	Index  uint64 `json:"case"`
	Kernel string `json:"kernel"`
	Shape  Shape  `json:"shape"`
}

// Shape holds the dimensions of a call, in the order of the kernel's dimensions.
type Shape []Dim

// Dim is one dimension.
type Dim struct {
	Name string `json:"name"`
	Size int    `json:"size"`
}

// String returns the shape, for example "m=3 k=65 n=1".
func (s Shape) String() string {
	parts := make([]string, len(s))
	for i, d := range s {
		parts[i] = d.Name + "=" + strconv.Itoa(d.Size)
	}
	return strings.Join(parts, " ")
}

// Failure is a call for which an implementation differs from the reference.
type Failure struct {
	Case
	Impl       string `json:"impl"`
	Difference string `json:"difference"`
}

// Limits of the reference's work, for most cases and for one in every rarely cases. The rare cases
// have several blocks in every dimension and use several processors.
const (
	commonWork = 1 << 17
	rareWork   = 1 << 25
	rarely     = 64
)

// margin is the number of bytes on each side of an operand that no kernel may change: a whole block
// of vectors.
const margin = 256

// drawn is a case with its call and the work of its reference.
type drawn struct {
	Case
	*catalogue.Call
	work int
}

// draw generates case index of a seed. Kernels take turns.
func draw(seed, index uint64) *drawn {
	k := catalogue.All[index%uint64(len(catalogue.All))]
	r := rand.New(rand.NewPCG(seed, index))
	limit := commonWork
	if r.IntN(rarely) == 0 {
		limit = rareWork
	}
	sizes := make([]int, len(k.Dims))
	for i, dim := range k.Dims {
		sizes[i] = size(dim, r)
	}
	k.Shrink(sizes, limit)
	d := &drawn{Case: Case{Seed: seed, Index: index, Kernel: k.Name}, work: k.Work(sizes)}
	for i, dim := range k.Dims {
		d.Shape = append(d.Shape, Dim{dim.Name, sizes[i]})
	}
	d.Call = k.NewCall(&catalogue.Operands{Rand: r, Memory: func(size, width int) ([]byte, int) {
		from := margin + r.IntN(64)/width*width
		return make([]byte, from+size+margin), from
	}}, sizes)
	return d
}

// size returns a random size: small, next to a multiple of a power of two, or any.
func size(d catalogue.Dim, r *rand.Rand) int {
	var size int
	switch r.IntN(4) {
	case 0:
		size = d.Least + r.IntN(10)
	case 1, 2:
		size = (1+r.IntN(4))<<r.IntN(12) + r.IntN(3) - 1
	case 3:
		size = d.Least + r.IntN(d.Most-d.Least+1)
	}
	if size > d.Most {
		size = d.Least + size%(d.Most-d.Least+1)
	}
	return max(size, d.Least)
}

// Coverage describes the tested cases of one implementation of one kernel.
type Coverage struct {
	Kernel   string `json:"kernel"`
	Impl     string `json:"impl"`
	Cases    int    `json:"cases"`
	Largest  Shape  `json:"largest"` // by work
	Elements int64  `json:"elements"`
	work     int
}

// Run tests implementations on the cases of a seed, from the first on, until length has passed and
// every kernel has been tested, or until ctx is done. It returns the coverage, by kernel and then by
// implementation, and the failure that ended it, if any. After each case it calls observe with the
// number of cases so far.
//
// It switches package kernels between implementations and finally restores the original one; no
// other code may use kernels meanwhile.
func Run(ctx context.Context, length time.Duration, impls []Implementation, seed uint64, observe func(cases int)) ([]Coverage, *Failure) {
	defer impl.Use(kernels.Selected())()
	all := catalogue.All
	cover := make([]Coverage, 0, len(all)*len(impls))
	for _, k := range all {
		for _, impl := range impls {
			cover = append(cover, Coverage{Kernel: k.Name, Impl: impl.Name})
		}
	}
	end := time.Now().Add(length)
	for i := 0; ctx.Err() == nil && (i < len(all) || time.Now().Before(end)); i++ {
		d := draw(seed, uint64(i))
		row := cover[i%len(all)*len(impls):]
		for j, impl := range impls {
			if difference := d.compare(impl); difference != "" {
				return cover, &Failure{d.Case, impl.Name, difference}
			}
			row[j].add(d)
		}
		observe(i + 1)
	}
	return cover, nil
}

func (c *Coverage) add(d *drawn) {
	c.Cases++
	c.Elements += d.Elements()
	if d.work >= c.work {
		c.work, c.Largest = d.work, d.Shape
	}
}

// compare executes the call with an implementation and returns the difference from the reference,
// or "".
func (d *drawn) compare(impl Implementation) string {
	return d.CheckRun(func() int { return impl.run(d.Call) })
}

// Replay repeats the call of a failure and returns the failure now, or nil. It returns an error if
// this version has another case for the seed and index, or if the implementation is not in impls.
func Replay(impls []Implementation, f Failure) (*Failure, error) {
	defer impl.Use(kernels.Selected())()
	at := slices.IndexFunc(impls, func(impl Implementation) bool { return impl.Name == f.Impl })
	if at < 0 {
		return nil, fmt.Errorf("this CPU does not support the implementation %q", f.Impl)
	}
	d := draw(f.Seed, f.Index)
	if d.Kernel != f.Kernel || !slices.Equal(d.Shape, f.Shape) {
		return nil, fmt.Errorf("case %d of seed %d is %s %v in this version, not %s %v",
			f.Index, f.Seed, d.Kernel, d.Shape, f.Kernel, f.Shape)
	}
	if difference := d.compare(impls[at]); difference != "" {
		return &Failure{d.Case, f.Impl, difference}, nil
	}
	return nil, nil
}

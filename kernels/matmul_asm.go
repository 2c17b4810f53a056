//go:build !purego && (amd64 || arm64)

package kernels

import (
	"sync"

	"github.com/Kaleaon/pentary-go/internal/parallel"
	"github.com/Kaleaon/pentary-go/packed"
)

func matMul(y []int32, w *packed.Matrix, x []int8, n int) {
	chooseMatMul(w, n)(y, w, x, n)
}

// chooseMatMul returns the fastest function for W and n columns at the level in use.
func chooseMatMul(w *packed.Matrix, n int) func(y []int32, w *packed.Matrix, x []int8, n int) {
	switch {
	case level == generic || w.Cols() == 0:
		return matMulGeneric
	case prefersVectors(w, n):
		return matVec
	}
	return matMulBlocked
}

func matMulBlocked(y []int32, w *packed.Matrix, x []int8, n int) {
	multiply(newProduct(y, w, x, n))
}

func matMulPerturbed(y []int32, w *packed.Matrix, x []int8, a []uint8, t []int32, pop Population, shift uint) {
	n := pop.TotalColumns()
	if level == generic || w.Cols() == 0 {
		matMulPerturbedGeneric(y, w, x, a, t, pop, shift)
		return
	}
	p := newProduct(y, w, x, n)
	p.perturbed, p.pert = true, perturbation{a: a, t: t, pop: pop, m: w.Rows(), shift: shift}
	if p.unit() > p.columnLimit() {
		// One pair is wider than a block of columns: two passes.
		p.perturbed = false
		multiply(p)
		p.pert.add(y, 0, w.Rows(), 0, pop.Pairs)
		return
	}
	multiply(p)
}

func matMulDrawn(y []int32, w *packed.Matrix, x []int8, a []uint8, s Stream, dist Distribution, t []int32, pop Population, shift uint) {
	p := newProduct(y, w, x, pop.TotalColumns())
	p.perturbed, p.pert = true, perturbation{t: t, pop: pop, m: w.Rows(), shift: shift, draws: true, source: newSource(s)}
	if w.Cols() == 0 || !p.pert.drawsCodes(dist, s.Generator) {
		NoisePairs(a, dist, s, pop.Pairs)
		matMulPerturbed(y, w, x, a, t, pop, shift)
		return
	}
	multiply(p)
}

func newProduct(y []int32, w *packed.Matrix, x []int8, n int) product {
	return product{tier: level, geometry: geometries[level], y: y, w: w, x: x, n: n}
}

// multiply computes a product, spread over the processors if it is large.
func multiply(p product) {
	w, n := p.w, p.n
	if w.Rows()*w.Cols()*n < parallelWork || parallel.Workers() == 1 {
		p.compute(0, w.Rows(), 0, n)
		return
	}
	j := jobs.Get().(*job)
	j.product = p
	j.split(parallel.Workers())
	parallel.For(parallel.Workers(), j.pieces, j.task)
	j.product = product{}
	jobs.Put(j)
}

// parallelWork is the number of multiply-adds from which a product is spread over
// the processors: about 0.1 ms of one, where waking them costs 0.7 µs.
const parallelWork = 1 << 24

// job is a product spread over processors, by columns or, if it has few, by rows.
type job struct {
	product
	byRows bool
	pieces int
	step   int
	task   func(worker, i int)
}

var jobs = sync.Pool{New: func() any {
	j := new(job)
	j.task = j.piece // kept, so that a call allocates nothing
	return j
}}

// split divides the job into one piece for each worker, of whole tiles.
func (j *job) split(workers int) {
	n, unit := j.n, j.unit()
	if unit%j.widest != 0 && !j.perturbed {
		unit *= j.widest // whole strips
	}
	j.byRows = n < workers*2*unit
	if j.byRows {
		n, unit = j.w.Rows(), max(j.rows, binomialPents) // whole blocks of codes that are drawn
	}
	j.step = ((n+workers-1)/workers + unit - 1) / unit * unit
	j.pieces = (n + j.step - 1) / j.step
}

// piece computes piece i, for any worker.
func (j *job) piece(_, i int) {
	if j.byRows {
		m := j.w.Rows()
		j.compute(i*j.step, min((i+1)*j.step, m), 0, j.n)
		return
	}
	j.compute(0, j.w.Rows(), i*j.step, min((i+1)*j.step, j.n))
}

package lowrank

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/internal/parallel"
	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
)

// A Stepper moves rows lo to hi of W by the update Z = Σ_p f_p·A_p·B_pᵀ whose
// terms it is given, and returns how many pents moved. Ranges of rows may run at
// the same time.
type Stepper interface {
	Step(w *packed.Matrix, t kernels.Terms, lo, hi int) (moved int)
}

// Updater applies the update of a generation. It keeps the factors of all pairs
// of one tensor while it works on it: Pairs·Rank·(m+k) bytes and as much for
// their interleaved form, never a buffer of Z's size.
type Updater struct {
	noise   Noise
	tensor  Tensor
	fitness []int8
	step    Stepper

	a, b  []uint8 // factors in order of pairs
	terms kernels.Terms
	moved []int // by row panel

	// The tasks of the parallel loops, kept so that a call allocates nothing.
	draw, weigh, walk func(worker, i int)
}

// NewUpdater returns an Updater with no memory yet.
func NewUpdater() *Updater {
	u := &Updater{}
	u.draw, u.weigh, u.walk = u.drawChunk, u.arrange, u.stepPanel
	return u
}

// Sizes of the parallel loops' pieces.
const (
	pairChunk = 16
	rowPanel  = 32
)

// Update moves the weights of one tensor by the fitness codes of all pairs, of
// magnitude at most kernels.MaxFitness, and returns how many pents moved.
func (u *Updater) Update(noise Noise, w Tensor, fitness []int8, step Stepper) (moved int) {
	for p, f := range fitness { // before any work, and not in another goroutine
		if f < -kernels.MaxFitness || f > kernels.MaxFitness {
			panic(fmt.Sprintf("lowrank: Update: fitness code %d of pair %d, want at most ±%d", f, p, kernels.MaxFitness))
		}
	}
	m, k := w.W.Rows(), w.W.Cols()
	count := len(fitness) * noise.Rank
	u.noise, u.tensor, u.fitness, u.step = noise, w, fitness, step
	u.a = reuse.Slice(u.a, count*packed.PaddedLen(m))
	u.b = reuse.Slice(u.b, count*packed.PaddedLen(k))
	u.terms = kernels.Terms{
		Count: count,
		Rows:  m,
		FA:    reuse.Slice(u.terms.FA, kernels.Quads(count)*4*m),
		B:     reuse.Slice(u.terms.B, kernels.Quads(count)*4*packed.PaddedLen(k)),
	}
	u.moved = reuse.Slice(u.moved, (m+rowPanel-1)/rowPanel)

	parallel.For(parallel.Workers(), (len(fitness)+pairChunk-1)/pairChunk, u.draw)
	parallel.For(parallel.Workers(), 2, u.weigh)
	parallel.For(parallel.Workers(), len(u.moved), u.walk)
	for _, n := range u.moved {
		moved += n
	}
	return moved
}

func (u *Updater) drawChunk(_, i int) {
	lo := i * pairChunk
	hi := min(lo+pairChunk, len(u.fitness))
	m, k := u.tensor.W.Rows(), u.tensor.W.Cols()
	rank := u.noise.Rank
	u.noise.factors(u.a[lo*rank*packed.PaddedLen(m):], FactorA, u.tensor.Number, lo, hi, m)
	u.noise.factors(u.b[lo*rank*packed.PaddedLen(k):], FactorB, u.tensor.Number, lo, hi, k)
}

func (u *Updater) arrange(_, side int) {
	if side == 0 {
		kernels.WeighFactors(u.terms.FA, u.a, u.fitness, u.noise.Rank, u.tensor.W.Rows())
	} else {
		kernels.InterleaveFactors(u.terms.B, u.b, u.terms.Count, packed.PaddedLen(u.tensor.W.Cols()))
	}
}

func (u *Updater) stepPanel(_, i int) {
	lo := i * rowPanel
	u.moved[i] = u.step.Step(u.tensor.W, u.terms, lo, min(lo+rowPanel, u.tensor.W.Rows()))
}

package lowrank

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/internal/parallel"
	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
)

// A Stepper moves rows lo to hi of W by the update Z = Σ_p f_p·A_p·B_pᵀ with the given terms,
// and returns the number of pents that moved. Ranges of rows may run at the same time.
type Stepper interface {
	Step(w *packed.Matrix, t kernels.Terms, lo, hi int) (moved int)
}

// Updater applies the update of a generation, one tensor at a time. It holds the tensor's
// factors of all pairs, Pairs·Rank·(m+k) bytes, and for each goroutine the factors of a few
// pairs as drawn, but never a buffer of the size of Z. With FullRank it holds a panel of
// rows of every pair's E for each goroutine. The zero value is ready for use, by one
// goroutine at a time.
type Updater struct {
	noise     Noise
	parameter Parameter
	fitness   []int8
	step      Stepper

	a, b  []uint8 // factors of a few pairs, or panels of E, by worker
	terms kernels.Terms
	moved []int // by row panel

	perSample sampleTerms // of PerturbActivations

	// The tasks of the parallel loops, kept so that a call allocates nothing.
	draw, walk, walkFullRank func(worker, i int)
}

// bind makes the tasks of the parallel loops.
func (u *Updater) bind() {
	if u.draw != nil {
		return
	}
	u.draw, u.walk, u.walkFullRank = u.drawPairs, u.stepPanel, u.stepFullRank
	g := &u.perSample
	g.signPairs, g.packRows, g.sumRows, g.weighRows, g.spreadStrip = u.signChunk, u.packChunk, u.sumChunk, u.weighChunk, u.spreadColumns
}

// rowPanel is how many rows a goroutine steps at once.
const rowPanel = 32

// pairChunk returns how many pairs a goroutine draws at once: enough for long runs of
// noise, few enough to stay in the cache, and whole quads of terms.
func pairChunk(rank int) int {
	if rank < 4 {
		return 32
	}
	return 8
}

// Update moves the weights of one tensor according to the fitness codes of all pairs, of
// magnitude at most kernels.MaxFitness, and returns the number of pents that moved. A frozen
// tensor does not move.
func (u *Updater) Update(noise Noise, w Parameter, fitness []int8, step Stepper) (moved int) {
	noise.wantWeights("Update")
	noise = noise.of(&w)
	w.matrix("Update")
	checkFitness("Update", fitness)
	noise.checkPairs(len(fitness))
	if w.Frozen {
		return 0
	}
	u.bind()
	u.noise, u.parameter, u.fitness, u.step = noise, w, fitness, step
	if noise.Rank == FullRank {
		u.updateFullRank()
	} else {
		u.updateFactored()
	}
	for _, n := range u.moved {
		moved += n
	}
	return moved
}

// checkFitness panics in the calling goroutine, before any work.
func checkFitness(fn string, fitness []int8) {
	beyond := int8(0) // negative if one is out of range
	for _, f := range fitness {
		beyond |= (kernels.MaxFitness - f) | (f + kernels.MaxFitness)
	}
	if beyond >= 0 {
		return
	}
	for p, f := range fitness {
		if f < -kernels.MaxFitness || f > kernels.MaxFitness {
			panic(fmt.Sprintf("lowrank: %s: fitness code %d of pair %d, want at most ±%d", fn, f, p, kernels.MaxFitness))
		}
	}
}

func (u *Updater) updateFactored() {
	m, k, rank := u.parameter.W.Rows(), u.parameter.W.Cols(), u.noise.Rank
	kp := packed.PaddedLen(k)
	count := len(u.fitness) * rank
	chunks := (len(u.fitness) + pairChunk(rank) - 1) / pairChunk(rank)
	workers := min(parallel.Workers(), chunks)
	u.a = reuse.Slice(u.a, workers*u.drawn(m))
	u.b = reuse.Slice(u.b, workers*u.drawn(k))
	u.terms = kernels.Terms{
		Count: count,
		Rows:  m,
		Left:  reuse.Slice(u.terms.Left, kernels.Quads(count)*4*m),
		Right: reuse.Slice(u.terms.Right, kernels.Quads(count)*4*kp),
	}
	u.moved = reuse.Slice(u.moved, (m+rowPanel-1)/rowPanel)

	parallel.For(workers, chunks, u.draw)
	parallel.For(parallel.Workers(), len(u.moved), u.walk)
}

// drawn returns the number of codes that a goroutine holds at once for factors of a length.
func (u *Updater) drawn(length int) int {
	return min(pairChunk(u.noise.Rank), len(u.fitness)) * u.noise.Rank * packed.PaddedLen(length)
}

// drawPairs draws the factors of a chunk of pairs and writes them to the terms
// (docs/decisions.md#factors-weighed-as-they-are-drawn).
func (u *Updater) drawPairs(worker, i int) {
	rank, w := u.noise.Rank, u.parameter.W
	m, k := w.Rows(), w.Cols()
	mp, kp := packed.PaddedLen(m), packed.PaddedLen(k)
	lo := i * pairChunk(rank)
	hi := min(lo+pairChunk(rank), len(u.fitness))
	first, terms := lo*rank, (hi-lo)*rank

	a := u.a[worker*u.drawn(m):][:terms*mp]
	u.noise.factors(a, FactorA, u.parameter.Number, lo, hi, m)
	kernels.WeighFactors(u.terms.Left[first*m:][:kernels.Quads(terms)*4*m], a, u.fitness[lo:hi], rank, m)

	b := u.b[worker*u.drawn(k):][:terms*kp]
	u.noise.factors(b, FactorB, u.parameter.Number, lo, hi, k)
	kernels.InterleaveFactorsAt(u.terms.Right, b, first, terms, u.terms.Count, kp)
}

func (u *Updater) stepPanel(_, i int) {
	lo := i * rowPanel
	hi := min(lo+rowPanel, u.parameter.W.Rows())
	u.moved[i] = u.step.Step(u.parameter.W, u.terms, lo, hi)
}

// updateFullRank computes each row of Z as a sum over pairs of f times the pair's row of E.
// All rows have the same Left, and each has its own Right.
func (u *Updater) updateFullRank() {
	m, kp, pairs := u.parameter.W.Rows(), packed.PaddedLen(u.parameter.W.Cols()), len(u.fitness)
	workers, panel := parallel.Workers(), panelRows(m)*kp
	u.b = reuse.Slice(u.b, workers*pairs*panel)
	u.terms = kernels.Terms{
		Count: pairs,
		Rows:  m,
		Left:  reuse.Slice(u.terms.Left, kernels.Quads(pairs)*4*m),
		Right: reuse.Slice(u.terms.Right, workers*kernels.Quads(pairs)*4*panel),
	}
	for at := 0; at < len(u.terms.Left); at += 4 * m {
		var quad [4]int8
		copy(quad[:], u.fitness[at/m:])
		for i := range m {
			*(*[4]int8)(u.terms.Left[at+4*i:]) = quad
		}
	}
	u.moved = reuse.Slice(u.moved, (m+panelRows(m)-1)/panelRows(m))
	parallel.For(workers, len(u.moved), u.walkFullRank)
}

// stepFullRank steps the rows of a panel of E. The panel, interleaved as one vector of each
// pair, holds the strips of each row one after another.
func (u *Updater) stepFullRank(worker, i int) {
	w := u.parameter.W
	m, k, kp, pairs := w.Rows(), w.Cols(), packed.PaddedLen(w.Cols()), len(u.fitness)
	lo := i * panelRows(m)
	rows := min(panelRows(m), m-lo)
	drawn := u.b[worker*pairs*panelRows(m)*kp:][:pairs*rows*kp]
	size := kernels.Quads(pairs) * 4 * kp
	strips := u.terms.Right[worker*panelRows(m)*size:][:rows*size]

	for p := range pairs {
		u.noise.panel(drawn[p*rows*kp:(p+1)*rows*kp], u.parameter.Number, p, i, k)
	}
	kernels.InterleaveFactors(strips, drawn, pairs, rows*kp)
	terms := u.terms
	u.moved[i] = 0
	for r := range rows {
		terms.Right = strips[r*size : (r+1)*size]
		u.moved[i] += u.step.Step(w, terms, lo+r, lo+r+1)
	}
}

package lowrank

import (
	"encoding/binary"
	"fmt"

	"github.com/Kaleaon/pentary-go/internal/fixed"
	"github.com/Kaleaon/pentary-go/internal/parallel"
	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/trit5"
)

// The terms of an update are int8 times pents. x is written with two pents, as
// 5·high + low, so that every sample makes two terms: 5·D with the high pents, and D
// with the low ones.
const (
	inputDigits = 2
	inputTop    = 12
	deltaTop    = 127 / 5 // of D, whose fivefold is an int8

	// deltaSpread is how many deviations of D deltaTop stands for: the few samples that
	// a network gets wrong have by far the largest gradients. MNIST after 3,000
	// generations of 64 pairs and 256 samples: 96.2 % for 8 deviations, 96.0 % for 3.
	deltaSpread = 8
)

// inputs holds, for x = -128 … 127 at uint8(x), the codes of both digits of
// x̂ = round(12·x/127), the high one in the lowest byte, and above the codes x̂².
var inputs = func() (table [256]uint32) {
	for i := range table {
		v := fixed.RoundDiv(int64(max(int8(i), -127))*inputTop, 127)
		high := fixed.RoundDiv(v, 5)
		table[i] = uint32(high+trit5.CodeZero) | uint32(v-5*high+trit5.CodeZero)<<8 | uint32(v*v)<<16
	}
	return table
}()

// gathering is what an Updater keeps to arrange an update of InActivations.
type gathering struct {
	samples int
	x       []int8

	signs []int32
	raw   []uint8
	fs    []int8         // f·S in quads: terms × samples
	codes []uint8        // of a row of A over all terms, by worker
	a     *packed.Matrix // A of all pairs: m × terms
	delta []int32        // D: m × samples
	mul   int64          // of D, with deltaBits fraction bits

	squares []uint64 // sums of squares by chunk: of D, or of x̂

	drawRows, total, weigh, spread func(worker, i int)
}

// Sizes of the pieces of parallel loops.
const (
	deltaRows  = 32
	inputChunk = 16 // samples, an even number
)

// Gather arranges the update of a generation of InActivations for one matrix and
// returns the standard deviation of an entry of Z, in 1/256, with the signal in it.
// Scatter then moves the weights.
//
// fitness holds a code for each pair and sample, at pair·samples + sample; x is the
// batch that the unperturbed layer sees, k × samples in quads.
//
//	D = Σ_p Σ_ρ A_pρ·(f_p·S_pρ)ᵀ, scaled so that ±25 are eight deviations
//	Z = Σ_b D_b·x̂_bᵀ, x̂ = round(12·x/127)
func (u *Updater) Gather(noise Noise, w Tensor, fitness []int8, x []int8, samples int) (deviation uint64) {
	m, k := w.matrix("Gather").Rows(), w.W.Cols()
	checkFitness("Gather", fitness)
	if samples < 1 || len(fitness)%samples != 0 || noise.Rank < 1 {
		panic(fmt.Sprintf("lowrank: Gather: %d codes for %d samples at rank %d", len(fitness), samples, noise.Rank))
	}
	checkLen("Gather", "x", len(x), kernels.Quads(k)*4, samples)
	u.noise, u.tensor, u.fitness, u.rows = noise, w, fitness, nil
	count := samples * inputDigits
	u.terms = kernels.Terms{
		Count: count,
		Rows:  m,
		FA:    reuse.Slice(u.terms.FA, kernels.Quads(count)*4*m),
		B:     reuse.Slice(u.terms.B, kernels.Quads(count)*4*packed.PaddedLen(k)),
	}
	g := &u.gather
	g.samples, g.x = samples, x
	u.sumPairs()
	deltas := u.weighDeltas()
	inputs := u.spreadInputs()
	return fixed.Sqrt(deltas / uint64(m) * inputs / uint64(k) << 16 / uint64(samples))
}

// Scatter moves the weights of the matrix last gathered, and returns how many pents
// moved.
func (u *Updater) Scatter(step Stepper) (moved int) {
	if u.tensor.Frozen {
		return 0
	}
	u.step = step
	u.moved = reuse.Slice(u.moved, (u.terms.Rows+rowPanel-1)/rowPanel)
	parallel.For(parallel.Workers(), len(u.moved), u.walk)
	for _, n := range u.moved {
		moved += n
	}
	return moved
}

// sumPairs computes D, a product of the pents A and f·S.
func (u *Updater) sumPairs() {
	g, m := &u.gather, u.terms.Rows
	pairs, rank := len(u.fitness)/g.samples, u.noise.Rank
	terms := pairs * rank
	u.a = reuse.Slice(u.a, terms*packed.PaddedLen(m))
	u.noise.factors(u.a, FactorA, u.tensor.Number, 0, pairs, m)
	if g.a == nil || g.a.Rows() != m || g.a.Cols() != terms {
		g.a = packed.NewMatrix(m, terms)
	}
	g.codes = reuse.Slice(g.codes, parallel.Workers()*packed.PaddedLen(terms))
	parallel.For(parallel.Workers(), (m+deltaRows-1)/deltaRows, g.drawRows)

	g.fs = reuse.Slice(g.fs, kernels.Quads(terms)*4*g.samples)
	clear(g.fs)
	g.signs = reuse.Slice(g.signs, rank*g.samples)
	g.raw = reuse.Slice(g.raw, packed.PaddedLen(rank*g.samples))
	for p := range pairs {
		u.noise.signs(g.signs, g.raw, u.tensor.Number, p, g.samples, 1)
		f := u.fitness[p*g.samples:][:g.samples]
		for ρ := range rank {
			τ := p*rank + ρ
			dst := g.fs[τ/4*g.samples*4+τ%4:]
			for b, s := range g.signs[ρ*g.samples:][:g.samples] {
				dst[b*4] = f[b] * int8(s)
			}
		}
	}
	g.delta = reuse.Slice(g.delta, m*g.samples)
	kernels.MatMul(g.delta, g.a, g.fs, g.samples)
}

// packRows turns a chunk of A, drawn as columns, into rows.
func (u *Updater) packRows(worker, i int) {
	g := &u.gather
	mp, terms := packed.PaddedLen(u.terms.Rows), g.a.Cols()
	padded := packed.PaddedLen(terms)
	codes := g.codes[worker*padded:][:padded]
	for row := i * deltaRows; row < min((i+1)*deltaRows, g.a.Rows()); row++ {
		for τ := range terms {
			codes[τ] = u.a[τ*mp+row]
		}
		for τ := terms; τ < padded; τ++ {
			codes[τ] = trit5.CodeZero
		}
		kernels.Pack(g.a.Row(row).Bytes(), codes, terms)
	}
}

var DeltaSpread = int64(3)

const deltaBits = 20

// weighDeltas writes the terms' FA and returns the sum of D², scaled.
func (u *Updater) weighDeltas() uint64 {
	g := &u.gather
	chunks := (u.terms.Rows + deltaRows - 1) / deltaRows
	g.squares = reuse.Slice(g.squares, chunks)
	parallel.For(parallel.Workers(), chunks, g.total)
	deviation := int64(fixed.Sqrt(sum(g.squares) << 4 / uint64(len(g.delta)) << 6)) // in 1/32
	g.mul = deltaTop << (5 + deltaBits) / (DeltaSpread * max(deviation, 1))
	clear(u.terms.FA[(kernels.Quads(u.terms.Count)-1)*4*u.terms.Rows:]) // lanes beyond Count
	parallel.For(parallel.Workers(), chunks, g.weigh)
	return sum(g.squares)
}

func sum(values []uint64) (total uint64) {
	for _, v := range values {
		total += v
	}
	return total
}

func (u *Updater) totalRows(_, i int) {
	g := &u.gather
	lo, hi := i*deltaRows, min((i+1)*deltaRows, u.terms.Rows)
	total := uint64(0)
	for _, v := range g.delta[lo*g.samples : hi*g.samples] {
		total += uint64(int64(v) * int64(v))
	}
	g.squares[i] = total
}

func (u *Updater) weighRows(_, i int) {
	g, m := &u.gather, u.terms.Rows
	total := uint64(0)
	for row := i * deltaRows; row < min((i+1)*deltaRows, m); row++ {
		for b, v := range g.delta[row*g.samples:][:g.samples] {
			q := (int64(v)*g.mul + 1<<(deltaBits-1)) >> deltaBits
			q = min(max(q, -deltaTop), deltaTop)
			total += uint64(q * q)
			fa := u.terms.FA[(b/2*m+row)*4+b%2*2:][:2]
			fa[0], fa[1] = int8(5*q), int8(q)
		}
	}
	g.squares[i] = total
}

// spreadInputs writes the terms' B and returns the sum of x̂².
func (u *Updater) spreadInputs() uint64 {
	g := &u.gather
	chunks := (g.samples + inputChunk - 1) / inputChunk
	g.squares = reuse.Slice(g.squares, chunks)
	parallel.For(parallel.Workers(), chunks, g.spread)
	return sum(g.squares)
}

func (u *Updater) spreadSamples(_, i int) {
	const zeros = trit5.CodeZero | trit5.CodeZero<<8
	g, k := &u.gather, u.tensor.W.Cols()
	quads := kernels.Quads(u.terms.Count)
	total := uint64(0)
	for b := i * inputChunk; b < min((i+1)*inputChunk, g.samples); b += 2 {
		both := b+1 < g.samples
		for j := range packed.PaddedLen(k) {
			codes := uint32(zeros | zeros<<16)
			if j < k {
				x := g.x[(j/4*g.samples+b)*4+j%4:]
				first := inputs[uint8(x[0])]
				total += uint64(first >> 16)
				codes = first&0xffff | zeros<<16
				if both {
					second := inputs[uint8(x[4])]
					total += uint64(second >> 16)
					codes = first&0xffff | second<<16
				}
			}
			strip := (j/kernels.StripCols*quads+b/2)*kernels.StripCols + j%kernels.StripCols
			binary.LittleEndian.PutUint32(u.terms.B[strip*4:], codes)
		}
	}
	g.squares[i] = total
}

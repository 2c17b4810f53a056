package baseline

import (
	"context"
	"fmt"
	"math/bits"
	"slices"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/internal/fixed"
	"github.com/Kaleaon/pentary-go/internal/parallel"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/trit5"
)

// PrototypeOptions configure a Prototype. The zero value of a field is its default, the
// value of the original prototype.
type PrototypeOptions struct {
	Seed        uint64
	Generations int    // length of the run; required
	Members     int    // N; default 100
	Rank        int    // r; default 16
	Sigma       es.Q16 // σ in levels, at most 16; default 0.1. Below 1/2 no perturbation has an effect
	Rate        es.Q16 // α, at most 1024; default 0.01. Below about σ·√N/10 no weight moves
}

// Prototype is the algorithm of this project's prototype: EGGROLL, but everything that is
// added to pents is quantized to pents first. For member i of N,
//
//	E_i = QUANT5(A_i·B_iᵀ/√r)               A_i, B_i of uniform pents
//	W_i = QUANT5(W + σ·E_i)                 a dense matrix, scored as f_i
//	F_i = (f_i − mean f)/deviation of f
//	W   ← QUANT5(W + α/(N·σ)·Σ F_i·E_i)
//
// where QUANT5 rounds half up and saturates. Each of its two faults keeps W from changing:
// QUANT5 rounds σ·E_i to zero, since |σ·E_i| < 1/2, so all members have the same score; and it
// would round the update to zero, which is even smaller. See Report. Besides, E_i has full
// rank, so the savings of low rank are lost.
//
// Larger Sigma and Rate avoid the first and the second fault. Mean squared error on the
// pattern task, which begins at 2.05, with rank 8 and 100 × 50 members × steps:
//
//	σ   α    0.1   1.0   2.0   5.0  10.0
//	0.1     2.05  2.05  2.05  2.05  2.05
//	0.5     2.05  1.44  1.62  2.25  2.74
//	1.0     2.05  2.04  1.54  1.74  2.20
//	2.0     2.05  2.05  2.05  1.87  1.96
type Prototype struct {
	options    PrototypeOptions
	model      model
	generation int
	report     Report

	levels [][]int8 // of each matrix
	member [][]int8
	e      [][]int8
	sums   [][]int64 // Σ F_i·E_i, 16 fraction bits
	scores []int64

	quantized []int8 // QUANT5(s/√r) for s = -4r to 4r
}

// Report counts the effects of a generation's perturbations.
type Report struct {
	Weights   int // of all matrices, of one member
	Members   int
	Perturbed int // weights of all members that differ from W's: zero is the first fault
	AtLimits  int // entries of all members' E at ±2
}

// NewPrototype returns a prototype that trains the matrices in place. The error names
// what is out of range.
func NewPrototype(matrices []*packed.Matrix, o PrototypeOptions) (*Prototype, error) {
	o.setDefaults()
	if err := o.check(); err != nil {
		return nil, err
	}
	m, err := newModel(matrices)
	if err != nil {
		return nil, err
	}
	p := &Prototype{options: o, model: m, scores: make([]int64, o.Members), quantized: quotients(o.Rank)}
	for _, w := range matrices {
		size := w.Rows() * w.Cols()
		p.levels = append(p.levels, make([]int8, size))
		p.member = append(p.member, make([]int8, size))
		p.e = append(p.e, make([]int8, size))
		p.sums = append(p.sums, make([]int64, size))
	}
	return p, nil
}

func (o *PrototypeOptions) setDefaults() {
	if o.Members == 0 {
		o.Members = 100
	}
	if o.Rank == 0 {
		o.Rank = 16
	}
	if o.Sigma == 0 {
		o.Sigma = es.Ratio(1, 10)
	}
	if o.Rate == 0 {
		o.Rate = es.Ratio(1, 100)
	}
}

func (o *PrototypeOptions) check() error {
	const maxSigma, maxRate = 16 << 16, 1024 << 16
	switch {
	case o.Rank < 1 || o.Rank > lowrank.MaxRank:
		return fmt.Errorf("baseline: rank %d, want 1 to %d", o.Rank, lowrank.MaxRank)
	case o.Sigma < 0 || o.Sigma > maxSigma:
		return fmt.Errorf("baseline: sigma %v, want more than 0 and at most 16", o.Sigma)
	case o.Rate < 0 || o.Rate > maxRate:
		return fmt.Errorf("baseline: rate %v, want more than 0 and at most 1024", o.Rate)
	}
	return checkPopulation(o.Generations, o.Members)
}

// Done reports whether the run has reached its last generation.
func (p *Prototype) Done() bool { return p.generation >= p.options.Generations }

// Report describes the last generation.
func (p *Prototype) Report() Report { return p.report }

// Step runs a generation, with one call of f for each member. If the context is done
// it returns its error, with the weights as they were. In the statistics Decided
// counts the members whose F is not zero; Spread, which is of pairs, stays zero.
func (p *Prototype) Step(ctx context.Context, f Objective) (es.Stats, error) {
	if p.Done() {
		return es.Stats{}, fmt.Errorf("baseline: the run of %d generations is done", p.options.Generations)
	}
	if err := p.evaluate(ctx, f); err != nil {
		return es.Stats{}, err
	}
	stats := es.Stats{Finished: p.generation + 1}
	summarize(&stats, p.scores)
	normalize(p.scores, stats.Mean)
	p.update(&stats)
	p.model.describe(&stats)
	p.generation++
	return stats, nil
}

// Run takes steps until the run is done, or until the context is done, whose error it then
// returns. After each step it calls the callbacks in turn; the first error of one ends the
// run and is returned unless it is es.ErrStop.
func (p *Prototype) Run(ctx context.Context, f Objective, callbacks ...func(es.Stats) error) error {
	return run(ctx, p, f, callbacks)
}

// evaluate scores every member and leaves the weights as they were.
func (p *Prototype) evaluate(ctx context.Context, f Objective) error {
	p.model.keep()
	defer p.model.restore()
	p.report = Report{Weights: p.model.weights, Members: p.options.Members}
	for i, w := range p.model.matrices {
		w.Unpack(p.levels[i])
	}
	for member := range p.scores {
		if err := ctx.Err(); err != nil {
			return err
		}
		for i, w := range p.model.matrices {
			p.Perturbation(p.e[i], i, member)
			out := p.member[i]
			for j, e := range p.e[i] {
				out[j] = quant5(p.levels[i][j], int64(p.options.Sigma)*int64(e))
				if out[j] != p.levels[i][j] {
					p.report.Perturbed++
				}
				if e == trit5.Min || e == trit5.Max {
					p.report.AtLimits++
				}
			}
			w.Pack(out)
		}
		p.scores[member] = f(p.generation)
	}
	return nil
}

// update moves the weights by the normalized scores.
func (p *Prototype) update(stats *es.Stats) {
	for i := range p.sums {
		clear(p.sums[i])
	}
	for member, f := range p.scores {
		if f == 0 {
			continue
		}
		stats.Decided++
		for i, sums := range p.sums {
			p.Perturbation(p.e[i], i, member)
			for j, e := range p.e[i] {
				sums[j] += f * int64(e)
			}
		}
	}
	part := int64(p.options.Members) * int64(p.options.Sigma)
	for i, w := range p.model.matrices {
		for j, sum := range p.sums[i] {
			p.levels[i][j] = quant5(p.levels[i][j], fixed.RoundDiv(sum*int64(p.options.Rate), part))
		}
		w.Pack(p.levels[i])
	}
}

// Perturbation writes E of a member of the next generation, row-major, for one of the
// matrices.
func (p *Prototype) Perturbation(dst []int8, matrix, member int) {
	w, rank := p.model.matrices[matrix], p.options.Rank
	m, k := w.Rows(), w.Cols()
	if len(dst) != m*k {
		panic(fmt.Sprintf("baseline: Perturbation: dst has %d elements for a matrix of %d×%d", len(dst), m, k))
	}
	noise := lowrank.Noise{
		Seed: p.options.Seed, Generation: p.generation, Distribution: kernels.Uniform, Rank: rank,
	}
	mp, kp := packed.PaddedLen(m), packed.PaddedLen(k)
	a, b := make([]uint8, rank*mp), make([]uint8, rank*kp)
	noise.Factor(a, lowrank.FactorA, uint32(matrix), member, m)
	noise.Factor(b, lowrank.FactorB, uint32(matrix), member, k)
	parallel.For(parallel.Workers(), m, func(_, i int) {
		row := make([]int, k)
		for ρ := range rank {
			weight := int(a[ρ*mp+i]) - trit5.CodeZero
			for j, c := range b[ρ*kp:][:k] {
				row[j] += weight * (int(c) - trit5.CodeZero)
			}
		}
		for j, sum := range row {
			dst[i*k+j] = p.quantized[sum+4*rank]
		}
	})
}

// quotients returns QUANT5(s/√r) for s = -4r to 4r. Twice the quotient reaches an odd
// threshold t where 2s ≥ t·√r, which squares decide exactly.
func quotients(r int) []int8 {
	q := make([]int8, 8*r+1)
	for i := range q {
		s := i - 4*r
		q[i] = trit5.Min
		for _, t := range []int{-3, -1, 1, 3} {
			if signedSquare(2*s) >= signedSquare(t)*r {
				q[i]++
			}
		}
	}
	return q
}

func signedSquare(v int) int { return v * max(v, -v) }

// quant5 returns QUANT5 of w + d, d with 16 fraction bits.
func quant5(w int8, d int64) int8 {
	const beyond = 8 << 16 // whatever w is, saturated
	return int8(trit5.QuantizeQ16(int32(w)<<16+int32(min(max(d, -beyond), beyond)), trit5.HalfUp))
}

// shiftedDifference returns ⌊(a - b)/2^shift⌋, which is to fit.
func shiftedDifference(a, b int64, shift uint) int64 {
	low, borrow := bits.Sub64(uint64(a), uint64(b), 0)
	high := uint64(a>>63) - uint64(b>>63) - borrow
	return int64(low>>shift | high<<(64-shift))
}

// normalize turns scores into their distance from the mean in standard deviations of
// the scores, with 16 fraction bits. Equal scores become zero.
func normalize(scores []int64, mean int64) {
	least, most := slices.Min(scores), slices.Max(scores)
	largest := max(uint64(mean)-uint64(least), uint64(most)-uint64(mean))
	// Squares of fit bits add up for the largest population.
	const fit = 20
	down := uint(max(0, bits.Len64(largest)-fit))
	squares := uint64(0)
	for i, v := range scores {
		scores[i] = shiftedDifference(v, mean, down)
		squares += uint64(scores[i] * scores[i])
	}
	// Four fraction bits more than the scores have, so that small ones keep their scale.
	deviation := int64(fixed.Sqrt(squares << 8 / uint64(len(scores))))
	if deviation == 0 {
		clear(scores)
		return
	}
	for i, d := range scores {
		scores[i] = fixed.RoundDiv(d<<20, deviation)
	}
}

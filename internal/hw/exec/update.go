package exec

import (
	"fmt"
	"math"

	"github.com/Kaleaon/pentary-go/internal/fixed"
	"github.com/Kaleaon/pentary-go/internal/hw/isa"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/trit5"
)

// update is a decoded update descriptor.
type update struct {
	noise  int64 // address
	rank   int64
	coding isa.Coding
	codes  Tensor
	rule   isa.Rule
	rate   int64
	state  int64 // address of the residuals, or σ
}

func (m *Machine) update(address int64) (u update, err error) {
	words, err := m.descriptor(address, isa.Update)
	if err != nil {
		return u, err
	}
	u = update{
		noise: words[isa.UpdateNoise], rank: words[isa.UpdateRank],
		coding: isa.Coding(words[isa.UpdateCoding]), rule: isa.Rule(words[isa.UpdateRule]),
		rate: words[isa.UpdateRate], state: words[isa.UpdateState],
	}
	kind := isa.Bytes
	switch {
	case words[isa.UpdateCoding] < int64(isa.FourBits) || words[isa.UpdateCoding] > int64(isa.Normalized):
		return u, fmt.Errorf("update at %d has coding %d", address, words[isa.UpdateCoding])
	case words[isa.UpdateRule] < int64(isa.Residual) || words[isa.UpdateRule] > int64(isa.Prototype):
		return u, fmt.Errorf("update at %d has rule %d", address, words[isa.UpdateRule])
	case (u.coding == isa.Normalized) != (u.rule == isa.Prototype):
		return u, fmt.Errorf("update at %d has rule %d, which does not take coding %d", address, u.rule, u.coding)
	case u.coding == isa.Normalized:
		kind = isa.Accumulators
	}
	if u.codes, err = m.tensor(words[isa.UpdateCodes], kind); err != nil {
		return u, fmt.Errorf("codes: %w", err)
	}
	if u.codes.Cols != 1 {
		return u, fmt.Errorf("codes: %v, want one column", u.codes)
	}
	return u, nil
}

// quantizePents executes PQUANT.
func quantizePents(m *Machine, in isa.Instruction, e *Event) error {
	if in.Imm != trit5.Levels {
		return fmt.Errorf("%d levels, want %d", in.Imm, trit5.Levels)
	}
	kind, err := m.kindAt(m.regs[in.Rs1])
	if err != nil {
		return err
	}
	w, err := m.result(m.regs[in.Rd], isa.Pents)
	if err != nil {
		return err
	}
	if kind != isa.Update {
		return m.quantizeSums(w, m.regs[in.Rs1])
	}
	u, err := m.update(m.regs[in.Rs1])
	if err != nil {
		return err
	}
	matrix, err := m.matrix(w)
	if err != nil {
		return err
	}
	n, err := m.noise(u.noise)
	if err != nil {
		return err
	}
	noise, err := n.ofRank(u.rank)
	if err != nil {
		return err
	}
	e.Tensors[1] = u.codes
	e.Read.add(w.traffic())
	e.Read.add(u.codes.traffic())
	e.M, e.K, e.N, e.Rank = w.Rows, w.Cols, u.codes.Rows, noise.Rank
	pents := packed.PaddedLen(w.Rows) + packed.PaddedLen(w.Cols)
	e.Blocks = u.codes.Rows * blocks(n.law, noise.Rank*pents)
	if u.rule == isa.Prototype {
		return m.prototype(w, matrix, u, n.tensor, noise)
	}
	return m.move(matrix, u, n, noise)
}

// quantizeSums stores the pents nearest to accumulators with 16 fraction bits.
func (m *Machine) quantizeSums(w Tensor, address int64) error {
	y, err := m.operand(1, address, isa.Accumulators)
	if err != nil {
		return err
	}
	if err := same(w, y); err != nil {
		return err
	}
	sums := m.accumulators(y)
	row, out := resize(&m.scratch.codes, w.Cols), packed.NewMatrix(1, w.Cols)
	for i := range w.Rows {
		for j := range row {
			row[j] = int8(trit5.QuantizeQ16(sums[i*w.Cols+j], trit5.HalfUp))
		}
		out.Row(0).Pack(row)
		dst := m.pents[w.Base+i*out.Stride():][:out.Stride()]
		if m.watched() {
			m.event.Moved += m.changed(dst, out, w.Cols)
		}
		copy(dst, out.Bytes())
	}
	m.event.M, m.event.N = w.Rows, w.Cols
	return nil
}

// changed returns the number of pents in a row that differ from the new row. Invalid bytes count
// as changed.
func (m *Machine) changed(row []byte, to *packed.Matrix, cols int) (n int) {
	from, err := packed.MatrixOver(1, cols, row)
	if err != nil {
		return cols
	}
	for j := range cols {
		if from.At(0, j) != to.At(0, j) {
			n++
		}
	}
	return n
}

// move applies the update of a generation of antithetic pairs to a matrix.
func (m *Machine) move(w *packed.Matrix, u update, n noise, noise lowrank.Noise) error {
	rank, pairs := noise.Rank, u.codes.Rows
	if rank > kernels.MaxRankK/w.Cols() || pairs > kernels.MaxTerms/rank {
		return fmt.Errorf("%d pairs of rank %d for %d columns, want at most %d terms (pairs·rank) and rank·columns of at most %d",
			pairs, rank, w.Cols(), kernels.MaxTerms, kernels.MaxRankK)
	}
	if u.rate < 0 || u.rate > int64(fixed.One) {
		return fmt.Errorf("rate %d, want 0 to %d", u.rate, fixed.One)
	}
	codes := m.activations(u.codes)[:pairs]
	squares := uint64(0)
	for p, f := range codes {
		if f < -kernels.MaxFitness || f > kernels.MaxFitness {
			return fmt.Errorf("code %d of pair %d, want at most ±%d", f, p, kernels.MaxFitness)
		}
		squares += uint64(int(f) * int(f))
	}
	tensor := lowrank.Parameter{Number: n.tensor, W: w}
	step := stepper{scale: scaleOf(squares*uint64(noise.Variance()), u.rate)}
	if u.rule == isa.Residual {
		state, err := m.operand(2, u.state, isa.Bytes)
		if err != nil {
			return fmt.Errorf("residuals: %w", err)
		}
		if rows := int64(w.Rows()) * int64(packed.PaddedLen(w.Cols())); state.Cols != 1 || int64(state.Rows) != rows {
			return fmt.Errorf("residuals: %v, want %d×1", state, rows)
		}
		if err := apart(state, u.codes, false); err != nil {
			return err
		}
		step.residual = m.activations(state)
		m.event.Written.add(state.traffic())
	} else {
		step.rounding = noise.Stream(lowrank.Rounding, n.tensor, 0)
	}
	if squares > 0 {
		m.event.Moved = m.updater.Update(noise, tensor, codes, &step)
	}
	return nil
}

// stepper applies a rule to rows of a matrix.
type stepper struct {
	scale    kernels.Scale
	residual []int8 // nil for stochastic rounding
	rounding kernels.Stream
}

// Step implements lowrank.Stepper.
func (s *stepper) Step(w *packed.Matrix, t kernels.Terms, lo, hi int) int {
	if s.residual == nil {
		return kernels.UpdateStochastic(w, t, s.scale, s.rounding, lo, hi)
	}
	return kernels.UpdateResidual(w, s.residual, t, s.scale, lo, hi)
}

// scaleOf returns the scale that makes one standard deviation of Z, given its variance, a step of
// rate levels.
func scaleOf(variance uint64, rate int64) kernels.Scale {
	const shift = 20
	deviation := max(1, fixed.Sqrt(variance<<16)) // in 1/256
	mul := min(rate<<shift/int64(deviation), 256<<shift)
	s := kernels.Scale{Mul: int32(mul), Shift: shift}
	if mul > 0 {
		s.Limit = int32(256<<shift/mul) + 1
	}
	return s
}

// prototype applies the prototype's update: W ← QUANT5(W + α/(n·σ)·Σ F·E).
func (m *Machine) prototype(t Tensor, w *packed.Matrix, u update, tensor uint32, noise lowrank.Noise) error {
	const maxSigma, maxRate = 16 << 16, 1024 << 16
	if u.state < 1 || u.state > maxSigma || u.rate < 0 || u.rate > maxRate {
		return fmt.Errorf("σ of %d and rate %d, want 1 to %d and 0 to %d", u.state, u.rate, maxSigma, maxRate)
	}
	size, rank := t.Rows*t.Cols, noise.Rank
	if int64(t.Rows)*int64(t.Cols) > math.MaxInt32 {
		return fmt.Errorf("%v is too large", t)
	}
	sums := resize(&m.scratch.sums, size)
	clear(sums)
	a := resize(&m.scratch.a, rank*packed.PaddedLen(t.Rows))
	b := resize(&m.scratch.b, rank*packed.PaddedLen(t.Cols))
	row, quotients := resize(&m.scratch.codes, t.Cols), quotients(rank)
	for member, f := range m.accumulators(u.codes) {
		if f == 0 {
			continue
		}
		noise.Factor(a, lowrank.FactorA, tensor, member, t.Rows)
		noise.Factor(b, lowrank.FactorB, tensor, member, t.Cols)
		for i := range t.Rows {
			quantizedRow(row, quotients, a, b, i, t.Rows, t.Cols, rank)
			for j, e := range row {
				sums[i*t.Cols+j] += int64(f) * int64(e)
			}
		}
	}
	part := int64(u.codes.Rows) * u.state
	for i := range t.Rows {
		w.Row(i).Unpack(row)
		for j, v := range row {
			d := fixed.RoundDiv(sums[i*t.Cols+j]*u.rate, part)
			const beyond = 8 << 16 // saturates for every w
			to := int8(trit5.QuantizeQ16(int32(v)<<16+int32(min(max(d, -beyond), beyond)), trit5.HalfUp))
			if to != v {
				m.event.Moved++
			}
			row[j] = to
		}
		w.Row(i).Pack(row)
	}
	return nil
}

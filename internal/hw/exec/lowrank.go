package exec

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/internal/hw/isa"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/trit5"
)

// perturbation executes LRMUL. The perturbation is in accumulators
// (docs/decisions.md#perturbation-in-the-instruction-set).
func perturbation(m *Machine, in isa.Instruction, e *Event) error {
	f, err := m.factors(m.regs[in.Rs1], in.Imm)
	if err != nil {
		return err
	}
	rank, mm, k := int(in.Imm), f.a.Cols, f.b.Cols
	if rank > kernels.MaxRankK/k {
		return fmt.Errorf("rank %d for %d columns, want a product of at most %d", rank, k, kernels.MaxRankK)
	}
	a, err := m.codesOf(f.a, &m.scratch.a)
	if err != nil {
		return err
	}
	b, err := m.codesOf(f.b, &m.scratch.b)
	if err != nil {
		return err
	}
	e.M, e.K, e.Rank = mm, k, rank
	e.Read.add(f.a.traffic())
	e.Read.add(f.b.traffic())
	if in.Rs2 == isa.Zero {
		err = m.product(in, f, a, b)
	} else {
		err = m.perturb(in, f, a, b)
	}
	if err != nil {
		return err
	}
	e.Tensors[1], e.Tensors[2] = f.a, f.b
	if m.watched() {
		e.Weights.addCodes(a, mm)
		e.Weights.addCodes(b, k)
	}
	return nil
}

// addCodes counts the codes of padded rows with the given length.
func (c *Census) addCodes(codes []uint8, length int) {
	var h [trit5.Levels]int
	padded := packed.PaddedLen(length)
	for ; len(codes) > 0; codes = codes[padded:] {
		for _, code := range codes[:length] {
			h[code]++
		}
	}
	c.add(h)
}

// perturb computes the perturbation of a product D for activations.
func (m *Machine) perturb(in isa.Instruction, f factors, a, b []uint8) error {
	d, err := m.result(m.regs[in.Rd], isa.Accumulators)
	if err != nil {
		return err
	}
	x, err := m.operand(3, m.regs[in.Rs2], isa.Bytes)
	if err != nil {
		return err
	}
	n := x.Cols
	switch {
	case d.Rows != f.a.Cols || d.Cols != n || x.Rows != f.b.Cols:
		return fmt.Errorf("%v for factors of %d×%d and %v", d, f.a.Cols, f.b.Cols, x)
	case f.multiplier < 1<<scaleBits || f.multiplier > 2<<scaleBits:
		return fmt.Errorf("multiplier %d, want 128 to 256; LRGEN sets it", f.multiplier)
	case f.shift < 0 || f.shift > maxShift:
		return fmt.Errorf("shift %d, want 0 to %d", f.shift, maxShift)
	}
	// A population of one pair without base product: the plus member is D.
	pop := kernels.Population{Pairs: 1, Rank: int(in.Imm), Columns: n}
	t := resize(&m.scratch.t, pop.Rank*n)
	kernels.ProjectShared(t, b, m.activations(x), pop, x.Rows)
	for i, v := range t {
		t[i] = int32((int64(v)*f.multiplier + 1<<(scaleBits-1)) >> scaleBits)
	}
	base, y := resize(&m.scratch.base, d.Rows*n), resize(&m.scratch.y, d.Rows*2*n)
	clear(base)
	kernels.PerturbShared(y, base, a, t, pop, d.Rows, uint(f.shift))
	out := m.accumulators(d)
	for i := range d.Rows {
		copy(out[i*n:(i+1)*n], y[2*i*n:])
	}
	m.event.N = n
	return nil
}

// product computes pents QUANT5(Aᵀ·B/√r).
func (m *Machine) product(in isa.Instruction, f factors, a, b []uint8) error {
	d, err := m.result(m.regs[in.Rd], isa.Pents)
	if err != nil {
		return err
	}
	if err := firstError(d.want(f.a.Cols, f.b.Cols), apart(d, f.a, false), apart(d, f.b, false)); err != nil {
		return err
	}
	padded := packed.PaddedLen(d.Cols)
	row := resize(&m.scratch.codes, padded)
	quotients := quotients(int(in.Imm))
	out := packed.NewMatrix(1, d.Cols)
	for i := range d.Rows {
		quantizedRow(row, quotients, a, b, i, d.Rows, d.Cols, int(in.Imm))
		out.Row(0).Pack(row[:d.Cols])
		copy(m.pents[d.Base+i*out.Stride():], out.Bytes())
	}
	return nil
}

// quantizedRow writes row i of the m×k matrix QUANT5(Aᵀ·B/√r), given quotients(r).
func quantizedRow(dst, quotients []int8, a, b []uint8, i, m, k, rank int) {
	mp, kp := packed.PaddedLen(m), packed.PaddedLen(k)
	for j := range k {
		sum := 0
		for r := range rank {
			sum += (int(a[r*mp+i]) - trit5.CodeZero) * (int(b[r*kp+j]) - trit5.CodeZero)
		}
		dst[j] = quotients[sum+4*rank]
	}
}

// quotients returns QUANT5(s/√r) for s = -4r to 4r. s/√r reaches the threshold t/2 for odd t if
// 2s ≥ t·√r, which is decided by comparing squares.
func quotients(r int) []int8 {
	square := func(v int) int { return v * max(v, -v) }
	q := make([]int8, 8*r+1)
	for i := range q {
		q[i] = trit5.Min
		for _, t := range []int{-3, -1, 1, 3} {
			if square(2*(i-4*r)) >= square(t)*r {
				q[i]++
			}
		}
	}
	return q
}

// addPerturbation executes LRADD.
func addPerturbation(m *Machine, in isa.Instruction, e *Event) error {
	y, err := m.result(m.regs[in.Rd], isa.Accumulators)
	if err != nil {
		return err
	}
	base, err := m.operand(1, m.regs[in.Rs1], 0)
	if err != nil {
		return err
	}
	d, err := m.operand(2, m.regs[in.Rs2], base.Kind)
	if err != nil {
		return err
	}
	e.M, e.N = y.Rows, y.Cols
	if base.Kind == isa.Pents {
		return m.addPents(y, base, d, m.regs[in.Rs2]+isa.TensorWords)
	}
	if base.Kind != isa.Accumulators {
		return fmt.Errorf("%v, want accumulators or pents", base)
	}
	if y.Cols%2 != 0 {
		return fmt.Errorf("%v has an odd number of columns, want plus and minus", y)
	}
	half := y.Cols / 2
	for _, t := range []Tensor{base, d} {
		if t.Rows != y.Rows || t.Cols != y.Cols && t.Cols != half {
			return fmt.Errorf("%v for %v, want as many columns or half", t, y)
		}
		if err := apart(y, t, true); err != nil {
			return err
		}
	}
	dst, bs, ds := m.accumulators(y), m.accumulators(base), m.accumulators(d)
	for i := range y.Rows {
		for c := range y.Cols {
			v := ds[i*d.Cols+c%d.Cols]
			if c >= half {
				v = -v
			}
			dst[i*y.Cols+c] = bs[i*base.Cols+c%base.Cols] + v
		}
	}
	return nil
}

// addPents writes base + D·sigma with 16 fraction bits, where sigma is the word at address and
// base and D are pents.
func (m *Machine) addPents(y, base, d Tensor, address int64) error {
	at, err := m.word(address)
	if err != nil {
		return fmt.Errorf("the word after D's descriptor: %w", err)
	}
	sigma := m.words[at]
	m.event.Read.Words += isa.WordBytes
	const most = 16 << 16
	if sigma < -most || sigma > most {
		return fmt.Errorf("multiplier %d of D, want at most ±%d", sigma, most)
	}
	if err := firstError(same(y, base), same(y, d)); err != nil {
		return err
	}
	ws, err := m.matrix(base)
	if err != nil {
		return err
	}
	es, err := m.matrix(d)
	if err != nil {
		return err
	}
	dst := m.accumulators(y)
	w, p := resize(&m.scratch.patch, y.Cols), resize(&m.scratch.codes, y.Cols)
	for i := range y.Rows {
		ws.Row(i).Unpack(w)
		es.Row(i).Unpack(p)
		for j, v := range w {
			dst[i*y.Cols+j] = int32(v)<<16 + int32(sigma)*int32(p[j])
		}
	}
	m.census(es)
	return nil
}

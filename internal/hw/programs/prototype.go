package programs

import (
	"cmp"
	"context"
	"fmt"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/es/baseline"
	"github.com/Kaleaon/pentary-go/internal/hw/exec"
	"github.com/Kaleaon/pentary-go/internal/hw/isa"
	"github.com/Kaleaon/pentary-go/packed"
)

// Prototype is a program that trains a matrix towards a target matrix by the prototype's
// algorithm, like baseline.Prototype with the negative squared error as the objective.
type Prototype struct {
	*Program
	w, target *packed.Matrix
}

type prototypeText struct {
	Seed                                     string
	Generations, Members, Rank               int
	Sigma, Rate                              int64 // in 1/65536
	A, B, E, Sum, W, Member, Target, Fitness string
}

// NewPrototype returns the program of a run of baseline.Prototype that trains w towards target,
// which has the same shape. Options and defaults are as for baseline.NewPrototype, with at
// most isa.MaxSmall members.
func NewPrototype(w, target *packed.Matrix, o baseline.PrototypeOptions) (*Prototype, error) {
	if w.Rows() != target.Rows() || w.Cols() != target.Cols() {
		return nil, fmt.Errorf("programs: matrix of %d×%d and target of %d×%d, want the same shape", w.Rows(), w.Cols(), target.Rows(), target.Cols())
	}
	if _, err := baseline.NewPrototype([]*packed.Matrix{w}, o); err != nil {
		return nil, err
	}
	o.Members, o.Rank = cmp.Or(o.Members, 100), cmp.Or(o.Rank, 16)
	o.Sigma, o.Rate = cmp.Or(o.Sigma, es.Ratio(1, 10)), cmp.Or(o.Rate, es.Ratio(1, 100))
	if o.Members > isa.MaxSmall || o.Generations > isa.MaxLarge {
		return nil, fmt.Errorf("programs: %d members and %d generations, want at most %d and %d", o.Members, o.Generations, isa.MaxSmall, isa.MaxLarge)
	}
	l, m, k := &layout{}, w.Rows(), w.Cols()
	text := prototypeText{
		Seed: seedWords(o.Seed), Generations: o.Generations, Members: o.Members, Rank: o.Rank,
		Sigma: int64(o.Sigma), Rate: int64(o.Rate),
		A: l.matrix(o.Rank, m), B: l.matrix(o.Rank, k), E: l.matrix(m, k), Sum: l.accumulators(m, k),
		W: l.matrix(m, k), Member: l.matrix(m, k), Target: l.matrix(m, k), Fitness: l.accumulators(o.Members, 1),
	}
	program, err := build("prototype.pasm", text, l)
	if err != nil {
		return nil, err
	}
	return &Prototype{Program: program, w: w, target: target}, nil
}

// Machine returns a machine with the matrix and its target in memory.
func (p *Prototype) Machine(observers ...exec.Observer) (*exec.Machine, error) {
	m, err := p.Program.Machine(observers...)
	if err != nil {
		return nil, err
	}
	if err := setMatrix(m, "w", p.w); err != nil {
		return nil, err
	}
	return m, setMatrix(m, "target", p.target)
}

// Run trains the matrix. After an error, the matrix is unchanged.
func (p *Prototype) Run(ctx context.Context, observers ...exec.Observer) error {
	m, err := p.Machine(observers...)
	if err != nil {
		return err
	}
	if err := m.Run(ctx); err != nil {
		return err
	}
	return getMatrix(m, "w", p.w)
}

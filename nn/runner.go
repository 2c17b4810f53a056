package nn

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
)

// A Runner runs a model on sequences, n columns at a time: inference, for sampling and
// validation. One goroutine uses it at a time.
type Runner struct {
	pass Pass
	out  []int8
}

// NewRunner returns a Runner at the start of sequences of n columns. It panics if n is
// below 1 or above 2^24.
func (m *Model) NewRunner(n int) *Runner {
	r := &Runner{pass: newPass(m)}
	r.Restart(n)
	return r
}

// maxColumns bounds the columns of a pass, so that the sizes of batches do not wrap.
const maxColumns = 1 << 24

// Use makes a Multiplier compute the products W·x from now on; nil for the kernels.
func (r *Runner) Use(m Multiplier) { r.pass.multiplier = m }

// Freeze declares that the weights stay as they are until it is called again. Steps of up to
// kernels.MaxVecs columns then use weights that are unpacked once, a byte each, where that is
// faster: in small models, see kernels.PrefersCodes. Results are the same.
func (r *Runner) Freeze() {
	p := &r.pass
	if !kernels.PrefersCodes(p.model.Size()) {
		p.codes = nil
		return
	}
	p.codes = grow(p.codes, len(p.model.matrices))
	for i, d := range p.model.matrices {
		p.codes[i] = reuse.Slice(p.codes[i], kernels.CodesLen(d.W.Rows(), d.W.Cols()))
		kernels.InterleaveCodes(p.codes[i], d.W)
	}
}

// Restart begins new sequences of n columns. It panics if n is below 1 or above 2^24.
func (r *Runner) Restart(n int) {
	if n < 1 || n > maxColumns {
		panic(fmt.Sprintf("nn: a Runner of %d columns, want 1 to %d", n, maxColumns))
	}
	r.pass.begin(n)
}

// Step computes the model's next step: x is a batch of Inputs() × n in quads. It returns a
// batch of Outputs() × n, valid until the next step.
func (r *Runner) Step(x []int8) []int8 {
	r.pass.checkInput("Step", x)
	if r.out != nil {
		r.pass.Free(r.out)
	}
	r.out = r.pass.model.step(&r.pass, x)
	return r.out
}

func (p *Pass) checkInput(fn string, x []int8) {
	if k := p.model.Inputs(); len(x) != kernels.Quads(k)*4*p.n {
		panic(fmt.Sprintf("nn: %s: a batch of %d activations, want %d for %d×%d", fn, len(x), kernels.Quads(k)*4*p.n, k, p.n))
	}
}

// A MemberRunner runs a model for some pairs of a generation, each member with inputs and
// states of its own: for evaluators whose inputs depend on the members' actions, such as
// episodes. Its noise is in weights. One goroutine uses it at a time.
type MemberRunner struct {
	pass    Pass
	members members
	out     []int8
}

// NewMemberRunner returns a MemberRunner of the model.
func (m *Model) NewMemberRunner() *MemberRunner { return &MemberRunner{pass: newPass(m)} }

// Begin begins sequences of pairs lo to hi of a generation, streams columns for each
// member: column (2·(p-lo)+s)·streams + b is stream b of pair p, plus for s = 0 and minus
// for s = 1. It panics if the pairs are not the generation's or the noise is in
// activations; see CheckGeneration for its tensors.
func (p *MemberRunner) Begin(g *es.Generation, lo, hi, streams int) {
	if lo < 0 || hi > g.Pairs || lo >= hi || streams < 1 || streams > maxColumns/(2*(hi-lo)) || g.Noise.Estimator != lowrank.PerturbWeights {
		panic(fmt.Sprintf("nn: MemberRunner: pairs %d to %d of %d with %d streams, noise in %v", lo, hi, g.Pairs, streams, g.Noise.Estimator))
	}
	p.pass.beginMembers(&p.members, g.Noise, g.Parameters, g.Pairs, lo, hi, streams, 1)
}

// Keep continues with pairs lo to hi of Begin's pairs alone: Step takes only their columns from
// now on. It panics if one of them was left out before.
func (p *MemberRunner) Keep(lo, hi int) {
	if m := &p.members; lo < m.from || hi > m.to || lo >= hi {
		panic(fmt.Sprintf("nn: Keep: pairs %d to %d of %d to %d", lo, hi, m.from, m.to))
	}
	p.pass.keep(lo, hi)
}

// Columns returns the number of columns that Step takes.
func (p *MemberRunner) Columns() int { return p.pass.n }

// Step computes the next step of all members: x is a batch of Inputs() × Columns() in quads.
// It returns a batch of Outputs() × Columns(), valid until the next step.
func (p *MemberRunner) Step(x []int8) []int8 {
	p.pass.checkInput("Step", x)
	if p.out != nil {
		p.pass.Free(p.out)
	}
	p.out = p.pass.model.step(&p.pass, x)
	return p.out
}

// CheckGeneration returns an error if a generation is not one of the model's weights.
func (m *Model) CheckGeneration(g *es.Generation) error {
	if len(g.Parameters) != len(m.matrices) {
		return fmt.Errorf("nn: generation of %d parameters for a model of %d", len(g.Parameters), len(m.matrices))
	}
	for i, t := range m.matrices {
		if g.Parameters[i].W != t.W {
			return fmt.Errorf("nn: parameter %d of the generation is not %q", i, m.names[i])
		}
	}
	return nil
}

// step takes a pass one step further.
func (m *Model) step(p *Pass, x []int8) []int8 {
	p.nextStep()
	y := chainStep(m.Layers, p, x)
	p.endStep()
	return y
}

// stepMembers takes a population one step further, all members at step t of a batch.
func (m *Model) stepMembers(p *Pass, s *sharedBatch, t int) []int8 {
	p.nextStep()
	layers := m.Layers
	var x []int8
	if first, ok := asFirst(layers[0]); ok {
		x = p.stepShared(first, s.first[t], s.base[t])
		layers = layers[1:]
	} else {
		x = p.Alloc(m.Inputs())
		spread(x, s.X[s.WarmUp+t], kernels.Quads(m.Inputs()), p.n, s.Streams)
	}
	y := x
	if len(layers) > 0 {
		y = chainStep(layers, p, x)
		p.Free(x)
	}
	p.endStep()
	return y
}

// try takes the model one step with a column of zeros, and returns the columns that each
// matrix sees and whether a layer has a state. It returns an error if a layer breaks the
// rules that Layer names.
func (m *Model) try() (columns []int, remembers bool, err error) {
	defer func() {
		if broken := recover(); broken != nil {
			err = fmt.Errorf("nn: a step of the model panics: %v", broken)
		}
	}()
	p := newPass(m)
	p.begin(1)
	var r recording
	r.reset(len(m.matrices), 0, 1, true)
	p.record = &r
	p.nextStep()
	x := make([]int8, kernels.Quads(m.Inputs())*4)
	for i, l := range m.Layers {
		y := l.Step(&p, x)
		if want := kernels.Quads(l.Outputs()) * 4; len(y) != want || p.n != 1 {
			return nil, false, fmt.Errorf("nn: layer %d, %v, returns %d activations in %d columns, want %d in 1", i, l, len(y), p.n, want)
		}
		x = y
	}
	if p.tensor != len(m.matrices) {
		return nil, false, fmt.Errorf("nn: a step multiplies by %d matrices, the layers have %d", p.tensor, len(m.matrices))
	}
	for i, b := range r.seen {
		columns = append(columns, len(b.X)/4/kernels.Quads(m.matrices[i].W.Cols()))
	}
	return columns, len(p.states) > 0, nil
}

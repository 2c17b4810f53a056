package energy

import (
	"github.com/Kaleaon/pentary-go/internal/hw/exec"
	"github.com/Kaleaon/pentary-go/internal/hw/isa"
)

// Meter counts the activity of a program while a machine runs it. It implements exec.Observer.
type Meter struct {
	Activity

	// InArrays makes analog arrays compute the products. They hold the weights, so no
	// memory is read for these.
	InArrays bool
}

// Step implements exec.Observer.
func (m *Meter) Step(e exec.Event) {
	op := e.Inst.Op
	products := int64(e.MACs())
	read := e.Read
	switch {
	case m.InArrays && (op == isa.MATVEC || op == isa.CONV):
		m.Crossbar += 2 * products
		read.Pents = 0
	case products > 0:
		m.multiply(products, e.Weights)
	}
	switch op {
	case isa.QUANT:
		m.Adds += 2 * int64(e.M) * int64(e.N) // bias and rounding
	case isa.RELU, isa.POOL, isa.LRADD:
		m.Adds += int64(e.M) * int64(e.N) * int64(max(1, e.K))
	case isa.POPEVAL:
		m.Adds += int64(e.Read.Bytes) + int64(e.Read.Accumulators/4)
	case isa.POPAVG:
		m.Adds += int64(e.N)
	case isa.PQUANT:
		m.Adds += int64(e.M) * int64(e.K)
	case isa.NOP, isa.HALT, isa.SYNC, isa.FENCE:
	default:
		m.Adds++ // of the scalar unit
	}
	if op == isa.PRNG {
		m.Blocks += int64(e.Blocks)
	} else {
		m.Noise += int64(e.Blocks) * pentsOfBlock
	}
	far := int64(e.Far)
	m.SRAM += 8 * (int64(read.Total()+e.Written.Total()) - far)
	m.DRAM += 8 * far
}

// pentsOfBlock is the number of binomial pents in a random block.
const pentsOfBlock = 32

// multiply counts products whose pents are distributed as in the census.
func (m *Meter) multiply(products int64, c exec.Census) {
	total := int64(c.Total())
	if total == 0 {
		m.One += products // their values are not known
		return
	}
	zero, two := share(products, int64(c.Zero), total), share(products, int64(c.Two), total)
	m.Zero += zero
	m.Two += two
	m.One += products - zero - two
}

// share returns n·part/whole, rounded down, without overflow.
func share(n, part, whole int64) int64 { return n/whole*part + n%whole*part/whole }

package cycles

import (
	"github.com/Kaleaon/pentary-go/internal/hw/exec"
	"github.com/Kaleaon/pentary-go/internal/hw/isa"
)

// Observer times the program that an executor runs. It implements exec.Observer.
type Observer struct {
	Machine  Machine
	Pipeline Pipeline
	Timeline Timeline
}

// NewObserver returns an observer whose timeline keeps the first keep instructions.
func NewObserver(m Machine, keep int) *Observer {
	return &Observer{Machine: m, Timeline: Timeline{Keep: keep}}
}

// Step implements exec.Observer.
func (o *Observer) Step(e exec.Event) {
	o.Timeline.Add(o.Pipeline.Step(o.Machine.Op(e)))
}

// Op returns an executed instruction as the pipeline sees it.
func (m Machine) Op(e exec.Event) Op {
	op := Op{PC: e.PC, Inst: e.Inst}
	regs, n := e.Inst.Reads()
	op.Reads = regs[:n]
	written, n := e.Inst.Writes()
	op.Writes = written[:n]
	switch e.Inst.Op {
	case isa.LOAD, isa.POP, isa.STORE, isa.PUSH:
		write := e.Inst.Op == isa.STORE || e.Inst.Op == isa.PUSH
		op.Kind = Load
		if write {
			op.Kind = Store
		}
		op.Memory = []Span{{words, int64(e.Address), int64(e.Address) + 1, write}}
	case isa.MUL:
		op.Kind = Load // a multiplication of words takes execute and memory
	case isa.BEQ, isa.BNE, isa.BLT, isa.BGT, isa.JUMP, isa.CALL, isa.RET:
		op.Kind, op.Taken = Branch, e.Taken
	case isa.SYNC, isa.HALT:
		op.Kind = Fence
	default:
		op.Unit, op.Cycles = m.work(&e)
		if op.Cycles > 0 {
			op.Kind = Work
			op.Memory = touched(&e)
		}
	}
	return op
}

// work returns the unit that executes an instruction and the cycles that it takes, or zero
// cycles for instructions of the pipeline.
func (m Machine) work(e *exec.Event) (Unit, int) {
	switch e.Inst.Op {
	case isa.MATVEC, isa.CONV:
		if m.InArrays {
			return Crossbar, m.CrossbarProduct(e.M, e.K, e.N)
		}
		return Tile, m.TileProduct(e.M, e.K, e.N)
	case isa.LRGEN:
		return Noise, m.Factors(e.Blocks)
	case isa.PRNG:
		return Noise, m.Random(e.Blocks)
	case isa.LRMUL:
		if e.N == 0 { // A·Bᵀ itself
			return Tile, m.TileProduct(e.M, e.Rank, e.K)
		}
		return LowRank, m.LowRankProduct(e.M, e.K, e.Rank, e.N)
	case isa.QUANT:
		return Quantizer, m.Quantize(e.M * e.N)
	case isa.PQUANT:
		if e.Rank == 0 { // from accumulators
			return Quantizer, m.Quantize(e.M * e.K)
		}
		// Z = Σ f·A·Bᵀ is a product of m×(n·r) and (n·r)×k, quantized as it leaves the tile.
		return Tile, m.TileProduct(e.M, e.N*e.Rank, e.K) + QuantizeLatency
	case isa.RELU, isa.POOL, isa.LRADD:
		return Vector, m.Elementwise(e.M * e.N * max(1, e.K))
	case isa.POPEVAL, isa.POPAVG:
		return Vector, m.Elementwise(elements(e.Read))
	case isa.LOADV, isa.STOREV:
		return DMA, m.Transfer(e.Far)
	}
	return 0, 0
}

// elements returns the number of elements in traffic; a lane takes one per cycle.
func elements(t exec.Traffic) int {
	return t.Bytes + t.Accumulators/4 + t.Words/isa.WordBytes + t.Pents*8/3
}

// words is the number of the memory of words; tensor memories are numbered by kind.
const words = 0

// touched returns the memory that work reads and writes. Descriptors are read at issue.
// The addresses of scores are unknown, so they count as all words.
func touched(e *exec.Event) (spans []Span) {
	op := e.Inst.Op
	for i, t := range e.Tensors {
		write := i == 0 && op != isa.POPEVAL ||
			i == 1 && op == isa.LRGEN || // both factors
			i == 2 && op == isa.PQUANT // residuals
		if size := t.Size(); size > 0 {
			spans = append(spans, Span{uint8(t.Kind), int64(t.Base), int64(t.Base) + size, write})
		}
	}
	if op == isa.POPEVAL || op == isa.POPAVG || op == isa.PRNG {
		spans = append(spans, Span{words, 0, 1 << 62, op != isa.POPAVG})
	}
	return spans
}

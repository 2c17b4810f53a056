package cycles

import (
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/internal/hw/exec"
	"github.com/Kaleaon/pentary-go/internal/hw/isa"
)

// Every instruction either executes in the pipeline or issues work to the expected unit.
func TestEveryInstruction(t *testing.T) {
	units := map[isa.Op]Unit{
		isa.MATVEC: Tile, isa.CONV: Tile, isa.PQUANT: Tile, isa.LRMUL: LowRank, isa.LRGEN: Noise, isa.PRNG: Noise,
		isa.QUANT: Quantizer, isa.RELU: Vector, isa.POOL: Vector, isa.LRADD: Vector, isa.POPEVAL: Vector, isa.POPAVG: Vector,
		isa.LOADV: DMA, isa.STOREV: DMA,
	}
	kinds := map[isa.Op]Kind{
		isa.LOAD: Load, isa.POP: Load, isa.MUL: Load, isa.STORE: Store, isa.PUSH: Store,
		isa.BEQ: Branch, isa.BNE: Branch, isa.BLT: Branch, isa.BGT: Branch, isa.JUMP: Branch, isa.CALL: Branch, isa.RET: Branch,
		isa.SYNC: Fence, isa.HALT: Fence,
	}
	m := DefaultMachine()
	for _, s := range isa.Specs {
		e := exec.Event{
			Inst: isa.Instruction{Op: s.Op}, M: 64, K: 32, N: 4, Rank: 1, Blocks: 3, Far: 100,
			Read: exec.Traffic{Bytes: 640},
		}
		op := m.Op(e)
		unit, works := units[s.Op]
		switch want := kinds[s.Op]; {
		case works && (op.Kind != Work || op.Unit != unit || op.Cycles < 1):
			t.Errorf("%s: %+v, want work for the unit %s", s.Name, op, unit)
		case !works && op.Kind != want:
			t.Errorf("%s: kind %d, want %d", s.Name, op.Kind, want)
		}
	}
	m.InArrays = true
	if op := m.Op(exec.Event{Inst: isa.Instruction{Op: isa.MATVEC}, M: 256, K: 256, N: 2}); op.Unit != Crossbar || op.Cycles != 120 {
		t.Errorf("in arrays: %+v", op)
	}
}

func TestOps(t *testing.T) {
	m := DefaultMachine()
	pents := exec.Tensor{Kind: isa.Pents, Base: 96, Rows: 2, Cols: 256}
	bytes := exec.Tensor{Kind: isa.Bytes, Base: 8, Rows: 5, Cols: 3}
	sums := exec.Tensor{Kind: isa.Accumulators, Base: 7, Rows: 2, Cols: 3}
	for _, test := range []struct {
		name  string
		event exec.Event
		want  Op
	}{
		{
			"load",
			exec.Event{PC: 4, Inst: isa.Instruction{Op: isa.LOAD, Rd: 3, Rs1: 2}, Address: 9},
			Op{PC: 4, Kind: Load, Reads: []isa.Reg{2}, Writes: []isa.Reg{3}, Memory: []Span{{words, 9, 10, false}}},
		},
		{
			"push",
			exec.Event{Inst: isa.Instruction{Op: isa.PUSH, Rs1: 2}, Address: 9},
			Op{Kind: Store, Reads: []isa.Reg{2, isa.SP}, Writes: []isa.Reg{isa.SP}, Memory: []Span{{words, 9, 10, true}}},
		},
		{
			"branch",
			exec.Event{Inst: isa.Instruction{Op: isa.BLT, Rd: 1, Rs1: 2}, Taken: true},
			Op{Kind: Branch, Reads: []isa.Reg{1, 2}, Taken: true},
		},
		{
			"product",
			exec.Event{Inst: isa.Instruction{Op: isa.MATVEC, Rd: 1, Rs1: 2, Rs2: 3}, M: 2, K: 5, N: 3, Tensors: [4]exec.Tensor{sums, pents, bytes}},
			Op{Kind: Work, Unit: Tile, Cycles: 16*4 + 6, Reads: []isa.Reg{1, 2, 3}, Memory: []Span{
				{uint8(isa.Accumulators), 7, 13, true}, {uint8(isa.Pents), 96, 288, false}, {uint8(isa.Bytes), 8, 32, false},
			}},
		},
		{
			"factors",
			exec.Event{Inst: isa.Instruction{Op: isa.LRGEN, Rd: 1, Rs1: 2}, Blocks: 3, Tensors: [4]exec.Tensor{pents, pents}},
			Op{Kind: Work, Unit: Noise, Cycles: 23, Reads: []isa.Reg{1, 2}, Memory: []Span{
				{uint8(isa.Pents), 96, 288, true}, {uint8(isa.Pents), 96, 288, true},
			}},
		},
		{
			"update with residuals",
			exec.Event{Inst: isa.Instruction{Op: isa.PQUANT, Rd: 1, Rs1: 2}, M: 2, K: 5, N: 3, Rank: 1, Tensors: [4]exec.Tensor{pents, bytes, bytes}},
			Op{Kind: Work, Unit: Tile, Cycles: 16*6 + 6 + 4, Reads: []isa.Reg{1, 2}, Memory: []Span{
				{uint8(isa.Pents), 96, 288, true}, {uint8(isa.Bytes), 8, 32, false}, {uint8(isa.Bytes), 8, 32, true},
			}},
		},
		{
			"shares of the scores",
			exec.Event{Inst: isa.Instruction{Op: isa.POPAVG, Rd: 1, Rs1: 2}, N: 2, Read: exec.Traffic{Words: 12}, Tensors: [4]exec.Tensor{bytes}},
			Op{Kind: Work, Unit: Vector, Cycles: 1, Reads: []isa.Reg{1, 2}, Memory: []Span{
				{uint8(isa.Bytes), 8, 32, true}, {words, 0, 1 << 62, false},
			}},
		},
		{
			"scores",
			exec.Event{Inst: isa.Instruction{Op: isa.POPEVAL, Rd: 1, Rs1: 2}, N: 2, Read: exec.Traffic{Bytes: 24}, Tensors: [4]exec.Tensor{bytes}},
			Op{Kind: Work, Unit: Vector, Cycles: 2, Reads: []isa.Reg{1, 2}, Memory: []Span{
				{uint8(isa.Bytes), 8, 32, false}, {words, 0, 1 << 62, true},
			}},
		},
	} {
		test.want.Inst = test.event.Inst
		got := m.Op(test.event)
		if !slices.Equal(got.Reads, test.want.Reads) || !slices.Equal(got.Writes, test.want.Writes) || !slices.Equal(got.Memory, test.want.Memory) {
			t.Errorf("%s: %+v, want %+v", test.name, got, test.want)
		}
		if got.Kind != test.want.Kind || got.Unit != test.want.Unit || got.Cycles != test.want.Cycles || got.Taken != test.want.Taken || got.PC != test.want.PC || got.Inst != test.want.Inst {
			t.Errorf("%s: %+v, want %+v", test.name, got, test.want)
		}
	}
}

package cycles

import (
	"math/rand/v2"
	"testing"

	"github.com/Kaleaon/pentary-go/internal/hw/isa"
)

// run returns the pipeline after a program, and the timing of the instructions.
func run(ops ...Op) (*Pipeline, []Slot) {
	var p Pipeline
	var slots []Slot
	for _, op := range ops {
		slots = append(slots, p.Step(op))
	}
	return &p, slots
}

// Textbook cases: Patterson and Hennessy, Computer Organization and Design, "The Processor".
func TestTextbook(t *testing.T) {
	add := func(d, a, b isa.Reg) Op { return Op{Kind: ALU, Writes: []isa.Reg{d}, Reads: []isa.Reg{a, b}} }
	load := func(d, a isa.Reg) Op { return Op{Kind: Load, Writes: []isa.Reg{d}, Reads: []isa.Reg{a}} }
	branch := func(a isa.Reg, taken bool) Op { return Op{Kind: Branch, Reads: []isa.Reg{a}, Taken: taken} }
	work := func(u Unit, cycles int, d, a isa.Reg, memory ...Span) Op {
		return Op{Kind: Work, Unit: u, Cycles: cycles, Writes: []isa.Reg{d}, Reads: []isa.Reg{a}, Memory: memory}
	}
	fence := Op{Kind: Fence}
	for _, test := range []struct {
		name   string
		ops    []Op
		cycles int64
		stalls [Stalls]int64
	}{
		{"nothing", nil, 0, [Stalls]int64{}},
		{"one", []Op{add(1, 2, 3)}, 5, [Stalls]int64{}},
		{"a result is forwarded", []Op{add(1, 2, 3), add(4, 1, 1), add(5, 4, 1)}, 7, [Stalls]int64{}},
		{"load, use", []Op{load(1, 2), add(3, 1, 1)}, 7, [Stalls]int64{LoadUse: 1}},
		{"load, other, use", []Op{load(1, 2), add(4, 5, 5), add(3, 1, 1)}, 7, [Stalls]int64{}},
		{"load into the zero register", []Op{load(0, 2), add(3, 0, 0)}, 6, [Stalls]int64{}},
		{"branch not taken", []Op{branch(1, false), add(1, 2, 3)}, 6, [Stalls]int64{}},
		{"branch taken", []Op{branch(1, true), add(1, 2, 3)}, 8, [Stalls]int64{Flush: 2}},
		{"branch on a load", []Op{load(1, 2), branch(1, true), add(1, 2, 3)}, 10, [Stalls]int64{LoadUse: 1, Flush: 2}},
		{"a unit works beside", []Op{work(Tile, 10, 1, 0), add(2, 3, 3), add(3, 2, 2)}, 12, [Stalls]int64{}},
		{"a unit's result", []Op{work(Tile, 10, 1, 0), add(2, 1, 3)}, 15, [Stalls]int64{Result: 9}},
		{"a unit's result is overwritten", []Op{work(Tile, 10, 1, 0), add(1, 3, 3)}, 15, [Stalls]int64{Result: 9}},
		{"a busy unit", []Op{work(Tile, 10, 1, 0), work(Tile, 5, 2, 0)}, 17, [Stalls]int64{Busy: 9}},
		{"two units", []Op{work(Tile, 10, 1, 0), work(Noise, 5, 2, 0)}, 12, [Stalls]int64{}},
		{"memory in order", []Op{work(Tile, 10, 0, 0, Span{0, 0, 64, true}), {Kind: Load, Writes: []isa.Reg{1}, Memory: []Span{{0, 63, 64, false}}}}, 15, [Stalls]int64{Conflict: 9}},
		{"memory beside", []Op{work(Tile, 10, 0, 0, Span{0, 0, 64, true}), {Kind: Load, Writes: []isa.Reg{1}, Memory: []Span{{0, 64, 65, false}}}}, 12, [Stalls]int64{}},
		{"another memory", []Op{work(Tile, 10, 0, 0, Span{0, 0, 64, true}), {Kind: Load, Writes: []isa.Reg{1}, Memory: []Span{{1, 0, 64, false}}}}, 12, [Stalls]int64{}},
		{"two readers", []Op{work(Tile, 10, 0, 0, Span{0, 0, 64, false}), work(Noise, 3, 0, 0, Span{0, 0, 64, false})}, 12, [Stalls]int64{}},
		{"fence", []Op{work(Tile, 10, 1, 0), work(Noise, 20, 2, 0), fence}, 26, [Stalls]int64{Drain: 19}},
	} {
		p, _ := run(test.ops...)
		if p.Cycles() != test.cycles || p.Stalls != test.stalls {
			t.Errorf("%s: %d cycles, stalls %v; want %d, %v", test.name, p.Cycles(), p.Stalls, test.cycles, test.stalls)
		}
	}
}

// random returns a random program with all kinds of instructions.
func random(r *rand.Rand, n int) []Op {
	ops := make([]Op, n)
	register := func() isa.Reg { return isa.Reg(r.IntN(5)) }
	for i := range ops {
		op := Op{PC: i, Kind: Kind(r.IntN(int(Fence) + 1)), Reads: []isa.Reg{register(), register()}}
		span := func() Span {
			lo := r.Int64N(40)
			return Span{uint8(r.IntN(2)), lo, lo + 1 + r.Int64N(10), r.IntN(2) == 0}
		}
		switch op.Kind {
		case ALU:
			op.Writes = []isa.Reg{register()}
		case Load, Store:
			s := span()
			s.Write = op.Kind == Store
			op.Memory = []Span{s}
			if op.Kind == Load {
				op.Writes = []isa.Reg{register()}
			}
		case Branch:
			op.Taken = r.IntN(2) == 0
		case Work:
			op.Unit, op.Cycles = Unit(r.IntN(3)), 1+r.IntN(12)
			op.Memory = []Span{span(), span()}
			if r.IntN(2) == 0 {
				op.Writes = []isa.Reg{register()}
			}
		case Fence:
			op.Reads = nil
		}
		ops[i] = op
	}
	return ops
}

// A simulation of the latches, tick by tick, takes the same cycles as the recurrence.
func TestTicks(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		ops := random(r, 1+r.IntN(30))
		p, slots := run(ops...)
		cycles, enter := ticks(ops)
		if cycles != p.Cycles() {
			t.Fatalf("%d cycles, tick by tick %d: %+v", p.Cycles(), cycles, ops)
		}
		var stalls int64
		for i, s := range slots {
			if s.Enter != enter[i] {
				t.Fatalf("instruction %d: %v, tick by tick %v: %+v", i, s.Enter, enter[i], ops[:i+1])
			}
			for _, n := range s.Stalls {
				stalls += n
			}
		}
		// Every cycle of the pipeline belongs to an instruction, a stall or the drain.
		if got, want := slots[len(slots)-1].Enter[Write]+1, int64(len(ops))+stalls+Stages-1; got != want {
			t.Fatalf("%d cycles, of which %d are accounted for", got, want)
		}
	}
}

// ticks simulates the latches of the stages.
func ticks(ops []Op) (cycles int64, enter [][Stages]int64) {
	enter = make([][Stages]int64, len(ops))
	const empty = -1
	stage := [Stages]int{empty, empty, empty, empty, empty}
	next := 0
	working := []int{} // instructions whose unit has not finished
	end := map[int]int64{}
	done := func(i int, now int64) bool { return now >= end[i] }

	// mayExecute reports whether instruction i may be in execute in cycle now.
	mayExecute := func(i int, now int64) bool {
		op := ops[i]
		for _, reg := range op.Reads {
			if reg == 0 {
				continue
			}
			for j := i - 1; j >= 0; j-- { // the last writer counts
				if !writes(ops[j], reg) {
					continue
				}
				if ops[j].Kind == Load && now < enter[j][Execute]+2 || ops[j].Kind == Work && !done(j, now) {
					return false
				}
				break
			}
		}
		for _, j := range working {
			if done(j, now) {
				continue
			}
			if op.Kind == Fence || op.Kind == Work && op.Unit == ops[j].Unit {
				return false
			}
			for _, reg := range op.Writes {
				if reg != 0 && writes(ops[j], reg) {
					return false
				}
			}
			for _, a := range op.Memory {
				for _, b := range ops[j].Memory {
					if a.Space == b.Space && (a.Write || b.Write) && max(a.Lo, b.Lo) < min(a.Hi, b.Hi) {
						return false
					}
				}
			}
		}
		return true
	}
	retired, redirect := 0, int64(0)
	for now := int64(0); ; now++ {
		if stage[Write] != empty {
			retired++
			stage[Write] = empty
		}
		for s := Write; s > Fetch; s-- {
			i := stage[s-1]
			if i == empty || stage[s] != empty || s == Execute && !mayExecute(i, now) {
				continue
			}
			stage[s], stage[s-1] = i, empty
			enter[i][s] = now
			if s == Execute {
				switch {
				case ops[i].Kind == Work:
					working = append(working, i)
					end[i] = now + int64(ops[i].Cycles)
				case ops[i].Kind == Branch && ops[i].Taken:
					redirect = now + 1
				}
			}
		}
		waits := next > 0 && ops[next-1].Kind == Branch && ops[next-1].Taken && (redirect == 0 || now < redirect)
		if next < len(ops) && stage[Fetch] == empty && !waits {
			stage[Fetch], enter[next][Fetch] = next, now
			next, redirect = next+1, 0
		}
		finished := retired == len(ops)
		for _, j := range working {
			finished = finished && done(j, now)
		}
		if finished {
			return now, enter
		}
	}
}

func writes(op Op, reg isa.Reg) bool {
	for _, r := range op.Writes {
		if r == reg {
			return true
		}
	}
	return false
}

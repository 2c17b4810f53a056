package exec

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/internal/hw/isa"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/trit5"
)

// wildText is a program whose tensor instructions are all valid until its data change.
const wildText = `
	MATVEC P9, P12, P13
	MATVEC P10, P12, P14
	RELU P13, P13
	QUANT P15, P9, 3
	POOL P24, P23, 2
	CONV P27, P26, P23, 1
	LRGEN P16, P17, 2
	LRMUL P11, P16, P14, 2
	LRMUL P18, P16, P0, 2
	LRADD P9, P10, P11
	LRADD P19, P12, P18
	POPEVAL P21, P20, 2
	POPAVG P22, P21, 6
	POPAVG P28, P21, 6
	PQUANT P12, P22, 5
	PQUANT P12, P28, 5
	PQUANT P18, P19, 5
	PRNG P1, P17
	PRNG P1, P17, P2
	LOADV P13, P25, P1
	LOADV P18, P12
	STOREV P25, P13, P1
	STOREV P18, P12
	HALT
.data
at9:	.accumulators 0, 4, 6
at10:	.accumulators 24, 4, 3
at11:	.accumulators 36, 4, 3
at12:	.pents 0, 4, 8
at13:	.bytes 0, 8, 6
at14:	.bytes 48, 8, 3
at15:	.bytes 72, 4, 6
at16:	.factors fa, fb
at17:	.noise 1, 2, 3, 4, 5
at18:	.pents 48, 4, 8
	.word 30000
at19:	.accumulators 48, 4, 8
at20:	.population 1, at15, labels
at21:	.space 6
at22:	.update at17, 2, 1, codes, 1, 30000, residual
at23:	.bytes 96, 8, 6, 4, 2
at24:	.bytes 144, 2, 6, 2, 1
at25:	.bytes 168, 8, 1
at26:	.pents 96, 4, 4, 2, 2
at27:	.accumulators 80, 12, 6, 3, 1
at28:	.update at17, 2, 3, fitness, 3, 60000, 30000
fa:	.pents 144, 2, 4
fb:	.pents 168, 2, 8
labels:	.bytes 176, 1, 3
codes:	.bytes 188, 3, 1
residual:
	.bytes 192, 128, 1
fitness:
	.accumulators 152, 6, 1
`

// wild is the program of wildText. Register P9 must hold the address of at9, and so on.
var wild = func() *isa.Program {
	p, err := isa.Assemble(wildText, nil)
	if err != nil {
		panic(err)
	}
	return p
}()

// wildProgram converts bytes to a program of instructions from wildText and others, and changes
// some of its data.
func wildProgram(bytes []byte) *isa.Program {
	next := func() int {
		if len(bytes) == 0 {
			return 0
		}
		b := bytes[0]
		bytes = bytes[1:]
		return int(b)
	}
	p := &isa.Program{Data: slices.Clone(wild.Data)}
	for range next() % 8 {
		v := int64(next())
		if v > 250 {
			v = (v - 253) * 1e9
		}
		p.Data[next()%len(p.Data)], _ = trit5.FromInt64(v)
	}
	halt := wild.Code[len(wild.Code)-1]
	for len(bytes) > 0 && len(p.Code) < 200 {
		if next()%2 == 0 {
			p.Code = append(p.Code, wild.Code[next()%(len(wild.Code)-1)])
			continue
		}
		s := &isa.Specs[next()%len(isa.Specs)]
		in := isa.Instruction{Op: s.Op}
		for _, o := range s.Operands {
			if o.Field == isa.Imm || o.Role == isa.Place {
				in.Imm = int32(next()%16 - 4)
			}
			r := isa.Reg(next() % isa.Registers)
			if o.Role == isa.Dest {
				r %= wildFirst // the other registers keep their addresses
			}
			switch o.Field {
			case isa.Rd:
				in.Rd = r
			case isa.Rs1:
				in.Rs1 = r
			case isa.Rs2:
				in.Rs2 = r
			}
		}
		w, err := in.Encode()
		if err != nil {
			panic(err)
		}
		p.Code = append(p.Code, w)
	}
	p.Code = append(p.Code, halt)
	return p
}

// wildFirst is the first register with the address of a descriptor.
const wildFirst = 9

// runWild runs a program with a limit of steps, skips faulty instructions, and checks the
// machine's invariants. It returns the number of executions of each operation.
func runWild(t *testing.T, p *isa.Program) (done [isa.PRNG + 1]int) {
	t.Helper()
	last := Event{Next: 0}
	m, err := New(p, Config{
		Words: 400, Pents: 2000, Bytes: 2000, Accumulators: 2000, Steps: 300,
		Observers: []Observer{ObserverFunc(func(e Event) {
			done[e.Inst.Op]++
			if e.MACs() < 0 || e.Read.Total() < 0 || e.Written.Total() < 0 || e.Far < 0 || e.Blocks < 0 || e.Weights.Total() < 0 {
				t.Errorf("event %+v", e)
			}
			last = e
		})},
	})
	if err != nil {
		t.Fatal(err)
	}
	for r := wildFirst; r < 29; r++ {
		at, ok := wild.Find(fmt.Sprintf("at%d", r))
		if !ok {
			t.Fatalf("nothing for register %d", r)
		}
		m.SetRegister(isa.Reg(r), int64(at))
	}
	zero := packed.NewMatrix(1, 8).Bytes() // rows of all matrices
	for i := range m.pents {
		m.pents[i] = zero[i%len(zero)]
	}
	for !m.Halted() {
		err := m.Step()
		var fault *Fault
		switch {
		case errors.Is(err, ErrSteps):
			return done
		case errors.As(err, &fault):
			if fault.PC != m.PC() {
				t.Fatalf("fault at %d, the machine is at %d", fault.PC, m.PC())
			}
			m.pc++ // skip the instruction
			m.steps++
		case err != nil:
			t.Fatal(err)
		case last.PC >= len(p.Code) || last.Next != m.PC():
			t.Fatalf("event %+v, the machine is at %d", last, m.PC())
		}
		if m.regs[isa.Zero] != 0 {
			t.Fatal("P0 is not zero")
		}
		for r, v := range m.regs {
			if v > wordMax || v < -wordMax {
				t.Fatalf("register %d is %d", r, v)
			}
		}
	}
	for i, v := range m.words {
		if v > wordMax || v < -wordMax {
			t.Fatalf("word %d is %d", i, v)
		}
	}
	return done
}

// Random programs end in HALT, in a fault or at the limit, and together execute every
// operation.
func TestWildPrograms(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	var done [isa.PRNG + 1]int
	for range 500 {
		bytes := make([]byte, 500)
		for i := range bytes {
			bytes[i] = byte(rng.Uint32())
		}
		for op, n := range runWild(t, wildProgram(bytes)) {
			done[op] += n
		}
	}
	for i := range isa.Specs {
		if done[i+1] < 10 {
			t.Errorf("%s was executed %d times", isa.Specs[i].Name, done[i+1])
		}
	}
}

// A program of arbitrary words and data is rejected or runs to an end.
func FuzzMachine(f *testing.F) {
	rng := rand.New(rand.NewPCG(4, 4))
	for range 20 {
		bytes := make([]byte, 1000)
		for i := range bytes {
			bytes[i] = byte(rng.Uint32())
		}
		f.Add(bytes)
	}
	f.Fuzz(func(t *testing.T, bytes []byte) {
		runWild(t, wildProgram(bytes))

		raw := &isa.Program{}
		for ; len(bytes) >= 12; bytes = bytes[12:] {
			word := uint64(0)
			for _, b := range bytes[:6] {
				word = word<<8 | uint64(b)
			}
			raw.Code = append(raw.Code, word)
			w, _ := trit5.FromInt64(int64(bytes[6]) | int64(bytes[7])<<8)
			raw.Data = append(raw.Data, w)
		}
		if m, err := New(raw, Config{Words: 1 << 10, Pents: 100, Bytes: 100, Accumulators: 100, Steps: 1000}); err == nil {
			var fault *Fault
			if err := m.Run(context.Background()); err != nil && !errors.As(err, &fault) {
				t.Error(err)
			}
		}
	})
}

package exec

import (
	"context"
	"errors"
	"fmt"

	"github.com/Kaleaon/pentary-go/internal/hw/isa"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/trit5"
)

// Config has the sizes of a machine's memories and its observers. A size of zero selects the
// default.
type Config struct {
	Words        int // words of data memory; default 65,536
	Pents        int // bytes for packed pents; default 2^20
	Bytes        int // activations of one byte; default 2^20
	Accumulators int // accumulators of 32 bits; default 2^20

	// Steps is the number of instructions after which a run ends with ErrSteps. 0 is
	// unlimited.
	Steps int

	Observers []Observer
}

// MaxMemory is the largest size of each memory of a Config.
const MaxMemory = 1 << 30

// ErrSteps is the error of a run that reaches Config.Steps.
var ErrSteps = errors.New("limit of steps reached")

// Fault is the error of an instruction. The machine is unchanged, except for memory that a tensor
// instruction has begun to write.
type Fault struct {
	PC    int
	Where string // the source line if the program has lines, otherwise the address
	Inst  isa.Instruction
	Err   error
}

// Error returns the location, the instruction and the cause.
func (f *Fault) Error() string { return fmt.Sprintf("%s: %v: %v", f.Where, f.Inst, f.Err) }

// Unwrap returns the cause.
func (f *Fault) Unwrap() error { return f.Err }

// Machine executes one program. It is not safe for concurrent use.
type Machine struct {
	program *isa.Program
	config  Config
	code    []isa.Instruction

	pc     int
	steps  int
	halted bool
	regs   [isa.Registers]int64
	acc    accumulator

	words []int64
	pents []byte
	bytes []int8
	sums  []int32

	updater *lowrank.Updater
	scratch scratch
	event   Event
}

// New returns a machine before the first instruction of a program. It returns an error that
// names the invalid instruction, or the memory that is too small or too large.
func New(p *isa.Program, c Config) (*Machine, error) {
	if len(p.Code) == 0 {
		return nil, errors.New("exec: program without instructions")
	}
	for _, size := range []struct {
		of    *int
		name  string
		value int
	}{
		{&c.Words, "words", max(1<<16, len(p.Data)+4096)},
		{&c.Pents, "pents", 1 << 20},
		{&c.Bytes, "bytes", 1 << 20},
		{&c.Accumulators, "accumulators", 1 << 20},
	} {
		if *size.of == 0 {
			*size.of = size.value
		}
		if *size.of < 0 || *size.of > MaxMemory {
			return nil, fmt.Errorf("exec: memory of %d %s, want 1 to %d", *size.of, size.name, MaxMemory)
		}
	}
	if len(p.Data) > c.Words {
		return nil, fmt.Errorf("exec: %d words of data in a memory of %d", len(p.Data), c.Words)
	}
	m := &Machine{
		program: p, config: c,
		words: make([]int64, c.Words), pents: make([]byte, c.Pents),
		bytes: make([]int8, c.Bytes), sums: make([]int32, c.Accumulators),
		updater: new(lowrank.Updater),
	}
	for pc, w := range p.Code {
		in, err := isa.Decode(w)
		if err != nil {
			return nil, fmt.Errorf("exec: %s: %w", p.Where(pc), err)
		}
		m.code = append(m.code, in)
	}
	if last := len(m.code) - 1; !endsFlow(m.code[last].Op) {
		return nil, fmt.Errorf("exec: %s: %v is the last instruction, want HALT, JUMP or RET", p.Where(last), m.code[last])
	}
	for i, w := range p.Data {
		if _, err := trit5.WordFromBits(w.Bits()); err != nil {
			return nil, fmt.Errorf("exec: data word %d: %w", i, err)
		}
		m.words[i] = w.Int64()
	}
	m.Restart()
	return m, nil
}

// endsFlow reports whether execution never continues at the instruction after op.
func endsFlow(op isa.Op) bool { return op == isa.HALT || op == isa.JUMP || op == isa.RET }

// Restart returns the machine to the first instruction and sets all registers to zero, except
// SP, which becomes the end of data memory. Memories are unchanged.
func (m *Machine) Restart() {
	m.pc, m.steps, m.halted = 0, 0, false
	m.regs, m.acc = [isa.Registers]int64{}, accumulator{}
	m.regs[isa.SP] = int64(len(m.words))
}

// Run executes instructions until HALT, an error, or the end of the context, whose error it then
// returns. The error of an instruction is a *Fault.
func (m *Machine) Run(ctx context.Context) error {
	const interval = 1 << 10 // steps between checks of the context
	for i := 0; !m.halted; i++ {
		if i%interval == 0 || isTensor(m.code[m.pc].Op) {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		if err := m.Step(); err != nil {
			return err
		}
	}
	return nil
}

// isTensor reports whether an instruction may take a long time.
func isTensor(op isa.Op) bool {
	g := isa.SpecOf(op).Group
	return g == isa.Neural || g == isa.Evolution || op == isa.LOADV || op == isa.STOREV
}

// Step executes one instruction and calls the observers. After HALT it does nothing.
func (m *Machine) Step() error {
	if m.halted {
		return nil
	}
	in := m.code[m.pc]
	if m.config.Steps > 0 && m.steps >= m.config.Steps {
		return m.fault(in, fmt.Errorf("%w: %d", ErrSteps, m.config.Steps))
	}
	e := &m.event
	*e = Event{PC: m.pc, Inst: in, Next: m.pc + 1}
	if err := handlers[in.Op](m, in, e); err != nil {
		return m.fault(in, err)
	}
	m.pc = e.Next
	m.steps++
	for _, o := range m.config.Observers {
		o.Step(*e)
	}
	return nil
}

func (m *Machine) fault(in isa.Instruction, err error) error {
	return &Fault{PC: m.pc, Where: m.program.Where(m.pc), Inst: in, Err: err}
}

// watched reports whether there are observers, which need the expensive counts.
func (m *Machine) watched() bool { return len(m.config.Observers) > 0 }

// Halted reports whether the program has ended.
func (m *Machine) Halted() bool { return m.halted }

// PC returns the address of the next instruction.
func (m *Machine) PC() int { return m.pc }

// Steps returns the number of instructions executed since New or Restart.
func (m *Machine) Steps() int { return m.steps }

// Register returns the value of a register.
func (m *Machine) Register(r isa.Reg) int64 { return m.regs[r] }

// SetRegister sets a register to v, wrapped modulo 5^16. P0 stays zero.
func (m *Machine) SetRegister(r isa.Reg, v int64) {
	if r != isa.Zero {
		m.regs[r] = wrap(v)
	}
}

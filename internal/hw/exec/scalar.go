package exec

import (
	"cmp"
	"fmt"

	"github.com/Kaleaon/pentary-go/internal/hw/isa"
	"github.com/Kaleaon/pentary-go/trit5"
)

// handlers execute the operations. A handler that returns an error has changed nothing except
// result tensors.
var handlers [len(isa.Specs) + 1]func(m *Machine, in isa.Instruction, e *Event) error

func init() {
	handlers = [len(isa.Specs) + 1]func(m *Machine, in isa.Instruction, e *Event) error{
		isa.ADD:   binary(func(a, b int64) int64 { return a + b }),
		isa.SUB:   binary(func(a, b int64) int64 { return a - b }),
		isa.MIN:   binary(func(a, b int64) int64 { return min(a, b) }),
		isa.MAX:   binary(func(a, b int64) int64 { return max(a, b) }),
		isa.CLAMP: binary(func(a, b int64) int64 { return min(max(a, -max(b, -b)), max(b, -b)) }),
		isa.CONS:  binary(consensus),
		isa.NEG:   unary(func(a int64) int64 { return -a }),
		isa.ABS:   unary(func(a int64) int64 { return max(a, -a) }),
		isa.MUL2:  unary(func(a int64) int64 { return 2 * a }),
		isa.DIV2:  unary(func(a int64) int64 { return a / 2 }),
		isa.SIGN:  unary(func(a int64) int64 { return int64(cmp.Compare(a, 0)) }),
		isa.ADDI:  addImmediate,
		isa.MUL:   multiply,
		isa.MAC:   multiply,

		isa.LOAD:   load,
		isa.STORE:  store,
		isa.PUSH:   push,
		isa.POP:    pop,
		isa.LOADV:  transfer,
		isa.STOREV: transfer,

		isa.BEQ:   branch(func(a, b int64) bool { return a == b }),
		isa.BNE:   branch(func(a, b int64) bool { return a != b }),
		isa.BLT:   branch(func(a, b int64) bool { return a < b }),
		isa.BGT:   branch(func(a, b int64) bool { return a > b }),
		isa.JUMP:  jump,
		isa.CALL:  call,
		isa.RET:   ret,
		isa.NOP:   nothing,
		isa.SYNC:  nothing,
		isa.FENCE: nothing,
		isa.HALT:  halt,

		isa.MATVEC: matVec,
		isa.RELU:   relu,
		isa.QUANT:  quant,
		isa.POOL:   pool,
		isa.CONV:   conv,

		isa.LRGEN:   generate,
		isa.LRMUL:   perturbation,
		isa.LRADD:   addPerturbation,
		isa.POPEVAL: score,
		isa.POPAVG:  shape,
		isa.PQUANT:  quantizePents,
		isa.PRNG:    random,
	}
}

// binary returns the handler of an operation on two registers.
func binary(f func(a, b int64) int64) func(*Machine, isa.Instruction, *Event) error {
	return func(m *Machine, in isa.Instruction, _ *Event) error {
		m.SetRegister(in.Rd, f(m.regs[in.Rs1], m.regs[in.Rs2]))
		return nil
	}
}

// unary returns the handler of an operation on one register.
func unary(f func(a int64) int64) func(*Machine, isa.Instruction, *Event) error {
	return func(m *Machine, in isa.Instruction, _ *Event) error {
		m.SetRegister(in.Rd, f(m.regs[in.Rs1]))
		return nil
	}
}

// consensus returns the pents that are equal in both words, and zero elsewhere.
func consensus(a, b int64) int64 {
	x, _ := trit5.FromInt64(a)
	y, _ := trit5.FromInt64(b)
	for i := range trit5.WordPents {
		if x.Pent(i) != y.Pent(i) {
			x = x.With(i, 0)
		}
	}
	return x.Int64()
}

func addImmediate(m *Machine, in isa.Instruction, _ *Event) error {
	m.SetRegister(in.Rd, m.regs[in.Rs1]+int64(in.Imm))
	return nil
}

func multiply(m *Machine, in isa.Instruction, _ *Event) error {
	if in.Imm < 0 || in.Imm > trit5.WordPents {
		return fmt.Errorf("place %d in ACC, want 0 to %d", in.Imm, trit5.WordPents)
	}
	if in.Op == isa.MUL {
		m.acc = accumulator{}
	}
	m.acc.add(m.regs[in.Rs1], m.regs[in.Rs2])
	m.SetRegister(in.Rd, m.acc.word(int(in.Imm)))
	return nil
}

// word returns the address as an int, or an error if it is not in data memory.
func (m *Machine) word(address int64) (int, error) {
	if address < 0 || address >= int64(len(m.words)) {
		return 0, fmt.Errorf("address %d of a data memory of %d words", address, len(m.words))
	}
	return int(address), nil
}

func load(m *Machine, in isa.Instruction, e *Event) (err error) {
	if e.Address, err = m.word(m.regs[in.Rs1] + int64(in.Imm)); err != nil {
		return err
	}
	e.Read.Words = isa.WordBytes
	m.SetRegister(in.Rd, m.words[e.Address])
	return nil
}

func store(m *Machine, in isa.Instruction, e *Event) (err error) {
	if e.Address, err = m.word(m.regs[in.Rs1] + int64(in.Imm)); err != nil {
		return err
	}
	e.Written.Words = isa.WordBytes
	m.words[e.Address] = m.regs[in.Rd]
	return nil
}

func push(m *Machine, in isa.Instruction, e *Event) (err error) {
	if e.Address, err = m.word(m.regs[isa.SP] - 1); err != nil {
		return err
	}
	e.Written.Words = isa.WordBytes
	m.words[e.Address] = m.regs[in.Rs1] // if Rs1 is SP, its value before the instruction
	m.regs[isa.SP]--
	return nil
}

func pop(m *Machine, in isa.Instruction, e *Event) (err error) {
	if e.Address, err = m.word(m.regs[isa.SP]); err != nil {
		return err
	}
	e.Read.Words = isa.WordBytes
	m.regs[isa.SP]++
	m.SetRegister(in.Rd, m.words[e.Address])
	return nil
}

// goTo sets the next instruction.
func (m *Machine) goTo(e *Event, next int64) error {
	if next < 0 || next >= int64(len(m.code)) {
		return fmt.Errorf("jump to instruction %d of %d", next, len(m.code))
	}
	e.Next, e.Taken = int(next), true
	return nil
}

// branch returns the handler of a branch that is taken if f is true for both registers.
func branch(f func(a, b int64) bool) func(*Machine, isa.Instruction, *Event) error {
	return func(m *Machine, in isa.Instruction, e *Event) error {
		if !f(m.regs[in.Rd], m.regs[in.Rs1]) {
			return nil
		}
		return m.goTo(e, int64(m.pc)+int64(in.Imm))
	}
}

func jump(m *Machine, in isa.Instruction, e *Event) error {
	return m.goTo(e, int64(m.pc)+int64(in.Imm))
}

func call(m *Machine, in isa.Instruction, e *Event) error {
	if err := m.goTo(e, int64(m.pc)+int64(in.Imm)); err != nil {
		return err
	}
	m.regs[isa.LR] = int64(m.pc) + 1
	return nil
}

func ret(m *Machine, _ isa.Instruction, e *Event) error { return m.goTo(e, m.regs[isa.LR]) }

func nothing(*Machine, isa.Instruction, *Event) error { return nil }

func halt(m *Machine, _ isa.Instruction, e *Event) error {
	m.halted = true
	e.Next = m.pc
	return nil
}

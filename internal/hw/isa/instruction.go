package isa

import (
	"fmt"
	"strconv"

	"github.com/Kaleaon/pentary-go/trit5"
)

// Widths of the fields of an instruction, in bits.
const (
	WordBits  = 48
	WordBytes = WordBits / 8

	codeBits  = 4
	regBits   = 5
	functBits = 11

	smallPents = 6  // pents of imm18
	largePents = 11 // pents of imm34
)

// Largest immediates.
const (
	MaxSmall = 7_812      // (5^6 − 1)/2, of format R
	MaxLarge = 24_414_062 // (5^11 − 1)/2, of formats I and B
)

// Instruction is a decoded instruction. Format B has the registers Rd and Rs1, both of which are
// read.
type Instruction struct {
	Op           Op
	Rd, Rs1, Rs2 Reg
	Imm          int32
}

// MaxImm returns the largest magnitude of an immediate of the format.
func (f Format) MaxImm() int32 {
	if f == FormatR {
		return MaxSmall
	}
	return MaxLarge
}

// Encode returns the 48 bits of an instruction. It returns an error that names the field if a
// field is out of range, or is not zero although the instruction does not use it.
func (in Instruction) Encode() (uint64, error) {
	s := SpecOf(in.Op)
	if s == nil {
		return 0, fmt.Errorf("isa: unknown operation %d", in.Op)
	}
	if err := s.check(in); err != nil {
		return 0, err
	}
	w := uint64(s.Code)<<44 | uint64(in.Rd)<<39 | uint64(in.Rs1)<<34
	if s.Format == FormatR {
		return w | uint64(in.Rs2)<<29 | uint64(s.Funct)<<18 | encodePents(in.Imm, smallPents), nil
	}
	return w | encodePents(in.Imm, largePents), nil
}

// check returns an error if the instruction cannot be encoded.
func (s *Spec) check(in Instruction) error {
	var used [4]bool
	for _, o := range s.Operands {
		used[o.Field] = true
		if o.Role == Place {
			used[Imm] = true
		}
	}
	for f, r := range [...]Reg{in.Rd, in.Rs1, in.Rs2} {
		name := [...]string{"rd", "rs1", "rs2"}[f]
		if r >= Registers {
			return fmt.Errorf("isa: %s: register %d as %s, want 0 to %d", s.Name, r, name, Registers-1)
		}
		if r != Zero && !used[f] {
			return fmt.Errorf("isa: %s: %v as %s, which it does not use", s.Name, r, name)
		}
	}
	if most := s.Format.MaxImm(); in.Imm > most || in.Imm < -most {
		return fmt.Errorf("isa: %s: immediate %d, want at most ±%d", s.Name, in.Imm, most)
	}
	if in.Imm != 0 && !used[Imm] {
		return fmt.Errorf("isa: %s: immediate %d, which it does not use", s.Name, in.Imm)
	}
	return nil
}

// Decode returns the instruction encoded in 48 bits, or an error that names the invalid field.
// Encode returns the same bits.
func Decode(w uint64) (Instruction, error) {
	if w>>WordBits != 0 {
		return Instruction{}, fmt.Errorf("isa: %#x has more than %d bits", w, WordBits)
	}
	code := uint8(w >> 44)
	key := uint16(code) << functBits
	if usesFunct(code) {
		key |= uint16(w >> 18 & (1<<functBits - 1))
	}
	s := byCode[key]
	if s == nil {
		return Instruction{}, fmt.Errorf("isa: %#012x: no instruction has code %d and function %d", w, code, key&(1<<functBits-1))
	}
	in := Instruction{Op: s.Op, Rd: Reg(w >> 39 & (Registers - 1)), Rs1: Reg(w >> 34 & (Registers - 1))}
	pents, width := largePents, 34
	if s.Format == FormatR {
		in.Rs2 = Reg(w >> 29 & (Registers - 1))
		pents, width = smallPents, 18
	}
	var err error
	if in.Imm, err = decodePents(w&(1<<width-1), pents); err == nil {
		err = s.check(in)
	}
	if err != nil {
		return Instruction{}, fmt.Errorf("%w (%#012x)", err, w)
	}
	return in, nil
}

// encodePents encodes v in the given number of pents.
func encodePents(v int32, pents int) uint64 {
	word, _ := trit5.FromInt64(int64(v))
	return word.Bits() & (1<<(3*pents) - 1)
}

// decodePents is the inverse of encodePents.
func decodePents(bits uint64, pents int) (int32, error) {
	high := trit5.ZeroWord.Bits() &^ (1<<(3*pents) - 1)
	word, err := trit5.WordFromBits(bits | high)
	if err != nil || bits>>(3*pents) != 0 {
		return 0, fmt.Errorf("isa: immediate %#x is not %d pents", bits, pents)
	}
	return int32(word.Int64()), nil
}

// String returns the instruction in assembly, with targets relative to the instruction: ".+2".
func (in Instruction) String() string {
	return in.text(func(offset int32) string { return fmt.Sprintf(".%+d", offset) })
}

// text is String with a caller-supplied format of targets.
func (in Instruction) text(target func(offset int32) string) string {
	s := SpecOf(in.Op)
	if s == nil {
		return fmt.Sprintf("Op(%d)", uint8(in.Op))
	}
	text, sep := s.Name, " "
	for i, o := range s.Operands {
		if in.omits(s.Operands[i:]) {
			break
		}
		text, sep = text+sep+in.operand(o, target), ", "
	}
	return text
}

// omits reports whether all operands in rest may be omitted.
func (in Instruction) omits(rest []Operand) bool {
	for _, o := range rest {
		if !o.Optional || o.Field != Imm && in.register(o.Field) != Zero || o.Field == Imm && in.Imm != 0 {
			return false
		}
	}
	return true
}

func (in Instruction) operand(o Operand, target func(offset int32) string) string {
	switch o.Role {
	case Number:
		return strconv.Itoa(int(in.Imm))
	case Target:
		return target(in.Imm)
	case Place:
		if in.Imm == 0 {
			return fmt.Sprintf("[%v]", in.register(o.Field))
		}
		return fmt.Sprintf("[%v%+d]", in.register(o.Field), in.Imm)
	}
	return in.register(o.Field).String()
}

func (in Instruction) register(f Field) Reg {
	return [...]Reg{in.Rd, in.Rs1, in.Rs2}[f]
}

func (in *Instruction) setRegister(f Field, r Reg) {
	*[...]*Reg{&in.Rd, &in.Rs1, &in.Rs2}[f] = r
}

// Reads returns the registers that the instruction reads, for which a pipeline has to wait, and
// their number. P0 is excluded. The implicit SP or LR of PUSH, POP and RET is included.
func (in Instruction) Reads() (regs [3]Reg, n int) {
	s := SpecOf(in.Op)
	if s == nil {
		return regs, 0
	}
	for _, o := range s.Operands {
		if o.Role == Source || o.Role == Place {
			regs[n] = in.register(o.Field)
			n++
		}
	}
	switch in.Op {
	case PUSH, POP:
		regs[n] = SP
		n++
	case RET:
		regs[n] = LR
		n++
	}
	kept := 0
	for _, r := range regs[:n] {
		if r != Zero {
			regs[kept] = r
			kept++
		}
	}
	return regs, kept
}

// Writes returns the registers that the instruction writes, and their number. P0 is excluded. The
// implicit SP of PUSH and POP and LR of CALL are included.
func (in Instruction) Writes() (regs [2]Reg, n int) {
	s := SpecOf(in.Op)
	if s == nil {
		return regs, 0
	}
	for _, o := range s.Operands {
		if o.Role == Dest && in.register(o.Field) != Zero {
			regs[n] = in.register(o.Field)
			n++
		}
	}
	switch in.Op {
	case PUSH, POP:
		regs[n] = SP
		n++
	case CALL:
		regs[n] = LR
		n++
	}
	return regs, n
}

// ReadsACC reports whether the instruction reads the accumulator register.
func (in Instruction) ReadsACC() bool { return in.Op == MAC }

// WritesACC reports whether the instruction writes the accumulator register.
func (in Instruction) WritesACC() bool { return in.Op == MUL || in.Op == MAC }

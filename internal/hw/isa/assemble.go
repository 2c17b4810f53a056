package isa

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/Kaleaon/pentary-go/trit5"
)

// Assemble returns the program of an assembly text, or an ErrorList. A line holds one statement:
//
//	label:  MNEMONIC operand, operand, ...   ; comment
//
// Operands are registers (P0 to P31, SP, FP, LR), expressions of numbers and symbols, where "."
// is the statement's own address, and places [register+expression]. Directives:
//
//	.text                  instructions follow (the initial section)
//	.data                  data words follow
//	.word E, E, ...        data words
//	.space E               E zero words
//	.equ NAME, E           a symbol with value E, which may only use earlier symbols
//	.pents B, R, C, ...    a descriptor, by the name of its kind: see Descriptors
//
// Each word of a descriptor has a symbol: noise.pair is the offset of the pair. defined has
// further symbols, which the text may use but not define; it may be nil.
func Assemble(text string, defined map[string]int64) (*Program, error) {
	a := &assembler{values: maps.Clone(offsets), program: &Program{}}
	maps.Copy(a.values, defined)
	// The first pass computes the values of labels, the second encodes.
	lines := strings.Split(text, "\n")
	for _, emit := range []bool{false, true} {
		a.emit, a.section, a.code, a.data = emit, Text, 0, 0
		for i, l := range lines {
			a.statement(&line{tokens: scan(l), number: i + 1, asm: a})
			if len(a.errors) >= 2*maxErrors {
				break
			}
		}
	}
	if a.errors != nil {
		return nil, a.errors.sorted()
	}
	a.program.sortSymbols()
	return a.program, nil
}

type assembler struct {
	program    *Program
	values     map[string]int64
	errors     ErrorList
	emit       bool // whether this is the second pass
	section    Section
	code, data int // addresses of the next instruction and word
}

// here returns the address of the current statement.
func (a *assembler) here() int {
	if a.section == Data {
		return a.data
	}
	return a.code
}

// statement parses a line and records its error.
func (a *assembler) statement(l *line) {
	var e *Error
	if errors.As(a.read(l), &e) {
		a.errors = append(a.errors, e)
	}
}

func (a *assembler) read(l *line) error {
	for {
		t := l.take()
		switch {
		case t.kind == endToken:
			return nil
		case t.kind != nameToken:
			return l.fail(t, "%v, want an instruction, a directive or a label", t)
		case l.next().kind == ':':
			l.take()
			if err := a.label(l, t); err != nil {
				return err
			}
		case t.text[0] == '.':
			return a.directive(l, t)
		default:
			return a.instruction(l, t)
		}
	}
}

// label defines a symbol for the current address.
func (a *assembler) label(l *line, t token) error {
	if a.emit {
		return nil
	}
	if err := a.define(l, t, int64(a.here())); err != nil {
		return err
	}
	if len(a.program.Symbols) == MaxSymbols {
		return l.fail(t, "more than %d labels", MaxSymbols)
	}
	a.program.Symbols = append(a.program.Symbols, Symbol{t.text, a.section, a.here()})
	return nil
}

// define sets the value of a symbol.
func (a *assembler) define(l *line, t token, v int64) error {
	if _, ok := parseRegister(t.text); ok || t.kind != nameToken || t.text[0] == '.' {
		return l.fail(t, "%v cannot be a symbol", t)
	}
	if len(t.text) > MaxName {
		return l.fail(t, "symbol of %d bytes, want at most %d", len(t.text), MaxName)
	}
	if _, ok := a.values[t.text]; ok {
		return l.fail(t, "symbol %v is defined already", t)
	}
	a.values[t.text] = v
	return nil
}

// instruction parses the operands of an instruction.
func (a *assembler) instruction(l *line, t token) error {
	s := byName[strings.ToUpper(t.text)]
	switch {
	case s == nil:
		return l.fail(t, "no instruction %v", t)
	case a.section != Text:
		return l.fail(t, "instruction in the data section; want .text before it")
	case a.code == MaxCode:
		return l.fail(t, "more than %d instructions", MaxCode)
	}
	if a.emit {
		in, err := a.operands(l, s)
		if err != nil {
			return err
		}
		w, err := in.Encode()
		if err != nil {
			return l.fail(t, "%s", strings.TrimPrefix(err.Error(), "isa: "))
		}
		a.program.Code = append(a.program.Code, w)
		a.program.Lines = append(a.program.Lines, l.number)
	}
	a.code++
	return nil
}

func (a *assembler) operands(l *line, s *Spec) (Instruction, error) {
	in := Instruction{Op: s.Op}
	for i, o := range s.Operands {
		if l.next().kind == endToken && o.Optional {
			return in, nil
		}
		if i > 0 {
			if err := l.expect(',', "a comma, as in "+s.Syntax()); err != nil {
				return in, err
			}
		}
		if err := a.operand(l, s, o, &in); err != nil {
			return in, err
		}
	}
	if t := l.next(); t.kind != endToken {
		return in, l.fail(t, "%v after the operands of %s", t, s.Syntax())
	}
	return in, nil
}

func (a *assembler) operand(l *line, s *Spec, o Operand, in *Instruction) (err error) {
	at := l.next()
	switch o.Role {
	case Number, Target:
		v, err := l.expression(0)
		if err != nil {
			return err
		}
		if o.Role == Target {
			v -= int64(a.code)
		}
		in.Imm, err = l.immediate(at, s, v)
		return err
	case Place:
		if err := l.expect('[', "a place, as in "+s.Syntax()); err != nil {
			return err
		}
		r, err := l.register(s)
		if err != nil {
			return err
		}
		in.setRegister(o.Field, r)
		if at = l.next(); at.kind == '+' || at.kind == '-' {
			v, err := l.offset()
			if err != nil {
				return err
			}
			if in.Imm, err = l.immediate(at, s, v); err != nil {
				return err
			}
		}
		return l.expect(']', "a closing bracket")
	}
	r, err := l.register(s)
	in.setRegister(o.Field, r)
	return err
}

// offset parses the rest of a place after its register, beginning with the sign.
func (l *line) offset() (int64, error) {
	v := int64(0)
	for l.next().kind == '+' || l.next().kind == '-' {
		op := l.take()
		w, err := l.product(0)
		if err != nil {
			return 0, err
		}
		if op.kind == '-' {
			w = -w
		}
		if v, err = l.bounded(op, v+w); err != nil {
			return 0, err
		}
	}
	return v, nil
}

func (l *line) register(s *Spec) (Reg, error) {
	t := l.take()
	if r, ok := parseRegister(t.text); ok {
		return r, nil
	}
	return 0, l.fail(t, "%v, want a register, as in %s", t, s.Syntax())
}

// immediate returns v as an immediate of the instruction.
func (l *line) immediate(t token, s *Spec, v int64) (int32, error) {
	if most := int64(s.Format.MaxImm()); v > most || v < -most {
		return 0, l.fail(t, "%d does not fit the immediate of %s, ±%d", v, s.Name, most)
	}
	return int32(v), nil
}

// directive parses a directive.
func (a *assembler) directive(l *line, t token) error {
	switch t.text {
	case ".text", ".data":
		a.section = Text
		if t.text == ".data" {
			a.section = Data
		}
		return l.expect(endToken, "nothing after "+t.text)
	case ".equ":
		return a.equ(l)
	case ".word":
		return a.words(l, t)
	case ".space":
		return a.space(l, t)
	}
	for i := range Descriptors {
		if d := &Descriptors[i]; t.text == "."+d.Name {
			return a.descriptor(l, t, d)
		}
	}
	return l.fail(t, "no directive %v", t)
}

func (a *assembler) equ(l *line) error {
	t := l.take()
	if err := l.expect(',', "a comma and a value"); err != nil {
		return err
	}
	if a.emit {
		return nil // the first pass has defined it
	}
	v, err := l.expression(0)
	if err != nil {
		return err
	}
	if err := l.expect(endToken, "the end of the line"); err != nil {
		return err
	}
	return a.define(l, t, v)
}

// reserve advances the data by n words.
func (a *assembler) reserve(l *line, t token, n int64) error {
	if a.section != Data {
		return l.fail(t, "%s in the text section; want .data before it", t.text)
	}
	if n < 0 || n > int64(MaxData-a.data) {
		return l.fail(t, "%d words after %d, want at most %d in all", n, a.data, MaxData)
	}
	a.data += int(n)
	return nil
}

// store appends a data word.
func (a *assembler) store(v int64) {
	w, _ := trit5.FromInt64(v)
	a.program.Data = append(a.program.Data, w)
}

func (a *assembler) words(l *line, t token) error {
	if !a.emit {
		count := int64(1)
		for _, t := range l.tokens {
			if t.kind == ',' {
				count++
			}
		}
		return a.reserve(l, t, count)
	}
	for {
		v, err := l.expression(0)
		if err != nil {
			return err
		}
		a.store(v)
		a.data++ // "." is the word's own address
		if l.next().kind == endToken {
			return nil
		}
		if err := l.expect(',', "a comma"); err != nil {
			return err
		}
	}
}

// space evaluates the size in both passes, so it must not depend on later statements.
func (a *assembler) space(l *line, t token) error {
	v, err := l.expression(0)
	if err != nil {
		return err
	}
	if err := l.expect(endToken, "the end of the line"); err != nil {
		return err
	}
	if err := a.reserve(l, t, v); err != nil {
		return err
	}
	if a.emit {
		a.program.Data = append(a.program.Data, slices.Repeat([]trit5.Word{trit5.ZeroWord}, int(v))...)
	}
	return nil
}

// descriptor emits the words of a descriptor.
func (a *assembler) descriptor(l *line, t token, d *DescriptorSpec) error {
	if !a.emit {
		return a.reserve(l, t, int64(d.Words()))
	}
	a.store(int64(d.Kind))
	for i, f := range d.Fields {
		if l.next().kind == endToken && f.Optional {
			a.store(f.Default)
			continue
		}
		if i > 0 {
			if err := l.expect(',', fmt.Sprintf("a comma and the %s of .%s", f.Name, d.Name)); err != nil {
				return err
			}
		}
		v, err := l.expression(0)
		if err != nil {
			return err
		}
		a.store(v)
	}
	a.data += d.Words()
	return l.expect(endToken, "the end of the line")
}

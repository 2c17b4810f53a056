package isa

// Format is the layout of the 48 bits of an instruction.
type Format uint8

// Formats.
const (
	FormatR Format = iota // three registers, a function and six pents
	FormatI               // two registers and eleven pents
	FormatB               // branch: like I, but both registers are read
)

// String returns the format's letter.
func (f Format) String() string { return string("RIB"[f]) }

// Group is a section of the instruction set.
type Group uint8

// Groups.
const (
	Arithmetic Group = iota
	Memory
	Control
	Neural
	Evolution
)

// String returns the section's title.
func (g Group) String() string {
	return [...]string{"Arithmetic", "Memory", "Control", "Neural", "Evolution strategies"}[g]
}

// Field is the field of an instruction that holds an operand.
type Field uint8

// Fields.
const (
	Rd Field = iota
	Rs1
	Rs2
	Imm
)

// Role is the role of an operand in an instruction.
type Role uint8

// Roles.
const (
	Source Role = iota // register that is read
	Dest               // register that is written
	Number             // immediate
	Target             // immediate: offset of the instruction to jump to
	Place              // register and immediate whose sum is an address: [P1+2]
)

// Operand is an operand in assembly text. A Place uses Field for its register, and also Imm.
type Operand struct {
	Name     string
	Field    Field
	Role     Role
	Optional bool // may be omitted at the end; then P0 or 0
}

// Spec describes the encoding and documentation of an instruction.
type Spec struct {
	Op       Op
	Name     string
	Group    Group
	Format   Format
	Code     uint8  // 4 bits
	Funct    uint16 // 11 bits, format R only
	Operands []Operand
	Summary  string // a phrase
	Effect   string // in the notation of docs/isa.md
}

// Syntax returns the name and the operands in assembly notation.
func (s *Spec) Syntax() string {
	text := s.Name
	for i, o := range s.Operands {
		sep := ", "
		if i == 0 {
			sep = " "
		}
		name := o.Name
		if o.Role == Place {
			name = "[" + o.Name + "+offset]"
		}
		if o.Optional {
			text += "[" + sep + name + "]"
		} else {
			text += sep + name
		}
	}
	return text
}

// SpecOf returns the entry of an operation in the table, or nil if there is none.
func SpecOf(op Op) *Spec {
	if op == 0 || int(op) > len(Specs) {
		return nil
	}
	return &Specs[op-1]
}

// byName and byCode index the table.
var (
	byName = map[string]*Spec{}
	byCode = map[uint16]*Spec{} // by code and function
)

func init() {
	for i := range Specs {
		s := &Specs[i]
		byName[s.Name] = s
		byCode[s.key()] = s
	}
	for _, d := range Descriptors {
		for i, f := range d.Fields {
			offsets[d.Name+"."+f.Name] = int64(i) + 1
		}
	}
}

// offsets holds the predefined symbols of every program, such as noise.pair.
var offsets = map[string]int64{}

// key returns the code and function as the key of byCode.
func (s *Spec) key() uint16 { return uint16(s.Code)<<functBits | s.Funct }

// usesFunct reports whether instructions with this code are distinguished by their function.
func usesFunct(code uint8) bool {
	switch code {
	case codeArithmetic, codeMachine, codeTensor, codeEvolution:
		return true
	}
	return false
}

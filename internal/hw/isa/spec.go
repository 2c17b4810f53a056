package isa

// Format is how the 48 bits of an instruction are divided.
type Format uint8

// The formats.
const (
	FormatR Format = iota // three registers, a function and six pents
	FormatI               // two registers and eleven pents
	FormatB               // a branch: as I, both registers are read
)

// String returns the format's letter.
func (f Format) String() string { return string("RIB"[f]) }

// Group is a section of the instruction set.
type Group uint8

// The groups.
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

// Field is a place of an operand in an instruction.
type Field uint8

// The fields.
const (
	Rd Field = iota
	Rs1
	Rs2
	Imm
)

// Role is the use of an operand by an instruction.
type Role uint8

// The roles.
const (
	Source Role = iota // register that is read
	Dest               // register that is written
	Number             // immediate
	Target             // immediate: instruction to go to, counted from this one
	Place              // register and immediate that add up to an address: [P1+2]
)

// Operand is an operand in the text. A Place takes its register from Field, and Imm, too.
type Operand struct {
	Name     string
	Field    Field
	Role     Role
	Optional bool // at the end of the text; P0 or 0 if it is missing
}

// Spec describes an instruction, except for its execution.
type Spec struct {
	Op       Op
	Name     string
	Group    Group
	Format   Format
	Code     uint8  // 4 bits
	Funct    uint16 // 11 bits, format R only
	Operands []Operand
	Summary  string // half a sentence
	Effect   string // in the notation of docs/isa.md
}

// Syntax returns the operands as the assembler reads them.
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

// SpecOf returns the table's entry of an operation, or nil if there is none.
func SpecOf(op Op) *Spec {
	if op == 0 || int(op) > len(Specs) {
		return nil
	}
	return &Specs[op-1]
}

// byName and byCode find the entries of the table.
var (
	byName = map[string]*Spec{}
	byCode = map[uint16]*Spec{} // code and funct
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

// offsets has the symbols that every program begins with: noise.pair and so on.
var offsets = map[string]int64{}

// key identifies an instruction to the decoder.
func (s *Spec) key() uint16 { return uint16(s.Code)<<functBits | s.Funct }

// usesFunct reports whether instructions of this code differ in their function.
func usesFunct(code uint8) bool {
	switch code {
	case codeArithmetic, codeMachine, codeTensor, codeEvolution:
		return true
	}
	return false
}

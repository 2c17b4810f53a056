package cycles

import "github.com/Kaleaon/pentary-go/internal/hw/isa"

// Kind is the way an instruction passes through the pipeline.
type Kind uint8

// Kinds of instructions.
const (
	ALU    Kind = iota // result at the end of execute
	Load               // result at the end of memory
	Store              // to memory, no result
	Branch             // resolved in execute
	Work               // handed to a unit in execute
	Fence              // waits for all units
)

// Unit is a part of the machine that works in parallel with the pipeline.
type Unit uint8

// Units.
const (
	Tile      Unit = iota // 16×16 digital products
	Crossbar              // analog or digital arrays
	LowRank               // products with factors
	Noise                 // random pents
	Quantizer             // thresholds and requantization
	Vector                // elementwise operations and sums
	DMA                   // transfers
	Units                 // number of units
)

var unitNames = [Units]string{"tile", "crossbar", "low-rank", "noise", "quantizer", "vector", "DMA"}

// String returns the unit's name.
func (u Unit) String() string { return unitNames[u] }

// Span is a range of one of the memories that an instruction accesses: addresses Lo up to, but
// not including, Hi.
type Span struct {
	Space  uint8
	Lo, Hi int64
	Write  bool
}

// conflicts reports whether two accesses must stay in order.
func (s Span) conflicts(t Span) bool {
	return s.Space == t.Space && (s.Write || t.Write) && s.Lo < t.Hi && t.Lo < s.Hi
}

// Op is an executed instruction as the pipeline sees it.
type Op struct {
	PC     int
	Inst   isa.Instruction
	Kind   Kind
	Reads  []isa.Reg // needed at the start of execute
	Writes []isa.Reg
	Taken  bool   // for Branch
	Unit   Unit   // for Work
	Cycles int    // for Work: cycles that the unit takes
	Memory []Span // for Load, Store and Work: memory accessed
}

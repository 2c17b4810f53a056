package cycles

import "github.com/Kaleaon/pentary-go/internal/hw/isa"

// A Kind says how an instruction passes the pipeline.
type Kind uint8

// The kinds of instructions.
const (
	ALU    Kind = iota // result at the end of execute
	Load               // result at the end of memory
	Store              // to memory, no result
	Branch             // resolved in execute
	Work               // handed to a unit in execute
	Fence              // waits for all units
)

// A Unit is a part of the machine that works beside the pipeline.
type Unit uint8

// The units.
const (
	Tile      Unit = iota // 16×16 digital products
	Crossbar              // analog or digital arrays
	LowRank               // products with factors
	Noise                 // random pents
	Quantizer             // thresholds and requantization
	Vector                // elementwise work and sums
	DMA                   // transfers
	Units                 // their number
)

var unitNames = [Units]string{"tile", "crossbar", "low-rank", "noise", "quantizer", "vector", "DMA"}

// String returns the unit's name.
func (u Unit) String() string { return unitNames[u] }

// A Span is a range of one of the memories that an instruction touches: addresses from
// Lo up to, but without, Hi.
type Span struct {
	Space  uint8
	Lo, Hi int64
	Write  bool
}

// conflicts reports whether two accesses must keep their order.
func (s Span) conflicts(t Span) bool {
	return s.Space == t.Space && (s.Write || t.Write) && s.Lo < t.Hi && t.Lo < s.Hi
}

// An Op is an executed instruction as the pipeline sees it.
type Op struct {
	PC     int
	Inst   isa.Instruction
	Kind   Kind
	Reads  []isa.Reg // needed at the start of execute
	Writes []isa.Reg
	Taken  bool   // of a Branch
	Unit   Unit   // of Work
	Cycles int    // that the unit takes, of Work
	Memory []Span // that a Load, Store or Work touches
}

package exec

import "github.com/Kaleaon/pentary-go/internal/hw/isa"

// Observer observes a machine. Step is called after each executed instruction, in order, but not
// for a failed one.
type Observer interface {
	Step(Event)
}

// ObserverFunc is a function as an Observer.
type ObserverFunc func(Event)

// Step calls f.
func (f ObserverFunc) Step(e Event) { f(e) }

// Event is an executed instruction with everything that determines its time and energy.
type Event struct {
	PC    int // address of the instruction
	Inst  isa.Instruction
	Next  int  // address of the next instruction executed
	Taken bool // whether Next is not PC+1, for branches, JUMP, CALL and RET

	// Address is the address of the word in data memory, for LOAD, STORE, PUSH and POP.
	Address int

	// Tensors are the tensors that the instruction works on, the result first; unused
	// elements are zero. LRGEN has the factors A and B; LRMUL D, A, B and X; POPEVAL the
	// outputs and the targets; POPAVG the codes; PQUANT the matrix, and the update's codes and
	// residuals or the accumulators.
	Tensors [4]Tensor

	// M, K, N and Rank are the sizes of the work. MATVEC and CONV multiply an M×K matrix of
	// pents by N columns. LRGEN, LRMUL and PQUANT use factors of rank Rank of an M×K matrix;
	// N is the number of columns of LRMUL, and of antithetic pairs or members of PQUANT.
	// POPEVAL and POPAVG have N members with M outputs. Elementwise instructions have M×N
	// elements, for each of which POOL reads K.
	M, K, N, Rank int

	// Weights counts the pents in the products by magnitude: each pent of a stored matrix
	// once, whatever the number of columns. For LRGEN it counts the pents drawn.
	Weights Census

	// Moved is the number of pents that PQUANT changed: cells to program.
	Moved int

	// Blocks is the number of random blocks drawn, of 128 bits each: 32 binomial or 8 uniform
	// pents. LRGEN draws from ARS4x32-7, PRNG from Philox4x32-10.
	Blocks int

	// Read and Written are the traffic of the memories. Descriptors count as words.
	Read, Written Traffic

	// Far is the number of bytes that LOADV reads from far memory or STOREV writes to it.
	Far int
}

// MACs returns the multiply-accumulates with pents of the instruction: of its product, both
// factors, or update.
func (e *Event) MACs() int {
	switch e.Inst.Op {
	case isa.MATVEC, isa.CONV:
		return e.M * e.K * e.N
	case isa.LRMUL:
		if e.N == 0 { // A·Bᵀ itself
			return e.Rank * e.M * e.K
		}
		return e.Rank * (e.M + e.K) * e.N
	case isa.PQUANT:
		return e.Rank * e.M * e.K * e.N
	}
	return 0
}

// Census counts pents by magnitude.
type Census struct{ Zero, One, Two int }

// Total returns the number of pents.
func (c Census) Total() int { return c.Zero + c.One + c.Two }

// Traffic counts bytes by memory. A data word has 6 bytes, an accumulator 4; pents have 3 bits
// each, in whole blocks.
type Traffic struct {
	Words        int `json:"words,omitempty"`
	Pents        int `json:"pents,omitempty"`
	Bytes        int `json:"bytes,omitempty"`
	Accumulators int `json:"accumulators,omitempty"`
}

// Total returns the bytes of all memories.
func (t Traffic) Total() int { return t.Words + t.Pents + t.Bytes + t.Accumulators }

// Tensor is the decoded descriptor of a tensor. The zero value is no tensor.
type Tensor struct {
	Kind          isa.Kind
	Base          int // in bytes, or accumulators
	Rows, Cols    int
	Height, Width int // of an image or a kernel; otherwise 1
}

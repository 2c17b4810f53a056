package exec

import "github.com/Kaleaon/pentary-go/internal/hw/isa"

// Observer watches a machine. Step is called after each instruction that was
// executed, in order, and not for one that failed.
type Observer interface {
	Step(Event)
}

// ObserverFunc is an Observer made of a function.
type ObserverFunc func(Event)

// Step calls f.
func (f ObserverFunc) Step(e Event) { f(e) }

// Event is an executed instruction, as far as its time and energy depend on it.
type Event struct {
	PC    int // address of the instruction
	Inst  isa.Instruction
	Next  int  // address of the instruction that follows
	Taken bool // whether that is another than the one after, of branches, JUMP, CALL and RET

	// Of LOAD, STORE, PUSH and POP: the address of the word in data memory.
	Address int

	// The tensors that the instruction works on, the result first; those that it does
	// not have are zero. Of LRGEN the factors A and B; of LRMUL D, A, B and X; of
	// POPEVAL the outputs and the targets; of POPAVG the codes; of PQUANT the matrix, and
	// the update's codes and residuals or the accumulators.
	Tensors [4]Tensor

	// The work: of MATVEC and CONV products of an M×K matrix of pents with N columns; of
	// LRGEN, LRMUL and PQUANT factors of rank Rank of an M×K matrix, N columns of LRMUL,
	// N antithetic pairs, or members, of PQUANT; of POPEVAL and POPAVG N members, of M
	// outputs; of the elementwise instructions M×N elements, of which POOL looks at K each.
	M, K, N, Rank int

	// Weights counts the pents that the products used, by magnitude: each pent of a
	// stored matrix once, whatever the number of columns. Of LRGEN it counts those drawn.
	Weights Census

	// Moved counts the pents that PQUANT changed: cells to be programmed.
	Moved int

	// Blocks counts the random blocks that were drawn, of 128 bits each: 32 binomial or
	// 8 uniform pents. LRGEN draws ARS4x32-7, PRNG Philox4x32-10.
	Blocks int

	// Read and Written are traffic of the memories. Descriptors count as words.
	Read, Written Traffic

	// Far is the traffic with far memory, in bytes: the bytes that LOADV reads there, or
	// that STOREV writes.
	Far int
}

// MACs returns the multiply-accumulates of the instruction with pents: of its product, of
// both factors, or of an update.
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

// Traffic counts bytes by memory: data words have 6, pents 3 bits each in whole
// blocks, accumulators 4.
type Traffic struct {
	Words        int `json:"words,omitempty"`
	Pents        int `json:"pents,omitempty"`
	Bytes        int `json:"bytes,omitempty"`
	Accumulators int `json:"accumulators,omitempty"`
}

// Total returns the bytes of all memories.
func (t Traffic) Total() int { return t.Words + t.Pents + t.Bytes + t.Accumulators }

// Tensor is a descriptor of a tensor, decoded. Its zero value is none.
type Tensor struct {
	Kind          isa.Kind
	Base          int // in bytes, or accumulators
	Rows, Cols    int
	Height, Width int // of an image, or of a kernel; else 1
}

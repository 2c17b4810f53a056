package isa

// Op is an operation. The zero value is no operation.
type Op uint8

// Operations, in the order of Specs.
const (
	ADD Op = iota + 1
	SUB
	ADDI
	NEG
	ABS
	MUL2
	DIV2
	MUL
	MAC
	MIN
	MAX
	CONS
	CLAMP
	SIGN
	LOAD
	STORE
	LOADV
	STOREV
	PUSH
	POP
	BEQ
	BNE
	BLT
	BGT
	JUMP
	CALL
	RET
	NOP
	HALT
	SYNC
	FENCE
	MATVEC
	RELU
	QUANT
	POOL
	CONV
	LRGEN
	LRMUL
	LRADD
	POPEVAL
	POPAVG
	PQUANT
	PRNG
)

// 4-bit codes. Functions of codes in format R begin at 1, so that 48 zero bits are not an
// instruction.
const (
	codeArithmetic = 0x0
	codeADDI       = 0x1
	codeLOAD       = 0x2
	codeSTORE      = 0x3
	codeBEQ        = 0x4
	codeBNE        = 0x5
	codeBLT        = 0x6
	codeBGT        = 0x7
	codeJUMP       = 0x8
	codeCALL       = 0x9
	codeMachine    = 0xA
	codeTensor     = 0xC
	codeEvolution  = 0xE
)

// Common operands.
var (
	rd      = Operand{Name: "rd", Field: Rd, Role: Dest}
	rs1     = Operand{Name: "rs1", Field: Rs1, Role: Source}
	rs2     = Operand{Name: "rs2", Field: Rs2, Role: Source}
	ra      = Operand{Name: "ra", Field: Rd, Role: Source}
	rb      = Operand{Name: "rb", Field: Rs1, Role: Source}
	target  = Operand{Name: "target", Field: Imm, Role: Target}
	twoRegs = []Operand{rd, rs1}
	three   = []Operand{rd, rs1, rs2}
)

// address returns the operand for a register that holds the address of a descriptor.
func address(name string, f Field) Operand { return Operand{Name: name, Field: f, Role: Source} }

// optional returns the operand as one that may be omitted.
func optional(o Operand) Operand {
	o.Optional = true
	return o
}

// number returns the operand for an immediate.
func number(name string) Operand { return Operand{Name: name, Field: Imm, Role: Number} }

// Specs is the table of instructions.
var Specs = [...]Spec{
	{
		ADD, "ADD", Arithmetic, FormatR, codeArithmetic, 1, three,
		"sum",
		"rd ← rs1 + rs2",
	},
	{
		SUB, "SUB", Arithmetic, FormatR, codeArithmetic, 2, three,
		"difference",
		"rd ← rs1 − rs2",
	},
	{
		ADDI, "ADDI", Arithmetic, FormatI, codeADDI, 0,
		[]Operand{rd, rs1, number("imm")},
		"sum with an immediate",
		"rd ← rs1 + imm",
	},
	{
		NEG, "NEG", Arithmetic, FormatR, codeArithmetic, 3, twoRegs,
		"negation, pent by pent",
		"rd ← −rs1",
	},
	{
		ABS, "ABS", Arithmetic, FormatR, codeArithmetic, 4, twoRegs,
		"magnitude",
		"rd ← |rs1|",
	},
	{
		MUL2, "MUL2", Arithmetic, FormatR, codeArithmetic, 5, twoRegs,
		"double, with carries; a shift by one pent would multiply by 5",
		"rd ← 2·rs1",
	},
	{
		DIV2, "DIV2", Arithmetic, FormatR, codeArithmetic, 6, twoRegs,
		"half, rounded toward zero",
		"rd ← trunc(rs1/2)",
	},
	{
		MUL, "MUL", Arithmetic, FormatR, codeArithmetic, 7,
		[]Operand{rd, rs1, rs2, optional(number("place"))},
		"product, starts a sum in ACC",
		"ACC ← rs1·rs2; rd ← pents place to place+15 of ACC (0 ≤ place ≤ 16), which is ACC/5^place, rounded to nearest, modulo 5^16",
	},
	{
		MAC, "MAC", Arithmetic, FormatR, codeArithmetic, 8,
		[]Operand{rd, rs1, rs2, optional(number("place"))},
		"multiply and accumulate",
		"ACC ← ACC + rs1·rs2; rd as in MUL",
	},
	{
		MIN, "MIN", Arithmetic, FormatR, codeArithmetic, 9, three,
		"minimum",
		"rd ← min(rs1, rs2)",
	},
	{
		MAX, "MAX", Arithmetic, FormatR, codeArithmetic, 10, three,
		"maximum",
		"rd ← max(rs1, rs2)",
	},
	{
		CONS, "CONS", Arithmetic, FormatR, codeArithmetic, 11, three,
		"consensus, pent by pent",
		"rd[i] ← rs1[i] if rs1[i] = rs2[i], else 0",
	},
	{
		CLAMP, "CLAMP", Arithmetic, FormatR, codeArithmetic, 12, three,
		"limit to a range around zero",
		"rd ← min(max(rs1, −|rs2|), |rs2|)",
	},
	{
		SIGN, "SIGN", Arithmetic, FormatR, codeArithmetic, 13, twoRegs,
		"sign",
		"rd ← −1, 0 or +1 if rs1 is less than, equal to or greater than 0",
	},

	{
		LOAD, "LOAD", Memory, FormatI, codeLOAD, 0,
		[]Operand{rd, {Name: "rs1", Field: Rs1, Role: Place}},
		"load a word from data memory",
		"rd ← data[rs1 + offset]",
	},
	{
		STORE, "STORE", Memory, FormatI, codeSTORE, 0,
		[]Operand{ra, {Name: "rs1", Field: Rs1, Role: Place}},
		"store a word in data memory",
		"data[rs1 + offset] ← ra",
	},
	{
		LOADV, "LOADV", Memory, FormatR, codeTensor, 1,
		[]Operand{address("to", Rd), address("from", Rs1), optional(address("column", Rs2))},
		"load a tensor from far memory",
		"copies the tensor at from to the tensor at to, which has the same kind and shape. With column: copies the tensor at from, of a single column, to column [column] of the tensor at to",
	},
	{
		STOREV, "STOREV", Memory, FormatR, codeTensor, 2,
		[]Operand{address("to", Rd), address("from", Rs1), optional(address("column", Rs2))},
		"store a tensor in far memory",
		"copies the tensor at from to the tensor at to, in far memory, which has the same kind and shape. With column: copies column [column] of the tensor at from to the tensor at to, of a single column",
	},
	{
		PUSH, "PUSH", Memory, FormatR, codeMachine, 1,
		[]Operand{rs1},
		"push onto the stack",
		"SP ← SP − 1; data[SP] ← rs1",
	},
	{
		POP, "POP", Memory, FormatR, codeMachine, 2,
		[]Operand{rd},
		"pop from the stack",
		"rd ← data[SP]; SP ← SP + 1 (if rd is SP, data[SP] remains)",
	},

	{
		BEQ, "BEQ", Control, FormatB, codeBEQ, 0,
		[]Operand{ra, rb, target},
		"branch if equal",
		"if ra = rb: PC ← PC + imm",
	},
	{
		BNE, "BNE", Control, FormatB, codeBNE, 0,
		[]Operand{ra, rb, target},
		"branch if not equal",
		"if ra ≠ rb: PC ← PC + imm",
	},
	{
		BLT, "BLT", Control, FormatB, codeBLT, 0,
		[]Operand{ra, rb, target},
		"branch if less",
		"if ra < rb: PC ← PC + imm",
	},
	{
		BGT, "BGT", Control, FormatB, codeBGT, 0,
		[]Operand{ra, rb, target},
		"branch if greater",
		"if ra > rb: PC ← PC + imm",
	},
	{
		JUMP, "JUMP", Control, FormatI, codeJUMP, 0,
		[]Operand{target},
		"jump",
		"PC ← PC + imm",
	},
	{
		CALL, "CALL", Control, FormatI, codeCALL, 0,
		[]Operand{target},
		"call a subroutine",
		"LR ← PC + 1; PC ← PC + imm",
	},
	{
		RET, "RET", Control, FormatR, codeMachine, 3, nil,
		"return from a subroutine",
		"PC ← LR",
	},
	{
		NOP, "NOP", Control, FormatR, codeMachine, 4, nil,
		"no operation",
		"no effect",
	},
	{
		HALT, "HALT", Control, FormatR, codeMachine, 5, nil,
		"end the program",
		"the machine stops",
	},
	{
		SYNC, "SYNC", Control, FormatR, codeMachine, 6, nil,
		"wait for the tensor units",
		"later instructions begin after all earlier ones are complete; affects only timing, not results",
	},
	{
		FENCE, "FENCE", Control, FormatR, codeMachine, 7, nil,
		"order transfers",
		"later transfers begin after all earlier ones are complete; affects only timing, not results",
	},

	{
		MATVEC, "MATVEC", Neural, FormatR, codeTensor, 3,
		[]Operand{address("y", Rd), address("w", Rs1), address("x", Rs2)},
		"product of pents and activations",
		"Y ← W·X for accumulators Y of m×n, pents W of m×k, activations X of k×n",
	},
	{
		RELU, "RELU", Neural, FormatR, codeTensor, 4,
		[]Operand{address("y", Rd), address("x", Rs1)},
		"rectifier",
		"Y ← max(0, X) for activations of the same shape",
	},
	{
		QUANT, "QUANT", Neural, FormatR, codeTensor, 5,
		[]Operand{address("x", Rd), address("y", Rs1), number("shift"), optional(address("bias", Rs2))},
		"accumulators to activations",
		"X ← clamp(RoundShift(Y + bias, shift), ±127) for Y and X of the same shape, one accumulator of bias per row, 0 ≤ shift ≤ 30",
	},
	{
		POOL, "POOL", Neural, FormatR, codeTensor, 6,
		[]Operand{address("y", Rd), address("x", Rs1), number("size")},
		"max pooling over squares",
		"Y[c, i, j] ← max X[c, i·size…, j·size…] over size² activations; Y's height and width are X's divided by size, rounded down",
	},
	{
		CONV, "CONV", Neural, FormatR, codeTensor, 7,
		[]Operand{address("y", Rd), address("w", Rs1), address("x", Rs2), number("stride")},
		"convolution, without padding",
		"Y[o, i, j] ← Σ W[o, c, u, v]·X[c, i·stride+u, j·stride+v] for accumulators Y, pents W whose columns are channels of height×width, activations X",
	},

	{
		LRGEN, "LRGEN", Evolution, FormatR, codeEvolution, 1,
		[]Operand{address("factors", Rd), address("noise", Rs1), number("r")},
		"factors of a perturbation of rank r",
		"A (r×m pents) and B (r×k) ← the pents of the noise's pair; the factors' multiplier and shift ← the values that scale the entries of Aᵀ·B to a standard deviation of 2^-sigma",
	},
	{
		LRMUL, "LRMUL", Evolution, FormatR, codeEvolution, 2,
		[]Operand{address("d", Rd), address("factors", Rs1), address("x", Rs2), number("r")},
		"perturbation of a product",
		"D ← RoundShift(Aᵀ·RoundShift(B·X·multiplier, 7), shift) for accumulators D of m×n, activations X of k×n. If x is P0: pents D of m×k ← QUANT5(Aᵀ·B/√r), the prototype's perturbation",
	},
	{
		LRADD, "LRADD", Evolution, FormatR, codeEvolution, 3,
		[]Operand{address("y", Rd), address("base", Rs1), address("d", Rs2)},
		"plus and minus a perturbation",
		"Y ← base + D in the first half of Y's columns, base − D in the second half; base and D have as many columns as Y, or half as many, which both halves use. If base and D are pents: accumulators Y ← 2^16·base + D·[word after D's descriptor]",
	},
	{
		POPEVAL, "POPEVAL", Evolution, FormatR, codeEvolution, 4,
		[]Operand{address("scores", Rd), address("population", Rs1), number("n")},
		"scores of n members",
		"data[scores + i] ← the objective of member i, computed from its nth part of the columns of the population's outputs; higher is better; limited to the range of a word",
	},
	{
		POPAVG, "POPAVG", Evolution, FormatR, codeEvolution, 5,
		[]Operand{address("update", Rd), address("scores", Rs1), number("n")},
		"codes of n members from their scores",
		"the update's codes ← the coded differences, plus − minus, of the scores data[scores…] of n/2 pairs; or, if normalized, the coded differences of n scores from their mean",
	},
	{
		PQUANT, "PQUANT", Evolution, FormatR, codeEvolution, 6,
		[]Operand{address("w", Rd), address("from", Rs1), number("levels")},
		"pents from an update or from accumulators",
		"from an update: W is changed by Z = Σ f·A·Bᵀ by the update's rule. From accumulators: W ← QUANT5(Y/2^16). levels is 5",
	},
	{
		PRNG, "PRNG", Evolution, FormatR, codeEvolution, 7,
		[]Operand{rd, address("noise", Rs1), optional(address("bound", Rs2))},
		"random number",
		"rd ← 16 pents of the noise's stream and distribution from block next on; next advances by one, or by two if uniform. With a bound of 1 to 2^32: rd ← u·bound/2^32, rounded down, where u is word next of the stream; next advances by one",
	},
}

package isa

// Kind is the first word of a descriptor; it is the type of the following words.
type Kind int

// Kinds of descriptors. The first three are tensors, each in the memory of its kind.
const (
	Pents        Kind = iota + 1 // packed rows, three bits per pent
	Bytes                        // int8 in quads: element (κ, c) of k×n at (κ/4·n+c)·4 + κ%4
	Accumulators                 // int32, row by row
	Noise
	Factors
	Population
	Update
)

// Indices of the words of a tensor's descriptor; word 0 is the kind.
const (
	TensorBase = iota + 1
	TensorRows
	TensorCols
	TensorHeight
	TensorWidth
	TensorWords
)

// Indices of the words of a Noise descriptor.
const (
	NoiseSeedLow = iota + 1
	NoiseSeedHigh
	NoiseGeneration
	NoiseTensor
	NoisePair
	NoiseLaw
	NoiseSigma
	NoiseUse
	NoiseNext
	NoiseWords
)

// Indices of the words of a Factors descriptor.
const (
	FactorsA = iota + 1
	FactorsB
	FactorsMultiplier
	FactorsShift
	FactorsWords
)

// Indices of the words of a Population descriptor.
const (
	PopulationObjective = iota + 1
	PopulationOutputs
	PopulationTargets
	PopulationWords
)

// Indices of the words of an Update descriptor.
const (
	UpdateNoise = iota + 1
	UpdateRank
	UpdateCoding
	UpdateCodes
	UpdateRule
	UpdateRate
	UpdateState
	UpdateWords
)

// Objective is the function that POPEVAL computes as a score.
type Objective int

// Objectives, in the order of Objectives.
const (
	CrossEntropy Objective = iota + 1
	SquaredError
)

// Coding is the function by which POPAVG converts scores to codes.
type Coding int

// Codings, in the order of Codings.
const (
	FourBits Coding = iota + 1
	Signs
	Normalized
)

// Rule is the update rule of PQUANT.
type Rule int

// Rules, in the order of Rules.
const (
	Residual Rule = iota + 1
	Stochastic
	Prototype
)

// Choice describes a value of a word of a descriptor. Values begin at 1.
type Choice struct{ Name, Effect string }

// Objectives describes each Objective.
var Objectives = [...]Choice{
	{"cross-entropy", "the sum over a member's columns of log₂ of the target class's softmax, in 1/256 bit; outputs are logits in 1/16 bit; kernels.LogProb"},
	{"squared error", "−Σ (output − target)²"},
}

// Codings describes each Coding, for d = plus − minus of a pair.
var Codings = [...]Choice{
	{"four bits", "d in units of half the median (the upper one of two) of all nonzero |d|, rounded to nearest, ties away from zero, at most ±7; es.FourBit"},
	{"signs", "the sign of d; es.Sign"},
	{"normalized", "each member's distance from the mean score (rounded down) in standard deviations, with 16 fraction bits, computed from the 20 high bits of the distances; all zero if the scores are equal; baseline.Prototype"},
}

// Rules describes each Rule, for the codes f, Z = Σ f·A·Bᵀ over pairs and ranks, and
// the step d = clamp(RoundShift(Z·mul, 20), ±255) in 1/256 level.
var Rules = [...]Choice{
	{"residual", "with the pent's residual e: v = e + d; carry = (v + 128) >> 8; w, e ← w + carry, v − 256·carry; w is limited to ±2, where e becomes +127 or −128; kernels.UpdateResidual"},
	{"stochastic", "w ← clamp(w + (d + u) >> 8, ±2), where the random byte u for row i and column j is byte j of the stream of use 5 and pair i; kernels.UpdateStochastic"},
	{"prototype", "W ← QUANT5(W + rate/(n·σ)·Σ F_i·E_i), where the second term is rounded to 1/65536, ties away from zero; F are the normalized codes; E_i = QUANT5(A_i·B_iᵀ/√r), with member i as the pair; baseline.Prototype"},
}

// DescriptorSpec is the layout of a kind of descriptor. The assembler has a directive with its
// name, which takes the fields in order.
type DescriptorSpec struct {
	Kind    Kind
	Name    string
	Summary string
	Fields  []DescriptorField
}

// DescriptorField is a word of a descriptor.
type DescriptorField struct {
	Name     string
	Optional bool  // may be omitted, with all fields after it
	Default  int64 // value if omitted
	Doc      string
}

// Words returns the length of the descriptor.
func (d *DescriptorSpec) Words() int { return 1 + len(d.Fields) }

// tensorFields returns the fields of a tensor whose base counts the given units.
func tensorFields(unit string) []DescriptorField {
	return []DescriptorField{
		{Name: "base", Doc: "address of the first element, in " + unit},
		{Name: "rows", Doc: "rows; for images: channels·height·width"},
		{Name: "cols", Doc: "columns"},
		{Name: "height", Optional: true, Default: 1, Doc: "height of an image, or of a kernel of pents"},
		{Name: "width", Optional: true, Default: 1, Doc: "width of an image, or of a kernel of pents"},
	}
}

// Descriptors describes each Kind, beginning with 1.
var Descriptors = [...]DescriptorSpec{
	{Pents, "pents", "matrix of pents: each row in blocks of 256 pents (96 bytes), then of 32 pents (12 bytes)", tensorFields("bytes")},
	{Bytes, "bytes", "activations, bytes within ±127, four rows of a column together; padded with zeros to whole quads of rows", tensorFields("bytes")},
	{Accumulators, "accumulators", "32-bit sums, row by row", tensorFields("accumulators")},
	{Noise, "noise", "a stream of random numbers, from ARS4x32-7 for LRGEN and PQUANT, from Philox4x32-10 for PRNG", []DescriptorField{
		{Name: "seed_low", Doc: "low 32 bits of the seed"},
		{Name: "seed_high", Doc: "high 32 bits of the seed"},
		{Name: "generation", Doc: "number of the generation, 0 to 2^32−1"},
		{Name: "tensor", Doc: "number of the tensor, 0 to 2^28−1"},
		{Name: "pair", Doc: "number of the antithetic pair, or of the member, 0 to 2^32−1; PQUANT uses all pairs"},
		{Name: "law", Optional: true, Doc: "distribution: 0 binomial, 1 uniform"},
		{Name: "sigma", Optional: true, Doc: "σ = 2^-sigma levels, 0 to 20"},
		{Name: "use", Optional: true, Doc: "for PRNG: the use of the numbers, 0 to 15, see lowrank.Kind"},
		{Name: "next", Optional: true, Doc: "for PRNG: the next block, or word"},
	}},
	{Factors, "factors", "factors of a perturbation E = A·Bᵀ/√r, each transposed: one row per rank", []DescriptorField{
		{Name: "a", Doc: "address of the descriptor of A, r×m pents"},
		{Name: "b", Doc: "address of the descriptor of B, r×k pents"},
		{Name: "multiplier", Optional: true, Doc: "multiplier of projections, in 1/128; written by LRGEN"},
		{Name: "shift", Optional: true, Doc: "shift of the perturbation; written by LRGEN"},
	}},
	{Population, "population", "the outputs and targets from which members are scored", []DescriptorField{
		{Name: "objective", Doc: "1 cross-entropy, 2 squared error"},
		{Name: "outputs", Doc: "address of the descriptor of all members' outputs: bytes or, for squared error, also accumulators or pents. Each of the n members has an equal number of columns, or of rows for pents"},
		{Name: "targets", Doc: "address of the descriptor of one member's targets: for cross-entropy a row of classes in bytes, otherwise a tensor of the kind of outputs"},
	}},
	{Update, "update", "the update of a matrix after a generation", []DescriptorField{
		{Name: "noise", Doc: "address of the noise descriptor"},
		{Name: "rank", Doc: "rank r of the perturbations"},
		{Name: "coding", Doc: "1 four bits, 2 signs, 3 normalized"},
		{Name: "codes", Doc: "address of the descriptor of the codes: bytes n/2×1, or accumulators n×1 if normalized"},
		{Name: "rule", Doc: "1 residual, 2 stochastic, 3 prototype"},
		{Name: "rate", Doc: "step, in 1/65536 level, for one standard deviation of Z; α for the prototype"},
		{Name: "state", Optional: true, Doc: "for the residual rule, address of the descriptor of the residuals: bytes, one row per pent including padding, one column; for the prototype, σ in 1/65536 level"},
	}},
}

// DescriptorOf returns the entry of a kind in the table, or nil if there is none.
func DescriptorOf(k Kind) *DescriptorSpec {
	if k < 1 || int(k) > len(Descriptors) {
		return nil
	}
	return &Descriptors[k-1]
}

// String returns the name of the kind.
func (k Kind) String() string {
	if d := DescriptorOf(k); d != nil {
		return d.Name
	}
	return "unknown"
}

package isa

// Kind is the first word of a descriptor: the type of the words after it.
type Kind int

// The kinds. The first three are tensors, each in the memory of its kind.
const (
	Pents        Kind = iota + 1 // rows in packed form, at three bits a pent
	Bytes                        // int8 in quads: element (κ, c) of k×n at (κ/4·n+c)·4 + κ%4
	Accumulators                 // int32, row by row
	Noise
	Factors
	Population
	Update
)

// Words of a tensor's descriptor, counted from the kind.
const (
	TensorBase = iota + 1
	TensorRows
	TensorCols
	TensorHeight
	TensorWidth
	TensorWords
)

// Words of a Noise descriptor.
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

// Words of a Factors descriptor.
const (
	FactorsA = iota + 1
	FactorsB
	FactorsMultiplier
	FactorsShift
	FactorsWords
)

// Words of a Population descriptor.
const (
	PopulationObjective = iota + 1
	PopulationOutputs
	PopulationTargets
	PopulationWords
)

// Words of an Update descriptor.
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

// Objective is the score of POPEVAL.
type Objective int

// The objectives, in the order of Objectives.
const (
	CrossEntropy Objective = iota + 1
	SquaredError
)

// Coding is how POPAVG makes codes of scores.
type Coding int

// The codings, in the order of Codings.
const (
	FourBits Coding = iota + 1
	Signs
	Normalized
)

// Rule is how PQUANT moves pents.
type Rule int

// The rules, in the order of Rules.
const (
	Residual Rule = iota + 1
	Stochastic
	Prototype
)

// Choice is a value that a word of a descriptor may have. They count from 1.
type Choice struct{ Name, Effect string }

// Objectives describes each Objective.
var Objectives = [...]Choice{
	{"cross-entropy", "Σ over a member's columns of log₂ of the softmax at the target's class, in 1/256 bit; outputs are logits in 1/16 bit: the integer loop of kernels.LogProb"},
	{"squared error", "−Σ (output − target)²"},
}

// Codings describes each Coding, for d = plus − minus of a pair.
var Codings = [...]Choice{
	{"four bits", "d in units of half the median of all |d| other than zero (the upper one of two), to nearest, ties away from zero, at most ±7; es.FourBit"},
	{"signs", "the sign of d; es.Sign"},
	{"normalized", "of each member, its distance from the mean score (rounded down) in standard deviations, 16 fraction bits, of 20 bits of the distances; all zero if the scores are alike; baseline.Prototype"},
}

// Rules describes each Rule, for the codes f, Z = Σ f·A·Bᵀ over pairs and ranks, and
// the step d = clamp(RoundShift(Z·mul, 20), ±255) in 1/256 level.
var Rules = [...]Choice{
	{"residual", "e is the pent's residual: v = e + d; carry = (v + 128) >> 8; w, e ← w + carry, v − 256·carry; beyond ±2, w stays there and e is +127 or −128; kernels.UpdateResidual"},
	{"stochastic", "w ← clamp(w + (d + u) >> 8, ±2) for the random byte u: byte j of the stream of use 5 and pair i for the pent of row i, column j; kernels.UpdateStochastic"},
	{"prototype", "W ← QUANT5(W + rate/(n·σ)·Σ F_i·E_i), the sum's multiple rounded to 1/65536, ties away from zero; F are the normalized codes, E_i = QUANT5(A_i·B_iᵀ/√r) of member i as its pair; baseline.Prototype"},
}

// DescriptorSpec is the layout of a kind of descriptor. The assembler has a directive of
// its name, which takes the fields in order.
type DescriptorSpec struct {
	Kind    Kind
	Name    string
	Summary string
	Fields  []DescriptorField
}

// DescriptorField is a word of a descriptor.
type DescriptorField struct {
	Name     string
	Optional bool  // at the end
	Default  int64 // if it is left out
	Doc      string
}

// Words returns the length of the descriptor.
func (d *DescriptorSpec) Words() int { return 1 + len(d.Fields) }

// tensorFields returns the fields of a tensor whose base counts the given units.
func tensorFields(unit string) []DescriptorField {
	return []DescriptorField{
		{Name: "base", Doc: "address of the first, in " + unit},
		{Name: "rows", Doc: "rows; of images: channels·height·width"},
		{Name: "cols", Doc: "columns"},
		{Name: "height", Optional: true, Default: 1, Doc: "of an image, or of a kernel of pents"},
		{Name: "width", Optional: true, Default: 1, Doc: "of an image, or of a kernel of pents"},
	}
}

// Descriptors lists the kinds of descriptors, Kind after Kind from 1 on.
var Descriptors = [...]DescriptorSpec{
	{Pents, "pents", "matrix of pents: rows of blocks of 256 pents in 96 bytes, then of 32 in 12", tensorFields("bytes")},
	{Bytes, "bytes", "activations, of a byte in ±127, four rows of a column together; padded with zero to whole quads of rows", tensorFields("bytes")},
	{Accumulators, "accumulators", "sums of 32 bits, row by row", tensorFields("accumulators")},
	{Noise, "noise", "where random pents come from: a stream, of ARS4x32-7 for LRGEN and PQUANT, of Philox4x32-10 for PRNG", []DescriptorField{
		{Name: "seed_low", Doc: "low 32 bits of the seed"},
		{Name: "seed_high", Doc: "high 32 bits"},
		{Name: "generation", Doc: "counter word, 0 to 2^32−1"},
		{Name: "tensor", Doc: "number of the tensor, 0 to 2^28−1"},
		{Name: "pair", Doc: "number of the antithetic pair, or of the member, 0 to 2^32−1; PQUANT goes through all"},
		{Name: "law", Optional: true, Doc: "0 binomial, 1 uniform"},
		{Name: "sigma", Optional: true, Doc: "σ = 2^-sigma levels, 0 to 20"},
		{Name: "use", Optional: true, Doc: "of PRNG: 0 to 15, what the numbers are for, see lowrank.Kind"},
		{Name: "next", Optional: true, Doc: "of PRNG: block, or word, to come next"},
	}},
	{Factors, "factors", "factors of a perturbation E = A·Bᵀ/√r, each transposed: a row for each rank", []DescriptorField{
		{Name: "a", Doc: "address of the descriptor of A, r×m pents"},
		{Name: "b", Doc: "address of the descriptor of B, r×k pents"},
		{Name: "multiplier", Optional: true, Doc: "of projections, in 1/128; LRGEN writes it"},
		{Name: "shift", Optional: true, Doc: "of the perturbation; LRGEN writes it"},
	}},
	{Population, "population", "the data that members are scored with", []DescriptorField{
		{Name: "objective", Doc: "1 cross-entropy, 2 squared error"},
		{Name: "outputs", Doc: "address of the descriptor of all members' outputs, bytes or, for squared error, accumulators or pents: n members have columns, or rows of pents, of equal number"},
		{Name: "targets", Doc: "address of the descriptor of one member's targets: classes in bytes, a row; or a tensor of the kind of outputs"},
	}},
	{Update, "update", "how a generation moves a matrix", []DescriptorField{
		{Name: "noise", Doc: "address of the noise descriptor"},
		{Name: "rank", Doc: "r of the perturbations"},
		{Name: "coding", Doc: "1 four bits, 2 signs, 3 normalized"},
		{Name: "codes", Doc: "address of the descriptor of the codes: bytes n/2×1, or accumulators n×1 if normalized"},
		{Name: "rule", Doc: "1 residual, 2 stochastic, 3 prototype"},
		{Name: "rate", Doc: "levels that a standard deviation of Z is as a step, in 1/65536; for the prototype α"},
		{Name: "state", Optional: true, Doc: "of the residual rule: address of the descriptor of the residuals, bytes of a row for each pent, padding included, and one column; of the prototype: σ, in 1/65536 level"},
	}},
}

// DescriptorOf returns the table's entry of a kind, or nil if there is none.
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

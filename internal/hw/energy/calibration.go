package energy

// Calibration is the energy of each operation of the digital datapath, in pJ.
type Calibration struct {
	Name string

	Int8 float64 // multiply-accumulate of two int8 into 32 bits, the anchor
	Zero float64 // multiply-accumulate of an int8 and a pent of 0
	One  float64 // the same for ±1
	Two  float64 // the same for ±2

	Add   float64 // 32-bit addition
	Noise float64 // one pent of binomial noise, from ARS4x32-7
	Block float64 // one block of random numbers other than noise: 128 bits of Philox4x32-10
	SRAM  float64 // one bit read or written
	DRAM  float64 // one bit read or written
}

// int8MAC returns the anchor of both calibrations: an 8-bit multiplication and a 32-bit
// addition.
func int8MAC() float64 { return value("int8.mul") + value("int32.add") }

// common returns the part that both calibrations share.
func common(name string, b Bound) Calibration {
	// A round of ARS takes the energy of a 32-bit multiplication, scaled by the gates, plus
	// a 64-bit addition for its key; a block of seven rounds makes 32 pents. A round of
	// Philox takes two 32-bit multiplications and its XORs.
	const rounds, pents = 7, 32
	round := float64(value("int32.mul")*value("gates.noise.round")/value("gates.mul.int32")) + float64(2*value("int32.add"))
	return Calibration{
		Name:  name,
		Int8:  int8MAC(),
		Add:   value("int32.add"),
		Noise: rounds * round / pents,
		Block: 10 * (2*value("int32.mul") + 2*value("int32.add")),
		SRAM:  Lookup("sram.read32").At(b) / 32,
		DRAM:  Lookup("dram.read32").At(b) / 32,
	}
}

// Horowitz returns the calibration in which a pent's multiply-accumulate takes the energy of its
// adder: the product is wiring and a conditional negation, which the accumulator's carry
// completes. The lane of a zero does not switch. b selects a bound of the energies with a range,
// which are the memories'.
func Horowitz(b Bound) Calibration {
	c := common("Horowitz", b)
	c.One, c.Two = c.Add, c.Add
	return c
}

// Synthesized returns the calibration from two synthesized 16-lane dot products, of pents and
// of int8, at two fractions of zeros. The energy is linear in the fraction of zeros: a zero still
// clocks its register and passes through the adder tree. ±1 and ±2 differ in one multiplexer
// and count the same. b is as in Horowitz.
func Synthesized(b Bound) Calibration {
	c := common("synthesized", b)
	mean := c.Int8 * value("dot.pent") / value("dot.int8") // at the synthesis's fraction of zeros
	few, many := value("dot.zeros.share"), value("dot.sparse.share")
	slope := value("dot.sparse.saved") / (many - few) // relative to mean, per unit of the fraction
	c.Zero = mean * (1 - float64(slope*(1-few)))
	c.One = mean * (1 + float64(slope*few))
	c.Two = c.One
	return c
}

// Pent returns the mean energy of a multiply-accumulate of an int8 and a pent that is zero with
// probability zeros and otherwise ±1 or ±2 with equal probability.
func (c Calibration) Pent(zeros float64) float64 {
	return float64(c.Zero*zeros) + float64((c.One+c.Two)/2*(1-zeros))
}

// Ratio returns the ratio of a synthesized int8 part to its pent counterpart: "gates.lane" is
// gates.lane.int8 over gates.lane.pent. "gates.mul.booth" is the ratio for multipliers with
// weights stored as Booth digits.
func Ratio(part string) float64 {
	if part == "gates.mul.booth" {
		return value("gates.mul.int8") / value(part)
	}
	return value(part+".int8") / value(part+".pent")
}

package energy

// A Calibration prices the operations of the digital datapath, in pJ.
type Calibration struct {
	Name string

	Int8 float64 // multiply-accumulate of two int8 into 32 bits: the anchor
	Zero float64 // multiply-accumulate of an int8 and a pent of 0
	One  float64 // of ±1
	Two  float64 // of ±2

	Add   float64 // of 32 bits
	Noise float64 // one pent of ARS4x32-7 under the binomial law
	Block float64 // 128 bits of Philox4x32-10, for numbers other than noise
	SRAM  float64 // a bit read or written
	DRAM  float64 // a bit
}

// int8MAC is the anchor of both calibrations: 8-bit multiply, 32-bit accumulate.
func int8MAC() float64 { return value("int8.mul") + value("int32.add") }

// common returns the part that the calibrations share.
func common(name string, b Bound) Calibration {
	// A round of ARS costs its share of the gates of a multiplier of 32 bits, and its key an
	// addition of 64; a block of seven rounds gives 32 pents. A round of Philox is two
	// multiplies of 32 bits, and its xors.
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

// Horowitz prices a pent's multiply-accumulate by its adder: the product is wiring
// and a conditional negation, which the accumulator's carry completes. A zero's lane
// does not switch. b selects a bound of the prices with a range: memory.
func Horowitz(b Bound) Calibration {
	c := common("Horowitz", b)
	c.One, c.Two = c.Add, c.Add
	return c
}

// Synthesized prices it by the energies of two synthesized 16-lane dot products, of
// pents and of int8, at two shares of zeros. In between, the energy is linear in the
// share: a zero still clocks its register and passes through the adder tree. ±1 and
// ±2 differ in one multiplexer and are not told apart. Of memory see Horowitz.
func Synthesized(b Bound) Calibration {
	c := common("synthesized", b)
	mean := c.Int8 * value("dot.pent") / value("dot.int8") // at the share of zeros of the synthesis
	few, many := value("dot.zeros.share"), value("dot.sparse.share")
	slope := value("dot.sparse.saved") / (many - few) // of mean, for a share of one
	c.Zero = mean * (1 - float64(slope*(1-few)))
	c.One = mean * (1 + float64(slope*few))
	c.Two = c.One
	return c
}

// Pent returns the energy of a multiply-accumulate of an int8 and a pent that is zero
// in a share of all cases, and ±1 and ±2 alike otherwise.
func (c Calibration) Pent(zeros float64) float64 {
	return float64(c.Zero*zeros) + float64((c.One+c.Two)/2*(1-zeros))
}

// Ratio returns by how much a synthesized part of int8 is larger than the one of
// pents: "gates.lane" stands for gates.lane.int8 over gates.lane.pent. The ratio of
// multipliers by weights that are kept as Booth digits is "gates.mul.booth".
func Ratio(part string) float64 {
	if part == "gates.mul.booth" {
		return value("gates.mul.int8") / value(part)
	}
	return value(part+".int8") / value(part+".pent")
}

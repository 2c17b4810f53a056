package energy

import "fmt"

// Macro is an analog crossbar with bit-serial inputs and one converter per column. An operation
// is half a multiply-accumulate, as is usual in the field.
//
//	energy = Line·phases(input bits)·Planes + Step·2^(output bits)/(2·Rows)
//
// The first term drives a cell's lines once per input bit. The second term is the converter,
// whose energy doubles with each bit and is shared by the rows of its column.
type Macro struct {
	Name   string
	Node   int     // nm
	Rows   int     // cells that share a converter
	Planes int     // arrays or columns that hold one bit of a weight each; 1 if a cell holds all bits
	Line   float64 // fJ per operation, phase and plane
	Step   float64 // fJ per step of the converter
	Phase  float64 // ns per input bit; 0 if unknown

	magnitude bool // inputs are sign and magnitude: n bits take n-1 phases
}

// outputGuard is the number of bits by which an output is wider than its input, for partial
// sums.
const outputGuard = 2

// phases returns the number of times that the lines are driven per product.
func (m Macro) phases(bits int) int {
	if m.magnitude {
		return max(1, bits-1)
	}
	return bits
}

// Operation returns the energy of an operation, in fJ.
func (m Macro) Operation(inputBits, outputBits int) float64 {
	line := m.Line * float64(m.phases(inputBits)*m.Planes)
	return float64(line) + float64(m.Step*steps(outputBits, m.Rows)) // a conversion forbids fusing
}

// steps returns the steps of a conversion per operation.
func steps(bits, rows int) float64 { return float64(uint64(1)<<bits) / float64(2*rows) }

// Latency returns the time of a product, in ns.
func (m Macro) Latency(inputBits int) float64 { return m.Phase * float64(m.phases(inputBits)) }

// Efficiency returns the efficiency in TOPS/W.
func (m Macro) Efficiency(inputBits, outputBits int) float64 {
	return 1000 / m.Operation(inputBits, outputBits)
}

// Scaled returns the macro at another feature size, in nm, with the same voltages: the
// capacitance of lines and gates is proportional to their length.
func (m Macro) Scaled(node int) Macro {
	shrink := float64(node) / float64(m.Node)
	m.Name = fmt.Sprintf("%s, scaled to %d nm", m.Name, node)
	m.Node, m.Line, m.Step = node, m.Line*shrink, m.Step*shrink
	return m
}

// NeuRRAM returns the macro of a 130 nm chip whose cells hold a whole weight and whose inputs
// are signed. Line and Step are solved from its points of one and six bits; the point of three
// bits is held out.
func NeuRRAM() Macro {
	m := Macro{Name: "NeuRRAM", Node: 130, Rows: 256, Planes: 1, magnitude: true}
	least, most := 1000/value("neurram.1bit"), 1000/value("neurram.6bit")
	p1, p6 := float64(m.phases(1)), float64(m.phases(6))
	s1, s6 := steps(1+outputGuard, m.Rows), steps(6+outputGuard, m.Rows)
	det := float64(p1*s6) - float64(p6*s1)
	m.Line = (float64(least*s6) - float64(most*s1)) / det
	m.Step = (float64(p1*most) - float64(p6*least)) / det
	return m
}

// ReRAM22 returns the macro of a 22 nm chip with binary cells, eight per weight, that reads in
// the time domain: the readout is part of each phase. Line and Phase are solved from its point of
// eight bits; the point of binary operands is held out.
func ReRAM22() Macro {
	const bits = 8
	return Macro{
		Name: "22 nm ReRAM", Node: 22, Rows: 1, Planes: bits,
		Line:  1000 / value("reram22.8bit") / (bits * bits),
		Phase: value("reram22.latency") / bits,
	}
}

// Point is a published efficiency and the modelled one.
type Point struct {
	Macro     string
	InputBits int
	Published float64 // TOPS/W
	Modelled  float64
	HeldOut   bool // not used to calibrate
}

// Error returns the relative error of the model.
func (p Point) Error() float64 { return p.Modelled/p.Published - 1 }

// Published returns the points of the published macros.
func Published() []Point {
	neurram, reram := NeuRRAM(), ReRAM22()
	binary := reram
	binary.Planes = 1
	return []Point{
		{neurram.Name, 1, value("neurram.1bit"), neurram.Efficiency(1, 1+outputGuard), false},
		{neurram.Name, 3, value("neurram.3bit"), neurram.Efficiency(3, 3+outputGuard), true},
		{neurram.Name, 6, value("neurram.6bit"), neurram.Efficiency(6, 6+outputGuard), false},
		{reram.Name, 8, value("reram22.8bit"), reram.Efficiency(8, 0), false},
		{reram.Name, 1, value("reram22.1bit"), binary.Efficiency(1, 0), true},
	}
}

package energy

import "fmt"

// A Macro is an analog crossbar with bit-serial inputs and a converter a column. An
// operation is half a multiply-accumulate, as the field counts.
//
//	energy = Line·phases(input bits)·Planes + Step·2^(output bits)/(2·Rows)
//
// The first term drives a cell's lines once for each bit of its input; the second is
// a converter whose energy doubles with each bit, shared by the rows of its column.
type Macro struct {
	Name   string
	Node   int     // nm
	Rows   int     // cells that share a converter
	Planes int     // arrays or columns that hold a weight's bits one by one; 1 if a cell holds all
	Line   float64 // fJ an operation, phase and plane
	Step   float64 // fJ a step of the converter
	Phase  float64 // ns an input bit takes; 0 if unknown

	magnitude bool // inputs are a magnitude with a sign: n bits take n-1 phases
}

// outputGuard is how many bits an output is wider than its input, for partial sums.
const outputGuard = 2

// phases returns how often the lines are driven for one product.
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

// steps returns the steps of a conversion that fall to one operation.
func steps(bits, rows int) float64 { return float64(uint64(1)<<bits) / float64(2*rows) }

// Latency returns the time of a product, in ns.
func (m Macro) Latency(inputBits int) float64 { return m.Phase * float64(m.phases(inputBits)) }

// Efficiency returns operations in a second and watt, in TOPS/W.
func (m Macro) Efficiency(inputBits, outputBits int) float64 {
	return 1000 / m.Operation(inputBits, outputBits)
}

// Scaled returns the macro at another feature size with the same voltages: the
// capacitance of lines and gates shrinks as their length does.
func (m Macro) Scaled(node int) Macro {
	shrink := float64(node) / float64(m.Node)
	m.Name = fmt.Sprintf("%s, scaled to %d nm", m.Name, node)
	m.Node, m.Line, m.Step = node, m.Line*shrink, m.Step*shrink
	return m
}

// NeuRRAM returns the macro of a 130 nm chip whose cells hold a whole weight and whose
// inputs are signed. Line and Step solve its points of one and six bits; the point of
// three bits is held out.
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

// ReRAM22 returns the macro of a 22 nm chip of binary cells, eight for a weight, that
// reads in the time domain: its readout is part of each phase. Line and Phase come
// from its point of eight bits; the point of binary operands is held out.
func ReRAM22() Macro {
	const bits = 8
	return Macro{
		Name: "22 nm ReRAM", Node: 22, Rows: 1, Planes: bits,
		Line:  1000 / value("reram22.8bit") / (bits * bits),
		Phase: value("reram22.latency") / bits,
	}
}

// A Point is a published efficiency beside the modelled one.
type Point struct {
	Macro     string
	InputBits int
	Published float64 // TOPS/W
	Modelled  float64
	HeldOut   bool // not used to calibrate
}

// Error returns the relative error of the model.
func (p Point) Error() float64 { return p.Modelled/p.Published - 1 }

// Published replays the published macros.
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

package claims

import (
	"fmt"
	"strings"

	"github.com/Kaleaon/pentary-go/hwmodel/rtl"
	"github.com/Kaleaon/pentary-go/internal/hw/energy"
	"github.com/Kaleaon/pentary-go/internal/hw/isa"
)

// value returns the value of an entry of the energy table.
func value(name string) float64 { return energy.Lookup(name).Value }

// logic returns the claims about gates.
func logic() []Claim {
	const cpu = "architecture/pentary_processor_architecture.md"
	return []Claim{
		{"a pent multiplier is smaller than an int8 multiplier", "20×", cpu + " §11.2", func() finding {
			low, high := energy.Ratio("gates.mul"), energy.Ratio("gates.mul.booth")
			return finding{
				span(low, high, times), gain(20, low, high),
				fmt.Sprintf("%s gates for int8; %s for a pent, %s with weights stored as Booth digits. Ratio of this module's lanes: %s. The claim's 3,000 gates are a 16-bit multiplier",
					number(value("gates.mul.int8")), number(value("gates.mul.pent")), number(value("gates.mul.booth")), times(rtl.Resources().LaneRatio())),
			}
		}},
		{"a lane of a pent dot product is smaller than an int8 lane", "20×", cpu + " §11.2", func() finding {
			low, high := laneRatio()
			return finding{
				span(low, high, times), gain(20, low, high),
				fmt.Sprintf("16-lane dot products, adder tree included: %s and %s gates per lane; this module's designs, synthesized the same way, have %s and %s gates in all",
					number(value("gates.lane.int8")), number(value("gates.lane.pent")),
					number(rtl.Resources().Gates[rtl.Int8Dot]), number(rtl.Resources().Gates[rtl.PentDot])),
			}
		}},
		{"a ternary lane is cheaper than a pent lane", "2× as efficient", "research/pentary_power_model.md §7.1", func() finding {
			area := value("gates.lane.pent") / value("gates.lane.ternary")
			joule := value("dot.pent") / value("dot.ternary")
			low, high := min(area, joule), max(area, joule)
			return finding{
				span(low, high, times), gain(2, low, high),
				fmt.Sprintf("a pent dot product takes %s the gates and %s the energy of a ternary one, and half of int4's %s gates",
					times(area), times(joule), number(value("gates.lane.int4"))),
			}
		}},
		{"a pentary adder costs twice as much as a binary adder", "2×", cpu + " §11.2", func() finding {
			r := value("gates.add.pents16") / value("gates.add.bits38")
			luts := value("luts.add.pents16") / value("luts.add.bits38")
			own := rtl.Resources().ICE40["adder"].LUT4
			return finding{
				span(r, luts, times), cost(2, r),
				fmt.Sprintf("adding 16 pents takes %s gates and %s ns, the same range in two's complement %s gates and %s ns. On iCE40, pents take %s LUTs (this module's adder: %d), two's complement %s",
					number(value("gates.add.pents16")), number(value("delay.add.pents16")), number(value("gates.add.bits38")), number(value("delay.add.bits38")),
					number(value("luts.add.pents16")), own, number(value("luts.add.bits38"))),
			}
		}},
		{"the quantizer rounds to the nearest pent", "always", "hardware/pentary_quantizer_fixed.v", quantizer},
		{"the EGGROLL instructions extend the ISA", "7 opcodes", "research/eggroll_pentary_integration.md §3.3.1; hardware/instruction_decoder.v", opcodes},
	}
}

// laneRatio returns the range of the ratio in gates of a lane of an int8 dot product to a lane
// of a pent dot product: measured with a cell library, and for this module's Verilog in generic
// gates.
func laneRatio() (low, high float64) {
	a, b := energy.Ratio("gates.lane"), rtl.Resources().DotRatio()
	return min(a, b), max(a, b)
}

// prototypeQuantize computes the result of the prototype's Verilog bit for bit, where an unsigned
// literal makes the division and the shift unsigned.
func prototypeQuantize(x int32, scale uint32) int {
	numerator := uint64(uint32(x)) << 16
	scaled := uint32(numerator / uint64(scale))
	rounded := int32((scaled + 0x8000) >> 16)
	return int(max(-2, min(2, rounded)))
}

// nearestPent is the correct result.
func nearestPent(x int32, scale uint32) int {
	// Half up: floor(x/scale + 1/2), with the quotient in whole units.
	n := int64(x)*2 + int64(scale)
	q := n / (2 * int64(scale))
	if n%(2*int64(scale)) < 0 {
		q--
	}
	return int(max(-2, min(2, q)))
}

func quantizer() finding {
	const one = 1 << 16
	var wrong, inputs [2]int // for positive and negative inputs
	for _, scale := range []uint32{one / 2, one, 3 * one, 10 * one} {
		for x := int64(-16 * one); x < 16*one; x += 97 {
			sign := 0
			if x < 0 {
				sign = 1
			}
			want := nearestPent(int32(x), scale)
			if want == 0 {
				continue // both signs round to zero
			}
			inputs[sign]++
			if prototypeQuantize(int32(x), scale) != want {
				wrong[sign]++
			}
		}
	}
	share := float64(wrong[1]) / float64(inputs[1])
	return finding{
		fmt.Sprintf("wrong for %s of negative pents, %s of positive ones", percent(share), percent(float64(wrong[0])/float64(inputs[0]))),
		holds(wrong == [2]int{}),
		fmt.Sprintf("%s inputs that round to −2 or −1, at four scales: an unsigned literal makes the division and the shift unsigned. A quantizer by thresholds takes %s gates, with the divider %s",
			count(inputs[1]), number(value("gates.quantizer")), number(value("gates.quantizer.divider"))),
	}
}

// decoded lists the instructions with a 4-bit code in the prototype's decoder.
var decoded = []string{
	"ADD", "SUB", "MUL2", "DIV2", "NEG", "ABS", "ADDI", "LOAD", "STORE", "BEQ", "BNE", "JUMP", "MATVEC", "RELU", "QUANT", "NOP",
}

func opcodes() finding {
	const bits = 4
	free := 1<<bits - len(decoded)
	var wanted []string
	for _, s := range isa.Specs {
		if s.Group == isa.Evolution {
			wanted = append(wanted, s.Name)
		}
	}
	return finding{
		fmt.Sprintf("%d codes left of %d", free, 1<<bits), holds(free >= len(wanted)),
		fmt.Sprintf("the Pentary decoder has %d instructions in %d bits; the %d EGGROLL instructions have neither code nor format. Here they share one code and differ in the function field: %s",
			len(decoded), bits, len(wanted), strings.Join(wanted, " ")),
	}
}

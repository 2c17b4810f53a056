package claims

import (
	"fmt"
	"strings"

	"github.com/Kaleaon/pentary-go/hwmodel/rtl"
	"github.com/Kaleaon/pentary-go/internal/hw/energy"
	"github.com/Kaleaon/pentary-go/internal/hw/isa"
)

// value returns an entry of the energy table.
func value(name string) float64 { return energy.Lookup(name).Value }

// logic returns the claims about gates.
func logic() []Claim {
	const cpu = "architecture/pentary_processor_architecture.md"
	return []Claim{
		{"a multiplier by a pent is smaller than one of int8", "20×", cpu + " §11.2", func() finding {
			low, high := energy.Ratio("gates.mul"), energy.Ratio("gates.mul.booth")
			return finding{
				span(low, high, times), gain(20, low, high),
				fmt.Sprintf("%s gates of int8; %s of a pent, %s with weights kept as Booth digits. This module's lanes: %s. 3,000 is a 16-bit multiplier",
					number(value("gates.mul.int8")), number(value("gates.mul.pent")), number(value("gates.mul.booth")), times(rtl.Resources().LaneRatio())),
			}
		}},
		{"a lane of a dot product of pents is smaller", "20×", cpu + " §11.2", func() finding {
			low, high := laneRatio()
			return finding{
				span(low, high, times), gain(20, low, high),
				fmt.Sprintf("16-lane dot products, adder tree included: %s and %s gates a lane; this module's own by the same flow %s and %s in all",
					number(value("gates.lane.int8")), number(value("gates.lane.pent")),
					number(rtl.Resources().Gates[rtl.Int8Dot]), number(rtl.Resources().Gates[rtl.PentDot])),
			}
		}},
		{"fewer levels are cheaper: a ternary lane", "2× as efficient", "research/pentary_power_model.md §7.1", func() finding {
			area := value("gates.lane.pent") / value("gates.lane.ternary")
			joule := value("dot.pent") / value("dot.ternary")
			low, high := min(area, joule), max(area, joule)
			return finding{
				span(low, high, times), gain(2, low, high),
				fmt.Sprintf("a dot product of pents costs %s the gates and %s the energy of one of ternary digits, and half of int4's %s gates",
					times(area), times(joule), number(value("gates.lane.int4"))),
			}
		}},
		{"a pentary adder costs twice a binary one", "2×", cpu + " §11.2", func() finding {
			r := value("gates.add.pents16") / value("gates.add.bits38")
			luts := value("luts.add.pents16") / value("luts.add.bits38")
			own := rtl.Resources().ICE40["adder"].LUT4
			return finding{
				span(r, luts, times), cost(2, r),
				fmt.Sprintf("16 pents %s gates and %s ns, the same range in two's complement %s and %s ns; on iCE40 %s LUTs, %d for this module's, and %s. Sums belong in binary",
					number(value("gates.add.pents16")), number(value("delay.add.pents16")), number(value("gates.add.bits38")), number(value("delay.add.bits38")),
					number(value("luts.add.pents16")), own, number(value("luts.add.bits38"))),
			}
		}},
		{"the quantizer rounds to the nearest pent", "always", "hardware/pentary_quantizer_fixed.v", quantizer},
		{"the EGGROLL instructions extend the ISA", "7 opcodes", "research/eggroll_pentary_integration.md §3.3.1; hardware/instruction_decoder.v", opcodes},
	}
}

// laneRatio returns by how much a lane of a dot product of int8 is larger than one of
// pents: as was measured with a library of cells, and as this module's Verilog is, in
// generic gates.
func laneRatio() (low, high float64) {
	a, b := energy.Ratio("gates.lane"), rtl.Resources().DotRatio()
	return min(a, b), max(a, b)
}

// prototypeQuantize is the prototype's Verilog, bit for bit: an unsigned literal makes the
// division and the shift unsigned.
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
	var wrong, inputs [2]int // of positive and negative inputs
	for _, scale := range []uint32{one / 2, one, 3 * one, 10 * one} {
		for x := int64(-16 * one); x < 16*one; x += 97 {
			sign := 0
			if x < 0 {
				sign = 1
			}
			want := nearestPent(int32(x), scale)
			if want == 0 {
				continue // a range around both signs rounds to zero
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
		fmt.Sprintf("%s inputs that round to −2 or −1, at four scales: an unsigned literal makes division and shift unsigned. By thresholds it is %s gates, with the divider %s",
			count(inputs[1]), number(value("gates.quantizer")), number(value("gates.quantizer.divider"))),
	}
}

// decoded are the instructions that the prototype's decoder has a 4-bit code for.
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
		fmt.Sprintf("its decoder has %d instructions in %d bits; the %d have neither code nor format. Here they share one code and count functions: %s",
			len(decoded), bits, len(wanted), strings.Join(wanted, " ")),
	}
}

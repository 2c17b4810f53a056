package rtl

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

//go:embed resource.json
var resourceJSON []byte

// Resource is the resources of the units, measured with free tools: they are not limits.
// A design is named after its unit, with the default parameters, or is one of those for
// comparison in testdata/compare.
type Resource struct {
	// Tools are the versions that the numbers are of.
	Tools map[string]string

	// ICE40 are the cells of an iCE40 after synthesis, by unit.
	ICE40 map[string]Cells

	// Gates are NAND2 equivalents of a design in generic gates: the transistors that
	// yosys estimates in CMOS, over four. Ratios of them carry over to other
	// libraries, they themselves do not.
	Gates map[string]float64

	// Placed are clock frequencies after place-and-route, by unit and device, as
	// "tile hx8k".
	Placed map[string]Placed
}

// Cells are the cells of an iCE40 that a unit takes.
type Cells struct {
	LUT4  int // tables of four inputs
	Carry int // carries of adders, beside tables
	FF    int // flip-flops
	RAM   int // blocks of 4 Kibit
}

// Placed is a unit on a device.
type Placed struct {
	MHz    float64 // that nextpnr reports for the clock
	Logic  int     // logic cells in use, a table and a flip-flop each
	RAM    int
	Device string // as icestorm names it, and its package
}

// The designs whose gates are compared. The designs of int8 use Booth digits, which
// pents are, and are the smallest that were found.
const (
	PentLane       = "pent_lane" // a multiplier
	Int8Lane       = "int8_lane"
	PentDot        = "pent_dot" // 16 lanes
	Int8Dot        = "int8_dot"
	PentAccumulate = "pent_accumulate" // the dot product with an accumulator of 32 bits
	Int8Accumulate = "int8_accumulate"

	Noise        = "noise"         // a block of ARS4x32-7 in seven cycles
	Random       = "random"        // a block of Philox4x32-10 in ten
	Round        = "aes_round"     // of ARS, without its key's adder
	Multiplier32 = "multiplier_32" // 32×32 bits
)

// Resources returns the contents of resource.json.
func Resources() Resource {
	var r Resource
	if err := json.Unmarshal(resourceJSON, &r); err != nil {
		panic(fmt.Sprintf("rtl: resource.json: %v", err)) // it is embedded, and tested
	}
	return r
}

// LaneRatio returns the gates of an int8 multiplier divided by the gates of a pent×int8
// multiplier: the saving in logic by weights of five levels.
func (r Resource) LaneRatio() float64 { return r.Gates[Int8Lane] / r.Gates[PentLane] }

// DotRatio is LaneRatio for a dot product of 16 lanes, whose adders weigh more.
func (r Resource) DotRatio() float64 { return r.Gates[Int8Dot] / r.Gates[PentDot] }

// AccumulateRatio is DotRatio with an accumulator of 32 bits, which costs both the same.
func (r Resource) AccumulateRatio() float64 { return r.Gates[Int8Accumulate] / r.Gates[PentAccumulate] }

package rtl

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

//go:embed resource.json
var resourceJSON []byte

// Resource holds the resources of the units as measured with free tools; other tools may
// find smaller designs. A design is named after its unit, with default parameters, or after a
// module for comparison in testdata/compare.
type Resource struct {
	// Tools are the versions of the tools.
	Tools map[string]string

	// ICE40 are the iCE40 cells of each unit after synthesis.
	ICE40 map[string]Cells

	// Gates are the NAND2 equivalents of a design in generic gates: yosys's estimate of
	// CMOS transistors, divided by four. Only their ratios carry over to other cell
	// libraries.
	Gates map[string]float64

	// Placed are clock frequencies after place-and-route, by unit and device, such as
	// "tile hx8k".
	Placed map[string]Placed
}

// Cells are the iCE40 cells of a unit.
type Cells struct {
	LUT4  int // four-input lookup tables
	Carry int // carry cells of adders, next to the tables
	FF    int // flip-flops
	RAM   int // blocks of 4 Kibit
}

// Placed is the result of place-and-route of a unit on a device.
type Placed struct {
	MHz    float64 // maximum clock frequency, from nextpnr
	Logic  int     // logic cells in use; each has a table and a flip-flop
	RAM    int
	Device string // icestorm's name of the device, and its package
}

// Designs whose gates are compared. The int8 designs use radix-4 Booth digits, which have the
// same values as pents; they are the smallest designs found.
const (
	PentLane       = "pent_lane" // a multiplier
	Int8Lane       = "int8_lane"
	PentDot        = "pent_dot" // 16 lanes
	Int8Dot        = "int8_dot"
	PentAccumulate = "pent_accumulate" // dot product with a 32-bit accumulator
	Int8Accumulate = "int8_accumulate"

	Noise        = "noise"         // one block of ARS4x32-7 in seven cycles
	Random       = "random"        // one block of Philox4x32-10 in ten cycles
	Round        = "aes_round"     // one round of ARS, without the adder of its key
	Multiplier32 = "multiplier_32" // 32×32 bits
)

// Resources returns the contents of resource.json.
func Resources() Resource {
	var r Resource
	if err := json.Unmarshal(resourceJSON, &r); err != nil {
		panic(fmt.Sprintf("rtl: resource.json: %v", err)) // cannot happen: the file is embedded and tested
	}
	return r
}

// LaneRatio returns the gates of an int8×int8 multiplier divided by the gates of a pent×int8
// multiplier.
func (r Resource) LaneRatio() float64 { return r.Gates[Int8Lane] / r.Gates[PentLane] }

// DotRatio is LaneRatio for a dot product of 16 lanes.
func (r Resource) DotRatio() float64 { return r.Gates[Int8Dot] / r.Gates[PentDot] }

// AccumulateRatio is DotRatio with a 32-bit accumulator, which has the same cost in both.
func (r Resource) AccumulateRatio() float64 { return r.Gates[Int8Accumulate] / r.Gates[PentAccumulate] }

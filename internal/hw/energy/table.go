package energy

import "fmt"

// Entry is a physical quantity with its source. Low and High are its range according to the
// source or the literature; both equal Value if the quantity is a count or stated without a
// range.
type Entry struct {
	Name    string
	Value   float64
	Low     float64
	High    float64
	Unit    string
	Node    int     // feature size in nm; 0 if not applicable
	Voltage float64 // in V; 0 if not stated
	Source  string
}

const (
	horowitz = "M. Horowitz, Computing's Energy Problem, ISSCC 2014, fig. 1.1.9"
	synth    = "measured: yosys 0.23, open 45 nm cell library, gate-level simulation with glitches, 30/40/30 % of 0/±1/±2"
	gates    = "measured: yosys 0.23, open 45 nm cell library, area over that of NAND2"
	generic  = "measured: yosys 0.23, generic gates, as hwmodel/rtl/resource.json"
	ice40    = "measured: yosys 0.23 and nextpnr-ice40, HX8K"
	power    = "Pentary, research/pentary_power_model.md"
	cpu      = "Pentary, architecture/pentary_processor_architecture.md"
	eggroll  = "Pentary, research/eggroll_pentary_integration.md"
	memory   = "Pentary, its documents on memristors, as one range"
	neurram  = "W. Wan et al., A compute-in-memory chip based on resistive random-access memory, Nature 608 (2022), ext. data fig. 12; output two bits wider than input"
	hung     = "J.-M. Hung et al., 8-b Precision 8-Mb ReRAM Compute-in-Memory Macro, IEEE JSSC 58 (2023)"
	hungBits = "J.-M. Hung et al., An 8-Mb DC-Current-Free Binary-to-8b Precision ReRAM Macro with 1286.4-21.6TOPS/W, ISSCC 2022"
	rram     = "W. Wan et al., Nature 608 (2022): RRAM measured up to 39.26 µS; high is other chips'"
	alpha    = "T. Sakurai and A. R. Newton, Alpha-power law MOSFET model, IEEE JSSC 25 (1990)"
)

// Table holds every physical number of the model, grouped by subject.
var Table = []Entry{
	// Published energies of digital operations.
	exact("int8.add", 0.03, "pJ", 45, 0.9, horowitz),
	exact("int32.add", 0.1, "pJ", 45, 0.9, horowitz),
	exact("int8.mul", 0.2, "pJ", 45, 0.9, horowitz),
	exact("int32.mul", 3.1, "pJ", 45, 0.9, horowitz),
	{"sram.read32", 5, 5, 50, "pJ", 45, 0.9, horowitz + ": 8 KiB; high is 1 MiB"},
	{"dram.read32", 640, 640, 1300, "pJ", 45, 0.9, horowitz + ": 1.3 to 2.6 nJ for 64 bits"},

	// Synthesized lanes: energies, of which only the ratio is used, and gates.
	exact("dot.int8", 2.58, "pJ", 45, 0, synth),
	exact("dot.int4", 1.39, "pJ", 45, 0, synth),
	exact("dot.pent", 0.68, "pJ", 45, 0, synth),
	exact("dot.ternary", 0.68, "pJ", 45, 0, synth),
	exact("dot.pent2", 0.355, "pJ", 45, 0, synth+"; pent by pent"),
	exact("dot.zeros.share", 0.3, "1", 45, 0, synth),
	exact("dot.sparse.share", 0.8, "1", 45, 0, synth+", and 80 % zeros"),
	exact("dot.sparse.saved", 0.45, "1", 45, 0, synth+", and 80 % zeros"),

	exact("gates.mul.int8", 398, "GE", 45, 0, gates),
	exact("gates.mul.pent", 84, "GE", 45, 0, gates),
	exact("gates.mul.booth", 32, "GE", 45, 0, gates+"; weights kept as Booth digits"),
	exact("gates.mul.ternary", 44, "GE", 45, 0, gates),
	exact("gates.mac.int8", 788, "GE", 45, 0, gates),
	exact("gates.mac.pent", 416, "GE", 45, 0, gates),
	exact("gates.lane.int8", 540, "GE", 45, 0, gates+"; 16-lane dot product"),
	exact("gates.lane.int4", 305, "GE", 45, 0, gates+"; 16-lane dot product"),
	exact("gates.lane.pent", 161, "GE", 45, 0, gates+"; 16-lane dot product"),
	exact("gates.lane.ternary", 147, "GE", 45, 0, gates+"; 16-lane dot product"),
	exact("gates.add.pents16", 1012, "GE", 45, 0, gates+"; 16 pents, base 5"),
	exact("gates.add.bits38", 288, "GE", 45, 0, gates+"; the same range in two's complement"),
	exact("delay.add.pents16", 4.98, "ns", 45, 0, gates),
	exact("delay.add.bits38", 1.45, "ns", 45, 0, gates),
	exact("luts.add.pents16", 767, "LUT4", 40, 1.2, ice40),
	exact("luts.add.bits38", 38, "LUT4", 40, 1.2, ice40),
	exact("gates.quantizer", 595, "GE", 45, 0, gates+"; by thresholds, 24 bits"),
	exact("gates.quantizer.divider", 5593, "GE", 45, 0, gates+"; by the divider of the prototype's Verilog"),
	exact("gates.noise.round", 6974, "GE", 0, 0, generic+"; S-boxes, mixing of columns and sum with the key"),
	exact("gates.mul.int32", 12134.5, "GE", 0, 0, generic),
	exact("gates.xorshift32", 415, "GE", 45, 0, gates),
	exact("gates.threefry", 3025, "GE", 45, 0, gates),

	// Energy and power according to the Pentary documents.
	exact("documents.pent.add", 0.08, "pJ", 45, 0, power+" §2.1; a digit"),
	exact("documents.mul.zero", 0, "pJ", 45, 0, power+" §2.2"),
	exact("documents.mul.one", 0.05, "pJ", 45, 0, power+" §2.2"),
	exact("documents.mul.two", 0.08, "pJ", 45, 0, power+" §2.2"),
	exact("documents.memory.bit", 0.15, "pJ", 45, 0, power+" §3.1"),
	exact("documents.baseline.compute", 100, "W", 0, 0, eggroll+" §5.3"),
	exact("documents.baseline.memory", 50, "W", 0, 0, eggroll+" §5.3"),
	exact("core.array", 2.0, "W", 0, 0, power+" §6.1"),
	exact("core.sram", 1.5, "W", 0, 0, power+" §6.1"),
	exact("core.control", 0.5, "W", 0, 0, power+" §6.1"),
	exact("core.io", 0.5, "W", 0, 0, power+" §6.1"),
	exact("core.clock", 0.3, "W", 0, 0, power+" §6.1"),
	exact("core.leakage", 0.2, "W", 0, 0, power+" §6.1"),
	exact("core.total", 5.0, "W", 0, 0, power+" §6.1"),

	// Power states, as fractions of full power, and upper bounds of the wake-up times.
	exact("state.full", 1, "1", 0, 0, cpu+" §8.1"),
	exact("state.reduced", 0.6, "1", 0, 0, cpu+" §8.1"),
	exact("state.gated", 0.2, "1", 0, 0, cpu+" §8.1"),
	exact("state.off", 0.05, "1", 0, 0, cpu+" §8.1"),
	exact("state.deep", 0.01, "1", 0, 0, cpu+" §8.1"),
	exact("wake.full", 0, "ns", 0, 0, cpu+" §8.1"),
	{"wake.reduced", 1, 0, 1, "ns", 0, 0, cpu + " §8.1: less than"},
	{"wake.gated", 10, 0, 10, "ns", 0, 0, cpu + " §8.1: less than"},
	{"wake.off", 100, 0, 100, "ns", 0, 0, cpu + " §8.1: less than"},
	{"wake.deep", 1000, 0, 1000, "ns", 0, 0, cpu + " §8.1: less than"},

	// Operating points, and the parameters of the relation of frequency and voltage.
	exact("dvfs.high.voltage", 1.2, "V", 0, 1.2, cpu+" §8.3"),
	exact("dvfs.high.clock", 5, "GHz", 0, 1.2, cpu+" §8.3"),
	exact("dvfs.balanced.voltage", 1.0, "V", 0, 1.0, cpu+" §8.3"),
	exact("dvfs.balanced.clock", 3, "GHz", 0, 1.0, cpu+" §8.3"),
	exact("dvfs.saver.voltage", 0.8, "V", 0, 0.8, cpu+" §8.3"),
	exact("dvfs.saver.clock", 1, "GHz", 0, 0.8, cpu+" §8.3"),
	{"mosfet.alpha", 1.3, 1.2, 1.5, "1", 45, 0, alpha + ": 1.3 for short channels"},
	{"mosfet.threshold", 0.3, 0.25, 0.4, "V", 45, 0, alpha + "; thresholds of a 45 nm process"},

	// Cells of a crossbar, and its latency according to the Pentary documents.
	{"cell.gmax", 40, 40, 100, "µS", 0, 0.5, rram},
	exact("cell.read", 0.5, "V", 0, 0.5, rram),
	{"cell.mac", 20, 20, 50, "fJ", 0, 0.5, rram + ": 2 ns at gmax"},
	exact("cell.program", 500, "ns", 0, 0, memory+": five pulses to write and verify, on average"),
	{"cell.endurance", 1e6, 1e6, 1e12, "writes", 0, 0, memory},
	{"cell.drift", 0.01, 0.005, 0.05, "1", 0, 0, memory + ": a decade of time, HfO2 0.5 to 2 %"},
	exact("documents.cell.gmax", 1000, "µS", 0, 1, memory),
	exact("documents.cell.read", 1, "V", 0, 1, memory),
	exact("documents.crossbar.size", 256, "1", 0, 0, cpu+" §3.3"),
	exact("documents.crossbar.latency", 60, "ns", 0, 0, eggroll+" §3.2.3: 10 analog and 50 of the converters"),

	// Published macros of analog computing in memory.
	exact("neurram.1bit", 43, "TOPS/W", 130, 0, neurram),
	exact("neurram.3bit", 23, "TOPS/W", 130, 0, neurram),
	exact("neurram.6bit", 8.3, "TOPS/W", 130, 0, neurram),
	exact("reram22.8bit", 21.6, "TOPS/W", 22, 0, hung),
	exact("reram22.1bit", 1286.4, "TOPS/W", 22, 0, hungBits),
	exact("reram22.latency", 14.4, "ns", 22, 0, hung+": 8-bit inputs"),

	// Published digital chips with few levels, as bounds for a pent ASIC.
	exact("bitrom.ternary", 20.8, "TOPS/W", 65, 0, "BitROM, ternary weights in ROM, 65 nm"),
	exact("slimllama.peak", 4.92, "TOPS", 28, 0, "Slim-Llama, ISSCC 2025, 28 nm"),
	exact("slimllama.power", 0.082, "W", 28, 0, "Slim-Llama, ISSCC 2025, 28 nm"),
}

// exact returns an entry without a range.
func exact(name string, value float64, unit string, node int, voltage float64, source string) Entry {
	return Entry{name, value, value, value, unit, node, voltage, source}
}

// index maps the name of an entry to its index.
var index = func() map[string]int {
	at := make(map[string]int, len(Table))
	for i, e := range Table {
		at[e.Name] = i
	}
	return at
}()

// Lookup returns the entry of a name. It panics if there is none, because names are constants
// in code.
func Lookup(name string) Entry {
	i, ok := index[name]
	if !ok {
		panic(fmt.Sprintf("energy: no entry %q", name))
	}
	return Table[i]
}

// value returns the value of an entry.
func value(name string) float64 { return Lookup(name).Value }

// Bound selects the typical value or an end of the range of entries.
type Bound uint8

// Bounds.
const (
	Typical Bound = iota
	Least
	Most
)

// At returns the entry's value at a bound.
func (e Entry) At(b Bound) float64 {
	switch b {
	case Least:
		return e.Low
	case Most:
		return e.High
	}
	return e.Value
}

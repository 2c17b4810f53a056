package rtl_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/hwmodel/rtl"
)

// measure makes TestResources write its results to resource.json.
var measure = flag.String("measure", "", "measure the designs that match this `expression`, such as \"ice40 lane\", and write resource.json")

// design is an entry of resource.json.
type design struct {
	kind string // the section of resource.json: ice40, gates or placed
	name string // the key in the section
	top  string // module
	how  string // device of a placed design
	fast bool   // measured by every test run
}

var designs = []design{
	{kind: "gates", name: rtl.PentLane, top: "pent_lane", fast: true},
	{kind: "gates", name: rtl.Int8Lane, top: "compare_int8_lane", fast: true},
	{kind: "gates", name: "int8_multiplier", top: "compare_int8_multiplier"},
	{kind: "gates", name: rtl.PentDot, top: "compare_pent_dot"},
	{kind: "gates", name: rtl.Int8Dot, top: "compare_int8_dot"},
	{kind: "gates", name: "int8_dot_products", top: "compare_int8_dot_products"},
	{kind: "gates", name: rtl.PentAccumulate, top: "compare_pent_accumulate"},
	{kind: "gates", name: rtl.Int8Accumulate, top: "compare_int8_accumulate"},
	{kind: "gates", name: rtl.Noise, top: "ars_noise"},
	{kind: "gates", name: rtl.Random, top: "philox_noise"},
	{kind: "gates", name: rtl.Round, top: "compare_aes_round"},
	{kind: "gates", name: rtl.Multiplier32, top: "compare_multiplier32"},
	{kind: "ice40", name: "full_adder", top: "pent_full_adder", fast: true},
	{kind: "ice40", name: "lane", top: "pent_lane", fast: true},
	{kind: "ice40", name: "quantizer", top: "pent_quantizer"},
	{kind: "ice40", name: "adder", top: "pent_adder"},
	{kind: "ice40", name: "alu", top: "pent_alu"},
	{kind: "ice40", name: "dot", top: "pent_dot"},
	{kind: "ice40", name: "tile", top: "pent_tile"},
	{kind: "ice40", name: "requantize", top: "requantize"},
	{kind: "ice40", name: "noise", top: "ars_noise"},
	{kind: "ice40", name: "random", top: "philox_noise"},
	{kind: "ice40", name: "lowrank", top: "lowrank"},
	{kind: "ice40", name: "crossbar", top: "pent_crossbar"},
	{kind: "ice40", name: "top", top: "pent_top"},
	{kind: "placed", name: "tile hx8k", top: "place_tile", how: "hx8k"},
	{kind: "placed", name: "tile up5k", top: "place_tile", how: "up5k"},
	{kind: "placed", name: "top hx8k", top: "pent_top", how: "hx8k"},
	{kind: "placed", name: "top up5k", top: "pent_top", how: "up5k"},
}

// TestResources measures the smallest designs again, or all with PENTARY_LONG, and compares
// them with resource.json. yosys is deterministic, so the same version must find the same
// numbers; other versions may find up to a tenth more.
func TestResources(t *testing.T) {
	if *measure != "" {
		writeResources(t, regexp.MustCompile(*measure))
		return
	}
	if testing.Short() {
		t.Skip("-short")
	}
	need(t, "yosys")
	r := rtl.Resources()
	tolerance := 0.1
	if yosysVersion(t) == r.Tools["yosys"] {
		tolerance = 0
	}
	for _, d := range designs {
		if !d.fast && !long() || d.kind == "placed" && !long() {
			continue
		}
		switch d.kind {
		case "gates":
			if got, want := gates(t, d.top), r.Gates[d.name]; got > want*(1+tolerance) {
				t.Errorf("%s: %.1f NAND2 equivalents, %.1f in resource.json", d.name, got, want)
			}
		case "ice40":
			if got, want := ice40(t, d.top), r.ICE40[d.name]; float64(got.LUT4) > float64(want.LUT4)*(1+tolerance) {
				t.Errorf("%s: %d LUTs, %d in resource.json", d.name, got.LUT4, want.LUT4)
			}
		case "placed":
			need(t, "nextpnr-ice40")
			if got, want := place(t, d), r.Placed[d.name]; got.MHz < 0.9*want.MHz {
				t.Errorf("%s: %.1f MHz, %.1f in resource.json", d.name, got.MHz, want.MHz)
			}
		}
	}
}

// TestResourcesAreWhole checks that resource.json has an entry for every design and no other,
// and that the int8 designs take the stated multiples of gates.
func TestResourcesAreWhole(t *testing.T) {
	r := rtl.Resources()
	names := map[string]bool{}
	for _, d := range designs {
		names[d.kind+" "+d.name] = true
		switch d.kind {
		case "gates":
			if r.Gates[d.name] <= 0 {
				t.Errorf("no gates of %s", d.name)
			}
		case "ice40":
			if r.ICE40[d.name].LUT4 <= 0 {
				t.Errorf("no cells of %s", d.name)
			}
		case "placed":
			if r.Placed[d.name].MHz <= 0 {
				t.Errorf("no frequency of %s", d.name)
			}
		}
	}
	for name := range r.Gates {
		if !names["gates "+name] {
			t.Errorf("gates of %s, which is no design", name)
		}
	}
	if r.Gates[rtl.Int8Dot] > r.Gates["int8_dot_products"] {
		t.Error("the other dot product of int8 is smaller: compare with that")
	}
	for name, ratio := range map[string]float64{"lane": r.LaneRatio(), "dot": r.DotRatio(), "accumulate": r.AccumulateRatio()} {
		t.Logf("%s: int8 takes %.2f times the gates of pents", name, ratio)
		if ratio < 3 {
			t.Errorf("%s: int8 takes only %.2f times the gates of pents, want at least 3", name, ratio)
		}
	}
}

func writeResources(t *testing.T, which *regexp.Regexp) {
	need(t, "yosys", "nextpnr-ice40")
	var r rtl.Resource // from the file: the embedded one may be older
	text, err := os.ReadFile("resource.json")
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	if err != nil {
		t.Fatal(err)
	}
	if r.Tools == nil {
		r = rtl.Resource{Tools: map[string]string{}, ICE40: map[string]rtl.Cells{}, Gates: map[string]float64{}, Placed: map[string]rtl.Placed{}}
	}
	r.Tools["yosys"] = yosysVersion(t)
	version := run(t, ".", "nextpnr-ice40", "--version")
	r.Tools["nextpnr"] = strings.TrimSuffix(strings.TrimSpace(version[strings.LastIndex(version, "Version ")+len("Version "):]), ")")
	for _, d := range designs {
		if !which.MatchString(d.kind + " " + d.name) {
			continue
		}
		switch d.kind {
		case "gates":
			r.Gates[d.name] = gates(t, d.top)
		case "ice40":
			r.ICE40[d.name] = ice40(t, d.top)
		case "placed":
			r.Placed[d.name] = place(t, d)
		}
		text, err := json.MarshalIndent(r, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("resource.json", append(text, '\n'), 0o666); err != nil {
			t.Fatal(err)
		}
		t.Log(d.kind, d.name)
	}
}

func yosysVersion(t *testing.T) string { return strings.Fields(run(t, ".", "yosys", "-V"))[1] }

// sourcesOf returns the yosys command that reads every module.
func sourcesOf(t *testing.T) string {
	return "read_verilog " + strings.Join([]string{
		absolute(t, "verilog") + "/*.v", absolute(t, "testdata/compare") + "/*.v", absolute(t, "testdata/place") + "/*.v",
	}, " ")
}

var transistors = regexp.MustCompile(`Estimated number of transistors:\s+(\d+)`)

// gates returns the NAND2 equivalents of a module.
func gates(t *testing.T, top string) float64 {
	t.Helper()
	// ABC's fast script: the full one takes minutes for sums of many products.
	out := run(t, ".", "yosys", "-Q", "-T", "-p", sourcesOf(t)+"; synth -flatten -run begin:fine -top "+top+
		"; opt -fast -full; techmap; opt -fast; abc -fast -g AND,NAND,OR,NOR,XOR,XNOR,MUX,AOI3,OAI3,AOI4,OAI4; opt_clean; stat -tech cmos")
	found := transistors.FindStringSubmatch(out)
	if found == nil {
		t.Fatalf("%s: yosys estimates no transistors:\n%s", top, out[max(0, len(out)-2000):])
	}
	n, err := strconv.Atoi(found[1])
	if err != nil {
		t.Fatal(err)
	}
	return float64(n) / 4
}

// ice40 returns the cells of a module.
func ice40(t *testing.T, top string) rtl.Cells {
	t.Helper()
	return cellsOf(t, t.TempDir(), top)
}

// cellsOf synthesizes a module to top.json in the folder dir and returns its cells.
func cellsOf(t *testing.T, dir, top string) rtl.Cells {
	t.Helper()
	run(t, dir, "yosys", "-q", "-p", sourcesOf(t)+"; synth_ice40 -top "+top+" -json "+top+".json; tee -q -o stat.json stat -json")
	text, err := os.ReadFile(filepath.Join(dir, "stat.json"))
	if err != nil {
		t.Fatal(err)
	}
	var stat struct {
		Design struct {
			Cells map[string]int `json:"num_cells_by_type"`
		}
	}
	if err := json.Unmarshal(text, &stat); err != nil {
		t.Fatal(err)
	}
	var c rtl.Cells
	for name, n := range stat.Design.Cells {
		switch {
		case name == "SB_LUT4":
			c.LUT4 = n
		case name == "SB_CARRY":
			c.Carry = n
		case strings.HasPrefix(name, "SB_DFF"):
			c.FF += n
		case strings.HasPrefix(name, "SB_RAM40"):
			c.RAM += n
		}
	}
	return c
}

// devices maps devices to packages.
var devices = map[string]string{"hx8k": "ct256", "up5k": "sg48"}

var (
	frequency = regexp.MustCompile(`Max frequency for clock '[^']*': ([\d.]+) MHz`)
	inUse     = regexp.MustCompile(`ICESTORM_(LC|RAM):\s+(\d+)/`)
)

// place places and routes a design.
func place(t *testing.T, d design) (p rtl.Placed) {
	t.Helper()
	dir := t.TempDir()
	cellsOf(t, dir, d.top)
	args := []string{"--" + d.how, "--package", devices[d.how], "--seed", "1", "--freq", "200", "--timing-allow-fail", "--json", d.top + ".json", "--asc", "out.asc"}
	if d.top == "pent_top" {
		args = append(args, "--pcf", absolute(t, "boards/"+d.how+".pcf"))
	}
	out := run(t, dir, "nextpnr-ice40", args...)
	// nextpnr also reports before routing; the last report is for the routed design.
	found := frequency.FindAllStringSubmatch(out, -1)
	if found == nil {
		t.Fatalf("%s: no clock frequency:\n%s", d.name, out[max(0, len(out)-2000):])
	}
	mhz, err := strconv.ParseFloat(found[len(found)-1][1], 64)
	if err != nil {
		t.Fatal(err)
	}
	p = rtl.Placed{MHz: math.Round(10*mhz) / 10, Device: fmt.Sprintf("%s-%s", d.how, devices[d.how])}
	for _, use := range inUse.FindAllStringSubmatch(out, -1) {
		n, err := strconv.Atoi(use[2])
		if err != nil {
			t.Fatal(err)
		}
		if use[1] == "LC" {
			p.Logic = n
		} else {
			p.RAM = n
		}
	}
	return p
}

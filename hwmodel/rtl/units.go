package rtl

import (
	"embed"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

//go:embed verilog/*.v
var sources embed.FS

// Param is a Verilog parameter of a unit.
type Param struct {
	Name    string // as in Verilog: upper case
	Default int
	What    string

	check func(value int) error
}

// Check returns an error that states the allowed values if value is not one of them.
func (p Param) Check(value int) error { return p.check(value) }

// Unit describes a unit that Emit can return.
type Unit struct {
	Name    string // of the unit
	Module  string // its Verilog module
	Summary string
	Params  []Param
	files   []string // its modules, its own first
}

// Names of parameters.
const (
	Rows    = "ROWS"
	Cols    = "COLS"
	Lanes   = "LANES"
	Pents   = "PENTS"
	Width   = "WIDTH"
	Divider = "DIVIDER"
)

// Units returns the units, in the order of the package's documentation.
func Units() []Unit {
	adder := []string{"pent_adder", "pent_full_adder"}
	dot := []string{"pent_dot", "pent_partial"}
	noise := []string{"ars_noise", "aes_sbox"}
	tile := append([]string{"pent_tile"}, dot...)
	pents := Param{Pents, 16, "digits of a word", within(1, 64)}
	dotCols := Param{Cols, 16, "columns", powerOfTwo(2, 1024)}
	return []Unit{
		{"adder", "pent_adder", "adds balanced base-5 words", []Param{pents}, adder},
		{"alu", "pent_alu", "ADD SUB NEG ABS MIN MAX MUL2 DIV2 SIGN of words", []Param{pents}, append([]string{"pent_alu", "pent_halver"}, adder...)},
		{"lane", "pent_lane", "multiplies a pent by an integer, by shift and add", []Param{{Width, 8, "bits of the integer", within(2, 32)}}, []string{"pent_lane", "pent_partial"}},
		{"dot", "pent_dot", "dot product of pents and integers", []Param{{Lanes, 16, "lanes", powerOfTwo(1, 1024)}, {Width, 8, "bits of an integer", within(2, 32)}}, dot},
		{"tile", "pent_tile", "multiplies a matrix of pents by int8 vectors", []Param{{Rows, 16, "rows", within(3, 4096)}, dotCols}, tile},
		{"requantize", "requantize", "converts accumulators to int8 activations", nil, []string{"requantize"}},
		{"quantizer", "pent_quantizer", "rounds fixed-point numbers to pents", []Param{{Width, 32, "bits of a number, 16 of them fraction", within(19, 64)}}, []string{"pent_quantizer"}},
		{"noise", "ars_noise", "draws noise: pents of the binomial distribution", nil, noise},
		{"random", "philox_noise", "draws the random numbers other than noise", nil, []string{"philox_noise"}},
		{"lowrank", "lowrank", "draws perturbations and multiplies by perturbed members", []Param{{Rows, 16, "rows", within(2, 4095)}, dotCols}, slices.Concat([]string{"lowrank"}, noise, []string{"pent_lane"}, tile)},
		{"crossbar", "pent_crossbar", "multiplies a matrix by a vector in 12 cycles, verified by checksums", []Param{{Rows, 16, "word lines", within(2, 1024)}, {Cols, 16, "bit lines", within(1, 1024)}}, []string{"pent_crossbar"}},
		{
			"top", "pent_top", "a tile behind a serial port, for an iCE40",
			[]Param{{Rows, 16, "rows", within(3, 128)}, {Cols, 16, "columns", powerOfTwo(8, 64)}, {Divider, 104, "clock cycles of a serial bit", within(4, 65535)}},
			append([]string{"pent_top", "requantize", "uart_rx", "uart_tx"}, tile...),
		},
	}
}

func within(low, high int) func(int) error {
	return func(v int) error {
		if v < low || v > high {
			return fmt.Errorf("want %d to %d", low, high)
		}
		return nil
	}
}

func powerOfTwo(low, high int) func(int) error {
	return func(v int) error {
		if v < low || v > high || v&(v-1) != 0 {
			return fmt.Errorf("want a power of two from %d to %d", low, high)
		}
		return nil
	}
}

// File is one file of a unit.
type File struct {
	Name string
	Text []byte
}

// Emit returns the files of the named unit. The parameters of the unit's own module have the
// given values as defaults, so that it can be the top level unchanged; parameters without a
// value keep their defaults. An unknown unit, an unknown parameter or a value out of range is
// an error.
func Emit(name string, values map[string]int) ([]File, error) {
	units := Units()
	at := slices.IndexFunc(units, func(u Unit) bool { return u.Name == name })
	if at < 0 {
		var names []string
		for _, u := range units {
			names = append(names, u.Name)
		}
		return nil, fmt.Errorf("rtl: no unit %.32q; the units are %s", name, strings.Join(names, ", "))
	}
	unit := units[at]
	values, err := unit.complete(values)
	if err != nil {
		return nil, err
	}
	var files []File
	for _, module := range unit.files {
		text, err := Source(module)
		if err != nil {
			return nil, err
		}
		if module == unit.Module {
			text = setParams(text, values)
		}
		files = append(files, File{Name: module + ".v", Text: text})
	}
	if unit.Name == "top" {
		files = append(files, boardFiles()...)
	}
	return files, nil
}

// complete checks the values of a unit's parameters and adds the derived ones.
func (u Unit) complete(values map[string]int) (map[string]int, error) {
	all := map[string]int{}
	for _, p := range u.Params {
		v, given := values[p.Name]
		if !given {
			v = p.Default
		}
		if err := p.Check(v); err != nil {
			return nil, fmt.Errorf("rtl: %s of %s: %d, %w", strings.ToLower(p.Name), u.Name, v, err)
		}
		all[p.Name] = v
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if _, ok := all[name]; !ok {
			return nil, fmt.Errorf("rtl: %s has no parameter %s", u.Name, strings.ToLower(name))
		}
	}
	if u.Module == "pent_crossbar" {
		all["CHECKS"] = Checks(all[Cols])
	}
	return all, nil
}

// Source returns the text of a module with default parameters, or an error if there is no
// such module.
func Source(module string) ([]byte, error) {
	text, err := sources.ReadFile("verilog/" + module + ".v")
	if err != nil {
		return nil, fmt.Errorf("rtl: no module %.32q", module)
	}
	return text, nil
}

var parameter = regexp.MustCompile(`(?m)^(\s*parameter (\w+) = )(\d+)`)

// setParams replaces the defaults of the parameters in text.
func setParams(text []byte, values map[string]int) []byte {
	return parameter.ReplaceAllFunc(text, func(line []byte) []byte {
		part := parameter.FindSubmatch(line)
		v, ok := values[string(part[2])]
		if !ok {
			return line
		}
		return strconv.AppendInt(slices.Clone(part[1]), int64(v), 10)
	})
}

package hw

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/hwmodel/rtl"
)

// emitter holds the options of the command emit.
type emitter struct {
	unit string
	out  string // folder
	list bool
	json bool

	sizes map[string]*int // by parameter name
}

func newEmit(s *console.Streams) *cobra.Command {
	e := emitter{sizes: map[string]*int{}}
	cmd := &cobra.Command{
		Use:   "emit",
		Short: "Write a unit of the hardware as Verilog",
		Long: `Write a unit of the hardware as Verilog-2005 with the given sizes, one file per module.
The unit's own module is the top level. The head of each file states function, latency
and bounds. Unit top includes the pins of two iCE40 boards and a Makefile for their
bitstreams. --list shows the units and their sizes.`,
		Example: "  pentary hw emit --list\n  pentary hw emit --unit tile --rows 16 --cols 16 --out tile",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if e.list {
				return e.printUnits(s)
			}
			values := map[string]int{}
			for name, v := range e.sizes {
				if cmd.Flags().Changed(strings.ToLower(name)) {
					values[name] = *v
				}
			}
			return e.run(s, values)
		},
	}
	f := cmd.Flags()
	f.StringVar(&e.unit, "unit", "", "`name` of the unit")
	console.Offer(f, "unit", unitNames()...)
	console.OutputFolder(f, &e.out, "out", "`folder` to write to; created if missing", e.names)
	for _, u := range rtl.Units() {
		for _, p := range u.Params {
			if e.sizes[p.Name] == nil {
				e.sizes[p.Name] = f.Int(strings.ToLower(p.Name), p.Default, sizeUsage[p.Name])
			}
		}
	}
	f.BoolVar(&e.list, "list", false, "list the units instead")
	f.BoolVar(&e.json, "json", false, "print one JSON object; with --list, one per unit")
	return cmd
}

// names returns the file names of the unit.
func (e *emitter) names() (names []string) {
	files, _ := rtl.Emit(e.unit, nil) // run reports unknown units
	for _, f := range files {
		names = append(names, f.Name)
	}
	return names
}

// sizeUsage is the usage of the flags for parameters, whose defaults may depend on the unit.
var sizeUsage = map[string]string{
	rtl.Rows:    "number of rows, or word lines",
	rtl.Cols:    "number of columns, or bit lines",
	rtl.Lanes:   "number of lanes of a dot product",
	rtl.Pents:   "number of digits in a word",
	rtl.Width:   "number of bits in an integer; 32 for the quantizer",
	rtl.Divider: "clock cycles per bit on the serial line",
}

func (e *emitter) run(s *console.Streams, values map[string]int) error {
	switch {
	case e.unit == "":
		return console.Usagef("--unit is missing; --list shows the units")
	case e.out == "":
		return console.Usagef("--out is missing, the folder to write to")
	}
	if err := e.check(values); err != nil {
		return err
	}
	files, err := rtl.Emit(e.unit, values)
	if err != nil {
		return console.UsageError{Err: err}
	}
	if err := os.MkdirAll(e.out, 0o777); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	result := struct {
		Unit  string   `json:"unit"`
		Files []string `json:"files"`
	}{Unit: e.unit}
	for _, f := range files {
		path := filepath.Join(e.out, f.Name)
		if err := saveText("--out", path, string(f.Text)); err != nil {
			return err
		}
		result.Files = append(result.Files, path)
	}
	if e.json {
		return s.PrintJSON("result", result)
	}
	for _, path := range result.Files {
		fmt.Fprintln(s.Out, path)
	}
	return nil
}

// check returns an error that names the flag of an unknown unit or size.
func (e *emitter) check(values map[string]int) error {
	units := rtl.Units()
	at := slices.IndexFunc(units, func(u rtl.Unit) bool { return u.Name == e.unit })
	if at < 0 {
		return console.InvalidValue("unit", e.unit, console.OneOf(e.unit, unitNames()))
	}
	params := units[at].Params
	for _, name := range slices.Sorted(maps.Keys(values)) {
		p := slices.IndexFunc(params, func(p rtl.Param) bool { return p.Name == name })
		err := fmt.Errorf("unit %s has no such size; --list shows the sizes of each unit", e.unit)
		if p >= 0 {
			err = params[p].Check(values[name])
		}
		if err != nil {
			return console.InvalidValue(strings.ToLower(name), strconv.Itoa(values[name]), err)
		}
	}
	return nil
}

// unitNames returns the names of all units.
func unitNames() (names []string) {
	for _, u := range rtl.Units() {
		names = append(names, u.Name)
	}
	return names
}

// emitUnit is the JSON object of --list --json for a unit.
type emitUnit struct {
	Unit    string         `json:"unit"`
	Module  string         `json:"module"`
	Summary string         `json:"summary"`
	Sizes   map[string]int `json:"sizes"` // defaults
}

func (e *emitter) printUnits(s *console.Streams) error {
	st := s.OutStyle()
	for _, u := range rtl.Units() {
		unit := emitUnit{Unit: u.Name, Module: u.Module, Summary: u.Summary, Sizes: map[string]int{}}
		var sizes []string
		for _, p := range u.Params {
			name := strings.ToLower(p.Name)
			unit.Sizes[name] = p.Default
			sizes = append(sizes, fmt.Sprintf("--%s %d", name, p.Default))
		}
		if e.json {
			if err := s.PrintJSON("unit", unit); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(s.Out, "%s  %s", st.Bold(fmt.Sprintf("%-10s", u.Name)), u.Summary)
		if len(sizes) > 0 {
			fmt.Fprint(s.Out, st.Dim("  "+strings.Join(sizes, " ")))
		}
		fmt.Fprintln(s.Out)
	}
	return nil
}

package rtl_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/hwmodel/rtl"
)

// TestEmitIsWhole checks that the files of each unit hold every module that one of
// them instantiates, and the values asked for.
func TestEmitIsWhole(t *testing.T) {
	instance := regexp.MustCompile(`(?m)^\s+((?:pent|uart)_\w+|requantize|lowrank|philox_noise) (?:#|\w+ \()`)
	for _, u := range rtl.Units() {
		values := map[string]int{}
		for _, p := range u.Params {
			values[p.Name] = p.Default
			if p.Check(2*p.Default) == nil {
				values[p.Name] = 2 * p.Default
			}
		}
		files, err := rtl.Emit(u.Name, values)
		if err != nil {
			t.Fatal(err)
		}
		have := map[string]string{}
		for _, f := range files {
			have[f.Name] = string(f.Text)
		}
		for name, text := range have {
			for _, m := range instance.FindAllStringSubmatch(text, -1) {
				if have[m[1]+".v"] == "" {
					t.Errorf("%s: %s instantiates %s, which is not among its files", u.Name, name, m[1])
				}
			}
		}
		for name, v := range values {
			if want := regexp.MustCompile(`parameter ` + name + ` = (\d+)`).FindStringSubmatch(have[u.Module+".v"]); want == nil || want[1] != strconv.Itoa(v) {
				t.Errorf("%s: %s is %q, want %d", u.Name, name, want, v)
			}
		}
	}
}

// TestEmittedUnitsCompile has Icarus Verilog and Verilator read every unit as it is
// emitted, alone and with other sizes than the default, and Verilator's lint find
// nothing.
func TestEmittedUnitsCompile(t *testing.T) {
	if testing.Short() {
		t.Skip("-short")
	}
	need(t, "iverilog", "verilator")
	for _, u := range rtl.Units() {
		values := map[string]int{}
		for _, p := range u.Params {
			if p.Check(2*p.Default) == nil {
				values[p.Name] = 2 * p.Default
			}
		}
		files, err := rtl.Emit(u.Name, values)
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		var names []string
		for _, f := range files {
			if err := os.WriteFile(filepath.Join(dir, f.Name), f.Text, 0o666); err != nil {
				t.Fatal(err)
			}
			if strings.HasSuffix(f.Name, ".v") {
				names = append(names, f.Name)
			}
		}
		run(t, dir, "iverilog", append([]string{"-g2005", "-t", "null", "-s", u.Module}, names...)...)
		if u.Name == "dot" {
			continue // lint loses its way in a top that instantiates itself; the tile has one
		}
		// Verilog extends numbers as meant; ports that are not connected are so on purpose.
		run(t, dir, "verilator", append([]string{
			"--lint-only", "-Wall", "-Wno-WIDTH", "-Wno-UNUSEDSIGNAL", "-Wno-PINCONNECTEMPTY",
			"-Wno-DECLFILENAME", "--default-language", "1364-2005", "--top-module", u.Module,
		}, names...)...)
	}
}

func TestEmitErrors(t *testing.T) {
	for _, c := range []struct {
		unit   string
		values map[string]int
		want   string
	}{
		{"til", nil, `no unit "til", but adder, alu,`},
		{"tile", map[string]int{rtl.Cols: 12}, "cols of tile: 12, want a power of two from 2 to 1024"},
		{"tile", map[string]int{rtl.Rows: 2}, "rows of tile: 2, want 3 to 4096"},
		{"noise", map[string]int{rtl.Rows: 16}, "noise has no parameter rows"},
	} {
		if _, err := rtl.Emit(c.unit, c.values); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Emit(%q, %v): %v, want %q in it", c.unit, c.values, err, c.want)
		}
	}
}

package rtl_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/hwmodel/rtl"
)

// TestEmitIsWhole checks that the files of each unit include every module that they
// instantiate, and the parameter values passed to Emit.
func TestEmitIsWhole(t *testing.T) {
	instance := regexp.MustCompile(`(?m)^\s+((?:pent|uart)_\w+|requantize|lowrank|ars_noise|philox_noise|aes_sbox) (?:#|\w+ \()`)
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

// TestLint runs the linters of Icarus Verilog and Verilator on every unit as emitted: at its
// default size, the smallest, one other and the largest that takes a second. It fails on any
// warning except these of Verilator:
//
//	WIDTH         for operands narrower than their context, which Verilog extends
//	UNUSEDSIGNAL, PINCONNECTEMPTY  for bits and outputs that a unit does not need
//	DECLFILENAME  for recursion
func TestLint(t *testing.T) {
	if testing.Short() {
		t.Skip("-short")
	}
	need(t, "iverilog", "verilator")
	for _, u := range rtl.Units() {
		for _, size := range []func(p rtl.Param) int{
			func(p rtl.Param) int { return p.Default },
			func(p rtl.Param) int { return firstOf(p, 1, 2, 3, 4, 8, 16, 19, 32) },
			func(p rtl.Param) int { return firstOf(p, 2*p.Default, p.Default) },
			func(p rtl.Param) int { return firstOf(p, 128, 64, 32) },
		} {
			values := map[string]int{}
			for _, p := range u.Params {
				values[p.Name] = size(p)
			}
			t.Run(fmt.Sprint(u.Name, values), func(t *testing.T) {
				t.Parallel()
				lint(t, u, values)
			})
			if len(u.Params) == 0 {
				break
			}
		}
	}
}

// firstOf returns the first of the values that the parameter allows.
func firstOf(p rtl.Param, values ...int) int {
	for _, v := range values {
		if p.Check(v) == nil {
			return v
		}
	}
	return p.Default
}

func lint(t *testing.T, u rtl.Unit, values map[string]int) {
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
	if out := run(t, dir, "iverilog", append([]string{"-g2005", "-Wall", "-t", "null", "-s", u.Module}, names...)...); strings.Contains(out, "warning") {
		t.Errorf("iverilog: %s", out)
	}
	if u.Name == "dot" {
		return // Verilator fails on a top that instantiates itself; the tile contains one
	}
	out := run(t, dir, "verilator", append([]string{
		"--lint-only", "-Wall", "-Wno-fatal", "-Wno-UNUSEDSIGNAL", "-Wno-PINCONNECTEMPTY",
		"-Wno-DECLFILENAME", "--default-language", "1364-2005", "--top-module", u.Module,
	}, names...)...)
	for line := range strings.Lines(out) {
		if !strings.HasPrefix(line, "%") {
			continue
		}
		if w := width.FindStringSubmatch(line); w != nil && atoi(t, w[2]) <= atoi(t, w[1]) {
			continue
		}
		t.Errorf("verilator: %s", line)
	}
}

// width matches Verilator's warning about an operand of another width than its context.
var width = regexp.MustCompile(`^%Warning-WIDTH: .* expects (\d+) (?:or \d+ )?bits .* generates (\d+) bits`)

func atoi(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestEmitErrors(t *testing.T) {
	for _, c := range []struct {
		unit   string
		values map[string]int
		want   string
	}{
		{"til", nil, `no unit "til"; the units are adder, alu,`},
		{"tile", map[string]int{rtl.Cols: 12}, "cols of tile: 12, want a power of two from 2 to 1024"},
		{"tile", map[string]int{rtl.Rows: 2}, "rows of tile: 2, want 3 to 4096"},
		{"noise", map[string]int{rtl.Rows: 16}, "noise has no parameter rows"},
	} {
		if _, err := rtl.Emit(c.unit, c.values); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Emit(%q, %v): %v, want %q in it", c.unit, c.values, err, c.want)
		}
	}
}

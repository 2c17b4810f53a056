package rtl_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// packages maps tools to their Debian packages.
var packages = map[string]string{
	"iverilog": "iverilog", "vvp": "iverilog", "verilator": "verilator", "g++": "g++",
	"yosys": "yosys", "nextpnr-ice40": "nextpnr-ice40", "icepack": "fpga-icestorm", "icetime": "fpga-icestorm",
}

// need skips the test if a tool is missing, or fails it if PENTARY_REQUIRE_RTL is set.
func need(t *testing.T, tools ...string) {
	t.Helper()
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			if set("PENTARY_REQUIRE_RTL") {
				t.Fatalf("PENTARY_REQUIRE_RTL is set, and %s is missing: install the Debian package %s", tool, packages[tool])
			}
			t.Skipf("no %s: the RTL is not simulated, only its golden vectors are checked. Install the Debian package %s", tool, packages[tool])
		}
	}
}

// long reports whether tests run at full length.
func long() bool { return set("PENTARY_LONG") }

// set reports whether an environment variable is set to anything but an empty string, 0 or
// false.
func set(name string) bool {
	value := os.Getenv(name)
	on, err := strconv.ParseBool(value)
	return on || err != nil && value != ""
}

func TestSet(t *testing.T) {
	for value, want := range map[string]bool{"": false, "0": false, "false": false, "1": true, "true": true, "yes": true} {
		t.Setenv("PENTARY_TEST_SET", value)
		if got := set("PENTARY_TEST_SET"); got != want {
			t.Errorf("%q: %t, want %t", value, got, want)
		}
	}
}

// run runs a tool in a folder and returns its output.
func run(t *testing.T, dir, tool string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), tool, args...)
	cmd.Dir = dir
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %s: %v\n%s", tool, strings.Join(args, " "), err, out.String())
	}
	return out.String()
}

// absolute returns the absolute form of a path relative to the package's folder.
func absolute(t *testing.T, path string) string {
	t.Helper()
	abs, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return abs
}

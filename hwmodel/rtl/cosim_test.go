package rtl_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestVerilator runs every bench in Verilator and compares its outputs with the library, on
// every input if there are few, otherwise on random inputs: a million with PENTARY_LONG.
func TestVerilator(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: in Icarus Verilog alone")
	}
	need(t, "verilator", "g++")
	runtime := verilatorRuntime(t)
	all := append(slices.Clone(benches), topSequence(16, 16, 4)) // of the sequences, only the whole design
	if long() {
		all = append(slices.Clone(benches), sequences()...)
	}
	for _, b := range all {
		t.Run(b.title(), func(t *testing.T) {
			t.Parallel()
			n := b.long
			if !long() {
				n = max(20, n/4000)
			}
			compareVerilator(t, &b, buildBench(t, &b, runtime), n)
		})
	}
}

// compareVerilator streams inputs through a compiled bench and compares the outputs.
func compareVerilator(t *testing.T, b *bench, program string, n int) {
	cmd := exec.CommandContext(t.Context(), program)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	go func() {
		defer stdin.Close()
		w := bufio.NewWriter(stdin)
		defer w.Flush()
		port := make([]byte, portBytes(b.in))
		for in := range b.inputs(n, 1) {
			copy(port, in)
			if _, err := w.Write(port); err != nil {
				return // the program has ended; the reader reports it
			}
		}
	}()
	r := bufio.NewReader(stdout)
	port := make([]byte, portBytes(b.out))
	count, failures := 0, 0
	for in := range b.inputs(n, 1) {
		if _, err := io.ReadFull(r, port); err != nil {
			t.Errorf("output %d: %v", count, err)
			break
		}
		count++
		if !b.compare(t, in, port[:(b.out+7)/8]) {
			if failures++; failures == 3 {
				break
			}
		}
	}
	stdout.Close()
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	t.Logf("%d inputs, %d mismatches, in %.1f s", count, failures, time.Since(began).Seconds())
}

// compare reports whether the output for an input is correct.
func (b *bench) compare(t *testing.T, in, out record) bool {
	t.Helper()
	want := b.output(in)
	if bytes.Equal(out, want) {
		return true
	}
	t.Errorf("%s: input %s\n got %s\nwant %s", b.name, hexOf(in), hexOf(out), hexOf(want))
	return false
}

// hexOf returns a record in Verilog's hexadecimal notation, highest bit first.
func hexOf(r record) string {
	r = slices.Clone(r)
	slices.Reverse(r)
	return hex.EncodeToString(r)
}

// portBytes returns the size in bytes of a port in a Verilator program: the smallest integer
// that holds it, or 32-bit words.
func portBytes(bits int) int {
	for _, size := range []int{1, 2, 4, 8} {
		if bits <= 8*size {
			return size
		}
	}
	return (bits + 31) / 32 * 4
}

// TestIcarus runs every bench in Icarus Verilog, which tracks undefined values, and compares
// its outputs with the library, on random inputs and on the golden vectors' inputs.
func TestIcarus(t *testing.T) {
	need(t, "iverilog", "vvp")
	vectors := golden(t)
	for _, b := range benches {
		t.Run(b.title(), func(t *testing.T) {
			t.Parallel()
			n := 100
			if long() {
				n *= 20
			}
			inputs := slices.Collect(b.inputs(n, 2))
			for _, v := range vectors[b.title()] {
				inputs = append(inputs, v.in)
			}
			for i, out := range icarus(t, &b, inputs) {
				if !b.compare(t, inputs[i], out) {
					return
				}
			}
		})
	}
}

// icarus runs inputs through a bench and returns the outputs.
func icarus(t *testing.T, b *bench, inputs []record) []record {
	t.Helper()
	dir := t.TempDir()
	module := "bench_" + b.name
	if len(b.params) > 0 {
		values := strings.NewReplacer("=", "(").Replace(strings.Join(b.params, "), ."))
		module += " #(." + values + "))"
	}
	run(t, dir, "iverilog", "-g2005", "-Wall", "-s", "harness", "-o", "sim",
		"-DBENCH="+module, fmt.Sprint("-DIN=", b.in), fmt.Sprint("-DOUT=", b.out),
		"-y"+absolute(t, "verilog"), "-y"+absolute(t, "testdata/bench"), absolute(t, "testdata/harness.v"))
	var text strings.Builder
	for _, r := range inputs {
		fmt.Fprintln(&text, hexOf(r))
	}
	if err := os.WriteFile(filepath.Join(dir, "in.hex"), []byte(text.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	run(t, dir, "vvp", "-n", "sim")
	lines, err := os.ReadFile(filepath.Join(dir, "out.hex"))
	if err != nil {
		t.Fatal(err)
	}
	var outputs []record
	for _, line := range strings.Fields(string(lines)) {
		outputs = append(outputs, fromHex(t, line))
	}
	if len(outputs) != len(inputs) {
		t.Fatalf("%s: %d outputs for %d inputs", b.name, len(outputs), len(inputs))
	}
	return outputs
}

// buildBench returns the program that Verilator generates from a bench. It is built once per
// version of the sources and tools, and kept in the user's cache.
func buildBench(t *testing.T, b *bench, runtime string) string {
	t.Helper()
	sum := sha256.New()
	fmt.Fprintln(sum, runtime, b.params)
	source := "testdata/bench/bench_" + b.name + ".v"
	for _, pattern := range []string{"verilog/*.v", source, "testdata/bench/[^b]*.v", "testdata/harness.cpp"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatal(pattern, err)
		}
		for _, path := range files {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintln(sum, path, len(text))
			sum.Write(text)
		}
	}
	program := filepath.Join(filepath.Dir(runtime), fmt.Sprintf("%s-%x", b.name, sum.Sum(nil)[:8]))
	if _, err := os.Stat(program); err == nil {
		return program
	}
	dir := t.TempDir()
	args := []string{
		"--cc", "-O3", "--no-timing", "--default-language", "1364-2005",
		"-Wno-fatal", "-Wno-lint", "--prefix", "Vbench", "--Mdir", dir, "--top-module", "bench_" + b.name,
		"-y", absolute(t, "verilog"), "-y", absolute(t, "testdata/bench"), absolute(t, source),
	}
	for _, p := range b.params {
		args = append(args, "-G"+p)
	}
	run(t, dir, "verilator", args...)
	// One compilation of all sources: reading Verilator's headers takes most of the time.
	sources, err := filepath.Glob(filepath.Join(dir, "*.cpp"))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, path := range append(sources, absolute(t, "testdata/harness.cpp")) {
		fmt.Fprintf(&all, "#include %q\n", path)
	}
	if err := os.WriteFile(filepath.Join(dir, "all.cc"), []byte(all.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	include := verilatorInclude(t)
	run(t, dir, "g++", "-O1", "-I.", "-I"+include, "-o", "program", "all.cc", runtime, "-pthread", "-latomic")
	keep(t, filepath.Join(dir, "program"), program)
	return program
}

// verilatorRuntime returns the object file that all Verilator programs need. It is built once
// per version and kept in the user's cache.
func verilatorRuntime(t *testing.T) string {
	t.Helper()
	base, err := os.UserCacheDir()
	if err != nil {
		base = t.TempDir()
	}
	version := strings.Fields(run(t, ".", "verilator", "--version"))[1]
	cache := filepath.Join(base, "pentary-rtl", "verilator-"+version)
	if err := os.MkdirAll(cache, 0o777); err != nil {
		t.Fatal(err)
	}
	object := filepath.Join(cache, "runtime.o")
	if _, err := os.Stat(object); err == nil {
		return object
	}
	dir, include := t.TempDir(), verilatorInclude(t)
	source := fmt.Sprintf("#include %q\n#include %q\n", filepath.Join(include, "verilated.cpp"), filepath.Join(include, "verilated_threads.cpp"))
	if err := os.WriteFile(filepath.Join(dir, "runtime.cc"), []byte(source), 0o666); err != nil {
		t.Fatal(err)
	}
	run(t, dir, "g++", "-O0", "-I"+include, "-c", "-o", "runtime.o", "runtime.cc")
	keep(t, filepath.Join(dir, "runtime.o"), object)
	return object
}

// keep copies a file to the cache atomically. Another process writes it, because a program
// cannot run while it is open for writing here, or in a child that was forked meanwhile and
// has not called exec yet.
func keep(t *testing.T, from, to string) {
	t.Helper()
	part := fmt.Sprintf("%s.%d", to, os.Getpid())
	run(t, ".", "cp", from, part)
	if err := os.Rename(part, to); err != nil {
		t.Fatal(err)
	}
}

func verilatorInclude(t *testing.T) string {
	t.Helper()
	return filepath.Join(strings.TrimSpace(run(t, ".", "verilator", "--getenv", "VERILATOR_ROOT")), "include")
}

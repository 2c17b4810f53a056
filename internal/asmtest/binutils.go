package asmtest

import (
	"bytes"
	"debug/elf"
	"debug/gosym"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// tools maps the architecture of the test program, which the machine may emulate, to its
// commands.
var tools = map[string]struct{ as, objdump []string }{
	"amd64": {[]string{"as", "--64"}, []string{"objdump", "--architecture=i386:x86-64"}},
	"arm64": {[]string{"aarch64-linux-gnu-as"}, []string{"aarch64-linux-gnu-objdump", "--architecture=aarch64"}},
}

// Function is the code of an assembly function, in the syntax that Assemble reads.
type Function struct {
	Start int      // address, for branches to absolute addresses
	Code  []string // instructions
}

// Disassemble returns the assembly functions in the running test program that belong to the
// package with the given import path.
func Disassemble(tb testing.TB, path string) map[string]Function {
	tb.Helper()
	text, funcs := program(tb)
	var code []byte
	var names []string
	var ends []int // offsets in code of the functions' ends
	for _, f := range funcs {
		if name, ok := strings.CutPrefix(f.Name, path+"."); ok {
			code = append(code, text(f)...)
			names = append(names, name)
			ends = append(ends, len(code))
		}
	}
	if len(names) == 0 {
		tb.Fatalf("asmtest: no assembly function of %s in the test program", path)
	}
	file := filepath.Join(tb.TempDir(), "code")
	if err := os.WriteFile(file, code, 0o600); err != nil {
		tb.Fatal(err)
	}
	listing := run(tb, "", tools[runtime.GOARCH].objdump, "--wide", "--disassemble-all", "--target=binary", file)

	functions := map[string]Function{}
	for line := range strings.Lines(listing) {
		// "  1a:\tc5 fd ef c0          \tvpxor  %ymm0,%ymm0,%ymm0"
		fields := strings.SplitN(strings.TrimSpace(line), "\t", 3)
		if len(fields) < 3 {
			continue
		}
		at, err := strconv.ParseInt(strings.TrimSuffix(fields[0], ":"), 16, 64)
		if err != nil {
			tb.Fatalf("asmtest: objdump prints %q", line)
		}
		i, _ := slices.BinarySearch(ends, int(at)+1)
		f := functions[names[i]]
		if len(f.Code) == 0 {
			f.Start = int(at)
		}
		f.Code = append(f.Code, strings.Join(strings.Fields(fields[2]), " "))
		functions[names[i]] = f
	}
	return functions
}

// program returns the assembly functions of the running program, and a function that returns
// their code. It reads the table used by tracebacks, because go test strips the symbols that
// objdump would read.
func program(tb testing.TB) (text func(*gosym.Func) []byte, funcs []*gosym.Func) {
	tb.Helper()
	exe, err := os.Executable()
	if err != nil {
		tb.Fatal(err)
	}
	file, err := elf.Open(exe)
	if err != nil {
		tb.Skip("asmtest: the test program is not an ELF file: ", err)
	}
	defer file.Close()
	section := func(name string) (data []byte, addr uint64) {
		s := file.Section(name)
		if s == nil {
			tb.Skip("asmtest: the test program has no section " + name)
		}
		if data, err = s.Data(); err != nil {
			tb.Fatal(err)
		}
		return data, s.Addr
	}
	code, start := section(".text")
	lines, _ := section(".gopclntab")
	table, err := gosym.NewTable(nil, gosym.NewLineTable(lines, start))
	if err != nil {
		tb.Fatal(err)
	}
	for i := range table.Funcs {
		f := &table.Funcs[i]
		if source, _, _ := table.PCToLine(f.Entry); strings.HasSuffix(source, ".s") {
			funcs = append(funcs, f)
		}
	}
	return func(f *gosym.Func) []byte { return code[f.Entry-start : f.End-start] }, funcs
}

// Assemble returns the machine code of a source text, on amd64 in AT&T syntax. If as rejects the
// source, the test fails with the message of as.
func Assemble(tb testing.TB, source string) []byte {
	tb.Helper()
	object := filepath.Join(tb.TempDir(), "object")
	run(tb, source, tools[runtime.GOARCH].as, "-o", object, "-")
	file, err := elf.Open(object)
	if err != nil {
		tb.Fatal(err)
	}
	defer file.Close()
	code, err := file.Section(".text").Data()
	if err != nil {
		tb.Fatal(err)
	}
	return code
}

// run runs a tool and returns its output. It skips the test if the tool is missing.
func run(tb testing.TB, input string, tool []string, args ...string) string {
	tb.Helper()
	if tool == nil {
		tb.Skip("asmtest: no tools for " + runtime.GOARCH)
	}
	path, err := exec.LookPath(tool[0])
	if err != nil {
		tb.Skipf("asmtest: %s is not installed", tool[0])
	}
	var stderr bytes.Buffer
	cmd := exec.Command(path, append(tool[1:], args...)...)
	cmd.Stdin, cmd.Stderr = strings.NewReader(input), &stderr
	out, err := cmd.Output()
	if err != nil {
		tb.Fatalf("%v: %v\n%s", cmd, err, &stderr)
	}
	return string(out)
}

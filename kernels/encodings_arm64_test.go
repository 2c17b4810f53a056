//go:build !purego

package kernels

import (
	"encoding/binary"
	"fmt"
	"go/constant"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/internal/asmtest"
)

// tiers maps the ending of a kernel's name to what has GNU as refuse instructions
// that the tier does not have.
var tiers = map[string]string{
	"NEON":    ".arch armv8-a",
	"AES":     ".arch armv8-a+aes",
	"DotProd": ".arch armv8.2-a+dotprod",
	"I8MM":    ".arch armv8.2-a+dotprod+i8mm",
}

// A rawMacro makes an instruction that Go's assembler lacks.
type rawMacro struct {
	name        string
	params      []string
	word        string            // an expression of the parameters
	instruction string            // for GNU as, with the parameters in braces
	ranges      map[string][2]int // of the parameters
}

var (
	macroDefinition = regexp.MustCompile(`(?m)^// (.*)\n#define (\w+)\(([^)]*)\) WORD \$\((.*)\)$`)
	parameterRange  = regexp.MustCompile(`(\w+) from (\d+) to (\d+)`)
	identifier      = regexp.MustCompile(`\b[a-z]\w*\b`)
)

// rawMacros reads the headers of the assembly.
func rawMacros(t *testing.T) (macros []rawMacro) {
	headers, err := filepath.Glob("neon*_arm64.h")
	if err != nil || len(headers) == 0 {
		t.Fatal("no header: ", err)
	}
	for _, header := range headers {
		text, err := os.ReadFile(header)
		if err != nil {
			t.Fatal(err)
		}
		found := macroDefinition.FindAllStringSubmatch(string(text), -1)
		if words := strings.Count(string(text), "WORD"); len(found) != words {
			t.Errorf("%s has %d raw words, %d of them in a macro under its instruction", header, words, len(found))
		}
		for _, f := range found {
			instruction, _, _ := strings.Cut(f[1], ";")
			m := rawMacro{
				name: f[2], params: strings.Split(f[3], ", "), word: f[4], instruction: instruction,
				ranges: map[string][2]int{"d": {0, 31}, "n": {0, 31}, "m": {0, 31}, "i": {0, 3}},
			}
			for _, r := range parameterRange.FindAllStringSubmatch(f[1], -1) {
				lo, _ := strconv.Atoi(r[2])
				hi, _ := strconv.Atoi(r[3])
				m.ranges[r[1]] = [2]int{lo, hi}
			}
			macros = append(macros, m)
		}
	}
	return macros
}

// sets returns values for the parameters: each takes all of its values while the
// others are at an end of theirs, or in the middle.
func (m *rawMacro) sets() (sets []map[string]int) {
	for _, p := range m.params {
		for v := m.ranges[p][0]; v <= m.ranges[p][1]; v++ {
			for part := range 3 {
				set := map[string]int{}
				for _, q := range m.params {
					lo, hi := m.ranges[q][0], m.ranges[q][1]
					set[q] = lo + (hi-lo)*part/2
				}
				set[p] = v
				sets = append(sets, set)
			}
		}
	}
	return sets
}

// eval returns the word that the macro makes.
func (m *rawMacro) eval(t *testing.T, set map[string]int) uint32 {
	expr := identifier.ReplaceAllStringFunc(m.word, func(p string) string { return strconv.Itoa(set[p]) })
	v, err := types.Eval(token.NewFileSet(), nil, token.NoPos, expr)
	if err != nil {
		t.Fatalf("%s: %v", m.name, err)
	}
	word, exact := constant.Uint64Val(v.Value)
	if !exact || word>>32 != 0 {
		t.Fatalf("%s: %s is no word", m.name, expr)
	}
	return uint32(word)
}

// TestRawMacros compares the word of every macro with the one that GNU as makes of
// the instruction over it.
func TestRawMacros(t *testing.T) {
	for _, m := range rawMacros(t) {
		t.Run(m.name, func(t *testing.T) {
			for _, p := range m.params {
				if _, ok := m.ranges[p]; !ok || !strings.Contains(m.instruction, "{"+p+"}") {
					t.Fatalf("parameter %s has no range, or is not in %q", p, m.instruction)
				}
			}
			var source strings.Builder
			fmt.Fprintln(&source, tiers["I8MM"])
			sets := m.sets()
			for _, set := range sets {
				instruction := m.instruction
				for p, v := range set {
					instruction = strings.ReplaceAll(instruction, "{"+p+"}", strconv.Itoa(v))
				}
				fmt.Fprintln(&source, instruction)
			}
			code := asmtest.Assemble(t, source.String())
			if len(code) != 4*len(sets) {
				t.Fatalf("GNU as makes %d bytes of %d instructions", len(code), len(sets))
			}
			for i, set := range sets {
				if got, want := m.eval(t, set), binary.LittleEndian.Uint32(code[4*i:]); got != want {
					t.Fatalf("%s for %v is %08x, want %08x", m.instruction, set, got, want)
				}
			}
		})
	}
}

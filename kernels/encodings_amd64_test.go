//go:build !purego

package kernels

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/internal/asmtest"
)

// tiers maps the ending of a kernel's name to what has GNU as refuse instructions
// that the tier does not have.
var tiers = map[string]string{
	"AVX2":    only("avx2"),
	"AVXVNNI": only("avx2", "avx_vnni"),
	"AVX512":  only("avx2", "avx512f", "avx512bw", "avx512dq", "avx512vl"),
	"VNNI512": only("avx2", "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_vnni"),
	"GFNI512": only("avx2", "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_vnni", "avx512vbmi", "gfni", "vaes"),
	"AES":     only("avx2", "aes"),
	"AMX":     only("avx2", "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512vbmi", "gfni", "amx_int8", "xsave"),
}

func only(features ...string) string {
	return ".arch generic64\n.arch ." + strings.Join(features, "\n.arch .")
}

// dot is what the kernels write as raw bytes: VPDPBUSD x, codes, acc on Y
// registers, VEX.256.66.0F38.W0 50 /r.
func dot(x, codes, acc int) []byte {
	return []byte{
		0xC4,
		byte(0xE2 ^ (acc>>3)<<7 ^ (x>>3)<<5),
		byte(0x05 | (15-codes)<<3),
		0x50,
		byte(0xC0 | (acc&7)<<3 | x&7),
	}
}

// TestDotEncoding compares the bytes of all combinations of registers with those
// that GNU as makes.
func TestDotEncoding(t *testing.T) {
	var source strings.Builder
	var want []byte
	for i := range 1 << 12 {
		x, codes, acc := i&15, i>>4&15, i>>8
		fmt.Fprintf(&source, "{vex} vpdpbusd %%ymm%d,%%ymm%d,%%ymm%d\n", x, codes, acc)
		want = append(want, dot(x, codes, acc)...)
	}
	if got := asmtest.Assemble(t, source.String()); !bytes.Equal(got, want) {
		t.Error("the formula makes other bytes than GNU as")
	}
}

// TestDotOperands counts the raw products in every kernel for AVX-VNNI by their
// operands. objdump marks the VEX encoding; what reads as another product, or as
// none, is missing.
func TestDotOperands(t *testing.T) {
	want := map[string]map[string]int{
		"sweep3AVXVNNI":     {},
		"sweep2AVXVNNI":     {},
		"accumulateAVXVNNI": {},
		"matVec1AVXVNNI":    {},
		"matVec2AVXVNNI":    {},
		"matVec4AVXVNNI":    {},
		"matVec8AVXVNNI":    {},

		"matVecCodes1AVXVNNI": {},
		"matVecCodes2AVXVNNI": {},
		"matVecCodes4AVXVNNI": {},
		"matVecCodes8AVXVNNI": {},
	}
	expect := func(kernel string, x, codes, acc, times int) {
		want[kernel][fmt.Sprintf("{vex} vpdpbusd %%ymm%d,%%ymm%d,%%ymm%d", x, codes, acc)] += times
	}
	for row := range 4 {
		for v := range 3 { // four quads in a loop, and one in another
			expect("sweep3AVXVNNI", 12+v, 15, 3*row+v, 5)
		}
		for v := range 2 {
			expect("sweep2AVXVNNI", 12+v, 15, 3*row+v, 5)
			expect("accumulateAVXVNNI", 10, 8+v, 2*row+v, 1)
		}
	}
	for _, n := range []int{1, 2, 4, 8} {
		kernel := want[fmt.Sprintf("matVec%dAVXVNNI", n)]
		product := func(at, acc int) { kernel[fmt.Sprintf("{vex} vpdpbusd 0x%x(%%rdx),%%ymm8,%%ymm%d", at, acc)]++ }
		for c := range n {
			for group := range 8 {
				product((group*n+c)*32, (group*n+c)%8)
			}
			product(c*32, c) // of a small block
		}
	}
	for n, tiles := range map[int]int{1: 4, 2: 2, 4: 1} { // registers of sums in a pass are halves of tiles × vectors
		for acc := range 8 {
			expect(fmt.Sprintf("matVecCodes%dAVXVNNI", n), 9+acc%n, 8, acc, 1)
		}
		for acc := 0; tiles > 1 && acc < 2*n; acc++ { // of single tiles
			expect(fmt.Sprintf("matVecCodes%dAVXVNNI", n), 9+acc%n, 8, acc, 1)
		}
	}
	for acc := range 8 {
		expect("matVecCodes8AVXVNNI", 9+acc%4, 8, acc, 1)
	}
	for name, f := range asmtest.Disassemble(t, "github.com/Kaleaon/pentary-go/kernels") {
		if !strings.HasSuffix(name, "AVXVNNI") {
			continue
		}
		got := map[string]int{}
		for _, instruction := range f.Code {
			if strings.Contains(instruction, "vpdpbusd") {
				got[instruction]++
			}
		}
		if !maps.Equal(got, want[name]) {
			t.Errorf("%s has the products %v, want %v", name, got, want[name])
		}
	}
}

// general names the general registers by their numbers.
var general = strings.Fields("rax rcx rdx rbx rsp rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15")

// tileMacro is a use of a macro of amx_amd64.h.
var tileMacro = regexp.MustCompile(`^\t(LDTILECFG|TILERELEASE|TILEZERO|TILELOADD|TILESTORED|TDPBSSD|TDPBSUD)_(?:SP)?(?:\(([^)]*)\))?`)

// TestTileOperands compares what objdump reads in every kernel for AMX with the macros of its
// source, in their order.
func TestTileOperands(t *testing.T) {
	want := map[string][]string{}
	files, err := filepath.Glob("*_amx_amd64.s")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Skip("no source here: ", err)
		}
		name := ""
		for line := range strings.Lines(string(source)) {
			if after, ok := strings.CutPrefix(line, "TEXT ·"); ok {
				name, _, _ = strings.Cut(after, "(")
			}
			if m := tileMacro.FindStringSubmatch(line); m != nil {
				want[name] = append(want[name], tileInstruction(t, m[1], m[2]))
			}
		}
	}
	if len(want) == 0 {
		t.Fatal("no kernel uses tiles")
	}
	kernels := asmtest.Disassemble(t, "github.com/Kaleaon/pentary-go/kernels")
	for name, want := range want {
		var got []string
		for _, instruction := range kernels[name].Code {
			if strings.Contains(instruction, "tmm") || strings.HasPrefix(instruction, "ldtilecfg") || strings.HasPrefix(instruction, "tilerelease") {
				got = append(got, instruction)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s has %q, want %q", name, got, want)
		}
		if first, last := want[0], want[len(want)-1]; first != "ldtilecfg 0x0(%rsp)" || last != "tilerelease" {
			t.Errorf("%s begins with %s and ends with %s, and its tiles outlive it", name, first, last)
		}
	}
}

// tileInstruction returns what objdump prints for a macro of amx_amd64.h.
func tileInstruction(t *testing.T, mnemonic, operands string) string {
	var o []int
	for operand := range strings.SplitSeq(operands, ",") {
		if operand = strings.TrimSpace(operand); operand == "" {
			continue
		}
		v, err := strconv.Atoi(operand)
		if err != nil {
			t.Fatalf("%s(%s): %v", mnemonic, operands, err)
		}
		o = append(o, v)
	}
	memory := func(o []int) string { return fmt.Sprintf("0x%x(%%%s,%%%s,1)", o[0], general[o[1]], general[o[2]]) }
	switch name := strings.ToLower(mnemonic); mnemonic {
	case "LDTILECFG":
		return fmt.Sprintf("%s 0x%x(%%rsp)", name, o[0])
	case "TILERELEASE":
		return name
	case "TILEZERO":
		return fmt.Sprintf("%s %%tmm%d", name, o[0])
	case "TILELOADD":
		return fmt.Sprintf("%s %s,%%tmm%d", name, memory(o), o[3])
	case "TILESTORED":
		return fmt.Sprintf("%s %%tmm%d,%s", name, o[0], memory(o[1:]))
	default:
		return fmt.Sprintf("%s %%tmm%d,%%tmm%d,%%tmm%d", name, o[0], o[1], o[2])
	}
}

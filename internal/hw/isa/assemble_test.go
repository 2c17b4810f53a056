package isa

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/trit5"
)

// countdown uses every feature of assembly text.
const countdown = `
; counts down and adds up
.equ N, 2*(3+2)
start:	ADDI P1, P0, N   # a register
	ADD P2, P0, P0
loop:
again:	ADD P2, P2, P1
	ADDI P1, P1, -1
	BGT P1, P0, loop
	ADDI P3, P0, table+1
	LOAD P4, [P3+2-1]
	STORE P2, [P3]
	CALL sub
	JUMP .+1
	HALT
sub:	MUL P5, P2, P2
	QUANT P1, P2, 3, P4
	RET
end:
.data
table:	.word 1, -2, LIMIT, end, table, .
	.space 9
w0:	.pents 96, 4, 5
img:	.bytes 0, 2*9, 1, 3, 3
	.noise 1, 2, 3, 4, 5
last:
`

func TestAssemble(t *testing.T) {
	p, err := Assemble(countdown, map[string]int64{"LIMIT": trit5.WordMax})
	if err != nil {
		t.Fatal(err)
	}
	var text []string
	for _, w := range p.Code {
		in, err := Decode(w)
		if err != nil {
			t.Fatal(err)
		}
		text = append(text, in.String())
	}
	want := "ADDI P1, P0, 10|ADD P2, P0, P0|ADD P2, P2, P1|ADDI P1, P1, -1|BGT P1, P0, .-2|ADDI P3, P0, 1|LOAD P4, [P3+1]|" +
		"STORE P2, [P3]|CALL .+3|JUMP .+1|HALT|MUL P5, P2, P2|QUANT P1, P2, 3, P4|RET"
	if got := strings.Join(text, "|"); got != want {
		t.Errorf("code\n%s, want\n%s", got, want)
	}
	if got := fmt.Sprint(p.Lines); got != "[4 5 7 8 9 10 11 12 13 14 15 16 17 18]" {
		t.Errorf("lines %s", got)
	}
	var data []string
	for _, w := range p.Data {
		data = append(data, fmt.Sprint(w.Int64()))
	}
	want = "1 -2 76293945312 14 0 5 0 0 0 0 0 0 0 0 0 1 96 4 5 1 1 2 0 18 1 3 3 4 1 2 3 4 5 0 0 0 0"
	if got := strings.Join(data, " "); got != want {
		t.Errorf("data\n%s, want\n%s", got, want)
	}
	if at, ok := p.Find("img"); !ok || at != 21 {
		t.Errorf("img is at %d", at)
	}
	if _, ok := p.Find("loop"); ok {
		t.Error("loop is in the data")
	}
	if got := fmt.Sprint(p.Symbols); got != "[{start 0 0} {loop 0 2} {again 0 2} {sub 0 11} {end 0 14} {table 1 0} {w0 1 15} {img 1 21} {last 1 37}]" {
		t.Errorf("symbols %s", got)
	}
	if got := p.Where(4) + ", " + p.Where(99); got != "line 9, instruction 99" {
		t.Errorf("places %s", got)
	}
}

func TestAssembleErrors(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"FOO P1", `1:1: no instruction "FOO"`},
		{"\n  ADD P1, P2", `2:13: end of line, want a comma, as in ADD rd, rs1, rs2`},
		{"ADD P1, 5, P2", `1:9: "5", want a register, as in ADD rd, rs1, rs2`},
		{"ADD P1, P2, P3, P4", `1:15: "," after the operands of ADD rd, rs1, rs2`},
		{"ADDI P1, P2, P3", `1:14: register P3, want a number or a symbol`},
		{"ADDI P1, P2, x", `1:14: undefined symbol "x"`},
		{"ADDI P1, P2, 24414063", `1:14: 24414063 does not fit the immediate of ADDI, ±24414062`},
		{"MUL P1, P2, P3, 4*4000", `1:17: 16000 does not fit the immediate of MUL, ±7812`},
		{"BEQ P1, P2, 99999999", `1:13: 99999999 does not fit the immediate of BEQ`},
		{"ADDI P1, P2, 12345678901234", `1:14: 12345678901234 is beyond the range of a word`},
		{"ADDI P1, P2, 1x", `1:14: "1x" is not a number`},
		{"ADDI P1, P2, 300000*300000", `1:20: product is beyond the range of a word`},
		{"ADDI P1, P2, 76293945312+1", `1:25: 76293945313 is beyond the range of a word`},
		{"ADDI P1, P2, (1", `1:16: end of line, want a closing parenthesis`},
		{"ADDI P1, P2, " + strings.Repeat("-", 200) + "1", `1:115: expression of more than 100 levels`},
		{"LOAD P1, P2", `1:10: "P2", want a place, as in LOAD rd, [rs1+offset]`},
		{"LOAD P1, [P2", `1:13: end of line, want a closing bracket`},
		{"LOAD P1, [5]", `1:11: "5", want a register`},
		{"é: NOP", `1:1: "é", want an instruction, a directive or a label`},
		{"; é\nNOP é", `2:5: "é" after the operands of NOP`},
		{"a: NOP\na: NOP", `2:1: symbol "a" is defined already`},
		{"P1: NOP", `1:1: "P1" cannot be a symbol`},
		{".x: NOP", `1:1: ".x" cannot be a symbol`},
		{strings.Repeat("a", 256) + ": NOP", `1:1: symbol of 256 bytes, want at most 255`},
		{".foo", `1:1: no directive ".foo"`},
		{".data\nNOP", `2:1: instruction in the data section; want .text before it`},
		{".word 1", `1:1: .word in the text section; want .data before it`},
		{".data\n.word 1, ", `2:10: end of line, want a number or a symbol`},
		{".data\n.word 1 2", `2:9: "2", want a comma`},
		{".data\n.space -1", `2:1: -1 words after 0`},
		{".data\n.space 4194304\n.space 1", `3:1: 1 words after 4194304, want at most 4194304`},
		{".data\n.space later\nlater:", `2:8: undefined symbol "later"`},
		{".equ a, b\n.equ b, 1", `1:9: undefined symbol "b"`},
		{".equ a 1", `1:8: "1", want a comma and a value`},
		{".equ 1, 1", `1:6: "1" cannot be a symbol`},
		{".data\n.pents 1, 2", `2:12: end of line, want a comma and the cols of .pents`},
		{".data\n.pents 1, 2, 3, 4, 5, 6", `2:21: ",", want the end of the line`},
		{".text x", `1:7: "x", want nothing after .text`},
		{"FOO\nBAR\nBAZ", "1:1: no instruction \"FOO\"\n2:1: no instruction \"BAR\"\n3:1:"},
	} {
		p, err := Assemble(test.text, nil)
		if p != nil || err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%.60q: error %v, want %s", test.text, err, test.want)
		}
	}
	_, err := Assemble(strings.Repeat("FOO\n", 100), nil)
	if list, ok := err.(ErrorList); !ok || len(list) != maxErrors {
		t.Errorf("%d mistakes are reported of 100", len(list))
	}
}

func TestDisassemble(t *testing.T) {
	p, err := Assemble(countdown, map[string]int64{"LIMIT": 7})
	if err != nil {
		t.Fatal(err)
	}
	text, err := p.Disassemble()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"loop:\nagain:\n\tADD P2, P2, P1\n", "\tBGT P1, P0, loop\n", "\tCALL sub\n", "end:\n\n.data\ntable:\n\t.word 1, -2, 7, 14, 0, 5\n\t.space 9\nw0:\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	checkSame(t, p, text)
	p.Code[3] = 0
	if _, err := p.Disassemble(); err == nil || !strings.Contains(err.Error(), "instruction 3: ") {
		t.Errorf("a word that is no instruction: error %v", err)
	}
}

// checkSame fails unless text assembles to the program, except for Lines.
func checkSame(t *testing.T, p *Program, text string) {
	t.Helper()
	q, err := Assemble(text, nil)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	if !reflect.DeepEqual(p.Code, q.Code) || !reflect.DeepEqual(p.Data, q.Data) || !reflect.DeepEqual(p.Symbols, q.Symbols) {
		t.Errorf("another program: %+v, want %+v, by\n%s", q, p, text)
	}
}

// Any text assembles or is an error with a location in the text. The program is the same after
// disassembly and reassembly, and after a round trip through an object file.
func FuzzAssemble(f *testing.F) {
	f.Add(countdown)
	for i := range Specs {
		f.Add("x:\t" + Specs[i].Syntax())
	}
	for i := range Descriptors {
		f.Add(".data\n." + Descriptors[i].Name + strings.Repeat(" 1,", 8))
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Assemble(text, map[string]int64{"LIMIT": 1})
		if err != nil {
			lines := strings.Split(text, "\n")
			for _, e := range err.(ErrorList) {
				if e.Line < 1 || e.Line > len(lines) || e.Column < 1 || e.Column > len(lines[e.Line-1])+1 {
					t.Errorf("%v is nowhere in %q", e, text)
				}
			}
			return
		}
		out, err := p.Disassemble()
		if err != nil {
			t.Fatal(err)
		}
		checkSame(t, p, out)
		var b strings.Builder
		if _, err := p.WriteTo(&b); err != nil {
			t.Fatal(err)
		}
		if _, err := DecodeProgram([]byte(b.String())); err != nil {
			t.Fatal(err)
		}
	})
}

// Numbers are decimal, also with leading zeros, or hexadecimal, never octal.
func TestParseNumber(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "010": 10, "-08": -8, "0x1F": 31, "0XaB": 171, "-0x10": -16,
		"76293945312": trit5.WordMax, "-76293945312": -trit5.WordMax,
	} {
		if v, err := ParseNumber(text); err != nil || v != want {
			t.Errorf("%s: %d, %v, want %d", text, v, err, want)
		}
		p, err := Assemble(".data\nn: .word "+text+"\n", nil)
		if err != nil || p.Data[0].Int64() != want {
			t.Errorf(".word %s: %v, %v, want %d", text, p, err, want)
		}
	}
	for _, text := range []string{"", "-", "+1", "1_0", "0o7", "0b1", "x", "1.5", "76293945313", "-76293945313", "99999999999999999999"} {
		if v, err := ParseNumber(text); err == nil {
			t.Errorf("%q: %d", text, v)
		}
	}
}

package isa

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// WriteReference writes the reference of the instruction set, docs/isa.md, from the tables.
func WriteReference(w io.Writer) error {
	b := bufio.NewWriter(w)
	b.WriteString(referenceHead)
	for g := Arithmetic; g <= Evolution; g++ {
		fmt.Fprintf(b, "\n## %v\n\n| instruction | format | code | function | |\n|---|---|---|---|---|\n", g)
		for i := range Specs {
			if s := &Specs[i]; s.Group == g {
				fmt.Fprintf(b, "| `%s` | %v | %d | %s | %s |\n", s.Syntax(), s.Format, s.Code, functText(s), s.Summary)
			}
		}
		b.WriteString("\n")
		for i := range Specs {
			if s := &Specs[i]; s.Group == g {
				fmt.Fprintf(b, "- **%s** %s.\n", s.Name, s.Effect)
			}
		}
	}
	b.WriteString(referenceDescriptors)
	for i := range Descriptors {
		d := &Descriptors[i]
		fmt.Fprintf(b, "\n### .%s\n\n%s.\n\n| word | | |\n|---|---|---|\n| 0 | kind | %d |\n", d.Name, sentence(d.Summary), d.Kind)
		for j, f := range d.Fields {
			doc := f.Doc
			if f.Optional {
				doc += fmt.Sprintf("; default %d", f.Default)
			}
			fmt.Fprintf(b, "| %d | %s | %s |\n", j+1, f.Name, doc)
		}
	}
	b.WriteString(referenceNoise)
	for _, list := range []struct {
		title   string
		choices []Choice
	}{{"Objectives", Objectives[:]}, {"Codings", Codings[:]}, {"Rules", Rules[:]}} {
		fmt.Fprintf(b, "\n## %s\n\n| | | |\n|---|---|---|\n", list.title)
		for i, c := range list.choices {
			fmt.Fprintf(b, "| %d | %s | %s |\n", i+1, c.Name, strings.ReplaceAll(c.Effect, "|", "\\|"))
		}
	}
	b.WriteString(referenceRules)
	return b.Flush()
}

func functText(s *Spec) string {
	if !usesFunct(s.Code) {
		return ""
	}
	return fmt.Sprint(s.Funct)
}

// sentence returns a text with its first letter in upper case.
func sentence(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

const referenceHead = `# Instruction set

<!-- Generated from the tables in internal/hw/isa by go generate; do not edit. -->

An instruction has 48 bits, like a word of 16 pents:

| format | 47…44 | 43…39 | 38…34 | 33…0 |
|---|---|---|---|---|
| R | code | rd | rs1 | rs2 (33…29), function (28…18), imm of 6 pents (17…0) |
| I | code | rd | rs1 | 0 (33), imm of 11 pents (32…0) |
| B | code | ra | rb | 0 (33), imm of 11 pents (32…0) |

A pent is stored as its value plus 2: 000 is −2, 100 is +2. Fields that an instruction
does not use are zero: register P0, or pents of zero (010). There are 32 registers of 16
pents; P0 is always zero, SP is P29, FP P30, LR P31. ACC has 32 pents. A word is within
±76,293,945,312 and wraps around modulo 5^16; zero is 0x492492492492, and 48 zero bits
are −76,293,945,312 and no valid instruction.

Instructions are numbered from 0 and have their own memory. PC + imm counts from the branch
itself; in assembly, targets are labels or expressions, and "." is the statement's own
address. RoundShift(v, n) is (v + 2^(n−1)) >> n, and v for n = 0. QUANT5 rounds to the
nearest pent, ties upward, and saturates at ±2. Operands in brackets are optional. The
operands of a tensor instruction are registers that hold the addresses of
[descriptors](#descriptors) in data memory.
`

const referenceDescriptors = `
## Descriptors

A descriptor consists of several words of data memory; the first is its kind. The assembler
has a directive for each kind, which takes the fields in order, and a symbol for each field:
noise.pair is the offset of the pair.
`

const referenceNoise = `
## Noise

Block i of a stream has the counter (i, pair, 16·tensor + use, generation). LRGEN, and the
stochastic rounding of PQUANT, use ARS4x32-7 with the key (seed_low, seed_high, 0, 0); PRNG
uses Philox4x32-10 with the key (seed_low, seed_high). A block makes 32 pents of the binomial
distribution: from the low nibbles of its sixteen bytes, then the high nibbles; the pent is
the number of bits set in the nibble, minus 2. It makes 8 pents of the uniform distribution:
((5u + 2) >> 16) − 2 for the low half u of each word, then the high half. Factor A is the
stream of use 0, factor B the stream of use 1; each row begins at a multiple of 32 pents.

An entry of Aᵀ·B has the variance v = r·V², with V = 1 for binomial and 2 for uniform pents.
With the least e such that 2^e ≥ √v, LRGEN writes the multiplier round(128·2^e/√v) and the
shift sigma + e.
`

const referenceRules = `
A step of the first two rules is d = clamp(RoundShift(z·mul, 20), ±255) in 1/256 level, where

- z is an entry of Z = Σ f·A·Bᵀ over all pairs and ranks, limited to ±(2^28/mul + 1);
- mul is rate·2^20/deviation, rounded down and at most 2^28;
- deviation is √(2^16·v·Σ f²), rounded down and at least 1.

If all codes are zero, no weight moves.
`

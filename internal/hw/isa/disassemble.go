package isa

import (
	"fmt"
	"strings"

	"github.com/Kaleaon/pentary-go/trit5"
)

// Disassemble returns a text that Assemble turns into the same program, except for Lines. An
// error names the invalid instruction.
func (p *Program) Disassemble() (string, error) {
	var b strings.Builder
	symbols := p.Symbols
	labels := func(section Section, address int) {
		for len(symbols) > 0 && symbols[0].Section == section && symbols[0].Value == address {
			fmt.Fprintf(&b, "%s:\n", symbols[0].Name)
			symbols = symbols[1:]
		}
	}
	names := p.targets()
	for pc, w := range p.Code {
		labels(Text, pc)
		in, err := Decode(w)
		if err != nil {
			return "", fmt.Errorf("instruction %d: %w", pc, err)
		}
		fmt.Fprintf(&b, "\t%s\n", in.text(func(offset int32) string {
			if name, ok := names[pc+int(offset)]; ok {
				return name
			}
			return fmt.Sprintf(".%+d", offset)
		}))
	}
	labels(Text, len(p.Code))
	if len(p.Data) > 0 || len(symbols) > 0 {
		b.WriteString("\n.data\n")
	}
	for at := 0; at < len(p.Data); {
		labels(Data, at)
		stop := len(p.Data)
		if len(symbols) > 0 {
			stop = min(stop, symbols[0].Value)
		}
		at += writeData(&b, p.Data[at:stop])
	}
	labels(Data, len(p.Data))
	return b.String(), nil
}

// targets returns the first symbol of each instruction that has one.
func (p *Program) targets() map[int]string {
	names := map[int]string{}
	for _, s := range p.Symbols {
		if _, ok := names[s.Value]; !ok && s.Section == Text {
			names[s.Value] = s.Name
		}
	}
	return names
}

// writeData writes a line of words and returns their number.
func writeData(b *strings.Builder, words []trit5.Word) int {
	const most, run = 8, 4 // words per line; least zeros for a .space
	if n := zeros(words); n >= run {
		fmt.Fprintf(b, "\t.space %d\n", n)
		return n
	}
	n := 0
	for n < min(len(words), most) && zeros(words[n:]) < run {
		sep := ", "
		if n == 0 {
			sep = "\t.word "
		}
		fmt.Fprintf(b, "%s%d", sep, words[n].Int64())
		n++
	}
	b.WriteByte('\n')
	return n
}

// zeros returns the number of leading zero words.
func zeros(words []trit5.Word) (n int) {
	for n < len(words) && words[n] == trit5.ZeroWord {
		n++
	}
	return n
}

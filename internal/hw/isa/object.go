package isa

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"

	"github.com/Kaleaon/pentary-go/internal/durable"
	"github.com/Kaleaon/pentary-go/trit5"
)

// Object file format. Integers are little-endian, without padding.
//
//	magic           4 bytes  "PNTX"
//	version         u16      1
//	flags           u16      0
//	instructions    u32
//	words           u32
//	symbols         u32
//	6 bytes per instruction
//	6 bytes per data word
//	for each symbol, by section and value:
//	    section     u8       0 text, 1 data
//	    value       u32
//	    name length u8
//	    name
//	checksum        u32      CRC-32C of all preceding bytes
const (
	objectMagic   = "PNTX"
	objectVersion = 1
	objectHeader  = 20
	checksumSize  = 4
)

// WriteTo writes the program as an object file and returns the number of bytes written. It
// returns an error, before writing anything, if the program could not be read back.
func (p *Program) WriteTo(w io.Writer) (int64, error) {
	if err := p.check(); err != nil {
		return 0, fmt.Errorf("isa: %w", err)
	}
	le := binary.LittleEndian
	b := append([]byte(nil), objectMagic...)
	b = le.AppendUint16(b, objectVersion)
	b = le.AppendUint16(b, 0)
	for _, n := range []int{len(p.Code), len(p.Data), len(p.Symbols)} {
		b = le.AppendUint32(b, uint32(n))
	}
	for _, w := range p.Code {
		b = appendWord(b, w)
	}
	for _, w := range p.Data {
		b = appendWord(b, w.Bits())
	}
	for _, s := range p.Symbols {
		b = append(b, byte(s.Section))
		b = le.AppendUint32(b, uint32(s.Value))
		b = append(b, byte(len(s.Name)))
		b = append(b, s.Name...)
	}
	b = le.AppendUint32(b, durable.Checksum(b))
	n, err := w.Write(b)
	return int64(n), err
}

func appendWord(b []byte, w uint64) []byte {
	return append(b, byte(w), byte(w>>8), byte(w>>16), byte(w>>24), byte(w>>32), byte(w>>40))
}

// check returns an error if the program is invalid.
func (p *Program) check() error {
	if err := checkCounts(uint64(len(p.Code)), uint64(len(p.Data)), uint64(len(p.Symbols))); err != nil {
		return err
	}
	for pc, w := range p.Code {
		if _, err := Decode(w); err != nil {
			return fmt.Errorf("instruction %d: %w", pc, err)
		}
	}
	for i, w := range p.Data {
		if _, err := trit5.WordFromBits(w.Bits()); err != nil {
			return fmt.Errorf("data word %d: %w", i, err)
		}
	}
	return p.checkSymbols()
}

func checkCounts(code, data, symbols uint64) error {
	if code > MaxCode || data > MaxData || symbols > MaxSymbols {
		return fmt.Errorf("%d instructions, %d words and %d symbols, want at most %d, %d and %d",
			code, data, symbols, MaxCode, MaxData, MaxSymbols)
	}
	return nil
}

func (p *Program) checkSymbols() error {
	seen := make(map[string]bool, len(p.Symbols))
	for i, s := range p.Symbols {
		size := len(p.Code)
		if s.Section == Data {
			size = len(p.Data)
		}
		switch {
		case s.Section > Data:
			return fmt.Errorf("symbol %d: section %d", i, s.Section)
		case !validName(s.Name):
			return fmt.Errorf("symbol %d: bad name %.32q", i, s.Name)
		case seen[s.Name]:
			return fmt.Errorf("symbol %d: duplicate name %q", i, s.Name)
		case s.Value < 0 || s.Value > size:
			return fmt.Errorf("symbol %q: address %d, want 0 to %d", s.Name, s.Value, size)
		case i > 0 && compareSymbols(p.Symbols[i-1], s) > 0:
			return fmt.Errorf("symbol %q: out of order", s.Name)
		}
		seen[s.Name] = true
	}
	return nil
}

// validName reports whether the assembler reads the name as a symbol.
func validName(s string) bool {
	if s == "" || len(s) > MaxName || s[0] == '.' || isDigit(rune(s[0])) || offsets[s] != 0 {
		return false
	}
	if _, register := parseRegister(s); register {
		return false
	}
	return span(s) == len(s)
}

// DecodeProgram decodes exactly the format that WriteTo writes. Errors name the offset. It
// allocates memory in proportion to len(data), whatever the counts in data.
func DecodeProgram(data []byte) (*Program, error) {
	p, err := decodeProgram(data)
	if err != nil {
		return nil, fmt.Errorf("object file: %w", err)
	}
	return p, nil
}

func decodeProgram(data []byte) (*Program, error) {
	le := binary.LittleEndian
	if len(data) < objectHeader+checksumSize || string(data[:4]) != objectMagic {
		return nil, fmt.Errorf("%d bytes that do not begin with %q and a header", len(data), objectMagic)
	}
	if v, flags := le.Uint16(data[4:]), le.Uint16(data[6:]); v != objectVersion || flags != 0 {
		return nil, fmt.Errorf("version %d, flags %#x, want version %d without flags", v, flags, objectVersion)
	}
	body, sum := data[:len(data)-checksumSize], le.Uint32(data[len(data)-checksumSize:])
	if got := durable.Checksum(body); got != sum {
		return nil, fmt.Errorf("checksum is %08x, but the data's is %08x", sum, got)
	}
	code, words, symbols := uint64(le.Uint32(body[8:])), uint64(le.Uint32(body[12:])), uint64(le.Uint32(body[16:]))
	if err := checkCounts(code, words, symbols); err != nil {
		return nil, err
	}
	rest := body[objectHeader:]
	if need := (code + words) * WordBytes; need > uint64(len(rest)) {
		return nil, fmt.Errorf("%d bytes at offset %d, want %d for instructions and data", len(rest), objectHeader, need)
	}
	p := &Program{}
	for range code {
		p.Code = append(p.Code, wordOf(rest))
		rest = rest[WordBytes:]
	}
	for range words {
		p.Data = append(p.Data, trit5.Word(wordOf(rest)))
		rest = rest[WordBytes:]
	}
	for range symbols {
		const fixed = 6
		if len(rest) < fixed || len(rest) < fixed+int(rest[5]) {
			return nil, fmt.Errorf("symbol cut off at offset %d", len(body)-len(rest))
		}
		size := fixed + int(rest[5])
		value := le.Uint32(rest[1:])
		if value > math.MaxInt32 {
			return nil, fmt.Errorf("symbol with value %d at offset %d", value, len(body)-len(rest))
		}
		p.Symbols = append(p.Symbols, Symbol{string(rest[fixed:size]), Section(rest[0]), int(value)})
		rest = rest[size:]
	}
	if len(rest) != 0 {
		return nil, fmt.Errorf("%d bytes after the last symbol at offset %d", len(rest), len(body)-len(rest))
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	return p, nil
}

func wordOf(b []byte) uint64 {
	_ = b[WordBytes-1]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 | uint64(b[4])<<32 | uint64(b[5])<<40
}

// WriteFile writes the program to the file at path atomically: after an error or a crash, an
// existing file is unchanged.
func WriteFile(path string, p *Program) error {
	if err := p.check(); err != nil {
		return fmt.Errorf("isa: %w", err)
	}
	return durable.Write(path, func(w io.Writer) error {
		_, err := p.WriteTo(w)
		return err
	})
}

// IsObject reports whether data begins like an object file.
func IsObject(data []byte) bool {
	return len(data) >= len(objectMagic) && string(data[:len(objectMagic)]) == objectMagic
}

package isa

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/internal/durable"
	"github.com/Kaleaon/pentary-go/trit5"
)

func object(t testing.TB) (*Program, []byte) {
	t.Helper()
	p, err := Assemble(countdown, map[string]int64{"LIMIT": 7})
	if err != nil {
		t.Fatal(err)
	}
	p.Lines = nil
	var b bytes.Buffer
	if n, err := p.WriteTo(&b); err != nil || n != int64(b.Len()) {
		t.Fatalf("%d of %d bytes, error %v", n, b.Len(), err)
	}
	return p, b.Bytes()
}

func TestObject(t *testing.T) {
	p, data := object(t)
	if got, err := DecodeProgram(data); err != nil || !reflect.DeepEqual(got, p) {
		t.Errorf("decoded %+v, error %v, want %+v", got, err, p)
	}
	path := filepath.Join(t.TempDir(), "a.pobj")
	if err := WriteFile(path, p); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, data) {
		t.Errorf("read %q, error %v", got, err)
	}
	if !IsObject(data) || IsObject([]byte("ADD")) || IsObject(nil) {
		t.Error("IsObject")
	}
}

// The smallest object, byte by byte.
func TestObjectGolden(t *testing.T) {
	p := &Program{Code: []uint64{0xA00000152492}, Data: []trit5.Word{trit5.ZeroWord}, Symbols: []Symbol{{"x", Data, 1}}}
	want := []byte("PNTX\x01\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00" +
		"\x92\x24\x15\x00\x00\xa0" + "\x92\x24\x49\x92\x24\x49" + "\x01\x01\x00\x00\x00\x01x")
	want = binary.LittleEndian.AppendUint32(want, crc32.Checksum(want, crc32.MakeTable(crc32.Castagnoli)))
	var got bytes.Buffer
	if _, err := p.WriteTo(&got); err != nil || !bytes.Equal(got.Bytes(), want) {
		t.Errorf("%q, error %v, want %q", got.Bytes(), err, want)
	}
}

// Every truncated file and every file with a flipped bit is an error. With a corrected checksum,
// it is an error or decodes to a program that encodes to the same bytes.
func TestObjectDamage(t *testing.T) {
	_, data := object(t)
	for n := range data {
		if _, err := DecodeProgram(data[:n]); err == nil {
			t.Errorf("the first %d bytes decode", n)
		}
	}
	for bit := range 8 * len(data) {
		bad := bytes.Clone(data)
		bad[bit/8] ^= 1 << (bit % 8)
		if _, err := DecodeProgram(bad); err == nil {
			t.Errorf("bit %d changed decodes", bit)
		}
		checkCanonical(t, sealed(bad))
	}
}

// sealed returns data with a valid checksum.
func sealed(data []byte) []byte {
	body := data[:len(data)-checksumSize]
	return binary.LittleEndian.AppendUint32(bytes.Clone(body), durable.Checksum(body))
}

func checkCanonical(t *testing.T, data []byte) {
	t.Helper()
	p, err := DecodeProgram(data)
	if err != nil {
		return
	}
	var b bytes.Buffer
	if _, err := p.WriteTo(&b); err != nil || !bytes.Equal(b.Bytes(), data) {
		t.Errorf("%q decodes, and encodes to %q, error %v", data, b.Bytes(), err)
	}
}

func TestProgramErrors(t *testing.T) {
	one := []uint64{0xA00000152492}
	for want, p := range map[string]*Program{
		"instruction 0: ":              {Code: []uint64{0}},
		"data word 1: ":                {Data: []trit5.Word{trit5.ZeroWord, 7}},
		"symbol 0: section 2":          {Symbols: []Symbol{{"a", 2, 0}}},
		`symbol 0: bad name "P1"`:      {Symbols: []Symbol{{"P1", Text, 0}}},
		`symbol 0: bad name ""`:        {Symbols: []Symbol{{"", Text, 0}}},
		`symbol 0: bad name ".a"`:      {Symbols: []Symbol{{".a", Text, 0}}},
		`symbol 0: bad name "a b"`:     {Symbols: []Symbol{{"a b", Text, 0}}},
		`symbol 1: duplicate name "a"`: {Symbols: []Symbol{{"a", Text, 0}, {"a", Data, 0}}},
		`"a": address 2, want 0 to`:    {Code: one, Symbols: []Symbol{{"a", Text, 2}}},
		`"b": out of order`:            {Code: one, Symbols: []Symbol{{"a", Text, 1}, {"b", Text, 0}}},
		"want at most 1048576":         {Code: make([]uint64, MaxCode+1)},
	} {
		path := filepath.Join(t.TempDir(), "a.pobj")
		if err := WriteFile(path, p); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s: a file was written", want)
		}
	}
}

func FuzzDecodeProgram(f *testing.F) {
	_, data := object(f)
	f.Add(data)
	f.Add([]byte(objectMagic))
	f.Fuzz(func(t *testing.T, data []byte) {
		checkCanonical(t, data)
		if len(data) >= checksumSize {
			checkCanonical(t, sealed(data))
		}
	})
}

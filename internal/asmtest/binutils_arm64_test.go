package asmtest

import (
	"bytes"
	"slices"
	"testing"
)

func TestDisassemble(t *testing.T) {
	code := Disassemble(t, "runtime")["procyieldAsm"].Code
	if !slices.Contains(code, "isb") {
		t.Errorf("no isb in procyield: %q", code)
	}
}

func TestAssemble(t *testing.T) {
	if got, want := Assemble(t, "yield\nret\n"), []byte{0x3f, 0x20, 0x03, 0xd5, 0xc0, 0x03, 0x5f, 0xd6}; !bytes.Equal(got, want) {
		t.Errorf("yield and ret are % x, want % x", got, want)
	}
}

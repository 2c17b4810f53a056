package asmtest

import (
	"bytes"
	"slices"
	"testing"
)

func TestDisassemble(t *testing.T) {
	code := Disassemble(t, "runtime")["procyieldAsm"].Code
	if !slices.Contains(code, "pause") {
		t.Errorf("no pause in procyield: %q", code)
	}
}

func TestAssemble(t *testing.T) {
	if got, want := Assemble(t, "pause\nret\n"), []byte{0xf3, 0x90, 0xc3}; !bytes.Equal(got, want) {
		t.Errorf("pause and ret are % x, want % x", got, want)
	}
}

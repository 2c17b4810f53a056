package reuse

import "testing"

func TestSlice(t *testing.T) {
	s := Slice[int](nil, 4)
	if len(s) != 4 {
		t.Fatalf("%d elements, want 4", len(s))
	}
	s[1] = 7
	shorter := Slice(s, 2)
	if len(shorter) != 2 || &shorter[0] != &s[0] {
		t.Error("a shorter slice has other memory")
	}
	if again := Slice(shorter, 4); &again[0] != &s[0] || again[1] != 7 {
		t.Error("memory within the capacity is not used again")
	}
	if longer := Slice(s, 5); len(longer) != 5 || &longer[0] == &s[0] {
		t.Error("a longer slice has the memory of the shorter one")
	}
}

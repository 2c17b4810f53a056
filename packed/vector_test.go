package packed

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/trit5"
)

func TestVectorRoundTrip(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for n := range maxTestLen + 1 {
		w := randomWeights(rng, n)
		v := NewVector(n)
		v.Pack(w)
		if want := draw(w); !bytes.Equal(v.Bytes(), want) {
			t.Fatalf("n = %d: Pack gives %x, want %x", n, v.Bytes(), want)
		}
		back := make([]int8, n)
		v.Unpack(back)
		if !slices.Equal(back, w) {
			t.Fatalf("n = %d: Unpack gives %d, want %d", n, back, w)
		}
		for i, want := range w {
			if got := v.At(i); got != trit5.Pent(want) {
				t.Fatalf("n = %d: At(%d) = %d, want %d", n, i, got, want)
			}
		}
	}
}

// TestSetTouchesOneCode stores every pent at every index of every length and
// compares all bytes.
func TestSetTouchesOneCode(t *testing.T) {
	for n := range maxTestLen + 1 {
		v := NewVector(n)
		want := bytes.Clone(v.Bytes())
		for i := range n {
			for _, p := range []trit5.Pent{-2, -1, 1, 2, 0} { // zero last: as before
				v.Set(i, p)
				drawCode(want, i, n, p.Code())
				if !bytes.Equal(v.Bytes(), want) {
					t.Fatalf("n = %d: Set(%d, %d) gives %x, want %x", n, i, p, v.Bytes(), want)
				}
				if got := v.At(i); got != p {
					t.Fatalf("n = %d: At(%d) = %d after Set %d", n, i, got, p)
				}
			}
		}
	}
}

func TestNewVectorIsZero(t *testing.T) {
	for n := range maxTestLen + 1 {
		if v, want := NewVector(n), draw(make([]int8, n)); !bytes.Equal(v.Bytes(), want) {
			t.Fatalf("n = %d: bytes %x, want %x", n, v.Bytes(), want)
		}
	}
}

// TestVectorCanonical reaches the same pents by Pack and by Set, over other
// content, and expects the same bytes.
func TestVectorCanonical(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for n := range maxTestLen + 1 {
		w := randomWeights(rng, n)
		a, b := NewVector(n), NewVector(n)
		a.Pack(randomWeights(rng, n))
		a.Pack(w)
		for i := range n {
			b.Set(i, trit5.Pent(w[i]))
		}
		if !a.Equal(b) || !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Fatalf("n = %d: Pack gives %x, Set %x", n, a.Bytes(), b.Bytes())
		}
	}
}

func TestVectorEqual(t *testing.T) {
	a := NewVector(33)
	b := a.Clone()
	if !a.Equal(b) {
		t.Error("a clone is not equal")
	}
	b.Set(32, 1)
	if a.Equal(b) {
		t.Error("equal to another pent; or the clone shares memory")
	}
	if a.Equal(NewVector(34)) { // of the same bytes
		t.Error("equal to another length")
	}
}

func TestVectorHistogram(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for n := range maxTestLen + 1 {
		w := randomWeights(rng, n)
		var want [trit5.Levels]int
		for _, x := range w {
			want[x+2]++
		}
		v := NewVector(n)
		v.Pack(w)
		if got := v.Histogram(); got != want {
			t.Fatalf("n = %d: histogram %d, want %d", n, got, want)
		}
	}
}

func TestVectorPanics(t *testing.T) {
	v := NewVector(5)
	for _, c := range []struct {
		want string
		call func()
	}{
		{"packed: NewVector: bad length -1", func() { NewVector(-1) }},
		{"packed: At: index 5 out of a vector of 5", func() { v.At(5) }},
		{"packed: At: index -1 out of a vector of 5", func() { v.At(-1) }},
		{"packed: Set: index 5 out of a vector of 5", func() { v.Set(5, 0) }},
		{"packed: Set: 3 is not a pent", func() { v.Set(0, 3) }},
		{"packed: Set: -3 is not a pent", func() { v.Set(0, -3) }},
		{"packed: Pack: 4 weights into a vector of 5", func() { v.Pack(make([]int8, 4)) }},
		{"packed: Pack: weight 3 at 1 is not a pent", func() { v.Pack([]int8{1, 3, 0, 0, 0}) }},
		{"packed: Pack: weight -128 at 4 is not a pent", func() { v.Pack([]int8{1, 0, 0, 0, -128}) }},
		{"packed: Unpack: a vector of 5 into 6 weights", func() { v.Unpack(make([]int8, 6)) }},
	} {
		mustPanic(t, c.want, c.call)
	}
	if !v.Equal(NewVector(5)) {
		t.Error("a call that panicked has written")
	}
}

func BenchmarkVectorUnpack(b *testing.B) {
	const n = 1 << 16
	v, dst := NewVector(n), make([]int8, n)
	v.Pack(randomWeights(rand.New(rand.NewPCG(9, 10)), n))
	b.SetBytes(n)
	for b.Loop() {
		v.Unpack(dst)
	}
}

func BenchmarkVectorPack(b *testing.B) {
	const n = 1 << 16
	v, src := NewVector(n), randomWeights(rand.New(rand.NewPCG(9, 10)), n)
	b.SetBytes(n)
	for b.Loop() {
		v.Pack(src)
	}
}

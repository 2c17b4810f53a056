package packed

import (
	"bytes"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/trit5"
)

const maxDenseTestLen = 2*chunkPents + 100

// denseNumber is the dense code by its definition, as one number: triple t has
// the weight 2^(7t). Little-endian, its bytes are the code's.
func denseNumber(w []int8) *big.Int {
	sum := new(big.Int)
	for t := range (len(w) + 2) / 3 {
		triple := int64(0)
		for i, power := range []int64{1, 5, 25} {
			code := int64(trit5.CodeZero)
			if at := 3*t + i; at < len(w) {
				code = int64(w[at]) + 2
			}
			triple += power * code
		}
		sum.Or(sum, new(big.Int).Lsh(big.NewInt(triple), uint(7*t)))
	}
	return sum
}

func TestDenseRoundTrip(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for n := range maxDenseTestLen {
		w := randomWeights(rng, n)
		v := NewVector(n)
		v.Pack(w)
		dense := AppendDense([]byte("prefix"), v)
		dense, ok := bytes.CutPrefix(dense, []byte("prefix"))
		if !ok {
			t.Fatalf("n = %d: the prefix is gone", n)
		}
		if want := (7*((n+2)/3) + 7) / 8; len(dense) != want || DenseLen(n) != want {
			t.Fatalf("n = %d: %d bytes, DenseLen %d, want %d", n, len(dense), DenseLen(n), want)
		}
		number := bytes.Clone(dense)
		slices.Reverse(number)
		if got, want := new(big.Int).SetBytes(number), denseNumber(w); got.Cmp(want) != 0 {
			t.Fatalf("n = %d: code %x, want %x", n, got, want)
		}
		back, err := DecodeDense(dense, n)
		if err != nil {
			t.Fatalf("n = %d: %v", n, err)
		}
		if !back.Equal(v) {
			t.Fatalf("n = %d: %x came back as %x", n, v.Bytes(), back.Bytes())
		}
	}
}

func TestDenseGolden(t *testing.T) {
	v := NewVector(4)
	v.Pack([]int8{2, 1, -2, 0})
	// Triples 4 + 5·3 + 25·0 = 19 and 2 + 5·2 + 25·2 = 62, from the lowest bit:
	// 0 0010011, then 00 011111.
	want := []byte{0b0_0010011, 0b00_011111}
	if got := AppendDense(nil, v); !bytes.Equal(got, want) {
		t.Errorf("code %08b, want %08b", got, want)
	}
}

func TestDecodeDenseRejects(t *testing.T) {
	for _, c := range []struct {
		n    int
		src  []byte
		want string
	}{
		{-1, nil, "negative length -1"},
		{0, []byte{0}, "0 pents take 0 bytes, not 1"},
		{3, nil, "3 pents take 1 bytes, not 0"},
		{4, []byte{62}, "4 pents take 2 bytes, not 1"},
		{4, []byte{62, 0, 0}, "4 pents take 2 bytes, not 3"},
		{math.MaxInt, nil, "bytes, not 0"},
		{3, []byte{125}, "triple that ends in byte 0 is 125, above 124"},
		{6, []byte{62, 0x3f}, "triple that ends in byte 1 is 126, above 124"},
		{3, []byte{62 | 0x80}, "spare bits of byte 0"},
		{6, []byte{62, 0x1f | 0x40}, "spare bits of byte 1"},
		{1, []byte{2 + 5*2 + 25*1}, "padding that ends in byte 0"},
		{1, []byte{2 + 5*3 + 25*2}, "padding that ends in byte 0"},
		{2, []byte{2 + 5*2 + 25*4}, "padding that ends in byte 0"},
	} {
		_, err := DecodeDense(c.src, c.n)
		mustFail(t, err, c.want)
	}
}

// TestDenseIsCanonical tries every value of each of the last bytes of a code, for
// lengths around the sizes of blocks and chunks: what is accepted comes back equal.
func TestDenseIsCanonical(t *testing.T) {
	for _, n := range []int{1, 2, 3, 4, 22, 23, 24, 25, 31, 32, 33, 256, 257, 767, 768, 769, 770} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			src := AppendDense(nil, NewVector(n))
			for i := max(0, len(src)-16); i < len(src); i++ {
				for b := range 256 {
					changed := bytes.Clone(src)
					changed[i] = byte(b)
					checkDense(t, changed, n)
				}
			}
		})
	}
}

// checkDense verifies that src is rejected or is the one code of what it holds.
func checkDense(t *testing.T, src []byte, n int) {
	t.Helper()
	v, err := DecodeDense(src, n)
	if err != nil {
		return
	}
	if again := AppendDense(nil, v); !bytes.Equal(again, src) {
		t.Fatalf("n = %d: %x decodes, but to what is coded %x", n, src, again)
	}
	if j, code := checkRow(v.Bytes(), n); j >= 0 {
		t.Fatalf("n = %d: %x decodes to code %d at %d", n, src, code, j)
	}
}

func FuzzDecodeDense(f *testing.F) {
	rng := rand.New(rand.NewPCG(2, 2))
	for _, n := range []int{0, 1, 2, 3, 24, 32, 300, 800} {
		v := NewVector(n)
		v.Pack(randomWeights(rng, n))
		f.Add(AppendDense(nil, v), n)
	}
	f.Add([]byte{255}, 3)
	f.Add([]byte{0x80}, -1)
	f.Fuzz(func(t *testing.T, src []byte, n int) {
		checkDense(t, src, n)
		for less := range 4 { // a mutated length rarely fits; these do
			checkDense(t, src, len(src)*8/tripleBits*3-less)
		}
	})
}

func BenchmarkAppendDense(b *testing.B) {
	const n = 1 << 16
	v := NewVector(n)
	dst := make([]byte, 0, DenseLen(n))
	b.SetBytes(n)
	for b.Loop() {
		AppendDense(dst, v)
	}
}

func BenchmarkDecodeDense(b *testing.B) {
	const n = 1 << 16
	src := AppendDense(nil, NewVector(n))
	b.SetBytes(n)
	for b.Loop() {
		if _, err := DecodeDense(src, n); err != nil {
			b.Fatal(err)
		}
	}
}

package packed

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/trit5"
)

// bitAt names a bit of one lane: in vector A, B or C, the bit.
type bitAt struct {
	vector byte
	bit    uint
}

// picture is the drawing of the 332 layout in the package comment: for each
// group, where bits 0, 1 and 2 of its codes are.
var picture = [8][3]bitAt{
	{{'A', 0}, {'A', 1}, {'A', 2}},
	{{'A', 3}, {'A', 4}, {'A', 5}},
	{{'B', 0}, {'B', 1}, {'B', 2}},
	{{'B', 3}, {'B', 4}, {'B', 5}},
	{{'C', 0}, {'C', 1}, {'C', 2}},
	{{'C', 3}, {'C', 4}, {'C', 5}},
	{{'A', 6}, {'A', 7}, {'C', 6}},
	{{'B', 6}, {'B', 7}, {'C', 7}},
}

// drawCode stores code i of a row of n pents bit by bit, as the picture has it.
func drawCode(row []byte, i, n int, code uint8) {
	lanes, start := 32, i/256*96
	if whole := n / 256 * 256; i >= whole {
		lanes, start = 4, whole/256*96+(i-whole)/32*12
		i -= whole
	}
	group, lane := i/lanes%8, i%lanes
	for b, at := range picture[group] {
		place := start + int(at.vector-'A')*lanes + lane
		row[place] = row[place]&^(1<<at.bit) | (code>>b&1)<<at.bit
	}
}

// draw lays out a row of n weights, padding included.
func draw(weights []int8) []byte {
	n := len(weights)
	whole, rest := n/256, n%256
	smalls := (rest + 31) / 32
	row := make([]byte, whole*96+smalls*12)
	for i := range whole*256 + smalls*32 {
		code := uint8(2)
		if i < n {
			code = uint8(weights[i] + 2)
		}
		drawCode(row, i, n, code)
	}
	return row
}

func randomWeights(rng *rand.Rand, n int) []int8 {
	w := make([]int8, n)
	for i := range w {
		w[i] = int8(rng.IntN(trit5.Levels)) + trit5.Min
	}
	return w
}

// mustPanic runs f and expects a panic whose message contains want.
func mustPanic(t *testing.T, want string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		got, _ := recover().(string)
		if got == "" || !strings.Contains(got, want) {
			t.Errorf("panic %q, want %q", got, want)
		}
	}()
	f()
}

// mustFail expects an error whose message contains want.
func mustFail(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil {
		t.Errorf("no error, want %q", want)
	} else if !strings.Contains(err.Error(), want) {
		t.Errorf("error %q, want %q", err, want)
	}
}

const maxTestLen = 600 // two whole blocks and all small ones

func TestSizes(t *testing.T) {
	for _, c := range []struct{ n, bytes, padded int }{
		{0, 0, 0},
		{1, 12, 32},
		{32, 12, 32},
		{33, 24, 64},
		{255, 96, 256},
		{256, 96, 256},
		{257, 108, 288},
		{288, 108, 288},
		{512, 192, 512},
	} {
		if b, p := RowBytes(c.n), PaddedLen(c.n); b != c.bytes || p != c.padded {
			t.Errorf("n = %d: %d bytes and %d codes, want %d and %d", c.n, b, p, c.bytes, c.padded)
		}
	}
	for n := range 5000 {
		if RowBytes(n)*8 != 3*PaddedLen(n) {
			t.Fatalf("n = %d: %d bytes for %d codes are not three bits each", n, RowBytes(n), PaddedLen(n))
		}
	}
}

func TestCodesMatchPicture(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for n := range maxTestLen + 1 {
		// All eight codes, because the layout itself has room for them.
		codes := make([]uint8, PaddedLen(n))
		want := make([]byte, RowBytes(n))
		for i := range codes {
			codes[i] = uint8(rng.IntN(8))
			drawCode(want, i, n, codes[i])
		}
		row := make([]byte, RowBytes(n))
		PackCodes(row, codes, n)
		if !bytes.Equal(row, want) {
			t.Fatalf("n = %d: PackCodes gives %x, want %x", n, row, want)
		}
		back := make([]uint8, len(codes))
		UnpackCodes(back, row, n)
		if !bytes.Equal(back, codes) {
			t.Fatalf("n = %d: UnpackCodes gives %d, want %d", n, back, codes)
		}
	}
}

// TestGoldenBlock pins the bytes of a block of 256: they were worked out from
// the picture by hand.
func TestGoldenBlock(t *testing.T) {
	// Codes 1 2 3 4 0 1 2 4 for groups 0 to 7 make, in every lane,
	// A = 10 010 001, B = 00 100 011, C = 1 0 001 000.
	v := NewVector(BlockPents)
	for i := range v.Len() {
		v.Set(i, [8]trit5.Pent{-1, 0, 1, 2, -2, -1, 0, 2}[i/32])
	}
	v.Set(0, 2)      // group 0, lane 0: A[0] = 10 010 100
	v.Set(6*32+5, 2) // group 6, lane 5: A[5] = 00 010 001, C[5] = 1 1 001 000
	v.Set(255, 1)    // group 7, lane 31: B[31] = 11 100 011, C[31] = 0 0 001 000
	want := bytes.Repeat([]byte{0x91}, 32)
	want = append(want, bytes.Repeat([]byte{0x23}, 32)...)
	want = append(want, bytes.Repeat([]byte{0x88}, 32)...)
	want[0] = 0x94
	want[5], want[64+5] = 0x11, 0xc8
	want[32+31], want[64+31] = 0xe3, 0x08
	if got := v.Bytes(); !bytes.Equal(got, want) {
		t.Errorf("block is\n%x, want\n%x", got, want)
	}
}

func TestGoldenSmallBlock(t *testing.T) {
	v := NewVector(SmallPents)
	for i := range v.Len() { // every group is -2, -1, +1, +2 in lanes 0 to 3
		v.Set(i, [4]trit5.Pent{-2, -1, 1, 2}[i%4])
	}
	want := []byte{
		0b00_000_000, 0b01_001_001, 0b11_011_011, 0b00_100_100, // A
		0b00_000_000, 0b01_001_001, 0b11_011_011, 0b00_100_100, // B
		0b00_000_000, 0b00_001_001, 0b00_011_011, 0b11_100_100, // C
	}
	if got := v.Bytes(); !bytes.Equal(got, want) {
		t.Errorf("small block is %08b, want %08b", got, want)
	}
}

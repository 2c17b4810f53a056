package journal

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/es"
)

// roundTrip encodes codes and checks that they come back, from the middle of a slice.
func roundTrip(t *testing.T, codes []int8, samples int) []byte {
	t.Helper()
	b := AppendCodes([]byte{1, 2}, codes, samples)
	after := []byte{255, 0}
	got, rest, err := decodeCodes(nil, append(slices.Clone(b[2:]), after...), uint32(len(codes)/samples), uint32(samples))
	if err != nil || !slices.Equal(got, codes) || !bytes.Equal(rest, after) {
		t.Fatalf("%d codes, %d samples: %v, rest %x, error %v", len(codes), samples, got, rest, err)
	}
	return b[2:]
}

// Codes have the bytes of an independent computation, testdata/codes.py.
func TestCodes(t *testing.T) {
	var cases []struct {
		Codes   []int8
		Samples int
		Bytes   string
	}
	check(t, json.Unmarshal(must[[]byte](t)(os.ReadFile("testdata/codes.json")), &cases))
	if len(cases) < 9 {
		t.Fatalf("%d cases", len(cases))
	}
	for i, c := range cases {
		if got := hex.EncodeToString(roundTrip(t, c.Codes, c.Samples)); got != c.Bytes {
			t.Errorf("case %d: %s, want %s", i, got, c.Bytes)
		}
	}
}

// Every code comes back, and a byte holds no more of them than the reader expects.
func TestCodesOfAnySize(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		pairs, samples, most := 1+random.IntN(70), 1+random.IntN(40), random.IntN(128)
		codes := make([]int8, pairs*samples)
		for i := range codes {
			codes[i] = int8(random.IntN(2*most+1) - most)
		}
		roundTrip(t, codes, samples)
	}
	b := roundTrip(t, make([]int8, 1<<20), 1)
	if density := float64(1<<20) / float64(len(b)); density < 1500 || density > maxCodesPerByte {
		t.Errorf("%.1f codes a byte", density)
	}
}

// A value beyond the decoder's interval, where no encoder goes, does not come back in by
// overflow.
func TestCodesBeyondTheInterval(t *testing.T) {
	for value, bad := range map[uint32]bool{1<<24 - 2: false, 1<<24 - 1: true, 1 << 24: true} {
		d := decoder{b: []byte{0}, width: 1<<24 - 1, value: value}
		if d.normalize(); d.bad != bad {
			t.Errorf("value %#x in an interval of %#x: bad %v", value, 1<<24-1, d.bad)
		}
	}
	for width := uint32(1 << 24); width < 1<<24+64; width++ {
		d := decoder{b: []byte{0, 0, 0, 0}, width: width, value: width - 1}
		v := d.raw(6)
		if left := width - 1 - v*(width>>6); v > 63 || d.bad != (left >= width>>6) {
			t.Errorf("width %#x: raw bits %d, bad %v", width, v, d.bad)
		}
	}
}

// Small codes take few bits, and codes of a sample that is sure fewer still.
func TestCodesAreSmall(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	codes := make([]int8, 64*256)
	for i := range codes {
		spread := []int{0, 1, 3, 40}[i%4]
		codes[i] = int8(random.IntN(2*spread+1) - spread)
	}
	// The entropies are 0, 1.585, 2.807 and 6.340 bits: a third of a byte.
	if n := len(roundTrip(t, codes, 256)); n > len(codes)*37/100 {
		t.Errorf("%d bytes for %d codes", n, len(codes))
	}
}

func FuzzCodes(f *testing.F) {
	f.Add([]byte{0, 0, 0, 0}, uint32(1), uint32(1))
	f.Add(AppendCodes(nil, []int8{1, -127, 0, 5, 5, 100}, 2), uint32(3), uint32(2))
	f.Add(AppendCodes(nil, make([]int8, 3000), 10), uint32(300), uint32(10))
	f.Fuzz(func(t *testing.T, data []byte, pairs, samples uint32) {
		samples = max(samples, 1)
		codes, rest, err := decodeCodes(nil, data, pairs, samples)
		if err != nil {
			return
		}
		if len(codes) != int(pairs*samples) {
			t.Fatalf("%d codes of %d pairs of %d", len(codes), pairs, samples)
		}
		if again := AppendCodes(nil, codes, int(samples)); !bytes.Equal(again, data[:len(data)-len(rest)]) {
			t.Errorf("other bytes than those read:\n%x\n%x", again, data)
		}
	})
}

func BenchmarkCodes(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 2))
	r := es.Record{Codes: make([]int8, 64*256), Samples: 256}
	for i := range r.Codes {
		r.Codes[i] = int8(random.NormFloat64() * float64(1+i%16))
	}
	encoded := AppendCodes(nil, r.Codes, r.Samples)
	b.Run("encode", func(b *testing.B) {
		b.SetBytes(int64(len(r.Codes)))
		for b.Loop() {
			encoded = AppendCodes(encoded[:0], r.Codes, r.Samples)
		}
	})
	b.Run("decode", func(b *testing.B) {
		b.SetBytes(int64(len(r.Codes)))
		for b.Loop() {
			r.Codes, _, _ = decodeCodes(r.Codes[:0], encoded, 64, 256)
		}
	})
}

package cluster

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/es/journal"
)

// spreadCodes returns codes of samples that have each a deviation of its own, up to most.
func spreadCodes(random *rand.Rand, pairs, samples int, deviation float64, most int) []int8 {
	codes := make([]int8, pairs*samples)
	for s := range samples {
		of := deviation
		if samples > 1 { // of samples that are learned to various degrees, a third wholly
			of *= math.Exp2(-float64(random.IntN(8)))
			if random.IntN(3) == 0 {
				of = 0
			}
		}
		for p := range pairs {
			v := math.Round(random.NormFloat64() * of)
			codes[p*samples+s] = int8(min(max(v, -float64(most)), float64(most)))
		}
	}
	return codes
}

// A record is read as one of its session and generation alone. With noise in weights it
// takes at most 4 bits a pair, with noise in activations 5 % more than the codes of a
// journal.
func TestRecordMessage(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	var recorder recorder
	for _, c := range []struct {
		pairs, samples int
		deviation      float64 // of the codes
		most           int     // code
	}{ // FourBit's median is 2, Tails' 99th percentile 32
		{512, 1, 2.97, 7}, {16, 32, 12, 63}, {31, 256, 12, 63}, {32, 256, 12, 63}, {128, 256, 12, 63}, {256, 1024, 12, 63},
	} {
		r := es.Record{Finished: 5, Codes: spreadCodes(random, c.pairs, c.samples, c.deviation, c.most), Samples: c.samples}
		payload := recorder.append(nil, &r)
		m := record{77, 5, payload}
		b := m.encode()
		t.Logf("%d pairs of %d samples: %d bytes, %.2f bits a code", c.pairs, c.samples, len(b), 8*float64(len(b))/float64(len(r.Codes)))
		if most := len(r.Codes) / 2; c.samples == 1 && len(b) > most {
			t.Errorf("%d bytes for %d pairs, want at most %d", len(b), c.pairs, most)
		}
		if packed := len(journal.AppendCodes(nil, r.Codes, r.Samples)); c.samples > 1 && 20*len(b) > 21*packed {
			t.Errorf("%d bytes for codes of %d", len(b), packed)
		}
		got := record{session: 77, generation: 5}
		if err := got.open(b); err != nil {
			t.Fatal(err)
		}
		if back, err := recorder.decode(got.payload, 5, c.pairs, c.samples); err != nil || !slices.Equal(back.Codes, r.Codes) || back.Finished != 5 {
			t.Errorf("%+v came back as %+v, error %v", r, back, err)
		}
		for _, other := range []record{{session: 78, generation: 5}, {session: 77, generation: 6}} {
			if other.open(b) == nil {
				t.Errorf("read as a record of session %d and generation %d", other.session, other.generation)
			}
		}
		b[len(b)/2] ^= 1
		if got.open(b) == nil {
			t.Error("a changed record was read")
		}
	}
}

// Codes of any size, number and kind come back, also where all of a class are equal or nothing
// can be compressed, and bytes cut short or too many are refused.
func TestCodec(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	var c codec
	for range 300 {
		pairs, samples := 1+random.IntN(200), 1+random.IntN(60)
		var codes []int8
		switch random.IntN(4) {
		case 0:
			codes = make([]int8, pairs*samples)
		case 1:
			codes = anyCodes(random, pairs*samples)
		case 2:
			codes = slices.Repeat([]int8{int8(1 - 2*random.IntN(2))}, pairs*samples)
		default:
			codes = spreadCodes(random, pairs, samples, 40, 127)
		}
		b := c.append(nil, codes, samples)
		got := anyCodes(random, len(codes))
		if err := c.decode(got, b, samples); err != nil || !slices.Equal(got, codes) {
			t.Fatalf("%d codes of %d samples: %v came back as %v, error %v", len(codes), samples, codes, got, err)
		}
		for _, bad := range [][]byte{b[:len(b)-1], append(b, 0), nil} {
			if c.decode(got, bad, samples) == nil && !slices.Equal(got, codes) {
				t.Fatalf("%d bytes were read instead of %d", len(bad), len(b))
			}
		}
		if c.decode(got, append(b, 0), samples) == nil {
			t.Fatal("codes with a byte after them were read")
		}
	}
}

// anyCodes returns random codes from -127 to 127.
func anyCodes(random *rand.Rand, n int) []int8 {
	codes := make([]int8, n)
	for i := range codes {
		codes[i] = int8(random.IntN(255) - 127)
	}
	return codes
}

// Records come back as they were, with and without pairs that have no scores, whichever way
// their codes are coded.
func TestRecord(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 10))
	var c recorder
	for _, shape := range [][2]int{{1, 1}, {9, 1}, {20000, 1}, {5, 3}, {64, 256}, {700, 17}} {
		for _, missing := range [][]int{nil, {0}, {shape[0] - 1}} {
			r := es.Record{Finished: 8, Codes: spreadCodes(random, shape[0], shape[1], 20, 63), Samples: shape[1], Missing: missing, Reductions: random.IntN(3)}
			for _, p := range missing {
				clear(r.Codes[p*r.Samples : (p+1)*r.Samples])
			}
			b := c.append(nil, &r)
			got, err := c.decode(b, 8, shape[0], shape[1])
			if len(missing) == 0 {
				got.Missing = nil
			}
			if err != nil || !reflect.DeepEqual(got, r) {
				t.Errorf("%d pairs of %d, missing %v: %+v came back as %+v, error %v", shape[0], shape[1], missing, r, got, err)
			}
			for _, n := range []int{0, 1, 2, len(b) / 2} {
				if got, err := c.decode(b[:n], 8, shape[0], shape[1]); n < len(b) && err == nil {
					t.Errorf("%d of %d bytes were read as %+v", n, len(b), got)
				}
			}
		}
	}
}

// FuzzRecord reads records of any bytes: reading takes memory in proportion to the codes that
// are expected, and what is read encodes to a record that reads the same.
func FuzzRecord(f *testing.F) {
	random := rand.New(rand.NewPCG(11, 12))
	var c recorder
	for _, r := range []es.Record{
		{Codes: []int8{0, 0, 3, 0, -7, 1, 0, 0}, Samples: 1},
		{Codes: []int8{0, 0, 3, 0, -7, 1, 0, 0}, Samples: 2, Missing: []int{0, 3}, Reductions: 1},
		{Codes: spreadCodes(random, 64, 128, 12, 63), Samples: 128},
	} {
		f.Add(c.append(nil, &r), len(r.Codes)/r.Samples, r.Samples)
	}
	f.Fuzz(func(t *testing.T, b []byte, pairs, samples int) {
		if pairs < 1 || samples < 1 || pairs > 256 || samples > 256 {
			return
		}
		var c, again recorder
		r, err := c.decode(b, 1, pairs, samples)
		if err != nil {
			return
		}
		if n := cap(c.codec.fse.Out); n > 4*pairs*samples+1024 {
			t.Errorf("%d bytes for %d codes", n, pairs*samples)
		}
		if slices.Contains(r.Codes, -128) {
			return // the optimizer refuses it
		}
		back, err := again.decode(again.append(nil, &r), 1, pairs, samples)
		if err != nil || !slices.Equal(back.Codes, r.Codes) || !slices.Equal(back.Missing, r.Missing) || back.Reductions != r.Reductions {
			t.Errorf("%+v came back as %+v, error %v", r, back, err)
		}
	})
}

func BenchmarkRecord(b *testing.B) {
	random := rand.New(rand.NewPCG(13, 14))
	r := es.Record{Codes: spreadCodes(random, 1024, 1024, 20, 63), Samples: 1024}
	var c recorder
	coded := c.append(nil, &r)
	b.Run("encode", func(b *testing.B) {
		b.SetBytes(int64(len(r.Codes)))
		for b.Loop() {
			coded = c.append(coded[:0], &r)
		}
	})
	b.Run("decode", func(b *testing.B) {
		b.SetBytes(int64(len(r.Codes)))
		for b.Loop() {
			if _, err := c.decode(coded, 1, 1024, 1024); err != nil {
				b.Fatal(err)
			}
		}
	})
}

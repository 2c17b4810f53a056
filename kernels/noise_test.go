package kernels

import (
	"math"
	"math/bits"
	"testing"
)

// TestRandomBytes counts the values of a stream's bytes: none comes more or less
// often than its share by five standard deviations.
func TestRandomBytes(t *testing.T) {
	const share = 1 << 12
	random := make([]uint8, 256*share)
	for generator := range Philox4x32 + 1 {
		Random(random, Stream{Seed: 1, Generator: generator})
		var count [256]int
		for _, b := range random {
			count[b]++
		}
		for b, n := range count {
			if math.Abs(float64(n-share)) > 5*math.Sqrt(share) {
				t.Errorf("%v: byte %#x comes %d times, want about %d", generator, b, n, share)
			}
		}
	}
}

// TestRandomIsNoise draws noise of both distributions from the random bytes, and these
// from the blocks.
func TestRandomIsNoise(t *testing.T) {
	for generator := range Philox4x32 + 1 {
		s := Stream{Seed: 3, Pair: 4, Generator: generator}
		random, codes, levels := make([]uint8, 64), make([]uint8, 128), make([]uint8, 32)
		Random(random, s)
		for i, b := range random {
			if want := uint8(s.Block(uint32(i / 16))[i%16/4] >> (i % 4 * 8)); b != want {
				t.Errorf("%v: byte %d is %#x, want %#x", generator, i, b, want)
			}
		}
		Noise(codes, Binomial, s)
		for i, c := range codes {
			b := random[i/32*16+i%16]
			if want := bits.OnesCount8(b >> (i % 32 / 16 * 4) & 15); int(c) != want {
				t.Errorf("%v: pent %d has code %d, want %d of byte %#x", generator, i, c, want, b)
			}
		}
		Noise(levels, Uniform, s)
		for i, c := range levels {
			if want := (5*(int(random[2*i])|int(random[2*i+1])<<8) + 2) >> 16; int(c) != want {
				t.Errorf("%v: uniform pent %d has code %d, want %d", generator, i, c, want)
			}
		}
	}
}

// draw returns n codes of a stream less their mean.
func draw(n int, dist Distribution, s Stream) []float64 {
	codes := make([]uint8, n)
	Noise(codes, dist, s)
	pents := make([]float64, n)
	for i, c := range codes {
		pents[i] = float64(c) - zero
	}
	return pents
}

// TestNoiseDistributions compares the frequencies of the five codes with the distribution and, by
// them, mean and variance: none is off by more than five standard deviations.
func TestNoiseDistributions(t *testing.T) {
	const n = 1 << 20
	for dist, probability := range map[Distribution][5]float64{
		Binomial: {1. / 16, 4. / 16, 6. / 16, 4. / 16, 1. / 16},
		Uniform:  {.2, .2, .2, .2, .2},
	} {
		var count [5]float64
		var sum, squares float64
		for _, v := range draw(n, dist, Stream{Seed: 1}) {
			count[int(v)+zero]++
			sum += v
			squares += v * v
		}
		for code, p := range probability {
			if d := math.Abs(count[code] - n*p); d > 5*math.Sqrt(n*p*(1-p)) {
				t.Errorf("%v: code %d comes %.0f times, want about %.0f", dist, code, count[code], n*p)
			}
		}
		variance := float64(dist.Variance())
		if mean := sum / n; math.Abs(mean) > 5*math.Sqrt(variance/n) {
			t.Errorf("%v: mean %g", dist, mean)
		}
		if got := squares / n; math.Abs(got-variance) > 5*2/math.Sqrt(n) {
			t.Errorf("%v: variance %g, want %g", dist, got, variance)
		}
	}
}

// TestNoiseStreams compares streams that differ in one field, and a stream with
// itself at other places: all are independent.
func TestNoiseStreams(t *testing.T) {
	const n = 1 << 16
	base := Stream{Seed: 7, Generation: 1, Tensor: 2, Pair: 3}
	others := map[string]Stream{
		"low seed":   {Seed: 6, Generation: 1, Tensor: 2, Pair: 3},
		"high seed":  {Seed: 7 | 1<<32, Generation: 1, Tensor: 2, Pair: 3},
		"generation": {Seed: 7, Generation: 2, Tensor: 2, Pair: 3},
		"tensor":     {Seed: 7, Generation: 1, Tensor: 3, Pair: 3},
		"pair":       {Seed: 7, Generation: 1, Tensor: 2, Pair: 2},
		"swapped":    {Seed: 7, Generation: 2, Tensor: 1, Pair: 3},
	}
	for _, dist := range []Distribution{Binomial, Uniform} {
		bound := 5 * float64(dist.Variance()) / math.Sqrt(n)
		x := draw(n, dist, base)
		for name, s := range others {
			if r := covariance(x, draw(n, dist, s)); math.Abs(r) > bound {
				t.Errorf("%v: covariance %g of streams that differ in %s", dist, r, name)
			}
		}
		for _, lag := range []int{1, 2, 4, 8, 16, 32, 256} {
			if r := covariance(x[lag:], x); math.Abs(r) > bound {
				t.Errorf("%v: covariance %g at distance %d", dist, r, lag)
			}
		}
	}
}

// covariance returns the mean product of x and as much of y.
func covariance(x, y []float64) (sum float64) {
	for i := range x {
		sum += x[i] * y[i]
	}
	return sum / float64(len(x))
}

// TestNoisePrefix draws less of a stream and gets the same pents.
func TestNoisePrefix(t *testing.T) {
	forEachImpl(t, func(t *testing.T) {
		for _, dist := range []Distribution{Binomial, Uniform} {
			long := make([]uint8, 1024)
			Noise(long, dist, Stream{Seed: 5})
			for n := 0; n <= len(long); n += NoiseUnit {
				short := make([]uint8, n)
				Noise(short, dist, Stream{Seed: 5})
				equal(t, dist.String(), short, long[:n])
			}
		}
	})
}

// TestBlock pins which field of a stream is which word of counter and key.
func TestBlock(t *testing.T) {
	s := Stream{Seed: 0x22222222_11111111, Generation: 3, Tensor: 4, Pair: 5}
	counter := [4]uint32{6, 5, 4, 3}
	for generator, want := range map[Generator][4]uint32{
		ARS4x32:    ARS(counter, [4]uint32{0x11111111, 0x22222222}),
		Philox4x32: Philox(counter, [2]uint32{0x11111111, 0x22222222}),
	} {
		s.Generator = generator
		if got := s.Block(6); got != want {
			t.Errorf("%v: block %x, want %x", generator, got, want)
		}
	}
}

func TestDistribution(t *testing.T) {
	for dist, want := range map[Distribution]string{Binomial: "binomial", Uniform: "uniform", 2: "Distribution(2)"} {
		if dist.String() != want {
			t.Errorf("distribution %d prints as %q, want %q", uint8(dist), dist, want)
		}
	}
}

func TestGenerator(t *testing.T) {
	for generator, want := range map[Generator]string{ARS4x32: "ars4x32-7", Philox4x32: "philox4x32-10", 2: "Generator(2)"} {
		if generator.String() != want {
			t.Errorf("generator %d prints as %q, want %q", uint8(generator), generator, want)
		}
	}
}

// TestARS checks known answers published with Random123 (old_kat_vectors, ars4x32 with 7
// rounds).
func TestARS(t *testing.T) {
	for _, test := range []struct{ ctr, key, want [4]uint32 }{
		{ctr: [4]uint32{1}, key: [4]uint32{1}, want: [4]uint32{0x3523162b, 0xdc14d20c, 0x79184077, 0x72184193}},
		{ctr: [4]uint32{0, 1}, key: [4]uint32{1}, want: [4]uint32{0xf928af71, 0x52594c2a, 0xe41e8545, 0xf10cae23}},
		{ctr: [4]uint32{0, 0, 0x80000000}, key: [4]uint32{3: 0x80000000}, want: [4]uint32{0xe3ba2b28, 0x9db21117, 0x896fa5d6, 0xa803d2b9}},
		{ctr: [4]uint32{3: 0x80000000}, key: [4]uint32{3: 0x80000000}, want: [4]uint32{0xb6c08c48, 0x52962db9, 0x88508917, 0x4dd4aaff}},
		{
			ctr: [4]uint32{0x886a3f24, 0xd308a385, 0x2e8a1913, 0x44737003}, key: [4]uint32{3: 0x80000000},
			want: [4]uint32{0x31e3f0cc, 0x92d1e3cc, 0xa2fdaa6c, 0x902c741b},
		},
		{
			ctr: [4]uint32{0xe6212845, 0x7713d038, 0xcf6654be, 0x6c0ce934}, key: [4]uint32{3: 0x80000000},
			want: [4]uint32{0x394a7bc3, 0x4d049c56, 0xb0e3d5a5, 0xdcb070b5},
		},
	} {
		if got := ARS(test.ctr, test.key); got != test.want {
			t.Errorf("block of %x, %x is %x, want %x", test.ctr, test.key, got, test.want)
		}
	}
}

// TestPhilox checks the known answers published with Random123 (kat_vectors,
// philox4x32 with 10 rounds).
func TestPhilox(t *testing.T) {
	const ones = 0xffffffff
	for _, test := range []struct {
		ctr  [4]uint32
		key  [2]uint32
		want [4]uint32
	}{
		{want: [4]uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
		{
			ctr: [4]uint32{ones, ones, ones, ones}, key: [2]uint32{ones, ones},
			want: [4]uint32{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
		},
		{
			ctr:  [4]uint32{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
			key:  [2]uint32{0xa4093822, 0x299f31d0},
			want: [4]uint32{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1},
		},
	} {
		if got := Philox(test.ctr, test.key); got != test.want {
			t.Errorf("block of %x, %x is %x, want %x", test.ctr, test.key, got, test.want)
		}
	}
}

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
	Random(random, Stream{Seed: 1})
	var count [256]int
	for _, b := range random {
		count[b]++
	}
	for b, n := range count {
		if math.Abs(float64(n-share)) > 5*math.Sqrt(share) {
			t.Errorf("byte %#x comes %d times, want about %d", b, n, share)
		}
	}
}

// TestRandomIsNoise draws noise of the binomial distribution from the random bytes.
func TestRandomIsNoise(t *testing.T) {
	s := Stream{Seed: 3, Pair: 4}
	random, codes := make([]uint8, 64), make([]uint8, 128)
	Random(random, s)
	Noise(codes, Binomial, s)
	for i, c := range codes {
		b := random[i/32*16+i%16]
		if want := bits.OnesCount8(b >> (i % 32 / 16 * 4) & 15); int(c) != want {
			t.Errorf("pent %d has code %d, want %d of byte %#x", i, c, want, b)
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
	want := Philox([4]uint32{6, 5, 4, 3}, [2]uint32{0x11111111, 0x22222222})
	if got := s.Block(6); got != want {
		t.Errorf("block %x, want %x", got, want)
	}
}

func TestDistribution(t *testing.T) {
	for dist, want := range map[Distribution]string{Binomial: "binomial", Uniform: "uniform", 2: "Distribution(2)"} {
		if dist.String() != want {
			t.Errorf("distribution %d prints as %q, want %q", uint8(dist), dist, want)
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

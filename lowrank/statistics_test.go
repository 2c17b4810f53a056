package lowrank

import (
	"fmt"
	"math"
	mathbits "math/bits"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/trit5"
)

// sampleSize returns how many pents, or pairs of them, a statistic takes:
// 134 million under PENTARY_LONG=1. Seeds are fixed, so that every size has one
// outcome. Statistics have to be within four standard deviations.
func sampleSize() int {
	switch {
	case os.Getenv("PENTARY_LONG") == "1":
		return 1 << 27
	case testing.Short():
		return 1 << 16
	}
	return 1 << 22
}

// A source is a generator and a distribution.
type source struct {
	kernels.Generator
	kernels.Distribution
}

var sources = []source{
	{kernels.ARS4x32, kernels.Binomial},
	{kernels.ARS4x32, kernels.Uniform},
	{kernels.Philox4x32, kernels.Binomial},
	{kernels.Philox4x32, kernels.Uniform},
}

func (s source) String() string { return fmt.Sprint(s.Generator, "/", s.Distribution) }

// noise draws from a stream by the generator.
func (s source) noise(dst []uint8, stream kernels.Stream) {
	stream.Generator = s.Generator
	kernels.Noise(dst, s.Distribution, stream)
}

// probabilities returns the distribution's P(-2), …, P(2).
func probabilities(law kernels.Distribution) [trit5.Levels]float64 {
	if law == kernels.Uniform {
		return [...]float64{13107. / 65536, 13107. / 65536, 13108. / 65536, 13107. / 65536, 13107. / 65536}
	}
	return [...]float64{1. / 16, 4. / 16, 6. / 16, 4. / 16, 1. / 16}
}

// momentOf returns E[w^power] under the distribution.
func momentOf(law kernels.Distribution, power int) (sum float64) {
	for c, p := range probabilities(law) {
		sum += p * math.Pow(float64(c-trit5.CodeZero), float64(power))
	}
	return sum
}

// chiSquare is Pearson's statistic of counts against what is expected.
type chiSquare struct {
	sum    float64
	counts int
}

func (x *chiSquare) add(got int64, want float64) {
	x.sum += (float64(got) - want) * (float64(got) - want) / want
	x.counts++
}

// deviations returns how many standard deviations the sum is from its mean,
// by the normal approximation of Wilson and Hilferty (1931) to its cube root.
func (x *chiSquare) deviations(freedom int) float64 {
	v := 2 / (9 * float64(freedom))
	return (math.Cbrt(x.sum/float64(freedom)) - (1 - v)) / math.Sqrt(v)
}

// Moments and frequencies of the levels are the distribution's, overall and at each place
// of a block.
func TestMoments(t *testing.T) {
	const length = 1 << 12
	for _, source := range sources {
		law := source.Distribution
		n := sampleSize()
		codes := make([]uint8, length)
		var places [kernels.NoiseUnit][trit5.Levels]int64
		for i := range n / length {
			source.noise(codes, StreamOf(1, i, uint32(i%5), StreamKind(i%2), i%99))
			for at, c := range codes {
				places[at%kernels.NoiseUnit][c]++
			}
		}

		var total [trit5.Levels]int64
		var eachPlace, overall chiSquare
		for _, counts := range places {
			for c, p := range probabilities(law) {
				total[c] += counts[c]
				eachPlace.add(counts[c], p*float64(n/len(places)))
			}
		}
		for c, p := range probabilities(law) {
			overall.add(total[c], p*float64(n))
		}
		if d := overall.deviations(trit5.Levels - 1); math.Abs(d) > 4 {
			t.Errorf("%v: of %d pents %v: %.1f deviations from the law", source, n, total, d)
		}
		if d := eachPlace.deviations(len(places) * (trit5.Levels - 1)); math.Abs(d) > 4 {
			t.Errorf("%v: places of a block: %.1f deviations from the law", source, d)
		}
		for i, name := range []string{"mean", "variance", "skewness", "kurtosis"} {
			power := i + 1
			got := 0.0
			for c, count := range total {
				got += float64(count) / float64(n) * math.Pow(float64(c-trit5.CodeZero), float64(power))
			}
			// The mean is zero and the variance all but exact: moments about zero will do.
			want := momentOf(law, power)
			deviation := math.Sqrt((momentOf(law, 2*power) - want*want) / float64(n))
			if math.Abs(got-want) > 4*deviation {
				t.Errorf("%v: %s: moment %d is %.6f, want %.6f ± %.6f", source, name, power, got, want, deviation)
			}
		}
		if v := momentOf(law, 2); math.Abs(v-float64(law.Variance())) > 1e-4 {
			t.Errorf("%v: Variance() = %d, want %g", law, law.Variance(), v)
		}
	}
}

// joint counts pairs of pents by their codes.
type joint [trit5.Levels << 3]int64

func (j *joint) add(x, y []uint8) {
	for i, c := range x {
		j[c<<3|y[i]]++
	}
}

// check fails unless the counts fit independent pents of the distribution: no
// correlation, none of squares, and the frequency of every combination.
func (j *joint) check(t *testing.T, law kernels.Distribution) {
	t.Helper()
	p, v := probabilities(law), momentOf(law, 2)
	var n, products, squares float64
	for _, count := range j {
		n += float64(count)
	}
	var x chiSquare
	for a := range p {
		for b := range p {
			count := j[a<<3|b]
			wa, wb := float64(a-trit5.CodeZero), float64(b-trit5.CodeZero)
			products += float64(count) * wa * wb
			squares += float64(count) * (wa*wa - v) * (wb*wb - v)
			x.add(count, n*p[a]*p[b])
		}
	}
	bound := 4 / math.Sqrt(n)
	if r := products / (n * v); math.Abs(r) > bound {
		t.Errorf("correlation %.2g of %.0f pairs, want at most %.2g", r, n, bound)
	}
	if r := squares / (n * (momentOf(law, 4) - v*v)); math.Abs(r) > bound {
		t.Errorf("correlation %.2g of squares of %.0f pairs, want at most %.2g", r, n, bound)
	}
	if d := x.deviations(x.counts - 1); math.Abs(d) > 4 {
		t.Errorf("%.1f deviations from independence of %.0f pairs", d, n)
	}
}

// use names a stream as the library does.
type use struct {
	seed               uint64
	generation, tensor uint32
	kind               StreamKind
	pair               int
}

func (u use) stream() kernels.Stream {
	return StreamOf(u.seed, int(u.generation), u.tensor, u.kind, u.pair)
}

// Streams that differ in one field, or in two by which a sum or a product of fields
// does not change, are independent.
func TestStreamsIndependent(t *testing.T) {
	others := map[string]func(*use){
		"seed + 2^32":           func(u *use) { u.seed += 1 << 32 },
		"seed and generation":   func(u *use) { u.seed++; u.generation-- },
		"generation and tensor": func(u *use) { u.generation++; u.tensor-- },
		"generation and pair":   func(u *use) { u.generation++; u.pair-- },
		"tensor and pair":       func(u *use) { u.tensor--; u.pair++ },
		"tensor for pair":       func(u *use) { u.tensor, u.pair = uint32(u.pair), int(u.tensor) },
	}
	for _, power := range []int{0, 1, 4, 16, 27} {
		others[fmt.Sprint("seed + 2^", power)] = func(u *use) { u.seed += 1 << power }
		others[fmt.Sprint("generation + 2^", power)] = func(u *use) { u.generation += 1 << power }
		others[fmt.Sprint("tensor + 2^", power)] = func(u *use) { u.tensor += 1 << power }
		others[fmt.Sprint("pair + 2^", power)] = func(u *use) { u.pair += 1 << power }
	}
	for d := StreamKind(1); d <= Batch; d++ { // 1 is A and B
		others[fmt.Sprint("kind ^ ", d)] = func(u *use) { u.kind ^= d }
	}
	const length = 512
	for _, source := range sources {
		for name, other := range others {
			t.Run(fmt.Sprint(source, "/", name), func(t *testing.T) {
				t.Parallel()
				var (
					x, y = make([]uint8, length), make([]uint8, length)
					j    joint
				)
				for i := range uint32(sampleSize() / length) {
					u := use{3, 3 * i, 2 + 6*i, StreamKind(i % 4), 1 + 8*int(i)}
					source.noise(x, u.stream())
					other(&u)
					source.noise(y, u.stream())
					j.add(x, y)
				}
				j.check(t, source.Distribution)
			})
		}
	}
}

// The vectors of a factor, one for each rank, are independent, and so are the
// pents of a vector, which are the rows or columns of E, at any distance.
func TestFactorsIndependent(t *testing.T) {
	const rank, length = 16, 512
	for _, source := range sources {
		law := source.Distribution
		for _, kind := range []StreamKind{FactorA, FactorB} {
			ranks := map[int]*joint{1: {}, 2: {}, 8: {}}
			lags := map[int]*joint{1: {}, 2: {}, 3: {}, 4: {}, 8: {}, 16: {}, 32: {}, 256: {}}
			codes := make([]uint8, rank*length)
			for pair := range 2 * sampleSize() / len(codes) { // half are compared with the other half
				Noise{Seed: 2, Generator: source.Generator, Distribution: law, Rank: rank}.Factor(codes, kind, 0, pair, length)
				// Pairs that do not overlap: of blocks of d, the even with the odd ones.
				for d, j := range ranks {
					for lo := 0; lo < rank*length; lo += 2 * d * length {
						j.add(codes[lo:lo+d*length], codes[lo+d*length:])
					}
				}
				for d, j := range lags {
					for lo := 0; lo+2*d <= len(codes); lo += 2 * d {
						j.add(codes[lo:lo+d], codes[lo+d:])
					}
				}
			}
			for d, j := range ranks {
				t.Run(fmt.Sprintf("%v/%d/ranks/%d", source, kind, d), func(t *testing.T) { j.check(t, law) })
			}
			for d, j := range lags {
				t.Run(fmt.Sprintf("%v/%d/lag/%d", source, kind, d), func(t *testing.T) { j.check(t, law) })
			}
		}
	}
}

// A stream tells all its fields, so that different fields make different streams,
// whose counters have no block in common.
func TestStreamTellsItsFields(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 1 << 16 {
		u := use{rng.Uint64(), rng.Uint32(), rng.Uint32N(MaxTensor + 1), StreamKind(rng.Uint32N(uint32(Batch) + 1)), int(rng.Uint32())}
		s := u.stream()
		if told := (use{s.Seed, s.Generation, s.Tensor >> 4, StreamKind(s.Tensor & 15), int(s.Pair)}); told != u {
			t.Fatalf("the stream of %+v tells %+v", u, told)
		}
	}
}

// In all that a small run draws, no 48 pents in sequence come twice, at any
// offset: windows of one table would overlap.
func TestNoSequenceTwice(t *testing.T) {
	const length, window = 256, 48
	for _, source := range sources {
		law := source.Distribution
		seen := map[string]string{}
		look := func(name string, codes []uint8) {
			for lo := 0; lo+window <= len(codes); lo++ {
				key := string(codes[lo : lo+window])
				if other, ok := seen[key]; ok {
					t.Fatalf("%v: %s has at %d what %s has", source, name, lo, other)
				}
				seen[key] = name
			}
		}
		codes := make([]uint8, 2*length)
		for tensor := range uint32(4) {
			for generation := range 4 {
				n := Noise{Seed: 1, Generation: generation, Generator: source.Generator, Distribution: law, Rank: 2}
				for pair := range 8 {
					for kind := FactorA; kind <= FactorB; kind++ {
						n.Factor(codes, kind, tensor, pair, length)
						look(fmt.Sprint("factor ", generation, tensor, kind, pair), codes)
					}
				}
			}
			w := Parameter{Number: tensor, W: packed.NewMatrix(8, length)}
			Randomize(w, law, 1)
			for i := range 8 {
				kernels.Unpack(codes[:length], w.W.Row(i).Bytes(), length)
				look(fmt.Sprint("weights ", tensor, i), codes[:length])
			}
		}
		for generation := range 4 {
			kernels.Noise(codes, law, StreamOf(1, generation, 0, Batch, 0))
			look(fmt.Sprint("batch ", generation), codes)
		}
	}
}

// Birthday spacings (Marsaglia 1985): of m numbers below 2^b, sorted, the spacings that come
// again have about a Poisson distribution with mean m³/2^(b+2). Each number is of another stream,
// in the order in which a run draws them.
func TestBirthdaySpacings(t *testing.T) {
	const m, b = 1 << 10, 28
	mean := float64(m) * m * m / (4 << b)
	for _, g := range []kernels.Generator{kernels.ARS4x32, kernels.Philox4x32} {
		for word := range 4 { // of the first block
			for _, shift := range []int{0, 32 - b} { // the low bits, and the high ones
				trials, total, stream := max(sampleSize()>>13, 64), 0, 0
				days := make([]uint32, m)
				for range trials {
					for i := range days {
						generation, tensor, pair := stream>>8, uint32(stream>>6&3), stream>>1&31
						s := StreamOf(5, generation, tensor, StreamKind(stream&1), pair)
						s.Generator = g
						days[i] = s.Block(0)[word] >> shift & (1<<b - 1)
						stream++
					}
					total += repeats(days)
				}
				want := mean * float64(trials)
				if d := (float64(total) - want) / math.Sqrt(want); math.Abs(d) > 4 {
					t.Errorf("%v, word %d >> %d: %d spacings come again, want %.0f: %.1f deviations", g, word, shift, total, want, d)
				}
			}
		}
	}
}

// repeats returns how many spacings of sorted days equal a spacing before.
func repeats(days []uint32) (n int) {
	slices.Sort(days)
	for i := len(days) - 1; i > 0; i-- {
		days[i] -= days[i-1]
	}
	slices.Sort(days)
	for i := 1; i < len(days); i++ {
		if days[i] == days[i-1] {
			n++
		}
	}
	return n
}

// A bit of the seed or of the counter that changes changes each bit of a block in half of all
// cases.
func TestAvalanche(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	n := max(sampleSize()>>10, 1<<8)
	for _, g := range []kernels.Generator{kernels.ARS4x32, kernels.Philox4x32} {
		var worst, sum float64
		for bit := range 64 + 4*32 {
			var flips [128]int
			for range n {
				// Small numbers, as runs have them.
				s := kernels.Stream{Generator: g, Seed: rng.Uint64N(64), Generation: rng.Uint32N(4096), Tensor: rng.Uint32N(64), Pair: rng.Uint32N(256)}
				i := rng.Uint32N(64)
				before := s.Block(i)
				switch {
				case bit < 64:
					s.Seed ^= 1 << bit
				case bit < 96:
					s.Generation ^= 1 << (bit - 64)
				case bit < 128:
					s.Tensor ^= 1 << (bit - 96)
				case bit < 160:
					s.Pair ^= 1 << (bit - 128)
				default:
					i ^= 1 << (bit - 160)
				}
				for w, v := range s.Block(i) {
					for d := v ^ before[w]; d != 0; d &= d - 1 {
						flips[32*w+mathbits.TrailingZeros32(d)]++
					}
				}
			}
			for _, count := range flips {
				d := (2*float64(count) - float64(n)) / math.Sqrt(float64(n)) // standard deviations
				worst = max(worst, math.Abs(d))
				sum += d * d
			}
		}
		const cells = 192 * 128
		// The greatest of this many is beyond 6 once in 20,000 times.
		chi := chiSquare{sum, cells}
		if x := chi.deviations(cells); worst > 6 || math.Abs(x) > 4 {
			t.Errorf("%v: a bit is changed %.1f deviations from half of the time; all are %.1f from their spread", g, worst, x)
		}
	}
}

package lowrank

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
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
	for _, law := range laws {
		n := sampleSize()
		codes := make([]uint8, length)
		var places [kernels.NoiseUnit][trit5.Levels]int64
		for i := range n / length {
			kernels.Noise(codes, law, StreamOf(1, i, uint32(i%5), StreamKind(i%2), i%99))
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
			t.Errorf("%v: of %d pents %v: %.1f deviations from the law", law, n, total, d)
		}
		if d := eachPlace.deviations(len(places) * (trit5.Levels - 1)); math.Abs(d) > 4 {
			t.Errorf("%v: places of a block: %.1f deviations from the law", law, d)
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
				t.Errorf("%v: %s: moment %d is %.6f, want %.6f ± %.6f", law, name, power, got, want, deviation)
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

// check fails unless the counts are those of independent pents of the distribution: no
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
	for _, law := range laws {
		for name, other := range others {
			t.Run(fmt.Sprint(law, "/", name), func(t *testing.T) {
				t.Parallel()
				var (
					x, y = make([]uint8, length), make([]uint8, length)
					j    joint
				)
				for i := range uint32(sampleSize() / length) {
					u := use{3, 3 * i, 2 + 6*i, StreamKind(i % 4), 1 + 8*int(i)}
					kernels.Noise(x, law, u.stream())
					other(&u)
					kernels.Noise(y, law, u.stream())
					j.add(x, y)
				}
				j.check(t, law)
			})
		}
	}
}

// The vectors of a factor, one for each rank, are independent, and so are the
// pents of a vector, which are the rows or columns of E, at any distance.
func TestFactorsIndependent(t *testing.T) {
	const rank, length = 16, 512
	for _, law := range laws {
		for _, kind := range []StreamKind{FactorA, FactorB} {
			ranks := map[int]*joint{1: {}, 2: {}, 8: {}}
			lags := map[int]*joint{1: {}, 2: {}, 3: {}, 4: {}, 8: {}, 16: {}, 32: {}, 256: {}}
			codes := make([]uint8, rank*length)
			for pair := range 2 * sampleSize() / len(codes) { // half are compared with the other half
				Noise{Seed: 2, Distribution: law, Rank: rank}.Factor(codes, kind, 0, pair, length)
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
				t.Run(fmt.Sprintf("%v/%d/ranks/%d", law, kind, d), func(t *testing.T) { j.check(t, law) })
			}
			for d, j := range lags {
				t.Run(fmt.Sprintf("%v/%d/lag/%d", law, kind, d), func(t *testing.T) { j.check(t, law) })
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
	for _, law := range laws {
		seen := map[string]string{}
		look := func(name string, codes []uint8) {
			for lo := 0; lo+window <= len(codes); lo++ {
				key := string(codes[lo : lo+window])
				if other, ok := seen[key]; ok {
					t.Fatalf("%v: %s has at %d what %s has", law, name, lo, other)
				}
				seen[key] = name
			}
		}
		codes := make([]uint8, 2*length)
		for tensor := range uint32(4) {
			for generation := range 4 {
				n := Noise{Seed: 1, Generation: generation, Distribution: law, Rank: 2}
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

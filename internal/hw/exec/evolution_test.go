package exec

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/internal/hw/isa"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/trit5"
)

// drawn returns pent i of a stream by the definition of its distribution.
func drawn(s kernels.Stream, law kernels.Distribution, i int) int64 {
	if law == kernels.Binomial {
		words := s.Block(uint32(i / 32))
		lane := i % 16
		nibble := words[lane/4] >> (lane % 4 * 8) >> (i % 32 / 16 * 4) & 15
		return int64(nibble&1+nibble>>1&1+nibble>>2&1+nibble>>3) - 2
	}
	half := s.Block(uint32(i / 8))[i%8/2] >> (i % 2 * 16) & 65535
	return int64((5*half+2)>>16) - 2
}

// drawnNoise is a noise descriptor with random content.
type drawnNoise struct {
	register                 string
	seed                     uint64
	generation, tensor, pair uint32
	law                      kernels.Distribution
	sigma                    uint
}

func (l *lab) noise(name string) drawnNoise {
	n := drawnNoise{
		seed: l.rng.Uint64(), generation: l.rng.Uint32(), tensor: l.rng.Uint32N(1 << 28), pair: l.rng.Uint32(),
		law: kernels.Distribution(l.rng.IntN(2)), sigma: uint(l.rng.IntN(5)),
	}
	l.declare("%s: .noise %d, %d, %d, %d, %d, %d, %d", name, uint32(n.seed), n.seed>>32, n.generation, n.tensor, n.pair, n.law, n.sigma)
	n.register = l.address(name)
	return n
}

// factor returns the pent in row ρ and column i of a factor.
func (n drawnNoise) factor(kind lowrank.StreamKind, pair uint32, ρ, i, length int) int64 {
	s := kernels.Stream{Seed: n.seed, Generation: n.generation, Tensor: n.tensor<<4 | uint32(kind), Pair: pair}
	return drawn(s, n.law, ρ*((length+31)/32*32)+i)
}

// scaling returns the multiplier and shift by their definition, in real numbers.
func (n drawnNoise) scaling(rank int) (multiplier int64, shift uint) {
	variance := float64(rank)
	if n.law == kernels.Uniform {
		variance *= 4
	}
	for math.Pow(4, float64(shift)) < variance {
		shift++
	}
	return int64(math.Round(128 * math.Pow(2, float64(shift)) / math.Sqrt(variance))), shift + n.sigma
}

func TestLRGEN(t *testing.T) {
	for seed := range uint64(trials) {
		l := newLab(t, seed)
		m, k, rank := l.size(70), l.size(70), l.size(20)
		_, an := l.tensor(isa.Pents, rank, m)
		_, bn := l.tensor(isa.Pents, rank, k)
		n := l.noise("noise")
		l.declare("factors: .factors t0, t1")
		f := l.address("factors")
		l.must(l.run(nil, "LRGEN %s, %s, %d", f, n.register, rank))
		l.want(an, func(ρ, i int) int64 { return n.factor(lowrank.FactorA, n.pair, ρ, i, m) })
		l.want(bn, func(ρ, j int) int64 { return n.factor(lowrank.FactorB, n.pair, ρ, j, k) })
		multiplier, shift := n.scaling(rank)
		at, _ := l.m.program.Find("factors")
		if got, got2 := l.m.words[at+isa.FactorsMultiplier], l.m.words[at+isa.FactorsShift]; got != multiplier || got2 != int64(shift) {
			t.Errorf("rank %d, law %v: multiplier %d and shift %d, want %d and %d", rank, n.law, got, got2, multiplier, shift)
		}
		pents := rank * ((m+31)/32 + (k+31)/32) * 32
		if want := pents / []int{32, 8}[n.law]; l.e.Blocks != want || l.e.Weights.Total() != rank*(m+k) {
			t.Errorf("%d blocks, want %d; %+v", l.e.Blocks, want, l.e.Weights)
		}
	}
}

func TestLRMUL(t *testing.T) {
	for seed := range uint64(trials) {
		l := newLab(t, seed)
		m, k, n, rank := l.size(40), l.size(70), l.size(9), l.size(9)
		_, an := l.tensor(isa.Pents, rank, m)
		_, bn := l.tensor(isa.Pents, rank, k)
		x, xn := l.tensor(isa.Bytes, k, n)
		d, dn := l.tensor(isa.Accumulators, m, n)
		event := [4]Tensor{l.tensors[dn], l.tensors[an], l.tensors[bn], l.tensors[xn]}
		multiplier, shift := 128+l.rng.IntN(129), l.rng.IntN(12)
		l.declare("factors: .factors t0, t1, %d, %d", multiplier, shift)
		f := l.address("factors")
		l.must(l.run(nil, "LRMUL %s, %s, %s, %d", d, f, x, rank))
		l.want(dn, func(i, c int) int64 {
			sum := int64(0)
			for ρ := range rank {
				dot := int64(0)
				for j := range k {
					dot += l.at(bn, ρ, j) * l.at(xn, j, c)
				}
				sum += l.at(an, ρ, i) * roundShift(dot*int64(multiplier), 7)
			}
			return roundShift(sum, uint(shift))
		})
		if e := l.e; e.MACs() != rank*(m+k)*n || e.Weights.Total() != rank*(m+k) || e.Tensors != event {
			t.Fatalf("event %+v", e)
		}
	}
}

// The prototype's perturbation, computed in real numbers: 2s/√r compared with odd thresholds.
func TestLRMULDense(t *testing.T) {
	for seed := range uint64(trials) {
		l := newLab(t, seed)
		m, k, rank := l.size(20), l.size(40), l.size(17)
		_, an := l.tensor(isa.Pents, rank, m)
		_, bn := l.tensor(isa.Pents, rank, k)
		d, dn := l.tensor(isa.Pents, m, k)
		l.declare("factors: .factors t0, t1")
		f := l.address("factors")
		l.must(l.run(nil, "LRMUL %s, %s, P0, %d", d, f, rank))
		l.want(dn, func(i, j int) int64 {
			sum := int64(0)
			for ρ := range rank {
				sum += l.at(an, ρ, i) * l.at(bn, ρ, j)
			}
			return int64(min(max(math.Floor(float64(sum)/math.Sqrt(float64(rank))+.5), -2), 2))
		})
		if e := l.e; e.MACs() != rank*m*k {
			t.Fatalf("event %+v", e)
		}
	}
}

func TestLRADD(t *testing.T) {
	for seed := range uint64(trials) {
		l := newLab(t, seed)
		m, half := l.size(20), l.size(6)
		cols := func(own bool) int {
			if own {
				return 2 * half
			}
			return half
		}
		ownBase, ownD := seed%2 == 0, seed/2%2 == 0
		y, yn := l.tensor(isa.Accumulators, m, 2*half)
		base, bn := l.tensor(isa.Accumulators, m, cols(ownBase))
		d, dn := l.tensor(isa.Accumulators, m, cols(ownD))
		if ownBase && seed%3 == 0 {
			y, yn = base, bn // in place
		}
		var before func(i, j int) int64
		l.must(l.run(func() { before = l.snapshot(bn) }, "LRADD %s, %s, %s", y, base, d))
		l.want(yn, func(i, c int) int64 {
			sign := int64(1)
			if c >= half {
				sign = -1
			}
			return before(i, c%cols(ownBase)) + sign*l.at(dn, i, c%cols(ownD))
		})
	}
	for seed := range uint64(trials) {
		l := newLab(t, seed)
		m, k := l.size(20), l.size(40)
		y, yn := l.tensor(isa.Accumulators, m, k)
		base, bn := l.tensor(isa.Pents, m, k)
		d, dn := l.tensor(isa.Pents, m, k)
		sigma := l.rng.IntN(1<<18) - 1<<17
		l.declare(".word %d", sigma)
		l.must(l.run(nil, "LRADD %s, %s, %s", y, base, d))
		l.want(yn, func(i, j int) int64 { return l.at(bn, i, j)<<16 + int64(sigma)*l.at(dn, i, j) })
	}
}

// The instructions together compute package lowrank's perturbed product.
func TestPerturbedProduct(t *testing.T) {
	for seed := range uint64(trials) {
		l := newLab(t, seed)
		m, k, streams, rank := l.size(40), l.size(70), l.size(4), l.size(16)
		shared := seed%2 == 0
		own := 2 * streams
		if shared {
			own = streams
		}
		l.tensor(isa.Pents, rank, m)
		l.tensor(isa.Pents, rank, k)
		w, wn := l.tensor(isa.Pents, m, k)
		x, xn := l.tensor(isa.Bytes, k, own)
		product, _ := l.tensor(isa.Accumulators, m, own)
		d, _ := l.tensor(isa.Accumulators, m, own)
		y, yn := l.tensor(isa.Accumulators, m, 2*streams)
		n := l.noise("noise")
		l.declare("factors: .factors t0, t1")
		f := l.address("factors")
		pair := int(n.pair % lowrankPairs)
		l.must(l.run(nil, `
	ADDI P28, P0, %d
	STORE P28, [%s+noise.pair]
	LRGEN %s, %s, %d
	MATVEC %s, %s, %s
	LRMUL %s, %s, %s, %d
	LRADD %s, %s, %s`, pair, n.register, f, n.register, rank, product, w, x, d, f, x, rank, y, product, d))
		matrix, err := l.m.Matrix(l.tensors[wn])
		l.must(err)
		noise := lowrank.Noise{Seed: n.seed, Generation: int(n.generation), Distribution: n.law, Rank: rank, Sigma: n.sigma}
		tensor := lowrank.Parameter{Number: n.tensor, W: matrix}
		want := make([]int32, m*2*streams)
		var ws lowrank.Workspace
		batch := l.m.activations(l.tensors[xn])
		if shared {
			base := make([]int32, m*streams)
			kernels.MatMul(base, matrix, batch, streams)
			noise.ProductShared(&ws, want, base, tensor, batch, pair, pair+1, streams)
		} else {
			noise.Product(&ws, want, tensor, batch, pair, pair+1, streams)
		}
		if !slices.Equal(l.m.accumulators(l.tensors[yn]), want) {
			t.Fatalf("%d×%d, rank %d, law %v, shared %t: another product than package lowrank's", m, k, rank, n.law, shared)
		}
	}
}

// lowrankPairs bounds pair numbers so that the population's columns do not overflow.
const lowrankPairs = 1 << 20

// crossEntropy returns −log2 of the softmax of a column, computed in real numbers, in 1/256 bit.
func crossEntropy(logits []int64, target int64) float64 {
	sum := 0.0
	for _, v := range logits {
		sum += math.Exp2(float64(v) / 16)
	}
	return 256 * (float64(logits[target])/16 - math.Log2(sum))
}

func TestPOPEVAL(t *testing.T) {
	for seed := range uint64(trials) {
		l := newLab(t, seed)
		classes, streams, members := 1+l.size(12), l.size(6), l.size(5)
		_, on := l.tensor(isa.Bytes, classes, members*streams)
		_, tn := l.tensor(isa.Bytes, 1, streams)
		l.declare("population: .population 1, t0, t1\nscores: .space %d", members)
		p, s := l.address("population"), l.address("scores")
		l.must(l.run(func() {
			for c := range streams {
				l.set(tn, 0, c, int64(l.rng.IntN(classes)))
			}
		}, "POPEVAL %s, %s, %d", s, p, members))
		at, _ := l.m.program.Find("scores")
		for i := range members {
			want := 0.0
			for c := range streams {
				logits := make([]int64, classes)
				for class := range logits {
					logits[class] = l.at(on, class, i*streams+c)
				}
				want += crossEntropy(logits, l.at(tn, 0, c))
			}
			// The tables are exact to 0.007 bit, and a score is rounded.
			if got := float64(l.m.words[at+i]); math.Abs(got-want) > 3*float64(streams) {
				t.Errorf("member %d scores %v, want about %.1f", i, got, want)
			}
		}
	}
}

func TestPOPEVALSquares(t *testing.T) {
	for seed := range uint64(trials) {
		l := newLab(t, seed)
		kind, m, n, members := isa.Kind(1+seed%3), l.size(9), l.size(5), l.size(5)
		rows, cols := m, members*n
		if kind == isa.Pents {
			rows, cols = members*m, n
		}
		_, on := l.tensor(kind, rows, cols)
		_, tn := l.tensor(kind, m, n)
		l.declare("population: .population 2, t0, t1\nscores: .space %d", members)
		p, s := l.address("population"), l.address("scores")
		l.must(l.run(func() {
			if kind == isa.Accumulators && seed%2 == 0 { // one error, about the root of the largest word or far beyond it
				for i := range m {
					for j := range cols {
						l.set(on, i, j, 0)
						l.set(tn, i, j%n, 0)
					}
				}
				l.set(on, 0, 0, []int64{1 << 18, 276_213, 276_214, 1 << 19, 1 << 30}[seed%5])
				l.set(tn, 0, 0, []int64{0, 1 << 18, -(1 << 30)}[seed/5%3])
			}
		}, "POPEVAL %s, %s, %d", s, p, members))
		at, _ := l.m.program.Find("scores")
		for member := range members {
			want := int64(0)
			for i := range m {
				for j := range n {
					y := int64(0)
					if kind == isa.Pents {
						y = l.at(on, member*m+i, j)
					} else {
						y = l.at(on, i, member*n+j)
					}
					want -= (y - l.at(tn, i, j)) * (y - l.at(tn, i, j))
				}
			}
			if want = max(want, -trit5.WordMax); l.m.words[at+member] != want {
				t.Errorf("%v: member %d scores %d, want %d", kind, member, l.m.words[at+member], want)
			}
		}
	}
}

func TestPOPAVG(t *testing.T) {
	for seed := range uint64(trials) {
		l := newLab(t, seed)
		pairs, coding := l.size(30), isa.Coding(1+seed%2)
		_, cn := l.tensor(isa.Bytes, pairs, 1)
		l.declare("update: .update 0, 1, %d, t0, 1, 0, 0\nscores: .space %d", coding, 2*pairs)
		u, s := l.address("update"), l.address("scores")
		var magnitudes []int64
		differences := make([]int64, pairs)
		spread := int64(1) << l.rng.IntN(36)
		l.must(l.run(func() {
			at, _ := l.m.program.Find("scores")
			for p := range pairs {
				plus, minus := l.rng.Int64N(2*spread)-spread, l.rng.Int64N(2*spread)-spread
				if p%4 == 0 {
					minus = plus
				}
				l.m.words[at+2*p], l.m.words[at+2*p+1] = plus, minus
				if differences[p] = plus - minus; plus != minus {
					magnitudes = append(magnitudes, max(plus-minus, minus-plus))
				}
			}
		}, "POPAVG %s, %s, %d", u, s, 2*pairs))
		slices.Sort(magnitudes)
		l.want(cn, func(p, _ int) int64 {
			sign := int64(big.NewInt(differences[p]).Sign())
			if coding == isa.Signs || sign == 0 {
				return sign
			}
			unit := big.NewRat(magnitudes[len(magnitudes)/2], 2)
			q := new(big.Rat).Quo(big.NewRat(differences[p]*sign, 1), unit)
			q.Add(q, big.NewRat(1, 2))
			return sign * min(new(big.Int).Quo(q.Num(), q.Denom()).Int64(), 7)
		})
	}
}

func TestPOPAVGNormalized(t *testing.T) {
	for seed := range uint64(trials) {
		l := newLab(t, seed)
		members := 1 + l.size(40)
		_, cn := l.tensor(isa.Accumulators, members, 1)
		l.declare("update: .update 0, 1, 3, t0, 3, 0, 1\nscores: .space %d", members)
		u, s := l.address("update"), l.address("scores")
		scores := make([]float64, members)
		mean, variance := 0.0, 0.0
		l.must(l.run(func() {
			at, _ := l.m.program.Find("scores")
			for i := range scores {
				// Up to the range of a word; the squares exceed a word.
				v := l.rng.Int64N(1 << (8 + seed%29))
				l.m.words[at+i] = v - 2*v*l.rng.Int64N(2)
				scores[i] = float64(l.m.words[at+i])
				mean += scores[i] / float64(members)
			}
		}, "POPAVG %s, %s, %d", u, s, members))
		for _, v := range scores {
			variance += (v - mean) * (v - mean) / float64(members)
		}
		for i, v := range scores {
			want := (v - mean) / math.Sqrt(variance)
			if got := float64(l.at(cn, i, 0)) / 65536; math.Abs(got-want) > .05 {
				t.Errorf("member %d of %d: %.3f deviations from the mean, want %.3f", i, members, got, want)
			}
		}
	}
}

// z returns one entry of Σ f·A·Bᵀ over all pairs.
func (n drawnNoise) z(codes []int64, rank, m, k, i, j int) (sum int64) {
	for p, f := range codes {
		for ρ := range rank {
			sum += f * n.factor(lowrank.FactorA, uint32(p), ρ, i, m) * n.factor(lowrank.FactorB, uint32(p), ρ, j, k)
		}
	}
	return sum
}

func TestPQUANT(t *testing.T) {
	for seed := range uint64(trials) {
		l := newLab(t, seed)
		m, k, pairs, rank := l.size(12), l.size(40), l.size(12), l.size(4)
		rule, rate := isa.Rule(1+seed%2), l.rng.IntN(65537)
		padded := packed.PaddedLen(k)
		w, wn := l.tensor(isa.Pents, m, k)
		_, cn := l.tensor(isa.Bytes, pairs, 1)
		_, rn := l.tensor(isa.Bytes, m*padded, 1)
		n := l.noise("noise")
		l.declare("update: .update noise, %d, 1, t1, %d, %d, t2", rank, rule, rate)
		u := l.address("update")
		codes := make([]int64, pairs)
		var before, residual func(i, j int) int64
		l.must(l.run(func() {
			for p := range codes {
				codes[p] = int64(l.rng.IntN(15) - 7)
				l.set(cn, p, 0, codes[p])
			}
			before, residual = l.snapshot(wn), l.snapshot(rn)
		}, "PQUANT %s, %s, 5", w, u))

		squares := 0.0
		for _, f := range codes {
			squares += float64(f * f)
		}
		perPair := float64(rank)
		if n.law == kernels.Uniform {
			perPair *= 4
		}
		moved := 0
		rounding := func(i, j int) int64 {
			s := kernels.Stream{Seed: n.seed, Generation: n.generation, Tensor: n.tensor<<4 | uint32(lowrank.Rounding), Pair: uint32(i)}
			return int64(s.Block(uint32(j / 16))[j%16/4] >> (j % 4 * 8) & 255)
		}
		l.want(wn, func(i, j int) int64 {
			if squares == 0 {
				return before(i, j)
			}
			deviation := math.Floor(math.Sqrt(squares*perPair) * 256)
			mul := int64(float64(int64(rate)<<20) / deviation)
			z := n.z(codes, rank, m, k, i, j)
			d := min(max(roundShift(z*mul, 20), -255), 255)
			to := int64(0)
			if rule == isa.Residual {
				// The pent and its residual as one number in 1/256 level.
				v := 256*before(i, j) + residual(i*padded+j, 0) + d
				to = min(max((v+128)>>8, -2), 2)
				rest := min(max(v-256*to, -128), 127)
				if got := l.at(rn, i*padded+j, 0); got != rest {
					t.Fatalf("residual (%d, %d) is %d, want %d", i, j, got, rest)
				}
			} else {
				to = min(max(before(i, j)+(d+rounding(i, j))>>8, -2), 2)
			}
			if to != before(i, j) {
				moved++
			}
			return to
		})
		if e := l.e; e.Moved != moved || e.MACs() != pairs*rank*m*k {
			t.Fatalf("%d pents moved, want %d; event %+v", e.Moved, moved, e)
		}
	}
}

// Codes of both signs are range-checked.
func TestPQUANTCodes(t *testing.T) {
	for code, ok := range map[int64]bool{-64: false, -63: true, 63: true, 64: false, -127: false} {
		l := newLab(t, 1)
		w, _ := l.tensor(isa.Pents, 3, 5)
		_, cn := l.tensor(isa.Bytes, 2, 1)
		_, _ = l.tensor(isa.Bytes, 3*packed.PaddedLen(5), 1)
		l.noise("noise")
		l.declare("update: .update noise, 1, 1, t1, 1, 100, t2")
		u := l.address("update")
		err := l.run(func() {
			l.set(cn, 0, 0, 1)
			l.set(cn, 1, 0, code)
		}, "PQUANT %s, %s, 5", w, u)
		if (err == nil) != ok || !ok && !strings.Contains(err.Error(), fmt.Sprintf("code %d of pair 1, want at most ±63", code)) {
			t.Errorf("code %d: error %v", code, err)
		}
	}
}

func TestPQUANTSums(t *testing.T) {
	for seed := range uint64(trials) {
		l := newLab(t, seed)
		m, k := l.size(20), l.size(40)
		w, wn := l.tensor(isa.Pents, m, k)
		y, yn := l.tensor(isa.Accumulators, m, k)
		var before func(i, j int) int64
		l.must(l.run(func() {
			before = l.snapshot(wn)
			for i := range m {
				l.set(yn, i, 0, int64(l.rng.IntN(9)-4)<<15) // ties
			}
		}, "PQUANT %s, %s, 5", w, y))
		moved := 0
		l.want(wn, func(i, j int) int64 {
			to := int64(min(max(math.Floor(float64(l.at(yn, i, j))/65536+.5), -2), 2))
			if to != before(i, j) {
				moved++
			}
			return to
		})
		if l.e.Moved != moved {
			t.Fatalf("%d pents moved, want %d", l.e.Moved, moved)
		}
	}
}

func TestPQUANTPrototype(t *testing.T) {
	for seed := range uint64(trials) {
		l := newLab(t, seed)
		m, k, members, rank := l.size(8), l.size(12), l.size(9), l.size(6)
		rate, sigma := l.rng.IntN(1<<18), l.size(1<<17)
		w, wn := l.tensor(isa.Pents, m, k)
		_, cn := l.tensor(isa.Accumulators, members, 1)
		n := l.noise("noise")
		l.declare("update: .update noise, %d, 3, t1, 3, %d, %d", rank, rate, sigma)
		u := l.address("update")
		codes := make([]int64, members)
		var before func(i, j int) int64
		l.must(l.run(func() {
			for i := range codes {
				codes[i] = int64(l.rng.IntN(1<<18) - 1<<17)
				l.set(cn, i, 0, codes[i])
			}
			before = l.snapshot(wn)
		}, "PQUANT %s, %s, 5", w, u))
		l.want(wn, func(i, j int) int64 {
			sum := int64(0)
			for p, f := range codes {
				e := int64(0)
				for ρ := range rank {
					e += n.factor(lowrank.FactorA, uint32(p), ρ, i, m) * n.factor(lowrank.FactorB, uint32(p), ρ, j, k)
				}
				sum += f * int64(min(max(math.Floor(float64(e)/math.Sqrt(float64(rank))+.5), -2), 2))
			}
			// Rounded to nearest, ties away from zero; QUANT5 then rounds ties up.
			q := new(big.Rat).SetFrac(big.NewInt(sum*int64(rate)), big.NewInt(int64(members)*int64(sigma)))
			d, _ := q.Float64()
			return int64(min(max(math.Floor(float64(before(i, j))+math.Round(d)/65536+.5), -2), 2))
		})
	}
}

// PRNG draws the same pents as the kernel, including the few of 65,536 numbers at the borders of
// the uniform distribution.
func TestRandomPents(t *testing.T) {
	const blocks = 1 << 15
	s := kernels.Stream{Seed: 3, Generation: 4, Tensor: 5, Pair: 6, Generator: kernels.Philox4x32}
	for law, perBlock := range map[kernels.Distribution]int{kernels.Binomial: 32, kernels.Uniform: 8} {
		codes := make([]uint8, (blocks+4)*perBlock)
		kernels.Noise(codes, law, s)
		for block := range blocks {
			got := randomPents(s, law, uint32(block))
			if want := codes[block*perBlock:][:16]; !slices.Equal(got[:], want) {
				t.Fatalf("law %v, block %d: %v, want %v", law, block, got, want)
			}
		}
	}
}

func TestPRNG(t *testing.T) {
	for seed := range uint64(trials) {
		l := newLab(t, seed)
		n := l.noise("noise")
		use, next := l.rng.IntN(16), l.rng.Uint32N(1000)
		bound := l.size(1 << 24)
		b := l.value(bound)
		l.must(l.run(func() {
			at, _ := l.m.program.Find("noise")
			l.m.words[at+isa.NoiseUse], l.m.words[at+isa.NoiseNext] = int64(use), int64(next)
		}, `
	PRNG P20, %s
	PRNG P21, %s
	STORE P0, [%s+noise.next]
	PRNG P22, %s, %s
	PRNG P23, %s, %s`, n.register, n.register, n.register, n.register, b, n.register, b))
		s := kernels.Stream{Seed: n.seed, Generation: n.generation, Tensor: n.tensor<<4 | uint32(use), Pair: n.pair, Generator: kernels.Philox4x32}
		perBlock := []int{32, 8}[n.law]
		taken := []int{1, 2}[n.law]
		for i := range 2 {
			want := int64(0)
			for p := 15; p >= 0; p-- {
				want = 5*want + drawn(s, n.law, (int(next)+i*taken)*perBlock+p)
			}
			if got := l.m.Register(isa.Reg(20 + i)); got != want {
				t.Errorf("law %v: number %d is %d, want %d", n.law, i, got, want)
			}
			u := s.Block(0)[i]
			if got, want := l.m.Register(isa.Reg(22+i)), int64(uint64(u)*uint64(bound)>>32); got != want {
				t.Errorf("number %d below %d is %d, want %d", i, bound, got, want)
			}
		}
		at, _ := l.m.program.Find("noise")
		if got := l.m.words[at+isa.NoiseNext]; got != 2 {
			t.Errorf("next is %d, want 2", got)
		}
	}
}

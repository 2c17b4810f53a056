package es

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

// noiseOnly returns a generation of codes that have nothing to do with the noise.
func noiseOnly(o Options, codes func(rng *rand.Rand) int8) *GenerationUpdate {
	o.Generations = 1000
	o = o.WithDefaults()
	rng := rand.New(rand.NewPCG(1, o.Seed))
	c := make([]int8, o.Pairs)
	for p := range c {
		c[p] = codes(rng)
	}
	g := &GenerationUpdate{}
	g.set(&o, 0, c)
	return g
}

// entries calls use with the entries of Z of a matrix of m×m under the update.
func entries(g *GenerationUpdate, m int, use func(z int)) {
	n := g.noise()
	if n.Rank == lowrank.FullRank {
		var ws lowrank.Workspace
		w := lowrank.Parameter{W: packed.NewMatrix(m, m)}
		z, e := make([]int, m*m), make([]int32, m*m)
		bits := n.Sigma
		if n.Distribution == kernels.Uniform {
			panic("not exact")
		}
		for pair, f := range g.codes {
			n.Perturbation(&ws, e, w, pair, bits)
			for i, v := range e {
				z[i] += int(f) * int(v)
			}
		}
		for _, v := range z {
			use(v)
		}
		return
	}
	padded := packed.PaddedLen(m)
	a, b := make([]uint8, n.Rank*padded), make([]uint8, n.Rank*padded)
	z := make([]int, m*m)
	for pair, f := range g.codes {
		n.Factor(a, lowrank.FactorA, 0, pair, m)
		n.Factor(b, lowrank.FactorB, 0, pair, m)
		for at := range z {
			for ρ := range n.Rank {
				z[at] += int(f) * (int(a[ρ*padded+at/m]) - 2) * (int(b[ρ*padded+at%m]) - 2)
			}
		}
	}
	for _, v := range z {
		use(v)
	}
}

func fourBits(rng *rand.Rand) int8 { return int8(rng.IntN(15) - 7) }

// Variance and cumulants are those that Z's entries have when the fitness is noise:
// few pairs, so that the tails are far from normal, and many matrices.
func TestMoments(t *testing.T) {
	for _, o := range []Options{
		{Pairs: 10}, {Pairs: 10, Distribution: kernels.Uniform}, {Pairs: 5, Rank: 3}, {Pairs: 6, Rank: lowrank.FullRank},
	} {
		var n, s2, s4, s6, v, w4, w6 float64
		for seed := range uint64(60) {
			o.Seed = seed
			g := noiseOnly(o, fourBits)
			if !g.decided() {
				continue
			}
			variance := float64(g.variance(lowrank.Parameter{}))
			k4, k6 := g.cumulants(lowrank.Parameter{})
			v += variance
			w4 += float64(k4) / (1 << cumulantBits)
			w6 += float64(k6) / (1 << cumulantBits)
			entries(g, 64, func(z int) {
				x := float64(z*z) / variance
				n, s2, s4, s6 = n+1, s2+x, s4+x*x, s6+x*x*x
			})
		}
		m2, m4, m6 := s2/n, s4/n, s6/n
		name := fmt.Sprintf("%d pairs, rank %d, %v", o.Pairs, o.Rank, o.Distribution)
		if math.Abs(m2-1) > 0.02 {
			t.Errorf("%s: variance %.3f of the one predicted", name, m2)
		}
		if got, want := m4-3*m2*m2, w4/60; math.Abs(got-want) > 0.05+0.1*math.Abs(want) {
			t.Errorf("%s: fourth cumulant %.3f, predicted %.3f", name, got, want)
		}
		if got, want := m6-15*m4*m2+30*m2*m2*m2, w6/60; math.Abs(got-want) > 0.3+0.25*math.Abs(want) {
			t.Errorf("%s: sixth cumulant %.3f, predicted %.3f", name, got, want)
		}
	}
}

// Z of one deviation moves a weight by the rate, whatever the deviation.
func TestScale(t *testing.T) {
	for _, pairs := range []int{1, 3, 100, 1 << 20} {
		for _, code := range []int8{1, 7, 63} {
			for _, rate := range []Q16{1, Ratio(1, 100), Ratio(1, 5), Ratio(3, 7), one} {
				times := pairs % 4 // its own parameter's
				g := noiseOnly(Options{Pairs: pairs, Schedule: Constant}, func(*rand.Rand) int8 { return code })
				s := g.Scale(rate, lowrank.Parameter{Rate: times})
				if top := int64(s.Limit)*int64(s.Mul) + 1<<s.Shift>>1; s.Mul < 0 || s.Limit < 0 || top > math.MaxInt32 {
					t.Errorf("rate %v, %d pairs of %d: scale %+v overflows", ratio(rate), pairs, code, s)
				}
				// In 1/256 level for one unit of Z; the deviation has eight bits.
				want := min(256*math.Ldexp(float64(rate), times-16)/(float64(code)*math.Sqrt(float64(pairs))), 256)
				got := math.Ldexp(float64(s.Mul), -int(s.Shift))
				if got > want*(1+1.0/256) || got < want-math.Ldexp(1, -int(s.Shift)) {
					t.Errorf("rate %v, %d pairs of %d: %g units for one of Z, want %g", ratio(rate), pairs, code, got, want)
				}
				// Limit cuts off only what moves a level and more.
				if s.Mul > 0 && math.Ldexp(float64(s.Limit)*float64(s.Mul), -int(s.Shift)) < 256 {
					t.Errorf("rate %v, %d pairs of %d: limit %d is less than a level", ratio(rate), pairs, code, s.Limit)
				}
			}
		}
	}
}

// On pure noise the share of the weights that the threshold rule moves is within two
// percent of the one asked for.
func TestThresholdShare(t *testing.T) {
	const m = 256
	signs := func(rng *rand.Rand) int8 { return int8(1 - 2*rng.IntN(2)) }
	ranks := func(rng *rand.Rand) int8 { return int8(rng.IntN(127) - 63) }
	tensors := 200
	if testing.Short() {
		tensors = 20
	}
	for _, test := range []struct {
		o     Options
		codes func(rng *rand.Rand) int8
	}{
		{Options{Pairs: 100}, signs},
		{Options{Pairs: 100}, fourBits},
		{Options{Pairs: 100}, ranks},
		{Options{Pairs: 1000}, fourBits},
		{Options{Pairs: 100, Distribution: kernels.Uniform}, fourBits},
		{Options{Pairs: 1000, Distribution: kernels.Uniform}, signs},
		{Options{Pairs: 25, Rank: 4}, fourBits},
		{Options{Pairs: 100, Rank: lowrank.FullRank}, signs},
	} {
		for _, share := range []Q16{Ratio(1, 1000), Ratio(1, 100), Ratio(1, 20), Ratio(1, 5), Ratio(1, 2)} {
			o := test.o
			o.Seed, o.Schedule = 7, Constant
			g := noiseOnly(o, test.codes)
			u := new(lowrank.Updater)
			moved := 0
			for number := range tensors {
				w := lowrank.Parameter{Number: uint32(number), W: packed.NewMatrix(m, m)}
				step := (Threshold{Share: share}).Start(w)
				step.Prepare(g)
				moved += u.Update(g.noise(), w, g.codes, step)
			}
			want := float64(tensors*m*m) * float64(share) / 65536
			// Beside the two percent, the deviation of the count.
			if diff := math.Abs(float64(moved) - want); diff > 0.02*want+math.Sqrt(want) {
				t.Errorf("%d pairs, rank %d, %v, share %v: %d weights moved, want %.0f, %.2f %% off",
					o.Pairs, o.Rank, o.Distribution, ratio(share), moved, want, 100*diff/want)
			}
			t.Logf("%d pairs, rank %d, %v, share %v: %+.2f %%", o.Pairs, o.Rank, o.Distribution, ratio(share), 100*(float64(moved)/want-1))
		}
	}
}

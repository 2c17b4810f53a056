package es

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/Kaleaon/pentary-go/internal/fixed"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

func TestSchedule(t *testing.T) {
	const v = 3 * fixed.One
	for finished := range 10 {
		if got := (progress{Constant, finished, 10}).scale(v); got != v {
			t.Errorf("constant, after %d of 10 generations: %d, want %d", finished, got, v)
		}
		want := v / 10 * fixed.Q16(10-finished)
		if got := (progress{Linear, finished, 10}).scale(v); math.Abs(float64(got-want)) > 10 {
			t.Errorf("linear, after %d of 10 generations: %d, want %d", finished, got, want)
		}
	}
	if got := (progress{Linear, 1<<31 - 2, 1<<31 - 1}).scale(math.MaxInt32); got != 1 {
		t.Errorf("linear, last of 2^31-1 generations: %d, want 1", got)
	}
}

// deviation is what Z's entries have when the fitness is noise.
func TestDeviation(t *testing.T) {
	const m, pairs = 48, 300
	rng := rand.New(rand.NewPCG(1, 1))
	for _, law := range []kernels.Law{kernels.Binomial, kernels.Uniform} {
		for _, rank := range []int{1, 3} {
			opt, err := New([]*packed.Matrix{packed.NewMatrix(m, m)}, Options{Generations: 1, Pairs: pairs, Rank: rank, Law: law, Seed: 5})
			if err != nil {
				t.Fatal(err)
			}
			for p := range opt.codes {
				opt.codes[p] = int8(rng.IntN(15) - 7)
			}
			measured := math.Sqrt(meanSquare(opt.Ask().Noise, opt.codes, m))
			if got := float64(opt.deviation()) / 256; math.Abs(got/measured-1) > 0.05 {
				t.Errorf("%v, rank %d: deviation %.2f, measured %.2f", law, rank, got, measured)
			}
		}
	}
}

// meanSquare returns the mean square of the entries of Z for an m×m matrix.
func meanSquare(n lowrank.Noise, codes []int8, m int) float64 {
	padded := packed.PaddedLen(m)
	a, b := make([]uint8, n.Rank*padded), make([]uint8, n.Rank*padded)
	z := make([]int, m*m)
	for pair, f := range codes {
		n.Factor(a, lowrank.FactorA, 0, pair, m)
		n.Factor(b, lowrank.FactorB, 0, pair, m)
		for at := range z {
			for ρ := range n.Rank {
				z[at] += int(f) * (int(a[ρ*padded+at/m]) - 2) * (int(b[ρ*padded+at%m]) - 2)
			}
		}
	}
	sum := 0
	for _, v := range z {
		sum += v * v
	}
	return float64(sum) / float64(len(z))
}

// Z of one deviation moves a weight by the rate, whatever the deviation.
func TestResidualRate(t *testing.T) {
	for _, deviation := range []uint64{256, 300, 5000, 1 << 16, 1 << 20, 1 << 24} {
		for _, rate := range []fixed.Q16{1, Ratio(1, 100), Ratio(1, 5), Ratio(3, 7), fixed.One} {
			s := residualStep{rate: rate}
			s.prepare(progress{Constant, 0, 1}, deviation)
			r := s.scale
			if top := int64(r.Limit)*int64(r.Mul) + 1<<r.Shift>>1; r.Mul < 0 || r.Limit < 0 || top > math.MaxInt32 {
				t.Errorf("rate %d, deviation %d: scale %+v overflows", rate, deviation, r)
			}
			// In 1/256 level for one unit of Z; one unit in the last place is 2^-Shift.
			want := 256 * float64(rate) / float64(fixed.One) / (float64(deviation) / 256)
			got := math.Ldexp(float64(r.Mul), -int(r.Shift))
			if got > want || got < want-math.Ldexp(1, -int(r.Shift)) {
				t.Errorf("rate %d, deviation %d: %g units for one of Z, want %g", rate, deviation, got, want)
			}
			// Limit cuts off only what moves a level and more.
			if r.Mul > 0 && math.Ldexp(float64(r.Limit)*float64(r.Mul), -int(r.Shift)) < 256 {
				t.Errorf("rate %d, deviation %d: limit %d is less than a level", rate, deviation, r.Limit)
			}
		}
	}
}

func TestThresholdTau(t *testing.T) {
	for _, test := range []struct {
		deviations fixed.Q16
		deviation  uint64
		want       int64 // whole units
	}{
		{fixed.One, 256, 1},
		{2 * fixed.One, 10 * 256, 20},
		{Ratio(3, 2), 3 * 256, 5}, // 4.5, away from zero
		{1, 256, 1},               // never zero: Z = 0 moves nothing
		{math.MaxInt32, 1 << 24, 1 << 30},
	} {
		s := thresholdStep{deviations: test.deviations}
		s.prepare(progress{Linear, 0, 1}, test.deviation)
		if s.tau != test.want*kernels.TauUnit {
			t.Errorf("%d/65536 deviations of %d/256: threshold %d/%d, want %d", test.deviations, test.deviation, s.tau, kernels.TauUnit, test.want)
		}
	}
}

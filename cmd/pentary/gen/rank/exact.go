package rank

import (
	"math"

	"github.com/Kaleaon/pentary-go/kernels"
)

// probabilities returns P(-2), …, P(2) of the distribution of kernels.Noise.
func probabilities(law kernels.Distribution) [5]float64 {
	if law == kernels.Uniform {
		return [5]float64{13107. / 65536, 13107. / 65536, 13108. / 65536, 13107. / 65536, 13107. / 65536}
	}
	return [5]float64{1. / 16, 4. / 16, 6. / 16, 4. / 16, 1. / 16}
}

// masses is a finite measure on the integers, beginning at lo.
type masses struct {
	lo int
	at []float64
}

// plus returns the convolution, which is the measure of the sum of independent summands.
func (m masses) plus(n masses) masses {
	p := masses{m.lo + n.lo, make([]float64, len(m.at)+len(n.at)-1)}
	for i, a := range m.at {
		if a == 0 {
			continue
		}
		out := p.at[i:]
		for j, b := range n.at {
			out[j] += a * b
		}
	}
	return p
}

// trim removes ends with masses below the rounding error of the rest.
func (m masses) trim() masses {
	const negligible = 1e-19
	lo, hi := 0, len(m.at)
	for lo < hi && math.Abs(m.at[lo]) < negligible {
		lo++
	}
	for lo < hi && math.Abs(m.at[hi-1]) < negligible {
		hi--
	}
	return masses{m.lo + lo, m.at[lo:hi]}
}

// projection returns, for a vector a of random pents, the distribution of v·a and, for each i, the
// moments E[a_i; v·a = k] by k.
func projection(law kernels.Distribution, v []int) (sum masses, moments []masses) {
	p := probabilities(law)
	// weighed returns the distribution of v·a with masses multiplied by a_i.
	weighed := func(i int) masses {
		all := masses{0, []float64{1}}
		for j, scale := range v {
			size := max(scale, -scale)
			one := masses{-2 * size, make([]float64, 4*size+1)}
			for code, mass := range p {
				if i == j {
					mass *= float64(code - 2)
				}
				one.at[(code-2)*scale+2*size] += mass
			}
			all = all.plus(one)
		}
		return all
	}
	for i := range v {
		moments = append(moments, weighed(i))
	}
	return weighed(-1), moments
}

// product returns the measure of the product of two independent factors.
func product(m, n masses) masses {
	most := 0
	for _, a := range []int{m.lo, m.lo + len(m.at) - 1} {
		for _, b := range []int{n.lo, n.lo + len(n.at) - 1} {
			most = max(most, a*b, -a*b)
		}
	}
	p := masses{-most, make([]float64, 2*most+1)}
	for i, a := range m.at {
		for j, b := range n.at {
			p.at[(m.lo+i)*(n.lo+j)+most] += a * b
		}
	}
	return p
}

// pents returns the updates of a sample with factors of pents, E = A·Bᵀ/(v·√r), where v is the
// distribution's variance. They are exact except for floating-point rounding.
//
// uᵀEx is a sum over the ranks of independent integers (u·a)(x·b), whose distribution is a
// convolution. All ranks have the same distribution, so E_ij is taken from the first rank:
//
//	G[i][j] = √r/v · Σ_l E[a_i·b_j; (u·a)(x·b) = l] · E[φ | the first is l]
func pents(law kernels.Distribution, f fitness, s sample) [][]float64 {
	sumA, momentsA := projection(law, u)
	sumB, momentsB := projection(law, s.x)
	one := product(sumA, sumB)
	v := float64(law.Variance())

	var updates [][]float64
	others := masses{0, []float64{1}} // the sum over the other r-1 ranks
	for r := 1; len(updates) < len(ranks); r++ {
		if r == ranks[len(updates)] {
			root := math.Sqrt(float64(r))
			lo := one.lo + others.lo
			phi := make([]float64, len(one.at)+len(others.at)-1)
			for i := range phi {
				phi[i] = f.phi(float64(s.margin) + sigma*float64(lo+i)/(v*root))
			}
			expected := make([]float64, len(one.at)) // expected φ, by the first rank's summand
			for i := range expected {
				for j, p := range others.at {
					expected[i] += p * phi[i+j]
				}
			}
			var g []float64
			for _, a := range momentsA {
				for _, b := range momentsB {
					sum := 0.0
					for i, mass := range product(a, b).at {
						sum += mass * expected[i]
					}
					g = append(g, root/v*sum)
				}
			}
			updates = append(updates, g)
		}
		others = others.plus(one).trim()
	}
	return updates
}

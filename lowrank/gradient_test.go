package lowrank

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/trit5"
)

// quadratic is the fitness −|W − T|² in fixed point of fractionBits.
type quadratic struct {
	w        Parameter
	gradient []int64 // 2(T − W)
	length   float64 // of the gradient

	ws Workspace
	e  []int32
}

const fractionBits = 12

func newQuadratic(m, k int) *quadratic {
	rng := rand.New(rand.NewPCG(3, 3))
	w, weights := randomParameter(rng, 6, m, k)
	q := &quadratic{w: w, gradient: make([]int64, m*k), e: make([]int32, m*k)}
	for i, v := range weights.w {
		target := int64(rng.NormFloat64() * (1 << fractionBits))
		q.gradient[i] = 2 * (target - v<<fractionBits)
	}
	q.length = math.Sqrt(squares(q.gradient))
	return q
}

func squares(z []int64) (sum float64) {
	for _, v := range z {
		sum += float64(v) * float64(v)
	}
	return sum
}

// update adds Σ code(f(W+σE) − f(W−σE))·σE over the pairs of a generation to z.
func (q *quadratic) update(z []int64, n Noise, pairs int, code func(int64) int64) {
	for p := range pairs {
		n.Perturbation(&q.ws, q.e, q.w, p, fractionBits)
		var difference int64
		for i, v := range q.e {
			distance := q.gradient[i] / 2 // T − W
			plus, minus := distance-int64(v), distance+int64(v)
			difference += minus*minus - plus*plus
		}
		f := code(difference)
		for i, v := range q.e {
			z[i] += f * int64(v)
		}
	}
}

func (q *quadratic) cosine(z []int64) float64 {
	product := 0.0
	for i, v := range z {
		product += float64(v) * float64(q.gradient[i])
	}
	return product / (q.length * math.Sqrt(squares(z)))
}

// TestGradient measures how well the update points along the gradient ∇ of f, whose
// antithetic differences f(W+σE) − f(W−σE) = 2σ⟨∇,E⟩ are linear in E. Let g = ∇/|∇|,
// q = ⟨g,E⟩ and, but for a factor, Z = Σ_p q_p·E_p over N pairs.
//
// The entries of E are uncorrelated and of variance 1, so that E[q·E] = g: Z is
// unbiased, and ⟨Z,g⟩ = Σ q² has the expectation N. With K = E[q²·|E|²],
//
//	E|Z|² = N·K + N(N−1)·|E[q·E]|² = N·(N − 1 + K)
//	cos²  ≈ (E⟨Z,g⟩)² / E|Z|² = N / (N − 1 + K)
//
// For d = m·k independent Gaussian entries K = d + 2. For E = Σ_ρ a_ρ·b_ρᵀ/√r let
// the entries of a and b have variance 1, excess kurtosis κ and no odd moments. In
//
//	q²·|E|² = r⁻²·Σ_ρστυ (a_ρᵀ·g·b_ρ)(a_σᵀ·g·b_σ)(a_τ·a_υ)(b_τ·b_υ)
//
// a term where a rank occurs an odd number of times has the expectation 0. There
// remain
//
//	ρ=σ ≠ τ=υ               r(r−1) terms of E(aᵀ·g·b)²·E[|a|²·|b|²] = d
//	ρ=τ ≠ σ=υ and ρ=υ ≠ σ=τ 2r(r−1) terms of Σ_ij g_ij² = 1
//	ρ=σ=τ=υ                 r terms of Σ_ij g_ij²·E[a_i²·|a|²]·E[b_j²·|b|²]
//
// and E[a_i²·|a|²] = (m − 1) + (3 + κ) for every i. So whatever the gradient
//
//	K = d + 2 + ((m + 2 + κ)(k + 2 + κ) − (d + 2))/r
//
// This is what a rank costs: K − 1 pairs point as well as d + 1 Gaussian ones.
//
// With the sign of q instead of q, E|Z|² = N·d + N(N−1)·|E[sign(q)·E]|², and where q
// is nearly normal E[sign(q)·E] = g·√(2/π), so that
//
//	cos² ≈ N / (N − 1 + d·π/2)
//
// Low rank biases this one, by an angle of order 1/r: for Gaussian factors of rank 1
// E[sign(q)·E] is √(2/π)·E[a·aᵀ/|gᵀ·a|]·g, along g only if the singular values of g
// are alike. For the g of this test it is measured as 2.5°, as far as 300,000 pairs
// scatter.
func TestGradient(t *testing.T) {
	const m, k, d = 13, 29, 13 * 29
	generations, populations := 100, []int{33, 101}
	switch {
	case os.Getenv("PENTARY_LONG") == "1":
		generations = 4000
	case testing.Short():
		populations = populations[:1]
	}
	q := newQuadratic(m, k)
	for _, law := range laws {
		κ := momentOf(law, 4)/math.Pow(momentOf(law, 2), 2) - 3
		for _, rank := range []int{1, 4, 16} {
			for _, fitness := range []struct {
				name string
				code func(int64) int64
				k    float64
				bias float64 // squared sine of the expected Z's angle to the gradient
			}{
				{"raw", func(f int64) int64 { return f }, d + 2 + ((m+2+κ)*(k+2+κ)-(d+2))/float64(rank), 0},
				{"sign", func(f int64) int64 { return int64(cmp.Compare(f, 0)) }, d * math.Pi / 2, 0.0019 / float64(rank*rank)},
			} {
				theory := func(pairs int) float64 {
					return math.Sqrt(float64(pairs) / (float64(pairs-1) + fitness.k))
				}
				for _, pairs := range populations {
					t.Run(fmt.Sprintf("%v/%d/%s/%d", law, rank, fitness.name, pairs), func(t *testing.T) {
						n := Noise{Seed: 5, Distribution: law, Rank: rank, Sigma: 2}
						mean, all := 0.0, make([]int64, d)
						for range generations {
							z := make([]int64, d)
							q.update(z, n, pairs, fitness.code)
							mean += q.cosine(z) / float64(generations)
							for i, v := range z {
								all[i] += v
							}
							n.Generation++
						}
						if want := theory(pairs); math.Abs(mean/want-1) > 0.05 {
							t.Errorf("cosine %.4f, want %.4f", mean, want)
						}
						// The part of all generations together beside the gradient, a sum of d−1
						// squares, falls as 1/N but for the bias.
						got, want := q.cosine(all), theory(pairs*generations)
						beside := 1 - want*want
						if math.Abs(1-got*got-fitness.bias-beside) > 4*math.Sqrt(2./(d-1))*beside {
							t.Errorf("cosine %.6f over all generations, want %.6f", got, math.Sqrt(1-beside-fitness.bias))
						}
					})
				}
			}
		}
	}
}

// zOf returns the Z that terms add up to.
func zOf(t kernels.Terms, k int) []int64 {
	z := make([]int64, t.Rows*k)
	quads := kernels.Quads(t.Count)
	for at := range z {
		i, j := at/k, at%k
		for τ := range t.Count {
			b := t.Right[((j/kernels.StripCols*quads+τ/4)*kernels.StripCols+j%kernels.StripCols)*4+τ%4]
			z[at] += int64(t.Left[(τ/4*t.Rows+i)*4+τ%4]) * (int64(b) - trit5.CodeZero)
		}
	}
	return z
}

// TestActivationGradient measures the same of noise in the activations y = W·x of a
// layer, whose samples have errors e_b: fitness −|e_b − Δy|², antithetic differences
// 4σ·s_b·⟨a, e_b⟩ and the gradient G = Σ_b e_b·x_bᵀ, but for factors, of e_b less three
// quarters of its mean. At rank 1
//
//	D_b = Σ_p a_p·⟨a_p, e_b⟩, Z = Σ_p a_p·a_pᵀ·G
//
// is unbiased, whatever the inputs, and as E[a·aᵀ·a·aᵀ] = (m + 2 + κ)·1
//
//	cos² ≈ N / (N − 1 + m + 2 + κ)
//
// The width of the inputs, which K of noise in the weights grows with, does not
// occur. D of ±25 in twelve deviations is rounded, by 1/12 of a variance of (25/12)².
func TestActivationGradient(t *testing.T) {
	const m, k, samples, pairs, generations = 13, 29, 40, 33, 400
	rng := rand.New(rand.NewPCG(4, 4))
	w, _ := randomParameter(rng, 6, m, k)
	errors, inputs := make([]int64, m*samples), make([]int64, samples*k)
	for i := range errors {
		errors[i] = int64(rng.IntN(5) - 2)
	}
	vectors := make([]int8, samples*k)
	for i := range vectors {
		inputs[i] = int64(rng.IntN(25) - 12)
		vectors[i] = int8(math.Round(float64(inputs[i]) * 127 / 12))
	}
	x := make([]int8, kernels.Quads(k)*4*samples)
	kernels.Interleave(x, vectors, k, samples)
	q := &quadratic{gradient: make([]int64, m*k)}
	for at := range q.gradient {
		row := errors[at/k*samples:][:samples]
		sum := int64(0)
		for _, e := range row {
			sum += e
		}
		for b, e := range row {
			q.gradient[at] += (4*samples*e - 3*sum) * inputs[b*k+at%k]
		}
	}
	q.length = math.Sqrt(squares(q.gradient))
	for _, law := range laws {
		κ := momentOf(law, 4)/math.Pow(momentOf(law, 2), 2) - 3
		n := Noise{Seed: 5, Distribution: law, Rank: 1, Estimator: PerturbActivations}
		u := new(Updater)
		codes := make([]int8, pairs*samples)
		mean, all := 0.0, make([]int64, m*k)
		for range generations {
			for p := range pairs {
				a, s := draw(n, FactorA, w.Number, p, m), signsOf(n, w.Number, p, samples)
				for b := range samples {
					f := int64(0)
					for i, v := range a[0] {
						f += s[0][b] * v * errors[i*samples+b]
					}
					codes[p*samples+b] = int8(f)
				}
			}
			u.ComputeTerms(n, w, codes, LayerBatch{X: x}, samples)
			z := zOf(u.terms, k)
			c := q.cosine(z)
			mean += c * c / generations
			for i, v := range z {
				all[i] += v
			}
			n.Generation++
		}
		const rounding = 1. / 12 / (25. / 12 * 25 / 12)
		noise := (m+1+κ)/pairs + rounding
		if want := 1 / (1 + noise); math.Abs(mean/want-1) > 0.05 {
			t.Errorf("%v: squared cosine %.4f, want %.4f", law, mean, want)
		}
		if c := q.cosine(all); 1-c*c > 2*noise/generations {
			t.Errorf("%v: cosine %.6f over all generations, want %.6f", law, c, math.Sqrt(1-noise/generations))
		}
	}
}

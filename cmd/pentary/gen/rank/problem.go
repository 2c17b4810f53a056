package rank

import (
	"math"
	"math/rand/v2"

	"github.com/Kaleaon/pentary-go/kernels"
)

// The problem is a layer of two classes, W of 2×8 pents, whose margin for the input x is uᵀWx with
// u = (1, -1). The fitness is the mean of φ(margin) over samples. The first class is correct in all
// samples; the other class is equivalent to -x. The perturbations have the standard deviation σ.
const (
	outputs, inputs = 2, 8
	samplesDrawn    = 8
)

// The values for the page; tests of other problems change them.
var (
	sigma        = 1.0
	drawn uint64 = 2 // selects weights and inputs
)

var (
	u     = []int{1, -1}
	ranks = []int{1, 2, 4, 8, 16, 32, 64}
)

// fitness is a bounded function of the margin, for integer inputs of bounded magnitude.
type fitness struct {
	name   string
	inputs int
	phi    func(margin float64) float64

	// covariance returns E[z·φ(margin + s·z)] for a standard normal z.
	covariance func(margin, s float64) float64
}

var fitnesses = []fitness{
	probability("probability, inputs ±1", 1),
	accuracy("accuracy, inputs ±7", 7, 0),
	accuracy("accuracy, inputs ±1", 1, 0),
	accuracy("the same, ties count half", 1, 0.5),
}

// probability returns the mean probability of the correct class, a smooth function. Margins are in
// units of the standard deviation of an input.
func probability(name string, inputs int) fitness {
	unit := math.Sqrt(float64(inputs*(inputs+1)) / 3)
	phi := func(margin float64) float64 { return 1 / (1 + math.Exp(-margin/unit)) }
	return fitness{name, inputs, phi, func(margin, s float64) float64 {
		// The trapezoidal rule converges geometrically for analytic φ.
		const step, limit = 0.05, 10.0
		sum := 0.0
		for z := -limit; z <= limit; z += step {
			sum += z * math.Exp(-z*z/2) * phi(margin+s*z)
		}
		return sum * step / math.Sqrt(2*math.Pi)
	}}
}

// accuracy returns the fraction of samples whose correct class has the larger output, a step
// function, with the value tie for ties.
func accuracy(name string, inputs int, tie float64) fitness {
	phi := func(margin float64) float64 {
		switch {
		case margin > 0:
			return 1
		case margin < 0:
			return 0
		}
		return tie
	}
	return fitness{name, inputs, phi, func(margin, s float64) float64 {
		z := margin / s
		return math.Exp(-z*z/2) / math.Sqrt(2*math.Pi)
	}}
}

// sample is an input and its margin.
type sample struct {
	x      []int
	margin int
}

// draw returns samples with uniform weights and inputs, the same on every call.
func draw(magnitude int) []sample {
	rng := rand.New(rand.NewPCG(1, drawn))
	var w [outputs][inputs]int
	for i := range w {
		for j := range w[i] {
			w[i][j] = rng.IntN(5) - 2
		}
	}
	samples := make([]sample, samplesDrawn)
	for s := range samples {
		for j := range inputs {
			x := rng.IntN(2*magnitude+1) - magnitude
			samples[s].x = append(samples[s].x, x)
			for i := range u {
				samples[s].margin += u[i] * w[i][j] * x
			}
		}
	}
	return samples
}

// law is a distribution of perturbations. Its updates of one sample, one per rank in ranks, are
//
//	G[i·inputs+j] = E[E_ij·φ(margin + σ·uᵀEx)]
type law struct {
	name    string
	updates func(f fitness, s sample) [][]float64
}

var (
	laws = []law{
		{"binomial", func(f fitness, s sample) [][]float64 { return pents(kernels.Binomial, f, s) }},
		{"uniform", func(f fitness, s sample) [][]float64 { return pents(kernels.Uniform, f, s) }},
		{"Gaussian", gaussian},
	}
	limit = law{"full rank", fullRank} // limit of all laws
)

// updates returns the law's updates of all samples.
func updates(l law, f fitness, samples []sample) [][]float64 {
	sum := l.updates(f, samples[0])
	for _, s := range samples[1:] {
		for r, g := range l.updates(f, s) {
			for i := range g {
				sum[r][i] += g[i]
			}
		}
	}
	return sum
}

// distance returns |g - want| / |want| in the Frobenius norm.
func distance(g, want []float64) float64 {
	var far, norm float64
	for i := range g {
		far += (g[i] - want[i]) * (g[i] - want[i])
		norm += want[i] * want[i]
	}
	return math.Sqrt(far / norm)
}

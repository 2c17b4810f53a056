package rank

import (
	"math"
	"testing"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

// The page and the plot are what the program writes.
func TestDocument(t *testing.T) {
	if testing.Short() {
		t.Skip("computes all of the tables")
	}
	d, err := Document()
	if err == nil {
		err = d.Check("../../../../docs")
	}
	if err != nil {
		t.Error(err)
	}
}

// A cube has its update in closed form: along U/|U| it is the fourth moment of
// uᵀEx, which is s³·(3 + c/r) with s = σ·|U| and the fourth cumulant c of one rank's
// term.
func TestCube(t *testing.T) {
	f := fitness{"cube", 1, func(v float64) float64 { return v * v * v }, func(_, s float64) float64 { return 3 * s * s * s }}
	s := sample{x: []int{1, 0, -1, 3, 2, 0, 1, 1}}
	along := scaled(1, s)
	kurtosis := func(v []int, excess float64) float64 {
		var squares, fourths float64
		for _, x := range v {
			squares += float64(x * x)
			fourths += float64(x * x * x * x)
		}
		return 3 + excess*fourths/(squares*squares)
	}
	for i, cumulant := range []float64{
		kurtosis(u, -0.5)*kurtosis(s.x, -0.5) - 3,
		kurtosis(u, -1.3)*kurtosis(s.x, -1.3) - 3,
		6,
	} {
		for k, g := range laws[i].updates(f, s) {
			got := 0.0
			for j := range g {
				got += g[j] * along[j]
			}
			want := math.Pow(sigma*size(s), 3) * (3 + cumulant/float64(ranks[k]))
			// The uniform law's middle level has a 65,536th more than a fifth.
			if math.Abs(got/want-1) > 1e-4 {
				t.Errorf("%s, rank %d: %g, want %g", laws[i].name, ranks[k], got, want)
			}
		}
	}
}

// The library's perturbations have the expectation that is computed here.
func TestSampled(t *testing.T) {
	const pairs, bits = 1 << 12, 16
	f := fitnesses[0]
	s := draw(f.inputs)[1]
	w := lowrank.Parameter{W: packed.NewMatrix(outputs, inputs)}
	e := make([]int32, outputs*inputs)
	var ws lowrank.Workspace
	for i, law := range []kernels.Distribution{kernels.Binomial, kernels.Uniform} {
		for k, want := range laws[i].updates(f, s) {
			n := lowrank.Noise{Seed: 1, Distribution: law, Rank: ranks[k]}
			sum, squares := make([]float64, len(e)), make([]float64, len(e))
			for pair := range pairs {
				n.Perturbation(&ws, e, w, pair, bits)
				margin := 0.0
				for j, v := range e {
					margin += math.Ldexp(float64(v), -bits) * float64(u[j/inputs]*s.x[j%inputs])
				}
				difference := (f.phi(float64(s.margin)+sigma*margin) - f.phi(float64(s.margin)-sigma*margin)) / 2
				for j, v := range e {
					g := math.Ldexp(float64(v), -bits) * difference
					sum[j] += g
					squares[j] += g * g
				}
			}
			for j := range e {
				mean := sum[j] / pairs
				deviation := math.Sqrt((squares[j]/pairs - mean*mean) / pairs)
				if math.Abs(mean-want[j]) > 4*deviation {
					t.Errorf("%v, rank %d: G[%d] is %.4f ± %.4f, want %.4f", law, ranks[k], j, mean, deviation, want[j])
				}
			}
		}
	}
}

// Other problems, and a smaller σ, give the ranges of slopes that the page states.
func TestOtherProblems(t *testing.T) {
	if testing.Short() {
		t.Skip("computes the tables of five problems")
	}
	defer func(s float64, d uint64) { sigma, drawn = s, d }(sigma, drawn)
	check := func(c curve, least, most float64) {
		if s := math.Round(100*slope(c.distances)) / 100; s < least || s > most {
			t.Errorf("problem %d, σ = %g: %s, %s: slope %g, want %g to %g", drawn, sigma, c.fitness, c.law, s, least, most)
		}
	}
	for drawn = range uint64(7) {
		if drawn < 3 {
			continue
		}
		for _, c := range measure() {
			switch {
			case c.law == "Gaussian":
			case c.fitness == fitnesses[0].name:
				check(c, -1, -0.97)
				if d := c.distances[0]; d < 0.15 || d > 0.27 {
					t.Errorf("problem %d: rank 1 is %.3f off", drawn, d)
				}
			case c.fitness == fitnesses[1].name:
				check(c, -1.16, -0.77)
			case c.fitness == fitnesses[2].name:
				check(c, -0.59, -0.36)
			}
		}
	}
	drawn, sigma = 2, 0.25
	for _, c := range measure() {
		if c.fitness == fitnesses[2].name && c.law != "Gaussian" {
			check(c, -1.03, -1.01)
		}
	}
}

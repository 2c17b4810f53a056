package claims

import (
	"context"
	"fmt"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/es/baseline"
	"github.com/Kaleaon/pentary-go/internal/hw/cycles"
	"github.com/Kaleaon/pentary-go/internal/hw/energy"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/trit5"
)

// population is an example of the Pentary documents: a size×size matrix and its members.
type population struct{ size, members, rank int }

var (
	small = population{64, 100, 8}
	large = population{1024, 1000, 16}
)

func (p population) String() string {
	return fmt.Sprintf("%d×%d, N = %s, r = %d", p.size, p.size, count(p.members), p.rank)
}

// storage returns the storage of the population in pents.
func (p population) storage() lowrank.Storage {
	return lowrank.PopulationStorage(p.size, p.size, p.members, p.rank)
}

// seeds returns the storage of the population as seeds and scores, 12 bytes per member, in
// pents of three bits.
func (p population) seeds() int { return p.members * 12 * 8 / 3 }

// Number of weights, of factor elements of a member, and of members.
func (p population) weights() float64 { return float64(p.size * p.size) }
func (p population) factors() float64 { return float64(p.rank * 2 * p.size) }
func (p population) n() float64       { return float64(p.members) }

// eggroll returns the claims about evolution strategies on the architecture.
func eggroll() []Claim {
	const (
		doc     = "research/eggroll_pentary_integration.md"
		summary = "EGGROLL_INTEGRATION_SUMMARY.md"
	)
	return []Claim{
		{"storage of a population, " + small.String(), "74.2 % less", summary, func() finding { return storage(small, 0.742) }},
		{"storage of a population, " + large.String(), "97 % less", doc + " §3.2.3", func() finding { return storage(large, 0.97) }},
		{"operations of a generation, " + large.String(), "31× fewer", doc + " §5.1", func() finding { return operations(31) }},
		{"training speed from low rank", "100×", doc + " §2.2", func() finding { return operations(100) }},
		{"savings from smaller multipliers and low rank multiply", "2,000×", doc + " §2.2", combined},
		{"operations of an update", "N·r·(m+n)", doc + " §5.1", update},
		{"a population in the time of one member, N = 1,000", "60 ns", doc + " §3.2.3", anyPopulation},
		{"random numbers are free", "0 ns", doc + " §3.2.2", random},
		{"quantized perturbations train", "0.0120 better after 50 steps", summary, prototype},
		{"cell endurance if members are written into the crossbar", "for a whole run", doc + " §3.2.3", func() finding { return endurance(large.n()) }},
		{"cell endurance if 1 % of the base weights is written per generation", "for a whole run", doc + " §3.3.2", func() finding { return endurance(0.01) }},
	}
}

// storage compares factors with N dense matrices, as the Pentary documents do, and with seeds.
func storage(p population, claimed float64) finding {
	s := p.storage()
	share := float64(s.Saved()) / 1000
	f := finding{
		computed: fmt.Sprintf("%.1f %% less than dense, %s more than seeds", 100*share, times(float64(s.Factored)/float64(p.size*p.size+p.seeds()))),
		verdict:  same(claimed, share),
		basis: fmt.Sprintf("%s of %s pents; a seed and a score take 12 bytes per member, in all %s pents with W",
			count(s.Factored), count(s.Dense), count(p.size*p.size+p.seeds())),
	}
	if f.verdict == Confirmed && s.Factored > p.size*p.size+p.seeds() {
		f.verdict = AgainstDense
	}
	return f
}

// saving returns the multiply-accumulates of members with dense and with factored perturbations,
// and their ratio. W·x counts once per member.
func saving(p population) (ratio, dense, factored float64) {
	dense = p.n() * p.weights()
	factored = p.n() * (p.weights() + p.factors())
	return dense / factored, dense, factored
}

func operations(claimed float64) finding {
	ratio, dense, factored := saving(large)
	return finding{
		times(ratio), gain(claimed, ratio, ratio),
		fmt.Sprintf("N·(mn + r(m+n)) = %s multiply-accumulates compared with N·mn = %s: every member has its own activations. Only the reading of W is saved, which all members share",
			count(int64(factored)), count(int64(dense))),
	}
}

func combined() finding {
	ratio, _, _ := saving(large)
	low, _ := laneRatio()
	high := energy.Ratio("gates.mul.booth")
	return finding{
		span(low*ratio, high*ratio, times), gain(2000, low*ratio, high*ratio),
		fmt.Sprintf("lanes are %s smaller, multipliers alone %s; the factor of operations is %s", times(low), times(high), times(ratio)),
	}
}

// update counts the multiply-accumulates of Z = Σ f·A·Bᵀ.
func update() finding {
	p := large
	formed := p.n() * float64(p.rank) * p.weights()
	claimed := p.n() * p.factors()
	return finding{
		"N·r·m·n, " + times(formed/claimed) + " as many", cost(1, formed/claimed),
		fmt.Sprintf("Σ f·A·Bᵀ is a product of %s multiply-accumulates; the claim, %s, is the size of the factors", count(int64(formed)), count(int64(claimed))),
	}
}

func anyPopulation() finding {
	m := cycles.DefaultMachine()
	one := m.Latency.Time(m.Clock)
	all := float64(m.CrossbarProduct(m.ArraySide, m.ArraySide, large.members)) / m.Clock
	return finding{
		duration(all), cost(one, all),
		fmt.Sprintf("an array takes one input vector at a time: %s products of %s", count(large.members), duration(one)),
	}
}

func random() finding {
	m := cycles.DefaultMachine()
	pents := large.rank * 2 * large.size
	drawn := float64(m.Noise(pents)) / m.Clock
	arrays := (large.size / m.ArraySide) * (large.size / m.ArraySide)
	m.Arrays = arrays
	product := float64(m.CrossbarProduct(large.size, large.size, 1)) / m.Clock
	single := float64(m.Noise(2*large.size)) / m.Clock
	return finding{
		fmt.Sprintf("%s per member and layer, %s its product", duration(drawn), times(drawn/product)), holds(drawn <= product*near),
		fmt.Sprintf("%s pents of four random bits each, %d pents per block of %d cycles; the product takes %d arrays %s. Drawing at rank 1 takes %s",
			count(pents), cycles.NoiseBlock, cycles.NoiseRounds, arrays, duration(product), duration(single)),
	}
}

// prototype runs the prototype's algorithm with the options of its example.
func prototype() finding {
	w := packed.NewMatrix(small.size, small.size)
	lowrank.Randomize(lowrank.Parameter{W: w}, kernels.Uniform, 1)
	before := w.Clone()
	levels := make([]int8, small.size*small.size)
	const generations = 10
	p, err := baseline.NewPrototype([]*packed.Matrix{w}, baseline.PrototypeOptions{
		Seed: 1, Generations: generations, Members: small.members, Rank: small.rank, Sigma: es.Ratio(1, 2), Rate: es.Ratio(1, 10),
	})
	if err != nil {
		panic(err)
	}
	for range generations {
		if _, err := p.Step(context.Background(), func(int) int64 { return -distance(w, levels) }); err != nil {
			panic(err)
		}
	}
	changed := 0
	for i := range small.size {
		for j := range small.size {
			if w.At(i, j) != before.At(i, j) {
				changed++
			}
		}
	}
	weights := len(levels)
	return finding{
		fmt.Sprintf("%s of %s weights changed", count(changed), count(weights)), holds(changed > weights/100),
		fmt.Sprintf("%s, σ = 0.5, α = 0.1, %d generations of the prototype's algorithm on its task: rounding to pents undoes every update", small, generations),
	}
}

// distance returns the error of the prototype's task, the squared distance from a diagonal of
// pents. levels is scratch with one element per weight.
func distance(w *packed.Matrix, levels []int8) (sum int64) {
	w.Unpack(levels)
	cols := w.Cols()
	for i, level := range levels {
		d := int64(level)
		if i/cols == i%cols {
			d -= int64(trit5.Max - i%cols%trit5.Levels)
		}
		sum += d * d
	}
	return sum
}

// run is the number of generations of a training run: the length of this library's MNIST run.
const run = 12_000

// endurance computes the lifetime, in generations, of a cell with the given writes per generation.
func endurance(writes float64) finding {
	limit := energy.Lookup("cell.endurance")
	generations := limit.Value / writes
	return finding{
		count(int64(generations)) + " generations", holds(generations >= run),
		fmt.Sprintf("cells endure %s writes, with %s per generation; a run has %s generations. The best published cells, with an endurance of %s, last %s. Writing an array takes %s",
			count(int64(limit.Value)), number(writes), count(run), number(limit.High), number(limit.High/writes), duration(energy.ArrayWrite())),
	}
}

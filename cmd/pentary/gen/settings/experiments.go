package settings

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/es"
)

// seeds is the number of runs per setting, which differ in initial weights, noise and batches.
const seeds = 5

// setting holds the options varied in the experiments. Other options are the same for all runs, see
// bench.
type setting struct {
	rate        int // in thousandths
	sigma       uint
	pairs, rank int
	generations int
	schedule    es.Schedule
}

// base is the setting changed by the experiments.
var base = setting{rate: 200, sigma: 3, pairs: 64, rank: 1, generations: 200, schedule: es.Linear}

// experiment measures accuracy over an axis, with one line for each of several settings.
type experiment struct {
	name  string
	xs    []int
	lines []line
	set   func(s *setting, x int) // sets the value x of the axis
	curve bool                    // whether x is a generation of one run instead of a separate run
}

// line is a line of an experiment.
type line struct {
	name string
	set  func(*setting)
}

// lines returns one line per value.
func lines[T any](values []T, name func(T) string, set func(*setting, T)) []line {
	var all []line
	for _, v := range values {
		all = append(all, line{name(v), func(s *setting) { set(s, v) }})
	}
	return all
}

var rates = []int{25, 50, 100, 200, 400, 800}

func setRate(s *setting, rate int) { s.rate = rate }

func rateName(rate int) string { return fmt.Sprintf("rate %g", float64(rate)/1000) }

func pairsName(pairs int) string { return fmt.Sprintf("%d pairs", pairs) }

var experiments = []experiment{
	{
		name: "sigma", xs: rates, set: setRate,
		lines: lines([]uint{0, 1, 2, 3, 5, 7}, func(sigma uint) string {
			return "σ = " + fraction(sigma)
		}, func(s *setting, sigma uint) { s.sigma = sigma }),
	},
	{
		name: "population", xs: rates, set: setRate,
		lines: lines([]int{4, 16, 64, 256}, pairsName, func(s *setting, pairs int) { s.pairs = pairs }),
	},
	{
		// The total number of evaluations is constant: fewer generations with more pairs.
		name: "budget", xs: []int{4, 8, 16, 32, 64, 128, 256, 512},
		set: func(s *setting, pairs int) {
			s.pairs, s.generations = pairs, base.pairs*base.generations/pairs
		},
		lines: lines([]int{50, 100, 200, 400}, rateName, setRate),
	},
	{
		name: "rank", xs: []int{1, 2, 4, 8, 16, 32},
		set:   func(s *setting, rank int) { s.rank = rank },
		lines: lines([]int{4, 16, 64}, pairsName, func(s *setting, pairs int) { s.pairs = pairs }),
	},
	{
		name: "curves", xs: generationsSeen(), curve: true, set: func(*setting, int) {},
		lines: []line{
			{"rate 0.2", func(*setting) {}},
			{"rate 0.02", func(s *setting) { s.rate = 20 }},
			{"rate 1", func(s *setting) { s.rate = 1000 }},
			{"no decay", func(s *setting) { s.schedule = es.Constant }},
			{"σ = 1", func(s *setting) { s.sigma = 0 }},
			{"σ = 1/1024", func(s *setting) { s.sigma = 10 }},
		},
	},
}

// generationsSeen returns the generations of the curves' points.
func generationsSeen() []int {
	var xs []int
	for g := 8; g <= base.generations; g += 8 {
		xs = append(xs, g)
	}
	return xs
}

// fraction formats 2^-n.
func fraction(n uint) string {
	if n == 0 {
		return "1"
	}
	return fmt.Sprintf("1/%d", 1<<n)
}

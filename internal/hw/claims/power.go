package claims

import (
	"fmt"
	"math"

	"github.com/Kaleaon/pentary-go/internal/hw/energy"
)

// power returns the claims about energy.
func power() []Claim {
	const (
		model = "research/pentary_power_model.md"
		cpu   = "architecture/pentary_processor_architecture.md"
	)
	return []Claim{
		{"power of training", "96 % less, 150 W to 6 W", "research/eggroll_pentary_integration.md §5.3", training},
		{"80 % zeros in the weights", "80 % less", cpu + " §8.2", func() finding {
			c := energy.Synthesized(energy.Typical)
			share := 1 - c.Pent(value("dot.sparse.share"))/c.Pent(value("dot.zeros.share"))
			return finding{
				percent(share) + " less", gain(saved(0.8), saved(share), saved(share)),
				fmt.Sprintf("dot product with %s zeros: a zero still passes through registers and adder tree, %.3f of %.3f pJ",
					percent(value("dot.zeros.share")), c.Zero, c.One),
			}
		}},
		{"energy of a multiply-accumulate compared with int8", "1.85× less", model + " §2.3", func() finding {
			zeros := value("dot.zeros.share")
			h, s := energy.Horowitz(energy.Typical), energy.Synthesized(energy.Typical)
			a, b := h.Int8/h.Pent(zeros), s.Int8/s.Pent(zeros)
			return finding{
				span(min(a, b), max(a, b), times), gain(1.85, min(a, b), max(a, b)),
				fmt.Sprintf("%.3f pJ from published adders, %.3f from synthesized lanes; int8 takes %.3f", h.Pent(zeros), s.Pent(zeros), s.Int8),
			}
		}},
		{"1.2 V raises a core from 3 GHz to 5 GHz", "5 GHz", cpu + " §8.3", func() finding {
			p := energy.OperatingPoints()
			high, balanced := p[0], p[1]
			found := high.Reachable(balanced)
			return finding{
				number(found) + " GHz", gain(high.Clock/balanced.Clock, found/balanced.Clock, found/balanced.Clock),
				fmt.Sprintf("alpha-power law with α = %g and a threshold of %g V, from %g GHz at %g V",
					value("mosfet.alpha"), value("mosfet.threshold"), balanced.Clock, balanced.Voltage),
			}
		}},
		{"a core's power", "5 W", model + " §6.1", func() finding {
			sum := 0.0
			for _, part := range energy.Budget() {
				sum += part.Power
			}
			return finding{number(sum) + " W", same(5, sum), "the sum of its parts"}
		}},
	}
}

// training scales the documents' baseline by measurements: computing by the ratio of the lanes,
// memory by the ratio of the bits.
func training() finding {
	compute, memory := value("documents.baseline.compute"), value("documents.baseline.memory")
	c := energy.Synthesized(energy.Typical)
	few, many := value("dot.zeros.share"), value("dot.sparse.share")
	dense := compute*c.Pent(few)/c.Int8 + memory*3/8
	sparse := compute*c.Pent(many)/c.Int8 + memory*entropy(many)/8
	all := compute + memory
	low, high := 1-dense/all, 1-sparse/all
	return finding{
		span(low, high, percent) + " less", gain(saved(0.96), saved(low), saved(high)),
		fmt.Sprintf("%s W of computing scaled by the ratio of the lanes, %s W of memory scaled by bits: %.0f W at %s zeros, %.0f W at %s with entropy-coded weights",
			number(compute), number(memory), dense, percent(few), sparse, percent(many)),
	}
}

// entropy returns the entropy, in bits, of a pent that is zero with probability zeros and
// otherwise ±1 or ±2, in the ratio 4 to 3.
func entropy(zeros float64) float64 {
	sum := 0.0
	for _, p := range []float64{zeros, (1 - zeros) * 2 / 7, (1 - zeros) * 2 / 7, (1 - zeros) * 1.5 / 7, (1 - zeros) * 1.5 / 7} {
		sum -= float64(p * math.Log2(p))
	}
	return sum
}

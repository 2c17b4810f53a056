package es

import (
	"cmp"
	"fmt"
	"math"
	"math/bits"
	"slices"

	"github.com/Kaleaon/pentary-go/internal/fixed"
	"github.com/Kaleaon/pentary-go/kernels"
)

// Fitness is how the difference of an antithetic pair's scores becomes a code. The
// codes of a group of pairs depend on the scores of the group alone. A pair whose
// members score alike, or of which one has Failed, has code 0.
type Fitness uint8

const (
	// FourBit divides the difference by half the median magnitude of the
	// differences other than zero, rounds, and clamps to ±7: about three steps a
	// standard deviation, whatever the units and tails of the scores. On the pattern
	// task it learns more than Sign at every rate and population.
	FourBit Fitness = iota + 1
	// Sign keeps the sign of the difference: -1, 0 or +1.
	Sign
	// Ranks ranks the magnitudes of the differences, ties at their mean, and takes
	// what a normal variable would have at that rank (van der Waerden's scores), 24
	// to a standard deviation and at most 63, with the difference's sign: as Raw for
	// normal scores, and the same for any others of that order. Unlike ranks of the
	// members it does not see what the two of a pair have in common.
	Ranks
	// Raw keeps the proportions: it divides the difference by a 16th of the median
	// magnitude, rounds, and clamps to ±63, 2.7 standard deviations.
	Raw
	// Tails is for differences that are small but for a few, as those of single
	// samples are of which most are learned: a 32nd of their 99th percentile is the
	// unit, ±63 the limit.
	Tails
)

// Failed is the score of a member that could not be evaluated. Its pair takes no
// part in the update.
const Failed = math.MinInt64

// String returns the coding's name.
func (f Fitness) String() string {
	switch f {
	case FourBit:
		return "4bit"
	case Sign:
		return "sign"
	case Ranks:
		return "ranks"
	case Raw:
		return "raw"
	case Tails:
		return "tails"
	}
	return fmt.Sprintf("Fitness(%d)", uint8(f))
}

// A coder turns scores into codes. With noise in activations a pair has a code for
// each sample.
type coder struct {
	fitness     Fitness
	minimize    bool
	samples     int     // scores of a member
	differences []int64 // by pair and sample
	magnitudes  []int64 // of differences other than zero, for percentile
	order       []int   // of pairs
}

func newCoder(f Fitness, minimize bool, pairs, samples int) *coder {
	n := pairs * samples
	return &coder{f, minimize, samples, make([]int64, n), make([]int64, 0, n), make([]int, 0, n)}
}

// encode writes the codes of a generation of so many groups from the scores of both
// members of each pair, and returns the median magnitude of the differences other
// than zero, or zero if there is none.
func (c *coder) encode(codes []int8, scores []int64, groups int) (spread int64) {
	for at := 0; at < len(codes); at += c.samples {
		plus, minus := scores[2*at:][:c.samples], scores[2*at+c.samples:][:c.samples]
		for b := range plus {
			c.differences[at+b] = c.difference(plus[b], minus[b])
		}
	}
	size := len(codes) / groups
	for at := 0; at < len(codes); at += size {
		c.encodeGroup(codes[at:at+size], c.differences[at:at+size])
	}
	return c.median(c.differences)
}

func (c *coder) encodeGroup(codes []int8, differences []int64) {
	switch c.fitness {
	case Sign:
		for p, d := range differences {
			codes[p] = int8(cmp.Compare(d, 0))
		}
	case Ranks:
		c.rank(codes, differences)
	case Raw:
		quantize(codes, differences, c.median(differences), 16, 63)
	case Tails:
		quantize(codes, differences, c.percentile(differences, 99), 32, 63)
	default:
		quantize(codes, differences, c.median(differences), 2, 7)
	}
}

// quantize writes the differences in units of scale/steps, rounded to nearest, ties
// away from zero. A scale of zero says that there are none to speak of.
func quantize(codes []int8, differences []int64, scale, steps, most int64) {
	if scale == 0 {
		clear(codes)
		return
	}
	unit := uint64(scale)
	inverse := math.MaxUint64 / unit
	for p, d := range differences {
		n := uint64(steps)*uint64(magnitude(d)) + unit/2 // at most 2^63 + 2^57, see maxScore
		q, _ := bits.Mul64(n, inverse)                   // n/unit, or one less
		if n-q*unit >= unit {
			q++
		}
		codes[p] = int8(min(q, uint64(most))) * int8(d>>63|1)
	}
}

// rank writes the ranks of the differences' magnitudes.
func (c *coder) rank(codes []int8, differences []int64) {
	clear(codes)
	c.order = c.order[:0]
	for p, d := range differences {
		if d != 0 {
			c.order = append(c.order, p)
		}
	}
	slices.SortFunc(c.order, func(p, q int) int {
		return cmp.Compare(magnitude(differences[p]), magnitude(differences[q]))
	})
	n := int64(len(c.order))
	for lo, hi := 0, 0; lo < len(c.order); lo = hi {
		size := magnitude(differences[c.order[lo]])
		for hi = lo; hi < len(c.order) && magnitude(differences[c.order[hi]]) == size; hi++ {
		}
		// Half of the ranks lo+1 to hi and all above are as large.
		tail := Q16(max(1, (2*n-int64(lo+hi))<<16/(2*n)))
		code := int8(min(max(1, fixed.RoundDiv(24*normalQuantile(tail), 1<<16)), kernels.MaxFitness))
		for _, p := range c.order[lo:hi] {
			codes[p] = code * int8(cmp.Compare(differences[p], 0))
		}
	}
}

// median returns the median of the magnitudes other than zero, or zero if there is
// none.
func (c *coder) median(differences []int64) int64 { return c.percentile(differences, 50) }

// maxRanked bounds what percentile looks at.
const maxRanked = 4096

// percentile returns what so many per cent of the magnitudes other than zero do not
// exceed, or zero if there is none. Of many differences it looks at some, evenly
// spaced.
func (c *coder) percentile(differences []int64, percent int) int64 {
	c.magnitudes = c.magnitudes[:0]
	for p := 0; p < len(differences); p += 1 + len(differences)/(maxRanked+1) {
		if d := differences[p]; d != 0 {
			c.magnitudes = append(c.magnitudes, magnitude(d))
		}
	}
	if len(c.magnitudes) == 0 {
		return 0
	}
	return nth(c.magnitudes, len(c.magnitudes)*percent/100)
}

// nth returns what sorting would bring to place n. It reorders the values (Hoare's
// FIND).
func nth(values []int64, n int) int64 {
	lo, hi := 0, len(values)-1
	for lo < hi {
		pivot := values[lo+(hi-lo)/2]
		i, j := lo, hi
		for i <= j {
			for values[i] < pivot {
				i++
			}
			for values[j] > pivot {
				j--
			}
			if i <= j {
				values[i], values[j] = values[j], values[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case n <= j:
			hi = j
		case n >= i:
			lo = i
		default:
			return values[n]
		}
	}
	return values[n]
}

// maxScore is where scores are cut off before they are subtracted, so that neither
// the difference nor a multiple of it overflows.
const maxScore = 1 << 57

// difference returns by how much plus is better than minus.
func (c *coder) difference(plus, minus int64) int64 {
	if plus == Failed || minus == Failed {
		return 0
	}
	d := min(max(plus, -maxScore), maxScore) - min(max(minus, -maxScore), maxScore)
	if c.minimize {
		return -d
	}
	return d
}

func magnitude(d int64) int64 { return max(d, -d) }

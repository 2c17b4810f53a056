package es

import (
	"cmp"
	"fmt"
	"math"
	"math/bits"
	"slices"

	"github.com/Kaleaon/pentary-go/internal/fixed"
	"github.com/Kaleaon/pentary-go/internal/parallel"
	"github.com/Kaleaon/pentary-go/kernels"
)

// Fitness is the coding of the difference of an antithetic pair's scores. The codes of a
// group of pairs depend only on the scores of the group. A pair has code 0 if both members
// score the same or one of them Failed.
//
// Differences are exact for all int64 scores. The percentile P of n magnitudes other than
// zero is the one at index ⌊n·P/100⌋ in ascending order, and the median is percentile 50; all
// magnitudes of the group count. Quotients are rounded to nearest, ties away from zero.
type Fitness uint8

const (
	// FourBit divides the difference by half the median magnitude of the
	// differences other than zero, rounds, and clamps to ±7: about three steps a
	// standard deviation, whatever the units and tails of the scores
	// (docs/decisions.md#fitness-codes-of-four-bits).
	FourBit Fitness = iota + 1
	// Sign keeps the sign of the difference: -1, 0 or +1.
	Sign
	// Ranks ranks the magnitudes of the differences, ties at their mean rank, and codes each
	// as the quantile of a normal variable at that rank (van der Waerden's scores), 24 per
	// standard deviation and at most 63, with the difference's sign. For normal scores the
	// codes are like Raw's; for others they depend only on the order of the differences.
	// Unlike ranks of members, they ignore what both members of a pair have in common.
	Ranks
	// Raw keeps the proportions: it divides the difference by a 16th of the median
	// magnitude, rounds, and clamps to ±63, 2.7 standard deviations.
	Raw
	// Tails is for differences of which a few are much larger than the others, such as those
	// of single samples when most samples are learned: the unit is a 32nd of their 99th
	// percentile, the limit ±63.
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
	fitness    Fitness
	minimize   bool
	samples    int      // scores of a member
	magnitudes []uint64 // of the differences, by pair and sample
	ranked     []uint64 // for percentile
	order      []int    // of pairs

	// Of the call under way. compare and quantize take a chunk each.
	codes             []int8
	scores            []int64
	group             []uint64 // magnitudes
	unit              unit
	extents           []extent // of the scores, by worker
	compare, quantize func(worker, i int)
}

// chunk is the least number of codes that a goroutine makes at a time.
const chunk = 1 << 12

func newCoder(f Fitness, minimize bool, pairs, samples int) *coder {
	n := pairs * samples
	c := &coder{fitness: f, minimize: minimize, samples: samples, magnitudes: make([]uint64, n), ranked: make([]uint64, n), order: make([]int, 0, n)}
	c.compare, c.quantize = c.compareChunk, c.quantizeChunk
	c.extents = make([]extent, parallel.Workers())
	return c
}

// encode writes the codes of a generation of n groups from the scores of both members
// of each pair, and returns the median magnitude of the differences other than zero,
// or zero if there is none. The difference of two scores is exact, whatever they are,
// so that codes do not depend on what all scores have in common.
func (c *coder) encode(codes []int8, scores []int64, groups int) (spread int64) {
	c.codes, c.scores = codes, scores
	for i := range c.extents {
		c.extents[i] = noScores
	}
	each := c.pairsOfChunk()
	parallel.For(len(c.extents), (len(codes)/c.samples+each-1)/each, c.compare)
	size := len(codes) / groups
	for at := 0; at < len(codes); at += size {
		c.encodeGroup(codes[at:at+size], c.magnitudes[at:at+size])
	}
	c.codes, c.scores = nil, nil
	return int64(min(c.median(c.magnitudes), math.MaxInt64))
}

// extent returns the extent of the scores that encode has had.
func (c *coder) extent() *extent {
	for i := range c.extents[1:] {
		c.extents[0].join(&c.extents[i+1])
		c.extents[i+1] = noScores
	}
	return &c.extents[0]
}

func (c *coder) pairsOfChunk() int { return (chunk + c.samples - 1) / c.samples }

// compareChunk sets the signs and magnitudes of some pairs' differences.
func (c *coder) compareChunk(worker, i int) {
	size := c.pairsOfChunk() * c.samples
	for at := i * size; at < min((i+1)*size, len(c.codes)); at += c.samples {
		plus, minus := c.scores[2*at:][:c.samples], c.scores[2*at+c.samples:][:c.samples]
		codes, magnitudes := c.codes[at:][:c.samples], c.magnitudes[at:][:c.samples]
		for b := range plus {
			codes[b], magnitudes[b] = c.difference(plus[b], minus[b])
		}
		c.extents[worker].add(plus)
		c.extents[worker].add(minus)
	}
}

// encodeGroup turns the signs of a group's differences into codes.
func (c *coder) encodeGroup(codes []int8, magnitudes []uint64) {
	switch c.fitness {
	case Sign:
	case Ranks:
		c.rank(codes, magnitudes)
	case Raw:
		c.divide(codes, magnitudes, unit{c.median(magnitudes), 16, 63})
	case Tails:
		c.divide(codes, magnitudes, unit{c.percentile(magnitudes, 99), 32, 63})
	default:
		c.divide(codes, magnitudes, unit{c.median(magnitudes), 2, 7})
	}
}

// divide multiplies the signs in codes by the magnitudes in a unit.
func (c *coder) divide(codes []int8, magnitudes []uint64, u unit) {
	c.codes, c.group, c.unit = codes, magnitudes, u
	parallel.For(parallel.Workers(), (len(codes)+chunk-1)/chunk, c.quantize)
}

func (c *coder) quantizeChunk(_, i int) {
	lo, hi := i*chunk, min((i+1)*chunk, len(c.codes))
	c.unit.quantize(c.codes[lo:hi], c.group[lo:hi])
}

// A unit is scale/steps, and codes in it are at most most, which is at most 4·steps.
type unit struct{ scale, steps, most uint64 }

// quantize multiplies the signs in codes by the magnitudes, rounded to nearest, ties away from
// zero. With a scale of zero all magnitudes are zero.
func (u unit) quantize(codes []int8, magnitudes []uint64) {
	const small = 1 << 56 // 4·32 of it, and a half, fit 64 bits
	scale, steps, most := u.scale, u.steps, u.most
	if scale == 0 {
		return
	}
	if scale > small {
		for p, m := range magnitudes {
			hi, lo := bits.Mul64(steps, m)
			lo, carry := bits.Add64(lo, scale/2, 0)
			q, _ := bits.Div64(hi+carry, lo, scale) // steps·m/scale < 2^13
			codes[p] *= int8(min(q, most))
		}
		return
	}
	inverse := math.MaxUint64 / scale
	for p, m := range magnitudes {
		n := steps*min(m, 4*scale) + scale/2
		q, _ := bits.Mul64(n, inverse) // n/scale, or one less
		if n-q*scale >= scale {
			q++
		}
		codes[p] *= int8(min(q, most))
	}
}

// rank multiplies the signs in codes by the normal scores of the magnitudes' ranks.
func (c *coder) rank(codes []int8, magnitudes []uint64) {
	c.order = c.order[:0]
	for p, m := range magnitudes {
		if m != 0 {
			c.order = append(c.order, p)
		}
	}
	slices.SortFunc(c.order, func(p, q int) int { return cmp.Compare(magnitudes[p], magnitudes[q]) })
	n := int64(len(c.order))
	for lo, hi := 0, 0; lo < len(c.order); lo = hi {
		size := magnitudes[c.order[lo]]
		for hi = lo; hi < len(c.order) && magnitudes[c.order[hi]] == size; hi++ {
		}
		// Half of the ranks lo+1 to hi and all above are as large.
		tail := Q16(max(1, (2*n-int64(lo+hi))<<16/(2*n)))
		code := int8(min(max(1, fixed.RoundDiv(24*normalQuantile(tail), 1<<16)), kernels.MaxFitness))
		for _, p := range c.order[lo:hi] {
			codes[p] *= code
		}
	}
}

// median returns the median of the magnitudes other than zero, or zero if there is
// none.
func (c *coder) median(magnitudes []uint64) uint64 { return c.percentile(magnitudes, 50) }

// percentile returns the given percentile of the magnitudes other than zero, or zero if
// there is none. It uses all of them, because a part would have to be chosen by position
// and samples may be sorted.
func (c *coder) percentile(magnitudes []uint64, percent int) uint64 {
	all, decided := uint64(0), 0
	for _, m := range magnitudes {
		all |= m
		if m != 0 {
			decided++
		}
	}
	if decided == 0 {
		return 0
	}
	return nth(magnitudes, c.ranked, len(magnitudes)-decided+decided*percent/100, all)
}

// nth returns the value that sorting would bring to index n. No value has a bit outside all.
// From the highest bits down, a few at a time, it keeps the values that can still be the
// result, in kept, which has the length of values and may share their memory. It takes linear
// time for any values.
func nth(values, kept []uint64, n int, all uint64) uint64 {
	const digit = 11 // bits
	for top := bits.Len64(all); top > 0 && len(values) > 1; top -= digit {
		shift := max(0, top-digit)
		var counts [1 << digit]int
		for _, v := range values {
			counts[v>>(shift&63)%(1<<digit)]++
		}
		at := uint64(0)
		for ; n >= counts[at]; at++ {
			n -= counts[at]
		}
		most := 0
		for _, v := range values {
			kept[most] = v
			if v>>(shift&63)%(1<<digit) == at {
				most++
			}
		}
		values = kept[:most]
	}
	return values[n]
}

// difference returns the sign and the magnitude of plus − minus, or of minus − plus if lower
// scores are better. The sign is unpredictable, so there is no branch on it.
func (c *coder) difference(plus, minus int64) (sign int8, magnitude uint64) {
	if plus == Failed || minus == Failed {
		return 0, 0
	}
	var above, below int8
	if plus > minus {
		above = 1
	}
	if plus < minus {
		below = 1
	}
	if sign = above - below; c.minimize {
		sign = -sign
	}
	return sign, uint64(max(plus, minus)) - uint64(min(plus, minus))
}

package kernels

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/packed"
)

// The update rules: how Z = Σ f·a·bᵀ moves pents. Each accumulates Z tile by tile
// and steps rows lo to hi of W in the same pass, for all columns j <
// packed.PaddedLen(k); no buffer of Z's size exists. It returns how many pents
// moved. Ranges of rows are independent: goroutines may share W, terms and state.
// Terms may be none: Z is zero then, which only the averages of UpdateFlip feel.

// Scale turns Z into a step d, in 1/256 level:
//
//	d = clamp(RoundShift(clamp(z, ±Limit)·Mul, Shift), ±255)
//
// Limit·Mul + 2^(Shift-1) must fit an int32.
type Scale struct {
	Mul   int32
	Shift uint
	Limit int32
}

func (s Scale) step(z int32) int32 {
	d := RoundShift(min(max(z, -s.Limit), s.Limit)*s.Mul, s.Shift)
	return min(max(d, -255), 255)
}

func (s Scale) check(fn string) {
	if s.Shift > 30 || s.Limit < 0 || s.Mul < 0 || int64(s.Limit)*int64(s.Mul)+1<<s.Shift>>1 > 1<<31-1 {
		panic(fmt.Sprintf("kernels: %s: scale %+v overflows", fn, s))
	}
}

// UpdateResidual is the default rule: error feedback. A weight w and its residual e
// are one fixed-point number w + e/256, of which the pent is the rounding; the step
// of Z is added to the residual and carries into the pent.
//
//	z = Σ_τ Left[τ, i] · (Right[τ, j]-2)
//	v = e + scale(z)
//	carry = (v + 128) >> 8                    // -1, 0 or +1
//	w, e = w + carry, v - 256·carry
//	if w > +2 { w, e = +2, +127 }
//	if w < -2 { w, e = -2, -128 }
//
// for e = residual[i*kp+j], kp = packed.PaddedLen(k). residual has m·kp elements,
// zero to begin with.
func UpdateResidual(w *packed.Matrix, residual []int8, t Terms, scale Scale, lo, hi int) (moved int) {
	t.check("UpdateResidual", w, lo, hi)
	checkState("UpdateResidual", "residual", len(residual), 1, w)
	scale.check("UpdateResidual")
	return step(w, t, &rule{kind: byResidual, scale: scale, state: residual}, lo, hi)
}

// UpdateResidual4 is UpdateResidual with a residual of four bits, in units of 1/16
// level: half the memory. The step is rounded to sixteenths at random, so that none
// is lost on average.
//
//	d4 = (scale(z) + u&15) >> 4               // -16 to 16
//	v = e + d4
//	carry = (v + 8) >> 4                      // -1, 0 or +1
//	w, e = w + carry, v - 16·carry
//	if w > +2 { w, e = +2, +7 }
//	if w < -2 { w, e = -2, -8 }
//
// u is the random byte of the weight, see UpdateStochastic. e is a nibble in two's
// complement. The nibbles of 32 columns take 16 bytes, the first 16 columns the low
// halves of the bytes and the others the high halves: the nibble of weight (i, j) is in
// residual[i*kp/2 + j/32*16 + j%16], kp = packed.PaddedLen(k). residual has m·kp/2
// elements, zero to begin with.
func UpdateResidual4(w *packed.Matrix, residual []uint8, t Terms, scale Scale, rounding Stream, lo, hi int) (moved int) {
	t.check("UpdateResidual4", w, lo, hi)
	checkState("UpdateResidual4", "residual", len(residual), 2, w)
	scale.check("UpdateResidual4")
	return step(w, t, &rule{kind: byResidual4, scale: scale, state4: residual, rounding: rounding}, lo, hi)
}

// UpdateStochastic keeps no state: it rounds the step to whole levels at random, so
// that a weight moves by scale(z)/256 levels on average, and saturates at ±2.
//
//	carry = (scale(z) + u) >> 8               // -1, 0 or +1
//	w = clamp(w + carry, ±2)
//
// u, the random byte of weight (i, j), is byte j of the stream rounding with Pair =
// i, as Random draws it; the Pair that rounding comes with does not matter. Updates
// that are to round independently take streams that differ elsewhere.
func UpdateStochastic(w *packed.Matrix, t Terms, scale Scale, rounding Stream, lo, hi int) (moved int) {
	t.check("UpdateStochastic", w, lo, hi)
	scale.check("UpdateStochastic")
	return step(w, t, &rule{kind: byStochastic, scale: scale, rounding: rounding}, lo, hi)
}

// MaxDecay bounds the decay of UpdateFlip.
const MaxDecay = 7

// Flip is what UpdateFlip does with Z.
type Flip struct {
	Scale     Scale // of a step
	Decay     uint  // the average's gain is 2^-Decay; 1 to MaxDecay
	Threshold int8  // of the average, positive
}

// UpdateFlip is Bop (Helwegen et al., "Latent Weights Do Not Exist", arXiv
// 1906.02107, algorithm 1) for five levels: a weight keeps an exponential moving
// average a of its steps, with gain 2^-Decay, and moves a level when that reaches
// the threshold. The average is rounded at random, so that it does not stall short
// of a small step.
//
//	a += (clamp(scale(z), ±127) - a + u&(1<<Decay-1)) >> Decay
//	if a >= +Threshold { w, a = min(w+1, +2), 0 }
//	if a <= -Threshold { w, a = max(w-1, -2), 0 }
//
// for a = average[i*kp+j], kp = packed.PaddedLen(k), and the random byte u of the
// weight, see UpdateStochastic. average has m·kp elements, zero to begin with; the
// padding is set to zero. Without terms, averages decay by the same loop with z = 0,
// and may still reach the threshold.
func UpdateFlip(w *packed.Matrix, average []int8, t Terms, flip Flip, rounding Stream, lo, hi int) (moved int) {
	t.check("UpdateFlip", w, lo, hi)
	checkState("UpdateFlip", "average", len(average), 1, w)
	flip.Scale.check("UpdateFlip")
	if flip.Decay < 1 || flip.Decay > MaxDecay || flip.Threshold < 1 {
		panic(fmt.Sprintf("kernels: UpdateFlip: decay %d and threshold %d, want 1 to %d and 1 to 127", flip.Decay, flip.Threshold, MaxDecay))
	}
	// Where Z is zero an average of any other origin could still move the pent.
	k, kp := w.Cols(), packed.PaddedLen(w.Cols())
	for i := lo; k < kp && i < hi; i++ {
		clear(average[i*kp+k : (i+1)*kp])
	}
	return stepRows(w, t, &rule{
		kind: byFlip, scale: flip.Scale, state: average, rounding: rounding, decay: flip.Decay, threshold: int32(flip.Threshold),
	}, lo, hi)
}

// ThresholdUnit is the unit of UpdateThreshold's threshold: a |Z| of one.
const ThresholdUnit = 256

// MaxThreshold bounds the threshold of UpdateThreshold, far beyond any Z.
const MaxThreshold = ThresholdUnit << 30

// UpdateThreshold moves every pent by one level in the direction of Z where |Z|
// reaches threshold, in units of 1/ThresholdUnit, and saturates at ±2:
//
//	if +ThresholdUnit·z + u >= threshold { w = min(w+1, +2) }
//	if -ThresholdUnit·z + u >= threshold { w = max(w-1, -2) }
//
// u is the random byte of the weight, see UpdateStochastic: since Z lies on a lattice,
// a share of the weights with |Z| = threshold/ThresholdUnit, rounded down, moves, in
// both directions alike, and the share of all that move is linear in threshold between
// two whole numbers of units. A whole number draws nothing: |Z| >=
// threshold/ThresholdUnit decides. threshold is ThresholdUnit to MaxThreshold.
func UpdateThreshold(w *packed.Matrix, t Terms, threshold int64, rounding Stream, lo, hi int) (moved int) {
	t.check("UpdateThreshold", w, lo, hi)
	if threshold < ThresholdUnit || threshold > MaxThreshold {
		panic(fmt.Sprintf("kernels: UpdateThreshold: threshold %d/%d, want 1 to %d", threshold, ThresholdUnit, MaxThreshold/ThresholdUnit))
	}
	return step(w, t, &rule{
		kind: byThreshold, threshold: int32(threshold / ThresholdUnit), fraction: uint8(threshold % ThresholdUnit), rounding: rounding,
	}, lo, hi)
}

// AlwaysShrink is the chance that Shrink counts as certain.
const AlwaysShrink = 1 << 16

// Shrink is weight decay: every pent of rows lo to hi other than zero moves a level
// towards zero with the probability chance/AlwaysShrink.
//
//	if u < chance { w -= sign(w) }
//
// The random number u of weight (i, j) is bytes 2j and 2j+1, little-endian, of the
// stream draw with Pair = i; the Pair that draw comes with does not matter. It
// returns how many pents moved. Ranges of rows are independent.
func Shrink(w *packed.Matrix, chance uint32, draw Stream, lo, hi int) (moved int) {
	checkRows("Shrink", w, lo, hi)
	if chance > AlwaysShrink {
		panic(fmt.Sprintf("kernels: Shrink: chance %d/%d", chance, AlwaysShrink))
	}
	if chance == 0 {
		return 0
	}
	return stepRows(w, Terms{}, &rule{kind: byShrink, chance: chance, rounding: draw}, lo, hi)
}

// checkState panics unless a rule's state has the length that W asks for: an element
// for share weights.
func checkState(fn, name string, got, share int, w *packed.Matrix) {
	want := elements(w.Rows(), paddedLen(w.Cols()))
	if want > 0 {
		want /= share
	}
	checkLen(fn, name, got, want, "W of %d×%d, rows padded", w.Rows(), w.Cols())
}

// kind is which rule a rule is.
type kind uint8

const (
	byResidual kind = iota
	byResidual4
	byStochastic
	byFlip
	byThreshold
	byShrink
)

// rule is a rule with its parameters, of which it uses some, and the state that it
// keeps of W.
type rule struct {
	kind      kind
	state     []int8  // residuals or averages, rows padded
	state4    []uint8 // residuals of four bits
	scale     Scale
	rounding  Stream
	decay     uint
	threshold int32 // on averages, or on Z in whole units
	fraction  uint8 // and ThresholdUnit parts of one
	chance    uint32
}

// maxDraws is the most random bytes that a rule draws for a weight.
const maxDraws = 2

// draws returns how many random bytes the rule draws for a weight.
func (r *rule) draws() int {
	switch {
	case r.kind == byResidual, r.kind == byThreshold && r.fraction == 0:
		return 0
	case r.kind == byShrink:
		return 2
	}
	return 1
}

// step steps rows lo to hi of W by a rule that changes nothing where Z is zero.
func step(w *packed.Matrix, t Terms, r *rule, lo, hi int) (moved int) {
	if t.Count == 0 {
		return 0
	}
	return stepRows(w, t, r, lo, hi)
}

// stepGeneric steps the codes of a tile, whose state starts at at, by Z and the
// random bytes that the rule draws.
func (r *rule) stepGeneric(codes []uint8, at int, z []int32, u []uint8) (moved int) {
	for l, c := range codes {
		switch r.kind {
		case byResidual:
			codes[l], r.state[at+l] = r.residual(c, r.state[at+l], z[l])
		case byResidual4:
			b, high := nibble(at + l)
			e := int8(r.state4[b]<<(4-high)) >> 4
			codes[l], e = r.residual4(c, e, z[l], u[l])
			r.state4[b] = r.state4[b]&^(15<<high) | uint8(e)&15<<high
		case byStochastic:
			codes[l] = saturate(c, (r.scale.step(z[l])+int32(u[l]))>>8)
		case byFlip:
			codes[l], r.state[at+l] = r.flip(c, r.state[at+l], z[l], u[l])
		case byThreshold:
			dither := int64(0)
			if len(u) > 0 {
				dither = int64(u[l])
			}
			codes[l] = saturate(c, r.direction(z[l], dither))
		case byShrink:
			if uint32(u[2*l])|uint32(u[2*l+1])<<8 < r.chance {
				codes[l] = shrunk(c)
			}
		}
		if codes[l] != c {
			moved++
		}
	}
	return moved
}

// saturate returns the code that lies by levels from c, within the ends.
func saturate(c uint8, by int32) uint8 { return uint8(min(max(int32(c)+by, 0), 4)) }

func (r *rule) residual(c uint8, e int8, z int32) (uint8, int8) {
	v := int32(e) + r.scale.step(z)
	carry := (v + 128) >> 8
	switch to := int32(c) + carry; {
	case to > 4:
		return 4, 127
	case to < 0:
		return 0, -128
	default:
		return uint8(to), int8(v - carry<<8)
	}
}

func (r *rule) residual4(c uint8, e int8, z int32, u uint8) (uint8, int8) {
	v := int32(e) + (r.scale.step(z)+int32(u&15))>>4
	carry := (v + 8) >> 4
	switch to := int32(c) + carry; {
	case to > 4:
		return 4, 7
	case to < 0:
		return 0, -8
	default:
		return uint8(to), int8(v - carry<<4)
	}
}

// nibble returns where the residual of four bits of a weight is, given the place of
// the weight among the weights of all rows, padded: the byte and the shift.
func nibble(at int) (b int, shift uint) {
	return at/32*16 + at%16, uint(at / 16 % 2 * 4)
}

func (r *rule) flip(c uint8, a int8, z int32, u uint8) (uint8, int8) {
	d := min(max(r.scale.step(z), -127), 127)
	a += int8((d - int32(a) + int32(u)&(1<<r.decay-1)) >> r.decay)
	switch {
	case int32(a) >= r.threshold:
		return saturate(c, 1), 0
	case int32(a) <= -r.threshold:
		return saturate(c, -1), 0
	}
	return c, a
}

func (r *rule) direction(z int32, u int64) int32 {
	threshold := ThresholdUnit*int64(r.threshold) + int64(r.fraction)
	switch {
	case ThresholdUnit*int64(z)+u >= threshold:
		return 1
	case -ThresholdUnit*int64(z)+u >= threshold:
		return -1
	}
	return 0
}

func shrunk(c uint8) uint8 {
	switch {
	case c > zero:
		return c - 1
	case c < zero:
		return c + 1
	}
	return c
}

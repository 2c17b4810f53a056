package kernels

import "fmt"

// MaxDigits is the largest number of pents of a weight. MaxScale is the largest multiplier of an
// output: six pents of 2.
const (
	MaxDigits = 4
	MaxScale  = (15625 - 1) / 2
)

// Scaled says how the accumulators of weights of several pents, in balanced base 5, become
// activations.
type Scaled struct {
	Digits int     // of a weight, 1 to MaxDigits
	Scale  []int32 // multipliers of the outputs, 0 to MaxScale; nil for ones
	Gains  []int8  // a batch of m×n gains of the multipliers, see GainedScale; nil for none
	Shift  uint    // at most 30
	Wide   bool    // outputs of two digits
	ReLU   bool
}

// RequantizeScaled turns accumulators of Digits·m×n, row d·m + i being digit d of output i,
// into a batch of m×n activations:
//
//	s = Σ_d 5^d·y[(d·m+i)*n+c]
//	v = clamp((scale·s + 2^(Shift-1)) >> Shift, low, high)
//
// with scale = Scale[i], or if there are Gains GainedScale(Scale[i], Gains[(i/4*n+c)*4+i%4]),
// high = 127, and low = -high or 0 with ReLU. If Wide, high is 16319, and dst is two
// batches, of (v+64)>>7 and of v less 128 times that; m is then a multiple of 4. Lanes beyond m
// are zero. s is an int32, which wraps around.
func RequantizeScaled(dst []int8, y []int32, m, n int, o Scaled) {
	if o.Digits < 1 || o.Digits > MaxDigits || o.Wide && m%4 != 0 {
		panic(fmt.Sprintf("kernels: RequantizeScaled: %d digits of %d outputs, wide %t, want 1 to %d and multiples of 4 if wide", o.Digits, m, o.Wide, MaxDigits))
	}
	checkShift("RequantizeScaled", o.Shift)
	batches := 1
	if o.Wide {
		batches = 2
	}
	if m >= 0 {
		checkLen("RequantizeScaled", "dst", len(dst), elements(batches, Quads(m), 4, n), "%d batches of %d×%d", batches, m, n)
	}
	checkLen("RequantizeScaled", "y", len(y), elements(o.Digits, m, n), "%d digits of %d×%d", o.Digits, m, n)
	if o.Scale != nil {
		checkLen("RequantizeScaled", "Scale", len(o.Scale), m, "%d outputs", m)
	}
	if o.Gains != nil {
		checkLen("RequantizeScaled", "Scale", len(o.Scale), m, "%d outputs with gains", m)
		checkLen("RequantizeScaled", "Gains", len(o.Gains), batchLen(m, n), "a batch of %d×%d", m, n)
	}
	if len(dst) == 0 {
		return
	}
	done := requantizeScaled(dst, y, m, n, o)
	requantizeScaledGeneric(dst, y, done, m, n, o)
}

// GainBits is the number of fraction bits of a gain.
const GainBits = 7

// GainedScale returns a multiplier with its gain:
//
//	min(RoundShift(scale·(128 + gain), 7), MaxScale)
func GainedScale(scale int32, gain int8) int32 {
	return min(RoundShift(scale*(1<<GainBits+int32(gain)), GainBits), MaxScale)
}

// requantizeScaledGeneric computes the outputs from a multiple of 4 on.
func requantizeScaledGeneric(dst []int8, y []int32, from, m, n int, o Scaled) {
	high, low := int64(127), int64(-127)
	if o.Wide {
		high, low = wordTop, -wordTop
	}
	if o.ReLU {
		low = 0
	}
	half := int64(1) << o.Shift >> 1
	for i := from; i < Quads(m)*4; i++ {
		at := i/4*n*4 + i%4
		if i >= m {
			for c := range n {
				dst[at+4*c] = 0
			}
			continue
		}
		scale := int64(1)
		if o.Scale != nil {
			scale = int64(o.Scale[i])
		}
		for c, sum := range y[i*n : (i+1)*n] {
			power := int32(1)
			for digit := 1; digit < o.Digits; digit++ {
				power *= 5
				sum += power * y[(digit*m+i)*n+c]
			}
			if o.Gains != nil {
				scale = int64(GainedScale(o.Scale[i], o.Gains[at+4*c]))
			}
			v := int32(min(max((int64(sum)*scale+half)>>o.Shift, low), high))
			if o.Wide {
				top := (v + 64) >> 7
				dst[at+4*c], dst[len(dst)/2+at+4*c] = int8(top), int8(v-top<<7)
			} else {
				dst[at+4*c] = int8(v)
			}
		}
	}
}

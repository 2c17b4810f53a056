package kernels

import (
	"math"
	"testing"

	"github.com/Kaleaon/pentary-go/packed"
)

// scale returns a scale that lets many weights step, or one at its bounds.
func (o *operands) scale() Scale {
	bounds := []Scale{
		{Mul: 1, Shift: 0, Limit: 255},
		{Mul: 1 << 20, Shift: 19, Limit: 1 << 9},
		{Mul: 1<<30 - 1, Shift: 30, Limit: 1},
		{Mul: 1, Shift: 22, Limit: 1<<30 - 1},
		{Mul: math.MaxInt32, Shift: 0, Limit: 1},
		{Mul: 0, Shift: 3, Limit: 9},
		{Mul: 9, Shift: 3, Limit: 0},
	}
	if i := o.IntN(2 * len(bounds)); i < len(bounds) {
		return bounds[i]
	}
	return Scale{Mul: 1 + o.Int32N(100), Shift: uint(o.IntN(10)), Limit: 1 + o.Int32N(16<<o.IntN(10))}
}

// dithered returns the threshold rule.
func dithered(tau int64, s Stream) *rule {
	return &rule{kind: byThreshold, threshold: int32(tau / ThresholdUnit), fraction: uint8(tau % ThresholdUnit), rounding: s}
}

// TestRules steps every pent, with every state that it can have, by every z up to
// beyond what moves it, and compares with each rule read as arithmetic. The random
// bytes are those that Random draws.
func TestRules(t *testing.T) {
	const (
		maxZ  = 308               // 22 terms of 14
		m     = 2*maxZ + 1        // row i has z = i - maxZ
		k     = 5 * 256           // column j has the weight j/256 - 2 and the state j%256 - 128
		count = maxZ / 14         // terms
		one   = uint8(zero + 1)   // the code of the weight 1
		block = packed.BlockPents // columns of one pent
	)
	terms := Terms{Count: count, Rows: m, Left: make([]int8, Quads(count)*m*4), Right: filled(Quads(count)*k*4, one)}
	for i := range m {
		for term, z := 0, i-maxZ; z != 0; term++ {
			part := min(max(z, -14), 14)
			terms.Left[(term/4*m+i)*4+term%4] = int8(part)
			z -= part
		}
	}
	scale, s := Scale{Mul: 1, Shift: 0, Limit: maxZ}, Stream{Seed: 5, Generation: 6, Tensor: 7, Pair: 8}
	random := make([]uint8, m*k)
	for i := range m {
		of := s
		of.Pair = uint32(i)
		Random(random[i*k:][:k], of)
	}
	// modelled returns the pents and states that a model gives.
	modelled := func(model func(w, e, z, u int) (int, int)) (pents, states []int8, moved int) {
		for at, u := range random {
			w, e := at%k/block-zero, at%block-128
			to, state := model(w, e, at/k-maxZ, int(u))
			pents, states = append(pents, int8(to)), append(states, int8(state))
			if to != w {
				moved++
			}
		}
		return pents, states, moved
	}
	clamp := func(v, most int) int { return min(max(v, -most), most) }
	floor := func(v, by int) int { // v/by, rounded down
		q := v / by
		if q*by > v {
			q--
		}
		return q
	}
	for name, rule := range map[string]struct {
		update func(w *packed.Matrix, e []int8) int
		model  func(w, e, z, u int) (int, int)
	}{
		"residual": {
			func(w *packed.Matrix, e []int8) int { return UpdateResidual(w, e, terms, scale, 0, m) },
			func(w, e, z, _ int) (int, int) {
				// One number in 1/256, which takes the step, saturates, and is rounded.
				v := min(max(256*w+e+clamp(z, 255), -2*256-128), 2*256+127)
				w = floor(v+128, 256)
				return w, v - 256*w
			},
		},
		"residual of four bits": {
			func(w *packed.Matrix, e []int8) int {
				nibbles := make([]uint8, m*k/2)
				for at := range e {
					b, shift := at/k*k/2+at%k/32*16+at%16, at%32/16*4
					nibbles[b] |= uint8(floor(int(e[at]), 16)) & 15 << shift
				}
				moved := UpdateResidual4(w, nibbles, terms, scale, s, 0, m)
				for at := range e {
					b, shift := at/k*k/2+at%k/32*16+at%16, at%32/16*4
					e[at] = int8(nibbles[b]>>shift<<4) >> 4
				}
				return moved
			},
			func(w, e, z, u int) (int, int) {
				v := 16*w + floor(e, 16) + floor(clamp(z, 255)+u%16, 16)
				v = min(max(v, -2*16-8), 2*16+7)
				w = floor(v+8, 16)
				return w, v - 16*w
			},
		},
		"stochastic": {
			func(w *packed.Matrix, _ []int8) int { return UpdateStochastic(w, terms, scale, s, 0, m) },
			func(w, e, z, u int) (int, int) { return clamp(w+floor(clamp(z, 255)+u, 256), 2), e },
		},
		"flip": {
			func(w *packed.Matrix, e []int8) int {
				return UpdateFlip(w, e, terms, Flip{Scale: scale, Decay: 3, Threshold: 50}, s, 0, m)
			},
			func(w, e, z, u int) (int, int) {
				e += floor(clamp(z, 127)-e+u%8, 8)
				switch {
				case e >= 50:
					return min(w+1, 2), 0
				case e <= -50:
					return max(w-1, -2), 0
				}
				return w, e
			},
		},
		"threshold": {
			func(w *packed.Matrix, _ []int8) int { return UpdateThreshold(w, terms, 256*7, s, 0, m) },
			func(w, e, z, _ int) (int, int) {
				switch {
				case z >= 7:
					w++
				case z <= -7:
					w--
				}
				return clamp(w, 2), e
			},
		},
		"dithered threshold": {
			func(w *packed.Matrix, _ []int8) int { return UpdateThreshold(w, terms, 256*7+60, s, 0, m) },
			func(w, e, z, u int) (int, int) {
				switch reaches := u >= 60; {
				case z > 7 || z == 7 && reaches:
					w++
				case z < -7 || z == -7 && reaches:
					w--
				}
				return clamp(w, 2), e
			},
		},
	} {
		wantPents, wantE, wantMoved := modelled(rule.model)
		forEachImpl(t, func(t *testing.T) {
			w, e := packed.NewMatrix(m, k), make([]int8, m*k)
			pents := make([]int8, m*k)
			for at := range pents {
				pents[at], e[at] = int8(at%k/block)-zero, int8(at%block-128)
			}
			w.Pack(pents)
			moved := rule.update(w, e)
			w.Unpack(pents)
			equal(t, name+": pent", pents, wantPents)
			equal(t, name+": state", e, wantE)
			if moved != wantMoved {
				t.Errorf("%s: %d pents moved, want %d", name, moved, wantMoved)
			}
		})
	}
}

// TestRoundingUnbiased steps one weight of zero by every random byte: over all of
// them, stochastic rounding moves by exactly the step, a threshold moves the share
// of the weights that it says, and both directions are alike.
func TestRoundingUnbiased(t *testing.T) {
	bytes := make([]uint8, 256)
	for u := range bytes {
		bytes[u] = uint8(u)
	}
	// total returns the sum of all weights after a step of z, given what a level of
	// the weight and of its state count.
	total := func(r rule, z int32, level int) (sum int) {
		codes := filled(256, uint8(zero))
		r.state, r.state4, r.scale = make([]int8, 256), make([]uint8, 128), Scale{Mul: 1, Limit: 255}
		r.stepGeneric(codes, 0, filled(256, z), bytes)
		for l, c := range codes {
			b, shift := nibble(l)
			sum += level*(int(c)-zero) + int(r.state[l]) + int(int8(r.state4[b]>>shift<<4)>>4)
		}
		return sum
	}
	for z := int32(-255); z <= 255; z++ {
		if got := total(rule{kind: byStochastic}, z, 256); got != 256*int(z) {
			t.Errorf("a step of %d/256 moves %d weights by %d/256 in all", z, len(bytes), got)
		}
		if got := total(rule{kind: byResidual4}, z, 16); got != 16*int(z) {
			t.Errorf("a step of %d/256 moves weights with residuals of four bits by %d/16 in all", z, got)
		}
		for decay := uint(1); decay <= MaxDecay; decay++ {
			want := 256 * int(min(max(z, -127), 127)) >> decay
			if got := total(rule{kind: byFlip, decay: decay, threshold: 127}, z, 0); abs(int(z)) < 127 && got != want {
				t.Errorf("a step of %d moves averages of gain 2^-%d by %d in all, want %d", z, decay, got, want)
			}
		}
	}
	const whole = 3
	for fraction := range int64(ThresholdUnit) {
		rule := *dithered(whole*ThresholdUnit+fraction, Stream{})
		for z, want := range map[int32]int{whole - 1: 0, whole: ThresholdUnit - int(fraction), whole + 1: ThresholdUnit} {
			up, down := total(rule, z, 1), total(rule, -z, 1)
			if up != want || down != -want {
				t.Errorf("threshold %d+%d/256: a Z of ±%d moves %+d and %+d of 256 weights, want ±%d",
					whole, fraction, z, up, down, want)
			}
		}
	}
}

func abs(v int) int { return max(v, -v) }

// TestShrinkChance counts the pents that shrink: as many as the chance says, within
// five standard deviations, none across zero.
func TestShrinkChance(t *testing.T) {
	const m, k = 64, 1000
	for _, chance := range []uint32{0, 1, 655, 1 << 15, 60000, AlwaysShrink} {
		forEachImpl(t, func(t *testing.T) {
			w, pents, after := packed.NewMatrix(m, k), make([]int8, m*k), make([]int8, m*k)
			nonzero := 0
			for at := range pents {
				if pents[at] = int8(at%5 - 2); pents[at] != 0 {
					nonzero++
				}
			}
			w.Pack(pents)
			moved, shrunk := Shrink(w, chance, Stream{Seed: 9}, 0, m), 0
			w.Unpack(after)
			for at, before := range pents {
				switch d := abs(int(before)) - abs(int(after[at])); {
				case d == 1 && int(before)*int(after[at]) >= 0:
					shrunk++
				case before != after[at]:
					t.Fatalf("pent %d became %d", before, after[at])
				}
			}
			p := float64(chance) / AlwaysShrink
			mean, deviation := p*float64(nonzero), math.Sqrt(p*(1-p)*float64(nonzero))
			if moved != shrunk || math.Abs(float64(moved)-mean) > 5*deviation {
				t.Errorf("chance %d: %d pents moved, %d shrank, want about %.0f", chance, moved, shrunk, mean)
			}
		})
	}
}

// TestFlipPadding: averages of padding are set to zero, for they would move it.
func TestFlipPadding(t *testing.T) {
	const m, k, kp = 3, 33, 64
	forEachImpl(t, func(t *testing.T) {
		o := newOperands(t, 1, 0, 0)
		w, a := packed.NewMatrix(m, k), filled(m*kp, int8(100))
		UpdateFlip(w, a, o.terms(4, m, k), Flip{Scale: Scale{Mul: 1, Limit: 1}, Decay: 7, Threshold: 50}, Stream{}, 0, m)
		over(t, m, k, w.Bytes()) // fails where padding is not zero
		for i := range m {
			equal(t, "average of padding", a[i*kp+k:(i+1)*kp], make([]int8, kp-k))
		}
	})
}

// TestRulesInParts steps rows in two parts, and with another Pair of the stream:
// the random bytes belong to the rows.
func TestRulesInParts(t *testing.T) {
	const m, k = 37, 290
	for name, update := range map[string]func(w *packed.Matrix, t Terms, s Stream, lo, hi int) int{
		"stochastic": func(w *packed.Matrix, t Terms, s Stream, lo, hi int) int {
			return UpdateStochastic(w, t, Scale{Mul: 3, Limit: 500}, s, lo, hi)
		},
		"threshold": func(w *packed.Matrix, t Terms, s Stream, lo, hi int) int {
			return UpdateThreshold(w, t, 5*ThresholdUnit/2, s, lo, hi)
		},
		"shrink": func(w *packed.Matrix, _ Terms, s Stream, lo, hi int) int {
			return Shrink(w, 20000, s, lo, hi)
		},
	} {
		forEachImpl(t, func(t *testing.T) {
			o := newOperands(t, 1, 0, 0)
			terms := o.terms(50, m, k)
			w, whole := o.trained(m, k)
			want := update(whole, terms, Stream{Seed: 2}, 0, m)
			moved := update(w, terms, Stream{Seed: 2, Pair: 9}, 20, m)
			moved += update(w, terms, Stream{Seed: 2, Pair: 8}, 0, 20)
			equal(t, name, w.Bytes(), whole.Bytes())
			if moved != want {
				t.Errorf("%s: %d pents moved in parts, %d at once", name, moved, want)
			}
		})
	}
}

// TestNoTerms updates without terms. Only averages feel that: they decay, and move a
// pent from the threshold on; pents of padding become zero.
func TestNoTerms(t *testing.T) {
	const m, k, kp = 3, 5, packed.SmallPents
	none, scale := Terms{Rows: m}, Scale{Mul: 3, Shift: 1, Limit: 99}
	forEachImpl(t, func(t *testing.T) {
		w, before := packed.NewMatrix(m, k), packed.NewMatrix(m, k)
		full, half := filled(m*kp, int8(-128)), filled(m*kp/2, uint8(0x78))
		if moved := UpdateResidual(w, full, none, scale, 0, m) +
			UpdateResidual4(w, half, none, scale, Stream{Seed: 1}, 0, m) +
			UpdateStochastic(w, none, scale, Stream{Seed: 1}, 0, m) +
			UpdateThreshold(w, none, ThresholdUnit+1, Stream{Seed: 1}, 0, m); moved != 0 {
			t.Errorf("%d pents moved", moved)
		}
		equal(t, "W", w.Bytes(), before.Bytes())
		equal(t, "residual", full, filled(m*kp, int8(-128)))
		equal(t, "residual", half, filled(m*kp/2, uint8(0x78)))

		// 127 decays to 63 or 64, -100 to -50 or -49.
		average := filled(m*kp, int8(127))
		copy(average[2*kp:], filled(k, int8(-100)))
		moved := UpdateFlip(w, average, none, Flip{Scale: scale, Decay: 1, Threshold: 60}, Stream{Seed: 1}, 1, m)
		if moved != k {
			t.Errorf("%d pents moved, want %d", moved, k)
		}
		want := packed.NewMatrix(m, k)
		values := make([]int8, m*k)
		copy(values[k:], filled(k, int8(1)))
		want.Pack(values)
		equal(t, "W", w.Bytes(), want.Bytes())
		equal(t, "averages of other rows", average[:kp], filled(kp, int8(127)))
		equal(t, "averages that moved a pent, and of padding", average[kp:2*kp], make([]int8, kp))
		for j, a := range average[2*kp:] {
			if j < k && a != -50 && a != -49 || j >= k && a != 0 {
				t.Errorf("average %d of the last row is %d", j, a)
			}
		}
	})
}

// TestCountSaturated compares with the pents, one by one.
func TestCountSaturated(t *testing.T) {
	forEachImpl(t, func(t *testing.T) {
		for _, k := range []int{1, 31, 32, 33, 255, 256, 257, 290, 600} {
			o := newOperands(t, uint64(k), 0, 0)
			w, want := o.weights(5, k), 0
			for i := range 3 {
				for j := range k {
					if p := w.At(1+i, j); p == -2 || p == 2 {
						want++
					}
				}
			}
			if got := CountSaturated(w, 1, 4); got != want {
				t.Errorf("%d of rows 1 to 4 of %d columns, want %d", got, k, want)
			}
		}
	})
}

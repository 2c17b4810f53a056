package lowrank

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/trit5"
)

// MaxBits bounds the fraction bits of fixed-point results: 2^MaxBits levels and the
// perturbation of any rank fit an int32 together.
const MaxBits = 20

// Perturbation writes σ·E of one pair in fixed point, row-major m×k, for fitness
// functions that look at weights: the pair's members are W + σE and W − σE.
//
//	dst[i*k+j] = (A·Bᵀ)[i, j]/√r · 2^(bits-Sigma)
//
// bits counts the fraction bits of dst, at most MaxBits. Rank 1 and FullRank under
// the binomial distribution are exact from bits = Sigma on; else E is rounded to nearest,
// ties away from zero. Use a few bits more than Sigma then, because rounding at Sigma bits is
// coarse. The perturbation of a frozen W is zero.
func (n Noise) Perturbation(ws *Workspace, dst []int32, w Parameter, pair int, bits uint) {
	n.wantWeights("Perturbation")
	n = n.of(&w)
	m, k := w.matrix("Perturbation").Rows(), w.W.Cols()
	if len(dst) != m*k {
		panic(fmt.Sprintf("lowrank: Perturbation: dst has %d elements for W of %d×%d", len(dst), m, k))
	}
	checkBits("Perturbation", bits)
	n.checkPairs(pair + 1)
	switch {
	case w.Frozen:
		clear(dst)
		return
	case n.Rank == FullRank:
		n.fullRank(ws, dst, w, pair)
	default:
		n.outer(ws, dst, w, pair)
	}
	mul, shift := n.scale()
	toFixed(dst, mul, shift, bits)
}

// outer sets dst to A·Bᵀ of one pair.
func (n Noise) outer(ws *Workspace, dst []int32, w Parameter, pair int) {
	m, k := w.W.Rows(), w.W.Cols()
	n.Draw(&ws.draw, w, pair, pair+1, 1)
	a, b := ws.draw.a, ws.draw.b
	mp, kp := packed.PaddedLen(m), packed.PaddedLen(k)
	clear(dst)
	for i := range m {
		row := dst[i*k : (i+1)*k]
		for ρ := range n.Rank {
			weight := int32(a[ρ*mp+i]) - trit5.CodeZero
			if weight == 0 {
				continue
			}
			for j, c := range b[ρ*kp:][:k] {
				row[j] += weight * (int32(c) - trit5.CodeZero)
			}
		}
	}
}

// toFixed scales noise by mul / 2^scaleBits and 2^-shift into numbers with bits
// fraction bits, rounded to nearest, ties away from zero.
func toFixed(dst []int32, mul int32, shift, bits uint) {
	if mul == 1<<scaleBits && bits >= shift { // exact
		for i := range dst {
			dst[i] <<= bits - shift
		}
		return
	}
	half := int64(1) << (scaleBits + shift - 1)
	for i, v := range dst {
		scaled := int64(v) * int64(mul) << bits
		dst[i] = int32((scaled + half + scaled>>63) >> (scaleBits + shift))
	}
}

func checkBits(fn string, bits uint) {
	if bits > MaxBits {
		panic(fmt.Sprintf("lowrank: %s: %d fraction bits, want at most %d", fn, bits, MaxBits))
	}
}

package lowrank

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/trit5"
)

// AddVector adds a vector, such as a bias, to every column of an accumulator, with
// the perturbation of each member:
//
//	y[i, (p, s, b)] += v_i·2^bits ± RoundShift(ξ_i·2^bits/√variance, Sigma)
//
// ξ are random pents of the pair, one an element, and variance is that of the law, so
// that σ is the standard deviation of an element; 1/√2 is 181/256. bits, at most
// MaxBits, says how many levels of y one level of the vector is worth; y has len(v)
// rows of 2·(hi-lo)·streams columns. A frozen vector is not perturbed.
func (n Noise) AddVector(ws *Workspace, y []int32, w Tensor, lo, hi, streams int, bits uint) {
	v := w.vector("AddVector")
	cols := n.layout(lo, hi, streams).Cols()
	checkLen("AddVector", "y", len(y), len(v), cols)
	checkBits("AddVector", bits)
	for i, e := range v {
		level := int32(e) << bits
		row := y[i*cols : (i+1)*cols]
		for c := range row {
			row[c] += level
		}
	}
	n.PerturbVector(ws, y, w, lo, hi, streams, bits)
}

// PerturbVector is AddVector without the vector itself, for accumulators that
// kernels.Requantize adds it to, as its bias: half the passes over y.
func (n Noise) PerturbVector(ws *Workspace, y []int32, w Tensor, lo, hi, streams int, bits uint) {
	m := len(w.vector("PerturbVector"))
	l := n.layout(lo, hi, streams)
	l.Rank = 1
	checkLen("PerturbVector", "y", len(y), m, l.Cols())
	checkBits("PerturbVector", bits)
	if w.Frozen {
		return
	}
	size := packed.PaddedLen(m)
	ws.a = reuse.Slice(ws.a, l.Pairs*size)
	ws.t = reuse.Slice(ws.t, l.Cols())
	for p := range l.Pairs {
		n.elements(ws.a[p*size:(p+1)*size], w, lo+p)
	}
	// A perturbation of rank 1 whose projection is the same for all columns.
	mul, shift := n.vectorScale()
	for c := range ws.t {
		ws.t[c] = mul << bits
	}
	kernels.Perturb(y, ws.a, ws.t, l, m, shift+scaleBits)
}

// VectorPerturbation writes σ·ξ of one pair in fixed point, for what a vector does
// other than to be added, and for fitness functions that look at weights: the pair's
// members are v + σξ and v − σξ.
//
//	dst[i] = ξ_i/√variance · 2^(bits-Sigma)
//
// bits counts the fraction bits of dst, at most MaxBits. The binomial law is exact
// from bits = Sigma on; else the numbers are rounded to nearest, ties away from
// zero. Those of a frozen vector are zero.
func (n Noise) VectorPerturbation(ws *Workspace, dst []int32, w Tensor, pair int, bits uint) {
	v := w.vector("VectorPerturbation")
	checkLen("VectorPerturbation", "dst", len(dst), len(v), 1)
	checkBits("VectorPerturbation", bits)
	if w.Frozen {
		clear(dst)
		return
	}
	ws.a = reuse.Slice(ws.a, packed.PaddedLen(len(v)))
	n.elements(ws.a, w, pair)
	for i := range dst {
		dst[i] = int32(ws.a[i]) - trit5.CodeZero
	}
	mul, shift := n.vectorScale()
	toFixed(dst, mul, shift, bits)
}

// elements draws the noise of a vector for one pair, padded.
func (n Noise) elements(dst []uint8, w Tensor, pair int) {
	n.Factor(dst, FactorA, w.Number, pair, len(w.V))
}

// vectorScale is scale for the noise of vectors.
func (n Noise) vectorScale() (mul int32, shift uint) { return n.normalize(n.Law.Variance()) }

// A VectorStepper moves a vector by the update z_i = Σ_p f_p·ξ_{p,i}, and returns how
// many elements moved.
type VectorStepper interface {
	StepVector(v []int8, z []int32) (moved int)
}

// UpdateVector is Update for a vector.
func (u *Updater) UpdateVector(noise Noise, w Tensor, fitness []int8, step VectorStepper) (moved int) {
	v := w.vector("UpdateVector")
	checkFitness("UpdateVector", fitness)
	if w.Frozen {
		return 0
	}
	u.a = reuse.Slice(u.a, packed.PaddedLen(len(v)))
	u.z = reuse.Slice(u.z, len(v))
	clear(u.z)
	for p, f := range fitness {
		if f != 0 {
			noise.elements(u.a, w, p)
			addPents(u.z, u.a, int32(f))
		}
	}
	return step.StepVector(v, u.z)
}

// addPents adds f times the pents of so many codes to z.
func addPents(z []int32, codes []uint8, f int32) {
	codes = codes[:len(z)]
	for i, c := range codes {
		z[i] += f * (int32(c) - trit5.CodeZero)
	}
}

// VectorResidual is the rule of kernels.UpdateResidual for vectors: an element v and
// its residual e are one fixed-point number v + e/256.
//
//	d = clamp(RoundShift(z·Mul, Shift), ±255)
//	s = e + d
//	carry = (s + 128) >> 8                    // -1, 0 or +1
//	v, e = v + carry, s - 256·carry
//	if v > +127 { v, e = +127, +127 }
//	if v < -127 { v, e = -127, -128 }
//
// The product is exact, so that Mul needs no limit of z. Shift is at most 62.
type VectorResidual struct {
	Mul      int32
	Shift    uint
	Residual []int8 // one an element, zero to begin with
}

// StepVector implements VectorStepper.
func (r *VectorResidual) StepVector(v []int8, z []int32) (moved int) {
	if len(r.Residual) != len(v) || len(z) != len(v) || r.Shift > 62 {
		panic(fmt.Sprintf("lowrank: StepVector: %d residuals and an update of %d for a vector of %d, shift %d",
			len(r.Residual), len(z), len(v), r.Shift))
	}
	half := int64(1) << r.Shift >> 1
	for i, e := range r.Residual {
		d := (int64(z[i])*int64(r.Mul) + half) >> r.Shift
		s := int64(e) + min(max(d, -255), 255)
		carry := (s + 128) >> 8
		to, rest := int64(v[i])+carry, s-carry<<8
		switch {
		case to > 127:
			to, rest = 127, 127
		case to < -127:
			to, rest = -127, -128
		}
		if int8(to) != v[i] {
			moved++
		}
		v[i], r.Residual[i] = int8(to), int8(rest)
	}
	return moved
}

package kernels

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/packed"
)

// Terms are the factors of an update Z = Σ_p f_p·A_p·B_pᵀ, a sum of Count rank-one
// terms, laid out for the accumulation: quads of terms are neighbours.
//
//	FA[(τ/4*Rows+i)*4 + τ%4] = f·a of term τ and row i, any int8
//	B[((j/StripCols*Q+τ/4)*StripCols + j%StripCols)*4 + τ%4] = code of b of term τ and column j, 0 to 4
//
// with Q = Quads(Count) and j < kp = packed.PaddedLen(k). Strips of columns make
// the terms of one strip consecutive, a cache line for each quad. Lanes of FA
// beyond Count are zero; columns of B beyond k are code 2, so that padding never
// moves.
type Terms struct {
	Count int
	Rows  int
	FA    []int8
	B     []uint8
}

// StripCols is the number of columns that are neighbours in Terms.B.
const StripCols = 16

// MaxFitness bounds a fitness code: |f·a| ≤ 2·MaxFitness.
const MaxFitness = 7

// MaxTerms bounds the terms of one update: |Z| ≤ Count·2·2·MaxFitness fits an
// int32 with room to spare.
const MaxTerms = 1 << 24

// WeighFactors writes the terms f·a of one quad-interleaved side:
//
//	dst[(τ/4*m+i)*4+τ%4] = f[τ/rank] * (a[τ*mp+i]-2)   for τ < len(f)*rank
//
// and zero to the lanes beyond. a holds len(f)·rank vectors of mp =
// packed.PaddedLen(m) codes, dst has Quads(len(f)·rank)·m·4 elements. Codes
// beyond ±MaxFitness panic.
func WeighFactors(dst []int8, a []uint8, f []int8, rank, m int) {
	terms := len(f) * rank
	checkLen("WeighFactors", "a", len(a), terms*packed.PaddedLen(m), "%d vectors of %d", terms, m)
	checkLen("WeighFactors", "dst", len(dst), Quads(terms)*m*4, "%d terms of %d rows", terms, m)
	for p, v := range f {
		if v < -MaxFitness || v > MaxFitness {
			panic(fmt.Sprintf("kernels: WeighFactors: fitness code %d of pair %d, want at most ±%d", v, p, MaxFitness))
		}
	}
	weighFactors(dst, a, f, rank, m)
}

func weighFactorsGeneric(dst []int8, a []uint8, f []int8, rank, m int) {
	terms, mp := len(f)*rank, packed.PaddedLen(m)
	for τ := range Quads(terms) * 4 {
		at := τ/4*m*4 + τ%4
		if τ >= terms {
			for i := range m {
				dst[at+i*4] = 0
			}
			continue
		}
		weight := f[τ/rank]
		for i, c := range a[τ*mp:][:m] {
			dst[at+i*4] = weight * (int8(c) - zero)
		}
	}
}

// InterleaveFactors arranges vectors of kp codes, one term after another in b, in
// strips of columns and quads of terms:
//
//	dst[((j/StripCols*Quads(terms)+τ/4)*StripCols+j%StripCols)*4+τ%4] = b[τ*kp+j]
//
// and writes code 2 to the lanes beyond terms. kp is a multiple of
// packed.SmallPents; dst has Quads(terms)·kp·4 elements.
func InterleaveFactors(dst, b []uint8, terms, kp int) {
	if kp%packed.SmallPents != 0 {
		panic(fmt.Sprintf("kernels: InterleaveFactors: %d vectors of %d codes, want a multiple of %d", terms, kp, packed.SmallPents))
	}
	checkLen("InterleaveFactors", "b", len(b), terms*kp, "%d vectors of %d", terms, kp)
	checkLen("InterleaveFactors", "dst", len(dst), Quads(terms)*kp*4, "%d terms of %d columns", terms, kp)
	interleaveFactors(dst, b, terms, kp)
}

func interleaveFactorsGeneric(dst, b []uint8, terms, kp int) {
	quads := Quads(terms)
	for j := 0; j < kp; j += StripCols {
		for τ := range quads * 4 {
			at := (j*quads+τ/4*StripCols)*4 + τ%4
			for l := range StripCols {
				code := uint8(zero)
				if τ < terms {
					code = b[τ*kp+j+l]
				}
				dst[at+l*4] = code
			}
		}
	}
}

// Residual is the default update rule: error feedback. A weight w and its
// residual e are one fixed-point number w + e/256, of which the pent is the
// rounding; the step of Z is added to the residual and carries into the pent.
//
//	d = clamp(RoundShift(clamp(z, ±Limit)·Mul, Shift), ±255)
//	v = e + d
//	carry = (v + 128) >> 8                    // -1, 0 or +1
//	w, e = w + carry, v - 256·carry
//	if w > +2 { w, e = +2, +127 }
//	if w < -2 { w, e = -2, -128 }
//
// Limit·Mul + 2^(Shift-1) must fit an int32.
type Residual struct {
	Mul   int32
	Shift uint
	Limit int32
}

// step applies the rule to one weight, given as its code.
func (r Residual) step(code uint8, e int8, z int32) (uint8, int8) {
	d := RoundShift(min(max(z, -r.Limit), r.Limit)*r.Mul, r.Shift)
	v := int32(e) + min(max(d, -255), 255)
	carry := (v + 128) >> 8
	c := int32(code) + carry
	switch {
	case c > 4:
		return 4, 127
	case c < 0:
		return 0, -128
	}
	return uint8(c), int8(v - carry<<8)
}

// UpdateResidual accumulates Z = Σ f·a·bᵀ tile by tile and steps rows lo to hi of
// W and their residual by the rule, in one pass; no buffer of Z's size exists.
// It returns how many pents moved.
//
//	z = Σ_τ FA[τ, i] · (B[τ, j]-2)
//	w[i, j], residual[i*kp+j] = rule.step(w[i, j], residual[i*kp+j], z)
//
// for all columns j < kp = packed.PaddedLen(k). residual has m·kp elements. Ranges
// of rows are independent: goroutines may share W, residual and terms.
func UpdateResidual(w *packed.Matrix, residual []int8, t Terms, rule Residual, lo, hi int) (moved int) {
	t.check("UpdateResidual", w, lo, hi)
	checkLen("UpdateResidual", "residual", len(residual), w.Rows()*packed.PaddedLen(w.Cols()), "W of %d×%d, rows padded", w.Rows(), w.Cols())
	if rule.Shift > 30 || rule.Limit < 0 || rule.Mul < 0 || int64(rule.Limit)*int64(rule.Mul)+1<<rule.Shift>>1 > 1<<31-1 {
		panic(fmt.Sprintf("kernels: UpdateResidual: rule %+v overflows", rule))
	}
	return updateResidual(w, residual, t, rule, lo, hi)
}

func updateResidualGeneric(w *packed.Matrix, residual []int8, t Terms, rule Residual, lo, hi int) (moved int) {
	var cur tile
	kp := packed.PaddedLen(w.Cols())
	for i := lo; i < hi; i++ {
		for j := 0; j < w.Cols(); j += packed.BlockPents {
			codes, z := cur.load(w, t, i, j)
			e := residual[i*kp+j:][:len(codes)]
			for l, c := range codes {
				codes[l], e[l] = rule.step(c, e[l], z[l])
				if codes[l] != c {
					moved++
				}
			}
			cur.store()
		}
	}
	return moved
}

// UpdateThreshold moves every pent of rows lo to hi by one level in the direction
// of Z where |Z| ≥ tau, and saturates at ±2:
//
//	if z >= tau { w = min(w+1, 2) }
//	if z <= -tau { w = max(w-1, -2) }
//
// tau is positive. Z and the ranges are as in UpdateResidual. It returns how many
// pents moved.
func UpdateThreshold(w *packed.Matrix, t Terms, tau int32, lo, hi int) (moved int) {
	t.check("UpdateThreshold", w, lo, hi)
	if tau < 1 {
		panic(fmt.Sprintf("kernels: UpdateThreshold: threshold %d, want at least 1", tau))
	}
	return updateThreshold(w, t, tau, lo, hi)
}

func updateThresholdGeneric(w *packed.Matrix, t Terms, tau int32, lo, hi int) (moved int) {
	var cur tile
	for i := lo; i < hi; i++ {
		for j := 0; j < w.Cols(); j += packed.BlockPents {
			codes, z := cur.load(w, t, i, j)
			for l, c := range codes {
				switch {
				case z[l] >= tau && c < 4:
					codes[l]++
					moved++
				case z[l] <= -tau && c > 0:
					codes[l]--
					moved++
				}
			}
			cur.store()
		}
	}
	return moved
}

func (t Terms) check(fn string, w *packed.Matrix, lo, hi int) {
	m, k := w.Rows(), w.Cols()
	if lo < 0 || lo > hi || hi > m {
		panic(fmt.Sprintf("kernels: %s: rows %d to %d of W of %d×%d", fn, lo, hi, m, k))
	}
	if t.Rows != m {
		panic(fmt.Sprintf("kernels: %s: terms of %d rows for W of %d×%d", fn, t.Rows, m, k))
	}
	if t.Count < 0 || t.Count > MaxTerms {
		panic(fmt.Sprintf("kernels: %s: %d terms, want at most %d", fn, t.Count, MaxTerms))
	}
	checkLen(fn, "FA", len(t.FA), Quads(t.Count)*m*4, "%d terms of %d rows", t.Count, m)
	checkLen(fn, "B", len(t.B), Quads(t.Count)*packed.PaddedLen(k)*4, "%d terms of %d columns", t.Count, k)
}

// tile is one row and at most one block of columns of W, with their Z.
type tile struct {
	block []byte // where the codes come from and go
	span  int    // columns, without padding
	codes [packed.BlockPents]uint8
	z     [packed.BlockPents]int32
}

// load unpacks the tile at row i, column j of W and accumulates its Z. The codes
// and sums that it returns are the tile's, padding included.
func (t *tile) load(w *packed.Matrix, terms Terms, i, j int) (codes []uint8, z []int32) {
	k := w.Cols()
	t.span = min(k-j, packed.BlockPents)
	t.block = w.Row(i).Bytes()[j/packed.BlockPents*packed.BlockBytes:]
	padded := packed.PaddedLen(t.span)
	codes, z = t.codes[:padded], t.z[:padded]
	packed.UnpackCodes(codes, t.block, t.span)
	terms.accumulate(z, i, j)
	return codes, z
}

// store packs the codes of the tile back into W.
func (t *tile) store() { packed.PackCodes(t.block, t.codes[:], t.span) }

// accumulate sets z[l] = Σ_τ FA[τ, i] · (B[τ, j+l]-2), for whole strips.
func (t Terms) accumulate(z []int32, i, j int) {
	clear(z)
	quads := Quads(t.Count)
	for q := range quads {
		fa := (*[4]int8)(t.FA[(q*t.Rows+i)*4:])
		f0, f1, f2, f3 := int32(fa[0]), int32(fa[1]), int32(fa[2]), int32(fa[3])
		offset := zero * (f0 + f1 + f2 + f3)
		for s := 0; s < len(z); s += StripCols {
			b := t.B[((j+s)*quads+q*StripCols)*4:][:StripCols*4]
			for l := range StripCols {
				v := (*[4]uint8)(b[l*4:])
				z[s+l] += f0*int32(v[0]) + f1*int32(v[1]) + f2*int32(v[2]) + f3*int32(v[3]) - offset
			}
		}
	}
}

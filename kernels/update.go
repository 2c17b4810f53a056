package kernels

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/packed"
)

// Terms are the factors of an update Z = Σ_p f_p·A_p·B_pᵀ, a sum of Count rank-one
// terms, laid out for the accumulation: quads of terms are neighbours.
//
//	Left[(τ/4*Rows+i)*4 + τ%4] = f·a of term τ and row i, any int8
//	Right[((j/StripCols*Q+τ/4)*StripCols + j%StripCols)*4 + τ%4] = code of b of term τ and column j, 0 to 4
//
// with Q = Quads(Count) and j < kp = packed.PaddedLen(k). Strips of columns make
// the terms of one strip consecutive, a cache line for each quad
// (docs/decisions.md#factors-of-an-update-in-strips). Lanes of Left
// beyond Count are zero; columns of Right beyond k are code 2, so that padding never
// moves.
type Terms struct {
	Count int
	Rows  int
	Left  []int8
	Right []uint8
}

// StripCols is the number of columns that are neighbours in Terms.Right.
const StripCols = 16

// MaxFitness bounds a fitness code: |f·a| ≤ 2·MaxFitness fits an int8.
const MaxFitness = 63

// MaxTerms bounds the terms of one update: |Z| ≤ Count·2·2·MaxFitness fits an
// int32.
const MaxTerms = 1 << 23

// WeighFactors writes the terms f·a of one quad-interleaved side:
//
//	dst[(τ/4*m+i)*4+τ%4] = f[τ/rank] * (a[τ*mp+i]-2)   for τ < len(f)*rank
//
// and zero to the lanes beyond. a holds len(f)·rank vectors of mp =
// packed.PaddedLen(m) codes, dst has Quads(len(f)·rank)·m·4 elements. Codes
// beyond ±MaxFitness panic.
func WeighFactors(dst []int8, a []uint8, f []int8, rank, m int) {
	terms := elements(len(f), rank)
	checkLen("WeighFactors", "a", len(a), elements(terms, paddedLen(m)), "%d vectors of rank %d and m = %d", len(f), rank, m)
	checkLen("WeighFactors", "dst", len(dst), batchLen(terms, m), "%d terms of %d rows", terms, m)
	for p, v := range f {
		if v < -MaxFitness || v > MaxFitness {
			panic(fmt.Sprintf("kernels: WeighFactors: fitness code %d of pair %d, want at most ±%d", v, p, MaxFitness))
		}
	}
	if len(dst) > 0 {
		weighFactors(dst, a, f, rank, m)
	}
}

func weighFactorsGeneric(dst []int8, a []uint8, f []int8, rank, m int) {
	terms, mp := len(f)*rank, packed.PaddedLen(m)
	for term := range Quads(terms) * 4 {
		at := term/4*m*4 + term%4
		if term >= terms {
			for i := range m {
				dst[at+i*4] = 0
			}
			continue
		}
		weight := f[term/rank]
		for i, c := range a[term*mp:][:m] {
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
	InterleaveFactorsAt(dst, b, 0, terms, terms, kp)
}

// InterleaveFactorsAt is InterleaveFactors for a part of the terms, from number first
// on: b holds only those, and of dst, which all share, only their quads are
// written. first is a multiple of 4, and so is terms unless the part is the last.
// Goroutines may do parts at the same time.
func InterleaveFactorsAt(dst, b []uint8, first, terms, all, kp int) {
	if kp%packed.SmallPents != 0 {
		panic(fmt.Sprintf("kernels: InterleaveFactors: %d vectors of %d codes, want a multiple of %d", terms, kp, packed.SmallPents))
	}
	if first < 0 || first%4 != 0 || terms < 0 || all < 0 || terms > all-first || terms%4 != 0 && terms < all-first {
		panic(fmt.Sprintf("kernels: InterleaveFactors: %d terms from %d on of %d, want quads", terms, first, all))
	}
	checkLen("InterleaveFactors", "b", len(b), elements(terms, kp), "%d vectors of %d", terms, kp)
	checkLen("InterleaveFactors", "dst", len(dst), batchLen(all, kp), "%d terms of %d columns", all, kp)
	if terms > 0 && kp > 0 {
		interleaveFactors(dst[first*StripCols:], b, terms, Quads(all), kp)
	}
}

// interleaveFactorsGeneric writes terms to strips of this number of quads, the first of
// which dst begins with.
func interleaveFactorsGeneric(dst, b []uint8, terms, quads, kp int) {
	for j := 0; j < kp; j += StripCols {
		for term := range Quads(terms) * 4 {
			at := (j*quads+term/4*StripCols)*4 + term%4
			for l := range StripCols {
				code := uint8(zero)
				if term < terms {
					code = b[term*kp+j+l]
				}
				dst[at+l*4] = code
			}
		}
	}
}

func (t Terms) check(fn string, w *packed.Matrix, lo, hi int) {
	checkRows(fn, w, lo, hi)
	m, k := w.Rows(), w.Cols()
	if t.Rows != m {
		panic(fmt.Sprintf("kernels: %s: terms of %d rows for W of %d×%d", fn, t.Rows, m, k))
	}
	if t.Count < 0 || t.Count > MaxTerms {
		panic(fmt.Sprintf("kernels: %s: %d terms, want at most %d", fn, t.Count, MaxTerms))
	}
	checkLen(fn, "Left", len(t.Left), batchLen(t.Count, m), "%d terms of %d rows", t.Count, m)
	checkLen(fn, "Right", len(t.Right), batchLen(t.Count, paddedLen(k)), "%d terms of %d columns", t.Count, k)
}

// checkRows panics unless lo to hi is a range of W's rows.
func checkRows(fn string, w *packed.Matrix, lo, hi int) {
	if lo < 0 || lo > hi || hi > w.Rows() {
		panic(fmt.Sprintf("kernels: %s: rows %d to %d of W of %d×%d", fn, lo, hi, w.Rows(), w.Cols()))
	}
}

// stepRowsGeneric steps rows lo to hi of W by the rule and returns how many pents
// moved.
func stepRowsGeneric(w *packed.Matrix, t Terms, r *rule, lo, hi int) (moved int) {
	var cur tile
	kp := packed.PaddedLen(w.Cols())
	for i := lo; i < hi; i++ {
		for j := 0; j < w.Cols(); j += packed.BlockPents {
			codes, z := cur.load(w, t, i, j)
			u := cur.draw(r, i, j, len(codes))
			moved += r.stepGeneric(codes, i*kp+j, z, u)
			cur.store()
		}
	}
	return moved
}

// tile is one row and at most one block of columns of W, with their Z and their
// random bytes.
type tile struct {
	block  []byte // where the codes come from and go
	span   int    // columns, without padding
	codes  [packed.BlockPents]uint8
	z      [packed.BlockPents]int32
	random [maxDraws * packed.BlockPents]uint8
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

// draw returns the random bytes of the tile at row i, column j of n columns.
func (t *tile) draw(r *rule, i, j, n int) []uint8 {
	u, src := t.random[:r.draws()*n], newSource(r.rounding)
	src.seek(uint32(r.draws()*j/blockBytes), uint32(i))
	src.fillGeneric(u, rawBytes)
	return u
}

// store packs the codes of the tile back into W.
func (t *tile) store() { packed.PackCodes(t.block, t.codes[:], t.span) }

// accumulate sets z[l] = Σ_τ Left[τ, i] · (Right[τ, j+l]-2), for whole strips.
func (t Terms) accumulate(z []int32, i, j int) {
	clear(z)
	quads := Quads(t.Count)
	for q := range quads {
		fa := (*[4]int8)(t.Left[(q*t.Rows+i)*4:])
		f0, f1, f2, f3 := int32(fa[0]), int32(fa[1]), int32(fa[2]), int32(fa[3])
		offset := zero * (f0 + f1 + f2 + f3)
		for s := 0; s < len(z); s += StripCols {
			b := t.Right[((j+s)*quads+q*StripCols)*4:][:StripCols*4]
			for l := range StripCols {
				v := (*[4]uint8)(b[l*4:])
				z[s+l] += f0*int32(v[0]) + f1*int32(v[1]) + f2*int32(v[2]) + f3*int32(v[3]) - offset
			}
		}
	}
}

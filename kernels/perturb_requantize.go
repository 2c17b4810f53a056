package kernels

import "github.com/Kaleaon/pentary-go/packed"

// PerturbSharedRequantize is PerturbShared followed by Requantize, without the int32
// accumulators in between:
//
//	v = base[i*Streams+b] ± RoundShift(Σ_ρ (a[(p*Rank+ρ)*mp+i]-2) · t[(p*Rank+ρ)*Streams+b], perturbShift)
//	dst[(i/4*n + (2p+s)*Streams+b)*4 + i%4] = clamp(RoundShift(v + o.Bias[i], o.Shift), low, 127)
//
// with n = Cols(), low = -127, or 0 with ReLU, and zero in the lanes beyond m. dst
// has Quads(m)·n·4 elements. The bounds are those of the two; beyond them, sums wrap
// around as theirs do.
func PerturbSharedRequantize(dst []int8, base []int32, a []uint8, t []int32, l Layout, m int, perturbShift uint, o Output) {
	const fn = "PerturbSharedRequantize"
	l.check(fn, 0)
	checkShift(fn, perturbShift)
	checkLen(fn, "dst", len(dst), batchLen(m, l.Cols()), "a batch of %d×%d", m, l.Cols())
	checkLen(fn, "base", len(base), elements(m, l.Streams), "%d×%d", m, l.Streams)
	checkLen(fn, "a", len(a), elements(l.Pairs, l.Rank, paddedLen(m)), "%d pairs of rank %d and m = %d", l.Pairs, l.Rank, m)
	checkLen(fn, "t", len(t), elements(l.Pairs, l.Rank, l.Streams), "%d pairs of rank %d and %d streams", l.Pairs, l.Rank, l.Streams)
	o.check(fn, m, l.Cols())
	if len(dst) > 0 {
		perturbSharedRequantize(dst, base, a, t, l, m, perturbShift, o)
	}
}

func perturbSharedRequantizeGeneric(dst []int8, base []int32, a []uint8, t []int32, l Layout, m int, perturbShift uint, o Output) {
	n, own, mp := l.Cols(), l.Streams, packed.PaddedLen(m)
	for i := range Quads(m) * 4 {
		for p := range l.Pairs {
			at := (i/4*n+2*p*own)*4 + i%4
			for c := range own {
				plus, minus := &dst[at+c*4], &dst[at+(own+c)*4]
				if i >= m {
					*plus, *minus = 0, 0
					continue
				}
				v := base[i*own+c] + o.bias(i)
				d := RoundShift(combine(a[p*l.Rank*mp+i:], t[p*l.Rank*own+c:], l.Rank, mp, own), perturbShift)
				*plus, *minus = o.activation(v+d), o.activation(v-d)
			}
		}
	}
}

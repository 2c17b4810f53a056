package kernels

import "github.com/Kaleaon/pentary-go/packed"

// PerturbSharedRequantize is PerturbShared followed by Requantize, without the int32
// accumulators in between:
//
//	v = base[i*Columns+b] ± RoundShift(Σ_ρ (a[(p*Rank+ρ)*mp+i]-2) · t[(p*Rank+ρ)*Columns+b], perturbShift)
//	dst[(i/4*n + (2p+s)*Columns+b)*4 + i%4] = clamp(RoundShift(v + o.Bias[i], o.Shift), low, 127)
//
// with n = TotalColumns(), low = -127, or 0 with ReLU, and zero in the lanes beyond m. dst
// has Quads(m)·n·4 elements. The bounds are the two's; beyond them, sums wrap
// around as theirs do.
func PerturbSharedRequantize(dst []int8, base []int32, a []uint8, t []int32, pop Population, m int, perturbShift uint, o Output) {
	const fn = "PerturbSharedRequantize"
	pop.check(fn, 0)
	checkShift(fn, perturbShift)
	checkLen(fn, "dst", len(dst), batchLen(m, pop.TotalColumns()), "a batch of %d×%d", m, pop.TotalColumns())
	checkLen(fn, "base", len(base), elements(m, pop.Columns), "%d×%d", m, pop.Columns)
	checkLen(fn, "a", len(a), elements(pop.Pairs, pop.Rank, paddedLen(m)), "%d pairs of rank %d and m = %d", pop.Pairs, pop.Rank, m)
	checkLen(fn, "t", len(t), elements(pop.Pairs, pop.Rank, pop.Columns), "%d pairs of rank %d and %d columns", pop.Pairs, pop.Rank, pop.Columns)
	o.check(fn, m, pop.TotalColumns())
	if len(dst) > 0 {
		perturbSharedRequantize(dst, base, a, t, pop, m, perturbShift, o)
	}
}

func perturbSharedRequantizeGeneric(dst []int8, base []int32, a []uint8, t []int32, pop Population, m int, perturbShift uint, o Output) {
	n, own, mp := pop.TotalColumns(), pop.Columns, packed.PaddedLen(m)
	for i := range Quads(m) * 4 {
		for p := range pop.Pairs {
			at := (i/4*n+2*p*own)*4 + i%4
			for c := range own {
				plus, minus := &dst[at+c*4], &dst[at+(own+c)*4]
				if i >= m {
					*plus, *minus = 0, 0
					continue
				}
				v := base[i*own+c] + o.bias(i)
				d := RoundShift(combine(a[p*pop.Rank*mp+i:], t[p*pop.Rank*own+c:], pop.Rank, mp, own), perturbShift)
				*plus, *minus = o.activation(v+d), o.activation(v-d)
			}
		}
	}
}

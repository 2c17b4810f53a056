//go:build !purego

package kernels

import "github.com/Kaleaon/pentary-go/packed"

func project(t []int32, b []uint8, x []int8, l Layout, k int) { projectGeneric(t, b, x, l, k) }

func projectShared(t []int32, b []uint8, x []int8, l Layout, k int) {
	projectSharedGeneric(t, b, x, l, k)
}

func perturb(y []int32, a []uint8, t []int32, l Layout, m int, shift uint) {
	p := perturbation{a, t, l, m, shift}
	p.add(y, 0, m, 0, l.Pairs)
}

func perturbShared(y, base []int32, a []uint8, t []int32, l Layout, m int, shift uint) {
	perturbSharedGeneric(y, base, a, t, l, m, shift)
}

// perturbRows is the rows that the assembly perturbs before it turns to the next
// pair.
const perturbRows = 16

// perturbation is what a population adds to Y, m rows of l.Cols() columns.
type perturbation struct {
	a     []uint8
	t     []int32
	l     Layout
	m     int
	shift uint
}

// add perturbs rows i0 to i1 of the columns of pairs p0 to p1. i0 is a multiple of
// perturbRows.
func (p *perturbation) add(y []int32, i0, i1, p0, p1 int) {
	n, own, mp := p.l.Cols(), 2*p.l.Streams, packed.PaddedLen(p.m)
	for pair := p0; pair < p1; pair++ {
		ap, tp := p.a[pair*p.l.Rank*mp:], p.t[pair*p.l.Rank*own:]
		for i := i0; i < i1; i++ {
			out := y[i*n+pair*own:][:own]
			for c := range out {
				d := RoundShift(combine(ap[i:], tp[c:], p.l.Rank, mp, own), p.shift)
				if c >= p.l.Streams {
					d = -d
				}
				out[c] += d
			}
		}
	}
}

package lowrank

import (
	"math"
	"math/rand/v2"
	"testing"
)

// A matrix of more rows than panels of eight can hold has larger panels.
func TestTallMatrixOfFullRank(t *testing.T) {
	const k, pair = 3, 5
	for _, test := range []struct{ m, rows int }{{1, 8}, {8192, 8}, {8193, 9}, {20000, 20}} {
		if rows := panelRows(test.m); rows != test.rows {
			t.Errorf("panels of %d rows for %d, want %d", rows, test.m, test.rows)
		}
	}
	for _, law := range laws {
		for _, m := range []int{8192, 8193, 9217} {
			w, d := randomParameter(rand.New(rand.NewPCG(4, 4)), 2, m, k)
			n := Noise{Seed: 6, Distribution: law, Rank: FullRank}
			e := make([]int32, m*k)
			var ws Workspace
			n.Perturbation(&ws, e, w, pair, 20)
			mul, shift := matrixScaling(n)
			for i, v := range perturbation(n, w.Number, pair, m, k) {
				// Round goes away from zero at ties.
				if want := int32(math.Round(math.Ldexp(float64(v*mul), 20-7-shift))); e[i] != want {
					t.Fatalf("%v, %d rows: perturbation of %d is %d, want %d", law, m, i, e[i], want)
				}
			}
			fitness := []int8{3, -7, 0, 1, 5}
			z := d.z(n, w.Number, fitness)
			new(Updater).Update(n, w, fitness, thresholdRule(9))
			for i, v := range d.w {
				if want, _ := thresholdRule(9).model(v, 0, z[i]); int64(w.W.At(i/k, i%k)) != want {
					t.Fatalf("%v, %d rows: weight %d is %d, want %d", law, m, i, w.W.At(i/k, i%k), want)
				}
			}
		}
	}
}

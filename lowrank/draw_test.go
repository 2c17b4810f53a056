package lowrank

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/kernels"
)

// A draw returns what Product does, for any part of its pairs and of their samples.
func TestDraw(t *testing.T) {
	const m, k, streams, steps = 9, 70, 3, 4
	r := rand.New(rand.NewPCG(1, 2))
	for _, place := range []Estimator{PerturbWeights, PerturbActivations} {
		for _, rank := range []int{1, 3} {
			w, _ := randomParameter(r, 5, m, k)
			w.Log2Scale = 3
			n := Noise{Seed: 3, Generation: 7, Rank: rank, Sigma: 1, Estimator: place}
			var ws Workspace
			var d Draw
			n.Draw(&d, w, 2, 9, streams*steps)
			// Products of all samples at once, of which every step has a part.
			lo, hi := 4, 8
			wide := kernels.Population{Pairs: hi - lo, Rank: rank, Columns: streams * steps}
			_, x := randomInputs(r, k, wide.TotalColumns())
			want := make([]int32, m*wide.TotalColumns())
			n.Product(&ws, want, w, x, lo, hi, streams*steps)
			part := d.Part(lo, hi)
			for step := range steps {
				pop := kernels.Population{Pairs: hi - lo, Rank: rank, Columns: streams}
				cols := make([]int, pop.TotalColumns()) // of the wide batch
				for c := range cols {
					cols[c] = c/streams*streams*steps + step*streams + c%streams
				}
				own := make([]int8, kernels.Quads(k)*4*pop.TotalColumns())
				for q := range kernels.Quads(k) {
					for c, from := range cols {
						copy(own[(q*pop.TotalColumns()+c)*4:][:4], x[(q*wide.TotalColumns()+from)*4:])
					}
				}
				got := make([]int32, m*pop.TotalColumns())
				part.Product(&ws, got, own, streams, step*streams)
				for i := range m {
					for c, from := range cols {
						if got[i*pop.TotalColumns()+c] != want[i*wide.TotalColumns()+from] {
							t.Fatalf("noise in %v of rank %d, step %d: row %d, column %d differs", place, rank, step, i, c)
						}
					}
				}
			}
			if d.Bytes() == 0 {
				t.Error("a draw of no memory")
			}
		}
	}
}

func TestDrawPanics(t *testing.T) {
	w, _ := randomParameter(rand.New(rand.NewPCG(1, 2)), 0, 4, 4)
	n := Noise{Rank: 1, Estimator: PerturbActivations}
	var ws Workspace
	var d Draw
	n.Draw(&d, w, 1, 3, 4)
	for want, f := range map[string]func(){
		"2 samples from 3 of a draw of 4":               func() { d.Product(&ws, make([]int32, 32), make([]int8, 32), 2, 3) },
		"2 samples from -1 of a draw of 4":              func() { d.Product(&ws, make([]int32, 32), make([]int8, 32), 2, -1) },
		"pairs 0 to 2 of a draw of 1 to 3":              func() { d.Part(0, 2) },
		"Draw: parameter 0 has no matrix":               func() { n.Draw(&Draw{}, Parameter{}, 0, 1, 1) },
		"parameter 0 has scale 2^21, want at most 2^20": func() { n.Draw(&Draw{}, Parameter{W: w.W, Log2Scale: 21}, 0, 1, 1) },
	} {
		func() {
			defer func() {
				v := recover()
				if text, ok := v.(string); !ok || !strings.Contains(text, want) {
					t.Errorf("panic %v, want %q in it", v, want)
				}
			}()
			f()
		}()
	}
}

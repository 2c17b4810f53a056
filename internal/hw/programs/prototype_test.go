package programs

import (
	"context"
	"fmt"
	"testing"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/es/baseline"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

// pattern returns a random matrix and a diagonal pattern as its target.
func pattern(m, k int) (w, target *packed.Matrix) {
	w, target = packed.NewMatrix(m, k), packed.NewMatrix(m, k)
	lowrank.Randomize(lowrank.Parameter{W: w}, kernels.Uniform, 9)
	diagonal := make([]int8, m*k)
	for i := range min(m, k) {
		diagonal[i*k+i] = int8(2 - i%5)
	}
	target.Pack(diagonal)
	return w, target
}

// The program computes the weights of package baseline. The prototype's own settings leave the
// weights unchanged; other settings improve them.
func TestPrototype(t *testing.T) {
	for _, test := range []struct {
		m, k  int
		o     baseline.PrototypeOptions
		moves bool
	}{
		{16, 16, baseline.PrototypeOptions{Seed: 1, Generations: 2}, false},
		{16, 16, baseline.PrototypeOptions{Seed: 1, Generations: 5, Members: 30, Rank: 8, Sigma: es.Ratio(1, 1), Rate: es.Ratio(2, 1)}, true},
		{11, 37, baseline.PrototypeOptions{Seed: 1 << 50, Generations: 3, Members: 21, Rank: 3, Sigma: es.Ratio(7, 10), Rate: es.Ratio(3, 1)}, true},
	} {
		t.Run(fmt.Sprintf("%d×%d/%d", test.m, test.k, test.o.Rank), func(t *testing.T) {
			want, target := pattern(test.m, test.k)
			got, before := want.Clone(), want.Clone()
			p, err := baseline.NewPrototype([]*packed.Matrix{want}, test.o)
			if err != nil {
				t.Fatal(err)
			}
			objective := func(int) int64 {
				sum := int64(0)
				for i := range want.Rows() {
					for j := range want.Cols() {
						d := int64(want.At(i, j) - target.At(i, j))
						sum += d * d
					}
				}
				return -sum
			}
			if err := p.Run(context.Background(), objective); err != nil {
				t.Fatal(err)
			}
			program, err := NewPrototype(got, target, test.o)
			if err != nil {
				t.Fatal(err)
			}
			if err := program.Run(context.Background()); err != nil {
				t.Fatal(err)
			}
			if !got.Equal(want) {
				t.Error("other weights than package baseline")
			}
			if moved := !got.Equal(before); moved != test.moves {
				t.Errorf("weights moved: %t, want %t", moved, test.moves)
			}
		})
	}
}

func TestPrototypeErrors(t *testing.T) {
	w, target := pattern(8, 8)
	if _, err := NewPrototype(w, packed.NewMatrix(8, 9), baseline.PrototypeOptions{Generations: 1}); err == nil {
		t.Error("a target of another shape")
	}
	if _, err := NewPrototype(w, target, baseline.PrototypeOptions{}); err == nil {
		t.Error("no generations")
	}
	if _, err := NewPrototype(w, target, baseline.PrototypeOptions{Generations: 1, Members: 8000}); err == nil {
		t.Error("more members than an immediate holds")
	}
}

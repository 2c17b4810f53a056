package lowrank

import (
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
)

// Randomize fills W with initial weights of the distribution, row by row from the run's
// seed by Philox4x32.
func Randomize(w Parameter, law kernels.Distribution, seed uint64) {
	k := w.W.Cols()
	n := Noise{Seed: seed, Generator: kernels.Philox4x32, Distribution: law, Rank: 1}
	codes := make([]uint8, packed.PaddedLen(k))
	for i := range w.W.Rows() {
		n.Factor(codes, Initial, w.Number, i, k)
		kernels.Pack(w.W.Row(i).Bytes(), codes, k)
	}
}

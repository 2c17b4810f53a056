package billion

import (
	"github.com/Kaleaon/pentary-go/internal/parallel"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

// programBytes bounds the memory of the program itself.
const programBytes = 32 << 20

// Memory returns an upper estimate of the bytes that a run takes.
func (o Options) Memory() int {
	workers := parallel.Workers()
	f := lowrank.TrainingFootprint(o.Width, o.Width, o.Pairs, o.Rank, 0)
	padded := packed.PaddedLen(o.Width)
	pair := 2*padded*(4+1) + // accumulators and activations of its members
		o.Rank*2*(padded+4) // factors and projections
	const member = 40 // bytes for its score and its fitness
	return programBytes + o.Layers*(f.Weights+f.Residual*o.Rule.stateBits/8) + f.Updater +
		workers*o.chunkPairs(workers)*pair + 2*o.Pairs*member
}

package nn

import "github.com/Kaleaon/pentary-go/lowrank"

// DrawBatch calls take for each of n places of a batch, with the number of a sample below
// samples that is drawn uniformly and independently: ⌊u·samples/2^32⌋ for the next u32 of the
// stream of a generation and its group.
func DrawBatch(samples int, seed uint64, generation, group, n int, take func(i, sample int)) {
	stream := lowrank.StreamOf(seed, generation, 0, lowrank.Batch, group)
	var block [4]uint32
	for i := range n {
		if i%4 == 0 {
			block = stream.Block(uint32(i / 4))
		}
		take(i, int(uint64(block[i%4])*uint64(samples)>>32))
	}
}

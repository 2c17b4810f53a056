package main

import "github.com/Kaleaon/pentary-go/nn"

// Majority is a task of its own: which of two values seven signs have more often. Its
// samples are drawn, not stored.
type Majority struct{ nn.CrossEntropy }

const signs = 7

// Inputs implements nn.Task: the signs, and a constant instead of a bias.
func (Majority) Inputs() int { return signs + 1 }

// Draw implements nn.Task: a function of the seed, the generation and the group alone.
func (Majority) Draw(b *nn.Batch, seed uint64, generation, group int) {
	nn.DrawBatch(1<<signs, seed, generation, group, b.Streams, func(stream, sample int) {
		ones := 0
		for i := range signs {
			bit := sample >> i & 1
			b.Set(0, i, stream, int8(64*(2*bit-1)))
			ones += bit
		}
		b.Set(0, signs, stream, 64)
		b.Targets[0][stream] = uint8(2 * ones / (signs + 1))
	})
}

package cli

import (
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/nn/control"
	"github.com/Kaleaon/pentary-go/packed"
)

// bestPolicy keeps the weights that did best where they were measured.
type bestPolicy struct {
	net    *nn.Model
	policy *control.Policy
	seed   uint64

	weights    []*packed.Matrix
	generation int         // of the weights
	reward     control.Q40 // of all episodes
	last       control.Q40 // reward measured last
	measured   int         // generation measured last
}

// newBestPolicy measures the policy as it is before training.
func newBestPolicy(net *nn.Model, policy *control.Policy, seed uint64) *bestPolicy {
	b := &bestPolicy{net: net, policy: policy, seed: seed}
	b.measure(0)
	return b
}

// measure measures the policy after so many generations, on other episodes than those
// that it is tested on in the end. The later one of equals is kept.
func (b *bestPolicy) measure(generation int) {
	b.last = total(b.policy.Test(b.seed, control.Fresh+1, testEpisodes))
	b.measured = generation
	if b.weights != nil && b.last < b.reward {
		return
	}
	b.reward, b.generation, b.weights = b.last, generation, b.weights[:0]
	for _, l := range b.net.Matrices() {
		b.weights = append(b.weights, l.W.Clone())
	}
}

// restore makes the weights kept those of the network.
func (b *bestPolicy) restore() {
	for i, l := range b.net.Matrices() {
		copy(l.W.Bytes(), b.weights[i].Bytes())
	}
}

func total(rewards []control.Q40) (sum control.Q40) {
	for _, r := range rewards {
		sum += r
	}
	return sum
}

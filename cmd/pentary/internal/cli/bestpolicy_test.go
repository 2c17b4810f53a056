package cli

import (
	"testing"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/nn/control"
)

// Of all weights that were measured, the best are kept, and the later ones of equals.
func TestBestPolicy(t *testing.T) {
	env := control.CartPole{}
	net := nn.NewMLP(0, control.Widths(env, 4)...)
	policy, err := control.NewPolicy(net, env)
	if err != nil {
		t.Fatal(err)
	}
	const seed = 3
	measure := func() control.Q40 { return total(policy.Test(seed, control.Fresh+1, testEpisodes)) }
	b := newBestPolicy(net, policy, seed)
	rewards := []control.Q40{measure()}
	for n := 1; n <= 12; n++ {
		for i, l := range net.Matrices() {
			lowrank.Randomize(lowrank.Tensor{Number: uint32(i), W: l.W}, kernels.Binomial, uint64(n/2)) // twice the same
		}
		rewards = append(rewards, measure())
		b.measure(n)
	}
	best := 0
	for n, r := range rewards {
		if r >= rewards[best] {
			best = n
		}
	}
	b.restore()
	if got := measure(); b.generation != best || b.reward != rewards[best] || got != rewards[best] || best == 12 {
		t.Errorf("kept generation %d with %v, and measured %v: want %d of rewards %v", b.generation, b.reward, got, best, rewards)
	}
}

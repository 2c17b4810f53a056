package control

import (
	"context"
	"os"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/es"
)

// CartPole is learned: 500 of 500 steps in each of 100 fresh episodes.
func TestSolveCartPole(t *testing.T) {
	if testing.Short() || os.Getenv("PENTARY_LONG") == "" {
		t.Skip("PENTARY_LONG=1 trains for seconds")
	}
	for seed := range uint64(3) {
		net, _, opt := begin(t, CartPole{}, 8, es.Options{Seed: seed, Generations: 60, Pairs: 64, Sigma: 1}, 16)
		if err := opt.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		p, err := NewPolicy(net, CartPole{})
		if err != nil {
			t.Fatal(err)
		}
		if least := slices.Min(p.Test(seed, HeldOut, 100)); least < 500*One {
			t.Errorf("seed %d: an episode of %v, want 500", seed, least)
		}
	}
}

// Command knapsack packs at most two of each of 10,000 items, by a fitness of its own: item
// i is packed max(0, w) times, w being weight i of a matrix of pents. The bound is by
// Dantzig (1957): the items of the best value per weight first.
package main

import (
	"context"
	"fmt"
	"log"
	"math/rand/v2"
	"slices"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/packed"
)

const n = 10_000

var value, weight [n]int64

const capacity = n * 25 // a quarter of all

// worth returns the value of counts in 1/one, less three times what is too heavy.
func worth(counts []int32, one int64) int64 {
	var v, w int64
	for i, x := range counts {
		x := max(0, min(2*one, int64(x)))
		v, w = v+value[i]*x, w+weight[i]*x
	}
	return v - 3*max(0, w-capacity*one)
}

func main() {
	rng := rand.New(rand.NewPCG(1, 2))
	best := make([]int, n)
	for i := range n {
		value[i], weight[i], best[i] = 1+rng.Int64N(100), 1+rng.Int64N(100), i
	}
	items := packed.NewMatrix(100, 100)
	fitness := es.EvaluateEach(func(m *es.Member) (int64, error) { return worth(m.Weights[0], 1<<m.Bits), nil })
	opt, err := es.New(es.Matrices(items), fitness, es.Options{Seed: 1, Generations: 1000, Pairs: 256, Sigma: 1})
	if err == nil {
		err = opt.Run(context.Background())
	}
	if err != nil {
		log.Fatal(err)
	}
	levels, counts := make([]int8, n), make([]int32, n)
	items.Unpack(levels)
	for i, level := range levels {
		counts[i] = int32(level)
	}
	slices.SortFunc(best, func(i, j int) int { return int(value[j]*weight[i] - value[i]*weight[j]) })
	bound, left := int64(0), int64(capacity)
	for _, i := range best {
		count := min(2, (left+weight[i]-1)/weight[i])
		bound, left = bound+count*value[i], left-count*weight[i]
	}
	fmt.Printf("value %d, %.1f %% of the bound %d\n", worth(counts, 1), 100*float64(worth(counts, 1))/float64(bound), bound)
}

// Command pattern trains one pentary matrix on a black-box fitness with Ask and
// Tell: it brings a random 64×64 matrix to the pattern diag(2, 1, 0, -1, -2, 2,
// …) and draws it on the way.
package main

import (
	"fmt"
	"log"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

const size = 64

func main() {
	w := packed.NewMatrix(size, size)
	lowrank.Randomize(lowrank.Parameter{W: w}, kernels.Uniform, 1)

	opt, err := es.New(es.Matrices(w), nil, es.Options{Seed: 1, Pairs: 500, Generations: 100, Sigma: 4, Fitness: es.FourBit})
	if err != nil {
		log.Fatal(err)
	}
	scores := make([]int64, 2*opt.Options().Pairs)
	for !opt.Done() {
		score(opt.Ask(), scores)
		stats, err := opt.Tell(scores)
		if err != nil {
			log.Fatal(err)
		}
		if stats.Finished%25 == 0 {
			fmt.Printf("generation %3d: squared error %.3f a weight, %d weights moved\n", stats.Finished, meanError(w), stats.Moved)
		}
	}
	draw(w)
}

// score is the fitness: the negative squared error of both members of each pair,
// W + σE and W − σE, in fixed point.
func score(g es.Generation, scores []int64) {
	var (
		ws      lowrank.Workspace
		weights [size * size]int8
		e       [size * size]int32
	)
	bits := g.Noise.Sigma
	g.Parameters[0].W.Unpack(weights[:])
	for pair := range g.Pairs {
		g.Noise.Perturbation(&ws, e[:], g.Parameters[0], pair, bits)
		var plus, minus int64
		for i, e := range e {
			d := (int64(weights[i]) - target(i/size, i%size)) << bits
			plus -= (d + int64(e)) * (d + int64(e))
			minus -= (d - int64(e)) * (d - int64(e))
		}
		scores[2*pair], scores[2*pair+1] = plus, minus
	}
}

func target(i, j int) int64 {
	if i != j {
		return 0
	}
	return int64(2 - i%5)
}

func meanError(w *packed.Matrix) float64 {
	sum := 0.0
	for i := range size {
		for j := range size {
			d := float64(w.At(i, j)) - float64(target(i, j))
			sum += d * d
		}
	}
	return sum / (size * size)
}

// draw prints the upper left corner in the digits' symbols.
func draw(w *packed.Matrix) {
	for i := range 12 {
		for j := range 12 {
			fmt.Print(" ", w.At(i, j))
		}
		fmt.Println()
	}
}

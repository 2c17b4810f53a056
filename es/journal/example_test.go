package journal_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/es/journal"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

// score prefers weights of 1.
func score(_ context.Context, g es.Generation, scores []int64) error {
	var ws lowrank.Workspace
	e := make([]int32, 8)
	clear(scores)
	for pair := range g.Pairs {
		bits := g.Noise.Sigma // of fixed point
		g.Noise.Perturbation(&ws, e, g.Parameters[0], pair, bits)
		for j, d := range e {
			gap := int64(1-g.Parameters[0].W.At(0, j)) << bits
			scores[2*pair] -= (gap - int64(d)) * (gap - int64(d))
			scores[2*pair+1] -= (gap + int64(d)) * (gap + int64(d))
		}
	}
	return nil
}

// A run that is interrupted after 25 generations and goes on in another process.
func Example() {
	temp, err := os.MkdirTemp("", "example")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(temp)
	dir := filepath.Join(temp, "run")

	session := func(callbacks ...func(es.Stats) error) error {
		w := packed.NewMatrix(1, 8)
		opt, err := es.New(es.Matrices(w), es.EvaluatorFunc(score), es.Options{Generations: 40, Pairs: 16})
		if err != nil {
			return err
		}
		ctx := context.Background()
		header := journal.Header{Config: opt.Identity()}
		log, at, err := journal.Resume(ctx, dir, header, opt, journal.Options{})
		if err != nil {
			return err
		}
		defer log.Close()
		fmt.Printf("begins at generation %d: %d by a checkpoint, %d replayed\n", at.Generation, at.Checkpoint, at.Replayed())
		callbacks = append([]func(es.Stats) error{log.Follow(opt, journal.Interval{Generations: 10})}, callbacks...)
		if err := opt.Run(ctx, callbacks...); err != nil || !opt.Done() {
			return err
		}
		return log.Finish(opt, "done")
	}
	err = session(func(s es.Stats) error {
		if s.Finished == 25 {
			return es.ErrStop
		}
		return nil
	})
	fmt.Println("error:", err)
	fmt.Println("error:", session())
	// Output:
	// begins at generation 0: 0 by a checkpoint, 0 replayed
	// error: <nil>
	// begins at generation 25: 20 by a checkpoint, 5 replayed
	// error: <nil>
}

package cluster_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log"

	"github.com/Kaleaon/pentary-go/cluster"
	"github.com/Kaleaon/pentary-go/data/digits"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/train"
)

// newRun returns a short run on the digits with a network of its own.
func newRun() (*train.Run, *nn.Model) {
	samples, test, err := digits.Load()
	if err != nil {
		log.Fatal(err)
	}
	net := nn.NewMLP(1, samples.Features, 8, samples.Classes)
	task, err := train.Classification(net, samples, test, 8, 0)
	if err != nil {
		log.Fatal(err)
	}
	run, err := train.New(task, es.Options{Seed: 1, Generations: 5, Pairs: 8}, train.Options{})
	if err != nil {
		log.Fatal(err)
	}
	return run, net
}

// Two workers in this process train the network that one process alone trains. A worker in
// another process calls Work with the URL of a NATS server.
func ExampleRun() {
	ctx := context.Background()
	alone, want := newRun()
	if err := alone.Open(ctx); err != nil {
		log.Fatal(err)
	}
	if _, err := alone.Train(ctx); err != nil {
		log.Fatal(err)
	}

	run, net := newRun()
	one, _ := newRun()
	two, _ := newRun()
	if err := run.Open(ctx); err != nil {
		log.Fatal(err)
	}
	result, err := cluster.Run(ctx, run, cluster.Options{Local: []*train.Run{one, two}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(result.Generations, "generations, equal weights:", sum(net) == sum(want))
	// Output: 5 generations, equal weights: true
}

// sum returns a checksum of a network's weights.
func sum(net *nn.Model) [sha256.Size]byte {
	h := sha256.New()
	if _, err := net.File(nil).WriteTo(h); err != nil {
		log.Fatal(err)
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// Command memory trains recurrent networks on tasks that cannot be done without a
// memory: to recall a symbol that was shown some steps before, and to tell the parity of
// the last bits. A network without one is left with chance.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"time"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/nn"
)

const (
	width   = 32  // of the networks
	delay   = 8   // steps from a symbol to its recall
	symbols = 4   // of which one is to be recalled
	window  = 3   // bits whose parity is asked for
	on      = 100 // activation of an input that is set
)

// recall shows a symbol at the first step of a sequence and asks for it at the last, on
// the fifth input. In between there is noise on the symbols' inputs.
type recall struct{ nn.CrossEntropy }

func (recall) Inputs() int { return symbols + 4 } // the cue, and padding to a multiple of four

func (recall) Draw(s *nn.Batch, seed uint64, generation, group int) {
	random := bits(seed, generation, group)
	for b := range s.Streams {
		symbol := int(random(2))
		s.Set(0, symbol, b, on)
		for t := 1; t < s.Steps-1; t++ {
			s.Set(t, int(random(2)), b, on/4)
		}
		s.Set(s.Steps-1, symbols, b, on)
		s.Targets[s.Steps-1][b] = uint8(symbol)
	}
	for t := range s.Steps - 1 {
		s.Targets[t] = s.Targets[t][:0] // nothing to predict
	}
}

// parity shows a bit at every step and asks for the parity of the last few.
type parity struct{ nn.CrossEntropy }

func (parity) Inputs() int { return 4 }

func (parity) Draw(s *nn.Batch, seed uint64, generation, group int) {
	random := bits(seed, generation, group)
	for b := range s.Streams {
		var last [window]uint8
		for t := range s.Steps {
			bit := uint8(random(1))
			last[t%window] = bit
			s.Set(t, 0, b, int8(bit)*2*on-on)
			s.Set(t, 1, b, on) // which gives the network a bias
			sum := uint8(0)
			for _, v := range last {
				sum ^= v
			}
			s.Targets[t][b] = sum
		}
	}
	for t := range window - 1 {
		s.Targets[t] = s.Targets[t][:0] // too early to know
	}
}

// bits returns a function that draws n random bits.
func bits(seed uint64, generation, group int) func(n int) uint32 {
	stream := lowrank.StreamOf(seed, generation, 0, lowrank.Batch, group)
	var block [4]uint32
	drawn := 0
	return func(n int) uint32 {
		if drawn%4 == 0 {
			block = stream.Block(uint32(drawn / 4))
		}
		drawn++
		return block[(drawn-1)%4] >> (32 - n)
	}
}

// network returns a network with the memory that has the name, or without one.
func network(memory string, task nn.Task) *nn.Model {
	in, out := task.Inputs(), task.Outputs()
	var middle nn.Layer
	switch memory {
	case "rnn":
		middle = nn.NewRNN(width, width)
	case "lstm":
		middle = nn.NewLSTM(width, width)
	case "gru":
		middle = nn.NewGRU(width, width)
	case "mingru":
		middle = nn.NewMinGRU(width, width)
	default:
		middle = nn.NewDense(width, width, true)
	}
	m := nn.NewModel(nn.NewDense(in, width, true), middle, nn.NewDense(width, width, true), nn.NewDense(width, out, false))
	m.Randomize(1)
	return m
}

// train trains a network on sequences of a number of steps, and returns the share of fresh
// ones that it then gets right.
func train(ctx context.Context, m *nn.Model, task nn.Task, steps, generations int) (float64, error) {
	p, err := nn.NewEvaluator(m, task, nn.EvaluatorOptions{Streams: 32, Steps: steps})
	if err != nil {
		return 0, err
	}
	opt, err := es.New(m.Parameters(), p, es.Options{
		Seed: 1, Generations: generations, Pairs: 256, Sigma: 2, Rule: es.ErrorFeedback{Rate: es.Ratio(1, 10)},
	})
	if err != nil {
		return 0, err
	}
	if err := opt.Run(ctx); err != nil {
		return 0, err
	}
	return accuracy(m, task, steps), nil
}

// accuracy returns the share of the targets of fresh sequences that the network gets
// right.
func accuracy(m *nn.Model, task nn.Task, steps int) float64 {
	s := nn.NewBatch(task, 1000, 0, steps)
	task.Draw(s, 2, 0, 0) // a seed that no training has
	r := m.NewRunner(s.Streams)
	right, all := 0, 0
	for t, x := range s.X {
		logits := r.Step(x)
		for b, target := range s.Targets[t] {
			if nn.Argmax(logits, b, m.Outputs(), s.Streams) == int(target) {
				right++
			}
			all++
		}
	}
	return float64(right) / float64(all)
}

func main() {
	generations := flag.Int("generations", 500, "length of each training")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	fmt.Printf("%-22s %8s %8s %8s %8s %8s\n", "accuracy in per cent", "none", "rnn", "gru", "lstm", "mingru")
	for _, task := range []struct {
		name  string
		task  nn.Task
		steps int
	}{
		{fmt.Sprintf("recall after %d steps", delay), recall{nn.CrossEntropy{Classes: symbols}}, delay + 2},
		{fmt.Sprintf("parity of %d bits", window), parity{nn.CrossEntropy{Classes: 2}}, 8},
	} {
		fmt.Printf("%-22s", task.name)
		start := time.Now()
		for _, memory := range []string{"none", "rnn", "gru", "lstm", "mingru"} {
			share, err := train(ctx, network(memory, task.task), task.task, task.steps, *generations)
			if err != nil {
				fmt.Println()
				log.Fatal(err)
			}
			fmt.Printf(" %8.1f", 100*share)
		}
		fmt.Printf("   %.0f s\n", time.Since(start).Seconds())
	}
}

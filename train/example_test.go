package train_test

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"os"

	"github.com/Kaleaon/pentary-go/data/digits"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/train"
)

// A run in a directory, with every tenth sample held out: it stops early, and keeps the
// best weights. If it is killed, the same lines resume it.
func Example() {
	dir, err := os.MkdirTemp("", "run")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	samples, test, err := digits.Load()
	if err != nil {
		log.Fatal(err)
	}
	net := nn.NewMLP(1, samples.Features, 16, samples.Classes)
	task, err := train.Classification(net, samples, test, 64, 10)
	if err != nil {
		log.Fatal(err)
	}
	o := es.Options{Seed: 1, Generations: 200, Pairs: 32, Sigma: 3, Rule: es.ErrorFeedback{Rate: es.Ratio(1, 5)}}
	run, err := train.New(task, o, train.Options{Dir: dir, Patience: 4})
	if err != nil {
		log.Fatal(err)
	}
	defer run.Close()
	if err := run.Open(context.Background()); err != nil {
		log.Fatal(err)
	}
	result, err := run.Train(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	at := result.At()
	fmt.Printf("generation %d of %d kept: %d of %d test samples right\n", result.Kept, result.Generations, at.Test, task.Size)
	// Output: generation 160 of 192 kept: 303 of 359 test samples right
}

// A language model learns a text, and writes on after a prompt.
func ExampleLanguage() {
	text := bytes.Repeat([]byte("one two three four "), 100)
	model, err := nn.NewLanguageModel(1, nn.LanguageConfig{Width: 32, Layers: 1, Mixer: nn.NoMixer, Context: 4})
	if err != nil {
		log.Fatal(err)
	}
	task, err := train.Language(model, text, 0, 190, nn.EvaluatorOptions{Streams: 64})
	if err != nil {
		log.Fatal(err)
	}
	o := es.Options{Seed: 1, Generations: 200, Pairs: 16, Estimator: lowrank.PerturbActivations, Rule: es.ErrorFeedback{Rate: es.Ratio(1, 5)}}
	run, err := train.New(task, o, train.Options{})
	if err != nil {
		log.Fatal(err)
	}
	if err := run.Open(context.Background()); err != nil {
		log.Fatal(err)
	}
	result, err := run.Train(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(train.BitsPerByte.Text(train.BitsPerByte.Value(result.At().Test, task.Size)))
	written, err := train.Generate(model, []byte("one "), -3, 1)
	if err != nil {
		log.Fatal(err)
	}
	var sample []byte
	for b := range written {
		if sample = append(sample, b); len(sample) == 24 {
			break
		}
	}
	fmt.Printf("%q\n", sample)
	// Output:
	// held-out 0.777 bits/byte
	// "two three four one two t"
}

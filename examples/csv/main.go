// Command csv classifies the rows of a CSV file, by default R. A. Fisher's iris flowers
// (1936). Beside the weights it saves how rows become samples.
package main

import (
	"context"
	_ "embed"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/packed"
)

//go:embed iris.csv
var iris string

func main() {
	table, err := data.ReadTable(strings.NewReader(iris), "iris.csv", data.CSVOptions{Label: "species"})
	if len(os.Args) == 3 {
		table, err = data.ReadCSV(os.Args[1], data.CSVOptions{Label: os.Args[2]})
	}
	check(err)
	split, err := table.Split(data.SplitOptions{Seed: 1, Test: 20})
	check(err)
	net := nn.NewMLP(1, split.Train.Features, 32, split.Train.Classes)
	evaluator, err := nn.NewEvaluator(net, nn.Classify(split.Train), nn.EvaluatorOptions{})
	check(err)
	opt, err := es.New(net.Parameters(), evaluator, es.Options{Seed: 1, Generations: 400, Pairs: 64})
	check(err)
	check(opt.Run(context.Background()))

	right, err := net.Accuracy(split.Test)
	check(err)
	fmt.Printf("%d of %d test rows right\n", right, split.Test.Len())
	sample := make([]int8, split.Scaler.Inputs())
	split.Scaler.Apply(sample, table.Row(0))
	for class, p := range nn.Probabilities(net.Predict(sample)) {
		fmt.Printf("first row: %-12s %5.1f %%\n", table.Classes[class], float64(p)*100/65536)
	}
	text, err := split.Scaler.MarshalText()
	check(err)
	check(packed.WriteFile(filepath.Join(os.TempDir(), "csv.pent"), net.File(map[string]string{"scaler": string(text)})))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

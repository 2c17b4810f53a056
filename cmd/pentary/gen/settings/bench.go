package settings

import (
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/nn"
)

// Network and batch of all runs: half the defaults of train digits, so that hundreds of runs take
// minutes.
const (
	hidden = 32
	batch  = 64
	// Every fifth training sample is a validation sample.
	validationEvery = 5
)

// bench runs settings on the training samples of the digits and measures them on the validation
// samples; the test set is not used.
type bench struct{ train, validation *data.Dataset }

func newBench() (*bench, error) {
	digits, err := task.Find("digits")
	if err != nil {
		return nil, err
	}
	all, _, err := digits.Load("")
	if err != nil {
		return nil, err
	}
	train, validation := all.HoldOut(validationEvery)
	return &bench{train, validation}, nil
}

// result is the accuracy of a run at a point of an experiment.
type result struct {
	experiment, line string
	x                int
	seed             uint64
	correct, total   int // validation samples
}

// measure measures a point of an experiment. All points of a curve are measured in one run, when
// measure is called for the last.
func (b *bench) measure(e experiment, l line, x int, seed uint64) ([]result, error) {
	if e.curve && x != e.xs[len(e.xs)-1] {
		return nil, nil
	}
	s := base
	l.set(&s)
	e.set(&s, x)
	var results []result
	add := func(x int, net *nn.Model) error {
		correct, err := net.Accuracy(b.validation)
		results = append(results, result{e.name, l.name, x, seed, correct, b.validation.Len()})
		return err
	}
	net := nn.NewMLP(seed, b.train.Features, hidden, b.train.Classes)
	err := b.run(s, net, seed, func(stats es.Stats) error {
		if e.curve && slices.Contains(e.xs, stats.Finished) {
			return add(stats.Finished, net)
		}
		return nil
	})
	if err == nil && !e.curve {
		err = add(x, net)
	}
	return results, err
}

func (b *bench) run(s setting, net *nn.Model, seed uint64, follow func(es.Stats) error) error {
	return task.Train(context.Background(), net, b.train, batch, es.Options{
		Seed: seed, Generations: s.generations, Pairs: s.pairs, Rank: s.rank, Sigma: cmp.Or(s.sigma, es.WholeLevel),
		Rule: es.ErrorFeedback{Rate: es.Ratio(s.rate, 1000)}, Schedule: s.schedule,
	}, follow)
}

var columns = []string{"experiment", "line", "x", "seed", "correct", "total"}

func writeResults(out io.Writer, results []result) error {
	w := csv.NewWriter(out)
	w.Write(columns)
	for _, r := range results {
		w.Write([]string{
			r.experiment, r.line, strconv.Itoa(r.x), strconv.FormatUint(r.seed, 10),
			strconv.Itoa(r.correct), strconv.Itoa(r.total),
		})
	}
	w.Flush()
	return w.Error()
}

func readResults(in io.Reader) ([]result, error) {
	r := csv.NewReader(in)
	rows, err := r.ReadAll()
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 || !slices.Equal(rows[0], columns) {
		return nil, fmt.Errorf("want columns %v", columns)
	}
	var results []result
	for i, row := range rows[1:] {
		var numbers [4]int
		for j := range numbers {
			if numbers[j], err = strconv.Atoi(row[2+j]); err != nil {
				return nil, fmt.Errorf("line %d: %w", i+2, err)
			}
		}
		results = append(results, result{row[0], row[1], numbers[0], uint64(numbers[1]), numbers[2], numbers[3]})
	}
	return results, nil
}

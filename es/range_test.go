package es_test

import (
	"context"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/packed"
)

// Ranges of a generation have the scores of the whole.
func TestEachRange(t *testing.T) {
	score := func(m *es.Member) (int64, error) {
		sum := int64(m.Pair * 1000)
		for i, v := range m.Weights[0] {
			sum += int64(v) * int64(i)
		}
		return sum, nil
	}
	const pairs = 11
	o, err := es.New(es.Matrices(packed.NewMatrix(5, 40)), es.EvaluateEach(score), es.Options{Sigma: es.WholeLevel, Pairs: pairs, Generations: 1})
	if err != nil {
		t.Fatal(err)
	}
	want, got := make([]int64, 2*pairs), make([]int64, 2*pairs)
	if err := es.EvaluateEach(score).Evaluate(context.Background(), o.Ask(), want); err != nil {
		t.Fatal(err)
	}
	e := es.EvaluateEach(score).(es.RangeEvaluator)
	for _, r := range [][2]int{{7, 11}, {0, 1}, {1, 7}} {
		if err := e.EvaluateRange(context.Background(), o.Ask(), r[0], r[1], got[2*r[0]:2*r[1]]); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("scores %v, want %v", got, want)
	}
	for _, r := range [][2]int{{-1, 1}, {3, 3}, {10, 12}} {
		if err := e.EvaluateRange(context.Background(), o.Ask(), r[0], r[1], make([]int64, 2*(r[1]-r[0]))); err == nil {
			t.Errorf("pairs %d to %d were scored", r[0], r[1])
		}
	}
}

package nn

import (
	"context"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/es"
)

// A limit of columns changes the memory and no score. It may change between
// generations, and so may the data.
func TestLimitColumns(t *testing.T) {
	const batch, pairs = 16, 45
	data := blobs(2, 30, 5, 300)
	_, free, opt := begin(t, data, batch, es.Options{Seed: 9, Generations: 5, Pairs: pairs, Sigma: 2})
	want, got := make([]int64, 2*pairs), make([]int64, 2*pairs)
	for _, columns := range []int{1, 32, 63, 64, 1 << 20} {
		limited, err := NewEvaluator(free.model, Classify(data), EvaluatorOptions{Streams: batch, Columns: columns})
		if err != nil {
			t.Fatal(err)
		}
		g := opt.Ask()
		if err := free.Evaluate(context.Background(), g, want); err != nil {
			t.Fatal(err)
		}
		if err := limited.Evaluate(context.Background(), g, got); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d columns: scores %d, want %d", columns, got, want)
		}
		if columns == 32 { // a pair: its logits and scores
			for i := range limited.work {
				if ws := &limited.work[i]; cap(ws.y) > 5*32 || cap(ws.scoring.bits) > 32 {
					t.Errorf("32 columns: room for %d accumulators and %d scores", cap(ws.y), cap(ws.scoring.bits))
				}
			}
		}
		if _, err := opt.Tell(want); err != nil {
			t.Fatal(err)
		}
		copy(data.Inputs, data.Sample(columns%data.Len()))
		data.Inputs, data.Labels = append(data.Inputs, data.Sample(7)...), append(data.Labels, data.Labels[7])
	}
}

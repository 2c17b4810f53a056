package es_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
)

// climb is a run whose scores are the given ones, generation by generation.
func climb(t *testing.T, means []int64) *es.Optimizer {
	t.Helper()
	m := newModel()
	e := es.EvaluatorFunc(func(_ context.Context, g es.Generation, scores []int64) error {
		for i := range scores {
			scores[i] = means[g.Number]
		}
		return nil
	})
	opt, err := es.New(m.parameters, e, es.Options{Sigma: es.WholeLevel, Generations: len(means), Pairs: 2})
	if err != nil {
		t.Fatal(err)
	}
	return opt
}

func TestRunWithoutEvaluator(t *testing.T) {
	m := newModel()
	opt, err := es.New(m.parameters, nil, es.Options{Sigma: es.WholeLevel, Generations: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := opt.Run(context.Background()); err == nil || opt.Generation() != 0 {
		t.Errorf("error %v after %d generations", err, opt.Generation())
	}
}

// Callbacks come in turn; an error ends the run, ErrStop without error.
func TestCallbacks(t *testing.T) {
	broken := errors.New("broken")
	for _, test := range []struct{ cause, want error }{
		{broken, broken},
		{es.ErrStop, nil},
		{fmt.Errorf("enough: %w", es.ErrStop), nil},
	} {
		opt := climb(t, make([]int64, 5))
		var calls []string
		err := opt.Run(context.Background(),
			func(s es.Stats) error { calls = append(calls, fmt.Sprint("a", s.Finished)); return nil },
			func(s es.Stats) error {
				if calls = append(calls, "b"); s.Finished == 2 {
					return test.cause
				}
				return nil
			},
			func(es.Stats) error { calls = append(calls, "c"); return nil })
		if !errors.Is(err, test.want) || opt.Generation() != 2 {
			t.Errorf("%v: error %v after %d generations", test.cause, err, opt.Generation())
		}
		if want := []string{"a1", "b", "c", "a2", "b"}; !slices.Equal(calls, want) {
			t.Errorf("calls %v, want %v", calls, want)
		}
	}
}

// Each hands out whole members: W and the noise of plus or minus.
func ExampleEach() {
	weights := packed.NewMatrix(1, 4)
	target := []int32{2, -1, 0, 1}
	distance := es.EvaluateEach(func(m *es.Member) (sum int64, err error) {
		for i, v := range m.Weights[0] {
			d := int64(v - target[i]<<m.Bits)
			sum += d * d
		}
		return sum, nil
	})
	opt, err := es.New(es.Matrices(weights), distance, es.Options{Generations: 100, Pairs: 32, Minimize: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := opt.Run(context.Background()); err != nil {
		fmt.Println(err)
		return
	}
	for i := range target {
		fmt.Print(int(weights.At(0, i)), " ")
	}
	// Output: 2 -1 0 1
}

func ExampleLogSlog() {
	plain := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	}))
	log := es.LogSlog(plain)
	fmt.Println(log(es.Stats{Finished: 3, Best: -5, Mean: -9, Spread: 2, Decided: 60, Moved: 7, Norm: 677, Saturated: 40}))
	// Output:
	// level=INFO msg=generation generation=3 best=-5 mean=-9 spread=2 decided=60 moved=7 norm=677 saturated=40
	// <nil>
}

func ExampleLogJSON() {
	log := es.LogJSON(os.Stdout)
	fmt.Println(log(es.Stats{Finished: 3, Best: -5, Mean: -9, Spread: 2, Decided: 60, Moved: 7, Norm: 677, Saturated: 40}))
	// Output:
	// {"generation":3,"moved":7,"norm":677,"saturated":40,"decided":60,"best":-5,"mean":-9,"spread":2}
	// <nil>
}

func TestLogJSONError(t *testing.T) {
	opt := climb(t, make([]int64, 5))
	closed, err := os.Create(t.TempDir() + "/log")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	if err := opt.Run(context.Background(), es.LogJSON(closed)); !errors.Is(err, os.ErrClosed) || opt.Generation() != 1 {
		t.Errorf("error %v after %d generations", err, opt.Generation())
	}
}

func TestIdentity(t *testing.T) {
	m := newModel()
	o := full(rules[0])
	opt, err := es.New(m.parameters, nil, o)
	if err != nil {
		t.Fatal(err)
	}
	const want = `seed 5 generations 200 pairs 12 groups 3 rank 2 sigma 1 law binomial generator ars4x32-7 reuse 2 fitness raw minimize false rule residual(rate 19661/65536) schedule cosine sigma-schedule inverse decay 983/65536 restart 150 shrink 66/65536
"w0" 40×70
"w1" 9×40
"w2" 1×40 frozen
"w3" 9×1
`
	if got := opt.Identity(); got != want {
		t.Errorf("identity\n%s, want\n%s", got, want)
	}
	// Identities of journals of versions 1 and 2 have no generator.
	o.Generator = kernels.Philox4x32
	if opt, err = es.New(m.parameters, nil, o); err != nil {
		t.Fatal(err)
	}
	if got, want := opt.Identity(), strings.Replace(want, " generator ars4x32-7", "", 1); got != want {
		t.Errorf("identity\n%s, want\n%s", got, want)
	}
	if n := strings.Count(want, "\n"); n != 1+len(opt.Parameters()) {
		t.Errorf("%d lines", n)
	}
}

package search

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/tune"
)

// quality returns a trial; configurations closer to 6 are better.
func quality(_ context.Context, rung, c int) (tune.Trial, error) {
	return tune.Trial{Rung: rung, Configuration: c, Samples: 1 << rung, Correct: 100 - max(c-6, 6-c), Total: 100, Bytes: 100 << c}, nil
}

func TestPlots(t *testing.T) {
	s := &plots{Search: &tune.Search{Rungs: tune.Plan{Configurations: 9, Eta: 3, Budget: 9}.Rungs()}, title: "title"}
	if err := s.Run(context.Background(), nil, quality, nil); err != nil {
		t.Fatal(err)
	}
	var budgets, parameters strings.Builder
	if err := s.writeBudgets(&budgets, func(c int) string { return fmt.Sprint("configuration ", c) }); err != nil {
		t.Fatal(err)
	}
	space := tune.Space{{Name: "a", Values: []string{"0", "1", "2"}}, {Name: "b", Values: []string{"0", "1"}}}
	values := func(c int) []string { return []string{fmt.Sprint(c % 4), fmt.Sprint(c % 2)} } // "3" is not of the space
	if err := s.writeParameters(&parameters, space, values); err != nil {
		t.Fatal(err)
	}
	var front, none, perfect strings.Builder
	s.Price = 1 << 15
	if err := s.writeFront(&front, func(c int) string { return fmt.Sprint("network ", c) }); err != nil {
		t.Fatal(err)
	}
	if err := (&plots{&tune.Search{}, "title"}).writeFront(&none, nil); err != nil {
		t.Fatal(err)
	}
	one := &plots{&tune.Search{Rungs: s.Rungs[:1], Price: s.Price, Trials: []tune.Trial{{Correct: 7, Total: 7, Bytes: 12}}}, "title"}
	if err := one.writeFront(&perfect, func(int) string { return "right" }); err != nil {
		t.Fatal(err)
	}
	for text, wants := range map[string][]string{
		front.String():      {"<svg", "title", ">network 0<", ">network 6<", "rung 2", "0.5 points per doubling"},
		none.String():       {"<svg", "title"},
		perfect.String():    {"<svg", ">right<"},
		budgets.String():    {"<svg", "title", "configuration 6", "configuration 5", "configuration 7"},
		parameters.String(): {"<svg", "title", ">a<", ">b<", ">3<", "rung 2"},
	} {
		for _, want := range wants {
			if !strings.Contains(text, want) {
				t.Errorf("no %q in the plot", want)
			}
		}
		if strings.Contains(text, "NaN") || strings.Contains(text, "Inf") {
			t.Error("not a number in the plot")
		}
	}
}

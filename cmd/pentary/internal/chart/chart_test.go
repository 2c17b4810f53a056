package chart

import (
	"math"
	"regexp"
	"strings"
	"testing"

	"gonum.org/v1/plot"
)

func TestPrefixed(t *testing.T) {
	for v, want := range map[float64]string{
		0.05: "0.05", 1: "1", 500: "500", 1000: "1 k", 20_000: "20 k", 5e6: "5 M", 1e9: "1 G", 2e12: "2 T",
	} {
		if got := Prefixed(v); got != want {
			t.Errorf("%g: %q, want %q", v, got, want)
		}
	}
}

// labelled returns the labels of an axis.
func labelled(ticker plot.Ticker, least, most float64) string {
	var labels []string
	for _, t := range ticker.Ticks(least, most) {
		if t.Label != "" {
			labels = append(labels, t.Label)
		}
	}
	return strings.Join(labels, " ")
}

func TestTicks(t *testing.T) {
	for _, test := range []struct {
		least, most float64
		want        string
	}{
		{0, 100, "0 20 40 60 80 100"},
		{91.2, 97.3, "92 93 94 95 96 97"},
		{40, 97, "40 50 60 70 80 90"},
		{0.31, 0.36, "0.31 0.32 0.33 0.34 0.35 0.36"},
	} {
		if got := labelled(linearTicks, test.least, test.most); got != test.want {
			t.Errorf("%g to %g: %s, want %s", test.least, test.most, got, test.want)
		}
	}
	if got, want := labelled(LogTicks(Prefixed), 90, 3000), "100 200 500 1 k 2 k"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// Charts of nothing, of one point and of equal points are charts too.
func TestDegenerate(t *testing.T) {
	one := []Point{{3, 50}}
	for name, write := range map[string]*Lines{
		"empty": {}, "no points": {Series: []Series{{Name: "a"}}},
		"no errors": {Errors: true}, "one error": {Errors: true, Marks: []float64{1, 3}, Series: []Series{{Color: Ink, Points: one}}},
		"one point": {Series: []Series{{Name: "a", Color: Ink, Points: one}, {Name: "b", Color: Pale, Points: one}}},
	} {
		var b strings.Builder
		if err := write.WriteSVG(&b); err != nil || !strings.HasSuffix(strings.TrimSpace(b.String()), "</svg>") || strings.Contains(b.String(), "NaN") {
			t.Errorf("%s: %v\n%s", name, err, b.String())
		}
	}
	for name, write := range map[string]*Panels{
		"empty": {}, "no dots": {Panels: []Panel{{Title: "a", Values: []string{"1"}, Means: []float64{math.NaN()}}}},
	} {
		var b strings.Builder
		if err := write.WriteSVG(&b); err != nil || !strings.HasSuffix(strings.TrimSpace(b.String()), "</svg>") || strings.Contains(b.String(), "NaN") {
			t.Errorf("%s: %v\n%s", name, err, b.String())
		}
	}
}

// A grid has all of its charts.
func TestGrid(t *testing.T) {
	var b strings.Builder
	charts := []*Lines{{Title: "first"}, {Title: "second"}, {Title: "third", Room: 50}}
	if err := WriteGrid(&b, 2, charts...); err != nil {
		t.Fatal(err)
	}
	for _, c := range charts {
		if !strings.Contains(b.String(), ">"+c.Title+"<") {
			t.Errorf("no %q in the grid", c.Title)
		}
	}
}

// Names beside a line cover neither each other nor what is beyond the chart.
func TestNamesApart(t *testing.T) {
	l := Lines{}
	for range 8 {
		l.Series = append(l.Series, Series{Name: "same", Color: Ink, Width: 1, Points: []Point{{1, 1}, {2, 50}}})
	}
	var b strings.Builder
	if err := l.WriteSVG(&b); err != nil {
		t.Fatal(err)
	}
	heights := map[string]bool{}
	for _, found := range regexp.MustCompile(`<text [^>]* y="([^"]*)"[^>]*>same<`).FindAllStringSubmatch(b.String(), -1) {
		heights[found[1]] = true
	}
	if len(heights) != len(l.Series) {
		t.Errorf("%d names at %d heights", len(l.Series), len(heights))
	}
}

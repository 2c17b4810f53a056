package chart

import (
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
	if got, want := labelled(logTicks(Prefixed), 90, 3000), "100 200 500 1 k 2 k"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// Charts without points, with one point and with equal points are valid.
func TestDegenerate(t *testing.T) {
	one, errors, log := []Point{{X: 3, Y: 50, Label: "here"}}, Axis{Scale: Errors}, Axis{Scale: Log}
	for name, chart := range map[string]*Chart{
		"empty": {}, "empty, logarithmic": {X: log, Y: log}, "no points": {Series: []Series{{Name: "a"}, {Name: "b", Key: true}}},
		"no errors": {Y: errors}, "one error": {X: Axis{Scale: Log, Marks: Marks(Prefixed, 1, 3)}, Y: errors, Series: []Series{{Color: Ink, Points: one}}},
		"one point": {X: log, Series: []Series{{Name: "a", Color: Ink, Points: one}, {Name: "b", Key: true, Color: Pale, Points: one}}},
	} {
		var b strings.Builder
		if err := chart.WriteSVG(&b); err != nil || !strings.HasSuffix(strings.TrimSpace(b.String()), "</svg>") || strings.Contains(b.String(), "NaN") {
			t.Errorf("%s: %v\n%s", name, err, b.String())
		}
	}
}

// Labels of points do not cover each other or the points.
func TestLabelsApart(t *testing.T) {
	s := Series{Color: Ink, Width: 1}
	for i := range 12 {
		s.Points = append(s.Points, Point{X: 1 + float64(i)/100, Y: float64(i % 3), Label: "same"})
	}
	s.Points = append(s.Points, Point{X: 2, Y: 50})
	var b strings.Builder
	if err := (&Chart{Series: []Series{s}}).WriteSVG(&b); err != nil {
		t.Fatal(err)
	}
	places := map[[2]string]bool{}
	for _, found := range regexp.MustCompile(`<text x="([^"]*)" y="([^"]*)"[^>]*>same<`).FindAllStringSubmatch(b.String(), -1) {
		places[[2]string{found[1], found[2]}] = true
	}
	if len(places) != 12 {
		t.Errorf("%d labels", len(places))
	}
}

// A grid contains all its charts.
func TestGrid(t *testing.T) {
	var b strings.Builder
	charts := []*Chart{{Title: "first"}, {Title: "second"}, {Title: "third", Room: 50}}
	if err := WriteGrid(&b, "heading", 2, charts...); err != nil {
		t.Fatal(err)
	}
	for _, c := range append(charts, &Chart{Title: "heading"}) {
		if !strings.Contains(b.String(), ">"+c.Title+"<") {
			t.Errorf("no %q in the grid", c.Title)
		}
	}
}

// Names next to lines do not cover each other and stay within the picture.
func TestNamesApart(t *testing.T) {
	l := Chart{}
	for range 8 {
		l.Series = append(l.Series, Series{Name: "same", Color: Ink, Width: 1, Points: []Point{{X: 1, Y: 1}, {X: 2, Y: 50}}})
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

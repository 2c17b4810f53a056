package hwreport

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"html/template"
	"io"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/internal/hw/claims"
	"github.com/Kaleaon/pentary-go/internal/hw/cycles"
	"github.com/Kaleaon/pentary-go/internal/hw/energy"
	"github.com/Kaleaon/pentary-go/nn"
)

// check fails unless a picture is well-formed and all its numbers are finite.
func check(t *testing.T, name string, picture template.HTML) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(string(picture)))
	for {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
	}
	if bad := regexp.MustCompile(`NaN|Inf|="-?\d+e|%!`).FindString(string(picture)); bad != "" {
		t.Errorf("%s: %s in %.300s", name, bad, picture)
	}
}

// slots returns the passage of a small program with all kinds of stalls.
func slots() (*cycles.Pipeline, *cycles.Timeline) {
	p, timeline := &cycles.Pipeline{}, &cycles.Timeline{Keep: 100}
	for range 3 {
		for _, op := range []cycles.Op{
			{Kind: cycles.Work, Unit: cycles.Tile, Cycles: 4000, Memory: []cycles.Span{{Hi: 10, Write: true}}},
			{Kind: cycles.ALU},
			{Kind: cycles.Work, Unit: cycles.Noise, Cycles: 7, Memory: []cycles.Span{{Lo: 5, Hi: 6}}},
			{Kind: cycles.Branch, Taken: true},
			{Kind: cycles.Fence},
		} {
			timeline.Add(p.Step(op))
		}
	}
	return p, timeline
}

func TestPictures(t *testing.T) {
	p, timeline := slots()
	check(t, "pipeline", Pipeline(timeline.Slots))
	check(t, "a part of it", Pipeline(timeline.Slots[3:4]))
	check(t, "no pipeline", Pipeline(nil))
	check(t, "units", Units(timeline, p.Cycles(), p.Busy, p.Instructions))
	check(t, "no units", Units(&cycles.Timeline{}, 0, [cycles.Units]int64{}, 0))
	check(t, "macros", Macros(energy.Published()))
	for name, a := range map[string]energy.Activity{
		"energy": {Zero: 5, One: 3000, Two: 9, Adds: 4, Noise: 1, SRAM: 1 << 40, DRAM: 12, Crossbar: 1 << 20}, "little energy": {Adds: 1}, "no energy": {},
	} {
		check(t, name, Energy([]Bar{
			{"a", energy.Horowitz(energy.Typical).Breakdown(a, energy.NeuRRAM()), 1}, {"b <&>", energy.Synthesized(energy.Typical).Breakdown(a, energy.NeuRRAM()), 2},
		}))
	}
	for _, size := range [][2]int{{0, 0}, {1, 1}, {3, 200}, {257, 512}} {
		m := Map{size[0], size[1], make([]uint32, size[0]*size[1])}
		check(t, "a new chip", Wear(m))
		for i := range m.Values {
			m.Values[i] = uint32(i * i)
		}
		check(t, "a worn chip", Wear(m))
	}
	same := []Series{{"exact", []float64{0.9, 0.9}}, {"a", []float64{0.9, 0.9}}, {"b", []float64{0.9, 0.9}}}
	check(t, "no ageing", Aging([]float64{1, 10}, same))
	check(t, "one age", Aging([]float64{1}, []Series{{"exact", []float64{0}}, {"a", []float64{1}}}))
	check(t, "nothing", Aging(nil, nil))
}

// Stalls and the unit's work are where they belong, and long waits are cut short.
func TestPipelineIsShort(t *testing.T) {
	p, timeline := slots()
	picture := string(Pipeline(timeline.Slots))
	for _, want := range []string{"memory conflict 3998", "tile for 4000 cycles", "⋯ 4 k", "in cycle 4003"} {
		if !strings.Contains(picture, want) {
			t.Errorf("no %q in the picture", want)
		}
	}
	var width float64
	if _, err := fmt.Sscanf(picture, `<svg viewBox="0 0 %f`, &width); err != nil || width > 1500 {
		t.Errorf("%g wide for %d cycles: %v", width, p.Cycles(), err)
	}
}

func TestTicks(t *testing.T) {
	for most, want := range map[float64]string{
		69_000: "[0 10000 20000 30000 40000 50000 60000]", 100: "[0 20 40 60 80 100]", 7: "[0 1 2 3 4 5 6 7]", 0: "[0]",
	} {
		if got := fmt.Sprint(ticks(most, 8)); got != want {
			t.Errorf("%g: %s, want %s", most, got, want)
		}
	}
}

func TestJoules(t *testing.T) {
	for pj, want := range map[float64]string{0.5: "0.5 pJ", 999.6: "1 nJ", 1.29e6: "1.29 µJ", 5e12: "5 J", 2e15: "2e+03 J"} {
		if got := joules(pj); got != want {
			t.Errorf("%g pJ: %s, want %s", pj, got, want)
		}
	}
}

// Names of series that end together do not lie on one another.
func TestPlaced(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		series := make([]Series, 1+r.IntN(6))
		for i := range series {
			series[i].Shares = []float64{r.Float64()}
		}
		at := placed(series, func(v float64) float64 { return 300 * v })
		for i, y := range at {
			for j, z := range at[:i] {
				if d := y - z; d < 14.9 && d > -14.9 {
					t.Fatalf("names %d and %d at %g and %g", i, j, y, z)
				}
			}
		}
	}
}

// subject is a small network and its data.
func subject() *Subject {
	r := rand.New(rand.NewPCG(1, 2))
	data := &data.Dataset{Features: 20, Classes: 3}
	for i := range 40 {
		data.Labels = append(data.Labels, uint8(i%3))
		for f := range data.Features {
			data.Inputs = append(data.Inputs, int8(r.IntN(60)-30+60*((f+i)%3-1)))
		}
	}
	return &Subject{Name: "three classes", Net: nn.NewMLP(1, 20, 12, 3), Train: data, Test: data, Batch: 8, Pairs: 4, Generations: 2}
}

func TestBuild(t *testing.T) {
	findings := []claims.Finding{claims.All()[0].Find()}
	var pages [2]bytes.Buffer
	for i := range pages {
		s := subject()
		before := s.Net.Matrices()[0].W.Clone()
		var seen []string
		r, err := Build(t.Context(), s, findings, func(what string, part, whole int) {
			if part < 0 || part > whole {
				t.Errorf("%s: %d of %d", what, part, whole)
			}
			seen = append(seen, what)
		})
		if err != nil {
			t.Fatal(err)
		}
		if !s.Net.Matrices()[0].W.Equal(before) {
			t.Error("the network has changed")
		}
		if len(seen) < 7 {
			t.Errorf("progress %q", seen)
		}
		for _, section := range r.Sections {
			if section.Picture == "" && len(section.Rows) == 0 {
				t.Errorf("%s: neither picture nor table", section.Title)
			}
			for _, row := range section.Rows {
				if len(row) != len(section.Heading) {
					t.Errorf("%s: %q under %q", section.Title, row, section.Heading)
				}
			}
			check(t, section.Title, section.Picture)
		}
		if err := r.Write(&pages[i]); err != nil {
			t.Fatal(err)
		}
	}
	page := pages[0].String()
	if page != pages[1].String() {
		t.Error("two pages of one network differ")
	}
	// The page needs nothing but itself.
	if outside := regexp.MustCompile(`https?:|src=|<link|@import|<script`).FindString(page); outside != "" {
		t.Errorf("%s in the page", outside)
	}
	for _, want := range []string{"three classes: 20-12-3", "MATVEC", "Wear of the cells", "10 years", "true against dense", "memory conflict"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in the page", want)
		}
	}
}

func TestBuildInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r, err := Build(ctx, subject(), nil, func(what string, _, _ int) {
		if what == "ageing" {
			cancel()
		}
	})
	if r != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("a report %t, error %v", r != nil, err)
	}
}

// The page has colours for dark screens, all of them variables that both schemes set,
// and what is wider than a narrow screen scrolls in a box of its own.
func TestPage(t *testing.T) {
	style, body, ok := strings.Cut(page, "</style>")
	if !ok {
		t.Fatal("no style")
	}
	variables := regexp.MustCompile(`--(\w+): #[0-9a-f]+;`)
	light, dark, ok := strings.Cut(style, "prefers-color-scheme: dark")
	if !ok {
		t.Fatal("no colours for dark screens")
	}
	for _, v := range variables.FindAllStringSubmatch(light, -1) {
		if !strings.Contains(dark, "--"+v[1]+": #") {
			t.Errorf("dark screens have no colour %s", v[1])
		}
	}
	if rest := variables.ReplaceAllString(style, ""); strings.Contains(rest, "#") {
		t.Errorf("a colour that is no variable: %.60q", rest[strings.Index(rest, "#"):])
	}
	for _, used := range regexp.MustCompile(`var\(--(\w+)\)`).FindAllStringSubmatch(page, -1) {
		if !strings.Contains(light, "--"+used[1]+": #") {
			t.Errorf("no colour %s", used[1])
		}
	}
	if n, wide := strings.Count(body, "<table>"), strings.Count(body, `<div class="wide"><table>`); n == 0 || n != wide {
		t.Errorf("%d of %d tables scroll by themselves", wide, n)
	}
	if n, wide := strings.Count(body, "<figure"), strings.Count(body, `<figure class="wide">`); n == 0 || n != wide {
		t.Errorf("%d of %d pictures scroll by themselves", wide, n)
	}
}

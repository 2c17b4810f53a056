package hwreport

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"image/png"
	"io"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/hwmodel/crossbar"
	"github.com/Kaleaon/pentary-go/internal/hw/claims"
	"github.com/Kaleaon/pentary-go/internal/hw/cycles"
	"github.com/Kaleaon/pentary-go/internal/hw/energy"
	"github.com/Kaleaon/pentary-go/nn"
)

// check fails unless a page is well-formed and all its numbers are finite.
func check(t *testing.T, name, page string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(page))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	for {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
	}
	for _, tag := range []string{"i", "b", "p", "div", "span", "section", "figure", "table", "tr", "td", "th", "small"} {
		opened, closed := strings.Count(page, "<"+tag+" ")+strings.Count(page, "<"+tag+">"), strings.Count(page, "</"+tag+">")
		if opened != closed {
			t.Errorf("%s: %d of %d elements %s end", name, closed, opened, tag)
		}
	}
	if bad := regexp.MustCompile(`NaN|[+-]Inf|[":] ?-?\d+e|%!|ZgotmplZ`).FindString(page); bad != "" {
		t.Errorf("%s: %s in the page", name, bad)
	}
}

// slots returns the timing of a small program with all kinds of stalls.
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

// report returns a report of a run.
func report(run *traced) *Report {
	chip, err := crossbar.NewNetwork(nn.NewMLP(1, 20, 12, 3), Chip)
	if err != nil {
		panic(err)
	}
	same := []float64{0.9, 0.9}
	return &Report{
		Name: "a", Shape: "b", Run: run, Worn: &worn{chip: chip},
		Aged: &aged{[]float64{1, 10}, []series{{"exact", same}, {"a", same}, {"b", same}}},
	}
}

// write returns the page of a report.
func write(t *testing.T, name string, r *Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.Write(&b); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	check(t, name, b.String())
	return b.String()
}

// Pages with extreme values are well-formed.
func TestPictures(t *testing.T) {
	p, timeline := slots()
	for name, a := range map[string]energy.Activity{
		"energy": {Zero: 5, One: 3000, Two: 9, Adds: 4, Noise: 1, SRAM: 1 << 40, DRAM: 12, Crossbar: 1 << 20}, "little energy": {Adds: 1}, "no energy": {},
	} {
		run := &traced{Cycles: &cycles.Observer{Pipeline: *p, Timeline: *timeline}, Bars: []bar{
			{"a", energy.Horowitz(energy.Typical).Breakdown(a, energy.NeuRRAM()), 1}, {"b <&>", energy.Synthesized(energy.Typical).Breakdown(a, energy.NeuRRAM()), 2},
		}}
		page := write(t, name, report(run))
		if !strings.Contains(page, "b &lt;&amp;&gt;") {
			t.Errorf("%s: a name that is not escaped", name)
		}
		run.Cycles = &cycles.Observer{}
		write(t, name+", no instructions", report(run))
	}
	if g := pipeline(nil); len(g.Boxes) != 0 {
		t.Errorf("%d boxes of no instructions", len(g.Boxes))
	}
	if l := lanes(&cycles.Timeline{}, 0, [cycles.Units]int64{}, 0); len(l) != 0 {
		t.Errorf("%d lanes of no instructions", len(l))
	}
	for _, ages := range []*aged{
		{[]float64{1}, []series{{"exact", []float64{0}}, {"a", []float64{1}}}}, {[]float64{1, 10}, []series{{"exact", []float64{0.5, 0.5}}}},
	} {
		if svg, err := ages.Chart(); err != nil || !strings.HasPrefix(string(svg), "<svg") {
			t.Errorf("%v: error %v, %.20q", ages, err, svg)
		}
	}
}

// A map has one pixel per cell; the darkest are the most written cells.
func TestHeatmap(t *testing.T) {
	for _, size := range [][2]int{{0, 0}, {1, 1}, {3, 200}, {257, 512}} {
		m := crossbar.WearMap{Lines: size[0], Columns: size[1], Writes: make([]uint32, size[0]*size[1])}
		for i := range m.Writes {
			m.Writes[i] = uint32(i) * 30_000
		}
		text, ok := strings.CutPrefix(string(heatmap(m)), "data:image/png;base64,")
		picture, err := png.Decode(base64.NewDecoder(base64.StdEncoding, strings.NewReader(text)))
		if !ok || err != nil {
			t.Fatalf("%v: %v", size, err)
		}
		last := picture.Bounds().Max
		if last.X != max(size[1], 1) || last.Y != max(size[0], 1) {
			t.Errorf("%v: a picture of %v", size, last)
		}
		light := func(x, y int) (sum uint32) {
			r, g, b, _ := picture.At(x, y).RGBA()
			return r + g + b
		}
		if len(m.Writes) > 1 && light(0, 0) <= light(last.X-1, last.Y-1) {
			t.Errorf("%v: the cell written most is no darker", size)
		}
	}
}

// Stalls and the work of units are drawn in the right cycles, and long waits are shortened.
func TestPipelineIsShort(t *testing.T) {
	p, timeline := slots()
	g := pipeline(timeline.Slots)
	all := fmt.Sprintf("%+v", g.Boxes)
	for _, want := range []string{"memory conflict 3998", "tile for 4000 cycles", "⋯ 4 k", "in cycle 4003"} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q in the picture", want)
		}
	}
	if g.Width() > 1500 {
		t.Errorf("%g wide for %d cycles", g.Width(), p.Cycles())
	}
	for _, b := range g.Boxes {
		if b.From < 1 || b.To <= b.From || b.To > len(g.Columns)+1 {
			t.Errorf("%+v on %d columns", b, len(g.Columns))
		}
	}
	// The number of a cycle is above the stages that instructions enter in that cycle.
	columns := map[string]int{}
	for _, b := range g.Boxes {
		if b.Row == 1 {
			columns[b.Text] = b.From
		}
	}
	checked := 0
	for _, b := range g.Boxes {
		if _, cycle, ok := strings.Cut(b.Title, " in cycle "); ok && columns[cycle] != 0 {
			if checked++; b.From != columns[cycle] {
				t.Errorf("%s: column %d, want %d", b.Title, b.From, columns[cycle])
			}
		}
	}
	if checked < 10 {
		t.Errorf("%d stages below a number", checked)
	}
	if part := pipeline(timeline.Slots[3:4]); len(part.Boxes) == 0 {
		t.Error("no boxes of one instruction")
	}
}

// Adjacent parts with the same shade are merged, and the parts fill the time.
func TestLanes(t *testing.T) {
	p, timeline := slots()
	for _, l := range lanes(timeline, p.Cycles(), p.Busy, p.Instructions) {
		sum, last := 0, -1.0
		for _, r := range l.Runs {
			if sum += r.Parts; r.Busy == last || r.Busy < 0 || r.Busy > 1 {
				t.Errorf("%s: %v after %g", l.Name, r, last)
			}
			last = r.Busy
		}
		if sum != laneParts || l.Busy <= 0 || l.Busy > 1 {
			t.Errorf("%s: %d parts, busy %g", l.Name, sum, l.Busy)
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
		if err := r.Write(&pages[i]); err != nil {
			t.Fatal(err)
		}
	}
	page := pages[0].String()
	check(t, "a network", page)
	if page != pages[1].String() {
		t.Error("two pages of one network differ")
	}
	// The page is self-contained.
	if outside := regexp.MustCompile(`https?:|src="[^d]|<link|@import|<script`).FindString(page); outside != "" {
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

// The page has colours for dark screens, as variables set by both schemes, and elements wider than
// a narrow screen scroll in their own box.
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

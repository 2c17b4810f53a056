package hwreport

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html/template"
	"image"
	"image/color"
	"image/png"
	"maps"
	"math"
	"regexp"
	"slices"

	"gonum.org/v1/plot/palette"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/chart"
	"github.com/Kaleaon/pentary-go/hwmodel/crossbar"
	"github.com/Kaleaon/pentary-go/internal/hw/cycles"
	"github.com/Kaleaon/pentary-go/internal/hw/energy"
)

// grid holds boxes on a CSS grid with columns of several widths. Rows and the lines between columns
// count from 1.
type grid struct {
	Columns []float64 // widths
	Boxes   []box
}

type box struct {
	Row, From, To int
	Class         string
	Title         string // tooltip
	Text          string
}

func (g *grid) add(row, from, to int, class, title, text string) {
	g.Boxes = append(g.Boxes, box{row, from, to, class, title, text})
}

// Width returns the total width of the columns.
func (g *grid) Width() (sum float64) {
	for _, w := range g.Columns {
		sum += w
	}
	return sum
}

const (
	labelWidth = 230.0 // of the instructions
	cellWidth  = 17.0  // of a cycle
	gapWidth   = 57.0  // of a gap of more than maxGap cycles in which no instruction enters a stage
	maxGap     = 3
)

var stageNames = [cycles.Stages]string{"IF", "ID", "EX", "ME", "WB"}

// Pipeline returns the drawn instructions, one per row, with their stages and their work in units.
// Long gaps without events are shortened.
func (t *traced) Pipeline() *grid { return pipeline(t.Slots()) }

func pipeline(slots []cycles.Slot) *grid {
	g := &grid{Columns: []float64{labelWidth}}
	if len(slots) == 0 {
		return g
	}
	var events []int64 // cycles in which a stage or work begins or ends
	last := slots[len(slots)-1].Enter[cycles.Write] + 1
	for _, s := range slots {
		events = append(append(events, s.Enter[:]...), s.Enter[cycles.Fetch]+1, s.Enter[cycles.Decode]+1, s.Enter[cycles.Write]+1)
		if s.Kind == cycles.Work && s.End <= last {
			events = append(events, s.End)
		}
	}
	slices.Sort(events)
	events = slices.Compact(events)
	// at returns the grid line of an event, or the right end for later cycles.
	at := func(cycle int64) int {
		i, found := slices.BinarySearch(events, cycle)
		if !found {
			i = len(events) - 1
		}
		return i + 2
	}
	room := 0.0 // width since the last number
	for i, e := range events {
		width := cellWidth
		if i+1 < len(events) && events[i+1]-e > maxGap {
			width = gapWidth
			g.add(len(slots)+2, i+2, i+3, "tick gap", "", "⋯ "+chart.Prefixed(float64(events[i+1]-e-1)))
		} else if i+1 < len(events) {
			width *= float64(events[i+1] - e)
		}
		if i == 0 || room > 30 {
			g.add(1, i+2, i+3, "tick", "", fmt.Sprint(e))
			room = 0
		}
		room += width
		g.Columns = append(g.Columns, width)
	}
	for i := range slots {
		g.addSlot(i+2, &slots[i], at)
		if s := &slots[i]; s.Kind == cycles.Work {
			text := ""
			if s.End > events[len(events)-1] {
				text = "▸"
			}
			g.add(i+2, at(s.Start), at(s.End), fmt.Sprintf("work u%d", s.Unit), fmt.Sprintf("%s for %d cycles", s.Unit, s.Cycles), text)
		}
	}
	return g
}

// addSlot adds an instruction, its stages and its stalls.
func (g *grid) addSlot(row int, s *cycles.Slot, at func(int64) int) {
	name := s.Inst.String()
	g.add(row, 1, 2, "code", "", name)
	for stage, short := range stageNames {
		from := s.Enter[stage]
		g.add(row, at(from), at(from+1), "stage "+short, fmt.Sprintf("%s, %s in cycle %d", name, short, from), short)
		switch {
		case stage == cycles.Fetch && s.Enter[stage+1] > from+1:
			g.add(row, at(from+1), at(s.Enter[stage+1]), "held", "", "")
		case stage == cycles.Decode && s.Enter[stage+1] > from+1:
			g.add(row, at(from+1), at(s.Enter[stage+1]), "stall", why(s), "")
		}
	}
}

// why returns the reasons of an instruction's stalls.
func why(s *cycles.Slot) (text string) {
	for reason, n := range s.Stalls {
		if n > 0 && cycles.Stall(reason) != cycles.Flush {
			if text != "" {
				text += ", "
			}
			text += fmt.Sprintf("%s %d", cycles.Stall(reason), n)
		}
	}
	return text
}

// lane is the occupancy of a unit over a program.
type lane struct {
	Name, Class string
	Busy        float64 // fraction of the cycles
	Runs        []run
}

// run is a range of consecutive parts of the time, out of laneParts, with the same occupancy.
type run struct {
	Parts int
	Busy  float64 // 0 to 1, in steps of 1/20
}

const laneParts = 400

// Lanes returns the lanes of the pipeline and of the units that were used.
func (t *traced) Lanes() []lane {
	p := &t.Cycles.Pipeline
	return lanes(&t.Cycles.Timeline, p.Cycles(), p.Busy, p.Instructions)
}

func lanes(t *cycles.Timeline, total int64, busy [cycles.Units]int64, instructions int64) (all []lane) {
	add := func(name, class string, o *cycles.Occupancy, cycles int64) {
		if cycles == 0 {
			return
		}
		l := lane{Name: name, Class: class, Busy: share(cycles, total)}
		step := float64(total) / laneParts
		for i := range laneParts {
			shade := math.Round(o.Share(float64(i)*step, float64(i+1)*step)*20) / 20
			if n := len(l.Runs); n > 0 && l.Runs[n-1].Busy == shade {
				l.Runs[n-1].Parts++
			} else {
				l.Runs = append(l.Runs, run{1, shade})
			}
		}
		all = append(all, l)
	}
	add("scalar", "scalar", &t.Issue, instructions)
	for u := range cycles.Units {
		add(u.String(), fmt.Sprintf("u%d", u), &t.Units[u], busy[u])
	}
	return all
}

// macroBar is the efficiency of a macro on a logarithmic scale.
type macroBar struct {
	Class   string
	TOPS    float64 // TOPS/W
	Percent float64 // of the scale
}

// macroBars returns the bars of a macro: the published efficiency and the modelled one.
func macroBars(p energy.Point) []macroBar {
	least, most := math.Inf(1), 0.0
	for _, q := range energy.Published() {
		least, most = min(least, q.Published, q.Modelled), max(most, q.Published, q.Modelled)
	}
	bar := func(class string, v float64) macroBar {
		return macroBar{class, v, 100 * math.Log(2*v/least) / math.Log(2*most/least)} // so that the smallest value also has a bar
	}
	return []macroBar{bar("published", p.Published), bar("modelled", p.Modelled)}
}

// heatmap returns the data URL of a picture of an array's writes, one pixel per cell; darker is
// more.
func heatmap(m crossbar.WearMap) template.URL {
	const shades = 64
	colors := palette.Heat(shades, 1).Colors()
	slices.Reverse(colors) // dark: many writes
	picture := image.NewPaletted(image.Rect(0, 0, max(m.Columns, 1), max(m.Lines, 1)), color.Palette(colors))
	least, most := bounds(m)
	for i, v := range m.Writes {
		if most > least {
			picture.Pix[i] = uint8(uint64(v-least) * (shades - 1) / uint64(most-least))
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		panic(err) // cannot happen: writes to a buffer do not fail
	}
	return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes()))
}

func bounds(m crossbar.WearMap) (least, most uint32) {
	if len(m.Writes) == 0 {
		return 0, 0
	}
	return slices.Min(m.Writes), slices.Max(m.Writes)
}

// ageNames are the marks of the axis of ages.
var ageNames = map[float64]string{
	1: "1 s", 60: "1 min", 3600: "1 h", day: "1 day", 30 * day: "1 month", 365 * day: "1 year", 3650 * day: "10 years",
}

var xmlns = regexp.MustCompile(`\s+xmlns(:\w+)?="[^"]*"`)

// Chart draws accuracy over the age of the programmed weights. The first series is the reference.
func (a *aged) Chart() (template.HTML, error) {
	c := &chart.Chart{
		X: chart.Axis{
			Title: "age of the programmed weights", Scale: chart.Log,
			Marks: chart.Marks(func(v float64) string { return ageNames[v] }, slices.Sorted(maps.Keys(ageNames))...),
		},
		Y: chart.Axis{Title: "test accuracy, %"},
	}
	for i, s := range a.Series {
		end := s.Shares[len(s.Shares)-1]
		line := chart.Series{Name: fmt.Sprintf("%s, %.1f %%", s.Name, 100*end), Color: chart.Pale, Width: 1.2, Dashes: chart.Dashes[0]}
		if i > 0 {
			line.Color, line.Width, line.Dashes = chart.Palette[i-1], 1.6, nil
		}
		for j, v := range s.Shares {
			line.Points = append(line.Points, chart.Point{X: a.Seconds[j], Y: 100 * v})
		}
		c.Series = append(c.Series, line)
	}
	var b bytes.Buffer
	if err := c.WriteSVG(&b); err != nil {
		return "", err
	}
	// Inline SVG has no XML header.
	_, svg, _ := bytes.Cut(b.Bytes(), []byte("<svg"))
	return template.HTML("<svg" + xmlns.ReplaceAllString(string(svg), "")), nil
}

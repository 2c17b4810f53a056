package chart

import (
	"cmp"
	"image/color"
	"io"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
)

// Chart draws series over two axes.
type Chart struct {
	Title  string
	X, Y   Axis
	Series []Series  // later series on top
	Room   vg.Length // space for the series' names, right of the axes; 0: default for long names
}

// Axis is an axis of a chart. Its range includes all points.
type Axis struct {
	Title string
	Scale Scale
	Marks []plot.Tick // nil: the default of the scale
}

// Scale maps values to positions on an axis.
type Scale int

const (
	Linear Scale = iota
	Log          // values must be above zero
	Errors       // Log of the error 100 - accuracy, in per cent, labelled by accuracy: each halving of the error has the same length
)

// Series is a line through points, in order, or only dots.
type Series struct {
	Name   string // shown at its end; may be empty
	Key    bool   // Name is shown above the chart instead
	Color  color.Color
	Width  vg.Length   // of the line; 0: no line
	Dashes []vg.Length // nil: none
	Radius vg.Length   // of the dots; 0: slightly more than the line's; negative: no dots
	Shape  draw.GlyphDrawer
	Points []Point
}

// Point is a point of a series.
type Point struct {
	X, Y  float64
	Label string // placed near the point, where there is space
}

// Colored returns the series with the colour and the dashes of series i.
func (s Series) Colored(i int) Series {
	s.Color = Palette[i%len(Palette)]
	if i >= len(Palette) {
		s.Dashes = Dashes[(i/len(Palette)-1)%len(Dashes)]
	}
	return s
}

// Marks returns marks of an axis at values, with labels formatted by label.
func Marks(label func(float64) string, values ...float64) []plot.Tick {
	marks := make([]plot.Tick, len(values))
	for i, v := range values {
		marks[i] = plot.Tick{Value: v, Label: label(v)}
	}
	return marks
}

// WriteSVG draws the chart.
func (l *Chart) WriteSVG(out io.Writer) error { return SVG(out, 9*vg.Inch, 5.6*vg.Inch, l.draw) }

// WriteGrid draws charts under a title, which may be empty, on a grid with the given number of
// columns.
func WriteGrid(out io.Writer, title string, columns int, charts ...*Chart) error {
	const wide, high = 5.6 * vg.Inch, 3.8 * vg.Inch
	heading := vg.Length(0)
	if title != "" {
		heading = 30
	}
	rows := (len(charts) + columns - 1) / columns
	return SVG(out, vg.Length(columns)*wide, vg.Length(rows)*high+heading, func(c draw.Canvas) {
		c.FillText(Text(15, Ink, draw.XCenter), vg.Point{X: c.Center().X, Y: c.Max.Y - 18}, title)
		for i, l := range charts {
			x, y := c.Min.X+vg.Length(i%columns)*wide, c.Max.Y-heading-vg.Length(i/columns)*high
			l.draw(draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
				Min: vg.Point{X: x, Y: y - high}, Max: vg.Point{X: x + wide, Y: y},
			}})
		}
	})
}

func (l *Chart) draw(c draw.Canvas) {
	names, head := cmp.Or(l.Room, 130), vg.Length(36)
	if slices.ContainsFunc(l.Series, func(s Series) bool { return s.Key }) {
		head = 52
	}
	p := plot.New()
	p.BackgroundColor = nil
	l.X.set(&p.X, l.Series, func(p Point) float64 { return p.X })
	l.Y.set(&p.Y, l.Series, func(p Point) float64 { return p.Y })
	hair := draw.LineStyle{Color: Hair, Width: 0.6}
	p.Add(&plotter.Grid{Vertical: hair, Horizontal: hair}, l)
	// Titles are placed here, because the plot would reserve space for them as on linear axes.
	p.Draw(draw.Crop(c, 34, -names, 32, -head))
	middle := c.Min.X + (c.Max.X-c.Min.X-names)/2 + 20
	up := Text(10, Ink, draw.XCenter)
	up.Rotation = math.Pi / 2
	c.FillText(Text(13, Ink, draw.XCenter), vg.Point{X: c.Center().X, Y: c.Max.Y - 18}, l.Title)
	c.FillText(Text(10, Ink, draw.XCenter), vg.Point{X: middle, Y: c.Min.Y + 16}, l.X.Title)
	c.FillText(up, vg.Point{X: c.Min.X + 16, Y: c.Center().Y}, l.Y.Title)
	at := vg.Point{X: c.Min.X + 60, Y: c.Max.Y - 40}
	for _, s := range l.Series {
		if s.Key {
			style := Text(9, Ink, draw.XLeft)
			s.line(c, []vg.Point{{X: at.X - 8, Y: at.Y}, {X: at.X + 8, Y: at.Y}})
			s.dot(c, at)
			c.FillText(style, vg.Point{X: at.X + 13, Y: at.Y}, s.Name)
			at.X += textWidth(style, s.Name) + 32
		}
	}
}

func (a *Axis) set(axis *plot.Axis, series []Series, of func(Point) float64) {
	axis.Tick.Label.Font = Text(9, Ink, draw.XCenter).Font
	axis.Tick.Label.Color, axis.Tick.LineStyle.Color, axis.LineStyle.Color = Ink, Pale, Pale
	axis.Padding = 0
	least, most := math.Inf(1), math.Inf(-1)
	for _, s := range series {
		for _, p := range s.Points {
			least, most = min(least, of(p)), max(most, of(p))
		}
	}
	if math.IsInf(least, 1) {
		least, most = 1, 100
	}
	air := max((most-least)/20, 0.5)
	axis.Min, axis.Max = least-air, most+air
	axis.Tick.Marker = linearTicks
	if a.Scale != Linear {
		axis.Min, axis.Max = least/1.1, most*1.1
		axis.Scale = plot.LogScale{}
		axis.Tick.Marker = logTicks(Prefixed)
	}
	if a.Scale == Errors {
		axis.Scale = plot.InvertedScale{Normalizer: plot.LogScale{}}
		axis.Tick.Marker = logTicks(func(err float64) string { return number(100 - err) })
	}
	if a.Marks != nil {
		axis.Tick.Marker = plot.ConstantTicks(a.Marks)
	}
}

// Plot implements plot.Plotter: lines, dots, and their names and labels.
func (l *Chart) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	var ends []end
	texts := labels{Canvas: c}
	for _, s := range l.Series {
		points := make([]vg.Point, len(s.Points))
		for i, q := range s.Points {
			points[i] = vg.Point{X: tx(q.X), Y: ty(q.Y)}
			s.dot(c, points[i])
			texts.take(points[i], s.radius())
		}
		s.line(c, points)
		for i := 1; s.Width > 0 && i < len(points); i++ {
			texts.keepOff(points[i-1], points[i])
		}
		if len(points) > 0 && s.Name != "" && !s.Key {
			ends = append(ends, end{points[len(points)-1], s.Name, s.Color})
		}
	}
	for _, s := range l.Series {
		for _, q := range s.Points {
			if q.Label != "" {
				texts.beside(vg.Point{X: tx(q.X), Y: ty(q.Y)}, q.Label, Text(7.5, s.Color, draw.XLeft))
			}
		}
	}
	writeEnds(c, ends)
}

func (s *Series) radius() vg.Length { return cmp.Or(s.Radius, s.Width+0.8) }

func (s *Series) dot(c draw.Canvas, at vg.Point) {
	var shape draw.GlyphDrawer = draw.CircleGlyph{}
	if s.Shape != nil {
		shape = s.Shape
	}
	if s.radius() > 0 {
		c.DrawGlyph(draw.GlyphStyle{Color: s.Color, Radius: s.radius(), Shape: shape}, at)
	}
}

func (s *Series) line(c draw.Canvas, points []vg.Point) {
	if s.Width > 0 && len(points) > 1 {
		c.StrokeLines(draw.LineStyle{Color: s.Color, Width: s.Width, Dashes: s.Dashes}, points)
	}
}

// end is the name of a series and the position of its end.
type end struct {
	at    vg.Point
	name  string
	color color.Color
}

// writeEnds writes the names to the right of the canvas, each as close to the end of its series as
// the others allow, and connects both with a line.
func writeEnds(c draw.Canvas, ends []end) {
	const size, apart = 8.5, 11
	slices.SortStableFunc(ends, func(a, b end) int { return cmp.Compare(a.at.Y, b.at.Y) })
	top := c.Max.Y - apart*vg.Length(len(ends)-1)
	below := c.Min.Y
	for i, e := range ends {
		y := min(max(e.at.Y, below), top+apart*vg.Length(i))
		below = y + apart
		name := vg.Point{X: c.Max.X + 12, Y: y}
		c.StrokeLine2(draw.LineStyle{Color: e.color, Width: 0.4}, e.at.X+3, e.at.Y, name.X-2, y)
		c.FillText(Text(size, e.color, draw.XLeft), name, e.name)
	}
}

// labels places texts so that they do not cover each other, dots or lines.
type labels struct {
	draw.Canvas
	taken []vg.Rectangle
}

func (l *labels) take(at vg.Point, r vg.Length) {
	l.taken = append(l.taken, vg.Rectangle{Min: vg.Point{X: at.X - r, Y: at.Y - r}, Max: vg.Point{X: at.X + r, Y: at.Y + r}})
}

// keepOff reserves the points of a line.
func (l *labels) keepOff(from, to vg.Point) {
	steps := math.Ceil(math.Hypot(float64(to.X-from.X), float64(to.Y-from.Y)) / 3)
	for i := range int(steps) {
		l.take(from.Add(to.Sub(from).Scale(vg.Length(float64(i)/steps))), 1.5)
	}
}

// beside writes the label of a point as close to it as possible, with a connecting line if it is
// not close, or omits it if there is no space.
func (l *labels) beside(at vg.Point, label string, s draw.TextStyle) {
	half, w := s.Font.Size*0.5, textWidth(s, label)
	for distance := vg.Length(7); distance < 120; distance += 3 {
		for turn := range 16 {
			sin, cos := math.Sincos(float64(turn) * math.Pi / 8)
			// The near end of the text faces the point.
			to := at.Add(vg.Point{X: distance*vg.Length(cos) - w*vg.Length(1-cos)/2, Y: distance * vg.Length(sin)})
			box := vg.Rectangle{Min: vg.Point{X: to.X - 1.5, Y: to.Y - half}, Max: vg.Point{X: to.X + w, Y: to.Y + half}}
			if !l.free(box) {
				continue
			}
			if distance > 12 {
				near := vg.Point{X: 4 * vg.Length(cos), Y: 4 * vg.Length(sin)}
				c := near.Scale((distance - 2) / 4)
				l.StrokeLine2(draw.LineStyle{Color: Pale, Width: 0.4}, at.X+near.X, at.Y+near.Y, at.X+c.X, at.Y+c.Y)
			}
			l.FillText(s, to, label)
			l.taken = append(l.taken, box)
			return
		}
	}
}

// textWidth returns the space for a text; a viewer's font may be slightly wider.
func textWidth(s draw.TextStyle, text string) vg.Length { return s.Width(text)*1.12 + 2 }

// free reports whether a rectangle is within the canvas and covers nothing.
func (l *labels) free(r vg.Rectangle) bool {
	return r.Min.X >= l.Min.X && r.Min.Y >= l.Min.Y && r.Max.X <= l.Max.X && r.Max.Y <= l.Max.Y &&
		!slices.ContainsFunc(l.taken, func(o vg.Rectangle) bool {
			return r.Min.X < o.Max.X && o.Min.X < r.Max.X && r.Min.Y < o.Max.Y && o.Min.Y < r.Max.Y
		})
}

// logTicks marks every digit of each decade and labels 1, 2 and 5.
func logTicks(label func(float64) string) plot.Ticker {
	return plot.TickerFunc(func(least, most float64) (ticks []plot.Tick) {
		for decade := math.Pow(10, math.Floor(math.Log10(least))); decade <= most; decade *= 10 {
			for digit := 1.0; digit < 10; digit++ {
				v := digit * decade
				if v < least || v > most {
					continue
				}
				t := plot.Tick{Value: v}
				if digit == 1 || digit == 2 || digit == 5 {
					t.Label = label(v)
				}
				ticks = append(ticks, t)
			}
		}
		return ticks
	})
}

// linearTicks marks five to twelve multiples of 1, 2 or 5 times a power of ten.
var linearTicks = plot.TickerFunc(func(least, most float64) (ticks []plot.Tick) {
	step := math.Pow(10, math.Floor(math.Log10((most-least)/5)))
	for _, wider := range []float64{5, 2} {
		if (most-least)/(wider*step) >= 5 {
			step *= wider
			break
		}
	}
	for i := math.Ceil(least / step); i*step <= most; i++ {
		ticks = append(ticks, plot.Tick{Value: i * step, Label: number(i * step)})
	}
	return ticks
})

// number formats a tick's value.
func number(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }

// Prefixed formats a tick's value with an SI prefix, for example "500 k".
func Prefixed(v float64) string {
	v, prefix := report.SI(v)
	return strconv.FormatFloat(v, 'g', 3, 64) + prefix
}

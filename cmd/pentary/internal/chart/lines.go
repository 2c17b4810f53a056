package chart

import (
	"cmp"
	"image/color"
	"io"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Lines is a chart of series over a logarithmic axis.
type Lines struct {
	Title, X, Y string
	Series      []Series             // later ones on top
	Room        vg.Length            // right of the axes, for the series' names; 0 for that of long ones
	Marks       []float64            // of the axis of X; nil for 1, 2 and 5 of each decade
	Label       func(float64) string // writes a mark; nil for Prefixed
	Errors      bool                 // Y are errors in per cent, above zero: see ErrorAxis
	Logarithmic bool                 // the axis of Y is, and Y are above zero
}

// Series is a line through points, in order.
type Series struct {
	Name   string // written where it ends; may be empty
	Color  color.Color
	Width  vg.Length
	Dashes []vg.Length // nil: none
	Points []Point     // X above zero
}

// Point is a point of a series.
type Point struct{ X, Y float64 }

// WriteSVG draws the chart.
func (l *Lines) WriteSVG(out io.Writer) error {
	return SVG(out, 9*vg.Inch, 5.6*vg.Inch, l.draw)
}

// WriteGrid draws charts on a grid of that number of columns.
func WriteGrid(out io.Writer, columns int, charts ...*Lines) error {
	const wide, high = 5.6 * vg.Inch, 3.8 * vg.Inch
	rows := (len(charts) + columns - 1) / columns
	return SVG(out, vg.Length(columns)*wide, vg.Length(rows)*high, func(c draw.Canvas) {
		for i, l := range charts {
			x, y := c.Min.X+vg.Length(i%columns)*wide, c.Max.Y-vg.Length(i/columns)*high
			l.draw(draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
				Min: vg.Point{X: x, Y: y - high}, Max: vg.Point{X: x + wide, Y: y},
			}})
		}
	})
}

func (l *Lines) draw(c draw.Canvas) {
	names := cmp.Or(l.Room, 130)
	p := New()
	p.X.Scale = plot.LogScale{}
	p.X.Tick.Marker = LogTicks(Prefixed)
	if l.Marks != nil {
		label := l.Label
		if label == nil {
			label = Prefixed
		}
		var marks plot.ConstantTicks
		for _, v := range l.Marks {
			marks = append(marks, plot.Tick{Value: v, Label: label(v)})
		}
		p.X.Tick.Marker = marks
	}
	if l.Errors {
		ErrorAxis(&p.Y)
	}
	if l.Logarithmic {
		p.Y.Scale = plot.LogScale{}
		p.Y.Tick.Marker = LogTicks(Number)
	}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = l.limits()
	p.Add(&plotter.Grid{Vertical: hair, Horizontal: hair}, l)
	p.Draw(draw.Crop(c, 34, -names, 32, -36))
	middle := c.Min.X + (c.Max.X-c.Min.X-names)/2 + 20
	Center(c, vg.Point{X: c.Center().X, Y: c.Max.Y - 18}, l.Title, Text(13, Ink), 0)
	Center(c, vg.Point{X: middle, Y: c.Min.Y + 16}, l.X, Text(10, Ink), 0)
	Center(c, vg.Point{X: c.Min.X + 16, Y: c.Center().Y}, l.Y, Text(10, Ink), math.Pi/2)
}

// limits returns the ranges of both axes, with a margin.
func (l *Lines) limits() (xmin, xmax, ymin, ymax float64) {
	xmin, xmax, ymin, ymax = math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, s := range l.Series {
		for _, p := range s.Points {
			xmin, xmax = min(xmin, p.X), max(xmax, p.X)
			ymin, ymax = min(ymin, p.Y), max(ymax, p.Y)
		}
	}
	if math.IsInf(xmin, 1) {
		return 1, 10, 1, 100
	}
	if l.Errors || l.Logarithmic {
		return xmin / 1.1, xmax * 1.1, ymin / 1.1, ymax * 1.1
	}
	air := max((ymax-ymin)/20, 0.5)
	return xmin / 1.1, xmax * 1.1, ymin - air, ymax + air
}

// Plot implements plot.Plotter: points, lines and their names.
func (l *Lines) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	var ends []end
	for _, s := range l.Series {
		if len(s.Points) == 0 {
			continue
		}
		points := make(plotter.XYs, len(s.Points))
		for i, q := range s.Points {
			points[i] = plotter.XY(q)
		}
		dots := plotter.Scatter{XYs: points, GlyphStyle: draw.GlyphStyle{Color: s.Color, Radius: s.Width + 0.8, Shape: draw.CircleGlyph{}}}
		dots.Plot(c, p)
		line := plotter.Line{XYs: points, LineStyle: draw.LineStyle{Color: s.Color, Width: s.Width, Dashes: s.Dashes}}
		line.Plot(c, p)
		if last := points[len(points)-1]; s.Name != "" {
			ends = append(ends, end{vg.Point{X: tx(last.X), Y: ty(last.Y)}, s.Name, s.Color})
		}
	}
	writeEnds(c, ends)
}

// end is the name of a series, where it ends.
type end struct {
	at    vg.Point
	name  string
	color color.Color
}

// writeEnds writes the names right of the canvas, each as close to the height at which its
// series ends as the others allow, with a line between the two.
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
		s := Text(size, e.color)
		s.YAlign = draw.YCenter
		c.FillText(s, name, e.name)
	}
}

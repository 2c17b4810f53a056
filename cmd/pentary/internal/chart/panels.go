package chart

import (
	"image/color"
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Panels is a chart of several panels that share an axis.
type Panels struct {
	Title, Y string
	Legend   []Key
	MeanName string // of Panel.Means; may be empty
	Panels   []Panel
}

// Key is a colour with its meaning.
type Key struct {
	Name  string
	Color color.Color
}

// Panel shows the results of one choice, by its value.
type Panel struct {
	Title  string
	Values []string  // of the choice
	Dots   []Dot     // later ones on top
	Means  []float64 // by value; NaN for none
}

// Dot is one result. Spread, -1/2 to 1/2, is its place within the width of its value.
type Dot struct {
	Value  int // of Panel.Values
	Y      float64
	Spread float64
	Color  color.Color
}

// WriteSVG draws the chart.
func (p *Panels) WriteSVG(out io.Writer) error {
	const columns, wide, high = 3, 216, 180
	rows := (len(p.Panels) + columns - 1) / columns
	return SVG(out, columns*wide+48, vg.Length(rows*high+74), func(c draw.Canvas) {
		Center(c, vg.Point{X: c.Center().X, Y: c.Max.Y - 18}, p.Title, Text(13, Ink), 0)
		Center(c, vg.Point{X: c.Min.X + 16, Y: c.Center().Y}, p.Y, Text(10, Ink), math.Pi/2)
		at := vg.Point{X: c.Min.X + 48, Y: c.Max.Y - 40}
		for _, k := range p.Legend {
			s := Text(9, Ink)
			s.YAlign = draw.YCenter
			c.DrawGlyph(draw.GlyphStyle{Color: k.Color, Radius: 3, Shape: draw.CircleGlyph{}}, at)
			c.FillText(s, vg.Point{X: at.X + 8, Y: at.Y}, k.Name)
			at.X += s.Width(k.Name) + 28
		}
		if p.MeanName != "" {
			s := Text(9, Ink)
			s.YAlign = draw.YCenter
			c.StrokeLine2(draw.LineStyle{Color: Ink, Width: 1.2}, at.X-6, at.Y, at.X+10, at.Y)
			c.FillText(s, vg.Point{X: at.X + 15, Y: at.Y}, p.MeanName)
		}
		least, most := p.limits()
		for i := range p.Panels {
			x, y := c.Min.X+34+vg.Length(i%columns)*wide, c.Max.Y-54-vg.Length(i/columns)*high
			panel := draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
				Min: vg.Point{X: x, Y: y - high}, Max: vg.Point{X: x + wide - 8, Y: y},
			}}
			p.Panels[i].draw(panel, least, most)
		}
	})
}

// limits returns the range of the common axis.
func (p *Panels) limits() (least, most float64) {
	least, most = math.Inf(1), math.Inf(-1)
	for _, panel := range p.Panels {
		for _, d := range panel.Dots {
			least, most = min(least, d.Y), max(most, d.Y)
		}
	}
	if math.IsInf(least, 1) {
		return 0, 100
	}
	air := max((most-least)/20, 0.5)
	return least - air, most + air
}

func (p *Panel) draw(c draw.Canvas, least, most float64) {
	pl := New()
	pl.X.Min, pl.X.Max, pl.Y.Min, pl.Y.Max = -0.5, float64(len(p.Values))-0.5, least, most
	ticks := make(plot.ConstantTicks, len(p.Values))
	for i, v := range p.Values {
		ticks[i] = plot.Tick{Value: float64(i), Label: v}
	}
	pl.X.Tick.Marker = ticks
	pl.X.Tick.Length = 0
	pl.X.Tick.Label.Font = Face(8)
	pl.Add(&plotter.Grid{Horizontal: hair}, p)
	pl.Draw(draw.Crop(c, 0, 0, 0, -16))
	Center(c, vg.Point{X: c.Center().X + 12, Y: c.Max.Y - 8}, p.Title, Text(10, Ink), 0)
}

// Plot implements plot.Plotter.
func (p *Panel) Plot(c draw.Canvas, pl *plot.Plot) {
	tx, ty := pl.Transforms(&c)
	for _, d := range p.Dots {
		at := vg.Point{X: tx(float64(d.Value) + 0.6*d.Spread), Y: ty(d.Y)}
		c.DrawGlyph(draw.GlyphStyle{Color: d.Color, Radius: 2.2, Shape: draw.CircleGlyph{}}, at)
	}
	for i, mean := range p.Means {
		if !math.IsNaN(mean) {
			x := float64(i)
			c.StrokeLine2(draw.LineStyle{Color: Ink, Width: 1.2}, tx(x-0.35), ty(mean), tx(x+0.35), ty(mean))
		}
	}
}

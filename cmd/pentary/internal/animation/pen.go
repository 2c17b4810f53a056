package animation

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// pen draws on a panel in the units of a scene.
type pen struct {
	draw.Canvas
	scene *scene
}

// at returns the position of a point on the canvas.
func (p *pen) at(x, y float64) vg.Point {
	return vg.Point{X: p.Min.X + p.length(x-p.scene.left), Y: p.Min.Y + p.length(y-p.scene.bottom)}
}

// length returns a length on the canvas.
func (p *pen) length(units float64) vg.Length {
	return vg.Length(units) * p.scene.unit()
}

// line draws a line with round ends. The width is in points.
func (p *pen) line(c color.Color, width vg.Length, x0, y0, x1, y1 float64) {
	a, b := p.at(x0, y0), p.at(x1, y1)
	p.StrokeLine2(draw.LineStyle{Color: c, Width: width}, a.X, a.Y, b.X, b.Y)
	for _, end := range []vg.Point{a, b} {
		p.DrawGlyph(draw.GlyphStyle{Color: c, Radius: width / 2, Shape: draw.CircleGlyph{}}, end)
	}
}

// hair draws a thin line.
func (p *pen) hair(c color.Color, x0, y0, x1, y1 float64) {
	a, b := p.at(x0, y0), p.at(x1, y1)
	p.StrokeLine2(draw.LineStyle{Color: c, Width: 0.8}, a.X, a.Y, b.X, b.Y)
}

// disc draws a disc. The radius is in points.
func (p *pen) disc(c color.Color, radius vg.Length, x, y float64) {
	p.DrawGlyph(draw.GlyphStyle{Color: c, Radius: radius, Shape: draw.CircleGlyph{}}, p.at(x, y))
}

// polygon fills a polygon of points (x, y).
func (p *pen) polygon(c color.Color, points ...[2]float64) {
	corners := make([]vg.Point, len(points))
	for i, q := range points {
		corners[i] = p.at(q[0], q[1])
	}
	p.FillPolygon(c, corners)
}

// arrow draws an arrow from a point, of length and direction (dx, dy).
func (p *pen) arrow(c color.Color, x, y, dx, dy float64) {
	a, b := p.at(x, y), p.at(x+dx, y+dy)
	p.StrokeLine2(draw.LineStyle{Color: c, Width: 1.6}, a.X, a.Y, b.X, b.Y)
	p.head(c, b, math.Atan2(dy, dx))
}

// turn draws an arrow around a point, at a radius in points. part is a fraction of a turn, positive
// counterclockwise, centred at the top.
func (p *pen) turn(c color.Color, radius vg.Length, x, y, part float64) {
	const steps = 24
	center := p.at(x, y)
	path := make([]vg.Point, steps+1)
	angle := math.Pi / 2
	for i := range path {
		angle = math.Pi/2 + 2*math.Pi*part*(float64(i)/steps-0.5)
		path[i] = vg.Point{X: center.X + radius*vg.Length(math.Cos(angle)), Y: center.Y + radius*vg.Length(math.Sin(angle))}
	}
	p.StrokeLines(draw.LineStyle{Color: c, Width: 1.6}, path)
	p.head(c, path[steps], angle+math.Copysign(math.Pi/2, part))
}

// head draws an arrow's head.
func (p *pen) head(c color.Color, tip vg.Point, angle float64) {
	const size = 3.5
	corner := func(turn float64, length vg.Length) vg.Point {
		return vg.Point{X: tip.X + length*vg.Length(math.Cos(angle+turn)), Y: tip.Y + length*vg.Length(math.Sin(angle+turn))}
	}
	p.FillPolygon(c, []vg.Point{corner(0, size), corner(2.3, size), corner(-2.3, size)})
}

package bench

import (
	"fmt"
	"image/color"
	"io"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/chart"
)

// WriteRoofline draws the products of the last implementation measured as a
// roofline, after Williams, Waterman and Patterson (CACM 52:4, 2009): how much a
// kernel does with each byte of its operands, against how fast it does it, both
// on logarithmic axes. The roofs are what this CPU can do at best, measured: the
// multiply-adds of each implementation and the bandwidth of each level of the
// memory.
//
// Products whose operands stay in a cache, or are used again while they do, may
// exceed a roof of the levels below it.
func (r *Report) WriteRoofline(out io.Writer) error {
	return chart.SVG(out, 10*vg.Inch, 6.6*vg.Inch, newPicture(r).draw)
}

var (
	shade  = color.RGBA{0xf7, 0xf9, 0xfb, 255}
	series = map[string]mark{
		"MatMul":            {chart.Palette[0], draw.CircleGlyph{}},
		"PopulationForward": {chart.Palette[1], draw.PyramidGlyph{}},
		"MatVec":            {chart.Palette[2], draw.BoxGlyph{}},
		"UpdateResidual":    {chart.Palette[3], diamond{}},
	}
	order = []string{"MatMul", "PopulationForward", "MatVec", "UpdateResidual"}
)

// mark is how the points of a kernel look.
type mark struct {
	color color.Color
	shape draw.GlyphDrawer
}

// diamond is a square on its corner.
type diamond struct{}

// DrawGlyph implements draw.GlyphDrawer.
func (diamond) DrawGlyph(c *draw.Canvas, s draw.GlyphStyle, at vg.Point) {
	r := s.Radius * 1.25
	c.SetColor(s.Color)
	var p vg.Path
	p.Move(vg.Point{X: at.X, Y: at.Y + r})
	p.Line(vg.Point{X: at.X + r, Y: at.Y})
	p.Line(vg.Point{X: at.X, Y: at.Y - r})
	p.Line(vg.Point{X: at.X - r, Y: at.Y})
	p.Close()
	c.Fill(p)
}

// picture is a roofline to be drawn. It is its plot's only plotter.
type picture struct {
	cpu, impl  string
	points     []point
	bandwidths []Bandwidth
	roofs      []roof
	xmin, xmax float64
	ymin, ymax float64
}

type point struct {
	x, y  float64
	label string
	mark
}

// roof is the bound of an implementation, or of several.
type roof struct {
	impl  string
	gmacs float64
}

func newPicture(r *Report) *picture {
	p := &picture{cpu: r.CPU, bandwidths: r.Bandwidths, xmin: 1, xmax: 1000, ymin: math.Inf(1)}
	if impls := r.impls(); len(impls) > 0 {
		p.impl = impls[len(impls)-1]
	}
	bounds := map[string]float64{}
	for _, m := range r.Measurements {
		if m.Threads > 0 || m.GMACs == 0 {
			continue
		}
		bounds[m.Impl] = max(bounds[m.Impl], m.Bound)
		mark, known := series[m.Kernel]
		if m.Impl != p.impl || !known {
			continue
		}
		label := m.Shape()
		if m.Kernel == "PopulationForward" {
			label += " r" + strconv.Itoa(m.Rank)
		}
		p.points = append(p.points, point{m.Intensity(), m.GMACs, label, mark})
		p.xmin, p.xmax = min(p.xmin, m.Intensity()/2), max(p.xmax, m.Intensity()*1.6)
		p.ymin, p.ymax = min(p.ymin, m.GMACs), max(p.ymax, m.GMACs)
	}
	for _, impl := range r.impls() {
		bound := bounds[impl]
		if bound == 0 {
			continue
		}
		p.ymin, p.ymax = min(p.ymin, bound), max(p.ymax, bound)
		// Roofs that could not be told apart share a line.
		same := slices.IndexFunc(p.roofs, func(r roof) bool { return math.Abs(r.gmacs/bound-1) < 0.03 })
		if impl == p.impl || same < 0 {
			p.roofs = append(p.roofs, roof{impl, bound})
		} else {
			p.roofs[same].impl += ", " + impl
		}
	}
	if math.IsInf(p.ymin, 1) {
		p.ymin, p.ymax = 1, 100
	}
	for _, b := range p.bandwidths {
		if knee := bounds[p.impl] * 1e9 / b.BytesPerSecond; knee > 0 {
			p.xmin = min(p.xmin, knee/3) // room to see each slope
		}
	}
	p.ymin, p.ymax = p.ymin/2.2, p.ymax*1.7
	return p
}

// draw draws the picture. Its texts are placed here: the plot would make room for
// axis labels as if the axes were not logarithmic.
func (p *picture) draw(c draw.Canvas) {
	p.plot().Draw(draw.Crop(c, 28, -14, 30, -34))
	middle := c.Center()
	label := func(x, y vg.Length, size vg.Length, angle float64, label string) {
		chart.Center(c, vg.Point{X: x, Y: y}, label, chart.Text(size, chart.Ink), angle)
	}
	label(middle.X, c.Max.Y-18, 13, 0, fmt.Sprintf("Roofline of %s · %s, one thread", p.cpu, p.impl))
	label(middle.X, c.Min.Y+16, 10, 0, "arithmetic intensity: multiply-adds for each byte of the operands")
	label(c.Min.X+16, middle.Y, 10, math.Pi/2, "10⁹ multiply-adds a second")
}

func (p *picture) plot() *plot.Plot {
	pl := chart.New()
	for _, axis := range []*plot.Axis{&pl.X, &pl.Y} {
		axis.Scale = plot.LogScale{}
		axis.Tick.Marker = ticks
	}
	pl.X.Min, pl.X.Max, pl.Y.Min, pl.Y.Max = p.xmin, p.xmax, p.ymin, p.ymax
	pl.Add(p)
	return pl
}

var ticks = chart.LogTicks(chart.Number)

// Plot implements plot.Plotter.
func (p *picture) Plot(c draw.Canvas, pl *plot.Plot) {
	l := &labels{Canvas: c}
	tx, ty := pl.Transforms(&c)
	at := func(x, y float64) vg.Point { return vg.Point{X: tx(x), Y: ty(y)} }
	p.grid(c, at)
	for _, q := range p.points {
		l.taken = append(l.taken, square(at(q.x, q.y), 4))
	}
	p.legend(l)
	p.drawRoofs(l, at)
	for _, q := range p.points {
		l.beside(at(q.x, q.y), q.label, chart.Text(7.5, q.color))
	}
	for _, q := range p.points {
		c.DrawGlyph(draw.GlyphStyle{Color: color.White, Radius: 4, Shape: q.shape}, at(q.x, q.y))
		c.DrawGlyph(draw.GlyphStyle{Color: q.color, Radius: 3, Shape: q.shape}, at(q.x, q.y))
	}
}

// grid draws hairlines at the labelled ticks, over the shade of what is within
// reach: under the highest roofs.
func (p *picture) grid(c draw.Canvas, at func(x, y float64) vg.Point) {
	top, ceiling := 0.0, p.ymax
	for _, b := range p.bandwidths {
		top = max(top, b.BytesPerSecond/1e9)
	}
	for _, r := range p.roofs {
		if r.impl == p.impl {
			ceiling = r.gmacs
		}
	}
	if top > 0 {
		reach := []vg.Point{at(p.xmin, p.ymin), at(p.xmin, max(p.ymin, min(ceiling, top*p.xmin)))}
		if knee := ceiling / top; knee > p.xmin && knee < p.xmax {
			reach = append(reach, at(knee, ceiling))
		}
		c.FillPolygon(shade, append(reach, at(p.xmax, min(ceiling, top*p.xmax)), at(p.xmax, p.ymin)))
	}
	line := draw.LineStyle{Color: chart.Hair, Width: 0.6}
	for _, t := range ticks.Ticks(p.xmin, p.xmax) {
		if t.Label != "" {
			c.StrokeLines(line, []vg.Point{at(t.Value, p.ymin), at(t.Value, p.ymax)})
		}
	}
	for _, t := range ticks.Ticks(p.ymin, p.ymax) {
		if t.Label != "" {
			c.StrokeLines(line, []vg.Point{at(p.xmin, t.Value), at(p.xmax, t.Value)})
		}
	}
}

// drawRoofs draws the bandwidths as slopes up to the implementation's bound, and
// the bounds as levels.
func (p *picture) drawRoofs(l *labels, at func(x, y float64) vg.Point) {
	ceiling := p.ymax
	for _, r := range p.roofs {
		line := draw.LineStyle{Color: chart.Pale, Width: 0.8, Dashes: []vg.Length{4, 3}}
		s := chart.Text(8, chart.Pale)
		if r.impl == p.impl {
			ceiling = r.gmacs
			line = draw.LineStyle{Color: chart.Ink, Width: 1.6}
			s = chart.Text(8.5, chart.Ink)
		}
		l.line(line, at(p.xmin, r.gmacs), at(p.xmax, r.gmacs))
		name := fmt.Sprintf("%s: %.0f GMAC/s", r.impl, r.gmacs)
		to := at(p.xmax, r.gmacs)
		to.X -= width(name, s)
		to.Y += 4
		for to.X > l.Min.X && !l.free(box(to, name, s), l.taken, l.lines) {
			to.X -= 8
		}
		l.place(to, name, s)
	}
	for _, b := range p.bandwidths {
		perByte := b.BytesPerSecond / 1e9 // GMAC/s at one multiply-add a byte
		x0, x1 := max(p.xmin, p.ymin/perByte), min(p.xmax, ceiling/perByte)
		if x1 <= x0 {
			continue // all of it is left of the picture
		}
		from, to := at(x0, perByte*x0), at(x1, perByte*x1)
		l.line(draw.LineStyle{Color: chart.Ink, Width: 1.1}, from, to)
		s := chart.Text(8, chart.Ink)
		dx, dy := to.X-from.X, to.Y-from.Y
		s.Rotation = math.Atan2(float64(dy), float64(dx))
		name := fmt.Sprintf("%s: %s", b.Level, rate(b.BytesPerSecond, "B/s"))
		length := vg.Length(math.Hypot(float64(dx), float64(dy)))
		if width(name, s)+20 > length {
			continue // no room along it
		}
		cos, sin := dx/length, dy/length
		start := vg.Point{X: from.X + 14*cos - 3*sin, Y: from.Y + 14*sin + 3*cos}
		l.FillText(s, start, name)
		for along := vg.Length(0); along < width(name, s); along += 4 {
			l.taken = append(l.taken, square(vg.Point{X: start.X + along*cos, Y: start.Y + along*sin}, 6))
		}
	}
}

// legend names the marks, in the lower right corner.
func (p *picture) legend(l *labels) {
	at := vg.Point{X: l.Max.X - 112, Y: l.Min.Y + 12}
	for _, kernel := range slices.Backward(order) {
		m := series[kernel]
		if !slices.ContainsFunc(p.points, func(q point) bool { return q.mark == m }) {
			continue
		}
		l.DrawGlyph(draw.GlyphStyle{Color: m.color, Radius: 3.5, Shape: m.shape}, at)
		l.place(vg.Point{X: at.X + 9, Y: at.Y - 3}, kernel, chart.Text(9, m.color))
		at.Y += 14
	}
}

// labels draws texts where they cover neither each other nor a point nor a line.
type labels struct {
	draw.Canvas
	taken []vg.Rectangle // by points and texts
	lines []vg.Rectangle
}

func square(at vg.Point, r vg.Length) vg.Rectangle {
	return vg.Rectangle{Min: vg.Point{X: at.X - r, Y: at.Y - r}, Max: vg.Point{X: at.X + r, Y: at.Y + r}}
}

// line draws a line that labels keep off.
func (l *labels) line(s draw.LineStyle, from, to vg.Point) {
	l.StrokeLines(s, []vg.Point{from, to})
	const steps = 200
	for i := range steps + 1 {
		part := vg.Length(i) / steps
		at := vg.Point{X: from.X + (to.X-from.X)*part, Y: from.Y + (to.Y-from.Y)*part}
		l.lines = append(l.lines, square(at, 1.5))
	}
}

// width returns the room for a text: a viewer's font may be a little wider.
func width(label string, s draw.TextStyle) vg.Length { return s.Width(label)*1.12 + 2 }

// place draws a text whose base line begins at a point.
func (l *labels) place(at vg.Point, label string, s draw.TextStyle) {
	l.FillText(s, at, label)
	l.taken = append(l.taken, box(at, label, s))
}

// box returns what a text covers.
func box(at vg.Point, label string, s draw.TextStyle) vg.Rectangle {
	return vg.Rectangle{
		Min: vg.Point{X: at.X - 1.5, Y: at.Y - 2},
		Max: vg.Point{X: at.X + width(label, s), Y: at.Y + s.Font.Size*0.8 + 1},
	}
}

// beside draws the label of a point as near to it as there is room, and a line to
// it from afar.
func (l *labels) beside(at vg.Point, label string, s draw.TextStyle) {
	half, w := s.Font.Size*0.35, width(label, s)
	for distance := vg.Length(7); distance < 120; distance += 3 {
		for turn := range 16 {
			angle := float64(turn) * math.Pi / 8
			sin, cos := vg.Length(math.Sin(angle)), vg.Length(math.Cos(angle))
			// The text's near end faces the point.
			to := vg.Point{X: at.X + distance*cos - w*(1-cos)/2, Y: at.Y + distance*sin - half}
			clear := l.free(box(to, label, s), l.taken, l.lines)
			for d := vg.Length(6); d < distance-2; d += 2 {
				clear = clear && l.free(square(vg.Point{X: at.X + d*cos, Y: at.Y + d*sin}, 0.5), l.taken)
			}
			if !clear {
				continue
			}
			if distance > 12 {
				l.StrokeLine2(draw.LineStyle{Color: chart.Pale, Width: 0.4},
					at.X+4*cos, at.Y+4*sin, at.X+(distance-2)*cos, at.Y+(distance-2)*sin)
			}
			l.place(to, label, s)
			return
		}
	}
}

// free reports whether a rectangle is within the canvas and covers none of others.
func (l *labels) free(r vg.Rectangle, others ...[]vg.Rectangle) bool {
	if r.Min.X < l.Min.X || r.Min.Y < l.Min.Y || r.Max.X > l.Max.X || r.Max.Y > l.Max.Y {
		return false
	}
	for _, o := range slices.Concat(others...) {
		if r.Min.X < o.Max.X && o.Min.X < r.Max.X && r.Min.Y < o.Max.Y && o.Min.Y < r.Max.Y {
			return false
		}
	}
	return true
}

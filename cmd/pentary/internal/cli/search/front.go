package search

import (
	"fmt"
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/chart"
	"github.com/Kaleaon/pentary-go/tune"
)

// writeFront draws the accuracy of each configuration's last run against the bytes of
// its network: the front, whose networks are named by name, and the line on which all
// networks are worth as much as the best. The axis of accuracy is logarithmic in the
// error, so that halving it looks alike at 80 and at 98 %.
func (s *plots) writeFront(out io.Writer, name func(configuration int) string) error {
	return chart.SVG(out, 9*vg.Inch, 5.6*vg.Inch, func(c draw.Canvas) {
		f := &front{search: s.Search, ranking: s.Ranking(), name: name}
		p := chart.New()
		p.X.Scale = plot.LogScale{}
		p.X.Tick.Marker = chart.LogTicks(chart.Prefixed)
		chart.ErrorAxis(&p.Y)
		p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = f.limits()
		p.Add(f)
		p.Draw(draw.Crop(c, 34, -20, 32, -52))
		chart.Center(c, vg.Point{X: c.Center().X, Y: c.Max.Y - 18}, s.title, chart.Text(13, chart.Ink), 0)
		chart.Center(c, vg.Point{X: c.Center().X + 10, Y: c.Min.Y + 16}, "bytes of the network", chart.Text(10, chart.Ink), 0)
		chart.Center(c, vg.Point{X: c.Min.X + 16, Y: c.Center().Y}, "validation accuracy, %", chart.Text(10, chart.Ink), math.Pi/2)
		f.legend(c, vg.Point{X: c.Min.X + 60, Y: c.Max.Y - 40})
	})
}

// front is the plot's plotter.
type front struct {
	search  *tune.Search
	ranking []tune.Trial
	name    func(configuration int) string
}

// limits returns the range of both axes.
func (f *front) limits() (xmin, xmax, ymin, ymax float64) {
	xmin, xmax, ymin, ymax = math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, t := range f.ranking {
		xmin, xmax = min(xmin, float64(t.Bytes)), max(xmax, float64(t.Bytes))
		ymin, ymax = min(ymin, errorOf(t)), max(ymax, errorOf(t))
	}
	if xmin < 1 || math.IsInf(xmin, 1) {
		return 1, 10, 1, 100
	}
	return xmin / 1.4, xmax * 1.2, ymin / 1.3, ymax * 1.1
}

// errorOf returns the share of the validation samples that are wrong, in per cent, and
// half a sample for none, since the axis is logarithmic.
func errorOf(t tune.Trial) float64 {
	total := float64(max(t.Total, 1))
	return 100 * max(total-float64(t.Correct), 0.5) / total
}

// legend names the colours of the dots.
func (f *front) legend(c draw.Canvas, at vg.Point) {
	s := chart.Text(9, chart.Ink)
	s.YAlign = draw.YCenter
	for r := range f.search.Rungs {
		name := fmt.Sprintf("last run in rung %d", r+1)
		c.DrawGlyph(draw.GlyphStyle{Color: rungColor(r), Radius: 3, Shape: draw.CircleGlyph{}}, at)
		c.FillText(s, vg.Point{X: at.X + 8, Y: at.Y}, name)
		at.X += s.Width(name) + 28
	}
	c.StrokeLine2(frontLine, at.X-6, at.Y, at.X+10, at.Y)
	c.FillText(s, vg.Point{X: at.X + 15, Y: at.Y}, "front")
	if f.search.Price > 0 {
		at.X += s.Width("front") + 30
		c.StrokeLine2(priceLine, at.X-6, at.Y, at.X+10, at.Y)
		c.FillText(s, vg.Point{X: at.X + 15, Y: at.Y}, fmt.Sprintf("worth as much as the best: %.3g points a doubling", f.price()))
	}
}

var (
	frontLine = draw.LineStyle{Color: chart.Ink, Width: 1.1}
	priceLine = draw.LineStyle{Color: chart.Pale, Width: 0.8, Dashes: chart.Dashes[0]}
)

// price returns the percentage points that a doubling of the bytes has to bring.
func (f *front) price() float64 { return float64(f.search.Price) / 65536 }

// Plot implements plot.Plotter.
func (f *front) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	at := func(t tune.Trial) vg.Point { return vg.Point{X: tx(float64(t.Bytes)), Y: ty(errorOf(t))} }
	hair := draw.LineStyle{Color: chart.Hair, Width: 0.6}
	for _, t := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
		if t.Label != "" {
			c.StrokeLine2(hair, tx(t.Value), c.Min.Y, tx(t.Value), c.Max.Y)
		}
	}
	for _, t := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
		if t.Label != "" {
			c.StrokeLine2(hair, c.Min.X, ty(t.Value), c.Max.X, ty(t.Value))
		}
	}
	if len(f.ranking) == 0 {
		return
	}
	if f.search.Price > 0 {
		f.drawPrice(c, p)
	}
	best := tune.Front(f.ranking)
	var steps []vg.Point
	for i, t := range best {
		if i > 0 {
			steps = append(steps, vg.Point{X: at(t).X, Y: at(best[i-1]).Y})
		}
		steps = append(steps, at(t))
	}
	c.StrokeLines(frontLine, append(steps, vg.Point{X: c.Max.X, Y: at(best[len(best)-1]).Y}))
	for i := range f.ranking { // the first, which is the best, on top
		t := f.ranking[len(f.ranking)-1-i]
		c.DrawGlyph(draw.GlyphStyle{Color: rungColor(t.Rung), Radius: 2.6, Shape: draw.CircleGlyph{}}, at(t))
	}
	c.DrawGlyph(draw.GlyphStyle{Color: chart.Ink, Radius: 5, Shape: draw.RingGlyph{}}, at(f.ranking[0]))
	f.drawNames(c, best, at)
}

// drawPrice draws the line of networks that are worth as much as the best.
func (f *front) drawPrice(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	price, best := f.price(), f.ranking[0]
	const parts = 64
	var line []vg.Point
	for i := range parts + 1 {
		bytes := p.X.Min * math.Pow(p.X.Max/p.X.Min, float64(i)/parts)
		if e := errorOf(best) - price*math.Log2(bytes/float64(best.Bytes)); e >= p.Y.Min && e <= p.Y.Max {
			line = append(line, vg.Point{X: tx(bytes), Y: ty(e)})
		}
	}
	if len(line) > 1 {
		c.StrokeLines(priceLine, line)
	}
}

// drawNames writes the names of the front's networks. Above and left of each of them
// there is no other, for it would be better; where the name before is, it goes above.
func (f *front) drawNames(c draw.Canvas, best []tune.Trial, at func(tune.Trial) vg.Point) {
	const apart = 10
	s := chart.Text(8, chart.Ink)
	s.XAlign = draw.XRight
	before := vg.Point{X: c.Min.X, Y: c.Min.Y - apart} // the last name's end
	for _, t := range best {
		name, dot := f.name(t.Configuration), at(t)
		end := vg.Point{X: dot.X - 5, Y: dot.Y + 4}
		if end.X-s.Width(name)*1.12 < before.X+3 {
			end.Y = max(end.Y, before.Y+apart)
		}
		if end.Y > dot.Y+4 {
			c.StrokeLine2(draw.LineStyle{Color: chart.Faint, Width: 0.4}, dot.X-2, dot.Y+3, end.X+1, end.Y+1)
		}
		c.FillText(s, end, name)
		before = end
	}
}

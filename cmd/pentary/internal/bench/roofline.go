package bench

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot/vg/draw"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/chart"
)

// shapes are the dots of the kernels in a roofline, in the order of their colours.
var shapes = []struct {
	kernel string
	shape  draw.GlyphDrawer
}{
	{"MatMul", draw.CircleGlyph{}}, {"PopulationForward", draw.PyramidGlyph{}}, {"MatVec", draw.BoxGlyph{}}, {"UpdateResidual", draw.RingGlyph{}},
}

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
	last := ""
	if impls := r.impls(); len(impls) > 0 {
		last = impls[len(impls)-1]
	}
	kernels := make([]chart.Series, len(shapes))
	for i, s := range shapes {
		kernels[i] = chart.Series{Name: s.kernel, Key: true, Shape: s.shape, Radius: 3}.Colored(i)
	}
	bounds := map[string]float64{}
	least, most, lowest := 1.0, 1000.0, math.Inf(1) // intensities and the slowest product
	for _, m := range r.Measurements {
		if m.Threads > 0 || m.GMACs == 0 {
			continue
		}
		bounds[m.Impl] = max(bounds[m.Impl], m.Bound)
		at := slices.IndexFunc(kernels, func(s chart.Series) bool { return s.Name == m.Kernel })
		if m.Impl != last || at < 0 {
			continue
		}
		label := m.Shape()
		if m.Kernel == "PopulationForward" {
			label += " r" + strconv.Itoa(m.Rank)
		}
		kernels[at].Points = append(kernels[at].Points, chart.Point{X: m.Intensity(), Y: m.GMACs, Label: label})
		least, most, lowest = min(least, m.Intensity()/2), max(most, m.Intensity()*1.6), min(lowest, m.GMACs/2)
	}
	ceiling := bounds[last] // GMAC/s
	for _, b := range r.Bandwidths {
		if knee := ceiling * 1e9 / b.BytesPerSecond; knee > 0 {
			least = min(least, knee/3) // room to see each slope
		}
	}
	var roofs []chart.Series
	for _, impl := range slices.Backward(r.impls()) {
		bound := bounds[impl]
		if bound == 0 {
			continue
		}
		// Roofs that could not be told apart share a line.
		same := slices.IndexFunc(roofs, func(r chart.Series) bool { return math.Abs(r.Points[0].Y/bound-1) < 0.03 })
		if same >= 0 {
			roofs[same].Name = impl + ", " + roofs[same].Name
			continue
		}
		roof := chart.Series{
			Name: fmt.Sprintf("%s: %.0f GMAC/s", impl, bound), Color: chart.Pale, Width: 0.8, Dashes: chart.Dashes[0], Radius: -1,
			Points: []chart.Point{{X: least, Y: bound}, {X: most, Y: bound}},
		}
		if impl == last {
			roof.Color, roof.Width, roof.Dashes = chart.Ink, 1.6, nil
		}
		roofs = append(roofs, roof)
	}
	for _, b := range r.Bandwidths {
		perByte := b.BytesPerSecond / 1e9 // GMAC/s at one multiply-add a byte
		if from, to := max(least, lowest/perByte), min(most, ceiling/perByte); from < to {
			roofs = append(roofs, chart.Series{Color: chart.Ink, Width: 1.1, Radius: -1, Points: []chart.Point{
				{X: from, Y: perByte * from, Label: fmt.Sprintf("%s: %s", b.Level, RateText(b.BytesPerSecond, "B/s"))}, {X: to, Y: perByte * to},
			}})
		}
	}
	c := chart.Chart{
		Title: fmt.Sprintf("Roofline of %s · %s, one thread", r.CPU, last), Room: 200,
		X:      chart.Axis{Title: "arithmetic intensity: multiply-adds for each byte of the operands", Scale: chart.Log},
		Y:      chart.Axis{Title: "10⁹ multiply-adds a second", Scale: chart.Log},
		Series: roofs,
	}
	for _, s := range kernels {
		if len(s.Points) > 0 {
			c.Series = append(c.Series, s)
		}
	}
	return c.WriteSVG(out)
}

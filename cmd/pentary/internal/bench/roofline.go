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

// shapes are the shapes of the kernels' dots in a roofline, in the order of their colours.
var shapes = []struct {
	kernel string
	shape  draw.GlyphDrawer
}{
	{"MatMul", draw.CircleGlyph{}}, {"PopulationForward", draw.PyramidGlyph{}}, {"MatVec", draw.BoxGlyph{}}, {"UpdateResidual", draw.RingGlyph{}},
}

// WriteRoofline draws the products of the last implementation measured in a roofline chart
// (Williams, Waterman and Patterson, CACM 52:4, 2009): multiply-adds per second over multiply-adds
// per byte of operands, both axes logarithmic. The roofs are measured bounds of this CPU: the
// multiply-adds of each implementation and the bandwidth of each level of memory.
//
// Products whose operands stay in a cache, or are reused there, may exceed the roofs of lower
// levels.
func (r *Report) WriteRoofline(out io.Writer) error {
	f := r.picture()
	c := chart.Chart{
		Title: fmt.Sprintf("Roofline of %s · %s, one thread", r.CPU, f.impl), Room: 200,
		X:      chart.Axis{Title: "arithmetic intensity: multiply-adds per byte of operands", Scale: chart.Log},
		Y:      chart.Axis{Title: "10⁹ multiply-adds per second", Scale: chart.Log},
		Series: append(f.ceilings(r.impls()), f.slopes(r.Bandwidths)...),
	}
	for _, s := range f.kernels {
		if len(s.Points) > 0 {
			c.Series = append(c.Series, s)
		}
	}
	return c.WriteSVG(out)
}

// picture is the content of a roofline chart.
type picture struct {
	impl        string             // implementation whose kernels it shows
	kernels     []chart.Series     // their products
	bounds      map[string]float64 // GMAC/s in registers, by implementation
	least, most float64            // intensities at the ends of the axis
	lowest      float64            // a rate in GMAC/s below all products
}

// picture collects the products of the last implementation and the bounds of all.
func (r *Report) picture() picture {
	f := picture{kernels: make([]chart.Series, len(shapes)), bounds: map[string]float64{}, least: 1, most: 1000, lowest: math.Inf(1)}
	if impls := r.impls(); len(impls) > 0 {
		f.impl = impls[len(impls)-1]
	}
	for i, s := range shapes {
		f.kernels[i] = chart.Series{Name: s.kernel, Key: true, Shape: s.shape, Radius: 3}.Colored(i)
	}
	for _, m := range r.Measurements {
		if m.Threads > 0 || m.GMACs == 0 {
			continue
		}
		f.bounds[m.Impl] = max(f.bounds[m.Impl], m.Bound)
		at := slices.IndexFunc(f.kernels, func(s chart.Series) bool { return s.Name == m.Kernel })
		if m.Impl != f.impl || at < 0 {
			continue
		}
		label := m.Shape()
		if m.Kernel == "PopulationForward" {
			label += " r" + strconv.Itoa(m.Rank)
		}
		f.kernels[at].Points = append(f.kernels[at].Points, chart.Point{X: m.Intensity(), Y: m.GMACs, Label: label})
		f.least, f.most, f.lowest = min(f.least, m.Intensity()/2), max(f.most, m.Intensity()*1.6), min(f.lowest, m.GMACs/2)
	}
	for _, b := range r.Bandwidths {
		if knee := f.bounds[f.impl] * 1e9 / b.BytesPerSecond; knee > 0 {
			f.least = min(f.least, knee/3) // room to see each slope
		}
	}
	return f
}

// ceilings returns the horizontal roofs of the implementations. Roofs that could not be
// distinguished share a line.
func (f *picture) ceilings(impls []string) (roofs []chart.Series) {
	for _, impl := range slices.Backward(impls) {
		bound := f.bounds[impl]
		if bound == 0 {
			continue
		}
		same := slices.IndexFunc(roofs, func(r chart.Series) bool { return math.Abs(r.Points[0].Y/bound-1) < 0.03 })
		if same >= 0 {
			roofs[same].Name = impl + ", " + roofs[same].Name
			continue
		}
		roof := chart.Series{
			Name: fmt.Sprintf("%s: %.0f GMAC/s", impl, bound), Color: chart.Pale, Width: 0.8, Dashes: chart.Dashes[0], Radius: -1,
			Points: []chart.Point{{X: f.least, Y: bound}, {X: f.most, Y: bound}},
		}
		if impl == f.impl {
			roof.Color, roof.Width, roof.Dashes = chart.Ink, 1.6, nil
		}
		roofs = append(roofs, roof)
	}
	return roofs
}

// slopes returns the roofs of the bandwidths, up to the ceiling of the implementation.
func (f *picture) slopes(bandwidths []Bandwidth) (roofs []chart.Series) {
	for _, b := range bandwidths {
		perByte := b.BytesPerSecond / 1e9 // GMAC/s at one multiply-add per byte
		if from, to := max(f.least, f.lowest/perByte), min(f.most, f.bounds[f.impl]/perByte); from < to {
			roofs = append(roofs, chart.Series{Color: chart.Ink, Width: 1.1, Radius: -1, Points: []chart.Point{
				{X: from, Y: perByte * from, Label: fmt.Sprintf("%s: %s", b.Level, RateText(b.BytesPerSecond, "B/s"))}, {X: to, Y: perByte * to},
			}})
		}
	}
	return roofs
}

package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/guptarohit/asciigraph"
)

// Point is a point of a learning curve.
type Point struct {
	Generation int
	Accuracy   float64 // 0 to 1, or the value of another kind of curve
}

// WriteCurve draws accuracy in per cent over generations, which must increase. It draws nothing for
// fewer than two points.
func WriteCurve(out io.Writer, points []Point) {
	writeCurve(out, points, 100, "%3.0f %%", asciigraph.LowerBound(0), asciigraph.UpperBound(100))
}

// WriteBits is WriteCurve for bits per byte instead of accuracy.
func WriteBits(out io.Writer, points []Point) { writeCurve(out, points, 1, "%4.2f") }

// WriteErrors is WriteCurve for errors in the unit of the predicted value instead of accuracy.
func WriteErrors(out io.Writer, points []Point) {
	writeCurve(out, points, 1, "%8.4g", asciigraph.LowerBound(0))
}

func writeCurve(out io.Writer, points []Point, scale float64, label string, bounds ...asciigraph.Option) {
	const width, height = 60, 10
	if len(points) < 2 {
		return
	}
	last := points[len(points)-1].Generation
	plot := asciigraph.Plot(resample(points, width, scale), append(bounds,
		asciigraph.Height(height),
		asciigraph.YAxisValueFormatter(func(v float64) string { return fmt.Sprintf(label, v) }),
		asciigraph.XAxisRange(0, float64(last)),
		asciigraph.XAxisTickCount(min(5, last+1)),
		asciigraph.XAxisValueFormatter(func(v float64) string { return fmt.Sprintf("%.0f", v) }))...)
	for line := range strings.Lines(plot + "\n") {
		fmt.Fprint(out, "  ", strings.TrimRight(line, " \n"), "\n")
	}
}

// resample returns the values, times scale, at n evenly spaced generations from the first point to
// the last, by linear interpolation.
func resample(points []Point, n int, scale float64) []float64 {
	first, last := points[0].Generation, points[len(points)-1].Generation
	values := make([]float64, n)
	next := 1
	for i := range values {
		at := float64(first) + float64(last-first)*float64(i)/float64(n-1)
		for next < len(points)-1 && float64(points[next].Generation) < at {
			next++
		}
		a, b := points[next-1], points[next]
		t := (at - float64(a.Generation)) / float64(b.Generation-a.Generation)
		values[i] = scale * (a.Accuracy + t*(b.Accuracy-a.Accuracy))
	}
	return values
}

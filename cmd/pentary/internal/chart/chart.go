// Package chart draws the command's charts with gonum/plot.
package chart

import (
	"bytes"
	"image/color"
	"io"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
)

// Greys, from the darkest.
var (
	Ink   = color.RGBA{0x22, 0x26, 0x2b, 255}
	Pale  = color.RGBA{0x8a, 0x91, 0x99, 255}
	Faint = color.RGBA{0xc4, 0xca, 0xd0, 255}
	Hair  = color.RGBA{0xe9, 0xec, 0xef, 255}
)

// hair is the style of the lines of a grid.
var hair = draw.LineStyle{Color: Hair, Width: 0.6}

// Palette holds colours that people with any kind of colour vision can distinguish, after
// Okabe and Ito.
var Palette = []color.Color{
	color.RGBA{0x00, 0x72, 0xb2, 255}, // blue
	color.RGBA{0xd5, 0x5e, 0x00, 255}, // vermilion
	color.RGBA{0x00, 0x9e, 0x73, 255}, // green
	color.RGBA{0xaa, 0x44, 0x99, 255}, // purple
	color.RGBA{0xe6, 0x9f, 0x00, 255}, // orange
	color.RGBA{0x56, 0xb4, 0xe9, 255}, // sky
}

// Dashes distinguish lines of the same colour.
var Dashes = [][]vg.Length{{5, 3}, {1.5, 2.5}, {9, 3}, {7, 2.5, 1.5, 2.5}}

// SVG writes the picture that paint draws on a white canvas.
func SVG(out io.Writer, width, height vg.Length, paint func(draw.Canvas)) error {
	svg := vgsvg.New(width, height)
	c := draw.New(svg)
	c.FillPolygon(color.White, []vg.Point{c.Min, {X: c.Max.X, Y: c.Min.Y}, c.Max, {X: c.Min.X, Y: c.Max.Y}})
	paint(c)
	var b bytes.Buffer
	if _, err := svg.WriteTo(&b); err != nil {
		return err
	}
	// Viewers without the plot's font use one of the same widths.
	_, err := out.Write(bytes.ReplaceAll(b.Bytes(),
		[]byte("font-family:Liberation Sans"), []byte("font-family:Liberation Sans,Arial,Helvetica,sans-serif")))
	return err
}

// Face returns the font at a size.
func Face(size vg.Length) font.Font {
	return font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}
}

// Text returns the style of a text.
func Text(size vg.Length, c color.Color) draw.TextStyle {
	return draw.TextStyle{Color: c, Font: Face(size), Handler: text.Plain{Fonts: font.DefaultCache}}
}

// Center writes a text around a point, turned by an angle.
func Center(c draw.Canvas, at vg.Point, label string, s draw.TextStyle, angle float64) {
	s.XAlign, s.YAlign, s.Rotation = draw.XCenter, draw.YCenter, angle
	c.FillText(s, at, label)
}

// New returns a plot with plain axes.
func New() *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Tick.Label.Font = Face(9)
		axis.Tick.Label.Color = Ink
		axis.Tick.LineStyle.Color = Pale
		axis.LineStyle.Color = Pale
		axis.Padding = 0
	}
	p.Y.Tick.Marker = linearTicks
	return p
}

// LogTicks marks each digit of each decade, and labels 1, 2 and 5.
func LogTicks(label func(float64) string) plot.Ticker {
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

// ErrorAxis makes an axis of errors in per cent, labelled as accuracies. It is logarithmic:
// halving the error looks the same at 80 % and at 98 %.
func ErrorAxis(a *plot.Axis) {
	a.Scale = plot.InvertedScale{Normalizer: plot.LogScale{}}
	a.Tick.Marker = LogTicks(func(err float64) string { return Number(100 - err) })
}

// linearTicks marks multiples of 1, 2 or 5 times a power of ten, five to twelve of them.
var linearTicks = plot.TickerFunc(func(least, most float64) (ticks []plot.Tick) {
	step := math.Pow(10, math.Floor(math.Log10((most-least)/5)))
	for _, wider := range []float64{5, 2} {
		if (most-least)/(wider*step) >= 5 {
			step *= wider
			break
		}
	}
	for i := math.Ceil(least / step); i*step <= most; i++ {
		ticks = append(ticks, plot.Tick{Value: i * step, Label: Number(i * step)})
	}
	return ticks
})

// Number formats a tick's value.
func Number(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }

// Prefixed writes a tick's value with an SI prefix, as in "500 k".
func Prefixed(v float64) string {
	v, prefix := report.SI(v)
	return strconv.FormatFloat(v, 'g', 3, 64) + prefix
}

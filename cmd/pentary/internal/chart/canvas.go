// Package chart draws the command's charts with gonum/plot.
package chart

import (
	"bytes"
	"image/color"
	"io"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Greys, from the darkest.
var (
	Ink   = color.RGBA{0x22, 0x26, 0x2b, 255}
	Pale  = color.RGBA{0x8a, 0x91, 0x99, 255}
	Faint = color.RGBA{0xc4, 0xca, 0xd0, 255}
	Hair  = color.RGBA{0xe9, 0xec, 0xef, 255}
)

// Palette holds colours that can be distinguished with any kind of colour vision, after Okabe and
// Ito.
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

// SVG writes a picture drawn by paint on a white canvas.
func SVG(out io.Writer, width, height vg.Length, paint func(draw.Canvas)) error {
	svg := vgsvg.New(width, height)
	c := draw.New(svg)
	c.FillPolygon(color.White, []vg.Point{c.Min, {X: c.Max.X, Y: c.Min.Y}, c.Max, {X: c.Min.X, Y: c.Max.Y}})
	paint(c)
	var b bytes.Buffer
	if _, err := svg.WriteTo(&b); err != nil {
		return err
	}
	// Viewers without the plot's font substitute a font with the same widths.
	_, err := out.Write(bytes.ReplaceAll(b.Bytes(),
		[]byte("font-family:Liberation Sans"), []byte("font-family:Liberation Sans,Arial,Helvetica,sans-serif")))
	return err
}

// PNG writes a picture drawn by paint, at twice the standard resolution.
func PNG(out io.Writer, width, height vg.Length, paint func(draw.Canvas)) error {
	c := vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(192))}
	paint(draw.New(c))
	_, err := c.WriteTo(out)
	return err
}

// Text returns the style of a text that is centred vertically.
func Text(size vg.Length, c color.Color, align text.XAlignment) draw.TextStyle {
	return draw.TextStyle{
		Color: c, Font: font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}, XAlign: align, YAlign: draw.YCenter,
		Handler: text.Plain{Fonts: font.DefaultCache},
	}
}

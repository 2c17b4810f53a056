package chart

import (
	"io"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// pngDots is the resolution of a PNG in dots per inch: twice that of old screens.
const pngDots = 192

// PNG writes the picture that paint draws on a white canvas.
func PNG(out io.Writer, width, height vg.Length, paint func(draw.Canvas)) error {
	c := vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(pngDots))}
	paint(draw.New(c))
	_, err := c.WriteTo(out)
	return err
}

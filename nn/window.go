package nn

import (
	"errors"
	"fmt"

	"github.com/Kaleaon/pentary-go/kernels"
)

// A Window moves over a picture, in steps of Stride in both directions, and lies within it.
// Activation c of the pixel at (y, x) is number (y·Columns + x)·Channels + c of the picture.
type Window struct {
	Rows, Columns, Channels int // of the picture
	Height, Width, Stride   int // of the window
}

// check returns an error unless the window is within the picture, and activations of out channels
// have numbers.
func (w *Window) check(layer string, out int) error {
	if err := errors.Join(checkWidths(layer, 1, w.Channels, w.Rows, w.Columns), checkWidths(layer, 1, out)); err != nil {
		return err
	}
	if min(w.Height, w.Width, w.Stride) < 1 || w.Height > w.Rows || w.Width > w.Columns || w.Rows > kernels.MaxK/max(w.Channels, out)/w.Columns {
		return fmt.Errorf("nn: %s of kernel %d×%d, stride %d, for a picture of %d×%d×%d and %d channels out", layer, w.Height, w.Width, w.Stride, w.Rows, w.Columns, w.Channels, out)
	}
	return nil
}

// outRows and outColumns are how many places the window has in either direction.
func (w *Window) outRows() int    { return (w.Rows-w.Height)/w.Stride + 1 }
func (w *Window) outColumns() int { return (w.Columns-w.Width)/w.Stride + 1 }
func (w *Window) places() int     { return w.outRows() * w.outColumns() }

// pixel returns the number of the first pixel at a place.
func (w *Window) pixel(place int) int {
	return (place/w.outColumns()*w.Columns + place%w.outColumns()) * w.Stride
}

// Inputs returns the activations of the picture.
func (w *Window) Inputs() int { return w.Rows * w.Columns * w.Channels }

// describe describes a layer that returns out channels.
func (w *Window) describe(layer string, out int) string {
	return fmt.Sprintf("%s %d×%d×%d→%d×%d×%d by %d×%d/%d", layer, w.Rows, w.Columns, w.Channels, w.outRows(), w.outColumns(), out, w.Height, w.Width, w.Stride)
}

// specWidth is the width of a Spec.
func (w *Window) specWidth() int {
	if w.Width == w.Height {
		return 0
	}
	return w.Width
}

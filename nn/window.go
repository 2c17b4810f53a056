package nn

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/Kaleaon/pentary-go/kernels"
)

// A Window moves over a picture, in steps of Stride in both directions, and lies within it and
// its padding. Activation c of the pixel at (y, x) is number (y·Columns + x)·Channels + c of the
// picture.
type Window struct {
	Rows, Columns, Channels  int // of the picture
	Height, Width, Stride    int // of the window
	Top, Left, Bottom, Right int // padding around the picture, less than the window's height or width
}

// window returns the window of a Spec, of the sizes rows, columns, channels, size and stride.
func (s Spec) window(layer string, sizes ...int) (w Window, err error) {
	w = Window{Rows: sizes[0], Columns: sizes[1], Channels: sizes[2], Height: sizes[3], Width: cmp.Or(s.Width, sizes[3]), Stride: sizes[4]}
	switch len(s.Pads) {
	case 0:
	case 4:
		w.Top, w.Left, w.Bottom, w.Right = s.Pads[0], s.Pads[1], s.Pads[2], s.Pads[3]
	default:
		err = fmt.Errorf("nn: %s padded by %v, want 4 numbers", layer, s.Pads)
	}
	return w, err
}

// padded reports whether there is padding.
func (w *Window) padded() bool { return w.Top|w.Left|w.Bottom|w.Right != 0 }

// check returns an error unless the window is within the padded picture, and activations of out
// channels have numbers.
func (w *Window) check(layer string, out int) error {
	if err := errors.Join(checkWidths(layer, 1, w.Channels, w.Rows, w.Columns), checkWidths(layer, 1, out)); err != nil {
		return err
	}
	if min(w.Top, w.Left, w.Bottom, w.Right) < 0 || w.padded() && (max(w.Top, w.Bottom) >= w.Height || max(w.Left, w.Right) >= w.Width) {
		return fmt.Errorf("nn: %s padded by %d, want 0 to less than the kernel of %d×%d", layer, []int{w.Top, w.Left, w.Bottom, w.Right}, w.Height, w.Width)
	}
	rows, columns := w.Top+w.Rows+w.Bottom, w.Left+w.Columns+w.Right
	if min(w.Height, w.Width, w.Stride) < 1 || w.Height > rows || w.Width > columns || rows > kernels.MaxK/max(w.Channels, out)/columns {
		return fmt.Errorf("nn: %s of kernel %d×%d, stride %d, for a picture of %d×%d×%d and %d channels out", layer, w.Height, w.Width, w.Stride, w.Rows, w.Columns, w.Channels, out)
	}
	return nil
}

// outRows and outColumns are how many places the window has in either direction.
func (w *Window) outRows() int    { return (w.Top+w.Rows+w.Bottom-w.Height)/w.Stride + 1 }
func (w *Window) outColumns() int { return (w.Left+w.Columns+w.Right-w.Width)/w.Stride + 1 }
func (w *Window) places() int     { return w.outRows() * w.outColumns() }

// A view is what a window covers of a picture: rows top to bottom and columns left to right of the
// window. The pixel in row i and column j is number first + i·Columns + j.
type view struct{ top, bottom, left, right, first int }

// at returns the view at a place.
func (w *Window) at(place int) view {
	row, column := place/w.outColumns()*w.Stride-w.Top, place%w.outColumns()*w.Stride-w.Left
	return view{max(0, -row), min(w.Height, w.Rows-row), max(0, -column), min(w.Width, w.Columns-column), row*w.Columns + column}
}

// whole reports whether a view is all of the window.
func (w *Window) whole(v view) bool {
	return v.top == 0 && v.left == 0 && v.bottom == w.Height && v.right == w.Width
}

// Inputs returns the activations of the picture.
func (w *Window) Inputs() int { return w.Rows * w.Columns * w.Channels }

// describe describes a layer that returns out channels.
func (w *Window) describe(layer string, out int) string {
	padding := ""
	if w.padded() {
		padding = fmt.Sprintf(" padded %d,%d,%d,%d", w.Top, w.Left, w.Bottom, w.Right)
	}
	return fmt.Sprintf("%s %d×%d×%d→%d×%d×%d by %d×%d/%d%s", layer, w.Rows, w.Columns, w.Channels, w.outRows(), w.outColumns(), out, w.Height, w.Width, w.Stride, padding)
}

// spec completes a Spec.
func (w *Window) spec(s Spec) Spec {
	if w.Width != w.Height {
		s.Width = w.Width
	}
	if w.padded() {
		s.Pads = []int{w.Top, w.Left, w.Bottom, w.Right}
	}
	return s
}

package data

import (
	"bytes"
	"fmt"
	"unsafe"
)

// A Dataset is n samples of Features activations each, with a target for each sample: a class
// (Classes ≥ 2, Outputs 0) or, for regression, a vector of integers (Outputs ≥ 1, Classes 0).
type Dataset struct {
	Features int
	Classes  int
	Outputs  int

	// Rows and Columns are the shape of samples that are images, channels last; else 0.
	// Training moves each image that it draws at random by up to Shift pixels, see Move.
	Rows, Columns int
	Shift         int

	Inputs  []int8  // n × Features, sample by sample, -127 to 127
	Labels  []uint8 // n classes below Classes; regression has none
	Targets []int16 // n × Outputs, -32767 to 32767; classification has none

	// Names for reports, or nil. A regression names its Outputs instead of classes.
	FeatureNames []string
	ClassNames   []string
	OutputNames  []string
}

// Len returns the number of samples.
func (d *Dataset) Len() int {
	if d.Outputs > 0 {
		return len(d.Targets) / d.Outputs
	}
	return len(d.Labels)
}

// Sample returns the inputs of sample i, shared with d.
func (d *Dataset) Sample(i int) []int8 { return d.Inputs[i*d.Features : (i+1)*d.Features] }

// Target returns the target vector of sample i of a regression, shared with d.
func (d *Dataset) Target(i int) []int16 { return d.Targets[i*d.Outputs : (i+1)*d.Outputs] }

// Append copies sample i of from, which has the same shape, to the end of d.
func (d *Dataset) Append(from *Dataset, i int) {
	d.Inputs = append(d.Inputs, from.Sample(i)...)
	if from.Outputs > 0 {
		d.Targets = append(d.Targets, from.Target(i)...)
	} else {
		d.Labels = append(d.Labels, from.Labels[i])
	}
}

// Empty returns a dataset without samples of d's shape and names.
func (d *Dataset) Empty() *Dataset {
	e := *d
	e.Inputs, e.Labels, e.Targets = nil, nil, nil
	return &e
}

// Check returns an error if d is nil or has no samples, if lengths disagree, or if a
// value is out of range.
func (d *Dataset) Check() error {
	switch {
	case d == nil:
		return fmt.Errorf("data: no dataset")
	case d.Len() == 0 || d.Features < 1 || d.Outputs < 0 || d.Outputs == 0 && d.Classes < 2:
		return fmt.Errorf("data: dataset of %s", d.shape())
	case d.Classes > 256:
		return fmt.Errorf("data: dataset of %s, want at most 256 classes", d.shape())
	case d.Outputs > 0 && d.Classes != 0:
		return fmt.Errorf("data: dataset of %d classes and %d outputs, want one of the two", d.Classes, d.Outputs)
	case len(d.Inputs) != d.Len()*d.Features:
		return fmt.Errorf("data: dataset has %d inputs for %d samples of %d features", len(d.Inputs), d.Len(), d.Features)
	case d.Outputs > 0 && len(d.Labels) > 0:
		return fmt.Errorf("data: dataset of %d outputs has %d labels", d.Outputs, len(d.Labels))
	case d.Outputs > 0 && len(d.Targets)%d.Outputs != 0:
		return fmt.Errorf("data: dataset has %d targets, want a multiple of %d outputs", len(d.Targets), d.Outputs)
	case d.Outputs == 0 && len(d.Targets) > 0:
		return fmt.Errorf("data: dataset of %d classes has %d targets", d.Classes, len(d.Targets))
	}
	if err := d.checkImages(); err != nil {
		return err
	}
	for _, names := range []struct {
		what  string
		names []string
		want  int
	}{
		{"features", d.FeatureNames, d.Features},
		{"classes", d.ClassNames, d.Classes},
		{"outputs", d.OutputNames, d.Outputs},
	} {
		if names.names != nil && len(names.names) != names.want {
			return fmt.Errorf("data: %d names for %d %s", len(names.names), names.want, names.what)
		}
	}
	for i, l := range d.Labels {
		if int(l) >= d.Classes {
			return fmt.Errorf("data: label %d of sample %d, want below %d", l, i, d.Classes)
		}
	}
	for i, v := range d.Targets {
		if v == -1<<15 {
			return fmt.Errorf("data: target %d of sample %d, want -32767 to 32767", v, i/d.Outputs)
		}
	}
	if i := bytes.IndexByte(asBytes(d.Inputs), 0x80); i >= 0 {
		return fmt.Errorf("data: input -128 in sample %d, want -127 to 127", i/d.Features)
	}
	return nil
}

// asBytes returns x as its bytes, for the fast loops of the standard library.
func asBytes(x []int8) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x))), len(x))
}

func (d *Dataset) checkImages() error {
	switch pixels := d.Rows * d.Columns; {
	case d.Rows < 0 || d.Columns < 0 || pixels == 0 && d.Rows+d.Columns > 0 || pixels > 0 && d.Features%pixels != 0:
		return fmt.Errorf("data: images of %d×%d pixels for %d features", d.Rows, d.Columns, d.Features)
	case d.Shift < 0 || d.Shift > d.Columns/2:
		return fmt.Errorf("data: shift of %d pixels, want 0 to half the columns of images of %d×%d", d.Shift, d.Rows, d.Columns)
	}
	return nil
}

// Move writes image i to dst, moved down and right by less than its columns. New pixels repeat
// the edge. A signal, an image of one row, only moves to the right.
func (d *Dataset) Move(dst []int8, i, down, right int) {
	src, channels := d.Sample(i), d.Features/(d.Rows*d.Columns)
	width := d.Columns * channels
	down = min(max(down, 1-d.Rows), d.Rows-1) // beyond, all rows are the edge
	// The image as one run of bytes, in which what leaves a row on one side enters the next row on
	// the other side; these pixels are overwritten below.
	if by := down*width + right*channels; by >= 0 {
		copy(dst[by:], src[:len(src)-by])
	} else {
		copy(dst, src[-by:])
	}
	top, bottom := max(0, down), min(d.Rows, d.Rows+down)
	left, end := max(0, right)*channels, width+min(0, right)*channels
	for row := top; row < bottom; row++ {
		to := dst[row*width:][:width]
		for at := left - 1; at >= 0; at-- {
			to[at] = to[at+channels]
		}
		for at := end; at < width; at++ {
			to[at] = to[at-channels]
		}
	}
	for row := range top {
		copy(dst[row*width:][:width], dst[top*width:])
	}
	for row := bottom; row < d.Rows; row++ {
		copy(dst[row*width:][:width], dst[(bottom-1)*width:])
	}
}

func (d *Dataset) shape() string {
	kind := fmt.Sprintf("%d classes", d.Classes)
	if d.Outputs != 0 {
		kind = fmt.Sprintf("%d outputs", d.Outputs)
	}
	return fmt.Sprintf("%d samples, %d features, %s", d.Len(), d.Features, kind)
}

package interchange

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// pictureOf returns an error unless the sizes of a picture are known.
func pictureOf(in onnxValue) error {
	for _, axis := range []byte("CHW") {
		if in.sizes[axis] < 1 || in.sizes[axis] > maxPicture {
			return fmt.Errorf("takes %q of %d×%d×%d, want sizes from 1 to %d", in.name, in.sizes['C'], in.sizes['H'], in.sizes['W'], maxPicture)
		}
	}
	return nil
}

// maxKernel bounds the weights of a kernel over those that the model holds, where groups and
// dilations put zeros between them.
const maxKernel = 16

// conv adds a convolution. Dilations and groups are zeros in the kernel.
func (w *onnxWalk) conv(n *onnxNode, in onnxValue) (out onnxValue, err error) {
	if len(n.inputs) < 2 || n.inputs[0] != in.name {
		return out, fmt.Errorf("does not take %q and a kernel", in.name)
	}
	t, k, err := w.take(n.inputs[1])
	if err != nil {
		return out, err
	}
	signal := len(t.Shape) == 3
	if signal {
		t.Shape = []int{t.Shape[0], t.Shape[1], 1, t.Shape[2]} // a picture of one row
		if in, err = in.asSignal(len(w.network.Layers)); err != nil {
			return out, err
		}
	}
	if in.axes != "NCHW" || len(t.Shape) != 4 || len(k) == 0 {
		return out, t.errorf(0, "shape %v for %q of dimensions %s, want a convolution of pictures, NCHW, or of signals, NCW", t.Shape, in.name, in.axes)
	}
	if err := pictureOf(in); err != nil {
		return out, err
	}
	l := &Convolution{Name: t.Name, Window: Window{Rows: in.sizes['H'], Columns: in.sizes['W'], Channels: in.sizes['C']}, Out: t.Shape[0]}
	group := 1
	if g, ok := n.numbers["group"]; ok {
		group = int(max(0, min(g, math.MaxInt32)))
	}
	if group < 1 || l.Out%group != 0 || t.Shape[1]*group != l.Channels {
		return out, t.errorf(0, "shape %v in %d groups for %d channels", t.Shape, group, l.Channels)
	}
	pair := func(name string, otherwise int64) [2]int {
		list := n.lists[name]
		if len(list) == 0 {
			list = []int64{otherwise, otherwise}
		}
		if signal && len(list) == 1 {
			list = []int64{list[0], list[0]} // of one row, any stride and dilation is the same
		}
		if len(list) != 2 || min(list[0], list[1]) < 1 || max(list[0], list[1]) > math.MaxInt16 {
			err = fmt.Errorf("%s is %v, want 2 numbers from 1 to %d", name, list, math.MaxInt16)
			return [2]int{1, 1}
		}
		return [2]int{int(list[0]), int(list[1])}
	}
	strides, dilations := pair("strides", 1), pair("dilations", 1)
	if err == nil && strides[0] != strides[1] {
		err = fmt.Errorf("strides are %v, want one for both directions", strides)
	}
	if err != nil {
		return out, err
	}
	l.Stride = strides[0]
	covered := [2]int{(t.Shape[2]-1)*dilations[0] + 1, (t.Shape[3]-1)*dilations[1] + 1}
	if max(covered[0], covered[1]) > math.MaxInt16 {
		return out, t.errorf(0, "a kernel of %d×%d", covered[0], covered[1])
	}
	if err := l.pad(n, covered); err != nil {
		return out, err
	}
	l.Height, l.Width = covered[0], covered[1]
	if most := maxKernel * (len(k) + 1<<8); int64(l.Height)*int64(l.Width)*int64(l.Channels) > int64(most/l.Out) {
		return out, t.errorf(0, "shape %v in %d groups with dilations %v makes %d×%d×%d×%d weights, want at most %d", t.Shape, group, dilations, l.Out, l.Height, l.Width, l.Channels, most)
	}
	l.W = make([]float32, l.Out*l.area()*l.Channels)
	perGroup := t.Shape[1]
	for i := range l.Out {
		first := i / (l.Out / group) * perGroup
		for c := range perGroup {
			for y := range t.Shape[2] {
				for x := range t.Shape[3] {
					pixel := y*dilations[0]*l.Width + x*dilations[1]
					l.W[(i*l.area()+pixel)*l.Channels+first+c] = k[((i*perGroup+c)*t.Shape[2]+y)*t.Shape[3]+x]
				}
			}
		}
	}
	if err := l.check(); err != nil {
		return out, err
	}
	if len(w.network.Layers) == 0 {
		w.network.ChannelsFirst = !in.swapped
	}
	w.network.Layers = append(w.network.Layers, l)
	if len(n.inputs) > 2 && n.inputs[2] != "" {
		if err := w.addBias(n.inputs[2]); err != nil {
			return out, err
		}
	}
	return l.value(l.Out), nil
}

// value returns the value of outputs of some channels.
func (l *Window) value(out int) onnxValue {
	return onnxValue{axes: "NCHW", sizes: map[byte]int{'C': out, 'H': l.outRows(), 'W': l.outColumns()}}
}

// asSignal returns a value as a picture of one row, which convolutions of one dimension take.
func (v onnxValue) asSignal(layers int) (onnxValue, error) {
	switch {
	case v.axes == "??K" && layers == 0 && !v.swapped:
		v.axes = "NCHW"
	case v.axes != "NCHW" || v.sizes['H'] != 1:
		return v, fmt.Errorf("takes %q of dimensions %s, want signals of samples × channels × steps", v.name, v.axes)
	}
	return v, nil
}

// pool adds a maximum or a mean. The mean of a whole picture waits for what takes it.
func (w *onnxWalk) pool(n *onnxNode, in onnxValue) (out onnxValue, err error) {
	if in.axes == "??K" {
		if in, err = in.asSignal(len(w.network.Layers)); err != nil {
			return out, err
		}
	}
	if in.axes != "NCHW" {
		return out, fmt.Errorf("takes %q of dimensions %s, want pictures, NCHW", in.name, in.axes)
	}
	if err := pictureOf(in); err != nil {
		return out, err
	}
	c := in.sizes['C']
	window := Window{Rows: in.sizes['H'], Columns: in.sizes['W'], Channels: c, Stride: 1}
	window.Height, window.Width = window.Rows, window.Columns
	if !strings.HasPrefix(n.op, "Global") {
		if err := window.pooled(n); err != nil {
			return out, err
		}
	}
	l := &MaxPool{Name: n.outputs[0], Window: window}
	if err := l.check(); err != nil {
		return out, err
	}
	if len(w.network.Layers) == 0 {
		w.network.ChannelsFirst = !in.swapped
	}
	switch {
	case strings.HasSuffix(n.op, "MaxPool"):
		w.network.Layers = append(w.network.Layers, l)
	case window.places() == 1 && !window.padded() && len(w.network.Layers) > 0:
		w.mean = l
	default:
		err = w.average(l)
	}
	return window.value(c), err
}

// average adds the means of windows: a convolution whose kernels are the mean of one channel each.
func (w *onnxWalk) average(l *MaxPool) error {
	c, area := l.Channels, l.area()
	if err := w.bound(l, c); err != nil {
		return err
	}
	mean := &Convolution{Name: l.Name, Window: l.Window, Out: c, W: make([]float32, c*area*c)}
	for i := range c {
		for pixel := range area {
			mean.W[(i*area+pixel)*c+i] = 1 / float32(area)
		}
	}
	w.network.Layers, w.mean = append(w.network.Layers, mean), nil
	return nil
}

// ofMean makes a matrix that takes the mean of a picture one that takes the picture.
func (w *onnxWalk) ofMean(l *Linear) error {
	area := w.mean.area()
	if l.In != w.mean.Channels {
		return fmt.Errorf("matrix %q takes %d activations, and the mean %q has %d", l.Name, l.In, w.mean.Name, w.mean.Channels)
	}
	if err := w.bound(w.mean, l.Out); err != nil {
		return err
	}
	all := make([]float32, 0, len(l.W)*area)
	for ; len(l.W) > 0; l.W = l.W[l.In:] {
		row := slices.Clone(l.W[:l.In])
		for i := range row {
			row[i] /= float32(area)
		}
		all = append(all, slices.Repeat(row, area)...)
	}
	l.W, l.In, w.mean = all, w.mean.Inputs(), nil
	return nil
}

// bound returns an error if the weights of a mean for a number of outputs make the network larger than
// maxKernel weights a byte of the file.
func (w *onnxWalk) bound(l *MaxPool, out int) error {
	most := maxKernel * (len(w.data) + 1<<8)
	left := most
	for _, l := range w.network.Layers {
		left -= l.size()
	}
	if l.area() > left/l.Channels/out {
		return fmt.Errorf("the mean of %d×%d pixels of %d channels, for %d outputs, makes a network of more than %d weights", l.Height, l.Width, l.Channels, out, most)
	}
	return nil
}

// pooled sets the sizes of a window to the attributes of a pool.
func (l *Window) pooled(n *onnxNode) error {
	kernel, strides := n.lists["kernel_shape"], n.lists["strides"]
	if len(kernel) == 1 && l.Rows == 1 {
		kernel = []int64{1, kernel[0]}
	}
	if len(strides) == 0 {
		strides = []int64{1}
	}
	for _, v := range append(slices.Clone(kernel), strides...) {
		if v < 1 || v > maxPicture {
			return fmt.Errorf("kernel_shape is %v and strides are %v, want numbers from 1 to %d", kernel, strides, maxPicture)
		}
	}
	switch {
	case len(kernel) != 2 || slices.Min(strides) != slices.Max(strides):
		return fmt.Errorf("kernel_shape is %v and strides are %v, want two sizes and one stride for both directions", kernel, strides)
	case n.numbers["ceil_mode"] != 0 || len(n.lists["dilations"]) > 0 && slices.Max(n.lists["dilations"]) > 1:
		return fmt.Errorf("has ceil_mode or dilations, want none")
	case len(n.outputs) > 1:
		return fmt.Errorf("returns the places of its maxima, %q", n.outputs[1])
	}
	l.Height, l.Width, l.Stride = int(kernel[0]), int(kernel[1]), int(strides[0])
	if err := l.pad(n, [2]int{l.Height, l.Width}); err != nil {
		return err
	}
	if l.padded() && n.op == "AveragePool" && n.numbers["count_include_pad"] == 0 {
		return fmt.Errorf("has padding with count_include_pad 0, want 1")
	}
	return nil
}

// pad sets the padding as a node says, whose windows cover some rows and columns.
func (l *Window) pad(n *onnxNode, covered [2]int) error {
	auto := "NOTSET"
	if t := n.texts["auto_pad"]; len(t) > 0 {
		auto = t[0]
	}
	switch auto {
	case "NOTSET":
		pads := n.lists["pads"]
		if len(pads) == 0 {
			return nil
		}
		if len(pads) == 2 && l.Rows == 1 { // of a signal
			pads = []int64{0, pads[0], 0, pads[1]}
		}
		if len(pads) != 4 || slices.Min(pads) < 0 || slices.Max(pads) > maxPicture {
			return fmt.Errorf("pads are %v, want 4 numbers from 0 to %d", pads, maxPicture)
		}
		l.Top, l.Left, l.Bottom, l.Right = int(pads[0]), int(pads[1]), int(pads[2]), int(pads[3])
	case "VALID":
	case "SAME_UPPER", "SAME_LOWER":
		around := func(size, covered int) (before, after int) {
			all := max(0, ((size+l.Stride-1)/l.Stride-1)*l.Stride+covered-size)
			before, after = all/2, all-all/2
			if auto == "SAME_LOWER" {
				before, after = after, before
			}
			return before, after
		}
		l.Top, l.Bottom = around(l.Rows, covered[0])
		l.Left, l.Right = around(l.Columns, covered[1])
	default:
		return fmt.Errorf("auto_pad is %q, want NOTSET, VALID, SAME_UPPER or SAME_LOWER", auto)
	}
	return nil
}

// batchNorm makes a normalization by stored means and variances part of the layer before it.
func (w *onnxWalk) batchNorm(n *onnxNode, in onnxValue) error {
	bias, out := w.bias()
	if bias == nil || len(n.inputs) != 5 || n.inputs[0] != in.name {
		return fmt.Errorf("does not come after a matrix or convolution without Relu")
	}
	var p [4][]float32 // scale, bias, mean, variance
	for i := range p {
		t, v, err := w.take(n.inputs[1+i])
		if err != nil {
			return err
		}
		if len(v) != out {
			return t.errorf(0, "shape %v, want %d numbers", t.Shape, out)
		}
		p[i] = v
	}
	epsilon, ok := n.numbers["epsilon"]
	if !ok {
		epsilon = 1e-5
	}
	var weights []float32
	switch l := w.layer().(type) {
	case *Linear:
		weights = l.W
	case *Convolution:
		weights = l.W
	}
	if *bias == nil {
		*bias = make([]float32, out)
	}
	cols := len(weights) / out
	for i := range out {
		root := math.Sqrt(float64(p[3][i]) + epsilon)
		if !(root > 0) {
			return fmt.Errorf("variance %d is %v with epsilon %v", i, p[3][i], epsilon)
		}
		factor := float64(p[0][i]) / root
		for j := range cols {
			weights[i*cols+j] = float32(float64(weights[i*cols+j]) * factor)
		}
		(*bias)[i] = float32((float64((*bias)[i])-float64(p[2][i]))*factor + float64(p[1][i]))
		if v := (*bias)[i]; v != v || math.IsInf(float64(v), 0) {
			return fmt.Errorf("number %d becomes %v", i, v)
		}
	}
	return nil
}

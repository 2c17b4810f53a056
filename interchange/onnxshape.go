package interchange

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// flatten makes a picture a vector.
func (w *onnxWalk) flatten(n *onnxNode, v *onnxValue) error {
	if axis, ok := n.numbers["axis"]; ok && axis != 1 && axis != float64(1-len(v.axes)) {
		return fmt.Errorf("axis is %v, want 1", axis)
	}
	return v.vector(len(w.network.Layers))
}

// vector makes all dimensions after the first one of activations. Of a picture that layers have
// returned, columns of the next matrix are in another order here.
func (v *onnxValue) vector(layers int) error {
	switch v.axes {
	case "NK", "NHWC":
		v.axes = "NK"
	case "NCHW":
		v.axes, v.flat = "NK", layers > 0
	case "N1K", "NK1":
		v.axes = "NK"
	default:
		return fmt.Errorf("%q has dimensions %s, want samples and activations or pictures", v.name, v.axes)
	}
	return nil
}

// reshape takes a constant shape of which the last dimension, or all after the first, stay.
func (w *onnxWalk) reshape(n *onnxNode, v *onnxValue) error {
	shape := w.integers(n, 1)
	if list := n.lists["shape"]; len(list) > 0 {
		shape = list
	}
	first := len(w.network.Layers) == 0
	switch {
	case v.axes == "NK" && len(shape) == 4 && first: // a picture
		v.axes, v.flat = "NCHW", false
		v.sizes = map[byte]int{}
		for i, axis := range []byte("CHW") {
			v.sizes[axis] = int(max(-1, min(shape[i+1], math.MaxInt32)))
		}
		return nil
	case v.axes == "NK" && len(shape) == 3 && first: // a sequence
		v.axes = "NTK"
		return nil
	case v.axes == "NK" && len(shape) != 1 && len(shape) < 3:
		return nil
	case v.axes == "1NK" && len(shape) == 2, v.axes == "N1K" && len(shape) == 2:
		v.axes = "NK"
		return nil
	case len(shape) == 2 && !strings.ContainsAny(v.axes, "T?"):
		return v.vector(len(w.network.Layers))
	}
	return fmt.Errorf("from dimensions %s to shape %v", v.axes, shape)
}

func (w *onnxWalk) squeeze(n *onnxNode, v *onnxValue) error {
	axes := n.lists["axes"]
	if len(axes) == 0 {
		axes = w.integers(n, 1)
	}
	b, pixel := []byte(v.axes), v.axes == "NCHW" && v.sizes['H']*v.sizes['W'] == 1
	for _, a := range axes {
		if a < 0 {
			a += int64(len(b))
		}
		if a < 0 || a >= int64(len(b)) || b[a] != '1' && (!pixel || a < 2) {
			return fmt.Errorf("axis %d of dimensions %s", a, v.axes)
		}
		b[a] = ' '
	}
	if len(axes) == 0 {
		return fmt.Errorf("axes are missing")
	}
	if v.axes = strings.ReplaceAll(string(b), " ", ""); pixel { // or of a signal of one step, without H
		v.axes = "NK"
	}
	return nil
}

func (w *onnxWalk) transpose(n *onnxNode, v *onnxValue) error {
	perm := n.lists["perm"]
	if v.axes == "NCHW" && len(w.network.Layers) == 0 && slices.Equal(perm, []int64{0, 3, 1, 2}) && !v.swapped {
		// The input has channels last.
		v.sizes = map[byte]int{'C': v.sizes['W'], 'H': v.sizes['C'], 'W': v.sizes['H']}
		v.swapped = true
		return nil
	}
	b := make([]byte, 0, len(v.axes))
	seen := map[int64]bool{}
	for _, p := range perm {
		if p < 0 || p >= int64(len(v.axes)) || seen[p] {
			return fmt.Errorf("perm is %v for dimensions %s", perm, v.axes)
		}
		seen[p] = true
		b = append(b, v.axes[p])
	}
	if len(b) != len(v.axes) || len(b) > 2 && v.axes == "NCHW" && string(b) != "NHWC" || v.axes == "NHWC" && string(b) != "NCHW" {
		return fmt.Errorf("perm is %v for dimensions %s", perm, v.axes)
	}
	if v.axes == "??K" && string(b) == "??K" && perm[0] == 1 {
		v.swapped = !v.swapped
	}
	v.axes = string(b)
	return nil
}

// gather takes the last step.
func (w *onnxWalk) gather(n *onnxNode, v *onnxValue) error {
	index := w.integers(n, 1)
	axis := int(n.numbers["axis"])
	if axis < 0 {
		axis += len(v.axes)
	}
	if n.inputs[0] != v.name || len(index) != 1 || axis < 0 || axis >= len(v.axes) || v.axes[axis] != 'T' || index[0] != -1 {
		return fmt.Errorf("index %v of dimension %d of %s, want -1, the last of the steps", index, axis, v.axes)
	}
	one := "1"
	if t := w.tensors[n.inputs[1]]; len(t.Shape) == 0 {
		one = ""
	}
	v.axes = v.axes[:axis] + one + v.axes[axis+1:]
	return nil
}

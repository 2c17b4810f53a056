package interchange

import (
	"fmt"
	"slices"
	"strings"
)

// cells are what a recurrent operator has: how many gates, in which order package nn has them,
// and which sign.
var cells = map[string]struct {
	cell  Cell
	from  []int // gates of the operator, in the order of Recurrent
	minus int   // the gate that is open where the operator's is closed, -1 for none
}{
	"RNN":  {CellRNN, []int{0}, -1},
	"GRU":  {CellGRU, []int{1, 0, 2}, 1},
	"LSTM": {CellLSTM, []int{0, 2, 1, 3}, -1},
}

// recurrent adds a recurrent layer.
func (w *onnxWalk) recurrent(n *onnxNode, in onnxValue) error {
	if err := w.checkRecurrent(n, in); err != nil {
		return err
	}
	l := &Recurrent{Cell: cells[n.op].cell, ResetAfter: n.op == "GRU" && n.numbers["linear_before_reset"] != 0}
	if err := l.activations(n); err != nil {
		return err
	}
	if err := w.gates(l, n); err != nil {
		return err
	}
	if err := l.check(); err != nil {
		return err
	}
	w.network.Layers = append(w.network.Layers, l)
	w.values = nil
	forms := []string{"T1NK", "1NK", "1NK"}
	if n.numbers["layout"] != 0 {
		forms = []string{"NT1K", "N1K", "N1K"}
	}
	for i, name := range n.outputs {
		if i < 2 && name != "" { // the cells of an LSTM are no outputs here
			w.values = append(w.values, onnxValue{name: name, axes: forms[i]})
		}
	}
	if len(w.values) == 0 {
		return fmt.Errorf("returns neither Y nor Y_h")
	}
	return nil
}

// input returns the name of an input, empty for none.
func (n *onnxNode) input(i int) string {
	if i < len(n.inputs) {
		return n.inputs[i]
	}
	return ""
}

// checkRecurrent returns an error if a recurrent operator computes what no layer does.
func (w *onnxWalk) checkRecurrent(n *onnxNode, in onnxValue) error {
	if len(n.inputs) < 3 || n.inputs[0] != in.name {
		return fmt.Errorf("does not take %q and two matrices", in.name)
	}
	time := 0
	if n.numbers["layout"] != 0 {
		time = 1
	}
	if len(in.axes) != 3 || in.axes[2] != 'K' || in.axes[time] != 'T' && in.axes[:2] != "??" {
		return fmt.Errorf("takes %q of dimensions %s, want sequences, with steps in dimension %d", in.name, in.axes, time)
	}
	if d := n.texts["direction"]; len(d) > 0 && d[0] != "forward" {
		return fmt.Errorf("direction is %q, want forward", d[0])
	}
	for _, name := range []string{"clip", "input_forget"} {
		if v := n.numbers[name]; v != 0 {
			return fmt.Errorf("%s is %v, want 0: no layer here computes that", name, v)
		}
	}
	if n.input(4) != "" {
		return fmt.Errorf("has lengths of sequences (%q)", n.input(4))
	}
	if n.input(7) != "" && !w.zeros(n.input(7)) {
		return fmt.Errorf("has peepholes (%q)", n.input(7))
	}
	for _, name := range []string{n.input(5), n.input(6)} {
		if name != "" && !w.zeros(name) {
			return fmt.Errorf("the initial state %q is not zero", name)
		}
	}
	return nil
}

// gates sets the sizes, weights and biases of a layer.
func (w *onnxWalk) gates(l *Recurrent, n *onnxNode) error {
	c := cells[n.op]
	gates := len(c.from)
	t, x, err := w.take(n.inputs[1])
	if err != nil {
		return err
	}
	u, h, err := w.take(n.inputs[2])
	if err != nil {
		return err
	}
	l.Name = t.Name
	if len(t.Shape) != 3 || t.Shape[0] != 1 || len(x) == 0 || t.Shape[1]%gates != 0 {
		return t.errorf(0, "shape %v, want 1 × %d·n × inputs", t.Shape, gates)
	}
	l.Out, l.In = t.Shape[1]/gates, t.Shape[2]
	if want := []int{1, gates * l.Out, l.Out}; !slices.Equal(u.Shape, want) {
		return u.errorf(0, "shape %v, want %v", u.Shape, want)
	}
	if size, ok := n.numbers["hidden_size"]; ok && size != float64(l.Out) {
		return fmt.Errorf("hidden_size is %v, and %q has %d", size, t.Name, l.Out)
	}
	var b []float32
	if n.input(3) != "" {
		var tb Tensor
		if tb, b, err = w.take(n.input(3)); err != nil {
			return err
		}
		if len(b) != 2*gates*l.Out {
			return tb.errorf(0, "shape %v, want 1 × %d", tb.Shape, 2*gates*l.Out)
		}
		l.Bias = make([]float32, gates*l.Out)
		if l.ResetAfter {
			l.StateBias = b[len(b)-l.Out:]
		}
	}
	l.W = make([]float32, 0, len(x)+len(h))
	for gate, from := range c.from {
		sign := float32(1)
		if gate == c.minus {
			sign = -1
		}
		for i := range l.Out {
			row := from*l.Out + i
			for _, v := range x[row*l.In:][:l.In] {
				l.W = append(l.W, sign*v)
			}
			for _, v := range h[row*l.Out:][:l.Out] {
				l.W = append(l.W, sign*v)
			}
			switch {
			case b == nil:
			case l.ResetAfter && gate == gates-1:
				l.Bias[gate*l.Out+i] = b[row]
			default:
				l.Bias[gate*l.Out+i] = sign * (b[row] + b[gates*l.Out+row])
			}
		}
	}
	return nil
}

// activations sets the functions of the gates.
func (l *Recurrent) activations(n *onnxNode) error {
	names := n.texts["activations"]
	if len(names) == 0 {
		return nil
	}
	want := map[Cell][]string{CellRNN: {"Tanh"}, CellGRU: {"Sigmoid", "Tanh"}, CellLSTM: {"Sigmoid", "Tanh", "Tanh"}}[l.Cell]
	hard := slices.Clone(want)
	hard[0] = "HardSigmoid"
	same := func(a []string) bool {
		return slices.EqualFunc(names, a, strings.EqualFold)
	}
	switch {
	case same(want):
	case l.Cell != CellRNN && same(hard):
		l.Slope, l.Offset = 0.2, 0.5
		if alpha := n.floats("activation_alpha"); len(alpha) > 0 {
			l.Slope = alpha[0]
		}
		if beta := n.floats("activation_beta"); len(beta) > 0 {
			l.Offset = beta[0]
		}
		if l.Cell == CellGRU { // 1 - HardSigmoid(v) = clip(Slope·(-v) + 1 - Offset, 0, 1)
			if l.Offset != 0.5 {
				return fmt.Errorf("HardSigmoid has beta %v, want 0.5", l.Offset)
			}
		}
		if !(l.Slope > 0 && l.Slope <= 16 && l.Offset >= 0 && l.Offset <= 1) {
			return fmt.Errorf("HardSigmoid with alpha %v and beta %v", l.Slope, l.Offset)
		}
	default:
		return fmt.Errorf("activations are %q, want %q or %q", names, want, hard)
	}
	return nil
}

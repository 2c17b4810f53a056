package interchange

import (
	"fmt"
	"math"

	"github.com/Kaleaon/pentary-go/nn"
)

// stateUnit is the activation of a state of one.
const stateUnit = 127

// resetShift is the Shift of a GRU with State, whose sums of x and of h stay within ±2^resetShift each.
const resetShift = 2

// cellConstants are the multiples of a constant that a recurrent layer sees.
var cellConstants = []int{1, 2, 2, 2}

// gateUnits returns what a gate's sum of one is in activations, and the activation of a sum of
// zero. A gate of g activations is open by (g+127)/256, see kernels.Gate.
func (l *Recurrent) gateUnits(gate int) (unit, zero float64) {
	slope, offset := 0.25, 0.5
	if l.Slope != 0 {
		slope, offset = l.Slope, l.Offset
	}
	switch {
	case gate >= l.gates()-1 && l.ResetAfter: // the candidate, in two parts
		return stateUnit / float64(1<<resetShift), 0
	case gate == l.gates()-1: // the candidate
		return stateUnit, 0
	case l.Cell == CellLSTM && gate == 1:
		return 256 * slope, 256*offset - 127 - forgetOffset
	}
	return 256 * slope, 256*offset - 127
}

// recurrent quantizes a recurrent layer and moves on to its outputs.
func (q *quantizer) recurrent(l *Recurrent) error {
	biased := l.Bias != nil || l.Cell == CellLSTM // whose forget gate has a constant in nn
	parts, after := q.fitGates(l, biased)
	var factors, offsets []float64 // of the sums of each row, and before them
	for p, f := range parts {
		for i := range f.scales {
			unit, zero := l.gateUnits(len(factors) / l.Out)
			factor := unit * f.scales[i]
			f.offsets[i] += zero / factor
			factors = append(factors, factor)
		}
		if p != l.statePart() {
			offsets = append(offsets, f.offsets...)
		}
	}
	layers, in, constants, err := q.cellInputs(l, biased, offsets)
	if err != nil {
		return fmt.Errorf("%s %q: %w", l.Cell, l.Name, err)
	}
	cell, matrices := l.layer(in)
	for p, f := range parts {
		d, at, constants := matrices[p], l.In, constants
		if p == l.statePart() {
			at, constants = quads(l.Out), nil
			if l.StateBias != nil {
				constants = []int{max(1, q.constantFor(f.offsets, 1))}
				d.Bias = int8(constants[0])
			}
		}
		q.setGates(d, l, f, factors[:len(f.scales)], at, in, constants)
		factors = factors[len(f.scales):]
	}
	q.exact, q.gains = after, repeated(stateUnit, l.Out)
	q.add(l.Out, append(layers, cell)...)
	q.index, q.channels = sequence(l.Out, 1, 1), 0
	return nil
}

// statePart returns which of a layer's matrices is the State of a GRU, -1 for none.
func (l *Recurrent) statePart() int {
	if l.ResetAfter {
		return 1
	}
	return -1
}

// fitGates quantizes the matrices of a layer, and returns them with its outputs.
func (q *quantizer) fitGates(l *Recurrent, biased bool) (parts []fitted, after []float64) {
	before, reset, after := q.states(l)
	n, cols := l.Out, l.In+l.Out
	gains := append(append([]float64(nil), q.gains...), repeated(stateUnit, n)...)
	// fit takes columns from to to of some gates' rows, and the states h that they see.
	fit := func(name string, gate, gates, from, to int, h []float64) {
		var matrix, bias []float32
		for row := gate * n; row < (gate+gates)*n; row++ {
			matrix = append(matrix, l.W[row*cols+from:row*cols+to]...)
		}
		switch {
		case from > 0:
			bias = l.StateBias
		case l.Bias != nil:
			bias = l.Bias[gate*n : (gate+gates)*n]
		}
		parts = append(parts, q.fit(name, matrix, bias, gains[from:to], biased && from == 0 || bias != nil, false, q.rows(), func(i int, exact, seen []float64) {
			for j := range exact {
				if at := from + j; at < l.In {
					exact[j], seen[j] = q.exact[i*l.In+at], q.seen[i*q.width+q.index[at]]
				} else {
					v := h[i*n+at-l.In]
					exact[j], seen[j] = v, max(-127, min(127, math.Round(v*stateUnit)))
				}
			}
		}))
	}
	switch {
	case l.ResetAfter:
		fit(l.Name+" gates", 0, 2, 0, cols, before)
		fit(l.Name+" state", 2, 1, l.In, cols, before)
		fit(l.Name+" candidate", 2, 1, 0, l.In, nil)
	case l.Cell == CellGRU:
		fit(l.Name+" gates", 0, 2, 0, cols, before)
		fit(l.Name+" candidate", 2, 1, 0, cols, reset)
	default:
		fit(l.Name, 0, l.gates(), 0, cols, before)
	}
	return parts, after
}

// states returns h before and after each step of the network, and r∘h of a GRU.
func (q *quantizer) states(l *Recurrent) (before, reset, after []float64) {
	n := l.Out
	before, reset = make([]float64, q.rows()*n), make([]float64, q.rows()*n)
	for s := range q.samples {
		var state []float64
		for t := range q.steps {
			at := s*q.steps + t
			if t > 0 {
				copy(before[at*n:][:n], after[len(after)-n:])
			}
			x := q.exact[at*l.In:][:l.In]
			if l.Cell == CellGRU {
				xh := append(append([]float64(nil), x...), before[at*n:][:n]...)
				for i, v := range l.sums(0, n, xh) {
					reset[at*n+i] = l.gate(v, !q.o.hard) * before[at*n+i]
				}
			}
			after = append(after, l.step(x, &state, !q.o.hard)...)
		}
	}
	return before, reset, after
}

// cellInputs returns the layer, if one is needed, that makes the inputs of a cell, and how many these
// are: the activations, constants for the offsets of rows, and zeros.
func (q *quantizer) cellInputs(l *Recurrent, biased bool, offsets []float64) (layers []nn.Layer, in int, constants []int, err error) {
	from, constant := append([]int(nil), q.index...), 0
	if biased {
		constant = max(1, q.constantFor(offsets, cellConstants...))
		constants = scaled(cellConstants, constant)
		for _, c := range cellConstants {
			from = append(from, -1-c)
		}
	}
	for len(from)%4 != 0 {
		from = append(from, -1)
	}
	if biased || len(from) != q.width || q.width != l.In {
		d, err := copies(q.width, from, constant)
		if err != nil {
			return nil, 0, nil, err
		}
		layers = append(layers, d)
	}
	return layers, len(from), constants, nil
}

// layer returns the layer of package nn for a number of inputs, and its matrices.
func (l *Recurrent) layer(in int) (nn.Layer, []*nn.Dense) {
	out := quads(l.Out)
	switch l.Cell {
	case CellGRU:
		if l.ResetAfter {
			g := nn.NewResetAfterGRU(in, out)
			if g.Shift = resetShift; l.StateBias != nil {
				g.State = nn.NewBiasedDense(out, out, false)
			}
			return g, []*nn.Dense{g.Gates, g.State, g.Candidate}
		}
		g := nn.NewGRU(in, out)
		return g, []*nn.Dense{g.Gates, g.Candidate}
	case CellLSTM:
		m := nn.NewLSTM(in, out)
		return m, []*nn.Dense{m.Gates}
	}
	r := nn.NewRNN(in, out)
	return r, []*nn.Dense{r.State}
}

// setGates sets a matrix of a layer to fitted weights, and the multipliers of its rows to factors. Column
// at is the first of constants, and column in the first that reads a state.
func (q *quantizer) setGates(d *nn.Dense, l *Recurrent, f fitted, factors []float64, at, in int, constants []int) {
	n, out := l.Out, quads(l.Out)
	rows, cols, width := len(f.scales), len(f.weights)/len(f.scales), d.W.Cols()
	all, scales := make([]int32, rows/n*out*width), make([]float64, rows/n*out)
	for i := range rows {
		to := i/n*out + i%n
		scales[to] = factors[i]
		row := all[to*width:][:width]
		for j, v := range f.weights[i*cols:][:cols] {
			if j >= at {
				j += in - at
			}
			row[j] = int32(v)
		}
		weights, _ := addends(f.offsets[i], constants, q.most)
		for j, v := range weights {
			row[at+j] = int32(v)
		}
	}
	q.set(d, all, width)
	setScale(d, scales)
}

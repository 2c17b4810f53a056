package interchange

import (
	"fmt"
	"math"

	"github.com/Kaleaon/pentary-go/nn"
)

// stateUnit is the activation of a state of one.
const stateUnit = 127

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
	case gate == l.gates()-1: // the candidate
		return stateUnit, 0
	case l.Cell == CellLSTM && gate == 1:
		return 256 * slope, 256*offset - 127 - forgetOffset
	}
	return 256 * slope, 256*offset - 127
}

// recurrent quantizes a recurrent layer and moves on to its outputs.
func (q *quantizer) recurrent(l *Recurrent) error {
	n, rows := l.Out, q.rows()
	// Operands of the network: h before each step, and r∘h of a GRU.
	before, reset := make([]float64, rows*n), make([]float64, rows*n)
	after := make([]float64, 0, rows*n)
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
	gains := append(append([]float64(nil), q.gains...), repeated(stateUnit, n)...)
	biased := l.Bias != nil || l.Cell == CellLSTM // whose forget gate has a constant in nn
	fit := func(name string, gate, gates int, h []float64) fitted {
		cols := l.In + n
		var bias []float32
		if l.Bias != nil {
			bias = l.Bias[gate*n : (gate+gates)*n]
		}
		return q.fit(name, l.W[gate*n*cols:(gate+gates)*n*cols], bias, gains, biased, false, rows, func(i int, exact, seen []float64) {
			copy(exact, q.exact[i*l.In:][:l.In])
			copy(exact[l.In:], h[i*n:][:n])
			for j, at := range q.index {
				seen[j] = q.seen[i*q.width+at]
			}
			for j, v := range h[i*n:][:n] {
				seen[l.In+j] = max(-127, min(127, math.Round(v*stateUnit)))
			}
		})
	}
	var parts []fitted
	if l.Cell == CellGRU {
		parts = []fitted{fit(l.Name+" gates", 0, 2, before), fit(l.Name+" candidate", 2, 1, reset)}
	} else {
		parts = []fitted{fit(l.Name, 0, l.gates(), before)}
	}
	// The factor of each row's sums, and the offset before it.
	gate := 0
	var offsets []float64
	factors := make([][]float64, len(parts))
	for p, f := range parts {
		for i := range f.scales {
			unit, zero := l.gateUnits(gate + i/n)
			factor := unit * f.scales[i]
			f.offsets[i] += zero / factor
			factors[p] = append(factors[p], factor)
		}
		gate += len(f.scales) / n
		offsets = append(offsets, f.offsets...)
	}
	// The layer's inputs: activations, constants, zeros.
	from, constant := append([]int(nil), q.index...), 0
	var constants []int
	if biased {
		constant = q.constantFor(offsets, cellConstants, 1)
		constants = scaled(cellConstants, constant)
		for _, c := range cellConstants {
			from = append(from, -1-c)
		}
	}
	for len(from)%4 != 0 {
		from = append(from, -1)
	}
	var layers []nn.Layer
	if biased || len(from) != q.width || q.width != l.In {
		d, err := copies(q.width, from, constant)
		if err != nil {
			return fmt.Errorf("%s %q: %w", l.Cell, l.Name, err)
		}
		layers = append(layers, d)
	}
	in, out := len(from), quads(n)
	var cell nn.Layer
	var matrices []*nn.Dense
	switch l.Cell {
	case CellRNN:
		r := nn.NewRNN(in, out)
		cell, matrices = r, []*nn.Dense{r.State}
	case CellGRU:
		g := nn.NewGRU(in, out)
		cell, matrices = g, []*nn.Dense{g.Gates, g.Candidate}
	case CellLSTM:
		m := nn.NewLSTM(in, out)
		cell, matrices = m, []*nn.Dense{m.Gates}
	}
	for p, f := range parts {
		gates := len(f.scales) / n
		all, scales := make([]int32, gates*out*(in+out)), make([]float64, gates*out)
		for i := range f.scales {
			to := i/n*out + i%n
			scales[to] = factors[p][i]
			row := all[to*(in+out):][:in+out]
			for j, v := range f.weights[i*(l.In+n):][:l.In+n] {
				if j >= l.In {
					j += in - l.In
				}
				row[j] = int32(v)
			}
			weights, _ := addends(f.offsets[i], constants, 1, q.most)
			for j, v := range weights {
				row[l.In+j] = int32(v)
			}
		}
		q.set(matrices[p], all, in+out)
		setScale(matrices[p], scales)
	}
	q.exact, q.gains = after, repeated(stateUnit, n)
	q.add(n, append(layers, cell)...)
	q.index, q.channels, q.constants = sequence(n, 1, 1), 0, nil
	return nil
}

package nn

import (
	"fmt"
	"slices"

	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

// gainConstants are the weights of the pents of a multiplier's gain. They differ, so the pents of
// a row move in different generations, by 1 to 3 % of the multiplier each, 35 % in all.
var gainConstants = [8]int8{127, 116, 106, 95, 85, 74, 64, 53}

const (
	gainShift = 5
	gainBits  = kernels.GainBits
)

// TrainScales makes the multipliers of matrices trainable, by either estimator. Each multiplier is
// multiplied by 1 + g/128, where a row G of 8 pents for each output, initially zeros, gives g:
//
//	g = clip(RoundShift(G·(127, 116, 106, 95, 85, 74, 64, 53), 5))
//	M = min(RoundShift(Scale·(128 + g), 7), MaxScale)
//
// A matrix without multipliers gets multipliers of 128, and its Shift grows by 7. G is the parameter
// before the matrix, with the matrix's name and ".gains"; σ is relative to the multiplier. File
// writes the multipliers M, so a saved model has the same outputs. The first layer's matrix and the
// matrices of convolutions have no gains. If weights is false, only gains are trained.
//
// TrainScales returns an error if a Shift is too large.
func (m *Model) TrainScales(weights bool) error {
	skip := map[*Dense]bool{}
	if first, ok := asFirst(m.Layers[0]); ok {
		skip[first.matrix()] = true
	}
	markPlaces(m.Layers, skip)
	for i, d := range m.matrices {
		if d.Scale == nil && !skip[d] && d.Shift > maxShift-gainBits {
			return fmt.Errorf("nn: matrix %q with a shift of %d, want at most %d to train its multipliers", m.names[i], d.Shift, maxShift-gainBits)
		}
	}
	for _, d := range m.matrices {
		d.frozen = !weights
		if skip[d] || d.gains != nil || d.ofGains {
			continue
		}
		if d.Scale == nil {
			d.Scale, d.Shift = slices.Repeat([]int32{1 << gainBits}, d.values()), d.Shift+gainBits
		}
		d.gains = &Dense{W: packed.NewMatrix(d.values(), len(gainConstants)), Shift: gainShift, zeros: true, ofGains: true}
	}
	m.collect()
	return nil
}

// markPlaces marks the matrices of layers that multiply at several places.
func markPlaces(layers []Layer, marked map[*Dense]bool) {
	for _, l := range layers {
		switch l := l.(type) {
		case *Residual:
			markPlaces(l.Layers, marked)
		case *Scan:
			markPlaces(l.Layers, marked)
		}
		if first, ok := asFirst(l); ok && first.places() > 1 {
			marked[first.matrix()] = true
		}
	}
}

// parameter returns a matrix for an optimizer.
func (d *Dense) parameter(number int, name string) lowrank.Parameter {
	p := lowrank.Parameter{
		Number: uint32(number), Name: name, W: d.W, Sigma: d.Sigma, Log2Scale: d.log2Scale(), Sparse: d.sparse, Frozen: d.Digits > 1 || d.frozen,
	}
	if d.ofGains {
		// A σ of one is a gain of about one: all constants together are 2^8, and a pent of the
		// largest 2^2, of the 2^7 that make one.
		const larger = 4
		p.Log2Scale, p.Sigma, p.Rate, p.Constant, p.Frozen = gainShift+gainBits-larger, -larger, 2, true, false
	}
	return p
}

// gained returns the gains of the multipliers of a product, or nil. They are freed by Free.
func (p *Pass) gained(d *Dense) []int8 {
	if d.gains == nil {
		return nil
	}
	if n := len(gainConstants) * p.n; len(p.gainInputs) != n {
		p.gainInputs = reuse.Slice(p.gainInputs, n)
		for i := range p.gainInputs {
			p.gainInputs[i] = gainConstants[i/4/p.n*4+i%4]
		}
	}
	return p.Product(d.gains, p.gainInputs)
}

// multipliers returns the multipliers of a matrix, those that are trained with their gains.
func (d *Dense) multipliers() []int32 {
	if d.gains == nil {
		return d.Scale
	}
	scale := make([]int32, len(d.Scale))
	for i, v := range d.Scale {
		sum := int32(0)
		for j, c := range gainConstants {
			sum += int32(c) * int32(d.gains.W.At(i, j))
		}
		scale[i] = kernels.GainedScale(v, int8(min(max(kernels.RoundShift(sum, gainShift), -127), 127)))
	}
	return scale
}

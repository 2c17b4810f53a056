package nn

import (
	"errors"
	"fmt"
	"slices"

	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

// rowConstants weigh the 8 pents of a number that belongs to a row of a matrix. They differ, so the
// pents of a row move in different generations.
var rowConstants = [8]int8{127, 116, 106, 95, 85, 74, 64, 53}

// Bounds of Trained.GainShift.
const (
	CoarseGains = 5
	FineGains   = 7
)

const gainBits = kernels.GainBits

// Trained selects the numbers of a model that an optimizer trains.
type Trained struct {
	Weights bool // matrices of one pent a weight

	// Residual selects the matrices of one pent a weight that end the branches of residual layers,
	// instead of all, and normalizes their inputs, see lowrank.Parameter. Noise in the outputs of few
	// matrices hides less of the signal.
	Residual bool

	Scales  bool // multipliers of matrices
	Offsets bool // offsets of matrices of one pent a weight

	// GainShift is the shift of the gains of multipliers, CoarseGains to FineGains; 0: FineGains.
	GainShift uint
}

// SetTrained selects what is trained, by either estimator. A row of 8 pents for each output, G of its
// multiplier and O of its offset, initially zeros, gives a number:
//
//	g = clip(RoundShift(G·(127, 116, 106, 95, 85, 74, 64, 53), GainShift))
//	M = min(RoundShift(Scale·(128 + g), 7), MaxScale)
//	o = clip(RoundShift(O·(127, 116, 106, 95, 85, 74, 64, 53), max(8 - r, 4)))
//	b = clamp(Offset + o·2^max(r - 4, 0), ±MaxScale)
//
// where 2^r is about the root of the matrix's columns. With CoarseGains, each level of a pent moves a
// multiplier by 1.3 to 3.1 %, and all pents together by 35 %. With FineGains it is a quarter of that, and
// g is rounded, so that some levels do not change it. A matrix without multipliers gets multipliers of 128, and its Shift grows by 7. Inputs with a root mean
// square of 20 and pents spread the accumulators over ±24·2^r; each level of a pent of O moves them by
// 0.9 to 2.2 % of that, and all pents together by 23 %.
//
// G and O are parameters before the matrix, with the matrix's name and ".gains" or ".offsets". σ is
// relative to the multiplier, and to 32·2^r. File writes M and b, so a saved model has the same outputs.
// The first layer's matrix and the matrices of convolutions have neither; the matrix before Logits and
// matrices of several digits have no trained offsets.
//
// SetTrained returns an error if a Shift is too large.
func (m *Model) SetTrained(t Trained) error {
	if t.GainShift == 0 {
		t.GainShift = FineGains
	}
	if t.GainShift < CoarseGains || t.GainShift > FineGains {
		return fmt.Errorf("nn: gains with a shift of %d, want %d to %d", t.GainShift, CoarseGains, FineGains)
	}
	residual := map[*Dense]bool{}
	markResidual(m.Layers, residual)
	switch {
	case t.Residual && t.Weights:
		return errors.New("nn: weights and the residual branches' weights to train, want one of them")
	case t.Residual && len(residual) == 0:
		return errors.New("nn: no matrix that ends a residual branch to train")
	}
	skip := map[*Dense]bool{}
	if first, ok := asFirst(m.Layers[0]); ok {
		skip[first.matrix()] = true
	}
	markPlaces(m.Layers, skip)
	for i, d := range m.matrices {
		if t.Scales && d.Scale == nil && !skip[d] && d.Shift > maxShift-gainBits {
			return fmt.Errorf("nn: matrix %q with a shift of %d, want at most %d to train its multipliers", m.names[i], d.Shift, maxShift-gainBits)
		}
	}
	for _, d := range m.matrices {
		d.normalized = t.Residual && residual[d]
		d.frozen = !t.Weights && !d.normalized
		if skip[d] || d.one > 0 {
			continue
		}
		if t.Scales && d.gains == nil {
			if d.Scale == nil {
				d.Scale, d.Shift = slices.Repeat([]int32{1 << gainBits}, d.values()), d.Shift+gainBits
			}
			d.gains = newRows(d, t.GainShift, gainBits)
		}
		if t.Offsets && d.offsets == nil && d.digits() == 1 && !d.logits {
			if d.Offset == nil {
				d.Offset = make([]int32, d.values())
			}
			r := rootShift(d.W.Cols())
			d.offsets = newRows(d, 8-min(r, 4), 5+min(r, 4))
		}
	}
	m.collect()
	return nil
}

// newRows returns a matrix whose product with rowConstants is a number for each output of d. Noise
// with a σ of 1 changes the numbers by about 2^one.
func newRows(d *Dense, shift, one uint) *Dense {
	return &Dense{W: packed.NewMatrix(d.values(), len(rowConstants)), Shift: shift, zeros: true, one: one}
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

// markResidual marks the dense layers that end branches of residual layers.
func markResidual(layers []Layer, marked map[*Dense]bool) {
	for _, l := range layers {
		switch l := l.(type) {
		case *Residual:
			if d, ok := l.Layers[len(l.Layers)-1].(*Dense); ok {
				marked[d] = true
			}
			markResidual(l.Layers, marked)
		case *Scan:
			markResidual(l.Layers, marked)
		}
	}
}

// parameter returns a matrix for an optimizer.
func (d *Dense) parameter(number int, name string) lowrank.Parameter {
	p := lowrank.Parameter{
		Number: uint32(number), Name: name, W: d.W, Sigma: d.Sigma, Log2Scale: d.log2Scale(), Sparse: d.sparse, Normalized: d.normalized, Frozen: d.Digits > 1 || d.frozen,
	}
	if d.one > 0 {
		const larger = 4 // σ of 2^-4 is a level of each pent with noise in weights
		p.Log2Scale, p.Sigma, p.Rate, p.Constant, p.Frozen = d.Shift+d.one-larger, -larger, 2, true, false
	}
	return p
}

// rowProduct returns the numbers that a matrix of newRows gives for each column, or nil for nil. Free
// the result.
func (p *Pass) rowProduct(rows *Dense) []int8 {
	if rows == nil {
		return nil
	}
	if n := len(rowConstants) * p.n; len(p.rowInputs) != n {
		p.rowInputs = reuse.Slice(p.rowInputs, n)
		for i := range p.rowInputs {
			p.rowInputs[i] = rowConstants[i/4/p.n*4+i%4]
		}
	}
	return p.Product(rows, p.rowInputs)
}

// number returns the number that a matrix of newRows gives for an output.
func (d *Dense) number(output int) int8 {
	sum := int32(0)
	for j, c := range rowConstants {
		sum += int32(c) * int32(d.W.At(output, j))
	}
	return int8(min(max(kernels.RoundShift(sum, d.Shift), -127), 127))
}

// multipliers returns the multipliers of a matrix, with the gains that are trained.
func (d *Dense) multipliers() []int32 {
	if d.gains == nil {
		return d.Scale
	}
	scale := make([]int32, len(d.Scale))
	for i, v := range d.Scale {
		scale[i] = kernels.GainedScale(v, d.gains.number(i))
	}
	return scale
}

// offsetShift returns the shift to the left of the numbers of Dense.offsets.
func (d *Dense) offsetShift() uint { return max(rootShift(d.W.Cols()), 4) - 4 }

func clampOffset(v int32) int32 { return min(max(v, -MaxScale), MaxScale) }

// trainedOffsets returns the offsets of a matrix with the numbers that are trained.
func (d *Dense) trainedOffsets() []int32 {
	if d.offsets == nil {
		return d.Offset
	}
	offset := make([]int32, len(d.Offset))
	for i, v := range d.Offset {
		offset[i] = clampOffset(v + int32(d.offsets.number(i))<<d.offsetShift())
	}
	return offset
}

// addOffsets adds the offsets to accumulators of n columns. numbers are a batch by Dense.offsets, or
// nil.
func (d *Dense) addOffsets(y []int32, numbers []int8, n int) {
	if d.Offset != nil {
		kernels.AddOffsets(y[:d.values()*n], d.Offset, numbers, d.values(), n, d.offsetShift())
	}
}

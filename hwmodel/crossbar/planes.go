package crossbar

import (
	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
)

// Unit is the resolution of a programmed weight: 5^5 steps per pent.
const Unit = 3125

const (
	planeCount = 6
	weightMax  = (15625 - 1) / 2 // ±2.5 pents, the largest number of six digits
)

// planes holds weights in units of 1/Unit as digits in balanced base 5: one matrix per digit,
// stacked, highest digit first (docs/decisions.md#weights-as-programmed-in-crossbars).
type planes struct {
	digits packed.Matrix // planes·outputs × inputs
	rows   int           // outputs
	count  int           // number of planes; the digits below are zero
	lift   int32         // place value of the last plane
	codes  []uint8
}

// set stores the weights [m][k], each within ±weightMax.
func (p *planes) set(weights []int32, m, k int) {
	p.rows, p.count, p.lift = m, 1, Unit
	for _, w := range weights[:m*k] {
		for w%p.lift != 0 {
			p.lift /= 5
			p.count++
		}
	}
	p.digits.Reset(p.count*m, k)
	kp := packed.PaddedLen(k)
	p.codes = reuse.Slice(p.codes, p.count*kp)
	for i := range p.codes {
		p.codes[i] = 2
	}
	middle := uint32(weightMax) / uint32(p.lift)
	for i := range m {
		for j, w := range weights[i*k : (i+1)*k] {
			v := uint32(w/p.lift) + middle // its base-5 digits, 0 to 4, are the codes
			for d := p.count - 1; d >= 0; d-- {
				p.codes[d*kp+j] = uint8(v % 5)
				v /= 5
			}
		}
		for d := range p.count {
			kernels.Pack(p.digits.Row(d*m+i).Bytes(), p.codes[d*kp:(d+1)*kp], k)
		}
	}
}

// product returns the product of the weights and n columns of inputs in quads, in units of
// 1/Unit. The product is at the beginning of scratch, which is grown as needed and returned
// too.
func (p *planes) product(scratch []int32, x []int8, n int) (y, grown []int32) {
	size := p.rows * n
	scratch = reuse.Slice(scratch, p.count*size)
	kernels.MatMul(scratch, &p.digits, x, n)
	y = scratch[:size]
	for d := 1; d < p.count; d++ {
		for i, v := range scratch[d*size : (d+1)*size] {
			y[i] = 5*y[i] + v
		}
	}
	if p.lift > 1 {
		for i := range y {
			y[i] *= p.lift
		}
	}
	return y, scratch
}

// at returns the weight in row i and column j.
func (p *planes) at(i, j int) (weight int32) {
	for d := range p.count {
		weight = 5*weight + int32(p.digits.At(d*p.rows+i, j))
	}
	return weight * p.lift
}

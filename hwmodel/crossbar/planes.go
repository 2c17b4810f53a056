package crossbar

import (
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
)

// Unit is the resolution of a weight as programmed: 5^5 steps a pent.
const Unit = 3125

const (
	planeCount = 6
	weightMax  = (15625 - 1) / 2 // ±2.5 pents, the largest number of six digits
)

// planes are weights in units of 1/Unit as digits of base 5, the highest first.
type planes struct {
	digits [planeCount]*packed.Matrix // outputs × inputs
	used   int                        // the digits after it are all zero
	lift   int32                      // what the last one in use is worth
	codes  []uint8
}

// set takes the weights [m][k], each within ±weightMax.
func (p *planes) set(weights []int32, m, k int) {
	kp := packed.PaddedLen(k)
	if p.codes == nil {
		for d := range p.digits {
			p.digits[d] = packed.NewMatrix(m, k)
		}
		p.codes = make([]uint8, planeCount*kp)
		for i := range p.codes {
			p.codes[i] = 2
		}
	}
	p.used = 1
	for i := range m {
		for j, w := range weights[i*k : (i+1)*k] {
			v := uint32(w + weightMax) // its digits from 0 to 4 are the codes
			for d := planeCount - 1; d >= 0; d-- {
				code := uint8(v % 5)
				v /= 5
				p.codes[d*kp+j] = code
				if code != 2 {
					p.used = max(p.used, d+1)
				}
			}
		}
		for d, plane := range p.digits {
			kernels.Pack(plane.Row(i).Bytes(), p.codes[d*kp:(d+1)*kp], k)
		}
	}
	p.lift = 1
	for range planeCount - p.used {
		p.lift *= 5
	}
}

// product writes the product of the weights with n columns of inputs in quads to y, in
// units of 1/Unit. part is of the size of y.
func (p *planes) product(y, part []int32, x []int8, n int) {
	kernels.MatMul(y, p.digits[0], x, n)
	for _, plane := range p.digits[1:p.used] {
		kernels.MatMul(part, plane, x, n)
		for i, v := range part {
			y[i] = 5*y[i] + v
		}
	}
	if p.lift > 1 {
		for i := range y {
			y[i] *= p.lift
		}
	}
}

// at returns the weight in row i and column j.
func (p *planes) at(i, j int) (weight int32) {
	for _, plane := range p.digits[:p.used] {
		weight = 5*weight + int32(plane.At(i, j))
	}
	return weight * p.lift
}

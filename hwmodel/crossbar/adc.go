package crossbar

import "math"

// setRange sets the converter's step so that its largest code reaches magnitude, in 1/Unit.
// The step is at least one unit of the product: results are rounded to whole units.
func (a *array) setRange(magnitude float64) {
	if a.config.ADCBits == 0 {
		return
	}
	a.most = 1<<(a.config.ADCBits-1) - 1
	a.step = max(Unit, int32(math.Ceil(magnitude/float64(a.most))))
}

// fullScale returns the largest magnitude of a read of ideal cells.
func (a *array) fullScale() float64 {
	return float64(2 * (1<<a.config.InputBits - 1) * (a.hi - a.lo) * Unit)
}

// convert converts the reads and adds them to sums, shifted left:
//
//	sums += clamp(round(read/step), ±most)·step << shift
func (a *array) convert(sums []int64, reads []int32, shift uint) {
	if a.step == 0 {
		for i, v := range reads {
			sums[i] += int64(v) << shift
		}
		return
	}
	step, most := a.step, a.most
	for i, v := range reads {
		half := step / 2
		if v < 0 {
			half = -half
		}
		code := max(-most, min(most, (v+half)/step))
		sums[i] += int64(code*step) << shift
	}
}

package crossbar

import "github.com/Kaleaon/pentary-go/internal/reuse"

// checkDigits is the number of pairs of a checksum: the alternating sum of up to 1024 pents
// is within ±(5^6-1)/2.
const checkDigits = 6

// Check is the result of the checksums of a product. A checksum fails if the alternating
// sum of the outputs differs from the checksum's own pairs by more than the calibrated
// limit. Causes are an open line, a converter out of range, and cells that have changed.
//
// Programming errors do not count as failures: the chip knows their effect, because it reads
// each word line by itself after writing. The remaining difference is read noise, the
// converters' steps and changes since the last write.
type Check struct {
	Sums   int // compared
	Failed int
	Worst  int64 // the largest difference, in units of the product, rounded
}

// Add adds the results of another product.
func (c *Check) Add(o Check) {
	c.Sums += o.Sums
	c.Failed += o.Failed
	c.Worst = max(c.Worst, o.Worst)
}

// checksum writes the alternating sum of the pents as digits in balanced base 5, lowest
// first.
func checksum(digits, pents []int8) {
	sum := 0
	for i, w := range pents {
		sum += alternate(i, int(w))
	}
	for i := range digits {
		digit := (sum+2)%5 - 2
		if digit < -2 {
			digit += 5
		}
		digits[i] = int8(digit)
		sum = (sum - digit) / 5
	}
}

// alternate returns term i of an alternating sum: v, negated for odd i.
func alternate(i, v int) int {
	if i%2 == 1 {
		return -v
	}
	return v
}

// usedDigits returns the number of checksum digits that are not zero in every row. The
// digits above would contribute only their errors, multiplied by high powers of five.
func (a *array) usedDigits() (used int) {
	at := a.outputs()
	for r := range a.hi - a.lo {
		row := a.pents[r*a.pairs : (r+1)*a.pairs]
		for d := used; d < a.checks; d++ {
			if row[at+d] != 0 {
				used = d + 1
			}
		}
	}
	return used
}

// learn stores each word line's present contribution to the residuals. weights are the
// weights of all pairs, [pairs][inputs].
func (a *array) learn(weights []int32) {
	if a.checks == 0 {
		return
	}
	rows := a.hi - a.lo
	if a.known == nil {
		a.known = make([]int64, (rows+3)/4*4)
	}
	clear(a.known)
	outputs := a.outputs()
	for i := range outputs + a.digits {
		factor := a.factor(i)
		for j, w := range weights[i*rows : (i+1)*rows] {
			a.known[j] += factor * int64(w)
		}
	}
}

// factor returns the factor of a pair's conversions in the residual: ±1 for an output, -5^d
// for digit d of the checksum.
func (a *array) factor(pair int) int64 {
	digit := pair - a.outputs()
	if digit < 0 {
		return int64(alternate(pair, 1))
	}
	factor := int64(-1)
	for range digit {
		factor *= 5
	}
	return factor
}

// residuals returns, for each loaded column, the difference between the alternating sum of
// the conversions, [outputs+checks][width], and their checksum, minus its known part.
func (a *array) residuals(ws *Workspace, width int) []int64 {
	ws.residuals = reuse.Slice(ws.residuals, width)
	clear(ws.residuals)
	for i := range a.outputs() + a.digits {
		factor := a.factor(i)
		for c, v := range ws.conversions[i*width : (i+1)*width] {
			ws.residuals[c] += factor * v
		}
	}
	quads := len(a.known) / 4
	for s := range a.config.slices() {
		shift := uint(s) * a.config.InputBits
		for q := range quads {
			known := (*[4]int64)(a.known[4*q:])
			in := ws.in[(s*quads+q)*width*4:][:width*4]
			for c := range ws.residuals {
				x := (*[4]int8)(in[4*c:])
				v := known[0]*int64(x[0]) + known[1]*int64(x[1]) + known[2]*int64(x[2]) + known[3]*int64(x[3])
				ws.residuals[c] -= v << shift
			}
		}
	}
	return ws.residuals
}

// verifySums compares the residuals with the limit.
func (a *array) verifySums(residuals []int64) Check {
	check := Check{Sums: len(residuals)}
	worst := int64(0)
	for _, r := range residuals {
		r = max(r, -r)
		worst = max(worst, r)
		if r > a.limit {
			check.Failed++
		}
	}
	check.Worst = (worst + Unit/2) / Unit
	return check
}

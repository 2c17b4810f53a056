package crossbar

// checkDigits is the number of pairs that a checksum takes: alternating sums of up to
// 1024 pents are within ±(5^6-1)/2.
const checkDigits = 6

// Check is what the checksums found of a product. An alternating sum of outputs that
// differs by more than the calibrated limit from what the checksum's own pairs say is
// a failure: a line that is open, a converter out of range, cells that changed since.
type Check struct {
	Sums   int // that were compared
	Failed int
	Worst  int64 // the largest difference, in units of a product, rounded
}

// Add adds what another product's checksums found.
func (c *Check) Add(o Check) {
	c.Sums += o.Sums
	c.Failed += o.Failed
	c.Worst = max(c.Worst, o.Worst)
}

// checksum writes the alternating sum of the pents as digits of balanced base 5, the
// lowest first.
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

// alternate returns the term i of an alternating sum.
func alternate[T int | int64](i int, v T) T {
	if i%2 == 1 {
		return -v
	}
	return v
}

// usedDigits returns how many digits of the checksums are not zero throughout. The
// higher ones have only their errors to add, many times over.
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

// residuals writes what the conversions of n columns, [outputs+checks][n], fall short
// of their checksums.
func (a *array) residuals(dst, conversions []int64, n int) {
	clear(dst)
	outputs := a.outputs()
	for i := range outputs {
		for c, v := range conversions[i*n : (i+1)*n] {
			dst[c] += alternate(i, v)
		}
	}
	weight := int64(1)
	for d := range a.digits {
		for c, v := range conversions[(outputs+d)*n : (outputs+d+1)*n] {
			dst[c] -= weight * v
		}
		weight *= 5
	}
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

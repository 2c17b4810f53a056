package crossbar

import "math"

// Logarithms and powers are computed by series, because the results of package math may
// differ in the last bit between architectures. The conversions to float64 keep the compiler
// from fusing a multiplication and an addition.

// log10 returns the decimal logarithm of v > 0, with a relative error of at most 1e-14.
func log10(v float64) float64 {
	fraction, exponent := math.Frexp(v) // fraction in [1/2, 1)
	if fraction < math.Sqrt2/2 {
		fraction, exponent = 2*fraction, exponent-1
	}
	// ln f = 2·(z + z³/3 + z⁵/5 + …) for z = (f-1)/(f+1), |z| ≤ 0.1716
	z := (fraction - 1) / (fraction + 1)
	z2 := z * z
	sum := 0.0
	for n := 21; n > 0; n -= 2 {
		sum = float64(sum*z2) + 1/float64(n)
	}
	return float64(2*z*sum/math.Ln10) + float64(float64(exponent)*(math.Ln2/math.Ln10))
}

// exp returns e^v for |v| ≤ 700.
func exp(v float64) float64 {
	whole := math.Floor(v/math.Ln2 + 0.5)
	rest := v - float64(whole*math.Ln2) // |rest| ≤ 0.35
	sum := 1.0
	for n := 15; n > 0; n-- {
		sum = float64(sum*rest/float64(n)) + 1
	}
	return math.Ldexp(sum, int(whole))
}

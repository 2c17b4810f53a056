package lowrank

import "github.com/Kaleaon/pentary-go/internal/fixed"

// normalizedRMS is the root mean square of a normalized input: three deviations are within ±127.
const normalizedRMS = 42

// normalizeInputs normalizes the inputs of x, in quads of inputs, as ComputeTerms states for
// Normalized.
func normalizeInputs(x []int8, columns int) {
	for ; len(x) > 0; x = x[4*columns:] {
		quad := x[:4*columns]
		var squares [4]uint64
		for at := 0; at < len(quad); at += 4 {
			for lane, v := range (*[4]int8)(quad[at:]) {
				squares[lane] += uint64(int(v) * int(v))
			}
		}
		var factors [4]int64
		for lane, sum := range squares {
			factors[lane] = 1 << 16
			if rms := int64(fixed.Sqrt(sum << 16 / uint64(columns))); rms > 0 { // in 1/256
				factors[lane] = normalizedRMS << 24 / rms
			}
		}
		for at := 0; at < len(quad); at += 4 {
			q := (*[4]int8)(quad[at:])
			for lane, v := range q {
				scaled := (int64(v)*factors[lane] + 1<<15) >> 16
				q[lane] = int8(min(max(scaled, -127), 127))
			}
		}
	}
}

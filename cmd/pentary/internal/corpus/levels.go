package corpus

import "math"

// Level returns the bits a byte that an n-gram model has on the held-out end of the text:
// it predicts a byte from the n-1 before it by the counts of the rest of the text, with
// the model of n-1 as one count in addition, down to the uniform one of 8 bits. It is
// what a language model's bits are to be compared with; n is at least 1.
func (t *Text) Level(n int) float64 {
	// Of all strings of up to n bytes: contexts, and contexts with the byte after them.
	counts := make([]map[string]int, n+1)
	for k := range counts {
		counts[k] = map[string]int{}
	}
	for at := range t.Train {
		for k := range n + 1 {
			if at+k <= t.Train {
				counts[k][string(t.Bytes[at:at+k])]++
			}
		}
	}
	sum := 0.0
	for at := t.Train; at < len(t.Bytes); at++ {
		p := 1.0 / 256
		for k := range n {
			seen := counts[k+1][string(t.Bytes[at-k:at+1])]
			p = (float64(seen) + p) / (float64(counts[k][string(t.Bytes[at-k:at])]) + 1)
		}
		sum -= math.Log2(p)
	}
	return sum / float64(len(t.Bytes)-t.Train)
}

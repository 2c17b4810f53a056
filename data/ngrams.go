package data

import "math"

// MaxOrder is the largest order of NGramBits.
const MaxOrder = 8

// NGramBits returns the bits per byte of n-gram counts on the held-out end of the text: element
// n-1 is for the model that predicts a byte from the n-1 bytes before it, for n from 1 to order,
// at most MaxOrder. The model of n counts, in the text before that end, how often each byte
// follows the n-1 bytes, and adds the distribution of the model of n-1 as one count; the model
// without context adds the uniform distribution. Compare a language model with the n-gram model
// that has as many bytes of context.
func (t *Text) NGramBits(order int) []float64 {
	counts := make([]counter, order)
	for k := range counts {
		counts[k] = counter{followed: map[uint64]int{}, seen: map[uint64]int{}}
		for at := k; at < t.Train; at++ {
			counts[k].add(t.key(at, k), t.Bytes[at])
		}
	}
	bits := make([]float64, order)
	for at := t.Train; at < len(t.Bytes); at++ {
		p := 1.0 / 256
		for k := range counts {
			p = counts[k].probability(t.key(at, k), t.Bytes[at], p)
			bits[k] -= math.Log2(p)
		}
	}
	for k := range bits {
		bits[k] /= float64(len(t.Bytes) - t.Train)
	}
	return bits
}

// key returns the k bytes before a place as a number.
func (t *Text) key(at, k int) (key uint64) {
	for _, b := range t.Bytes[at-k : at] {
		key = key<<8 | uint64(b)
	}
	return key
}

// counter counts bytes by contexts of one length, at most MaxOrder-1.
type counter struct {
	followed map[uint64]int // by the context
	seen     map[uint64]int // by the context and the byte after it
}

func (c *counter) add(context uint64, b byte) {
	c.followed[context]++
	c.seen[context<<8|uint64(b)]++
}

// probability returns the probability of a byte after a context, which is p by shorter ones.
func (c *counter) probability(context uint64, b byte, p float64) float64 {
	return (float64(c.seen[context<<8|uint64(b)]) + p) / float64(c.followed[context]+1)
}

package kernels

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/internal/fixed"
)

// Attention over cached keys and values. Queries and keys are words: values of 16 bits, low
// byte first, two consecutive ones of a column side by side, [k/2][n][2]. They take 2·k·n
// bytes. Four steps of values are side by side in the same way, [k][n][4].

// MaxAttention bounds the cached steps: the sum of their weights fits an int32 with the values.
const MaxAttention = 1 << 10

// wordTop is the largest magnitude of a word of two digits, see TurnWords.
const wordTop = 127<<7 + 63

// A Turn is a rotation by an angle, whose cosine and sine are in 2^-14, within ±2^14.
type Turn struct{ Cos, Sin int16 }

// NoTurn is the rotation by an angle of 0.
var NoTurn = Turn{Cos: 1 << turnBits}

const turnBits = 14

// TurnWords rotates pairs of consecutive activations and writes them as words. For x and y, the
// values 2·i and 2·i+1 of a column, and t = turns[i%len(turns)]:
//
//	x' = clamp(RoundShift(x·t.Cos - y·t.Sin, 14), ±limit)
//	y' = clamp(RoundShift(x·t.Sin + y·t.Cos, 14), ±limit)
//
// high is a batch of k×n, k a multiple of 4. A value is high with a limit of 127 if low is nil,
// else 128·high + low with a limit of 16319. The number of turns is even.
func TurnWords(dst, high, low []int8, turns []Turn, k, n int) {
	if k < 0 || k%4 != 0 || len(turns) == 0 || len(turns)%2 != 0 {
		panic(fmt.Sprintf("kernels: TurnWords: %d values and %d turns, want multiples of 4 and of 2", k, len(turns)))
	}
	checkLen("TurnWords", "dst", len(dst), elements(2, k, n), "%d×%d words", k, n)
	checkLen("TurnWords", "high", len(high), batchLen(k, n), "a batch of %d×%d", k, n)
	if low != nil {
		checkLen("TurnWords", "low", len(low), batchLen(k, n), "a batch of %d×%d", k, n)
	}
	if len(high) > 0 {
		turnWords(dst, high, low, turns, k, n)
	}
}

func turnWordsGeneric(dst, high, low []int8, turns []Turn, k, n int) {
	limit := int32(127)
	if low != nil {
		limit = wordTop
	}
	for i := range k / 2 {
		cos, sin := int32(turns[i%len(turns)].Cos), int32(turns[i%len(turns)].Sin)
		from := i/2*n*4 + i%2*2
		row := dst[i*n*4:][:n*4]
		for at := 0; at < len(row); at += 4 {
			x, y := int32(high[from+at]), int32(high[from+at+1])
			if low != nil {
				x, y = x<<7+int32(low[from+at]), y<<7+int32(low[from+at+1])
			}
			u := min(max(RoundShift(x*cos-y*sin, turnBits), -limit), limit)
			v := min(max(RoundShift(x*sin+y*cos, turnBits), -limit), limit)
			row[at], row[at+1], row[at+2], row[at+3] = int8(u), int8(u>>8), int8(v), int8(v>>8)
		}
	}
}

// CacheValues writes values of one step among four:
//
//	values[(i*n+c)*4+step] = v[(i/4*n+c)*4+i%4]
//
// v is a batch of k×n, k a multiple of 4; step is 0 to 3.
func CacheValues(values, v []int8, step, k, n int) {
	if k < 0 || k%4 != 0 || step < 0 || step > 3 {
		panic(fmt.Sprintf("kernels: CacheValues: %d values of step %d, want a multiple of 4 and 0 to 3", k, step))
	}
	checkLen("CacheValues", "values", len(values), elements(4, k, n), "four steps of %d×%d", k, n)
	checkLen("CacheValues", "v", len(v), batchLen(k, n), "a batch of %d×%d", k, n)
	if len(v) > 0 {
		cacheValues(values, v, step, n)
	}
}

func cacheValuesGeneric(values, v []int8, step, n int) {
	for ; len(v) > 0; v, values = v[4*n:], values[16*n:] {
		for lane := range 4 {
			row := values[lane*n*4+step:]
			for c := 0; c < n*4; c += 4 {
				row[c] = v[c+lane]
			}
		}
	}
}

// Attention is the shape of a step of attention.
type Attention struct {
	Heads, KVHeads int  // KVHeads divides Heads
	Width          int  // of a head, a multiple of 4
	Steps          int  // of keys and values, 1 to MaxAttention
	Shift          uint // of scores, at most 30
}

// Attend computes the output of each head for each column, from cached keys and values. s_j is the
// score of step j:
//
//	s_j = clamp((Σ q·k_j) >> Shift, ±2^24)
//	a_j = exp2(s_j - max s)
//	dst = Σ a_j·v_j / Σ a_j, rounded to nearest, ties away from zero
//
// exp2(d) = round(2^(12+(d&15)/16)) >> -(d>>4), which is 0 below -207. q holds words of
// Heads·Width×n, and keys KVHeads·Width×n words for each step, one step after another. values holds
// the output of CacheValues for each four steps, the last of which may be unused. dst is a batch of
// Heads·Width×n. Head h reads keys and values h/(Heads/KVHeads). Words are within ±16319, and
// within ±127 if heads are wider than 1024.
func Attend(dst, q, keys, values []int8, a Attention, n int) {
	if a.Heads < 1 || a.KVHeads < 1 || a.Heads%a.KVHeads != 0 || a.Width < 4 || a.Width%4 != 0 || a.Steps < 1 || a.Steps > MaxAttention {
		panic(fmt.Sprintf("kernels: Attend: %d heads of %d, %d of keys, %d steps; want a divisor, a multiple of 4, and 1 to %d steps",
			a.Heads, a.Width, a.KVHeads, a.Steps, MaxAttention))
	}
	checkShift("Attend", a.Shift)
	checkLen("Attend", "dst", len(dst), elements(a.Heads, a.Width, n), "%d heads of %d×%d", a.Heads, a.Width, n)
	checkLen("Attend", "q", len(q), elements(2, a.Heads, a.Width, n), "%d heads of %d×%d words", a.Heads, a.Width, n)
	checkLen("Attend", "keys", len(keys), elements(2, a.Steps, a.KVHeads, a.Width, n), "%d steps of %d×%d×%d words", a.Steps, a.KVHeads, a.Width, n)
	checkLen("Attend", "values", len(values), elements(4, Quads(a.Steps), a.KVHeads, a.Width, n), "%d steps of %d×%d×%d", a.Steps, a.KVHeads, a.Width, n)
	if len(dst) > 0 {
		attend(dst, q, keys, values, a, n)
	}
}

// maxScore bounds the scores, of whose differences it is far beyond what a weight can be.
const maxScore = 1 << 24

func attendGeneric(dst, q, keys, values []int8, a Attention, n int) {
	var weights [MaxAttention]int32
	size := a.KVHeads * a.Width
	for head := range a.Heads {
		kv := head / (a.Heads / a.KVHeads) * a.Width
		for c := range n {
			most := int32(-maxScore)
			for j := range a.Steps {
				dot := dotWords(q[2*head*a.Width*n+4*c:], keys[2*(j*size+kv)*n+4*c:], a.Width, n)
				weights[j] = int32(min(max(dot>>a.Shift, -maxScore), maxScore))
				most = max(most, weights[j])
			}
			sum := int32(0)
			for j, s := range weights[:a.Steps] {
				weights[j] = fixed.Exp2(s - most)
				sum += weights[j]
			}
			for i := range a.Width {
				total, at := int32(0), ((kv+i)*n+c)*4
				for j, w := range weights[:a.Steps] {
					total += w * int32(values[at+j%4])
					if j%4 == 3 {
						at += size * n * 4
					}
				}
				dst[((head*a.Width+i)/4*n+c)*4+i%4] = int8(fixed.RoundDiv(int64(total), int64(sum)))
			}
		}
	}
}

// dotWords returns the product of two vectors of words in columns of n.
func dotWords(x, y []int8, width, n int) (dot int64) {
	word := func(x []int8) int64 { return int64(x[1])<<8 | int64(uint8(x[0])) }
	for at := 0; at < 2*width*n; at += 4 * n {
		x, y := x[at:at+4], y[at:at+4]
		dot += word(x)*word(y) + word(x[2:])*word(y[2:])
	}
	return dot
}

package kernels

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/Kaleaon/pentary-go/internal/fixed"
)

// wordsOf returns k values of n columns, values[i][c], as words.
func wordsOf(values [][]int, n int) []int8 {
	w := make([]int8, 2*len(values)*n)
	for i, row := range values {
		for c, v := range row {
			at := (i/2*n+c)*4 + i%2*2
			w[at], w[at+1] = int8(v), int8(v>>8)
		}
	}
	return w
}

// TestAttendDefinition computes columns one at a time, from values without layouts.
func TestAttendDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	table := func(k, n, top int) [][]int {
		rows := make([][]int, k)
		for i := range rows {
			for range n {
				rows[i] = append(rows[i], rng.IntN(2*top+1)-top)
			}
		}
		return rows
	}
	for range 200 {
		a := Attention{KVHeads: 1 + rng.IntN(3), Width: 4 * (1 + rng.IntN(4)), Steps: 1 + rng.IntN(9), Shift: uint(rng.IntN(29))}
		group, n, top := 1+rng.IntN(3), 1+rng.IntN(20), 127
		if rng.IntN(2) == 0 {
			top = 16319
		}
		a.Heads = a.KVHeads * group
		q := table(a.Heads*a.Width, n, top)
		var keys, values [][][]int
		var keyWords []int8
		size := a.KVHeads * a.Width
		cache := make([]int8, 4*Quads(a.Steps)*size*n)
		for j := range a.Steps {
			keys, values = append(keys, table(size, n, top)), append(values, table(size, n, 127))
			keyWords = append(keyWords, wordsOf(keys[j], n)...)
			batch := make([]int8, size*n)
			for i, row := range values[j] {
				for c, v := range row {
					batch[(i/4*n+c)*4+i%4] = int8(v)
				}
			}
			CacheValues(cache[j/4*4*size*n:][:4*size*n], batch, j%4, size, n)
		}
		dst := make([]int8, a.Heads*a.Width*n)
		Attend(dst, wordsOf(q, n), keyWords, cache, a, n)
		for head := range a.Heads {
			first, kv := head*a.Width, head/group*a.Width
			for c := range n {
				scores, most := make([]int, a.Steps), math.MinInt
				for j := range scores {
					for i := range a.Width {
						scores[j] += q[first+i][c] * keys[j][kv+i][c]
					}
					scores[j] = min(max(scores[j]>>a.Shift, -1<<24), 1<<24)
					most = max(most, scores[j])
				}
				for i := range a.Width {
					total, sum := 0, 0
					for j, s := range scores {
						w := int(math.Floor(math.Round(math.Exp2(12+float64((s-most)&15)/16)) * math.Exp2(math.Floor(float64(s-most)/16))))
						total, sum = total+w*values[j][kv+i][c], sum+w
					}
					want := int8(math.Round(float64(total) / float64(sum))) // halves away from zero
					if got := dst[((first+i)/4*n+c)*4+i%4]; got != want {
						t.Fatalf("%+v, value %d of column %d is %d, want %d", a, first+i, c, got, want)
					}
				}
			}
		}
	}
}

// TestAttendRounds takes totals at and next to halves of sums of any size.
func TestAttendRounds(t *testing.T) {
	for steps := 1; steps <= MaxAttention; steps++ {
		a := Attention{Heads: 1, KVHeads: 1, Width: 4, Steps: steps}
		const n = 17
		q, keys, values, dst := make([]int8, 8*n), make([]int8, 8*n*steps), make([]int8, 16*n*Quads(steps)), make([]int8, 4*n)
		for i := range n * 4 {
			c, lane := i%n, i/n
			for j := range steps { // half of them v, half v+1, but for a few
				v := 31*lane - 128 + c
				if j < steps/2+c%3-1 {
					v++
				}
				values[((j/4*4+lane)*n+c)*4+j%4] = int8(v)
			}
		}
		Attend(dst, q, keys, values, a, n)
		for i := range n * 4 {
			c, lane, total := i%n, i/n, 0
			for j := range steps {
				total += int(values[((j/4*4+lane)*n+c)*4+j%4])
			}
			if got, want := dst[c*4+lane], int8(fixed.RoundDiv(int64(total), int64(steps))); got != want {
				t.Fatalf("%d/%d is %d, want %d", total, steps, got, want)
			}
		}
	}
}

// TestTurnWords turns by angles, in real numbers.
func TestTurnWords(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 100 {
		const k, n = 12, 9
		angles, turns := make([]float64, 2), make([]Turn, 2)
		for i := range turns {
			angles[i] = rng.Float64() * 7
			turns[i] = Turn{int16(math.Round(1 << 14 * math.Cos(angles[i]))), int16(math.Round(1 << 14 * math.Sin(angles[i])))}
		}
		high, low, dst := make([]int8, k*n), make([]int8, k*n), make([]int8, 2*k*n)
		for i := range high {
			high[i], low[i] = int8(rng.IntN(161)-80), int8(rng.IntN(128)-64)
		}
		TurnWords(dst, high, low, turns, k, n)
		for i := range k / 2 {
			for c := range n {
				at, from := (i*n+c)*4, (i/2*n+c)*4+i%2*2
				x := 128*float64(high[from]) + float64(low[from])
				y := 128*float64(high[from+1]) + float64(low[from+1])
				sin, cos := math.Sincos(angles[i%2])
				for j, want := range []float64{x*cos - y*sin, x*sin + y*cos} {
					got := float64(int16(uint16(uint8(dst[at+2*j])) | uint16(uint8(dst[at+2*j+1]))<<8))
					if math.Abs(got-want) > 1.5 { // of rounded turns
						t.Fatalf("pair %d of column %d is turned to %v, want %v", i, c, got, want)
					}
				}
			}
		}
	}
}

// TestRequantizeScaledDefinition computes outputs in 64 bits, one at a time.
func TestRequantizeScaledDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 2000 {
		m, n := 4*(1+rng.IntN(3)), 1+rng.IntN(20)
		o := Scaled{Digits: 1 + rng.IntN(MaxDigits), Shift: uint(rng.IntN(31)), Wide: rng.IntN(2) == 0, ReLU: rng.IntN(2) == 0}
		if !o.Wide {
			m -= rng.IntN(4)
		}
		if rng.IntN(4) > 0 {
			for range m {
				o.Scale = append(o.Scale, int32(rng.IntN(MaxScale+1)))
			}
		}
		y := make([]int32, o.Digits*m*n)
		for i := range y {
			y[i] = int32(rng.Int64N(1<<24) - 1<<23)
		}
		batches, most := 1, 127
		if o.Wide {
			batches, most = 2, 16319
		}
		low := -most
		if o.ReLU {
			low = 0
		}
		dst := make([]int8, batches*4*Quads(m)*n)
		RequantizeScaled(dst, y, m, n, o)
		for i := range m {
			for c := range n {
				sum, power := int64(0), int64(1)
				for d := range o.Digits {
					sum, power = sum+power*int64(y[(d*m+i)*n+c]), 5*power
				}
				if o.Scale != nil {
					sum *= int64(o.Scale[i])
				}
				want := int(min(max((sum+1<<o.Shift>>1)>>o.Shift, int64(low)), int64(most)))
				at := (i/4*n+c)*4 + i%4
				got := int(dst[at])
				if o.Wide {
					got = 128*got + int(dst[len(dst)/2+at])
				}
				if got != want || o.Wide && (dst[len(dst)/2+at] < -64 || dst[len(dst)/2+at] > 63) {
					t.Fatalf("%+v: output %d of column %d is %d, want %d", o, i, c, got, want)
				}
			}
		}
	}
}

// The gate's table is silu, rounded.
func TestSiLU(t *testing.T) {
	for g, v := range silu[:128] {
		x := float64(g) / 16
		if want := int16(math.Round(256 * x / (1 + math.Exp(-x)))); v != want {
			t.Errorf("silu[%d] is %d, want %v", g, v, want)
		}
	}
}

// TestRootMeanSquareDefinition scales columns, among them some with products halfway between
// activations.
func TestRootMeanSquareDefinition(t *testing.T) {
	halves := []int8{3, 3, -3, 2, 1, 0, 0, 0} // of a root mean square of two
	rng := rand.New(rand.NewPCG(7, 8))
	for range 200 {
		const k = 8
		n, wide, target := 1+rng.IntN(40), rng.IntN(2) == 0, 1+2*rng.IntN(8)
		high, low := make([]int8, k*n), make([]int8, k*n)
		for i := range high {
			high[i], low[i] = int8(rng.IntN(255)-127), int8(rng.IntN(128)-64)
		}
		for c := range n {
			for i, v := range halves {
				if at := (i/4*n+c)*4 + i%4; c%3 == 0 {
					high[at], low[at] = v, 0
					if wide { // 128·0 + v
						high[at], low[at] = 0, v
					}
				}
			}
		}
		if !wide {
			low = nil
		}
		dst := make([]int8, k*n)
		RootMeanSquare(dst, high, low, k, n, target)
		for c := range n {
			values, sum := make([]int64, k), int64(0)
			for i := range values {
				at := (i/4*n+c)*4 + i%4
				if values[i] = int64(high[at]); wide {
					values[i] = 128*values[i] + int64(low[at])
				}
				sum += values[i] * values[i]
			}
			r := max(1, int64(math.Sqrt(float64(sum<<20/k))))
			f := (int64(target)<<30 + r/2) / r
			for i, v := range values {
				want := int8(min(max((v*f+1<<19)>>20, -127), 127))
				if got := dst[(i/4*n+c)*4+i%4]; got != want {
					t.Fatalf("target %d, wide %t: value %d of column %d is %d, want %d", target, wide, i, c, got, want)
				}
			}
		}
	}
}

// TestRootMeanSquareBelowHalf scales values whose products are 2^-20 below the middle of two
// activations, in every lane.
func TestRootMeanSquareBelowHalf(t *testing.T) {
	const n = 9
	forEachImpl(t, func(t *testing.T) {
		for _, c := range [][3]int{{25, -4471, 7153}, {31, -1177, 16172}, {34, 10249, 3421}, {37, 2983, 14928}} {
			target, v, w := c[0], c[1], c[2]
			f := rootFactor(uint64(v*v+w*w), 4, target)
			product := int64(v) * f
			if product&(1<<factorBits-1) != 1<<(factorBits-1)-1 {
				t.Fatalf("%d·%d is not below a half", v, f)
			}
			for lane := range 4 {
				high, low, dst := make([]int8, 4*n), make([]int8, 4*n), make([]int8, 4*n)
				for at := lane; at < 4*n; at += 4 {
					other := at ^ 1
					high[at], high[other] = int8((v+64)>>7), int8((w+64)>>7)
					low[at], low[other] = int8(v-(v+64)>>7<<7), int8(w-(w+64)>>7<<7)
				}
				RootMeanSquare(dst, high, low, 4, n, target)
				for at := lane; at < 4*n; at += 4 {
					if want := int8(product >> factorBits); dst[at] != want {
						t.Errorf("%d·%d in column %d, lane %d, is %d, want %d", v, f, at/4, lane, dst[at], want)
					}
				}
			}
		}
	})
}

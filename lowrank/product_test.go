package lowrank

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/internal/asmtest"
	"github.com/Kaleaon/pentary-go/internal/race"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/trit5"
)

func ExampleNoise_ProductShared() {
	w := Parameter{W: packed.NewMatrix(4, 8)} // zero weights: the product is the perturbation alone
	x := []int8{100, -50, 25, 0, 0, 0, 10, 60}
	base := make([]int32, 4)
	kernels.MatMul(base, w.W, x, 1)

	var ws Workspace
	y := make([]int32, 4*2) // rows × (plus, minus)
	Noise{Seed: 2, Rank: 1, Sigma: 4}.ProductShared(&ws, y, base, w, x, 0, 1, 1)
	fmt.Println(y)
	// Output: [38 -38 -19 19 0 0 0 0]
}

// dense is a matrix of weights as plain integers.
type dense struct {
	m, k int
	w    []int64
}

func randomParameter(rng *rand.Rand, number uint32, m, k int) (Parameter, dense) {
	w := Parameter{Number: number, W: packed.NewMatrix(m, k)}
	d := dense{m, k, make([]int64, m*k)}
	for i := range d.w {
		v := rng.IntN(trit5.Levels) - 2
		d.w[i] = int64(v)
		w.W.Set(i/k, i%k, trit5.Pent(v))
	}
	return w, d
}

// randomInputs returns n vectors of k activations, and as a batch in quads.
func randomInputs(rng *rand.Rand, k, n int) (vectors, batch []int8) {
	vectors = make([]int8, k*n)
	for i := range vectors {
		vectors[i] = int8(rng.IntN(255) - 127)
	}
	batch = make([]int8, kernels.Quads(k)*4*n)
	kernels.Interleave(batch, vectors, k, n)
	return vectors, batch
}

// member returns what one member makes of the vector x, from the definition:
// W·x + sign·round(A·round(Bᵀx·2^e/√r) / 2^shift), and of full rank
// W·x + sign·round(round(E·x·2^e/√variance) / 2^shift).
func (d dense) member(n Noise, tensor uint32, pair int, sign int64, x []int8) []int32 {
	mul, shift := matrixScaling(n)
	corrections := make([]int64, d.m)
	if n.Rank == FullRank {
		e := perturbation(n, tensor, pair, d.m, d.k)
		for i := range corrections {
			t := int64(0)
			for κ, v := range x {
				t += e[i*d.k+κ] * int64(v)
			}
			corrections[i] = round(t*mul, 7)
		}
	} else {
		a, b := draw(n, FactorA, tensor, pair, d.m), draw(n, FactorB, tensor, pair, d.k)
		for ρ := range n.Rank {
			t := int64(0)
			for κ, v := range x {
				t += b[ρ][κ] * int64(v)
			}
			for i := range corrections {
				corrections[i] += a[ρ][i] * round(t*mul, 7)
			}
		}
	}
	y := make([]int32, d.m)
	for i := range y {
		sum := int64(0)
		for κ, v := range x {
			sum += d.w[i*d.k+κ] * int64(v)
		}
		y[i] = int32(sum + sign*round(corrections[i], shift))
	}
	return y
}

// forEachNoise calls test for the ranks, laws and deviations that take different
// ways through the scaling.
func forEachNoise(test func(n Noise)) {
	for _, law := range laws {
		for _, rank := range []int{1, 2, 3, 4, 5, 16, FullRank} {
			for sigma := range uint(9) {
				test(Noise{Seed: 11, Generation: 5, Distribution: law, Rank: rank, Sigma: sigma})
			}
		}
	}
}

func TestProduct(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	forEachNoise(func(n Noise) {
		m, k, lo, hi, streams := 1+rng.IntN(40), 1+rng.IntN(300), rng.IntN(3), 3+rng.IntN(3), 1+rng.IntN(3)
		w, d := randomParameter(rng, 9, m, k)
		cols := 2 * (hi - lo) * streams
		vectors, x := randomInputs(rng, k, cols)
		y := make([]int32, m*cols)
		var ws Workspace
		n.Product(&ws, y, w, x, lo, hi, streams)
		for c := range cols {
			pair, sign := lo+c/(2*streams), int64(1-c/streams%2*2)
			want := d.member(n, w.Number, pair, sign, vectors[c*k:(c+1)*k])
			for i, v := range want {
				if y[i*cols+c] != v {
					t.Fatalf("%+v, %d×%d, pairs %d to %d, %d streams: y[%d, %d] = %d, want %d",
						n, m, k, lo, hi, streams, i, c, y[i*cols+c], v)
				}
			}
		}
	})
}

func TestProductShared(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	forEachNoise(func(n Noise) {
		m, k, lo, hi, streams := 1+rng.IntN(40), 1+rng.IntN(300), rng.IntN(3), 3+rng.IntN(3), 1+rng.IntN(5)
		w, d := randomParameter(rng, 9, m, k)
		cols := 2 * (hi - lo) * streams
		vectors, x := randomInputs(rng, k, streams)
		base, y := make([]int32, m*streams), make([]int32, m*cols)
		kernels.MatMul(base, w.W, x, streams)
		var ws Workspace
		n.ProductShared(&ws, y, base, w, x, lo, hi, streams)
		for c := range cols {
			b, pair, sign := c%streams, lo+c/(2*streams), int64(1-c/streams%2*2)
			want := d.member(n, w.Number, pair, sign, vectors[b*k:(b+1)*k])
			for i, v := range want {
				if y[i*cols+c] != v {
					t.Fatalf("%+v, %d×%d, pairs %d to %d, %d streams: y[%d, %d] = %d, want %d",
						n, m, k, lo, hi, streams, i, c, y[i*cols+c], v)
				}
			}
		}
	})
}

// activationsShared draws the noise for one product.
func activationsShared(n Noise, ws *Workspace, dst []int8, base []int32, w Parameter, x []int8, lo, hi, streams int, o kernels.Output) {
	n.Draw(&ws.draw, w, lo, hi, streams)
	ws.draw.ActivationsShared(ws, dst, base, x, streams, 0, o)
}

// ActivationsShared is its parts, one after the other.
func TestActivationsShared(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	forEachNoise(func(n Noise) {
		m, k, lo, hi, streams := 1+rng.IntN(40), 1+rng.IntN(300), rng.IntN(3), 3+rng.IntN(3), 1+rng.IntN(40)
		w, _ := randomParameter(rng, 9, m, k)
		w.Frozen = rng.IntN(4) == 0
		cols, relu, shift := 2*(hi-lo)*streams, rng.IntN(2) == 0, uint(rng.IntN(10))
		_, x := randomInputs(rng, k, streams)
		base, y := make([]int32, m*streams), make([]int32, m*cols)
		bias := make([]int32, m)
		for i := range bias {
			bias[i] = int32(rng.IntN(2001) - 1000)
		}
		kernels.MatMul(base, w.W, x, streams)
		var ws Workspace
		n.ProductShared(&ws, y, base, w, x, lo, hi, streams)
		got, want := make([]int8, kernels.Quads(m)*4*cols), make([]int8, kernels.Quads(m)*4*cols)
		kernels.Requantize(want, y, m, cols, kernels.Output{Bias: bias, Shift: shift, ReLU: relu})
		activationsShared(n, &ws, got, base, w, x, lo, hi, streams, kernels.Output{Bias: bias, Shift: shift, ReLU: relu})
		if !slices.Equal(got, want) {
			t.Fatalf("%+v, %d×%d, pairs %d to %d, %d streams: not the activations of the product", n, m, k, lo, hi, streams)
		}
	})
}

// A population evaluated in parts, by one workspace, is the population evaluated
// as a whole.
func TestProductChunks(t *testing.T) {
	for _, rank := range []int{3, FullRank} {
		testProductChunks(t, Noise{Seed: 2, Rank: rank, Sigma: 2})
	}
}

func testProductChunks(t *testing.T, n Noise) {
	const m, k, pairs, streams = 33, 70, 7, 2
	rng := rand.New(rand.NewPCG(3, 3))
	w, _ := randomParameter(rng, 1, m, k)
	own, x := randomInputs(rng, k, 2*pairs*streams)
	_, shared := randomInputs(rng, k, streams)
	base := make([]int32, m*streams)
	kernels.MatMul(base, w.W, shared, streams)

	var ws Workspace
	product := func(lo, hi int) (y, yShared []int32) {
		cols := 2 * (hi - lo) * streams
		y, yShared = make([]int32, m*cols), make([]int32, m*cols)
		part := make([]int8, kernels.Quads(k)*4*cols)
		kernels.Interleave(part, own[2*lo*streams*k:2*hi*streams*k], k, cols)
		n.Product(&ws, y, w, part, lo, hi, streams)
		n.ProductShared(&ws, yShared, base, w, shared, lo, hi, streams)
		return y, yShared
	}
	whole, wholeShared := product(0, pairs)
	if len(whole) != m*len(x)/(kernels.Quads(k)*4) {
		t.Fatalf("%d accumulators for a batch of %d", len(whole), len(x))
	}
	for lo := range pairs {
		for hi := lo + 1; hi <= pairs; hi++ {
			y, yShared := product(lo, hi)
			cols, from := 2*(hi-lo)*streams, 2*lo*streams
			for i := range m {
				at := i*2*pairs*streams + from
				if !slices.Equal(y[i*cols:(i+1)*cols], whole[at:at+cols]) {
					t.Fatalf("Product of pairs %d to %d differs in row %d", lo, hi, i)
				}
				if !slices.Equal(yShared[i*cols:(i+1)*cols], wholeShared[at:at+cols]) {
					t.Fatalf("ProductShared of pairs %d to %d differs in row %d", lo, hi, i)
				}
			}
		}
	}
}

func TestPerturbation(t *testing.T) {
	const m, k, pair, fraction = 9, 37, 5, 2
	w := Parameter{Number: 3, W: packed.NewMatrix(m, k)}
	var ws Workspace
	got := make([]int32, m*k)
	forEachNoise(func(n Noise) {
		n.Perturbation(&ws, got, w, pair, fraction)
		mul, shift := matrixScaling(n)
		for i, e := range perturbation(n, w.Number, pair, m, k) {
			// Round goes away from zero at ties.
			want := int32(math.Round(math.Ldexp(float64(e*mul), fraction-7-shift)))
			if got[i] != want {
				t.Fatalf("%+v: perturbation[%d, %d] = %d, want %d", n, i/k, i%k, got[i], want)
			}
		}
	})
}

// The standard deviation of a weight's perturbation is 2^-Sigma for every distribution
// and rank.
func TestPerturbationDeviation(t *testing.T) {
	const m, k, pairs, fraction = 32, 32, 100, 16
	w := Parameter{W: packed.NewMatrix(m, k)}
	var ws Workspace
	e := make([]int32, m*k)
	for _, law := range laws {
		for _, rank := range []int{1, 2, 5, 16, FullRank} {
			for _, sigma := range []uint{0, 3} {
				n := Noise{Seed: 4, Distribution: law, Rank: rank, Sigma: sigma}
				squares := 0.0
				for pair := range pairs {
					n.Perturbation(&ws, e, w, pair, fraction)
					for _, v := range e {
						squares += float64(v) * float64(v)
					}
				}
				got := math.Ldexp(math.Sqrt(squares/(m*k*pairs)), int(sigma)-fraction)
				if math.Abs(got-1) > 0.03 {
					t.Errorf("%v, rank %d, sigma %d: deviation %.3f times 2^-sigma", law, rank, sigma, got)
				}
			}
		}
	}
}

func TestPerturbationPanics(t *testing.T) {
	w := Parameter{W: packed.NewMatrix(3, 5)}
	var ws Workspace
	n := Noise{Rank: 1}
	mustPanic(t, "dst has 14 elements for W of 3×5", func() { n.Perturbation(&ws, make([]int32, 14), w, 0, 0) })
	mustPanic(t, "21 fraction bits, want at most 20", func() { n.Perturbation(&ws, make([]int32, 15), w, 0, 21) })
}

func TestProductPanics(t *testing.T) {
	w := Parameter{W: packed.NewMatrix(3, 5)}
	var ws Workspace
	n := Noise{Rank: 1}
	x, y, base := make([]int8, 2*4*2), make([]int32, 3*2), make([]int32, 3)
	n.Product(&ws, y, w, x, 0, 1, 1)
	n.ProductShared(&ws, y, base, w, x[:8], 0, 1, 1)
	mustPanic(t, "y has 5 elements, want 6", func() { n.Product(&ws, y[:5], w, x, 0, 1, 1) })
	mustPanic(t, "x has 15 elements, want 16", func() { n.Product(&ws, y, w, x[:15], 0, 1, 1) })
	mustPanic(t, "base has 2 elements, want 3", func() { n.ProductShared(&ws, y, base[:2], w, x[:8], 0, 1, 1) })
	mustPanic(t, "dst has 7 elements, want 8", func() {
		activationsShared(n, &ws, make([]int8, 7), base, w, x[:8], 0, 1, 1, kernels.Output{Shift: 1, ReLU: true})
	})
	mustPanic(t, "x has 7 elements, want 8", func() { n.ProductShared(&ws, y, base, w, x[:7], 0, 1, 1) })
	mustPanic(t, "lowrank: pairs 1 to 0 of 1 streams", func() { n.Product(&ws, y, w, x, 1, 0, 1) })
	mustPanic(t, "lowrank: pairs 0 to 1 of 0 streams", func() { n.ProductShared(&ws, y, base, w, x, 0, 1, 0) })
	empty := Parameter{Number: 6}
	mustPanic(t, "Product: parameter 6 has no matrix", func() { n.Product(&ws, y, empty, x, 0, 1, 1) })
	mustPanic(t, "ProductShared: parameter 6 has no matrix", func() { n.ProductShared(&ws, y, base, empty, x, 0, 1, 1) })
	mustPanic(t, "Perturbation: parameter 6 has no matrix", func() { n.Perturbation(&ws, make([]int32, 15), empty, 0, 0) })

	n.Rank = FullRank
	mustPanic(t, "dst has 7 elements, want 8 for 4×2", func() {
		activationsShared(n, &ws, make([]int8, 7), base, w, x[:8], 0, 1, 1, kernels.Output{Shift: 1, ReLU: true})
	})
	mustPanic(t, "y has 5 elements, want 6", func() { n.Product(&ws, y[:5], w, x, 0, 1, 1) })
	mustPanic(t, "x has 15 elements, want 16", func() { n.Product(&ws, y, w, x[:15], 0, 1, 1) })
	mustPanic(t, "base has 2 elements, want 3 for 3×1", func() { n.ProductShared(&ws, y, base[:2], w, x[:8], 0, 1, 1) })
	mustPanic(t, "y has 5 elements, want 6 for 3×2", func() { n.ProductShared(&ws, y[:5], base, w, x[:8], 0, 1, 1) })
	mustPanic(t, "x has 7 elements, want 8 for 8×1", func() { n.ProductShared(&ws, y, base, w, x[:7], 0, 1, 1) })
	mustPanic(t, "pairs to 4194305 of full rank, want at most 4194304", func() {
		n.ProductShared(&ws, y, base, w, x[:8], 1<<22, 1<<22+1, 1)
	})
	mustPanic(t, "pairs to 4194305 of full rank", func() { n.Perturbation(&ws, make([]int32, 15), w, 1<<22, 0) })
	mustPanic(t, "pairs to 4194305 of full rank", func() {
		new(Updater).Update(n, w, make([]int8, 1<<22+1), newResidualRule(w.W))
	})
	mustPanic(t, "W is 1×2097153, want at most 2097152 columns", func() {
		n.Product(&ws, nil, Parameter{W: packed.NewMatrix(1, kernels.MaxRankK+1)}, nil, 0, 0, 1)
	})
	w.Frozen = true
	mustPanic(t, "base has 2 elements, want 3 for 3×1", func() { n.ProductShared(&ws, y, base[:2], w, x[:8], 0, 1, 1) })
	mustPanic(t, "y has 5 elements, want 6 for 3×2", func() { n.ProductShared(&ws, y[:5], base, w, x[:8], 0, 1, 1) })
}

func TestProductAllocations(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	const m, k, pairs, streams = 50, 60, 4, 2
	rng := rand.New(rand.NewPCG(5, 5))
	w, _ := randomParameter(rng, 0, m, k)
	_, x := randomInputs(rng, k, 2*pairs*streams)
	base, y := make([]int32, m*streams), make([]int32, m*2*pairs*streams)
	shared, act := x[:kernels.Quads(k)*4*streams], make([]int8, kernels.Quads(m)*4*2*pairs*streams)
	e := make([]int32, m*k)
	var ws Workspace
	for _, rank := range []int{1, 3, FullRank} {
		n := Noise{Rank: rank, Sigma: 4}
		for name, call := range map[string]func(){
			"Product":       func() { n.Product(&ws, y, w, x, 0, pairs, streams) },
			"ProductShared": func() { n.ProductShared(&ws, y, base, w, shared, 0, pairs, streams) },
			"ActivationsShared": func() {
				activationsShared(n, &ws, act, base, w, shared, 0, pairs, streams, kernels.Output{Shift: 5, ReLU: true})
			},
			"Perturbation": func() { n.Perturbation(&ws, e, w, 0, 8) },
		} {
			if got := asmtest.AllocsPerRun(10, call); got != 0 {
				t.Errorf("rank %d: %s allocates %d times a call", rank, name, got)
			}
		}
	}
}

// Shapes whose products wrap around are refused before any work, in every function that
// takes them: the lengths that they would wrap to are the slices' lengths.
func TestShapesThatWrap(t *testing.T) {
	const half = (math.MaxInt + 1) / 2
	w := Parameter{W: packed.NewMatrix(4, 4)}
	ws := new(Workspace)
	n, sampled := Noise{Rank: 1}, Noise{Rank: 1, Estimator: PerturbActivations}
	for name, call := range map[string]func(n Noise, lo, hi, streams int){
		"Product":       func(n Noise, lo, hi, streams int) { n.Product(ws, nil, w, nil, lo, hi, streams) },
		"ProductShared": func(n Noise, lo, hi, streams int) { n.ProductShared(ws, nil, nil, w, nil, lo, hi, streams) },
		"Draw":          func(n Noise, lo, hi, streams int) { n.Draw(new(Draw), w, lo, hi, streams) },
	} {
		for _, shape := range [][3]int{
			{0, half, 1}, {0, 1, half}, {0, half, 2}, {0, 2, half}, {0, half / 2, 4}, {0, math.MaxInt, math.MaxInt}, {half, math.MaxInt, 1 << 3},
		} {
			t.Run(fmt.Sprint(name, shape), func(t *testing.T) {
				mustPanic(t, "lowrank: ", func() { call(n, shape[0], shape[1], shape[2]) })
				mustPanic(t, "lowrank: ", func() { call(sampled, shape[0], shape[1], shape[2]) })
			})
		}
	}
	for _, shape := range [][2]int{{half, 2}, {half, 4}, {math.MaxInt, math.MaxInt}, {half / 2, 5}} {
		got := shape[0] * shape[1] // as it wraps
		mustPanic(t, "lowrank: f: x has", func() { checkLen("f", "x", got, shape[0], shape[1]) })
	}
	var d Draw
	mustPanic(t, "has no matrix", func() { d.Product(ws, nil, nil, 1, 0) })
	n.Draw(&d, w, 0, 1, 1)
	mustPanic(t, "lowrank: ", func() { d.Product(ws, nil, nil, half, 0) })
	mustPanic(t, "lowrank: ", func() { d.ProductShared(ws, nil, nil, nil, half, 0) })
	mustPanic(t, "lowrank: ", func() { d.ActivationsShared(ws, nil, nil, nil, half, 0, kernels.Output{}) })
	sampled.Draw(&d, w, 0, 1, 1)
	mustPanic(t, "1 samples from ", func() { d.Product(ws, nil, nil, 1, math.MaxInt) })
}

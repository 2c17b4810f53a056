package lowrank

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/internal/asmtest"
	"github.com/Kaleaon/pentary-go/internal/parallel"
	"github.com/Kaleaon/pentary-go/internal/race"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/trit5"
)

func ExampleUpdater_ComputeTerms() {
	w := Parameter{W: packed.NewMatrix(2, 4)}
	u := new(Updater)
	// Two pairs and two samples, which light up one input each.
	deviation := u.ComputeTerms(Noise{Seed: 1, Rank: 1, Estimator: PerturbActivations}, w, []int8{9, 0, -3, 7}, LayerBatch{X: []int8{127, 0, 0, 0, 0, 0, 127, 0}}, 2)
	fmt.Println("moved", u.ApplyTerms(thresholdRule(2*deviation/256)))
	for i := range w.W.Rows() {
		for j := range w.W.Cols() {
			fmt.Print(w.W.At(i, j))
		}
		fmt.Println()
	}
	// Output:
	// moved 1
	// 0000
	// 00+0
}

// wantedTerms is an update of PerturbActivations by its definition.
type wantedTerms struct {
	delta     []int64 // scaled, m × samples
	input     []int64 // x̂, samples × k
	deviation float64 // of an entry of Z, if it were of independent factors
}

// terms returns the update of codes by pair and sample, on vectors of k inputs and m outputs.
func (d dense) terms(n Noise, tensor uint32, fitness []int8, vectors, outputs []int8, relu, constant bool, samples int) wantedTerms {
	sums := make([]float64, d.m*samples)
	for p := range len(fitness) / samples {
		a, s := draw(n, FactorA, tensor, p, d.m), signsOf(n, tensor, p, samples)
		for at := range sums {
			i, b := at/samples, at%samples
			for ρ := range n.Rank {
				sums[at] += float64(a[ρ][i] * s[ρ][b] * int64(fitness[p*samples+b]))
			}
		}
	}
	squares, spread, old := 0.0, 12.0, n.Generator == kernels.Philox4x32
	if old {
		spread = 8
	}
	for i := range d.m {
		row, sum := sums[i*samples:][:samples], 0.0
		for b := range row {
			if y := outputs[b*d.m+i]; !old && (y == 127 || y == -127 || relu && y == 0) {
				row[b] = math.Trunc(row[b] / 4)
			}
			sum += row[b]
		}
		for b := range row {
			if !old && !constant {
				row[b] -= math.Round(3 * sum / float64(4*samples))
			}
			squares += row[b] * row[b]
		}
	}
	// Integer as in ComputeTerms: 2^-5 of the deviation, rounded down.
	deviation := math.Floor(math.Sqrt(math.Floor(squares*16/float64(len(sums))) * 64))
	mul := math.Floor(25 * (1 << 25) / (spread * max(deviation, 1)))
	g := wantedTerms{delta: make([]int64, len(sums)), input: make([]int64, samples*d.k)}
	delta2, input2 := 0.0, 0.0
	for at, v := range sums {
		v = min(max(math.Floor(v*mul/(1<<20)+.5), -25), 25)
		g.delta[at] = int64(v)
		delta2 += v * v
	}
	for at, v := range vectors {
		x := math.Round(12 * float64(max(v, -127)) / 127)
		g.input[at] = int64(x)
		input2 += x * x
	}
	g.deviation = math.Sqrt(delta2 / float64(d.m*samples) * input2 / float64(d.k*samples) * float64(samples))
	return g
}

// weigh sets x̂ and the deviation to the values of sparse inputs.
func (g *wantedTerms) weigh(vectors []int8, m, k, samples int) {
	delta2, input2, seen := 0.0, 0.0, 0
	for _, v := range g.delta {
		delta2 += float64(v * v)
	}
	for j := range k {
		n := 0.0
		for b := range samples {
			if vectors[b*k+j] != 0 {
				n++
			}
		}
		x := max(1, math.Floor((math.Floor(math.Sqrt(math.Floor(576/n)))+1)/2))
		for b := range samples {
			if g.input[b*k+j] = 0; vectors[b*k+j] != 0 {
				g.input[b*k+j] = int64(x)
				input2 += x * x
			}
		}
		if n > 0 {
			seen++
		}
	}
	g.deviation = math.Sqrt(delta2 / float64(m*samples) * input2 / float64(max(seen, 1)))
}

// z returns Σ_b D_b·x̂_bᵀ.
func (g wantedTerms) z(m, k, samples int) []int64 {
	z := make([]int64, m*k)
	for at := range z {
		i, j := at/k, at%k
		for b := range samples {
			z[at] += g.delta[i*samples+b] * g.input[b*k+j]
		}
	}
	return z
}

// randomCodes returns codes for all pairs and samples, most of them small.
func randomCodes(rng *rand.Rand, n int) []int8 {
	codes := make([]int8, n)
	for i := range codes {
		codes[i] = int8(min(max(math.Round(10*rng.NormFloat64()), -kernels.MaxFitness), kernels.MaxFitness))
	}
	return codes
}

// The shapes of updates: odd numbers of samples, widths at the edges of strips, blocks
// and padding, rows at edges of panels and chunks, numbers of pairs at edges of quads.
var termShapes = []struct{ m, k, pairs, samples, rank int }{
	{1, 1, 1, 1, 1},
	{3, 5, 2, 3, 1},
	{16, 32, 4, 8, 1},
	{33, 31, 17, 9, 3},
	{31, 33, 16, 16, 4},
	{32, 256, 5, 7, 2},
	{65, 257, 3, 21, 5},
	{40, 100, 33, 33, 1},
}

// What ComputeTerms arranges is D and x̂ by their definition, term by term, and Z their
// product.
func TestTerms(t *testing.T) {
	for _, procs := range []int{1, 2, 7} {
		t.Run(fmt.Sprint(procs), func(t *testing.T) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
			u := new(Updater) // one for all shapes
			for _, law := range laws {
				for i, s := range termShapes {
					n := Noise{Seed: 8, Generation: 3, Distribution: law, Rank: s.rank, Estimator: PerturbActivations}
					testTerms(t, u, n, s.m, s.k, s.pairs, s.samples, 1, "")
					testTerms(t, u, n, s.m, s.k, s.pairs, s.samples, 2+i, "")
					testTerms(t, u, n, s.m, s.k, s.pairs, s.samples, 1+i%2, "sparse")
					testTerms(t, u, n, s.m, s.k, s.pairs, s.samples, 1+i%2, "constant")
					testTerms(t, u, n, s.m, s.k, s.pairs, s.samples, 1+i%2, "normalized")
					n.Generator = kernels.Philox4x32
					testTerms(t, u, n, s.m, s.k, s.pairs, s.samples, 1, "")
				}
			}
		})
	}
}

func testTerms(t *testing.T, u *Updater, n Noise, m, k, pairs, of, split int, inputs string) {
	t.Helper()
	name := fmt.Sprintf("%+v, %d×%d, %d pairs, %d samples of %d columns, %s", n, m, k, pairs, of, split, inputs)
	samples := of * split // in the reference every column is a sample
	rng := rand.New(rand.NewPCG(uint64(m), uint64(k)))
	w, d := randomParameter(rng, 4, m, k)
	vectors, x := randomInputs(rng, k, samples)
	vectors[0], x[0] = -128, -128
	w.Constant = inputs == "constant"
	if inputs == "sparse" {
		w.Sparse = true
		for at := range vectors {
			b, j := at/k, at%k
			vectors[at] = 16 * int8(1/(1+rng.IntN(1+j%9))) // all, or few
			x[(j/4*samples+b)*4+j%4] = vectors[at]
		}
	}
	if inputs == "normalized" {
		w.Normalized = true
		for at := range vectors {
			b, j := at/k, at%k
			switch j % 4 {
			case 1: // small
				vectors[at] /= 32
			case 2: // rare
				vectors[at] *= int8(1 / (1 + rng.IntN(9)))
			case 3:
				vectors[at] = 0
			}
			x[(j/4*samples+b)*4+j%4] = vectors[at]
		}
		vectors = normalized(vectors, k)
	}
	codes := randomCodes(rng, pairs*of)
	var repeated []int8
	for pair := range pairs {
		repeated = append(repeated, slices.Repeat(codes[pair*of:][:of], split)...)
	}
	outputs, y := randomInputs(rng, m, samples)
	relu := m%2 == 1
	for i := range outputs { // many are cut off
		if outputs[i]%3 == 0 {
			outputs[i] = []int8{0, 127, -127}[rng.IntN(3)]
		}
		if relu {
			outputs[i] = max(outputs[i], 0)
		}
	}
	kernels.Interleave(y, outputs, m, samples)
	want := d.terms(n, w.Number, repeated, vectors, outputs, relu, w.Constant, samples)
	if w.Sparse {
		want.weigh(vectors, m, k, samples)
	}
	deviation := float64(u.ComputeTerms(n, w, codes, LayerBatch{X: x, Y: y, ReLU: relu}, of)) / 256
	if math.Abs(deviation-want.deviation) > want.deviation/100+1./128 {
		t.Errorf("%s: deviation %.3f, want %.3f", name, deviation, want.deviation)
	}

	// Terms in place: D times five and one, and the digits of x̂.
	terms, quads := u.terms, kernels.Quads(2*samples)
	if terms.Count != 2*samples || terms.Rows != m || len(terms.Left) != quads*4*m || len(terms.Right) != quads*4*packed.PaddedLen(k) {
		t.Fatalf("%s: %d terms of %d rows, %d of Left and %d of Right", name, terms.Count, terms.Rows, len(terms.Left), len(terms.Right))
	}
	for i := range m {
		for τ := range quads * 4 {
			v := int64(0)
			if b := τ / 2; b < samples {
				v = want.delta[i*samples+b] * int64(5-τ%2*4)
			}
			if got := terms.Left[(τ/4*m+i)*4+τ%4]; int64(got) != v {
				t.Fatalf("%s: Left of term %d and row %d is %d, want %d", name, τ, i, got, v)
			}
		}
	}
	b := func(τ, j int) int64 {
		return int64(terms.Right[((j/kernels.StripCols*quads+τ/4)*kernels.StripCols+j%kernels.StripCols)*4+τ%4]) - trit5.CodeZero
	}
	for j := range packed.PaddedLen(k) {
		for s := range quads * 2 {
			v := int64(0)
			if j < k && s < samples {
				v = want.input[s*k+j]
			}
			high, low := b(2*s, j), b(2*s+1, j)
			if 5*high+low != v || max(high, -high, low, -low) > 2 {
				t.Fatalf("%s: digits %d and %d of sample %d and column %d, want those of %d", name, high, low, s, j, v)
			}
		}
	}

	// Weights by a rule on Z.
	rule := newResidualRule(w.W)
	moved, expected := u.ApplyTerms(rule), 0
	for at, z := range want.z(m, k, samples) {
		v, _ := rule.model(d.w[at], 0, z)
		if v != d.w[at] {
			expected++
		}
		if got := w.W.At(at/k, at%k); got != trit5.Pent(v) {
			t.Fatalf("%s: weight [%d, %d] is %d, want %d", name, at/k, at%k, got, v)
		}
	}
	if moved != expected {
		t.Errorf("%s: %d pents moved, want %d", name, moved, expected)
	}
	if _, err := packed.MatrixOver(m, k, w.W.Bytes()); err != nil {
		t.Errorf("%s: %v", name, err)
	}
}

// normalized returns samples of k inputs as ComputeTerms states for Normalized.
func normalized(vectors []int8, k int) []int8 {
	samples, to := len(vectors)/k, make([]int8, len(vectors))
	for j := range k {
		squares := 0.0
		for b := range samples {
			squares += float64(vectors[b*k+j]) * float64(vectors[b*k+j])
		}
		factor, rms := 1., math.Floor(math.Sqrt(math.Floor(squares*65536/float64(samples))))
		if rms > 0 {
			factor = math.Floor(42*(1<<24)/rms) / 65536
		}
		for b := range samples {
			to[b*k+j] = int8(max(-127, min(math.Floor(float64(vectors[b*k+j])*factor+0.5), 127)))
		}
	}
	return to
}

// For codes of pure noise the deviation that ComputeTerms returns is Z's.
func TestTermsDeviation(t *testing.T) {
	const m, k, pairs, samples = 60, 70, 32, 64
	for _, law := range laws {
		for _, rank := range []int{1, 4} {
			rng := rand.New(rand.NewPCG(7, 7))
			n := Noise{Seed: 3, Distribution: law, Rank: rank, Estimator: PerturbActivations}
			w, d := randomParameter(rng, 1, m, k)
			vectors, x := randomInputs(rng, k, samples)
			codes := randomCodes(rng, pairs*samples)
			got := float64(new(Updater).ComputeTerms(n, w, codes, LayerBatch{X: x}, samples)) / 256
			whole := slices.Repeat([]int8{1}, m*samples)
			want := math.Sqrt(squares(d.terms(n, w.Number, codes, vectors, whole, true, false, samples).z(m, k, samples)) / (m * k))
			if math.Abs(got/want-1) > 0.03 {
				t.Errorf("%v, rank %d: deviation %.1f, and that of Z is %.1f", law, rank, got, want)
			}
		}
	}
}

// The deviation of sparse inputs that few of many samples see is never zero.
func TestTermsRareInputs(t *testing.T) {
	const m, k, samples = 3, 8, 1 << 16
	w := Parameter{W: packed.NewMatrix(m, k), Sparse: true}
	x := make([]int8, k*samples)
	for j := range k {
		x[(j/4*samples+j)*4+j%4] = 16
	}
	codes := randomCodes(rand.New(rand.NewPCG(8, 8)), samples)
	got := float64(new(Updater).ComputeTerms(Noise{Rank: 1, Estimator: PerturbActivations}, w, codes, LayerBatch{X: x}, samples)) / 256
	const input2 = 144. / samples
	delta := 25. / 12 // its deviation
	if want := math.Sqrt(delta * delta * input2 * samples); got < want/2 || got > 2*want {
		t.Errorf("deviation %.3f, want about %.3f", got, want)
	}
}

// ±25 are twelve deviations: what stands out by more is cut off, and alone.
func TestTermsOutlier(t *testing.T) {
	const m, pairs, samples = 64, 16, 145
	w := Parameter{W: packed.NewMatrix(m, 32)}
	codes := make([]int8, pairs*samples)
	for p := range pairs {
		codes[p*samples+144] = kernels.MaxFitness
	}
	u := new(Updater)
	u.ComputeTerms(Noise{Rank: 1, Estimator: PerturbActivations}, w, codes, LayerBatch{X: make([]int8, 32*samples)}, samples)
	// One sample of 145 has all of D: twelve deviations of all are one of its own.
	var cut, whole, others int
	for at, v := range u.terms.Left {
		switch τ := at/m/4*4 + at%4; {
		case τ != 289 && τ != 288:
			others += int(v) * int(v)
		case τ == 289 && (v == 25 || v == -25):
			cut++
		case τ == 289:
			whole++
		}
	}
	if others != 0 || cut < m/6 || cut > m/2 || whole < m/2 {
		t.Errorf("%d entries cut off, %d whole, squares of others %d", cut, whole, others)
	}
}

// Codes of zero move nothing, under a rule without residual.
func TestTermsNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	w, _ := randomParameter(rng, 0, 20, 30)
	_, x := randomInputs(rng, 30, 5)
	before := w.W.Clone()
	u := new(Updater)
	if deviation := u.ComputeTerms(Noise{Rank: 2, Estimator: PerturbActivations}, w, make([]int8, 5*3), LayerBatch{X: x}, 5); deviation != 0 {
		t.Errorf("codes of zero: deviation %d", deviation)
	}
	if moved := u.ApplyTerms(newResidualRule(w.W)); moved != 0 || !w.W.Equal(before) {
		t.Errorf("codes of zero moved %d pents", moved)
	}
	w.Frozen = true
	u.ComputeTerms(Noise{Rank: 1, Estimator: PerturbActivations}, w, randomCodes(rng, 35), LayerBatch{X: x}, 5)
	if moved := u.ApplyTerms(thresholdRule(1)); moved != 0 || !w.W.Equal(before) {
		t.Errorf("%d pents of a frozen tensor moved", moved)
	}
}

func TestTermsPanics(t *testing.T) {
	w := Parameter{W: packed.NewMatrix(2, 3)}
	u := new(Updater)
	n := Noise{Rank: 1, Estimator: PerturbActivations}
	x := LayerBatch{X: make([]int8, 8)}
	mustPanic(t, "ComputeTerms: noise in weights, want activations", func() { u.ComputeTerms(Noise{Rank: 1}, w, make([]int8, 4), x, 2) })
	mustPanic(t, "ComputeTerms: 3 codes for 2 samples", func() { u.ComputeTerms(n, w, make([]int8, 3), x, 2) })
	mustPanic(t, "ComputeTerms: 0 codes for 2 samples", func() { u.ComputeTerms(n, w, nil, x, 2) })
	mustPanic(t, "ComputeTerms: 4 codes for 0 samples", func() { u.ComputeTerms(n, w, make([]int8, 4), x, 0) })
	mustPanic(t, "X has 7 elements, want 8 for 4×2", func() { u.ComputeTerms(n, w, make([]int8, 4), LayerBatch{X: x.X[:7]}, 2) })
	mustPanic(t, "Y has 9 elements, want 8 for 4×2", func() { u.ComputeTerms(n, w, make([]int8, 4), LayerBatch{X: x.X, Y: make([]int8, 9)}, 2) })
	mustPanic(t, "ComputeTerms: fitness code 64 of pair 1", func() { u.ComputeTerms(n, w, []int8{0, 64}, x, 2) })
	mustPanic(t, "ComputeTerms: parameter 1 has no matrix", func() { u.ComputeTerms(n, Parameter{Number: 1}, nil, x, 2) })
}

func TestTermsAllocations(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	rng := rand.New(rand.NewPCG(6, 6))
	w, _ := randomParameter(rng, 0, 100, 90)
	small, _ := randomParameter(rng, 1, 33, 50)
	_, x := randomInputs(rng, 90, 33)
	small.Sparse = true
	_, hot := randomInputs(rng, 50, 3*33) // three columns for each sample
	_, outputs := randomInputs(rng, 33, 3*33)
	codes := randomCodes(rng, 20*33)
	u, rule := new(Updater), newResidualRule(w.W)
	if got := asmtest.AllocsPerRun(10, func() {
		u.ComputeTerms(Noise{Rank: 2, Estimator: PerturbActivations}, w, codes, LayerBatch{X: x}, 33)
		u.ApplyTerms(rule)
		u.ComputeTerms(Noise{Rank: 2, Estimator: PerturbActivations}, small, codes, LayerBatch{X: hot, Y: outputs}, 33)
		u.ApplyTerms(thresholdRule(1000))
	}); got != 0 {
		t.Errorf("two updates allocates %d times", got)
	}
}

func TestTermsBytes(t *testing.T) {
	for _, s := range termShapes {
		w := Parameter{W: packed.NewMatrix(s.m, s.k)}
		u := new(Updater)
		x := make([]int8, kernels.Quads(s.k)*4*s.samples)
		u.ComputeTerms(Noise{Rank: s.rank, Estimator: PerturbActivations}, w, make([]int8, s.pairs*s.samples), LayerBatch{X: x}, s.samples)
		g := &u.perSample
		got := cap(u.a) + cap(u.terms.Left) + cap(u.terms.Right) + cap(g.fs) + 4*cap(g.delta) + len(g.a.Bytes())
		if want := TrainingFootprint(s.m, s.k, s.pairs, s.rank, s.samples).Updater; got != want {
			t.Errorf("%+v: the updater holds %d bytes, want %d", s, got, want)
		}
		if len(g.work) != parallel.Workers() {
			t.Errorf("%d workspaces for %d workers", len(g.work), parallel.Workers())
		}
	}
}

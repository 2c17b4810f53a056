package kernels

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/packed"
)

// TestElements compares elements with exact products.
func TestElements(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		dims := make([]int, 1+rng.IntN(4))
		exact := big.NewInt(1)
		for i := range dims {
			dims[i] = adversary(rng)
			exact.Mul(exact, big.NewInt(int64(dims[i])))
		}
		want := -1
		if exact.IsInt64() && exact.Int64() <= math.MaxInt && slices.Min(dims) >= 0 {
			want = int(exact.Int64())
		}
		if got := elements(dims...); got != want {
			t.Fatalf("elements%v is %d, want %d", dims, got, want)
		}
	}
}

// adversary returns a dimension that is small, or whose multiples wrap around to small
// ones: around powers of two, and inverses of odd numbers modulo such powers.
func adversary(rng *rand.Rand) int {
	small := rng.IntN(6)
	high := 1 << (strconv.IntSize - 2 - rng.IntN(8))
	switch rng.IntN(8) {
	case 0:
		return math.MaxInt - small
	case 1:
		return math.MinInt + small
	case 2:
		return -small
	case 3:
		return high + small
	case 4:
		return high - small
	case 5: // the inverse of an odd number d
		d, inverse := uint(2*rng.IntN(8)+1), uint(1)
		for range 6 { // Newton: the right bits double
			inverse *= 2 - d*inverse
		}
		return int(inverse >> rng.IntN(8))
	case 6: // 4·d·q is 4 modulo 2^IntSize for q = this/4
		d := 2*rng.IntN(8) + 1
		return (1<<(strconv.IntSize-2) + 1) / d * 4
	}
	return small
}

// A shaped is an exported function with the shapes of its operands as products of
// dimensions, which are made of an adversary's.
type shaped struct {
	name     string
	dims     int
	operands func(d []int) [][]*big.Int // of each operand, the factors of its size
	call     func(d []int, size []int)
}

func whole(d int) *big.Int { return big.NewInt(int64(d)) }

// quads is four times the quads of d, padded d rounded up to whole small blocks.
func quads(d int) *big.Int  { return roundUp(d, 4) }
func padded(d int) *big.Int { return roundUp(d, packed.SmallPents) }

func roundUp(d, unit int) *big.Int {
	v, u := whole(d), whole(unit)
	v.Add(v, whole(unit-1)).Div(v, u)
	return v.Mul(v, u)
}

func i8s(n int) []int8   { return make([]int8, n) }
func u8s(n int) []uint8  { return make([]uint8, n) }
func i32s(n int) []int32 { return make([]int32, n) }

func shapedFunctions() []shaped {
	type bigs = [][]*big.Int
	of := func(factors ...*big.Int) []*big.Int { return factors }
	two := whole(2)
	layout := func(d []int) Population { return Population{Pairs: d[0], Rank: d[1], Columns: d[2]} }
	cols := func(d []int, more ...*big.Int) []*big.Int { return append(more, two, whole(d[0]), whole(d[2])) }
	factor := func(d []int) []*big.Int { return of(whole(d[0]), whole(d[1]), padded(d[3])) }
	own := func(d []int) []*big.Int { return cols(d, whole(d[1])) }
	shared := func(d []int) []*big.Int { return of(whole(d[0]), whole(d[1]), whole(d[2])) }
	return []shaped{
		{
			"Interleave", 2, func(d []int) bigs { return bigs{of(quads(d[0]), whole(d[1])), of(whole(d[0]), whole(d[1]))} },
			func(d, s []int) { Interleave(i8s(s[0]), i8s(s[1]), d[0], d[1]) },
		},
		{
			"ColumnSums", 2, func(d []int) bigs { return bigs{of(whole(d[1])), of(quads(d[0]), whole(d[1]))} },
			func(d, s []int) { ColumnSums(i32s(s[0]), i8s(s[1]), d[0], d[1]) },
		},
		{
			"Requantize", 2, func(d []int) bigs { return bigs{of(quads(d[0]), whole(d[1])), of(whole(d[0]), whole(d[1]))} },
			func(d, s []int) { Requantize(i8s(s[0]), i32s(s[1]), d[0], d[1], Output{}) },
		},
		{
			"Normalize", 2, func(d []int) bigs { return bigs{of(quads(d[0]), whole(d[1]))} },
			func(d, s []int) { Normalize(i8s(s[0]), i8s(s[0]), d[0], d[1], 9) },
		},
		{
			"LogProb", 2, func(d []int) bigs { return bigs{of(whole(d[1])), of(quads(d[0]), whole(d[1]))} },
			func(d, s []int) { LogProb(i32s(s[0]), i8s(s[1]), u8s(s[0]), d[0], d[1]) },
		},
		{
			"MatMul", 1, func(d []int) bigs { return bigs{of(whole(4), whole(d[0])), of(whole(4), whole(d[0]))} },
			func(d, s []int) { MatMul(i32s(s[0]), packed.NewMatrix(4, 3), i8s(s[1]), d[0]) },
		},
		{
			"Project", 4, func(d []int) bigs { return bigs{own(d), factor(d), cols(d, quads(d[3]))} },
			func(d, s []int) { Project(i32s(s[0]), u8s(s[1]), i8s(s[2]), layout(d), d[3]) },
		},
		{
			"ProjectShared", 4, func(d []int) bigs { return bigs{shared(d), factor(d), of(quads(d[3]), whole(d[2]))} },
			func(d, s []int) { ProjectShared(i32s(s[0]), u8s(s[1]), i8s(s[2]), layout(d), d[3]) },
		},
		{
			"Perturb", 4, func(d []int) bigs { return bigs{own(d), factor(d), cols(d, whole(d[3]))} },
			func(d, s []int) { Perturb(i32s(s[2]), u8s(s[1]), i32s(s[0]), layout(d), d[3], 1) },
		},
		{"MatMulPerturbed", 3, func(d []int) bigs {
			return bigs{own(d), of(whole(d[0]), whole(d[1]), padded(4)), cols(d, whole(4))}
		}, func(d, s []int) {
			MatMulPerturbed(i32s(s[2]), packed.NewMatrix(4, 4), i8s(s[2]), u8s(s[1]), i32s(s[0]), layout(d), 1)
		}},
		{"MatMulDrawn", 3, func(d []int) bigs {
			return bigs{own(d), of(whole(d[0]), whole(d[1]), padded(4)), cols(d, whole(4))}
		}, func(d, s []int) {
			MatMulDrawn(i32s(s[2]), packed.NewMatrix(4, 4), i8s(s[2]), u8s(s[1]), Stream{}, Binomial, i32s(s[0]), layout(d), 1)
		}},
		{"PerturbShared", 4, func(d []int) bigs {
			return bigs{shared(d), factor(d), cols(d, whole(d[3])), of(whole(d[3]), whole(d[2]))}
		}, func(d, s []int) { PerturbShared(i32s(s[2]), i32s(s[3]), u8s(s[1]), i32s(s[0]), layout(d), d[3], 1) }},
		{"PerturbSharedRequantize", 4, func(d []int) bigs {
			return bigs{shared(d), factor(d), cols(d, quads(d[3])), of(whole(d[3]), whole(d[2]))}
		}, func(d, s []int) {
			PerturbSharedRequantize(i8s(s[2]), i32s(s[3]), u8s(s[1]), i32s(s[0]), layout(d), d[3], 1, Output{Shift: 3})
		}},
		{
			"TurnWords", 1, func(d []int) bigs { return bigs{of(whole(24), whole(d[0])), of(whole(12), whole(d[0]))} },
			func(d, s []int) { TurnWords(i8s(s[0]), i8s(s[1]), nil, []Turn{NoTurn, NoTurn}, 12, d[0]) },
		},
		{
			"CacheValues", 1, func(d []int) bigs { return bigs{of(whole(48), whole(d[0])), of(whole(12), whole(d[0]))} },
			func(d, s []int) { CacheValues(i8s(s[0]), i8s(s[1]), 1, 12, d[0]) },
		},
		{"Attend", 2, func(d []int) bigs {
			k := of(whole(8), whole(d[0]), whole(d[1]))
			return bigs{k, append(k, two), append(k, whole(10)), append(k, whole(8))}
		}, func(d, s []int) {
			Attend(i8s(s[0]), i8s(s[1]), i8s(s[2]), i8s(s[3]), Attention{Heads: d[0], KVHeads: d[0], Width: 8, Steps: 5}, d[1])
		}},
		{"RequantizeScaled", 2, func(d []int) bigs {
			return bigs{of(quads(d[0]), whole(d[1])), of(whole(3), whole(d[0]), whole(d[1]))}
		}, func(d, s []int) { RequantizeScaled(i8s(s[0]), i32s(s[1]), d[0], d[1], Scaled{Digits: 3}) }},
		{"AddOffsets", 2, func(d []int) bigs {
			return bigs{of(whole(d[0]), whole(d[1])), of(quads(d[0]), whole(d[1]))}
		}, func(d, s []int) { AddOffsets(i32s(s[0]), i32s(min(max(d[0], 0), 1<<12)), i8s(s[1]), d[0], d[1], 0) }},
		{"WeighFactors", 2, func(d []int) bigs {
			terms := whole(d[0])
			terms.Mul(terms, whole(3)).Add(terms, whole(3)).Div(terms, whole(4)).Mul(terms, whole(4))
			return bigs{of(whole(3), whole(d[0]), padded(d[1])), of(terms, whole(d[1]))}
		}, func(d, s []int) { WeighFactors(i8s(s[1]), u8s(s[0]), i8s(3), d[0], d[1]) }},
		{
			"InterleaveFactors", 2, func(d []int) bigs { return bigs{of(whole(d[0]), whole(d[1])), of(quads(d[0]), whole(d[1]))} },
			func(d, s []int) { InterleaveFactors(u8s(s[1]), u8s(s[0]), d[0], d[1]) },
		},
		{"InterleaveFactors", 4, func(d []int) bigs {
			return bigs{of(whole(d[1]), whole(d[3])), of(quads(d[2]), whole(d[3]))}
		}, func(d, s []int) { InterleaveFactorsAt(u8s(s[1]), u8s(s[0]), d[0], d[1], d[2], d[3]) }},
		{"UpdateTermsOfInputs", 2, func(d []int) bigs {
			return bigs{of(roundUp(d[1], 2), whole(2*StripCols)), of(quads(d[0]), whole(d[1]))}
		}, func(d, s []int) { UpdateTermsOfInputs(u8s(s[0]), i8s(s[1]), d[0], d[1]) }},
		{"CenterDeltas", 2, func(d []int) bigs {
			return bigs{of(whole(d[0]), whole(d[1])), of(quads(d[0]), whole(d[1]))}
		}, func(d, s []int) { CenterDeltas(make([]int32, s[0]), i8s(s[1]), d[0], d[1], 0, 3) }},
		{"UpdateTermsOfDeltas", 2, func(d []int) bigs {
			return bigs{of(whole(d[0]), whole(d[1])), of(roundUp(d[1], 2), whole(2*d[0]))}
		}, func(d, s []int) { UpdateTermsOfDeltas(i8s(s[1]), make([]int32, s[0]), d[0], d[1], 0, d[0], 1) }},
		{
			"Unpack", 1, func(d []int) bigs { return bigs{of(padded(d[0])), of(padded(d[0]), whole(3))} },
			func(d, s []int) { Unpack(u8s(s[0]), u8s(s[1]/8), d[0]) },
		},
		{
			"Pack", 1, func(d []int) bigs { return bigs{of(padded(d[0])), of(padded(d[0]), whole(3))} },
			func(d, s []int) { Pack(u8s(s[1]/8), u8s(s[0]), d[0]) },
		},
	}
}

// wrap returns a product modulo 2^IntSize, as int arithmetic does, and whether it is
// exact.
func wrap(factors []*big.Int) (size int, exact bool) {
	product := whole(1)
	for _, f := range factors {
		product.Mul(product, f)
	}
	low := new(big.Int).And(product, new(big.Int).SetUint64(math.MaxUint))
	size = int(low.Uint64())
	return size, product.Cmp(whole(size)) == 0
}

// TestShapesWrap calls every function with shapes of which some products wrap around
// to the length of a short operand: they panic with the function's name, before any
// work. Shapes whose products are exact are served.
func TestShapesWrap(t *testing.T) {
	const longest = 1 << 12
	tries := 40_000
	if testing.Short() {
		tries = 4_000
	}
	forEachImpl(t, func(t *testing.T) {
		for _, f := range shapedFunctions() {
			rng := rand.New(rand.NewPCG(3, 4))
			refused, served := 0, 0
			for range tries {
				d := make([]int, f.dims)
				for i := range d {
					d[i] = adversary(rng)
				}
				sound, short := true, true
				var sizes []int
				for _, factors := range f.operands(d) {
					size, exact := wrap(factors)
					sound = sound && exact
					short = short && size >= 0 && size <= longest
					sizes = append(sizes, size)
				}
				if !short || slices.Min(d) < 0 && !sound {
					continue
				}
				switch message := panicOf(func() { f.call(d, sizes) }); {
				case message == "<nil>":
					served++
					if !sound {
						t.Fatalf("%s%v of %v elements is accepted", f.name, d, sizes)
					}
				case !strings.HasPrefix(message, "kernels: "+f.name+": "):
					t.Fatalf("%s%v of %v elements: panic %q", f.name, d, sizes, message)
				case !sound:
					refused++
				}
			}
			if bounded := []string{"Normalize", "LogProb", "UpdateTermsOfInputs", "Unpack", "Pack"}; refused == 0 && !slices.Contains(bounded, f.name) {
				t.Errorf("%s: no shape wrapped around", f.name)
			}
			if served == 0 {
				t.Errorf("%s: no shape is sound", f.name)
			}
		}
	})
	// The inverse of 5: 5 columns of this depth take 4 elements modulo 2^IntSize.
	q := (1<<(strconv.IntSize-2) + 1) / 5
	want := fmt.Sprintf("kernels: ColumnSums: x has 4 elements, but a batch of %d×5 is out of range", 4*q)
	if got := panicOf(func() { ColumnSums(i32s(5), i8s(4), 4*q, 5) }); got != want {
		t.Errorf("panic %q, want %q", got, want)
	}
}

// TestTermsWrap updates a matrix by terms whose sizes wrap around to zero on 32 bits.
func TestTermsWrap(t *testing.T) {
	const size, count = 1 << 10, 1 << 22
	w, scale := packed.NewMatrix(size, size), Scale{Mul: 1, Limit: 1}
	terms := Terms{Count: count, Rows: size}
	for name, update := range map[string]func(){
		"UpdateResidual":   func() { UpdateResidual(w, i8s(size*size), terms, scale, 0, size) },
		"UpdateResidual4":  func() { UpdateResidual4(w, u8s(size*size/2), terms, scale, Stream{}, 0, size) },
		"UpdateStochastic": func() { UpdateStochastic(w, terms, scale, Stream{}, 0, size) },
		"UpdateFlip":       func() { UpdateFlip(w, i8s(size*size), terms, Flip{scale, 1, 1}, Stream{}, 0, size) },
		"UpdateThreshold":  func() { UpdateThreshold(w, terms, ThresholdUnit, Stream{}, 0, size) },
	} {
		if got := panicOf(update); !strings.HasPrefix(got, "kernels: "+name+": Left has 0 elements, ") {
			t.Errorf("panic %q", got)
		}
	}
	last := math.MaxInt &^ 3
	if got := panicOf(func() { InterleaveFactorsAt(u8s(4*32), u8s(8*32), last, 8, 4, 32) }); !strings.HasPrefix(got, "kernels: InterleaveFactors: ") {
		t.Errorf("panic %q", got)
	}
	if got := panicOf(func() { NoisePairs(u8s(32), Binomial, Stream{}, 1<<(strconv.IntSize-5)) }); !strings.HasPrefix(got, "kernels: NoisePairs: ") {
		t.Errorf("panic %q", got)
	}
}

package fixed

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

func Example() {
	rate := Ratio(1, 3)
	fmt.Println(rate, RoundDiv(-5, 2), FloorDiv(-5, 2), Sqrt(99))
	// Output: 21845 -3 -3 9
}

// corners are numbers at which a division or root is likely to be wrong.
var corners = []int64{
	0, 1, -1, 2, -2, 3, 7, -7, 1 << 16, 1<<31 - 1, -1 << 31, 1 << 40, -1 << 40,
	1<<62 - 1, 1 << 62, math.MaxInt64 - 1, math.MaxInt64, math.MinInt64 + 1, math.MinInt64,
}

// checkDivisions compares FloorDiv and RoundDiv with exact rationals.
func checkDivisions(t *testing.T, a, b int64) {
	t.Helper()
	x, y := big.NewInt(a), big.NewInt(b)
	// Div of big integers is Euclidean, which for positive b is the floor.
	if want := new(big.Int).Div(x, y).Int64(); FloorDiv(a, b) != want {
		t.Fatalf("FloorDiv(%d, %d) = %d, want %d", a, b, FloorDiv(a, b), want)
	}
	// Away from zero: sign(a)·⌊(2|a| + b) / 2b⌋.
	twice := new(big.Int).Add(new(big.Int).Lsh(new(big.Int).Abs(x), 1), y)
	want := new(big.Int).Div(twice, new(big.Int).Lsh(y, 1))
	if a < 0 {
		want.Neg(want)
	}
	if got := RoundDiv(a, b); got != want.Int64() {
		t.Fatalf("RoundDiv(%d, %d) = %d, want %d", a, b, got, want)
	}
}

func TestDivisions(t *testing.T) {
	for a := int64(-300); a <= 300; a++ {
		for b := int64(1); b <= 100; b++ {
			checkDivisions(t, a, b)
		}
	}
	for _, a := range corners {
		for _, b := range corners {
			if b > 0 {
				checkDivisions(t, a, b)
			}
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		checkDivisions(t, int64(rng.Uint64())>>rng.IntN(64), rng.Int64()>>rng.IntN(63)|1)
	}
}

// checkRoot verifies x² ≤ n < (x+1)² in exact integers.
func checkRoot(t *testing.T, n uint64) {
	t.Helper()
	want := new(big.Int).Sqrt(new(big.Int).SetUint64(n)).Uint64()
	if got := Sqrt(n); got != want {
		t.Fatalf("Sqrt(%d) = %d, want %d", n, got, want)
	}
}

func TestSqrt(t *testing.T) {
	root := uint64(0)
	for n := range uint64(1 << 20) {
		if (root+1)*(root+1) == n {
			root++
		}
		if got := Sqrt(n); got != root {
			t.Fatalf("Sqrt(%d) = %d, want %d", n, got, root)
		}
	}
	for s := range 64 {
		for d := range uint64(5) {
			checkRoot(t, 1<<s+d-2) // wraps to the largest numbers for s = 0
		}
	}
	rng := rand.New(rand.NewPCG(3, 4))
	for range 20000 {
		checkRoot(t, rng.Uint64()>>rng.IntN(64))
		square := rng.Uint64N(1<<32) + 1
		checkRoot(t, square*square-1) // wraps for 2^32: the largest number
		checkRoot(t, (square-1)*(square-1))
	}
}

func TestRatio(t *testing.T) {
	for num := -200; num <= 200; num++ {
		for den := 1; den <= 200; den++ {
			// ⌊(2^17·num + den) / 2den⌋: to nearest, ties upward.
			x := big.NewInt(int64(num)<<17 + int64(den))
			want := x.Div(x, big.NewInt(int64(2*den))).Int64()
			if got := Ratio(num, den); int64(got) != want {
				t.Fatalf("Ratio(%d, %d) = %d, want %d", num, den, got, want)
			}
		}
	}
	const most = min(maxTerm, math.MaxInt)
	for _, test := range []struct {
		num, den int
		want     Q16
	}{
		{1, 1, One},
		{1, 1 << 17, 1},  // half a unit: upward
		{-1, 1 << 17, 0}, // minus half a unit: upward
		{1, 1<<17 + 1, 0},
		{1<<15 - 1, 1, math.MaxInt32 - 1<<16 + 1},
		{-1 << 15, 1, math.MinInt32},
		{most, most, One},
		{-most, most, -One},
	} {
		if got := Ratio(test.num, test.den); got != test.want {
			t.Errorf("Ratio(%d, %d) = %d, want %d", test.num, test.den, got, test.want)
		}
	}
}

func TestRatioPanics(t *testing.T) {
	tests := [][2]int{
		{1, 0},
		{1, -1},
		{1 << 15, 1},
		{-1<<15 - 1, 1},
		{math.MaxInt, 1},
		{math.MinInt, 1},
	}
	if most := int64(maxTerm); most < math.MaxInt {
		tests = append(tests, [][2]int{
			{int(most + 1), int(most)},
			{int(-most - 1), int(most)},
			{1, int(most + 1)},
			{math.MaxInt, math.MaxInt},
		}...)
	}
	for _, test := range tests {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("Ratio(%d, %d) does not panic", test[0], test[1])
				}
			}()
			Ratio(test[0], test[1])
		}()
	}
}

package control

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// rounded returns n/d rounded to nearest, by ties if a half is left: upward, or away
// from zero.
func rounded(n, d *big.Int, upward bool) *big.Int {
	two := big.NewInt(2)
	if !upward && n.Sign() != d.Sign() && n.Sign() != 0 {
		return new(big.Int).Neg(rounded(new(big.Int).Abs(n), new(big.Int).Abs(d), true))
	}
	n, d = new(big.Int).Mul(n, two), new(big.Int).Mul(d, two)
	n.Add(n, new(big.Int).Div(d, two))
	if d.Sign() < 0 {
		n.Neg(n)
		d.Neg(d)
	}
	return n.Div(n, d) // Euclidean: toward minus infinity
}

func TestMulDiv(t *testing.T) {
	unit := big.NewInt(one)
	rng := rand.New(rand.NewPCG(1, 1))
	random := func() Q40 { return Q40(rng.Int64()) >> rng.IntN(63) * Q40(1-2*rng.IntN(2)) }
	for range 200_000 {
		a, b := random(), random()
		if rng.IntN(4) == 0 { // often ties
			a, b = a>>20<<20, b>>43<<11
		}
		x, y := big.NewInt(int64(a)), big.NewInt(int64(b))
		if want := rounded(new(big.Int).Mul(x, y), unit, true); want.IsInt64() {
			if got := Mul(a, b); int64(got) != want.Int64() {
				t.Fatalf("Mul(%d, %d) = %d, want %d", a, b, got, want)
			}
		}
		if b == 0 {
			continue
		}
		if want := rounded(new(big.Int).Mul(x, unit), y, false); want.IsInt64() {
			if got := Div(a, b); int64(got) != want.Int64() {
				t.Fatalf("Div(%d, %d) = %d, want %d", a, b, got, want)
			}
		}
	}
}

func TestString(t *testing.T) {
	for q, want := range map[Q40]string{
		0: "0.00", One: "1.00", -One: "-1.00", 500 * One: "500.00", -97*One - One*72/100: "-97.72",
		One / 200: "0.00", One/200 + 1: "0.01", -One / 300: "0.00", -One / 100: "-0.01", math.MaxInt64: "8388608.00",
	} {
		if got := q.String(); got != want {
			t.Errorf("%d is %q, want %q", int64(q), got, want)
		}
	}
}

func TestConstants(t *testing.T) {
	for _, c := range []struct {
		name string
		got  Q40
		want float64
	}{{"pi", pi, math.Pi}, {"tau", tau, 2 * math.Pi}} {
		if want := Q40(math.Round(c.want * one)); c.got != want {
			t.Errorf("%s is %d, want %d", c.name, c.got, want)
		}
	}
	// Pi to 50 digits.
	p, _, err := big.ParseFloat("3.14159265358979323846264338327950288419716939937510", 10, 160, big.ToNearestEven)
	if err != nil {
		t.Fatal(err)
	}
	unit := new(big.Float).SetMantExp(big.NewFloat(1).SetPrec(160), 64)
	for _, c := range []struct {
		name string
		got  uint64
		want *big.Float
	}{
		{"turnsPerRadian", turnsPerRadian, new(big.Float).Quo(new(big.Float).Quo(unit, p), big.NewFloat(2))},
		{"quarterPi", quarterPi, new(big.Float).Quo(new(big.Float).Mul(unit, p), big.NewFloat(4))},
	} {
		if want, _ := c.want.Add(c.want, big.NewFloat(0.5)).Uint64(); c.got != want {
			t.Errorf("%s is %#x, want %#x", c.name, c.got, want)
		}
	}
}

// Sines and cosines are within 0.53 units of the last place of the exact ones: at
// every multiple of an eighth turn, around it, and anywhere.
func TestSincos(t *testing.T) {
	worst := 0.0
	check := func(x Q40) {
		sin, cos := Sincos(x)
		s, c := math.Sincos(float64(x) / one)
		off := max(math.Abs(float64(sin)-s*one), math.Abs(float64(cos)-c*one))
		if off > 0.53 {
			t.Fatalf("Sincos(%d) = %d, %d, off by %.3f units, want at most 0.53", x, sin, cos, off)
		}
		worst = max(worst, off)
	}
	for eighth := Q40(-80); eighth <= 80; eighth++ {
		for near := Q40(-500); near <= 500; near++ {
			check(eighth*pi/4 + near)
		}
	}
	rng := rand.New(rand.NewPCG(2, 2))
	for range 500_000 {
		check(Q40(rng.Int64N(4096*one) - 2048*one))
	}
	t.Logf("off by %.3f units at most", worst)
}

func TestWrap(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	for range 200_000 {
		x := Q40(rng.Int64N(2000*one) - 1000*one)
		got := float64(Wrap(x)) / one
		turns := math.Round((float64(x)/one - got) / (2 * math.Pi))
		if off := math.Abs(float64(x)/one - got - turns*2*math.Pi); off > 1e-9 || got < -math.Pi-1e-9 || got > math.Pi+1e-9 {
			t.Fatalf("Wrap(%v) = %v: off by %g", float64(x)/one, got, off)
		}
	}
	for x := -pi + 1; x < pi; x += pi / 1000 { // within, it is the identity but for rounding
		if got := Wrap(x); magnitude(got-x) > 1 {
			t.Fatalf("Wrap(%d) = %d", x, got)
		}
	}
}

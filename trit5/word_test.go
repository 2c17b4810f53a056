package trit5

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
)

var modulus = new(big.Int).Exp(big.NewInt(5), big.NewInt(WordPents), nil)

// wrap returns the representative of n modulo 5^16 in [-WordMax, WordMax], and
// whether that is not n itself.
func wrap(n *big.Int) (value int64, overflow bool) {
	offset := big.NewInt(WordMax)
	v := new(big.Int).Add(n, offset)
	v.Mod(v, modulus).Sub(v, offset)
	return v.Int64(), v.Cmp(n) != 0
}

// samples are the values on which carries and wrapping turn, and random ones.
func samples() []int64 {
	values := []int64{0, WordMax, WordMax / 2, WordMax/2 + 1}
	for power := int64(1); power < WordMax; power *= 5 {
		values = append(values, power-1, power, 2*power, (power-1)/2, WordMax-power)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 40 {
		values = append(values, rng.Int64N(WordMax+1)>>rng.IntN(36))
	}
	for _, v := range values {
		values = append(values, -v)
	}
	return values
}

func wordOf(t *testing.T, n int64) Word {
	t.Helper()
	w, overflow := FromInt64(n)
	if overflow || w.Int64() != n {
		t.Fatalf("FromInt64(%d) = %v = %d, overflow %v", n, w, w.Int64(), overflow)
	}
	return w
}

// check compares an operation's result with the big integer it should be.
func check(t *testing.T, got Word, overflow bool, want *big.Int, format string, args ...any) {
	t.Helper()
	value, wraps := wrap(want)
	if _, err := WordFromBits(got.Bits()); err != nil || got.Int64() != value || overflow != wraps {
		t.Fatalf("%s = %d, overflow %v, want %d, %v (bits: %v)",
			fmt.Sprintf(format, args...), got.Int64(), overflow, value, wraps, err)
	}
}

func TestWordConstants(t *testing.T) {
	if 2*WordMax+1 != modulus.Int64() {
		t.Errorf("WordMax = %d is not (5^16-1)/2", int64(WordMax))
	}
	if n := ZeroWord.Int64(); n != 0 {
		t.Errorf("ZeroWord is %d", n)
	}
	if n := Word(0).Int64(); n != -WordMax {
		t.Errorf("all-zero bits are %d", n)
	}
}

func TestFromInt64(t *testing.T) {
	values := []int64{
		math.MinInt64, math.MinInt64 + 1, math.MaxInt64, math.MaxInt64 - 1,
		WordMax + 1, -WordMax - 1, 2*WordMax + 1, -2*WordMax - 1,
	}
	rng := rand.New(rand.NewPCG(3, 4))
	for range 10_000 {
		values = append(values, int64(rng.Uint64())>>rng.IntN(64))
	}
	for _, n := range append(values, samples()...) {
		w, overflow := FromInt64(n)
		check(t, w, overflow, big.NewInt(n), "FromInt64(%d)", n)
	}
}

func TestWordUnary(t *testing.T) {
	for _, n := range samples() {
		w, b := wordOf(t, n), big.NewInt(n)
		check(t, w.Neg(), false, new(big.Int).Neg(b), "-(%d)", n)
		check(t, w.Abs(), false, new(big.Int).Abs(b), "|%d|", n)

		double, overflow := w.Mul2()
		check(t, double, overflow, new(big.Int).Lsh(b, 1), "2·%d", n)

		quotient, remainder := new(big.Int).QuoRem(b, big.NewInt(2), new(big.Int))
		half, rest := w.Div2()
		check(t, half, false, quotient, "%d/2", n)
		if int64(rest) != remainder.Int64() {
			t.Fatalf("%d/2 leaves %d, want %v", n, rest, remainder)
		}
	}
}

func TestWordBinary(t *testing.T) {
	all := samples()
	for _, n := range all {
		w, b := wordOf(t, n), big.NewInt(n)
		for _, m := range all {
			v, c := wordOf(t, m), big.NewInt(m)
			sum, overflow := w.Add(v)
			check(t, sum, overflow, new(big.Int).Add(b, c), "%d + %d", n, m)
			difference, overflow := w.Sub(v)
			check(t, difference, overflow, new(big.Int).Sub(b, c), "%d - %d", n, m)
			if got, want := w.Cmp(v), b.Cmp(c); got != want {
				t.Fatalf("%d compared with %d = %d, want %d", n, m, got, want)
			}
		}
	}
}

func TestWordDigits(t *testing.T) {
	weight := int64(1)
	for i := range WordPents {
		pents(func(p Pent) {
			pents(func(q Pent) {
				w := ZeroWord.With(i, p).With(i, q)
				if w.Pent(i) != q || w.Int64() != int64(q)*weight {
					t.Errorf("digit %d at %d reads as %d, in %d", q, i, w.Pent(i), w.Int64())
				}
			})
		})
		weight *= 5
	}
}

func TestWordPanics(t *testing.T) {
	for name, f := range map[string]func(){
		"Word.Pent: place -1":         func() { ZeroWord.Pent(-1) },
		"Word.Pent: place 16":         func() { ZeroWord.Pent(16) },
		"Word.With: place -1":         func() { ZeroWord.With(-1, 0) },
		"Word.With: place 16":         func() { ZeroWord.With(16, 0) },
		"Word.With: invalid digit Pe": func() { ZeroWord.With(0, 3) },
	} {
		func() {
			defer func() {
				if msg, _ := recover().(string); !strings.HasPrefix(msg, "trit5: "+name) {
					t.Errorf("%s: panics with %q", name, msg)
				}
			}()
			f()
		}()
	}
}

func TestWordFromBitsErrors(t *testing.T) {
	for i := range WordPents {
		for code := uint64(0); code < 8; code++ {
			b := ZeroWord.Bits()&^(7<<(3*i)) | code<<(3*i)
			w, err := WordFromBits(b)
			if valid := code <= 4; (err == nil) != valid || valid && w.Bits() != b {
				t.Errorf("code %d at %d: %v, %v", code, i, w, err)
			} else if !valid && !strings.Contains(err.Error(), fmt.Sprintf("code %d of pent %d ", code, i)) {
				t.Errorf("code %d at %d: %v", code, i, err)
			}
		}
	}
	for i := 48; i < 64; i++ {
		if _, err := WordFromBits(ZeroWord.Bits() | 1<<i); err == nil {
			t.Errorf("bit %d accepted", i)
		}
	}
}

func TestWordText(t *testing.T) {
	for s, want := range map[string]int64{
		"0": 0, "+": 1, "-": -1, "⊕": 2, "⊖": -2, "+⊖": 3, "⊕-": 9, "-0+": -24,
		strings.Repeat("⊕", 16):       WordMax,
		strings.Repeat("⊖", 16):       -WordMax,
		"+" + strings.Repeat("0", 15): 30_517_578_125,
		"+" + strings.Repeat("⊖", 15): (30_517_578_125 + 1) / 2,
	} {
		if w, _ := FromInt64(want); w.String() != s || wordValue(s) != want {
			t.Errorf("%d prints as %v, want %s", want, w, s)
		}
	}
}

// wordValue is Σ dᵢ·5ⁱ, from the symbols.
func wordValue(s string) (n int64) {
	for _, r := range s {
		n = 5*n + map[rune]int64{'⊖': -2, '-': -1, '+': 1, '⊕': 2}[r]
	}
	return n
}

func FuzzWordFromBits(f *testing.F) {
	for _, b := range []uint64{0, ZeroWord.Bits(), 2 * ZeroWord.Bits(), 1 << 48, 5, math.MaxUint64} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b uint64) {
		valid := b>>48 == 0 && !strings.ContainsAny(fmt.Sprintf("%o", b), "567")
		w, err := WordFromBits(b)
		if (err == nil) != valid {
			t.Fatalf("WordFromBits(%#x) = %v, %v", b, w, err)
		}
		if !valid {
			return
		}
		if again, overflow := FromInt64(w.Int64()); again != w || overflow {
			t.Fatalf("%v through int64 is %v, overflow %v", w, again, overflow)
		}
		if n := wordValue(w.String()); n != w.Int64() {
			t.Fatalf("%v is %d, and prints as %d", b, w.Int64(), n)
		}
		quotient, remainder := w.Div2()
		double, overflow := quotient.Mul2()
		if double.Int64()+int64(remainder) != w.Int64() || overflow {
			t.Fatalf("%v/2 = %v, remainder %v", w, quotient, remainder)
		}
	})
}

func BenchmarkWordAdd(b *testing.B) {
	w, _ := FromInt64(WordMax / 3)
	b.SetBytes(6)
	for b.Loop() {
		w, _ = w.Add(w)
	}
}

func ExampleWord() {
	a, _ := FromInt64(42)
	b, _ := FromInt64(25 - 1)
	sum, overflow := a.Add(b)
	fmt.Println(a, b, sum, sum.Int64(), overflow)

	top, _ := FromInt64(WordMax)
	sum, overflow = top.Add(ZeroWord.With(0, 1))
	fmt.Println(sum.Int64(), overflow)
	// Output:
	// ⊕⊖⊕ +0- +⊖⊖+ 66 false
	// -76293945312 true
}

func ExampleWord_Div2() {
	w, _ := FromInt64(-7)
	half, remainder := w.Div2()
	fmt.Println(half.Int64(), remainder)
	// Output: -3 -
}

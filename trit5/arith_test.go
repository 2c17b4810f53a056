package trit5

import (
	"fmt"
	"math"
	"testing"
)

// pents calls f with every pent.
func pents(f func(Pent)) {
	for p := Pent(Min); p <= Max; p++ {
		f(p)
	}
}

func TestAdd(t *testing.T) {
	pents(func(a Pent) {
		pents(func(b Pent) {
			for in := Pent(-1); in <= 1; in++ {
				sum, carry := Add(a, b, in)
				if sum+5*carry != a+b+in || !sum.Valid() || carry < -1 || carry > 1 {
					t.Errorf("Add(%d, %d, %d) = %d, %d", a, b, in, sum, carry)
				}
			}
		})
	})
}

func TestNeg(t *testing.T) {
	pents(func(p Pent) {
		if n := p.Neg(); n+p != 0 || !n.Valid() {
			t.Errorf("-(%d) = %d", p, n)
		}
	})
}

func TestMulInt(t *testing.T) {
	values := []int32{math.MinInt32, -1 << 30, 1<<30 - 1, 1 << 30, math.MaxInt32}
	for v := int32(-512); v <= 512; v++ {
		values = append(values, v)
	}
	pents(func(p Pent) {
		for _, v := range values {
			if got, want := MulInt(p, v), int32(p)*v; got != want {
				t.Errorf("MulInt(%d, %d) = %d, want %d", p, v, got, want)
			}
		}
	})
}

func ExampleAdd() {
	sum, carry := Add(2, 2, 0)
	fmt.Println(sum, carry) // 4 = -1 + 5
	// Output: - +
}

func ExampleMulInt() {
	fmt.Println(MulInt(-2, 21))
	// Output: -42
}

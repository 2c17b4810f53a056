package catalogue

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// newCall returns a call of a shape that every kernel has, with extra memory next to operands.
func newCall(k *Kernel, seed uint64) *Call {
	r := rand.New(rand.NewPCG(seed, 0))
	shape := append([]int(nil), k.Large...)
	k.Shrink(shape, 1<<14)
	return k.NewCall(&Operands{Rand: r, Memory: func(size, width int) ([]byte, int) {
		from := 64 + r.IntN(64)/width*width
		return make([]byte, from+size+64), from
	}}, shape)
}

// The check of every kernel detects a changed bit in any operand or next to it, and a wrong
// result.
func TestEveryKernelCanFail(t *testing.T) {
	for _, k := range All {
		c := newCall(k, 1)
		if difference := c.Check(); difference != "" {
			t.Fatalf("%s: %s", k.Name, difference)
		}
		if got := c.CheckRun(func() int { return c.Run() + 1 }); !strings.HasPrefix(got, "returned ") {
			t.Errorf("%s: a wrong result is %q", k.Name, got)
		}
		if got := c.CheckRun(func() int { panic("oops") }); got != "panicked: oops" {
			t.Errorf("%s: a panic is %q", k.Name, got)
		}
		for _, p := range c.list {
			for _, fault := range []struct {
				at   int
				want string
			}{
				{0, ""},
				{p.size - 1, ""},
				{-1, "wrote 1 bytes before " + p.name},
				{-64, "wrote 64 bytes before " + p.name},
				{p.size, "wrote 1 bytes past the end of " + p.name},
				{p.size + 63, "wrote 64 bytes past the end of " + p.name},
			} {
				if fault.want == "" && p.output {
					fault.want = p.name + "["
				} else if fault.want == "" {
					fault.want = "changed its input " + p.name
				}
				got := c.CheckRun(func() int {
					result := c.Run()
					p.mem[p.from+fault.at] ^= 0x10
					return result
				})
				if !strings.HasPrefix(got, fault.want) {
					t.Errorf("%s: byte %d of %s is %q, want %q", k.Name, fault.at, p.name, got, fault.want)
				}
			}
		}
	}
}

// Equal seeds give equal calls, different seeds different ones.
func TestSeeds(t *testing.T) {
	for _, k := range All {
		a, b, c := newCall(k, 2), newCall(k, 2), newCall(k, 3)
		if difference := a.differ(b.after); difference != "" {
			t.Errorf("%s: %s", k.Name, difference)
		}
		for i := range c.list {
			if len(c.list[i].mem) != len(a.list[i].mem) {
				c = nil
				break
			}
		}
		if c != nil && a.differ(c.after) == "" {
			t.Errorf("%s: two seeds make the same call", k.Name)
		}
	}
}

// The list is well-formed: names are unique, and every shape has one size per dimension, within
// bounds.
func TestList(t *testing.T) {
	names := map[string]bool{}
	for _, k := range All {
		if got, ok := ByName(strings.ToLower(k.Name)); names[k.Name] || !ok || got != k {
			t.Errorf("%s is not unique", k.Name)
		}
		names[k.Name] = true
		shapes := append([][]int{k.Large}, k.Several...)
		shapes = append(shapes, k.SeveralLong...)
		for _, m := range k.Measured {
			shapes = append(shapes, m.Shape)
			if m.Bytes <= 0 {
				t.Errorf("%s%v: %d bytes", k.Name, m.Shape, m.Bytes)
			}
		}
		for _, shape := range shapes {
			if len(shape) != len(k.Dims) {
				t.Errorf("%s%v: %d sizes, want %d", k.Name, shape, len(shape), len(k.Dims))
			}
		}
		for _, d := range k.Dims {
			for _, edge := range d.Edges {
				if edge < d.Least {
					t.Errorf("%s: %s is %d, at least %d", k.Name, d.Name, edge, d.Least)
				}
			}
		}
	}
	if _, ok := ByName("fft"); ok {
		t.Error("there is a kernel fft")
	}
}

package selftest

import (
	"context"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/kernels"
)

func ignore(int) {}

// faulty returns an implementation that is the reference, but for a fault after
// each call.
func faulty(fault func(o *operands, result int) int) []Implementation {
	return []Implementation{{"faulty", func(call func() int, o *operands) int {
		return fault(o, under(reference, call))
	}}}
}

// sound is an implementation without a fault.
var sound = faulty(func(_ *operands, result int) int { return result })

// flip changes a bit of the byte at a place relative to the first operand that
// satisfies which.
func flip(which func(operand) bool, at func(operand) int) func(*operands, int) int {
	return func(o *operands, result int) int {
		if i := slices.IndexFunc(o.list, which); i >= 0 {
			p := o.list[i]
			p.mem[p.from+at(p)] ^= 0x10
		}
		return result
	}
}

func TestFaultsAreFound(t *testing.T) {
	output := func(p operand) bool { return p.output && p.size > 0 }
	input := func(p operand) bool { return !p.output && p.size > 0 }
	last := func(p operand) int { return p.size - 1 }
	for _, test := range []struct {
		name  string
		fault func(*operands, int) int
		want  string
	}{
		{"a wrong element", flip(output, last), "is 0x"},
		{"a byte before the result", flip(output, func(operand) int { return -1 }), "wrote 1 bytes before"},
		{"the farthest byte before it", flip(output, func(operand) int { return -margin }), "wrote 256 bytes before"},
		{"a byte after the result", flip(output, func(p operand) int { return p.size }), "wrote 1 bytes past the end of"},
		{"the farthest byte after it", flip(output, func(p operand) int { return p.size + margin - 1 }), "wrote 256 bytes past the end of"},
		{"a changed input", flip(input, last), "changed its input"},
		{"a wrong count", func(_ *operands, result int) int { return result + 1 }, "returned 1, want 0"},
		{"a panic", func(*operands, int) int { panic("oops") }, "panicked: oops"},
	} {
		t.Run(test.name, func(t *testing.T) {
			impls := faulty(test.fault)
			_, failure := Run(context.Background(), 0, impls, 1, ignore)
			if failure == nil {
				t.Fatal("not found")
			}
			if failure.Impl != "faulty" || !strings.Contains(failure.Difference, test.want) {
				t.Errorf("found %+v, want a difference with %q", failure, test.want)
			}
			again, err := Replay(impls, *failure)
			if err != nil || !reflect.DeepEqual(again, failure) {
				t.Errorf("replayed %+v, error %v, want %+v", again, err, failure)
			}
			if fixed, err := Replay(sound, *failure); fixed != nil || err != nil {
				t.Errorf("without the fault it is %+v, error %v", fixed, err)
			}
		})
	}
}

// Every kernel is able to fail: a bit of any element of its result counts.
func TestEveryKernelCanFail(t *testing.T) {
	for i, k := range all {
		index := uint64(i)
		for draw(1, index).elements() == 0 {
			index += uint64(len(all))
		}
		d := draw(1, index)
		if d.Kernel != k.name {
			t.Fatalf("case %d is %s, want %s", index, d.Kernel, k.name)
		}
		at := rand.New(rand.NewPCG(1, index))
		fault := flip(func(p operand) bool { return p.output && p.size > 0 },
			func(p operand) int { return at.IntN(p.size) })
		if difference := d.compare(faulty(fault)[0], d.reference()); !strings.Contains(difference, "is 0x") {
			t.Errorf("%s %v: difference %q", k.name, d.Shape, difference)
		}
	}
}

// The implementations of this CPU pass, and are all covered.
func TestRun(t *testing.T) {
	selected := kernels.Selected()
	impls, err := Implementations()
	if err != nil {
		t.Fatal(err)
	}
	impls = append(impls, sound...)
	cases := 0
	cover, failure := Run(t.Context(), 0, impls, 7, func(n int) { cases = n })
	if failure != nil {
		t.Fatalf("%+v", failure)
	}
	if cases != len(all) || len(cover) != len(all)*len(impls) {
		t.Errorf("%d cases, %d lines of coverage", cases, len(cover))
	}
	for i, c := range cover {
		if c.Kernel != all[i/len(impls)].name || c.Impl != impls[i%len(impls)].Name || c.Cases != 1 || len(c.Largest) == 0 {
			t.Errorf("coverage %d is %+v", i, c)
		}
	}
	if kernels.Selected() != selected {
		t.Errorf("%s is selected, want %s as before", kernels.Selected(), selected)
	}
}

func TestRunIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cases := 0
	_, failure := Run(ctx, 1<<62, sound, 7, func(n int) {
		if cases = n; n == 3 {
			cancel()
		}
	})
	if failure != nil || cases != 3 {
		t.Errorf("%d cases, failure %+v, want 3 and none", cases, failure)
	}
}

// A seed and an index determine a case whole.
func TestDrawIsDeterministic(t *testing.T) {
	for i := range uint64(200) {
		a, b := draw(3, i), draw(3, i)
		if !reflect.DeepEqual(a.Case, b.Case) || !reflect.DeepEqual(a.snapshot(), b.snapshot()) {
			t.Fatalf("case %d: %v and %v", i, a.Case, b.Case)
		}
		if outcome := a.reference(); b.compare(sound[0], outcome) != "" {
			t.Fatalf("case %d does not repeat", i)
		}
	}
}

// Shapes stay within their bounds, and reach them.
func TestShapes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, k := range all {
		for _, d := range k.dims {
			least, most := d.most, d.least
			for range 20000 {
				size := d.draw(r)
				least, most = min(least, size), max(most, size)
			}
			if least != d.least || most > d.most || most < d.most*9/10 {
				t.Errorf("%s: %s is from %d to %d, want %d to %d", k.name, d.name, least, most, d.least, d.most)
			}
		}
	}
	for i := range uint64(2000) {
		k := all[i%uint64(len(all))]
		sizes := make([]int, len(k.dims))
		for j, dim := range k.dims {
			sizes[j] = dim.draw(r)
		}
		k.shrink(sizes, commonWork)
		if work := k.work(sizes); work > commonWork {
			t.Errorf("%s %v: work %d", k.name, sizes, work)
		}
	}
}

func TestImplementations(t *testing.T) {
	for _, test := range []struct{ name, want string }{
		{reference, "what the others are compared with"},
		{"abacus", `no implementation "abacus" here`},
	} {
		if _, err := Implementations(test.name); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want %q", test.name, err, test.want)
		}
	}
}

func TestReplayOfSomethingElse(t *testing.T) {
	d := draw(1, 4)
	for _, test := range []struct {
		name string
		f    Failure
		want string
	}{
		{"another implementation", Failure{d.Case, "abacus", ""}, `"abacus"`},
		{"another kernel", Failure{Case{1, 5, d.Kernel, d.Shape}, "faulty", ""}, "in this version"},
		{"another shape", Failure{Case{1, 4, d.Kernel, nil}, "faulty", ""}, "in this version"},
	} {
		if _, err := Replay(sound, test.f); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want %q", test.name, err, test.want)
		}
	}
}

package selftest

import (
	"context"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"unsafe"

	"github.com/Kaleaon/pentary-go/internal/catalogue"
	"github.com/Kaleaon/pentary-go/kernels"
)

func ignore(int) {}

// faulty returns the reference with a fault after each call.
func faulty(fault func(c *catalogue.Call, result int) int) []Implementation {
	return []Implementation{{"faulty", func(c *catalogue.Call) int {
		return fault(c, under(catalogue.Reference, c.Run))
	}}}
}

// sound is an implementation without a fault.
var sound = faulty(func(_ *catalogue.Call, result int) int { return result })

// flip flips a bit next to the start or the end of the first result.
func flip(start, end int) func(*catalogue.Call, int) int {
	return func(c *catalogue.Call, result int) int {
		for _, output := range c.Outputs() {
			if n := len(output); n > 0 {
				at := start + end
				if end != 0 {
					at += n - 1
				}
				*(*byte)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(output)), at)) ^= 0x10
				break
			}
		}
		return result
	}
}

func TestFaultsAreFound(t *testing.T) {
	for _, test := range []struct {
		name  string
		fault func(*catalogue.Call, int) int
		want  string
	}{
		{"a wrong element", flip(0, 0), "is 0x"},
		{"a byte before the result", flip(-1, 0), "wrote 1 bytes before"},
		{"the farthest byte before it", flip(-margin, 0), "wrote 256 bytes before"},
		{"a byte after the result", flip(0, 1), "wrote 1 bytes past the end of"},
		{"the farthest byte after it", flip(0, margin), "wrote 256 bytes past the end of"},
		{"a wrong count", func(_ *catalogue.Call, result int) int { return result + 1 }, "returned 1, want 0"},
		{"a panic", func(*catalogue.Call, int) int { panic("oops") }, "panicked: oops"},
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

// All implementations of this CPU pass and are covered.
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
	if cases != len(catalogue.All) || len(cover) != len(catalogue.All)*len(impls) {
		t.Errorf("%d cases, %d lines of coverage", cases, len(cover))
	}
	for i, c := range cover {
		if c.Kernel != catalogue.All[i/len(impls)].Name || c.Impl != impls[i%len(impls)].Name || c.Cases != 1 || len(c.Largest) == 0 {
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

// A seed and an index determine a case.
func TestDrawIsDeterministic(t *testing.T) {
	for i := range uint64(200) {
		a, b := draw(3, i), draw(3, i)
		if !reflect.DeepEqual(a.Case, b.Case) || !reflect.DeepEqual(a.Outputs(), b.Outputs()) {
			t.Fatalf("case %d: %v and %v", i, a.Case, b.Case)
		}
		if b.compare(sound[0]) != "" {
			t.Fatalf("case %d does not repeat", i)
		}
	}
}

// Shapes stay within their bounds and reach them.
func TestShapes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, k := range catalogue.All {
		for _, d := range k.Dims {
			least, most := d.Most, d.Least
			for range 20000 {
				size := size(d, r)
				least, most = min(least, size), max(most, size)
			}
			if least != d.Least || most > d.Most || most < d.Most*9/10 {
				t.Errorf("%s: %s is from %d to %d, want %d to %d", k.Name, d.Name, least, most, d.Least, d.Most)
			}
		}
	}
	for i := range uint64(2000) {
		k := catalogue.All[i%uint64(len(catalogue.All))]
		sizes := make([]int, len(k.Dims))
		for j, dim := range k.Dims {
			sizes[j] = size(dim, r)
		}
		k.Shrink(sizes, commonWork)
		if work := k.Work(sizes); work > commonWork {
			t.Errorf("%s %v: work %d", k.Name, sizes, work)
		}
	}
}

func TestImplementations(t *testing.T) {
	for _, test := range []struct{ name, want string }{
		{catalogue.Reference, "--impl generic: is the reference of the comparison"},
		{"abacus", "--impl abacus: "},
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

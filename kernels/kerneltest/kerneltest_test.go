package kerneltest_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/internal/race"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/kernels/kerneltest"
	"github.com/Kaleaon/pentary-go/packed"
)

// recorder is a testing.TB that keeps what a test reports.
type recorder struct {
	testing.TB
	errors []string
	fatal  string
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

func (r *recorder) Fatal(args ...any) {
	r.fatal = fmt.Sprint(args...)
	runtime.Goexit()
}

// record runs test with a recorder.
func record(test func(tb testing.TB)) *recorder {
	r, done := new(recorder), make(chan struct{})
	go func() {
		defer close(done)
		test(r)
	}()
	<-done
	return r
}

// tested returns the implementations that a body runs with: all of them, or few in short mode
// and with the race detector.
func tested() []string {
	all := kernels.Implementations()
	if (testing.Short() || race.Enabled) && kernels.Selected() != all[0] {
		return []string{all[0], kernels.Selected()}
	} else if testing.Short() || race.Enabled {
		return all[:1]
	}
	return all
}

func TestRun(t *testing.T) {
	before := kernels.Selected()
	var names []string
	kerneltest.Run(t, func(t *testing.T, impl string) {
		names = append(names, impl)
		if kernels.Selected() != impl || !strings.HasSuffix(t.Name(), "/"+impl) {
			t.Errorf("%s selected", kernels.Selected())
		}
	})
	if !slices.Equal(names, tested()) {
		t.Errorf("run for %q, want %q", names, tested())
	}
	if kernels.Selected() != before {
		t.Errorf("%s selected afterwards, %s before", kernels.Selected(), before)
	}
}

func TestEach(t *testing.T) {
	before := kernels.Selected()
	var names []string
	kerneltest.Each(t, func(impl string) { names = append(names, kernels.Selected()) })
	if !slices.Equal(names, tested()) || kernels.Selected() != before {
		t.Errorf("called for %q, want %q, then %s", names, tested(), kernels.Selected())
	}
}

// TestNested: one call within another is refused, and the outer continues.
func TestNested(t *testing.T) {
	kerneltest.Each(t, func(impl string) {
		r := record(func(tb testing.TB) { kerneltest.Each(tb, func(string) {}) })
		if !strings.Contains(r.fatal, "in parallel") {
			t.Errorf("fatal %q", r.fatal)
		}
	})
}

// TestGoexit: a body that ends its goroutine leaves the implementation as it was.
func TestGoexit(t *testing.T) {
	before := kernels.Selected()
	record(func(tb testing.TB) { kerneltest.Each(tb, func(string) { tb.Fatal("over") }) })
	if kernels.Selected() != before {
		t.Errorf("%s selected afterwards, %s before", kernels.Selected(), before)
	}
	kerneltest.Each(t, func(string) {}) // not refused
}

func TestCompare(t *testing.T) {
	same := record(func(tb testing.TB) {
		kerneltest.Compare(tb, func() []int { return []int{1, 2, 3} })
	})
	if len(same.errors) > 0 {
		t.Errorf("equal results: %q", same.errors)
	}
	if len(tested()) == 1 {
		t.Skip("one implementation")
	}
	number := func() int { return slices.Index(kernels.Implementations(), kernels.Selected()) }
	buffer := make([]int, 3) // reused
	differs := record(func(tb testing.TB) {
		kerneltest.Compare(tb, func() []int {
			buffer[2] = number()
			return buffer
		})
	})
	first := tested()[1]
	if want := fmt.Sprintf("%s: element 2 is %d, want 0", first, slices.Index(kernels.Implementations(), first)); len(differs.errors) == 0 || differs.errors[0] != want {
		t.Errorf("errors %q, want %q", differs.errors, want)
	}
	longer := record(func(tb testing.TB) {
		kerneltest.Compare(tb, func() []int { return make([]int, 7+number()) })
	})
	if len(longer.errors) == 0 || !strings.Contains(longer.errors[0], "elements, the reference 7") {
		t.Errorf("errors %q", longer.errors)
	}
}

// product returns W·x of ones.
func product() []int32 {
	w := packed.NewMatrix(2, 4)
	w.Pack([]int8{1, 2, -1, 0, 2, 2, 2, 2})
	y := make([]int32, 2)
	kernels.MatMul(y, w, []int8{1, 1, 1, 1}, 1)
	return y
}

func ExampleCompare() {
	// In a test: func TestProduct(t *testing.T) { kerneltest.Compare(t, product) }
	fmt.Println(product())
	// Output: [2 8]
}

// FuzzProduct compares products by fuzzed weights and activations.
func FuzzProduct(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4, 250}, uint8(3))
	f.Fuzz(func(t *testing.T, data []byte, columns uint8) {
		if len(data) == 0 {
			return
		}
		n := int(columns%40) + 1
		k := len(data)
		w, weights := packed.NewMatrix(1, k), make([]int8, k)
		x := make([]int8, kernels.Quads(k)*4*n)
		for i, b := range data {
			weights[i] = int8(b%5) - 2
			x[(i/4*n+i%n)*4+i%4] = int8(max(int(int8(b)), -127))
		}
		w.Pack(weights)
		kerneltest.Compare(t, func() []int32 {
			y := make([]int32, n)
			kernels.MatMul(y, w, x, n)
			return y
		})
	})
}

func BenchmarkProduct(b *testing.B) {
	kerneltest.Bench(b, func(b *testing.B, impl string) {
		for b.Loop() {
			product()
		}
	})
}

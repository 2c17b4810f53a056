package kernels_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"unsafe"

	"github.com/Kaleaon/pentary-go/internal/asmtest"
	"github.com/Kaleaon/pentary-go/internal/catalogue"
	"github.com/Kaleaon/pentary-go/internal/impl"
	"github.com/Kaleaon/pentary-go/internal/race"
	"github.com/Kaleaon/pentary-go/kernels"
)

// choose selects an implementation until the test ends.
func choose(tb testing.TB, name string) {
	tb.Helper()
	tb.Cleanup(impl.Use(name))
}

// compiled lists the implementations that are compared with the reference.
func compiled() []string {
	return slices.DeleteFunc(kernels.Tested(), func(name string) bool { return name == catalogue.Reference })
}

// guarded returns operands between guard pages, each at place and the next one step on.
func guarded(tb testing.TB, seed uint64, place, step asmtest.Place) *catalogue.Operands {
	return &catalogue.Operands{
		Rand: rand.New(rand.NewPCG(seed, 0)),
		Memory: func(size, width int) ([]byte, int) {
			at := place
			if step != 0 {
				place = (place + step) % 64
			}
			if width == 1 {
				return asmtest.GuardedSlice[byte](tb, size, at), 0
			}
			words := asmtest.GuardedSlice[int32](tb, size/width, at)
			return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(words))), size), 0
		},
	}
}

// sample returns shapes in which every edge of every dimension occurs and, except in
// short mode and under the race detector, every pair of edges of every two dimensions.
func sample(dims []catalogue.Dim) (shapes [][]int) {
	rng := rand.New(rand.NewPCG(1, 2))
	with := func(fixed map[int]int) {
		shape := make([]int, len(dims))
		for i, d := range dims {
			shape[i] = d.Edges[rng.IntN(len(d.Edges))]
		}
		for i, v := range fixed {
			shape[i] = v
		}
		shapes = append(shapes, shape)
	}
	for i, d := range dims {
		for _, v := range d.Edges {
			with(map[int]int{i: v})
			if testing.Short() || race.Enabled {
				continue
			}
			for j, other := range dims[:i] {
				for _, u := range other.Edges {
					with(map[int]int{i: v, j: u})
				}
			}
		}
	}
	return shapes
}

// TestConformance compares every kernel of every implementation with the reference: on
// a sample of shapes with every operand right before a guard page, on some of them with
// every operand right after one, and with operands at all alignments.
func TestConformance(t *testing.T) {
	if len(compiled()) == 0 {
		t.Skip("the reference is the only implementation here")
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(3)) // large products are spread over processors
	for _, k := range catalogue.All {
		t.Run(k.Name, func(t *testing.T) {
			failures := 0
			run := func(i int, shape []int, place, step asmtest.Place) {
				ok := t.Run(fmt.Sprintf("%v at %d", shape, place), func(t *testing.T) {
					c := k.NewCall(guarded(t, uint64(i), place, step), shape)
					for _, name := range compiled() {
						choose(t, name)
						if difference := c.Check(); difference != "" {
							t.Errorf("%s %s", name, difference)
						}
					}
				})
				if !ok {
					failures++
				}
				if failures > 4 {
					t.Fatal("the remaining shapes are left out")
				}
			}
			shapes := sample(k.Dims)
			for i, shape := range shapes {
				run(i, shape, asmtest.End, 0)
				if i%4 == 0 {
					run(i, shape, asmtest.Start, 0)
				}
			}
			several := k.Several
			if !testing.Short() {
				several = append(several, k.SeveralLong...)
			}
			for i, shape := range several {
				run(i, shape, asmtest.Start, 0)
			}
			for i := range 64 {
				run(i*17, shapes[i*17%len(shapes)], asmtest.Place(i), 11)
			}
		})
	}
}

// TestConcurrent calls every kernel in several goroutines at once, again and again, each
// with operands of its own: they share nothing, working memory of assembly included.
func TestConcurrent(t *testing.T) {
	for _, k := range catalogue.All {
		t.Run(k.Name, func(t *testing.T) {
			var calls [4]*catalogue.Call
			for i := range calls {
				shape := append([]int(nil), k.Large...)
				k.Shrink(shape, 1<<18)
				calls[i] = k.NewCall(guarded(t, uint64(i), asmtest.End, 0), shape)
			}
			for _, name := range kernels.Tested() {
				choose(t, name)
				var all sync.WaitGroup
				for _, c := range calls {
					all.Go(func() {
						for range 10 {
							if difference := c.Check(); difference != "" {
								t.Errorf("%s %s", name, difference)
								return
							}
						}
					})
				}
				all.Wait()
			}
		})
	}
}

// TestAllocations calls every kernel in a shape whose numbers do not fit the runtime's
// table of small integers: none allocates once it is warm.
func TestAllocations(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	for _, k := range catalogue.All {
		run := k.Make(&catalogue.Operands{Rand: rand.New(rand.NewPCG(1, 1))}, k.Large)
		for _, name := range kernels.Tested() {
			choose(t, name)
			if got := testing.AllocsPerRun(2, func() { run() }); got != 0 {
				t.Errorf("%s: %s allocates %g times a call", name, k.Name, got)
			}
		}
	}
}

// TestWrongLengths calls every kernel with operands of which one is an element too long or
// too short: it panics, names itself, and has changed nothing.
func TestWrongLengths(t *testing.T) {
	for _, k := range catalogue.All {
		for seed := range uint64(3) {
			shape := make([]int, len(k.Dims))
			for i, d := range k.Dims {
				shape[i] = d.Edges[len(d.Edges)/2]
			}
			wrong := k.WrongCalls(func() *catalogue.Operands {
				return &catalogue.Operands{Rand: rand.New(rand.NewPCG(seed, 1))}
			}, shape)
			if len(wrong) == 0 && k.Name != "CountSaturated" && k.Name != "Shrink" {
				t.Errorf("%s has no operands", k.Name)
			}
			for _, w := range wrong {
				text, changed := w.Panic()
				if !strings.HasPrefix(text, "kernels: "+k.Name+": ") || changed {
					t.Errorf("%s%v: %s has %d elements instead of %d: panic %q, operands changed: %t", k.Name, shape, w.Operand, w.Len, w.Want, text, changed)
				}
			}
		}
	}
}

// FuzzKernels compares a kernel with the reference on every implementation. Every
// dimension takes two bytes of shape; data is what the operands hold first, and seed
// makes the rest and says on which side of guard pages they lie.
func FuzzKernels(f *testing.F) {
	for i := range catalogue.All {
		f.Add(uint8(i), []byte{3, 0, 2, 1, 9, 0, 5, 0, 7, 0}, uint64(1), []byte{})
		f.Add(uint8(i), []byte{4, 0, 32, 0, 33, 0, 64, 0, 30, 0}, uint64(2), []byte{0x7f, 0x80, 0x81, 0, 1, 2, 3, 4})
		f.Add(uint8(i), []byte{255, 255, 255, 255, 255, 255, 255, 255, 255, 255}, uint64(3), []byte("pents"))
	}
	f.Fuzz(func(t *testing.T, kernel uint8, bytes []byte, seed uint64, data []byte) {
		k := catalogue.All[int(kernel)%len(catalogue.All)]
		shape := make([]int, len(k.Dims))
		for i, d := range k.Dims {
			v := 0
			if len(bytes) >= 2 {
				v, bytes = int(bytes[0])|int(bytes[1])<<8, bytes[2:]
			}
			shape[i] = d.Least + v%(d.Most-d.Least+1)
		}
		k.Shrink(shape, 1<<17)
		o := guarded(t, seed, asmtest.Place(seed%2)-1, 0)
		o.Data = data
		c := k.NewCall(o, shape)
		for _, name := range compiled() {
			choose(t, name)
			if difference := c.Check(); difference != "" {
				t.Fatalf("%s of %s, shape %v: %s", k.Name, name, shape, difference)
			}
		}
	})
}

// TestCatalogueIsComplete looks for exported functions with operands that are not listed.
func TestCatalogueIsComplete(t *testing.T) {
	listed := map[string]bool{"InterleaveFactorsAt": true} // with InterleaveFactors
	for _, k := range catalogue.All {
		listed[k.Name] = true
	}
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv != nil || !f.Name.IsExported() || len(f.Type.Params.List) == 0 {
				continue
			}
			switch operand := f.Type.Params.List[0].Type.(type) {
			case *ast.ArrayType:
				ok = operand.Len == nil
			case *ast.StarExpr:
			default:
				ok = false
			}
			if !ok {
				continue
			}
			found++
			if !listed[f.Name.Name] {
				t.Errorf("%s: %s is not in internal/catalogue", path, f.Name.Name)
			}
		}
	}
	if found < len(catalogue.All) {
		t.Errorf("found %d functions, %d kernels are listed", found, len(catalogue.All))
	}
}

// TestCatalogueIsGolden looks for kernels that TestGolden does not call: in its own body, or
// in a function of the tests that it calls.
func TestCatalogueIsGolden(t *testing.T) {
	paths, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	functions := map[string]*ast.BlockStmt{}
	for _, path := range paths {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil {
				functions[f.Name.Name] = f.Body
			}
		}
	}
	called := map[string]bool{}
	var follow func(name string)
	follow = func(name string) {
		if called[name] {
			return
		}
		called[name] = true
		if body := functions[name]; body != nil {
			ast.Inspect(body, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok {
					if f, ok := call.Fun.(*ast.Ident); ok {
						follow(f.Name)
					}
				}
				return true
			})
		}
	}
	follow("TestGolden")
	for _, k := range catalogue.All {
		if !called[k.Name] {
			t.Errorf("TestGolden does not call %s", k.Name)
		}
	}
}

//go:build amd64 && !purego

package clangref

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/internal/asmtest"
	"github.com/Kaleaon/pentary-go/internal/impl"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
)

func needAVX2(tb testing.TB) {
	tb.Helper()
	if !slices.Contains(kernels.Implementations(), "avx2") {
		tb.Skip("no AVX2 here")
	}
}

// use selects an implementation of package kernels until the test ends.
func use(tb testing.TB, name string) {
	tb.Helper()
	tb.Cleanup(impl.Use(name))
}

// data generates operands, each directly before a guard page. A third of the operands contain
// only the smallest or the largest value.
type data struct {
	testing.TB
	*rand.Rand
}

func newData(tb testing.TB) data { return data{tb, rand.New(rand.NewPCG(1, 2))} }

func fill[T asmtest.Number](d data, n, lo, hi int) []T {
	s := asmtest.GuardedSlice[T](d, n, asmtest.End)
	kind := d.IntN(6)
	for i := range s {
		switch kind {
		case 0:
			s[i] = T(lo)
		case 1:
			s[i] = T(hi)
		default:
			s[i] = T(lo + d.IntN(hi-lo+1))
		}
	}
	return s
}

func (d data) codes(n int) []uint8 { return fill[uint8](d, n, 0, 4) }
func (d data) x(n int) []int8      { return fill[int8](d, n, -128, 127) }
func (d data) y(n int) []int32     { return fill[int32](d, n, -1<<20, 1<<20) }

// weights returns a random matrix.
func (d data) weights(m, k int) *packed.Matrix {
	rows := asmtest.GuardedSlice[byte](d, m*packed.RowBytes(k), asmtest.End)
	for i := range m {
		codes := d.codes(packed.PaddedLen(k))
		for κ := k; κ < len(codes); κ++ {
			codes[κ] = 2
		}
		packed.PackCodes(rows[i*packed.RowBytes(k):], codes, k)
	}
	w, err := packed.MatrixOver(m, k, rows)
	if err != nil {
		d.Fatal(err)
	}
	return w
}

func TestDot(t *testing.T) {
	needAVX2(t)
	d := newData(t)
	for n := range 300 {
		codes, x := d.codes(n), d.x(n)
		want := int32(0)
		for i, c := range codes {
			want += int32(c) * int32(x[i])
		}
		asmtest.Faults(t, func() {
			if got := Dot(codes, x); got != want {
				t.Errorf("Dot of %d is %d, want %d", n, got, want)
			}
		})
	}
}

func TestMatVec(t *testing.T) {
	needAVX2(t)
	use(t, "generic")
	ws := new(Workspace)
	for _, m := range []int{1, 2, 5} {
		for _, k := range []int{1, 4, 31, 32, 33, 224, 255, 256, 257, 480, 511, 1024, 1025, 1279, 1280, 1281, 2304} {
			t.Run(fmt.Sprintf("%d×%d", m, k), func(t *testing.T) {
				d := newData(t)
				w, x, got := d.weights(m, k), d.x(kernels.Quads(k)*4), d.y(m)
				want := make([]int32, m)
				kernels.MatVec(want, w, x, 1)
				asmtest.Faults(t, func() { ws.MatVec(got, w, x) })
				if !slices.Equal(got, want) {
					t.Errorf("got %v, want %v", got, want)
				}
			})
		}
	}
}

func TestTile(t *testing.T) {
	needAVX2(t)
	for _, quads := range []int{1, 2, 31, 32, 33, 64, 100} {
		for _, add := range []int{0, 1} {
			t.Run(fmt.Sprintf("quads=%d/add=%d", quads, add), func(t *testing.T) {
				d := newData(t)
				stride, ldy := quads*4+d.IntN(9), tileColumns+d.IntN(9)
				codes := d.codes((tileRows-1)*stride + quads*4)
				x, start := d.x(quads*tileColumns*4), d.y(tileColumns)
				y := d.y((tileRows-1)*ldy + tileColumns)
				want := slices.Clone(y)
				for r := range tileRows {
					for c := range tileColumns {
						sum := start[c] + int32(add)*want[r*ldy+c]
						for κ := range quads * 4 {
							sum += int32(codes[r*stride+κ]) * int32(x[(κ/4*tileColumns+c)*4+κ%4])
						}
						want[r*ldy+c] = sum
					}
				}
				asmtest.Faults(t, func() {
					_tile(&tileArgs{&y[0], ldy, &codes[0], stride, &x[0], quads, &start[0], add})
				})
				if !slices.Equal(y, want) {
					t.Errorf("got %v, want %v", y, want)
				}
			})
		}
	}
}

func TestMatMul(t *testing.T) {
	needAVX2(t)
	use(t, "generic")
	ws := new(Workspace)
	shapes := [][3]int{
		{1, 1, 1},
		{3, 31, 23},
		{4, 32, 24},
		{5, 33, 25},
		{128, 256, 48},
		{129, 255, 47},
		{7, 1023, 49},
		{8, 1024, 24},
		{9, 1025, 25},
		{4, 2049, 3},
		{3, 40, columns - 1},
		{5, 40, columns},
		{2, 1030, columns + 1},
	}
	for _, s := range shapes {
		m, k, n := s[0], s[1], s[2]
		t.Run(fmt.Sprintf("%d×%d×%d", m, k, n), func(t *testing.T) {
			d := newData(t)
			w, x, got := d.weights(m, k), d.x(kernels.Quads(k)*4*n), d.y(m*n)
			want := make([]int32, m*n)
			kernels.MatMul(want, w, x, n)
			asmtest.Faults(t, func() { ws.MatMul(got, w, x, n) })
			if !slices.Equal(got, want) {
				t.Error("differs from the generic implementation")
			}
		})
	}
}

// TestGenerated compiles the C source again. It is skipped with another version of the compiler,
// which may generate different code.
func TestGenerated(t *testing.T) {
	for _, tool := range []string{"sh", "clang", "yasm"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip("cannot generate here: ", err)
		}
	}
	want, err := os.ReadFile("clangref_amd64.s")
	if err != nil {
		t.Fatal(err)
	}
	versions := func(s []byte) []byte { return bytes.Join(bytes.SplitN(s, []byte("\n"), 4)[1:3], []byte(", ")) }
	file := filepath.Join(t.TempDir(), "clangref_amd64.s")
	out, err := exec.Command("./generate.sh", file).CombinedOutput()
	if err != nil {
		t.Fatalf("generate.sh: %v\n%s", err, out)
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(versions(got), versions(want)) {
		t.Skipf("the file was made with %s; here is %s", versions(want), versions(got))
	}
	if !bytes.Equal(got, want) {
		t.Error("clangref_amd64.s differs from the output of generate.sh for c/clangref.c")
	}
}

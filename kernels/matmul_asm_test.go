//go:build !purego && (amd64 || arm64)

package kernels

import (
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/packed"
)

// TestMatMulChooses pins the function that computes a product, which its result does
// not show: the kernels of MatVec for up to MaxVecs columns, unless rows are shorter
// than a block or a thin product is faster.
func TestMatMulChooses(t *testing.T) {
	const blocked, vectors, thin = "matMulBlocked", "matVec", "thin"
	forEachImpl(t, func(t *testing.T) {
		for _, test := range []struct {
			m, k int
			ns   []int
			want string
		}{
			{100, 255, []int{1, 8, 9, 64}, blocked},
			{1, 256, []int{1}, vectors},
			{12, 256, []int{1, 2, 3, 4, 5, 6, 7, 8}, vectors},
			{12, 256, []int{9, 16, 1000}, blocked},
			{3000, 5000, []int{1, 8}, vectors},
			{3000, 5000, []int{9}, blocked},
			// Up to 11 rows that fit a panel are a thin product with AVX-512 VNNI.
			{11, 256, []int{1}, vectors},
			{11, 256, []int{2, 5, 8}, thin},
			{11, 256, []int{9, 100}, blocked},
			{11, 11800, []int{8}, thin},
			{11, 12000, []int{1, 2, 8}, vectors},
			{11, 12000, []int{9}, blocked},
		} {
			w := packed.NewMatrix(test.m, test.k)
			for _, n := range test.ns {
				want := test.want
				switch {
				case Selected() == "generic":
					want = "matMulGeneric"
				case want == thin && (strings.HasPrefix(Selected(), "avx512") && Selected() != "avx512bw" || Selected() == "amx"):
					want = blocked
				case want == thin:
					want = vectors
				case want == vectors && Selected() == "amx" && n > 4:
					want = blocked
				}
				got := runtime.FuncForPC(reflect.ValueOf(chooseMatMul(w, n)).Pointer()).Name()
				if !strings.HasSuffix(got, "."+want) {
					t.Errorf("%s computes %d×%d×%d, want %s", got, test.m, test.k, n, want)
				}
			}
		}
	})
}

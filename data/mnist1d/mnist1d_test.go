package mnist1d

import (
	"fmt"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/data"
)

// The set is the same on every machine, and has the published shape.
func TestLoad(t *testing.T) {
	train, test := Load()
	if err := train.Check(); err != nil {
		t.Fatal(err)
	}
	if err := test.Check(); err != nil {
		t.Fatal(err)
	}
	if train.Len() != 4000 || test.Len() != 1000 || train.Features != 40 {
		t.Errorf("%d and %d samples of %d values", train.Len(), test.Len(), train.Features)
	}
	const want = "d18a6eabacaa62605d7568115f70ef69c87d34f1757d1ecc502e35f655c5ca22"
	if got := fmt.Sprintf("%x", data.Hash(train, test)); got != want {
		t.Errorf("hash %s, want %s", got, want)
	}
	counts, sum, squares := make([]int, Classes), 0, 0
	for _, d := range []*data.Dataset{train, test} {
		for _, l := range d.Labels {
			counts[l]++
		}
		for _, v := range d.Inputs {
			sum += int(v)
			squares += int(v) * int(v)
		}
	}
	if !slices.Equal(counts, slices.Repeat([]int{500}, Classes)) {
		t.Errorf("samples by class %d", counts)
	}
	// Of mean 0 and deviation 32, but for what is cut off.
	if mean, square := sum/(5000*40), squares/(5000*40); mean != 0 || square < 30*30 || square > 33*33 {
		t.Errorf("mean %d, mean square %d", mean, square)
	}
}

func TestSteps(t *testing.T) {
	if got, want := interpolate([]int64{0, 10, 30}, 5), []int64{0, 5, 10, 20, 30}; !slices.Equal(got, want) {
		t.Errorf("interpolated %d, want %d", got, want)
	}
	if got := interpolate([]int64{7, 9, 4}, 3); !slices.Equal(got, []int64{7, 9, 4}) {
		t.Errorf("interpolated %d", got)
	}
	constant := slices.Repeat([]int64{one}, 72)
	if got := smooth(constant); !slices.Equal(got, constant) {
		t.Errorf("a constant is smoothed to %d", got)
	}
	impulse := make([]int64, 72)
	impulse[30], impulse[0] = one, one
	got := smooth(impulse)
	for _, test := range []struct{ at, want int64 }{{30, 13074}, {32, 7929}, {22, 4}, {39, 0}, {0, 13074 + 11537}, {1, 11537 + 7929}} {
		if got[test.at] != test.want {
			t.Errorf("an impulse is smoothed to %d at %d, want %d", got[test.at], test.at, test.want)
		}
	}
	x := make([]int64, 50)
	normalize(x, &templates[4]) // of mean 4.3 and deviation 0.9434
	if got, want := x[4], int64(-27787); got < want-3 || got > want+3 || x[0] != 0 || x[11] != 0 {
		t.Errorf("a value of %d, want about %d", got, want)
	}
}

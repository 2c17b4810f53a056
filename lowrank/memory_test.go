package lowrank

import (
	"fmt"
	"math"
	"runtime"
	"runtime/debug"
	"testing"

	"github.com/Kaleaon/pentary-go/internal/race"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
)

func ExamplePopulationStorage() {
	fmt.Println(PopulationStorage(64, 64, 100, 8))
	fmt.Println(PopulationStorage(1024, 1024, 1000, 16))
	// Output:
	// 106596 of 413696 pents, 74.2 % saved, 3.9×
	// 33817576 of 1049624576 pents, 96.8 % saved, 31.0×
}

// A member and its twin share their factors, so 100 members are 50 pairs.
func ExampleTrainingFootprint() {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // each processor adds what it draws
	f := TrainingFootprint(64, 64, 50, 8, 0)
	fmt.Printf("weights %d, residual %d, updater %d: %d bytes\n", f.Weights, f.Residual, f.Updater, f.Total())
	// Output: weights 1536, residual 4096, updater 59392: 65024 bytes
}

func TestPopulationStorage(t *testing.T) {
	for _, test := range []struct {
		m, n, members, rank int
		want                Storage
		saved, ratio        int
	}{
		{64, 64, 100, 8, Storage{413_696, 106_596}, 742, 39},
		{1024, 1024, 1000, 16, Storage{1_049_624_576, 33_817_576}, 968, 310},
		{3, 5, 1, 1, Storage{30, 24}, 200, 13},
		{2, 2, 10, 2, Storage{44, 94}, -1136, 5}, // full rank and more: a loss
	} {
		s := PopulationStorage(test.m, test.n, test.members, test.rank)
		if s != test.want || s.Saved() != test.saved || s.Ratio() != test.ratio {
			t.Errorf("%d×%d, %d members of rank %d: %+v, saved %d, ratio %d; want %+v, %d, %d", test.m, test.n,
				test.members, test.rank, s, s.Saved(), s.Ratio(), test.want, test.saved, test.ratio)
		}
	}
}

// TestFootprintMeasured trains a matrix for one generation and compares the bytes
// that it makes the heap give with what the footprint says of them.
func TestFootprintMeasured(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	// One processor and no collection keep the kernels' scratch, which is not the
	// matrix's, from being made anew.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	for _, test := range []struct{ m, k, pairs, rank int }{
		{64, 64, 64, 8},
		{64, 64, 512, 1},
		{64, 64, 128, 4},
		{256, 256, 64, 1},
		{512, 128, 64, 16},
		{256, 128, 64, FullRank},
	} {
		const streams, flight = 1, 4
		var (
			noise   = Noise{Seed: 1, Rank: test.rank}
			fitness = make([]int8, test.pairs)
			x       = make([]int8, kernels.Quads(test.k)*4*2*flight*streams)
			y       = make([]int32, test.m*2*flight*streams)
			ws      Workspace
			before  runtime.MemStats
			after   runtime.MemStats
		)
		noise.Product(new(Workspace), y, Parameter{W: packed.NewMatrix(test.m, test.k)}, x, 0, flight, streams) // makes the kernels' scratch
		for p := range fitness {
			fitness[p] = int8(p%3 - 1)
		}

		runtime.ReadMemStats(&before)
		w := Parameter{W: packed.NewMatrix(test.m, test.k)}
		rule := newResidualRule(w.W)
		for p := 0; p < test.pairs; p += flight {
			noise.Product(&ws, y, w, x, p, p+flight, streams)
		}
		new(Updater).Update(noise, w, fitness, rule)
		runtime.ReadMemStats(&after)

		f := TrainingFootprint(test.m, test.k, test.pairs, test.rank, 0)
		got, want := int(after.TotalAlloc-before.TotalAlloc), f.Total()+ws.Bytes()
		if got < want || got > want+want/50 { // the heap rounds sizes up
			t.Errorf("%+v: allocated %d bytes, want %d to 2 %% more: %+v, workspace %d", test, got, want, f, ws.Bytes())
		}
	}
}

// The updater holds what the footprint says on any number of processors.
func TestUpdaterFootprint(t *testing.T) {
	for _, procs := range []int{1, 2, 4, 8, 16} {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		for _, test := range []struct{ m, k, pairs, rank int }{
			{64, 64, 50, 8}, {64, 64, 500, 1}, {30, 100, 7, 3}, {33, 64, 20, FullRank},
		} {
			w := Parameter{W: packed.NewMatrix(test.m, test.k)}
			fitness := make([]int8, test.pairs)
			fitness[0] = 1
			var u Updater
			u.Update(Noise{Rank: test.rank}, w, fitness, newResidualRule(w.W))
			got, want := cap(u.a)+cap(u.b)+cap(u.terms.Left)+cap(u.terms.Right), TrainingFootprint(test.m, test.k, test.pairs, test.rank, 0).Updater
			if got != want {
				t.Errorf("%+v on %d processors: the updater holds %d bytes, want %d", test, procs, got, want)
			}
		}
	}
}

// Footprints that do not fit an int are the largest int, so that no limit admits them.
func TestFootprintSaturates(t *testing.T) {
	const huge = math.MaxInt/4 + 1
	for _, got := range []int{
		TrainingFootprint(huge/128, 8192, 1, 1, 0).Weights, TrainingFootprint(huge/128, 8192, 1, 1, 0).Residual,
		TrainingFootprint(64, 64, huge/1024, 256, 0).Updater, TrainingFootprint(huge/128, 8192, 64, 1, 0).Total(),
		TrainingFootprint(huge/128, 8192, 64, FullRank, 0).Updater, TrainingFootprint(huge/128, 64, 64, 1, 1<<20).Updater,
	} {
		if got != math.MaxInt {
			t.Errorf("%d, want the largest int", got)
		}
	}
}

package billion

import (
	"context"
	"errors"
	"fmt"
	"math/bits"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/internal/parallel"
	"github.com/Kaleaon/pentary-go/internal/race"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/kernels/kerneltest"
	"github.com/Kaleaon/pentary-go/lowrank"
)

var small = Options{Seed: 5, Layers: 4, Width: 50, Pairs: 10, Rank: 2, Sigma: 3, Rule: Rules()[0]}

func ignore(Phase, int, int) {}

// Without noise, every member has the score of the network.
func TestScores(t *testing.T) {
	for _, width := range []int{1, 3, 32, 50, 65} {
		o := small
		o.Width, o.Sigma = width, lowrank.MaxSigma
		n := newNetwork(context.Background(), o, ignore)
		if err := n.initialize(); err != nil {
			t.Fatal(err)
		}
		opt, err := es.New(es.Matrices(n.weights...), nil, o.es())
		if err != nil {
			t.Fatal(err)
		}
		scores := make([]int64, 2*o.Pairs)
		if err := n.Evaluate(context.Background(), opt.Ask(), scores); err != nil {
			t.Fatal(err)
		}
		want := n.naiveScore()
		for i, got := range scores {
			if got != want {
				t.Errorf("width %d: score of member %d is %d, want %d", width, i, got, want)
			}
		}
	}
}

// naiveScore computes the score by the definitions of the layers.
func (n *network) naiveScore() (score int64) {
	width := n.options.Width
	shift := uint(bits.Len(uint(width))) / 2
	x := n.vector(0)
	for _, w := range n.weights {
		out, sum := make([]int8, len(x)), int64(0)
		for i := range width {
			y := int32(0)
			for j := range width {
				y += int32(w.At(i, j)) * int32(x[j])
			}
			out[i] = int8(min(max(kernels.RoundShift(y, shift), -127), 127))
			sum += int64(max(out[i], -out[i]))
		}
		inverse := min((meanActivation*int64(width)<<12+max(sum, 1)/2)/max(sum, 1), 1<<20)
		for i, v := range out {
			out[i] = int8(min(max(kernels.RoundShift(int32(v)*int32(inverse), 12), -127), 127))
		}
		x = out
	}
	for i, v := range n.vector(1) {
		d := int64(v) - int64(x[i])
		score -= max(d, -d)
	}
	return score
}

// A run has the same weights with any implementation, and all its figures.
func TestRun(t *testing.T) {
	for _, rule := range Rules() {
		var first *Result
		kerneltest.Each(t, func(impl string) {
			for _, procs := range []int{1, 2, 7} {
				t.Run(fmt.Sprintf("%v/%s/%d", rule, impl, procs), func(t *testing.T) {
					defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
					o := small
					o.Rule = rule
					r, err := Run(context.Background(), o, ignore)
					if err != nil {
						t.Fatal(err)
					}
					if len(r.Phases) != 4 || r.Seconds <= 0 || r.GMACs <= 0 || r.PeakBytes < 1<<20 || r.Interrupted {
						t.Errorf("%+v", r)
					}
					if r.Moved == 0 || r.Decided == 0 {
						t.Errorf("%+v, want weights that moved", r)
					}
					if want := o.Layers * o.Width * 64 * rule.stateBits / 8; r.StateBytes != want {
						t.Errorf("state of %d bytes, want %d", r.StateBytes, want)
					}
					if first == nil {
						first = r
					}
					if r.Checksum != first.Checksum || r.Moved != first.Moved || r.Decided != first.Decided {
						t.Errorf("%+v; want %+v", r, first)
					}
				})
			}
		})
	}
}

func TestMultiplyAdds(t *testing.T) {
	o := Options{Layers: 2, Width: 10, Pairs: 3, Rank: 3}
	// 200 weights and 2·3 factors of 20 pents for each of 6; 9 terms for each weight.
	if f, u := o.forwardMACs(), o.updateMACs(); f != 6*(200+120) || u != 1800 {
		t.Errorf("%g and %g multiply-adds", f, u)
	}
}

// Chunks divide the pairs evenly among goroutines, within the bounds.
func TestChunks(t *testing.T) {
	for _, test := range []struct{ procs, width, members, want int }{
		{2, 1024, 1000, 125},
		{1, 1024, 1000, 125},
		{3, 1024, 1000, 84},
		{16, 1024, 1000, 32},
		{2, 1024, 2, 1},
		{2, 1 << 16, 1000, 8},
		{1, 1024, 256, 128},
		{4, 64, 6, 1},
	} {
		procs := runtime.GOMAXPROCS(test.procs)
		if got := (Options{Width: test.width, Pairs: test.members / 2}).chunkPairs(parallel.Workers()); got != test.want {
			t.Errorf("%+v: chunks of %d pairs", test, got)
		}
		runtime.GOMAXPROCS(procs)
	}
}

// A run allocates as much as Memory returns.
func TestMemory(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	for _, rule := range Rules() {
		o := Options{Layers: 32, Width: 512, Pairs: 128, Rank: 2, Rule: rule}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := Run(context.Background(), o, ignore); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		got, want := int(after.TotalAlloc-before.TotalAlloc), o.Memory()-programBytes
		if got > want+1<<20 || got < want-1<<20 {
			t.Errorf("%v: %d bytes allocated, %d estimated", rule, got, want)
		}
	}
}

// An interrupt ends every phase; the times of earlier phases remain.
func TestInterrupt(t *testing.T) {
	phases := []Phase{Setup, Noise, Forward, Update}
	for i, last := range phases {
		ctx, cancel := context.WithCancel(context.Background())
		var seen []Phase
		r, err := Run(ctx, small, func(p Phase, done, of int) {
			if done > of {
				t.Errorf("%s: step %d of %d", p, done, of)
			}
			if done == 0 {
				seen = append(seen, p)
			}
			if p == last {
				cancel()
			}
		})
		if err != nil || !r.Interrupted || !slices.Equal(seen, phases[:i+1]) {
			t.Errorf("%s: phases %v, error %v, %+v", last, seen, err, r)
		}
		if len(r.Phases) != i {
			t.Errorf("%s: times of %v", last, r.Phases)
		}
	}
}

func TestAwait(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	if v, err := await(ctx, func() (int, error) { return 3, nil }); v != 3 || err != nil {
		t.Errorf("%d, error %v", v, err)
	}
	broken := errors.New("broken")
	if _, err := await(ctx, func() (int, error) { return 0, broken }); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	release := make(chan struct{})
	defer close(release)
	if v, err := await(ctx, func() (int, error) {
		cancel()
		<-release
		return 3, nil
	}); v != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("%d, error %v, of what has not ended", v, err)
	}
	if _, err := await(ctx, func() (int, error) { return 3, nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v of a context that is done", err)
	}
}

func TestCheck(t *testing.T) {
	for _, test := range []struct {
		change func(o *Options)
		want   string
	}{
		{func(o *Options) { o.Layers = 0 }, "--layers 0:"},
		{func(o *Options) { o.Width = 1<<16 + 1 }, "--width 65537:"},
		{func(o *Options) { o.Pairs = 0 }, "--pairs 0:"},
		{func(o *Options) { o.Pairs = -1 }, "--pairs -1:"},
		{func(o *Options) { o.Rank = -1 }, "--rank -1:"},
		{func(o *Options) { o.Pairs, o.Rank = 1<<22, 256 }, "1073741824 terms"},
		{func(o *Options) { o.Sigma = 21 }, "--sigma 21:"},
	} {
		o := small
		test.change(&o)
		if _, err := Run(context.Background(), o, ignore); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want %s", err, test.want)
		}
	}
	deadline, cancel := context.WithTimeout(context.Background(), 0)
	defer cancel()
	if _, err := Run(deadline, small, ignore); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v after the deadline", err)
	}
}

package nn

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/internal/asmtest"
	"github.com/Kaleaon/pentary-go/internal/race"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/kernels/kerneltest"
	"github.com/Kaleaon/pentary-go/lowrank"
)

// blobs returns samples scattered around a random center for each class.
func blobs(seed uint64, features, classes, samples int) *data.Dataset {
	rng := rand.New(rand.NewPCG(seed, 0))
	centers := make([]int, classes*features)
	for i := range centers {
		centers[i] = rng.IntN(161) - 80
	}
	d := &data.Dataset{Features: features, Classes: classes}
	for i := range samples {
		class := i % classes
		d.Labels = append(d.Labels, uint8(class))
		for _, c := range centers[class*features:][:features] {
			d.Inputs = append(d.Inputs, int8(c+rng.IntN(81)-40))
		}
	}
	return d
}

// begin returns a network, its evaluator and an optimizer of it.
func begin(t *testing.T, data *data.Dataset, batch int, o es.Options) (*Model, *Evaluator, *es.Optimizer) {
	t.Helper()
	net := NewMLP(3, data.Features, 20, data.Classes)
	c, err := NewEvaluator(net, Classify(data), EvaluatorOptions{Streams: batch})
	if err != nil {
		t.Fatal(err)
	}
	opt, err := es.New(net.Parameters(), c, o)
	if err != nil {
		t.Fatal(err)
	}
	return net, c, opt
}

// naiveScore is the integer cross-entropy by its definition.
func naiveScore(logits []int8, target uint8) int64 {
	sum := uint64(0)
	for _, l := range logits {
		whole, sixteenths := math.Floor(float64(l)/16), float64(l&15)
		sum += uint64(math.Ldexp(math.Round(math.Exp2(8+sixteenths/16)), 8+int(whole)))
	}
	e := bits.Len64(sum) - 1
	fraction := math.Floor(math.Ldexp(float64(sum), 8-e)) - 256
	log := 256*(e-16) + int(math.Round(256*math.Log2(1+(fraction+.5)/256)))
	return 16*int64(logits[target]) - int64(log)
}

func TestClassifierScores(t *testing.T) {
	data := blobs(1, 30, 7, 200)
	for _, batch := range []int{1, 9, 40, 300} {
		for _, noise := range []es.Options{{Sigma: 3}, {Rank: 4, Distribution: kernels.Uniform}, {Groups: 4, NoiseReuse: 2}} {
			o := noise
			o.Generations, o.Pairs, o.Seed = 2, 12, 77
			net, c, opt := begin(t, data, batch, o)
			scores := make([]int64, 2*o.Pairs)
			for !opt.Done() {
				g := opt.Ask()
				if err := c.Evaluate(context.Background(), g, scores); err != nil {
					t.Fatal(err)
				}
				for i, got := range scores {
					stream := lowrank.StreamOf(o.Seed, opt.Generation(), 0, lowrank.Batch, g.Group(i/2))
					member := net.member(g.Noise, i/2, 1-i%2*2)
					want := int64(0)
					for s := range batch {
						word := stream.Block(uint32(s / 4))[s%4]
						sample := int(uint64(word) * uint64(data.Len()) >> 32)
						want += naiveScore(net.naive(data.Sample(sample), member), data.Labels[sample])
					}
					if got != want {
						t.Fatalf("batch %d, generation %d: score %d is %d, want %d", batch, g.Noise.Generation, i, got, want)
					}
				}
				if _, err := opt.Tell(scores); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// Weights after a run, and thus all scores, do not depend on the pieces that the
// work is cut into, the processors or the kernels.
func TestClassifierDeterminism(t *testing.T) {
	data := blobs(2, 30, 5, 300)
	o := es.Options{Seed: 9, Generations: 6, Pairs: 45, Sigma: 2}
	run := func(chunk int) string {
		net, c, opt := begin(t, data, 16, o)
		if chunk > 0 {
			c.chunk = chunk
		}
		if err := opt.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		h := sha256.New()
		for _, w := range net.Parameters() {
			h.Write(w.W.Bytes())
		}
		return fmt.Sprintf("%x", h.Sum(nil))
	}
	want := run(0)
	for _, chunk := range []int{1, 2, 44, 45, 100} {
		if got := run(chunk); got != want {
			t.Errorf("tasks of %d pairs: weights %s, want %s", chunk, got, want)
		}
	}
	for _, procs := range []int{1, 2, 7} {
		before := runtime.GOMAXPROCS(procs)
		if got := run(0); got != want {
			t.Errorf("%d processors: weights %s, want %s", procs, got, want)
		}
		runtime.GOMAXPROCS(before)
	}
	kerneltest.Each(t, func(impl string) {
		if got := run(0); got != want {
			t.Errorf("%s: weights %s, want %s", impl, got, want)
		}
	})
}

// An evaluator may see fewer or more processors than when it was made.
func TestClassifierProcessors(t *testing.T) {
	data := blobs(2, 30, 5, 300)
	_, c, opt := begin(t, data, 16, es.Options{Sigma: es.WholeLevel, Generations: 1, Pairs: 100})
	want, got := make([]int64, 200), make([]int64, 200)
	if err := c.Evaluate(context.Background(), opt.Ask(), want); err != nil {
		t.Fatal(err)
	}
	for _, procs := range []int{1, 16} {
		before := runtime.GOMAXPROCS(procs)
		if err := c.Evaluate(context.Background(), opt.Ask(), got); err != nil || !slices.Equal(got, want) {
			t.Errorf("%d processors: error %v or other scores", procs, err)
		}
		runtime.GOMAXPROCS(before)
	}
}

// Where noise rounds to nothing, members score as the network does.
func TestScore(t *testing.T) {
	data := blobs(5, 30, 7, 200)
	for _, batch := range []int{1, 63, 64, 300} {
		o := es.Options{Generations: 3, Pairs: 2, Seed: 9, Sigma: lowrank.MaxSigma}
		net, c, opt := begin(t, data, batch, o)
		alone, err := NewEvaluator(net, Classify(data), EvaluatorOptions{Streams: batch})
		if err != nil {
			t.Fatal(err)
		}
		scores := make([]int64, 2*o.Pairs)
		for !opt.Done() {
			g := opt.Ask()
			if err := c.Evaluate(context.Background(), g, scores); err != nil {
				t.Fatal(err)
			}
			for i, s := range scores {
				got, err := alone.Score(o.Seed, g.Number)
				if err != nil {
					t.Fatal(err)
				}
				if got != s {
					t.Errorf("batch %d, generation %d: score %d, that of member %d is %d", batch, g.Number, got, i, s)
				}
			}
			opt.Tell(scores)
		}
	}
}

func TestClassifierLearns(t *testing.T) {
	data := blobs(3, 16, 4, 400)
	net, _, opt := begin(t, data, 32, es.Options{Generations: 60, Pairs: 64, Sigma: 2, Fitness: es.FourBit})
	if err := opt.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	counts, err := net.Confusion(data)
	if err != nil {
		t.Fatal(err)
	}
	right := 0
	for i := range counts {
		right += counts[i][i]
	}
	if right < 380 {
		t.Errorf("%d of 400 samples right: %v", right, counts)
	}
}

func TestNewClassifierErrors(t *testing.T) {
	samples := blobs(1, 4, 3, 10)
	many := blobs(1, 4, 300, 10)
	broken := blobs(1, 4, 3, 10)
	broken.Labels[5] = 3
	for _, test := range []struct {
		data   *data.Dataset
		widths []int
		batch  int
		want   string
	}{
		{samples, []int{5, 3}, 1, "model of 5→3 for a task of 4→3"},
		{samples, []int{4, 2}, 1, "model of 4→2 for a task of 4→3"},
		{samples, []int{4, 4}, 1, "model of 4→4 for a task of 4→3"},
		{samples, []int{4, 3}, -1, "-1 streams of 1 steps"},
		{samples, []int{4, 3}, 1<<20 + 1, "1048577 streams of 1 steps"},
		{many, []int{4, 300}, 1, "300 classes, want at most 256"},
		{broken, []int{4, 3}, 1, "label 3 of sample 5"},
	} {
		c, err := NewEvaluator(NewMLP(1, test.widths...), Classify(test.data), EvaluatorOptions{Streams: test.batch})
		if c != nil || err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want %q in it", err, test.want)
		}
	}
}

func TestEvaluateErrors(t *testing.T) {
	data := blobs(1, 4, 3, 10)
	_, c, opt := begin(t, data, 8, es.Options{Sigma: es.WholeLevel, Generations: 1, Pairs: 5})
	_, _, other := begin(t, data, 8, es.Options{Sigma: es.WholeLevel, Generations: 1, Pairs: 5})
	few := opt.Ask()
	few.Parameters = few.Parameters[:1]
	for _, test := range []struct {
		g      es.Generation
		scores int
		want   string
	}{
		{opt.Ask(), 9, "9 scores for 5 pairs"},
		{few, 10, "generation of 1 parameters for a model of 2"},
		{other.Ask(), 10, "parameter 0 of the generation is not \"layer0\""},
	} {
		err := c.Evaluate(context.Background(), test.g, make([]int64, test.scores))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want %q in it", err, test.want)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := c.Evaluate(ctx, opt.Ask(), make([]int64, 10)); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: error %v", err)
	}
}

func TestConfusion(t *testing.T) {
	samples := blobs(4, 20, 6, 2*predictColumns+77)
	net := NewMLP(5, 20, 16, 8) // two outputs more than classes
	got, err := net.Confusion(samples)
	if err != nil {
		t.Fatal(err)
	}
	want := make([][]int, samples.Classes)
	for i := range want {
		want[i] = make([]int, net.Outputs())
	}
	for i, label := range samples.Labels {
		logits := net.naive(samples.Sample(i), none)
		want[label][slices.Index(logits, slices.Max(logits))]++
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("counts %v, want %v", got, want)
	}

	for want, test := range map[string]struct {
		net  *Model
		data *data.Dataset
	}{
		"model of 19→8 for data of 20 features and 6 classes": {NewMLP(1, 19, 8), samples},
		"model of 20→5 for data of 20 features and 6 classes": {NewMLP(1, 20, 5), samples},
		"dataset of 0 samples": {net, &data.Dataset{Features: 20, Classes: 6}},
	} {
		if _, err := test.net.Confusion(test.data); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
}

func TestArgmax(t *testing.T) {
	for _, test := range []struct {
		x    []int8
		want int
	}{
		{[]int8{-127, 0, 0, 0}, 0}, // padding does not count
		{[]int8{5, 7, 7, 0}, 1},    // the first of equals
		{[]int8{-127, -127, -126, 0}, 2},
	} {
		m := 3
		if test.want == 0 {
			m = 1
		}
		if got := Argmax(test.x, 0, m, 1); got != test.want {
			t.Errorf("%v: row %d, want %d", test.x, got, test.want)
		}
	}
}

func TestEvaluateAllocations(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	data := blobs(1, 30, 5, 100)
	_, c, opt := begin(t, data, 16, es.Options{Sigma: es.WholeLevel, Generations: 1, Pairs: 100})
	scores := make([]int64, 200)
	ctx := context.Background()
	if n := asmtest.AllocsPerRun(50, func() {
		if err := c.Evaluate(ctx, opt.Ask(), scores); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("Evaluate allocates %d times a call", n)
	}
}
